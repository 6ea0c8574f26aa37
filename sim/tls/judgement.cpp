// Botan validates the path; this takes the reason out of its many status codes.
#include "sim/tls/judgement.h"

#include <botan/pkix_enums.h>
#include <botan/pkix_types.h>
#include <botan/x509path.h>

#include <algorithm>
#include <set>

namespace sim::tls {

namespace {

using Botan::Certificate_Status_Code;

// Botan's "hard failures": revoked, which nothing in this world can be, and signatures.
constexpr auto first_hard_failure = Certificate_Status_Code::CERT_IS_REVOKED;

// Every error in the path, whichever certificate it is about.
std::set<Certificate_Status_Code> errors_in(const Botan::Path_Validation_Result& result)
{
    std::set<Certificate_Status_Code> errors;
    for (const auto& of_one : result.all_statuses()) {
        for (const Certificate_Status_Code code : of_one) {
            if (code >= Certificate_Status_Code::FIRST_ERROR_STATUS) errors.insert(code);
        }
    }
    return errors;
}

bool has_name(const Botan::X509_Certificate& certificate, std::string_view name)
{
    static const Botan::OID alternative_names =
        Botan::OID::from_string("X509v3.SubjectAlternativeName");
    // Botan would fall back to the common name; RFC 9525 §6.3 forbids it.
    return certificate.v3_extensions().extension_set(alternative_names) &&
           certificate.matches_dns_name(name);
}

std::string short_attribute(std::string name) // RFC 4514 §3
{
    if (name == "X520.CommonName") return "CN";
    if (name == "X520.Organization") return "O";
    if (name == "X520.OrganizationalUnit") return "OU";
    if (name == "X520.Country") return "C";
    return name;
}

Judgement because(CertificateVerdict verdict, Certificate_Status_Code code)
{
    const char* text = Botan::to_string(code);
    return {verdict, text == nullptr ? "unknown status" : text};
}

} // namespace

bool TrustStore::Data::remembers(const std::vector<Botan::X509_Certificate>& chain,
                                 Instant now) const
{
    return std::ranges::any_of(good_, [&](const Good& good) {
        return good.not_before <= now && now <= good.not_after && good.chain == chain;
    });
}

void TrustStore::Data::remember(const std::vector<Botan::X509_Certificate>& chain,
                                Instant not_before,
                                Instant not_after) const
{
    constexpr std::size_t most = 32;
    if (good_.size() == most) good_.erase(good_.begin());
    good_.push_back({chain, not_before, not_after});
}

namespace {

// Whether every signature and date of the path holds; else why not. Of the name nothing is said.
Judgement
judge_path(const std::vector<Botan::X509_Certificate>& chain, const TrustStore& trust, Instant now)
{
    if (trust.data() && trust.data()->remembers(chain, now)) return {};
    static const Botan::Certificate_Store_In_Memory nobody;
    // No revocation lists; keys and signatures of at least 110 bits of strength.
    static const Botan::Path_Validation_Restrictions restrictions{false, 110};
    const Botan::Path_Validation_Result result =
        Botan::x509_path_validate(chain,
                                  restrictions,
                                  trust.data() ? trust.data()->roots() : nobody,
                                  "",
                                  Botan::Usage_Type::TLS_SERVER_AUTH,
                                  to_timestamp(now));
    if (result.cert_path().empty()) {
        const bool alone = chain.front().is_self_signed();
        return because(alone ? CertificateVerdict::self_signed : CertificateVerdict::unknown_issuer,
                       result.result());
    }

    using enum Botan::Certificate_Status_Code;
    const std::set<Certificate_Status_Code> errors = errors_in(result);
    if (!errors.empty() && *errors.rbegin() >= first_hard_failure)
        return because(CertificateVerdict::bad_signature, *errors.rbegin());
    for (const Certificate_Status_Code code : errors) {
        if (code != CERT_HAS_EXPIRED && code != CERT_NOT_YET_VALID)
            return because(CertificateVerdict::otherwise_invalid, code);
    }
    if (errors.contains(CERT_HAS_EXPIRED))
        return because(CertificateVerdict::expired, CERT_HAS_EXPIRED);
    if (errors.contains(CERT_NOT_YET_VALID))
        return because(CertificateVerdict::not_yet_valid, CERT_NOT_YET_VALID);
    Instant not_before = Instant::min();
    Instant not_after = Instant::max();
    for (const auto& certificate : result.cert_path()) {
        not_before = std::max(not_before, instant_of(certificate.not_before()));
        not_after = std::min(not_after, instant_of(certificate.not_after()));
    }
    trust.data()->remember(chain, not_before, not_after);
    return {};
}

} // namespace

Judgement judge(const std::vector<Botan::X509_Certificate>& chain,
                const TrustStore& trust,
                std::string_view name,
                Instant now)
{
    Judgement judgement = judge_path(chain, trust, now);
    if (judgement.verdict == CertificateVerdict::valid && !has_name(chain.front(), name)) {
        return because(CertificateVerdict::wrong_name,
                       Botan::Certificate_Status_Code::CERT_NAME_NOMATCH);
    }
    return judgement;
}

Botan::TLS::AlertType alert_for(CertificateVerdict verdict)
{
    using enum Botan::TLS::AlertType;
    switch (verdict) {
    case CertificateVerdict::expired:
    case CertificateVerdict::not_yet_valid:
        return CertificateExpired; // "or is not currently valid"
    case CertificateVerdict::self_signed:
    case CertificateVerdict::unknown_issuer:
        return UnknownCA;
    case CertificateVerdict::otherwise_invalid:
        return UnsupportedCertificate;
    default:
        return BadCertificate;
    }
}

std::string describe_name(const Botan::X509_DN& name)
{
    constexpr std::size_t longest = 512;
    std::string text;
    for (const auto& [oid, value] : name.dn_info()) {
        if (!text.empty()) text += ", ";
        text += short_attribute(oid.to_formatted_string());
        text += '=';
        text += value.value();
        if (text.size() > longest) break;
    }
    text.resize(std::min(text.size(), longest));
    return text;
}

Instant instant_of(const Botan::X509_Time& time)
{
    static const Botan::X509_Time first{to_timestamp(Instant{})};
    constexpr auto last = std::chrono::floor<std::chrono::seconds>(Instant::max());
    if (time < first) return Instant{};
    const std::uint64_t seconds = time.time_since_epoch();
    if (seconds > static_cast<std::uint64_t>(last.time_since_epoch().count())) return last;
    return Instant{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

} // namespace sim::tls
