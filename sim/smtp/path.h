// Mail addresses as SMTP writes them: reverse-path and forward-path, RFC 5321 §4.1.2, with UTF-8 as
// RFC 6531 §3.3 adds it.
#pragma once

#include "sim/core/ascii.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sim::smtp {

// An address taken apart. The local part is what the quotes mean, not how they were written:
// "a\ b" and a mailbox named `a b` are equal. Both empty: the null reverse-path `<>`. Domain alone
// empty: <Postmaster>.
struct Mailbox {
    std::string local_part;
    std::string domain; // as written, or an address literal with its brackets: "[192.0.2.1]"

    [[nodiscard]] bool is_null() const { return local_part.empty() && domain.empty(); }
    friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

// "hanako@example.jp"; the local part is quoted again where it must be. Empty for the null path.
[[nodiscard]] std::string to_string(const Mailbox& mailbox);

// ASCII letters without regard to case, as domains are compared. RFC 5321 §2.4.
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
    return true;
}

enum class PathError {
    no_opening_bracket,
    no_closing_bracket,
    empty, // `<>` as a forward-path
    bad_source_route,
    bad_local_part,
    bad_domain,
    bad_address_literal,
    bad_utf8,
    local_part_too_long, // over 64 octets, RFC 5321 §4.5.3.1.1
    domain_too_long,     // over 255 octets, §4.5.3.1.2
    path_too_long,       // over 256 octets with its brackets, §4.5.3.1.3
};

struct Path {
    Mailbox mailbox;
    std::size_t size = 0;          // octets of the path at the front of the text, brackets included
    bool has_source_route = false; // `<@a,@b:user@c>`: read and ignored, RFC 5321 §4.1.1.3
    bool is_ascii = true;          // false: needs SMTPUTF8
    friend bool operator==(const Path&, const Path&) = default;
};

// Reads the path that `text` begins with; what stands behind it is the caller's.
[[nodiscard]] tl::expected<Path, PathError> parse_reverse_path(std::string_view text);
[[nodiscard]] tl::expected<Path, PathError> parse_forward_path(std::string_view text);

// A whole address without brackets, as a person types it: "hanako@example.jp".
[[nodiscard]] tl::expected<Mailbox, PathError> parse_mailbox(std::string_view text);

// "\"a..b\"@umi.example" for "a..b@umi.example": an address that only lacks the quotes around its
// local part. Nothing for any other text.
[[nodiscard]] std::optional<std::string> with_quotes(std::string_view address);

// Dot-separated labels of letters, digits and inner hyphens, or UTF-8; at most 255 octets, each
// label at most 63. RFC 5321 §4.1.2 "Domain".
[[nodiscard]] bool is_domain(std::string_view text);
// "[192.0.2.1]", "[IPv6:2001:db8::1]", or a tagged literal. RFC 5321 §4.1.3.
[[nodiscard]] bool is_address_literal(std::string_view text);

} // namespace sim::smtp
