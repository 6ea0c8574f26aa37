// Well-formed UTF-8, RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF; and
// what of a stranger's text may be shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sim {

// Octets, 1..4, of the character that the text begins with; 0: there is none that is well-formed.
[[nodiscard]] std::size_t utf8_character_size(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text); // all of it

// The character itself; 0xFFFD when there is none that is well-formed.
[[nodiscard]] char32_t utf8_character(std::string_view text);
void append_utf8(std::string& text, char32_t character);

// Characters that a program which shows text obeys instead of showing them: the control characters,
// those of C1 too (U+009B begins a terminal's commands as ESC [ does), the ends of lines and
// paragraphs, and those that turn the direction of writing, so that a text reads as another.
[[nodiscard]] bool steers_display(char32_t character);

// Well-formed text in which none of these is left, and no octet that is no UTF-8: they read "\x1b"
// and "\u009b". Everything that a peer said goes through here before it is shown.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace sim
