#include "sim/smtp/path.h"

#include "sim/core/address.h"
#include "sim/core/ascii.h"
#include "sim/core/utf8.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sim::smtp {

namespace {

constexpr std::size_t max_local_octets = 64;   // RFC 5321 §4.5.3.1.1
constexpr std::size_t max_domain_octets = 255; // §4.5.3.1.2
constexpr std::size_t max_path_octets = 256;   // §4.5.3.1.3
constexpr std::size_t max_label_octets = 63;   // RFC 1035 §2.3.4

constexpr bool is_let_dig(char c)
{
    return is_letter(c) || is_digit(c);
}
constexpr bool is_ascii(char c)
{
    return static_cast<unsigned char>(c) < 0x80;
}

// RFC 5322 §3.2.3 atext, ASCII part.
constexpr std::array<bool, 128> atext = [] {
    std::array<bool, 128> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = static_cast<char>(i);
        table.at(i) = is_let_dig(c) || (c != '\0' && std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(
                                                         c) != std::string_view::npos);
    }
    return table;
}();
constexpr bool is_atext(char c)
{
    return is_ascii(c) && atext.at(static_cast<std::size_t>(c));
}

// Reads from the front of a text; what is wrong first is remembered.
struct Reader {
    std::string_view text;
    std::size_t at = 0;
    bool ascii = true;
    std::optional<PathError> error = std::nullopt;

    [[nodiscard]] bool done() const { return at >= text.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text[at]; }
    bool skip(char c)
    {
        if (peek() != c || done()) return false;
        ++at;
        return true;
    }
    bool fail(PathError what)
    {
        if (!error) error = what;
        return false;
    }
    // Passes over one non-ASCII character (RFC 6531 §3.3 UTF8-non-ascii).
    bool skip_utf8()
    {
        const std::size_t octets = utf8_character_size(text.substr(at));
        if (octets == 0) return fail(PathError::bad_utf8);
        at += octets;
        ascii = false;
        return true;
    }
};

// Dot-string = Atom *("." Atom)
bool read_dot_string(Reader& in, std::string& local_part)
{
    const std::size_t begin = in.at;
    bool in_atom = false;
    for (; !in.done(); in_atom = true) {
        if (is_atext(in.peek())) {
            ++in.at;
        } else if (!is_ascii(in.peek())) {
            if (!in.skip_utf8()) return false;
        } else if (in.peek() == '.' && in_atom) {
            ++in.at;
            if (!is_atext(in.peek()) && is_ascii(in.peek())) break;
        } else {
            break;
        }
    }
    local_part = in.text.substr(begin, in.at - begin);
    const bool good = !local_part.empty() && !local_part.ends_with('.');
    return good || in.fail(PathError::bad_local_part);
}

// Quoted-string = DQUOTE *(qtextSMTP / quoted-pairSMTP) DQUOTE
bool read_quoted_string(Reader& in, std::string& local_part)
{
    in.skip('"');
    while (!in.done() && in.peek() != '"') {
        const std::size_t begin = in.at;
        if (!is_ascii(in.peek())) {
            if (!in.skip_utf8()) return false;
            local_part += in.text.substr(begin, in.at - begin);
            continue;
        }
        if (in.skip('\\') && in.done()) break;
        const char c = in.peek();
        if (c < ' ' || c > '~') return in.fail(PathError::bad_local_part);
        local_part += c;
        ++in.at;
    }
    return in.skip('"') || in.fail(PathError::bad_local_part);
}

bool read_local_part(Reader& in, std::string& local_part)
{
    const std::size_t begin = in.at;
    const bool good =
        in.peek() == '"' ? read_quoted_string(in, local_part) : read_dot_string(in, local_part);
    if (!good) return false;
    return in.at - begin <= max_local_octets || in.fail(PathError::local_part_too_long);
}

