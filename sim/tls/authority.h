// A certificate authority of the simulated world: a root, an intermediate, and the leaf
// certificates that servers show, good ones and ones with exactly one thing wrong.
//
// Same seed, same requests, same instants: the same keys and the same certificates to the byte. All
// keys are ECDSA on P-256. Copies of Identity and TrustStore share what they hold and cost nothing.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/time.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sim::tls {

// What is wrong with a leaf certificate; all else about it is right.
SIM_NAMED_ENUM(LeafKind,
               good,
               expired,         // since a day
               not_yet_valid,   // until tomorrow
               wrong_name,      // for LeafRequest::shown_name instead
               self_signed,     // by its own key; nobody vouches for it
               unknown_issuer,  // by an authority that nobody trusts
               incomplete_chain // the server forgot to install the intermediate
);

struct LeafRequest {
    std::string name;                      // DNS name or IPv4 address of the server
    std::vector<std::string> more_names{}; // other names it answers to; at most 16
    LeafKind kind = LeafKind::good;
    std::string shown_name{}; // for wrong_name: what it is for; "www." + name when empty
    Duration lifetime = std::chrono::hours{24 * 90}; // at most thirty years
};

// A private key and the certificates that a server shows with it, leaf first. An Identity made by
// the default constructor is empty: a server that has it can complete no handshake.
class Identity {
public:
    Identity() = default;

    [[nodiscard]] bool empty() const { return data_ == nullptr; }
    // What the server sends, in PEM, leaf first.
    [[nodiscard]] std::string chain_pem() const;
    // Unencrypted PKCS #8, in PEM.
    [[nodiscard]] std::string key_pem() const;
    [[nodiscard]] Instant not_before() const;
    [[nodiscard]] Instant not_after() const;

    class Data; // in botan_types.h, for this module only
    explicit Identity(std::shared_ptr<const Data> data) : data_{std::move(data)} {}
    [[nodiscard]] const std::shared_ptr<const Data>& data() const { return data_; }

private:
    std::shared_ptr<const Data> data_;
};

// The roots that a client believes. One made by the default constructor believes nobody.
class TrustStore {
public:
    TrustStore() = default;

    class Data; // in botan_types.h, for this module only
    explicit TrustStore(std::shared_ptr<const Data> data) : data_{std::move(data)} {}
    [[nodiscard]] const std::shared_ptr<const Data>& data() const { return data_; }

private:
    std::shared_ptr<const Data> data_;
};

// The certificates of a PEM file (RFC 7468) as roots; what stands between them is passed over. In
// place of a store: what is wrong with the file, for a person.
[[nodiscard]] tl::expected<TrustStore, std::string> trust_in(std::string_view pem);

class Hierarchies; // in hierarchy.h, for this module only

// Costs nothing to make or to copy; keys are made when a certificate is first looked at.
class Authority {
public:
    // Root and intermediate are valid from a year before `now` to twenty years after it. `now`,
    // here and below, must lie between the years 1970 and 2199: a virtual clock's range ends in
    // 2262.
    Authority(std::uint64_t seed, Instant now);

    // A new certificate with a key of its own; a good one is valid from an hour before `now`. Names
    // are printable ASCII without spaces, at most 253 octets.
    [[nodiscard]] Identity issue(const LeafRequest& request, Instant now) const;

    [[nodiscard]] TrustStore trust() const;
    [[nodiscard]] std::string root_pem() const;

private:
    std::shared_ptr<const Hierarchies> hierarchies_;
};

} // namespace sim::tls
