// The arithmetic under DKIM, done by Botan: octets in, octets out. RFC 8301, RFC 8463.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/rng.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sim::auth {

SIM_NAMED_ENUM(DkimKeyKind, rsa, ed25519);

inline constexpr std::size_t least_verified_bits = 1024; // RFC 8301 §3.2
inline constexpr std::size_t least_signing_bits = 2048;  // what it recommends

[[nodiscard]] std::string sha_256(std::string_view text);

// A public key as p= of a key record has it: of RSA in the form of X.509 or of PKCS #1 (what is
// published is the first, what RFC 6376 says is the second), of Ed25519 its 32 octets.
class DkimPublicKey {
public:
    [[nodiscard]] static std::optional<DkimPublicKey> read(DkimKeyKind kind,
                                                           std::string_view octets);
    [[nodiscard]] std::size_t bits() const; // its size; of Ed25519 always 256
    // With SHA-256 of the text: RSA as PKCS #1 v1.5 has it, Ed25519 over the hash (RFC 8463 §3).
    [[nodiscard]] bool has_signed(std::string_view text, std::string_view signature) const;

private:
    struct Held;
    explicit DkimPublicKey(std::shared_ptr<const Held> held);
    std::shared_ptr<const Held> held_;
};

class DkimPrivateKey {
public:
    // A file in PEM as `openssl genpkey` or `openssl genrsa` writes it, without a password.
    [[nodiscard]] static std::optional<DkimPrivateKey> read(std::string_view pem);

    // A new one; of RSA as long as is recommended. Equal for equal chance.
    [[nodiscard]] static DkimPrivateKey make(DkimKeyKind kind, Rng chance);

    [[nodiscard]] DkimKeyKind kind() const;
    [[nodiscard]] std::size_t bits() const;
    [[nodiscard]] std::string public_octets() const; // for p=
    // What is signed does not depend on chance; it only hides how long RSA takes for it.
    [[nodiscard]] std::string sign(std::string_view text, Rng chance) const;

private:
    struct Held;
    explicit DkimPrivateKey(std::shared_ptr<const Held> held);
    std::shared_ptr<const Held> held_;
};

} // namespace sim::auth
