// What the mechanisms that hand a password over have in common: which octets may be one, and the
// comparison that tells an unknown user nothing.
//
// Octets are compared as they come; the preparation of RFC 4013 (SASLprep) is not applied. Both
// ends of the simulation take their passwords from UTF-8 files, so there is nothing to unify.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

// RFC 4616 §2 has servers accept up to 255 octets; more than anyone types, less than an attack.
inline constexpr std::size_t max_value_octets = 1024;

// One or more characters of well-formed UTF-8 other than NUL, RFC 4616 §2.
[[nodiscard]] bool is_well_formed_value(std::string_view value);

// Success, or the one Failure there is. The work is the same whether the user exists or not.
[[nodiscard]] ServerStep
check_password(const CredentialStore& store, std::string_view user, std::string_view password);

} // namespace sim::sasl
