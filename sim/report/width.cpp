#include "sim/report/width.h"

#include <array>
#include <utility>

namespace sim::report {

namespace {

struct Range {
    char32_t first = 0;
    char32_t last = 0;
};

// Wide and full-width (UAX #11), in blocks: what Japanese and English texts can hold, and emoji.
constexpr std::array wide_ranges{Range{0x1100, 0x115F},
                                 Range{0x2E80, 0x303E},
                                 Range{0x3041, 0x33FF},
                                 Range{0x3400, 0x4DBF},
                                 Range{0x4E00, 0x9FFF},
                                 Range{0xA000, 0xA4CF},
                                 Range{0xAC00, 0xD7A3},
                                 Range{0xF900, 0xFAFF},
                                 Range{0xFE30, 0xFE4F},
                                 Range{0xFF00, 0xFF60},
                                 Range{0xFFE0, 0xFFE6},
                                 Range{0x1F300, 0x1F64F},
                                 Range{0x1F900, 0x1F9FF},
                                 Range{0x20000, 0x3FFFD}};

constexpr std::array zero_ranges{Range{0x0300, 0x036F},
                                 Range{0x200B, 0x200F},
                                 Range{0x20D0, 0x20FF},
                                 Range{0x3099, 0x309A},
                                 Range{0xFE00, 0xFE0F},
                                 Range{0xFE20, 0xFE2F},
                                 Range{0xE0100, 0xE01EF}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c)
{
    for (const Range& range : ranges)
        if (c >= range.first && c <= range.last) return true;
    return false;
}

bool is_in(char32_t c, std::u32string_view set)
{
    return set.find(c) != std::u32string_view::npos;
}

} // namespace

Character first_character(std::string_view text)
{
    const auto lead = static_cast<std::uint8_t>(text[0]);
    std::size_t more = 0;
    char32_t value = lead;
    if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
        value = lead & 0x1FU;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
        value = lead & 0x0FU;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
        value = lead & 0x07U;
    }
    if (text.size() <= more) return {lead, 1};
    for (std::size_t i = 1; i <= more; ++i) {
        const auto next = static_cast<std::uint8_t>(text[i]);
        if ((next & 0xC0U) != 0x80U) return {lead, 1};
        value = (value << 6U) | (next & 0x3FU);
    }
    return {value, more + 1};
}

bool must_not_begin(char32_t c)
{
    if (c < 0x80) return is_in(c, U",.:;?!)]}");
    return is_in(
        c, U"、。，．・：；？！）」』】〕］｝〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…”’");
}

bool must_not_end(char32_t c)
{
    return is_in(c, c < 0x80 ? U"([{" : U"（「『【〔［｛〈《“‘");
}

namespace {

// Part of a word that is not broken: everything narrow but the blank.
bool is_word(char32_t c)
{
    return c != U' ' && column_width(c) < 2;
}

bool may_break_between(char32_t before, char32_t after)
{
    if (before == U' ') return true;
    if (after == U' ') return false; // the blank stays behind and is dropped there
    if (must_not_begin(after) || must_not_end(before)) return false;
    return !(is_word(before) && is_word(after));
}

// Where the line that begins `text` ends: the last place to break within `columns`, at least one
// character on.
std::size_t end_of_line(std::string_view text, std::size_t columns)
{
    if (text.size() <= columns) return text.size(); // no character is wider than its octets
    std::size_t at = 0;
    std::size_t used = 0;
    std::size_t best = 0;
    std::size_t within_word = 0; // where a word that is too long may be cut
    char32_t before = 0;
    while (at < text.size()) {
        const Character next = first_character(text.substr(at));
        if (at > 0 && may_break_between(before, next.value)) best = at;
        if (at > 0 && !must_not_begin(next.value) && !must_not_end(before)) within_word = at;
        const std::size_t width = column_width(next.value);
        if (used + width > columns && at > 0) {
            // A blank may hang over the edge; it is not printed.
            if (next.value == U' ') return at;
            if (best > 0) return best;
            return within_word > 0 ? within_word : at;
        }
        used += width;
        at += next.octets;
        before = next.value;
    }
    return text.size();
}

} // namespace

std::size_t column_width(char32_t character)
{
    if (character < zero_ranges.front().first) return 1;
    if (within(zero_ranges, character)) return 0;
    return within(wide_ranges, character) ? 2 : 1;
}

std::size_t display_width(std::string_view text)
{
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character next = first_character(text);
        columns += column_width(next.value);
        text.remove_prefix(next.octets);
    }
    return columns;
}

std::string fit(std::string_view text, std::size_t columns)
{
    const std::size_t width = display_width(text);
    if (width <= columns) return std::string{text} + std::string(columns - width, ' ');
    if (columns == 0) return {};
    std::string cut;
    std::size_t used = 0;
    while (!text.empty()) {
        const Character next = first_character(text);
        const std::size_t more = column_width(next.value);
        if (used + more > columns - 1) break;
        cut += text.substr(0, next.octets);
        used += more;
        text.remove_prefix(next.octets);
    }
    cut += "…";
    return cut + std::string(columns - used - 1, ' ');
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns)
{
    std::vector<std::string> lines;
    if (columns == 0) columns = 1;
    while (!text.empty()) {
        const std::size_t end = end_of_line(text, columns);
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end);
        while (line.ends_with(' '))
            line.remove_suffix(1);
        while (text.starts_with(' '))
            text.remove_prefix(1);
        lines.emplace_back(line);
    }
    if (lines.empty()) lines.emplace_back();
    return lines;
}

} // namespace sim::report
