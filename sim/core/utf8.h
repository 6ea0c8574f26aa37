// Well-formed UTF-8, RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace sim {

// Octets, 1..4, of the character that the text begins with; 0: there is none that is well-formed.
[[nodiscard]] std::size_t utf8_character_size(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text); // all of it

} // namespace sim
