// The salted keys of SCRAM (RFC 5802 §3), made from a password, or made up for somebody who does
// not exist. PLAIN and LOGIN are checked with them too: no server needs to keep a password for
// them.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

inline constexpr std::uint32_t least_iterations = 4096; // RFC 7677 §4
inline constexpr std::uint32_t most_iterations = 600'000;
inline constexpr std::size_t salt_octets = 16;

// ClientKey's hash and the ServerKey of RFC 5802 §3.
[[nodiscard]] SaltedKeys
salted_keys(std::string_view password, std::string_view salt, std::uint32_t iterations);

// A salt that nobody chose but that is always the same for this name at this server.
[[nodiscard]] std::string salt_for(std::string_view stranger_key, std::string_view user);

// Keys that no password has.
[[nodiscard]] SaltedKeys keys_of_stranger(std::string_view stranger_key, std::string_view user);

// As it stands in a file of accounts, RFC 5803:
// "SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>".
[[nodiscard]] std::string record_of(const SaltedKeys& keys);

} // namespace sim::sasl
