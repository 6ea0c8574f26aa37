// Text in terminal columns: how wide it is, and where Japanese and English lines may be broken.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim::report {

struct Character {
    char32_t value = 0;
    std::size_t octets = 1;
};

// The character that `text`, not empty, begins with; a byte that is no UTF-8 stands for itself.
Character first_character(std::string_view text);

// Kinsoku (JIS X 4051): what must not stand at the start of a line, and what not at its end.
bool must_not_begin(char32_t c);
bool must_not_end(char32_t c);

// 2 for the wide and full-width ranges of Unicode's East Asian Width (UAX #11), 0 for combining
// marks and variation selectors, else 1; ambiguous ones are narrow, as terminals have them.
std::size_t column_width(char32_t character);

// Of UTF-8; a byte that is no UTF-8 counts as one column.
std::size_t display_width(std::string_view text);

// What a time of day takes at the front of a line, with its blank: "09:00:00.031 ".
inline constexpr std::size_t clock_columns = 13;

// With blanks to exactly `columns`, or cut with "…" to at most that.
std::string fit(std::string_view text, std::size_t columns);

// Lines of at most `columns`. English breaks at blanks, Japanese between characters but never in
// front of a closing mark or behind an opening one (kinsoku); a word that is too long is cut.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

} // namespace sim::report
