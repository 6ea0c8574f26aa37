#include "sim/auth/spf_record.h"

#include "sim/auth/spf_macro.h"
#include "sim/core/ascii.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sim::auth {

namespace {

constexpr std::string_view version = "v=spf1";

std::optional<SpfQualifier> qualifier_of(char byte)
{
    switch (byte) {
    case '+':
        return SpfQualifier::pass;
    case '-':
        return SpfQualifier::fail;
    case '~':
        return SpfQualifier::softfail;
    case '?':
        return SpfQualifier::neutral;
    default:
        return std::nullopt;
    }
}

// §12: "0", or digits that begin with another one, up to `most`.
std::optional<unsigned> parse_bits(std::string_view digits, unsigned most)
{
    if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, is_digit))
        return std::nullopt;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    unsigned bits = 0;
    for (const char digit : digits)
        bits = bits * 10 + static_cast<unsigned>(digit - '0');
    if (bits > most) return std::nullopt;
    return bits;
}

// Cuts "/24" off the end, where digits and nothing else follow the last slash.
std::optional<std::string_view> cut_length(std::string_view& text, std::string_view slash)
{
    const std::size_t at = text.rfind('/');
    if (at == std::string_view::npos || at + 1 < slash.size()) return std::nullopt;
    const std::string_view digits = text.substr(at + 1);
    if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    const std::size_t begin = at + 1 - slash.size();
    if (text.substr(begin, slash.size()) != slash) return std::nullopt;
    text = text.substr(0, begin);
    return digits;
}

class Reader {
public:
    tl::expected<SpfRecord, SpfSyntaxError> read(std::string_view text)
    {
        text.remove_prefix(version.size());
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            const std::string_view term = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (term.empty()) continue;
            if (const auto problem = read_term(term))
                return tl::unexpected{SpfSyntaxError{std::string{term}, *problem}};
        }
        return std::move(record_);
    }

private:
    using Problem = std::optional<SpfProblem>;

    Problem read_term(std::string_view term)
    {
        const auto visible = [](char byte) { return byte > ' ' && byte < 0x7f; };
        if (!std::ranges::all_of(term, visible)) return SpfProblem::bad_characters;
        // A modifier is known by "=" behind its name; a mechanism's name ends before that.
        const std::size_t name_end = std::min(term.find_first_of(":/="), term.size());
        if (name_end < term.size() && term[name_end] == '=')
            return read_modifier(term.substr(0, name_end), term.substr(name_end + 1));
        return read_directive(term);
    }

    // §6
    Problem read_modifier(std::string_view name, std::string_view value)
    {
        const auto inside = [](char byte) {
            return is_letter(byte) || is_digit(byte) || byte == '-' || byte == '_' || byte == '.';
        };
        if (name.empty() || !is_letter(name.front()) || !std::ranges::all_of(name, inside))
            return SpfProblem::bad_modifier;
        const std::string known = folded(name);
        if (known != "redirect" && known != "exp") {
            return is_macro_string(value, MacroPlace::modifier) ? Problem{}
                                                                : Problem{SpfProblem::bad_modifier};
        }
        auto& place = known == "exp" ? record_.explanation : record_.redirect;
        if (place) return SpfProblem::repeated_modifier;
        if (!is_macro_string(value, MacroPlace::name)) return SpfProblem::bad_name;
        place = std::string{value};
        return std::nullopt;
    }

    Problem read_directive(std::string_view term)
    {
        SpfDirective directive;
        directive.written = std::string{term};
        if (const auto qualifier = qualifier_of(term.front())) {
            directive.qualifier = *qualifier;
            term.remove_prefix(1);
        }
        const std::size_t name_end = std::min(term.find_first_of(":/"), term.size());
        const auto mechanism = parse_enum<SpfMechanism>(folded(term.substr(0, name_end)));
        if (!mechanism) return SpfProblem::unknown_mechanism;
        directive.mechanism = *mechanism;
        const Problem problem = read_value(directive, term.substr(name_end));
        if (!problem) record_.directives.push_back(std::move(directive));
        return problem;
    }

    // What stands behind the mechanism's name, with its colon or slash.
    static Problem read_value(SpfDirective& directive, std::string_view value)
    {
        switch (directive.mechanism) {
        case SpfMechanism::all:
            return value.empty() ? Problem{} : Problem{SpfProblem::needless_value};
        case SpfMechanism::include:
        case SpfMechanism::exists:
            if (value.empty()) return SpfProblem::missing_value;
            return read_name(directive, value);
        case SpfMechanism::ptr:
            return value.empty() ? Problem{} : read_name(directive, value);
        case SpfMechanism::a:
        case SpfMechanism::mx:
            return read_hosts(directive, value);
        case SpfMechanism::ip4:
        case SpfMechanism::ip6:
            break;
        }
        return read_network(directive, value);
    }

    static Problem read_name(SpfDirective& directive, std::string_view value)
    {
        if (value.front() != ':') return SpfProblem::needless_value;
        value.remove_prefix(1);
        if (!is_macro_string(value, MacroPlace::name)) return SpfProblem::bad_name;
        directive.domain = std::string{value};
        return std::nullopt;
    }

    // §5.3: [":" domain-spec] ["/" bits] ["//" bits]
    static Problem read_hosts(SpfDirective& directive, std::string_view value)
    {
        if (const auto digits = cut_length(value, "//")) {
            const auto bits = parse_bits(*digits, 128);
            if (!bits) return SpfProblem::bad_prefix_length;
            directive.bits6 = *bits;
        }
        if (const auto digits = cut_length(value, "/")) {
            const auto bits = parse_bits(*digits, 32);
            if (!bits) return SpfProblem::bad_prefix_length;
            directive.bits4 = *bits;
        }
        if (value.empty()) return std::nullopt;
        if (value.front() != ':') return SpfProblem::bad_prefix_length;
        return read_name(directive, value);
    }

    // §5.6
    static Problem read_network(SpfDirective& directive, std::string_view value)
    {
        if (value.size() < 2 || value.front() != ':') return SpfProblem::missing_value;
        value.remove_prefix(1);
        const bool v6 = directive.mechanism == SpfMechanism::ip6;
        const std::size_t slash = value.find('/');
        if (slash != std::string_view::npos) {
            const auto bits = parse_bits(value.substr(slash + 1), v6 ? 128 : 32);
            if (!bits) return SpfProblem::bad_prefix_length;
            (v6 ? directive.bits6 : directive.bits4) = *bits;
            value = value.substr(0, slash);
        }
        if (v6) {
            const auto ipv6 = parse_ipv6(value);
            if (!ipv6) return SpfProblem::bad_network;
            directive.network = *ipv6;
        } else {
            const auto address = parse_address(value);
            if (!address) return SpfProblem::bad_network;
            directive.network = *address;
        }
        return std::nullopt;
    }

    SpfRecord record_;
};

} // namespace

bool is_spf(std::string_view text)
{
    return folded(text.substr(0, version.size())) == version &&
           (text.size() == version.size() || text[version.size()] == ' ');
}

tl::expected<SpfRecord, SpfSyntaxError> parse_spf(std::string_view text)
{
    return Reader{}.read(text);
}

} // namespace sim::auth
