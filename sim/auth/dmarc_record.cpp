#include "sim/auth/dmarc_record.h"

#include "sim/auth/tags.h"
#include "sim/core/ascii.h"

#include <algorithm>
#include <cstddef>
#include <map>

namespace sim::auth {

namespace {

constexpr std::size_t most_uris = 20;

// §4.8: "v" equals "DMARC1", the value in capital letters.
struct Assigned {
    std::string name; // in lower case
    std::string_view value;
};

Assigned cut_assignment(std::string_view& text)
{
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view spec = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = spec.find('=');
    if (equals == std::string_view::npos) return {};
    return {folded(trimmed(spec.substr(0, equals))), trimmed(spec.substr(equals + 1))};
}

// RFC 3986 §3: a scheme, a colon, and something behind it; the old "!10m" of a size left out
// (§4.8).
std::vector<std::string> parse_uris(std::string_view value)
{
    std::vector<std::string> uris;
    for (std::string& uri : split_list(value, ',')) {
        uri.resize(std::min(uri.find('!'), uri.size()));
        const std::size_t colon = uri.find(':');
        const auto in_scheme = [](char byte) {
            return is_letter(byte) || is_digit(byte) || byte == '+' || byte == '-' || byte == '.';
        };
        const bool good =
            colon != std::string::npos && colon > 0 && colon + 1 < uri.size() &&
            is_letter(uri.front()) &&
            std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), in_scheme) &&
            std::ranges::none_of(uri, is_white);
        if (good && uris.size() < most_uris) uris.push_back(std::move(uri));
    }
    return uris;
}

using Values = std::map<std::string, std::string_view>;

// Reads into `place`. False: there is a value, and it is none.
template <typename Place>
bool read_policy(const Values& values, const char* name, Place& place)
{
    const auto found = values.find(name);
    if (found == values.end()) return true;
    const auto policy = parse_enum<DmarcPolicy>(folded(found->second));
    if (policy) place = *policy;
    return policy.has_value();
}

bool says(const Values& values, const char* name, std::string_view wanted)
{
    const auto found = values.find(name);
    return found != values.end() && folded(found->second) == wanted;
}

} // namespace

bool is_dmarc(std::string_view text)
{
    const Assigned version = cut_assignment(text);
    return version.name == "v" && version.value == "DMARC1";
}

DmarcRecord parse_dmarc(std::string_view text)
{
    Values values; // the first of a name counts
    while (!text.empty()) {
        const Assigned tag = cut_assignment(text);
        if (!tag.name.empty() && values.size() < most_tags) values.emplace(tag.name, tag.value);
    }
    DmarcRecord record;
    const bool good = read_policy(values, "p", record.policy) &&
                      read_policy(values, "sp", record.subdomains) &&
                      read_policy(values, "np", record.missing_subdomains);
    record.testing = says(values, "t", "y");
    if (says(values, "psd", "y")) record.suffix = DmarcSuffix::yes;
    if (says(values, "psd", "n")) record.suffix = DmarcSuffix::no;
    if (says(values, "adkim", "s")) record.dkim = DmarcAlignment::strict;
    if (says(values, "aspf", "s")) record.spf = DmarcAlignment::strict;
    if (values.contains("rua")) record.rua = parse_uris(values.at("rua"));
    if (values.contains("ruf")) record.ruf = parse_uris(values.at("ruf"));
    if (values.contains("fo") && !values.at("fo").empty())
        record.failure_options = std::string{values.at("fo")};
    if (!good) {
        record.unusable = record.rua.empty();
        record.policy = DmarcPolicy::none;
        record.subdomains.reset();
        record.missing_subdomains.reset();
    }
    return record;
}

} // namespace sim::auth
