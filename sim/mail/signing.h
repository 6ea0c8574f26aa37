// How a server signs the mail of its own users (DKIM, RFC 6376 §5), or signs it wrongly, to see
// what becomes of such mail.
#pragma once

#include "sim/auth/dkim_crypto.h"
#include "sim/core/named_enum.h"
#include "sim/core/rng.h"
#include "sim/core/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::mail {

SIM_NAMED_ENUM(SigningWay,
               off,
               good,
               body_changed, // by the server itself, when it has signed: what a gateway does
               wrong_key,    // another one than the one in DNS
               no_record,    // nobody has put the key into DNS
               revoked,      // the record says that the key counts no longer
               expired);     // the signature does, since yesterday

struct SigningKey {
    std::string domain;
    std::string selector;
    auth::DkimPrivateKey key;
};

struct SigningConfig {
    SigningWay way = SigningWay::good;
    std::vector<SigningKey> keys; // of which each signs
};

// The fields for a mail whose author is of a key's domain, or below it: the first is to go on top
// of the message first. None: nobody here answers for it.
[[nodiscard]] std::vector<std::string> signatures_for(std::string_view message,
                                                      const SigningConfig& config,
                                                      Instant now,
                                                      const Rng& chance);

// The message with an empty line in front of its body, which no reader sees.
[[nodiscard]] std::string with_changed_body(std::string_view message);

} // namespace sim::mail
