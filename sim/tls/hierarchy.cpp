// Makes certificates with Botan's issuing functions, every date and every random number given.
#include "sim/tls/hierarchy.h"

#include <botan/bigint.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/x509_ca.h>

#include <string>
#include <utility>

namespace sim::tls {

namespace {

using Botan::X509_Certificate;
namespace ext = Botan::Cert_Extension;

constexpr std::string_view hash = "SHA-256";
constexpr std::size_t longest_common_name = 64;

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
    return {root_certificate, intermediate_certificate, std::move(intermediate)};
}

} // namespace

Validity whole_seconds(Instant not_before, Instant not_after)
{
    return {std::chrono::floor<std::chrono::seconds>(not_before),
            std::chrono::floor<std::chrono::seconds>(not_after)};
}

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

const Hierarchy& Hierarchies::trusted() const
{
    if (!trusted_) {
        trusted_ =
            make_hierarchy("Hikyaku Practice", rng_stream(seed_, "tls/authority/trusted"), now_);
    }
    return *trusted_;
}

const Hierarchy& Hierarchies::unknown() const
{
    if (!unknown_)
        unknown_ = make_hierarchy("Nobody Knows", rng_stream(seed_, "tls/authority/unknown"), now_);
    return *unknown_;
}

const Botan::Certificate_Store_In_Memory& Hierarchies::roots() const
{
    if (!roots_) roots_.emplace(trusted().root);
    return *roots_;
}

} // namespace sim::tls
