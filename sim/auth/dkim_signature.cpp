#include "sim/auth/dkim_signature.h"

#include "sim/auth/domain.h"
#include "sim/auth/tags.h"
#include "sim/core/ascii.h"
#include "sim/core/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sim::auth {

namespace {

using Fault = std::optional<DkimFault>;

constexpr std::size_t most_signed_names = 500;

bool is_dns_name(std::string_view name)
{
    const auto inside = [](char byte) {
        return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_' || byte == '.';
    };
    return fits_dns(name) && std::ranges::all_of(name, inside);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view digits, std::size_t longest)
{
    if (digits.empty() || digits.size() > longest || !std::ranges::all_of(digits, is_digit))
        return std::nullopt;
    Number number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{}) return std::nullopt;
    return number;
}

int hex_digit(char byte)
{
    if (is_digit(byte)) return byte - '0';
    const char letter = lower(byte);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// §2.11: "=2C" stands for a comma. Nothing for an "=" without two digits behind it.
std::optional<std::string> decode_quoted(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '=') {
            out += text[at];
            continue;
        }
        if (text.size() - at < 3) return std::nullopt;
        const int high = hex_digit(text[at + 1]);
        const int low = hex_digit(text[at + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return out;
}

class SignatureReader {
public:
    explicit SignatureReader(const Tags& tags) : tags_{tags} {}

    tl::expected<DkimSignature, DkimFault> read()
    {
        for (const char* const name : {"v", "a", "b", "bh", "d", "h", "s"}) {
            if (find_tag(tags_, name) == nullptr)
                return tl::unexpected{DkimFault{DkimProblem::missing_tag, name}};
        }
        for (const auto step : {&SignatureReader::read_rules,
                                &SignatureReader::read_forms,
                                &SignatureReader::read_names,
                                &SignatureReader::read_signed,
                                &SignatureReader::read_times}) {
            if (auto fault = (this->*step)()) return tl::unexpected{*std::move(fault)};
        }
        return std::move(signature_);
    }

private:
    [[nodiscard]] std::string value(const char* name) const
    {
        const std::string* const found = find_tag(tags_, name);
        return found == nullptr ? std::string{} : *found;
    }

    [[nodiscard]] Fault wrong(DkimProblem problem, const char* name) const
    {
        return DkimFault{problem, on_one_line(fmt::format("{}={}", name, value(name)))};
    }

    Fault read_rules()
    {
        if (value("v") != "1") return wrong(DkimProblem::unknown_version, "v");
        const std::string algorithm = folded(value("a"));
        if (algorithm == "rsa-sha1") return wrong(DkimProblem::sha1, "a");
        if (algorithm == "rsa-sha256") {
            signature_.kind = DkimKeyKind::rsa;
        } else if (algorithm == "ed25519-sha256") {
            signature_.kind = DkimKeyKind::ed25519;
        } else {
            return wrong(DkimProblem::unknown_algorithm, "a");
        }
        if (find_tag(tags_, "q") == nullptr) return std::nullopt;
        const auto queries = split_list(folded(value("q")), ':');
        if (std::ranges::find(queries, "dns/txt") != queries.end()) return std::nullopt;
        return wrong(DkimProblem::unknown_query, "q");
    }

    Fault read_forms()
    {
        if (find_tag(tags_, "c") == nullptr) return std::nullopt;
        const auto forms = split_list(folded(value("c")), '/');
        const auto header = parse_enum<Canonicalization>(forms.front());
        const auto body = forms.size() == 1 ? Canonicalization::simple
                                            : parse_enum<Canonicalization>(forms.back());
        if (!header || !body || forms.size() > 2) return wrong(DkimProblem::unknown_form, "c");
        signature_.header_form = *header;
        signature_.body_form = *body;
        return std::nullopt;
    }

    Fault read_names()
    {
        signature_.domain = folded(value("d"));
        signature_.selector = folded(value("s"));
        std::optional<std::string> identity = "@" + signature_.domain;
        if (find_tag(tags_, "i") != nullptr) identity = decode_quoted(without_white(value("i")));
        if (!identity || identity->empty()) return wrong(DkimProblem::foreign_identity, "i");
        const auto fault = fault_of_names(signature_.domain, signature_.selector, *identity);
        if (fault == NameFault::domain) return wrong(DkimProblem::bad_name, "d");
        if (fault == NameFault::selector) return wrong(DkimProblem::bad_name, "s");
        if (fault) return wrong(DkimProblem::foreign_identity, "i");
        signature_.identity = *std::move(identity);
        return std::nullopt;
    }

    Fault read_signed()
    {
        signature_.headers = split_list(folded(value("h")), ':');
        if (signature_.headers.size() > most_signed_names)
            return DkimFault{DkimProblem::unreadable, "h"};
        const auto& headers = signature_.headers;
        if (std::ranges::find(headers, "from") == headers.end())
            return wrong(DkimProblem::from_unsigned, "h");
        signature_.signature = decode_folded_base64(value("b"));
        if (signature_.signature.empty()) return DkimFault{DkimProblem::bad_base64, "b"};
        signature_.body_hash = decode_folded_base64(value("bh"));
        if (signature_.body_hash.empty()) return DkimFault{DkimProblem::bad_base64, "bh"};
        if (find_tag(tags_, "l") == nullptr) return std::nullopt;
        // Up to 76 digits (§3.5): more than any body has, where they exceed what we count with.
        const std::string length = value("l");
        const bool digits = length.size() <= 76 && std::ranges::all_of(length, is_digit);
        if (length.empty() || !digits) return wrong(DkimProblem::bad_number, "l");
        signature_.length = parse_number<std::uint64_t>(length, 76).value_or(UINT64_MAX);
        return std::nullopt;
    }

    Fault read_times()
    {
        struct Time {
            const char* name;
            std::optional<std::int64_t>& place;
        };
        for (const Time& time : {Time{"t", signature_.signed_s}, Time{"x", signature_.expires_s}}) {
            if (find_tag(tags_, time.name) == nullptr) continue;
            time.place = parse_number<std::int64_t>(value(time.name), 12);
            if (!time.place) return wrong(DkimProblem::bad_number, time.name);
        }
        if (signature_.signed_s && signature_.expires_s &&
            *signature_.expires_s < *signature_.signed_s)
            return wrong(DkimProblem::expires_before_signing, "x");
        return std::nullopt;
    }

    const Tags& tags_;
    DkimSignature signature_;
};

// Where the value of b stands: behind its "=", up to its ";" or the end.
struct ValueSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::optional<ValueSpan> place_of_b(std::string_view field)
{
    std::size_t begin = std::min(field.find(':'), field.size() - 1) + 1;
    while (begin < field.size()) {
        const std::size_t end = std::min(field.find(';', begin), field.size());
        const std::string_view spec = field.substr(begin, end - begin);
        const std::size_t equals = spec.find('=');
        if (equals != std::string_view::npos && trimmed(spec.substr(0, equals)) == "b")
            return ValueSpan{begin + equals + 1, end};
        begin = end + 1;
    }
    return std::nullopt;
}

} // namespace

DkimResult result_of(DkimProblem problem)
{
    switch (problem) {
    case DkimProblem::unreadable:
    case DkimProblem::missing_tag:
    case DkimProblem::unknown_version:
    case DkimProblem::unknown_algorithm:
    case DkimProblem::unknown_form:
    case DkimProblem::unknown_query:
    case DkimProblem::bad_base64:
    case DkimProblem::bad_name:
    case DkimProblem::foreign_identity:
    case DkimProblem::bad_number:
    case DkimProblem::expires_before_signing:
        return DkimResult::neutral; // "contained syntax errors or could not be processed"
    case DkimProblem::dns_failed:
        return DkimResult::temperror;
    case DkimProblem::sha1:
    case DkimProblem::weak_key:
        return DkimResult::policy; // signed, but not in a way that is good enough today
    case DkimProblem::from_unsigned:
    case DkimProblem::no_key:
    case DkimProblem::unreadable_key:
    case DkimProblem::revoked:
    case DkimProblem::other_kind_of_key:
    case DkimProblem::hash_refused:
    case DkimProblem::service_refused:
    case DkimProblem::subdomain_refused:
        return DkimResult::permerror;
    case DkimProblem::expired:
    case DkimProblem::body_too_short:
    case DkimProblem::body_changed:
    case DkimProblem::signature_wrong:
        break;
    }
    return DkimResult::fail;
}

std::optional<NameFault>
fault_of_names(std::string_view domain, std::string_view selector, std::string_view identity)
{
    if (!is_dns_name(domain) || !is_domain(domain)) return NameFault::domain;
    if (!is_dns_name(selector)) return NameFault::selector;
    if (identity.empty()) return std::nullopt;
    const std::size_t at = identity.rfind('@');
    if (at == std::string_view::npos || !is_at_or_below(identity.substr(at + 1), domain))
        return NameFault::identity;
    return std::nullopt;
}

std::string decode_folded_base64(std::string_view text)
{
    return decode_base64(without_white(text)).value_or("");
}

DkimNames read_names(std::string_view value)
{
    DkimNames names;
    while (!value.empty()) {
        const std::size_t end = std::min(value.find(';'), value.size());
        const std::string_view spec = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        const std::size_t equals = spec.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = trimmed(spec.substr(0, equals));
        const std::string found = without_white(spec.substr(equals + 1));
        struct Row {
            std::string_view name;
            std::string& place;
        };
        for (const Row& row : {Row{"d", names.domain},
                               Row{"s", names.selector},
                               Row{"a", names.algorithm},
                               Row{"i", names.identity},
                               Row{"b", names.signature}}) {
            if (name == row.name && row.place.empty()) row.place = found;
        }
    }
    return names;
}

tl::expected<DkimSignature, DkimFault> parse_signature(std::string_view value)
{
    const auto tags = parse_tags(value);
    if (!tags) return tl::unexpected{DkimFault{DkimProblem::unreadable, tags.error().where}};
    return SignatureReader{*tags}.read();
}

std::string unsigned_field(std::string_view field)
{
    while (field.ends_with('\n') || field.ends_with('\r'))
        field.remove_suffix(1);
    std::string out{field};
    if (const auto place = place_of_b(field)) out.erase(place->begin, place->end - place->begin);
    return out;
}

} // namespace sim::auth
