// Makes certificates with Botan's issuing functions, every date and every random number given.
#include "sim/tls/authority.h"

#include "sim/core/address.h"
#include "sim/core/assert.h"
#include "sim/tls/botan_types.h"

#include <botan/bigint.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/pkcs8.h>
#include <botan/x509_ca.h>
#include <botan/x509_ext.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sim::tls {

namespace {

using Botan::X509_Certificate;
namespace ext = Botan::Cert_Extension;

constexpr std::string_view hash = "SHA-256";
constexpr std::size_t most_names = 16;
constexpr std::size_t longest_common_name = 64; // RFC 5280 §A.1, ub-common-name

struct Validity {
    Instant not_before;
    Instant not_after;
};

// X.509 counts whole seconds (RFC 5280 §4.1.2.5).
Validity whole_seconds(Instant not_before, Instant not_after)
{
    return {std::chrono::floor<std::chrono::seconds>(not_before),
            std::chrono::floor<std::chrono::seconds>(not_after)};
}

// A key with the name that it signs under.
struct Signer {
    std::shared_ptr<Botan::Private_Key> key;
    Botan::X509_DN name;
};

Botan::X509_DN distinguished_name(std::string_view common_name, std::string_view organization)
{
    Botan::X509_DN name;
    if (!organization.empty()) name.add_attribute("X520.Organization", organization);
    if (!common_name.empty() && common_name.size() <= longest_common_name)
        name.add_attribute("X520.CommonName", common_name);
    return name;
}

std::shared_ptr<Botan::Private_Key> new_key(Botan::RandomNumberGenerator& rng)
{
    return std::make_shared<Botan::ECDSA_PrivateKey>(rng, Botan::EC_Group::from_name("secp256r1"));
}

struct Draft { // a certificate before it is signed
    Botan::X509_DN subject;
    const Botan::Private_Key* key = nullptr;
    Validity validity;
    Botan::Extensions extensions;
};

X509_Certificate sign(Draft& draft, const Signer& signer, Botan::RandomNumberGenerator& rng)
{
    const std::vector<std::uint8_t> public_key = draft.key->subject_public_key();
    ext::Subject_Key_ID subject_key_id{draft.key->public_key_bits(), hash};
    ext::Subject_Key_ID authority_key_id{signer.key->public_key_bits(), hash};
    draft.extensions.add(std::make_unique<ext::Subject_Key_ID>(subject_key_id.get_key_id()));
    draft.extensions.add(std::make_unique<ext::Authority_Key_ID>(authority_key_id.get_key_id()));
    const auto operation = Botan::X509_Object::choose_sig_format(*signer.key, rng, hash, "");
    const Botan::BigInt serial{rng, 128};
    return Botan::X509_CA::make_cert(*operation,
                                     rng,
                                     serial,
                                     operation->algorithm_identifier(),
                                     public_key,
                                     Botan::X509_Time{to_timestamp(draft.validity.not_before)},
                                     Botan::X509_Time{to_timestamp(draft.validity.not_after)},
                                     signer.name,
                                     draft.subject,
                                     draft.extensions);
}

struct Hierarchy {
    X509_Certificate root;
    X509_Certificate intermediate;
    Signer issuer; // the intermediate's key: the root's is used twice and forgotten
};

Draft authority_draft(const Signer& subject, Validity validity, std::size_t path_limit)
{
    Draft draft{
        .subject = subject.name, .key = subject.key.get(), .validity = validity, .extensions = {}};
    draft.extensions.add(std::make_unique<ext::Basic_Constraints>(true, path_limit), true);
    draft.extensions.add(std::make_unique<ext::Key_Usage>(Botan::Key_Constraints::ca_constraints()),
                         true);
    return draft;
}

Hierarchy make_hierarchy(std::string_view organization, Rng chance, Instant now)
{
    const auto rng = botan_rng(chance);
    constexpr auto year = std::chrono::hours{24 * 365};
    const Validity validity = whole_seconds(now - year, now + 20 * year);
    const std::string owner{organization};
    const Signer root{new_key(*rng), distinguished_name(owner + " Root CA", owner)};
    Signer intermediate{new_key(*rng), distinguished_name(owner + " Server CA", owner)};
    Draft root_draft = authority_draft(root, validity, 1);
    Draft intermediate_draft = authority_draft(intermediate, validity, 0);
    X509_Certificate root_certificate = sign(root_draft, root, *rng);
    X509_Certificate intermediate_certificate = sign(intermediate_draft, root, *rng);
    return {
        std::move(root_certificate), std::move(intermediate_certificate), std::move(intermediate)};
}

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
        if (const auto address = parse_ipv4(name))
            alternatives.add_ipv4_address(address->value);
        else
            alternatives.add_dns(name);
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

} // namespace

