// Mail that a domain has signed with the key of RFC 8463, under the selector s1.
#pragma once

#include "sim/auth/dkim_sign.h"
#include "tests/auth/mail_of.h"

#include <string>

namespace test {

inline sim::auth::DkimPrivateKey signing_key()
{
    return sim::auth::DkimPrivateKey::read(ed25519_pem).value();
}

// Where the key's public half belongs, and what stands there.
inline std::string signing_name(const std::string& domain)
{
    return sim::auth::key_record_name(domain, "s1");
}
inline std::string signing_record()
{
    return sim::auth::key_record(signing_key());
}

inline std::string signed_by(const std::string& domain, const std::string& text)
{
    sim::auth::DkimSigning signing;
    signing.domain = domain;
    signing.selector = "s1";
    return sim::auth::sign_mail(mail_of(text), signing, signing_key(), sim::Rng{1}) + "\r\n" + text;
}

} // namespace test