// sub-domain = Let-dig [Ldh-str], or UTF-8
bool read_label(Reader& in)
{
    const std::size_t begin = in.at;
    bool ascii = true;
    while (!in.done()) {
        const char c = in.text[in.at];
        if (is_let_dig(c) || c == '-') {
            ++in.at;
        } else if (is_ascii(c)) {
            break;
        } else {
            if (!in.skip_utf8()) return false;
            ascii = false;
        }
    }
    const std::string_view label = in.text.substr(begin, in.at - begin);
    // The limit is one of the DNS; how long a UTF-8 label is there, punycode decides.
    const bool good = !label.empty() && (!ascii || label.size() <= max_label_octets) &&
                      label.front() != '-' && label.back() != '-';
    return good || in.fail(PathError::bad_domain);
}

// Domain = sub-domain *("." sub-domain)
bool read_domain(Reader& in)
{
    const std::size_t begin = in.at;
    do {
        if (!read_label(in)) return false;
    } while (in.skip('.'));
    return in.at - begin <= max_domain_octets || in.fail(PathError::domain_too_long);
}

// RFC 5321 §4.1.3 IPv6-addr: groups of one to four hex digits, at most one "::" for two or more
// groups of zero, the last two groups perhaps as a dotted quad.
bool is_ipv6(std::string_view text)
{
    constexpr std::size_t groups_of_an_address = 8;
    std::size_t groups = 0;
    bool compressed = false;
    if (text.starts_with("::")) {
        compressed = true;
        text.remove_prefix(2);
        if (text.empty()) return true;
    }
    while (true) {
        const std::size_t end = std::min(text.find(':'), text.size());
        const std::string_view group = text.substr(0, end);
        if (group.find('.') != std::string_view::npos) {
            if (end != text.size() || !parse_address(group)) return false;
            groups += 2;
            break;
        }
        if (group.empty() || group.size() > 4) return false;
        if (group.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
            return false;
        ++groups;
        if (end == text.size()) break;
        text.remove_prefix(end + 1);
        if (text.starts_with(':')) {
            if (compressed) return false;
            compressed = true;
            text.remove_prefix(1);
            if (text.empty()) break;
        }
        if (groups > groups_of_an_address) return false;
    }
    return compressed ? groups + 2 <= groups_of_an_address : groups == groups_of_an_address;
}

// What stands between the brackets.
bool is_literal_content(std::string_view text)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return parse_address(text).has_value();
    const std::string_view tag = text.substr(0, colon);
    const std::string_view value = text.substr(colon + 1);
    if (equal_ignoring_case(tag, "IPv6")) return is_ipv6(value);
    // General-address-literal = Standardized-tag ":" 1*dcontent; tag = Ldh-str
    if (tag.empty() || tag.back() == '-' || value.empty()) return false;
    for (const char c : tag)
        if (!is_let_dig(c) && c != '-') return false;
    for (const char c : value)
        if (c < '!' || c > '~' || c == '[' || c == '\\' || c == ']') return false;
    return true;
}

bool read_address_literal(Reader& in)
{
    const std::size_t end = in.text.find(']', in.at);
    if (end == std::string_view::npos) return in.fail(PathError::bad_address_literal);
    if (!is_literal_content(in.text.substr(in.at + 1, end - in.at - 1)))
        return in.fail(PathError::bad_address_literal);
    const std::size_t size = end + 1 - in.at;
    in.at = end + 1;
    return size <= max_domain_octets || in.fail(PathError::domain_too_long);
}

bool read_domain_or_literal(Reader& in, std::string& domain)
{
    const std::size_t begin = in.at;
    if (!(in.peek() == '[' ? read_address_literal(in) : read_domain(in))) return false;
    domain = in.text.substr(begin, in.at - begin);
    return true;
}

// A-d-l ":", where A-d-l = At-domain *( "," At-domain ). Obsolete, and never followed: where it
// leads is thrown away here. RFC 5321 §3.6.1 and appendix C.
bool read_source_route(Reader& in)
{
    do {
        if (!in.skip('@') || !read_domain(in)) return in.fail(PathError::bad_source_route);
    } while (in.skip(','));
    return in.skip(':') || in.fail(PathError::bad_source_route);
}

