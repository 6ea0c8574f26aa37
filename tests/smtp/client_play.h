// Plays a scripted server against a ClientSession and writes down what happened, one line each:
//   S: rcpt 250   C: RCPT TO:<a@b.example>   C: AUTH PLAIN ****   offered: PLAIN LOGIN   (tls)
//   text: 3 lines, 18   problem: ...   mail: accepted 250   failed: greeting 554 for good   closed
#pragma once

#include "sim/smtp/client_session.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::smtp::test {

inline constexpr Instant start_of_test{};

struct Play {
    ClientConfig config{.hostname = "client.example"};
    std::vector<OutgoingMail> mails;
    // What the server says: first on connecting, then each time that the client sent something.
    std::vector<std::string> script;
    // The stream ends when the script has; else the client waits.
    bool server_hangs_up = false;
    bool tls_succeeds = true;
    // Octets in each call of handle_bytes.
    std::size_t split = std::string::npos;
    std::string mechanism = "PLAIN";
    std::vector<std::optional<std::string>> auth_answers; // first the initial response
    bool believes_success = true;
    std::optional<SmtpProblem> auth_impossible;
};

struct Played {
    std::string log;
    std::string wire; // what the client sent, in the clear and under TLS
    std::vector<client::MailFinished> mails;
    std::vector<client::SessionFailed> failures;
    int closes = 0;
    std::vector<client::Output> outputs;
    ClientPhase phase = ClientPhase::closed;
    Instant next_timeout = never;
};

OutgoingMail mail_to(std::vector<std::string> recipients,
                     std::string text = "Subject: x\r\n\r\nHi\r\n");

Played play(const Play& play);

std::string to_line(const client::RecipientResult& result);

} // namespace sim::smtp::test
