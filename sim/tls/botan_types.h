// What the files of this module share of Botan. Included by them only: whoever uses sim/tls
// compiles without Botan's headers.
#pragma once

#include "sim/core/rng.h"
#include "sim/core/time.h"
#include "sim/tls/authority.h"
#include "sim/tls/policy.h"

#include <botan/certstor.h>
#include <botan/credentials_manager.h>
#include <botan/pk_keys.h>
#include <botan/rng.h>
#include <botan/tls_callbacks.h>
#include <botan/tls_policy.h>
#include <botan/x509cert.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::tls {

// The type in which Botan asks for the time and takes it. It is the wall clock's, whose name has no
// business in sim/: we only ever convert virtual time to it.
using Timestamp = decltype(std::declval<Botan::TLS::Callbacks&>().tls_current_timestamp());

[[nodiscard]] inline Timestamp to_timestamp(Instant instant)
{
    return Timestamp{std::chrono::duration_cast<Timestamp::duration>(instant.time_since_epoch())};
}

[[nodiscard]] inline std::span<const std::uint8_t> as_octets(std::string_view bytes)
{
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and octet alias by rule
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> octets)
{
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): char and octet alias by rule
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// A generator of Botan's own kind that gives what `chance` decides, and never reseeds.
[[nodiscard]] std::shared_ptr<Botan::RandomNumberGenerator> botan_rng(Rng chance);

[[nodiscard]] std::shared_ptr<const Botan::TLS::Policy> botan_policy(VersionRange versions);

// Hands the one chain and key to whichever handshake asks. Botan's interface is not const, but
// nothing here changes after construction, so that all connections of a host share it.
class ServerCredentials final : public Botan::Credentials_Manager {
public:
    ServerCredentials(std::vector<Botan::X509_Certificate> chain,
                      std::shared_ptr<Botan::Private_Key> key)
        : chain_{std::move(chain)}, key_{std::move(key)}
    {
    }

    std::vector<Botan::X509_Certificate>
    find_cert_chain(const std::vector<std::string>& key_types,
                    const std::vector<Botan::AlgorithmIdentifier>& signature_schemes,
                    const std::vector<Botan::X509_DN>& acceptable_authorities,
                    const std::string& type,
                    const std::string& context) override;
    std::shared_ptr<Botan::Private_Key> private_key_for(const Botan::X509_Certificate& certificate,
                                                        const std::string& type,
                                                        const std::string& context) override;

    [[nodiscard]] const std::vector<Botan::X509_Certificate>& chain() const { return chain_; }
    [[nodiscard]] const Botan::Private_Key& key() const { return *key_; }

private:
    std::vector<Botan::X509_Certificate> chain_;
    std::shared_ptr<Botan::Private_Key> key_;
};

// Issued when first asked for; see hierarchy.h.
class Identity::Data {
public:
    Data(std::shared_ptr<const Hierarchies> hierarchies, LeafRequest request, Instant issued_at)
        : hierarchies_{std::move(hierarchies)}, request_{std::move(request)}, issued_at_{issued_at}
    {
    }
    [[nodiscard]] const std::shared_ptr<ServerCredentials>& credentials() const;
    [[nodiscard]] const LeafRequest& request() const { return request_; }
    [[nodiscard]] Instant issued_at() const { return issued_at_; }

private:
    std::shared_ptr<const Hierarchies> hierarchies_;
    LeafRequest request_;
    Instant issued_at_;
    mutable std::shared_ptr<ServerCredentials> credentials_;
};

class TrustStore::Data {
public:
    explicit Data(std::shared_ptr<const Hierarchies> hierarchies)
        : hierarchies_{std::move(hierarchies)}
    {
    }
    explicit Data(Botan::Certificate_Store_In_Memory roots) : roots_{std::move(roots)} {}
    [[nodiscard]] const Botan::Certificate_Store_In_Memory& roots() const;

    // Chains whose path to these roots was found good. It stays so while all of its certificates
    // are valid: a relay sees the same few servers for days, and signatures cost the most of a
    // handshake.
    [[nodiscard]] bool remembers(const std::vector<Botan::X509_Certificate>& chain,
                                 Instant now) const;
    void remember(const std::vector<Botan::X509_Certificate>& chain,
                  Instant not_before,
                  Instant not_after) const;

private:
    struct Good {
        std::vector<Botan::X509_Certificate> chain; // as it was shown
        Instant not_before;
        Instant not_after;
    };

    std::shared_ptr<const Hierarchies> hierarchies_; // null: the roots below
    Botan::Certificate_Store_In_Memory roots_;
    mutable std::vector<Good> good_; // the newest last; not for two threads at once, as all of it
};

} // namespace sim::tls