bool read_mailbox(Reader& in, Mailbox& mailbox)
{
    if (!read_local_part(in, mailbox.local_part)) return false;
    if (!in.skip('@')) return in.fail(PathError::bad_domain);
    return read_domain_or_literal(in, mailbox.domain);
}

enum class Kind { reverse, forward };

bool read_path(Reader& in, Kind kind, Path& path)
{
    if (!in.skip('<')) return in.fail(PathError::no_opening_bracket);
    if (in.skip('>')) return kind == Kind::reverse || in.fail(PathError::empty);
    if (in.peek() == '@') {
        if (!read_source_route(in)) return false;
        path.has_source_route = true;
    }
    constexpr std::string_view postmaster = "postmaster>"; // RFC 5321 §4.1.1.3
    if (kind == Kind::forward && !path.has_source_route &&
        equal_ignoring_case(in.text.substr(in.at, postmaster.size()), postmaster)) {
        path.mailbox.local_part = in.text.substr(in.at, postmaster.size() - 1);
        in.at += postmaster.size();
        return true;
    }
    if (!read_mailbox(in, path.mailbox)) return false;
    return in.skip('>') || in.fail(PathError::no_closing_bracket);
}

tl::expected<Path, PathError> parse_path(std::string_view text, Kind kind)
{
    tl::expected<Path, PathError> path;
    Reader in{text};
    if (!read_path(in, kind, *path)) {
        path = tl::make_unexpected(in.error.value_or(PathError::bad_local_part));
    } else if (in.at > max_path_octets) {
        path = tl::make_unexpected(PathError::path_too_long);
    }
    if (path) {
        path->size = in.at;
        path->is_ascii = in.ascii;
    }
    return path;
}

bool is_dot_string(std::string_view text)
{
    bool after_dot = true;
    for (const char c : text) {
        if (c == '.' ? after_dot : is_ascii(c) && !is_atext(c)) return false;
        after_dot = c == '.';
    }
    return !after_dot;
}

} // namespace

std::string to_string(const Mailbox& mailbox)
{
    std::string text;
    if (mailbox.is_null()) return text;
    if (is_dot_string(mailbox.local_part)) {
        text = mailbox.local_part;
    } else {
        text += '"';
        for (const char c : mailbox.local_part) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += '"';
    }
    if (!mailbox.domain.empty()) {
        text += '@';
        text += mailbox.domain;
    }
    return text;
}

tl::expected<Path, PathError> parse_reverse_path(std::string_view text)
{
    return parse_path(text, Kind::reverse);
}

tl::expected<Path, PathError> parse_forward_path(std::string_view text)
{
    return parse_path(text, Kind::forward);
}

tl::expected<Mailbox, PathError> parse_mailbox(std::string_view text)
{
    Reader in{text};
    Mailbox mailbox;
    if (!read_mailbox(in, mailbox))
        return tl::make_unexpected(in.error.value_or(PathError::bad_local_part));
    if (!in.done()) return tl::make_unexpected(PathError::bad_domain);
    if (text.size() + 2 > max_path_octets) return tl::make_unexpected(PathError::path_too_long);
    return mailbox;
}

std::optional<std::string> with_quotes(std::string_view address)
{
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos || parse_mailbox(address)) return std::nullopt;
    const std::string_view local_part = address.substr(0, at);
    if (local_part.empty() || local_part.find_first_of("\"\\@") != std::string_view::npos)
        return std::nullopt;
    std::string quoted = '"' + std::string{local_part} + '"' + std::string{address.substr(at)};
    return parse_mailbox(quoted) ? std::optional{std::move(quoted)} : std::nullopt;
}

bool is_domain(std::string_view text)
{
    Reader in{text};
    return read_domain(in) && in.done();
}

bool is_address_literal(std::string_view text)
{
    Reader in{text};
    return in.peek() == '[' && read_address_literal(in) && in.done();
}

} // namespace sim::smtp