std::string Identity::chain_pem() const
{
    std::string pem;
    if (empty()) return pem;
    for (const X509_Certificate& certificate : data_->credentials->chain())
        pem += certificate.PEM_encode();
    return pem;
}

std::string Identity::key_pem() const
{
    return empty() ? std::string{} : Botan::PKCS8::PEM_encode(data_->credentials->key());
}

Instant Identity::not_before() const
{
    return empty() ? Instant{} : data_->not_before;
}
Instant Identity::not_after() const
{
    return empty() ? Instant{} : data_->not_after;
}

struct Authority::Impl {
    std::uint64_t seed = 0;
    Instant made_at;
    Hierarchy trusted;
    std::optional<Hierarchy> unknown; // made when first asked for
    TrustStore trust;
};

Authority::Authority(std::uint64_t seed, Instant now)
{
    SIM_ASSERT(now >= Instant{} && now < Instant{} + std::chrono::hours{24 * 365 * 230});
    Hierarchy trusted =
        make_hierarchy("Hikyaku Practice", rng_stream(seed, "tls/authority/trusted"), now);
    auto roots = std::make_shared<TrustStore::Data>();
    roots->roots.add_certificate(trusted.root);
    impl_ = std::make_unique<Impl>(Impl{.seed = seed,
                                        .made_at = now,
                                        .trusted = std::move(trusted),
                                        .unknown = std::nullopt,
                                        .trust = TrustStore{std::move(roots)}});
}

Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;

Identity Authority::issue(const LeafRequest& request, Instant now)
{
    SIM_ASSERT(is_printable(request.name));
    SIM_ASSERT(request.shown_name.empty() || is_printable(request.shown_name));
    SIM_ASSERT(request.more_names.size() <= most_names);
    SIM_ASSERT(std::ranges::all_of(request.more_names, is_printable));
    if (request.kind == LeafKind::unknown_issuer && !impl_->unknown)
        impl_->unknown = make_hierarchy(
            "Nobody Knows", rng_stream(impl_->seed, "tls/authority/unknown"), impl_->made_at);

    const auto rng = botan_rng(rng_stream(impl_->seed, stream_name(request, now)));
    const std::shared_ptr<Botan::Private_Key> key = new_key(*rng);
    Draft draft = leaf_draft(request, *key, now);
    std::vector<X509_Certificate> chain;
    if (request.kind == LeafKind::self_signed) {
        chain.push_back(sign(draft, Signer{key, draft.subject}, *rng));
    } else {
        const bool unknown = request.kind == LeafKind::unknown_issuer;
        const Hierarchy& hierarchy = unknown ? *impl_->unknown : impl_->trusted;
        chain.push_back(sign(draft, hierarchy.issuer, *rng));
        if (request.kind != LeafKind::incomplete_chain) chain.push_back(hierarchy.intermediate);
    }
    auto data = std::make_shared<Identity::Data>();
    data->credentials = std::make_shared<ServerCredentials>(std::move(chain), key);
    data->not_before = draft.validity.not_before;
    data->not_after = draft.validity.not_after;
    return Identity{std::move(data)};
}

TrustStore Authority::trust() const
{
    return impl_->trust;
}
std::string Authority::root_pem() const
{
    return impl_->trusted.root.PEM_encode();
}

} // namespace sim::tls
