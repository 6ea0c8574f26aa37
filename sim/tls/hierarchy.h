// Signing certificates, and the two hierarchies of authorities of a world: the one that everybody
// trusts and the one that nobody knows.
//
// Nothing is computed before it is needed: a world whose mail is stopped at port 25 makes no key.
// What is computed then depends on seed and date alone, so nobody can tell. Not for two threads at
// once, as nothing of a world is.
#pragma once

#include "sim/tls/botan_types.h"

#include <botan/x509_ext.h>

#include <memory>
#include <optional>
#include <string_view>

namespace sim::tls {

// In whole seconds, as X.509 counts (RFC 5280 §4.1.2.5).
struct Validity {
    Instant not_before;
    Instant not_after;
};
[[nodiscard]] Validity whole_seconds(Instant not_before, Instant not_after);

// A key with the name that it signs under.
struct Signer {
    std::shared_ptr<Botan::Private_Key> key;
    Botan::X509_DN name;
};

struct Draft { // a certificate before it is signed
    Botan::X509_DN subject;
    const Botan::Private_Key* key = nullptr;
    Validity validity;
    Botan::Extensions extensions;
};

[[nodiscard]] std::shared_ptr<Botan::Private_Key> new_key(Botan::RandomNumberGenerator& rng);

// Leaves out what is empty, and a common name that is too long to be one (RFC 5280 §A.1).
[[nodiscard]] Botan::X509_DN distinguished_name(std::string_view common_name,
                                                std::string_view organization);

// Adds both key identifiers to the draft and signs it.
[[nodiscard]] Botan::X509_Certificate
sign(Draft& draft, const Signer& signer, Botan::RandomNumberGenerator& rng);

struct Hierarchy {
    Botan::X509_Certificate root;
    Botan::X509_Certificate intermediate;
    Signer issuer; // the intermediate's key; the root's has done its work
};

class Hierarchies {
public:
    Hierarchies(std::uint64_t seed, Instant now) : seed_{seed}, now_{now} {}

    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    [[nodiscard]] const Hierarchy& trusted() const;
    [[nodiscard]] const Hierarchy& unknown() const;
    // The trusted root alone.
    [[nodiscard]] const Botan::Certificate_Store_In_Memory& roots() const;

private:
    std::uint64_t seed_;
    Instant now_;
    mutable std::optional<Hierarchy> trusted_;
    mutable std::optional<Hierarchy> unknown_;
    mutable std::optional<Botan::Certificate_Store_In_Memory> roots_;
};

} // namespace sim::tls
