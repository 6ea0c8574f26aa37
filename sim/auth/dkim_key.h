// A DKIM key record as a value, RFC 6376 §3.6.1.
#pragma once

#include "sim/auth/dkim_signature.h"

#include <tl/expected.hpp>

#include <string_view>

namespace sim::auth {

struct DkimKeyRecord {
    DkimPublicKey key;
    bool testing = false;       // t=y
    bool no_subdomains = false; // t=s
};

// The record in TXT as far as this signature can use it.
[[nodiscard]] tl::expected<DkimKeyRecord, DkimFault> parse_key(std::string_view text,
                                                               const DkimSignature& signature);

} // namespace sim::auth
