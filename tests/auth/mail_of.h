// A message in the form in which the checks take it. What is no header is the body.
#pragma once

#include "sim/auth/mail_text.h"

#include <string>
#include <string_view>

namespace test {

// The message of the examples of RFC 6376 appendix A and RFC 8463 appendix A.3, unsigned.
inline const std::string dinner_mail = R"(From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
)";

// RFC 8463 appendix A.1, in PKCS #8, as programs write it.
inline const std::string ed25519_pem = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
)";

// Lines may end in LF: they are taken as if they ended in CR LF.
inline std::string with_crlf(std::string_view text)
{
    std::string out;
    for (const char byte : text) {
        if (byte == '\n' && !out.ends_with('\r')) out += '\r';
        out += byte;
    }
    return out;
}

inline sim::auth::MailText mail_of(std::string_view text)
{
    sim::auth::MailText mail;
    std::string rest = with_crlf(text);
    while (!rest.empty() && !rest.starts_with("\r\n")) {
        std::size_t end = rest.find("\r\n");
        while (end != std::string::npos && (rest[end + 2] == ' ' || rest[end + 2] == '\t'))
            end = rest.find("\r\n", end + 2);
        end = end == std::string::npos ? rest.size() : end + 2;
        const std::string raw = rest.substr(0, end);
        const std::size_t colon = raw.find(':');
        if (colon == std::string::npos) break;
        const std::size_t name = raw.substr(0, colon).find_last_not_of(" \t") + 1;
        mail.fields.push_back({raw.substr(0, name), raw});
        rest.erase(0, end);
    }
    if (rest.starts_with("\r\n")) rest.erase(0, 2);
    mail.body = rest;
    return mail;
}

} // namespace test
