// The arithmetic under CRAM-MD5, SCRAM and signed tokens, done by Botan: octets in, octets out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sim::sasl {

[[nodiscard]] std::string hmac_md5(std::string_view key, std::string_view text);
[[nodiscard]] std::string hmac_sha_256(std::string_view key, std::string_view text);
[[nodiscard]] std::string sha_256(std::string_view text);

// PBKDF2 with HMAC-SHA-256, one block: Hi() of RFC 5802 §2.2.
[[nodiscard]] std::string
stretch_password(std::string_view password, std::string_view salt, std::uint32_t iterations);

[[nodiscard]] std::string exclusive_or(std::string_view a, std::string_view b); // of one size

[[nodiscard]] std::string lower_hex(std::string_view octets);

// Ed25519 (RFC 8032): a signature depends on key and text alone. A seed has 32 octets.
[[nodiscard]] std::string ed25519_public_key(std::string_view seed);
[[nodiscard]] std::string ed25519_sign(std::string_view seed, std::string_view text);
[[nodiscard]] bool
ed25519_is_signed(std::string_view public_key, std::string_view text, std::string_view signature);

} // namespace sim::sasl
