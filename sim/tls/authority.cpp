// Leaf certificates: what a request asks for, written down and signed when someone first looks.
#include "sim/tls/authority.h"

#include "sim/core/address.h"
#include "sim/core/assert.h"
#include "sim/tls/hierarchy.h"

#include <botan/data_src.h>
#include <botan/pkcs8.h>
#include <botan/x509_ext.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::tls {

namespace {

using Botan::X509_Certificate;
namespace ext = Botan::Cert_Extension;

constexpr std::size_t most_names = 16;
constexpr std::chrono::hours longest_clock{24 * 365 * 230};
constexpr std::chrono::hours longest_lifetime{24 * 365 * 30};

std::vector<std::string> names_on(const LeafRequest& request)
{
    if (request.kind == LeafKind::wrong_name)
        return {request.shown_name.empty() ? "www." + request.name : request.shown_name};
    std::vector<std::string> names{request.name};
    names.insert(names.end(), request.more_names.begin(), request.more_names.end());
    return names;
}

Validity validity_of(const LeafRequest& request, Instant now)
{
    constexpr auto day = std::chrono::hours{24};
    switch (request.kind) {
    case LeafKind::expired:
        return whole_seconds(now - day - request.lifetime, now - day);
    case LeafKind::not_yet_valid:
        return whole_seconds(now + day, now + day + request.lifetime);
    default:
        return whole_seconds(now - 1h, now - 1h + request.lifetime);
    }
}

Draft leaf_draft(const LeafRequest& request, const Botan::Private_Key& key, Instant now)
{
    const std::vector<std::string> names = names_on(request);
    Draft draft{.subject = distinguished_name(names.front(), ""),
                .key = &key,
                .validity = validity_of(request, now),
                .extensions = {}};
    Botan::AlternativeName alternatives;
    for (const std::string& name : names) {
        if (const auto address = parse_address(name)) {
            alternatives.add_ipv4_address(address->value);
        } else {
            alternatives.add_dns(name);
        }
    }
    draft.extensions.add(std::make_unique<ext::Basic_Constraints>(false), true);
    draft.extensions.add(std::make_unique<ext::Key_Usage>(
                             Botan::Key_Constraints{Botan::Key_Constraints::DigitalSignature}),
                         true);
    draft.extensions.add(std::make_unique<ext::Extended_Key_Usage>(
        std::vector{Botan::OID::from_string("PKIX.ServerAuth")}));
    // A certificate without a subject must mark this critical (RFC 5280 §4.2.1.6).
    draft.extensions.add(std::make_unique<ext::Subject_Alternative_Name>(alternatives),
                         draft.subject.empty());
    return draft;
}

// What this request's random numbers come from: the whole request, so that the order in which a
// world's servers are set up changes nobody's certificate.
std::string stream_name(const LeafRequest& request, Instant now)
{
    std::string name = "tls/leaf/" + std::string{name_of(request.kind)};
    for (const std::string& shown : names_on(request))
        name += "/" + shown;
    name += "/" + std::to_string(now.time_since_epoch().count());
    name += "/" + std::to_string(request.lifetime.count());
    return name;
}

bool is_printable(const std::string& name)
{
    return !name.empty() && name.size() <= 253 &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::shared_ptr<ServerCredentials>
make_credentials(const Hierarchies& hierarchies, const LeafRequest& request, Instant now)
{
    const auto rng = botan_rng(rng_stream(hierarchies.seed(), stream_name(request, now)));
    const std::shared_ptr<Botan::Private_Key> key = new_key(*rng);
    Draft draft = leaf_draft(request, *key, now);
    std::vector<X509_Certificate> chain;
    if (request.kind == LeafKind::self_signed) {
        chain.push_back(sign(draft, Signer{key, draft.subject}, *rng));
    } else {
        const bool unknown = request.kind == LeafKind::unknown_issuer;
        const Hierarchy& hierarchy = unknown ? hierarchies.unknown() : hierarchies.trusted();
        chain.push_back(sign(draft, hierarchy.issuer, *rng));
        if (request.kind != LeafKind::incomplete_chain) chain.push_back(hierarchy.intermediate);
    }
    return std::make_shared<ServerCredentials>(std::move(chain), key);
}

} // namespace

const std::shared_ptr<ServerCredentials>& Identity::Data::credentials() const
{
    if (!credentials_) credentials_ = make_credentials(*hierarchies_, request_, issued_at_);
    return credentials_;
}

const Botan::Certificate_Store_In_Memory& TrustStore::Data::roots() const
{
    return hierarchies_ ? hierarchies_->roots() : roots_;
}

tl::expected<TrustStore, std::string> trust_in(std::string_view pem)
{
    constexpr std::size_t most_roots = 4096;
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    Botan::Certificate_Store_In_Memory roots;
    std::size_t count = 0;
    for (std::size_t at = pem.find(begin); at != std::string_view::npos; at = pem.find(begin, at)) {
        const std::size_t stop = pem.find(end, at);
        if (++count > most_roots) {
            return tl::make_unexpected(
                fmt::format("there are more than {} certificates in it", most_roots));
        }
        if (stop == std::string_view::npos)
            return tl::make_unexpected(fmt::format("certificate {} has no end", count));
        const std::string_view one = pem.substr(at, stop + end.size() - at);
        at = stop;
        try {
            Botan::DataSource_Memory source{one};
            roots.add_certificate(X509_Certificate{source});
        } catch (const std::exception& problem) {
            return tl::make_unexpected(
                fmt::format("certificate {} cannot be read: {}", count, problem.what()));
        }
    }
    if (count == 0) return tl::make_unexpected("there is no certificate in it");
    return TrustStore{std::make_shared<const TrustStore::Data>(std::move(roots))};
}

std::string Identity::chain_pem() const
{
    std::string pem;
    if (empty()) return pem;
    for (const X509_Certificate& certificate : data_->credentials()->chain())
        pem += certificate.PEM_encode();
    return pem;
}

std::string Identity::key_pem() const
{
    return empty() ? std::string{} : Botan::PKCS8::PEM_encode(data_->credentials()->key());
}

Instant Identity::not_before() const
{
    return empty() ? Instant{} : validity_of(data_->request(), data_->issued_at()).not_before;
}

Instant Identity::not_after() const
{
    return empty() ? Instant{} : validity_of(data_->request(), data_->issued_at()).not_after;
}

Authority::Authority(std::uint64_t seed, Instant now)
    : hierarchies_{std::make_shared<const Hierarchies>(seed, now)}
{
    SIM_ASSERT(now >= Instant{} && now < Instant{longest_clock});
}

Identity Authority::issue(const LeafRequest& request, Instant now) const
{
    SIM_ASSERT(now >= Instant{} && now < Instant{longest_clock});
    SIM_ASSERT(request.lifetime > Duration{} && request.lifetime <= longest_lifetime);
    SIM_ASSERT(is_printable(request.name));
    SIM_ASSERT(request.shown_name.empty() || is_printable(request.shown_name));
    SIM_ASSERT(request.more_names.size() <= most_names);
    SIM_ASSERT(std::ranges::all_of(request.more_names, is_printable));
    return Identity{std::make_shared<const Identity::Data>(hierarchies_, request, now)};
}

TrustStore Authority::trust() const
{
    return TrustStore{std::make_shared<const TrustStore::Data>(hierarchies_)};
}

std::string Authority::root_pem() const
{
    return hierarchies_->trusted().root.PEM_encode();
}

} // namespace sim::tls
