#include "sim/auth/dkim_key.h"

#include "sim/auth/domain.h"
#include "sim/auth/tags.h"
#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sim::auth {

namespace {

bool lists(const std::string* value, char separator, std::string_view wanted)
{
    const auto parts = split_list(folded(*value), separator);
    return std::ranges::find(parts, wanted) != parts.end();
}

tl::unexpected<DkimFault> refuse(DkimProblem problem, const Tags& tags, const char* name)
{
    const std::string* const value = find_tag(tags, name);
    const std::string term = fmt::format("{}={}", name, value == nullptr ? "" : *value);
    return tl::unexpected{DkimFault{problem, on_one_line(term)}};
}

} // namespace

tl::expected<DkimKeyRecord, DkimFault> parse_key(std::string_view text,
                                                 const DkimSignature& signature)
{
    const auto tags = parse_tags(text);
    if (!tags) return tl::unexpected{DkimFault{DkimProblem::unreadable_key, tags.error().where}};
    // v need not be there; where it is, it comes first.
    const std::string* const version = find_tag(*tags, "v");
    if (version != nullptr && (*version != "DKIM1" || tags->front().name != "v"))
        return refuse(DkimProblem::unreadable_key, *tags, "v");
    const std::string* const hashes = find_tag(*tags, "h");
    if (hashes != nullptr && !lists(hashes, ':', "sha256"))
        return refuse(DkimProblem::hash_refused, *tags, "h");
    const std::string* const services = find_tag(*tags, "s");
    if (services != nullptr && !lists(services, ':', "*") && !lists(services, ':', "email"))
        return refuse(DkimProblem::service_refused, *tags, "s");
    const std::string* const kind = find_tag(*tags, "k");
    const std::string of_kind = kind == nullptr ? "rsa" : folded(*kind);
    if (of_kind != name_of(signature.kind)) {
        return tl::unexpected{
            DkimFault{DkimProblem::other_kind_of_key, on_one_line("k=" + of_kind)}};
    }
    const std::string* const flags = find_tag(*tags, "t");
    const bool testing = flags != nullptr && lists(flags, ':', "y");
    const bool no_subdomains = flags != nullptr && lists(flags, ':', "s");
    const std::string own = "@" + signature.domain;
    if (no_subdomains && !folded(signature.identity).ends_with(own))
        return refuse(DkimProblem::subdomain_refused, *tags, "t");
    const std::string* const octets = find_tag(*tags, "p");
    if (octets == nullptr) return refuse(DkimProblem::unreadable_key, *tags, "p");
    if (octets->empty()) return refuse(DkimProblem::revoked, *tags, "p");
    auto key = DkimPublicKey::read(signature.kind, decode_folded_base64(*octets));
    if (!key) return tl::unexpected{DkimFault{DkimProblem::unreadable_key, "p"}};
    if (signature.kind == DkimKeyKind::rsa && key->bits() < least_verified_bits) {
        return tl::unexpected{DkimFault{DkimProblem::weak_key, std::to_string(key->bits())}};
    }
    return DkimKeyRecord{*std::move(key), testing, no_subdomains};
}

} // namespace sim::auth
