// Lists of "tag=value" as DKIM signatures, DKIM keys and DMARC records are written, RFC 6376 §3.2.
#pragma once

#include "sim/core/named_enum.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim::auth {

struct Tag {
    std::string name;  // case counts
    std::string value; // without white space at its ends, folds inside as they stand
};
using Tags = std::vector<Tag>;

SIM_NAMED_ENUM(TagFault,
               no_tag,    // something else than "name=value"
               bad_value, // a character that no value has
               repeated,
               too_many);

struct TagError {
    TagFault fault = TagFault::no_tag;
    std::string where; // what stands there
};

inline constexpr std::size_t most_tags = 100;

[[nodiscard]] tl::expected<Tags, TagError> parse_tags(std::string_view text);

// The value, or null.
[[nodiscard]] const std::string* find_tag(const Tags& tags, std::string_view name);

// White space as it may stand in a folded field: blank, tab, CR, LF.
[[nodiscard]] constexpr bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::string without_white(std::string_view text); // nor inside
// To be shown: each run of white space as one blank, and not the whole where that is long.
[[nodiscard]] std::string on_one_line(std::string_view text);
// "a : b" -> "a", "b"; white space around them does not count.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text, char separator);

} // namespace sim::auth
