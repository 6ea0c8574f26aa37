#include "gui/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gui {

namespace {

constexpr std::string_view dots = "…";

std::size_t octets_of_character(std::string_view text)
{
    std::size_t size = 1;
    while (size < text.size() && (static_cast<std::uint8_t>(text[size]) & 0xC0U) == 0x80U)
        ++size;
    return size;
}

// Japanese: a line may end behind any of its characters.
bool is_wide(std::string_view character)
{
    return character.size() >= 3 && static_cast<std::uint8_t>(character[0]) >= 0xE3U;
}

// JIS X 4051: what must not begin a line.
bool may_not_begin(std::string_view character)
{
    constexpr std::array marks{"、", "。", "，", "．", "」", "』", "）", "】", "！", "？", "：",
                               "・", "ー", "ゃ", "ゅ", "ょ", "っ", "ぁ", "ぃ", "ぅ", "ぇ", "ぉ",
                               "ャ", "ュ", "ョ", "ッ", "ァ", "ィ", "ゥ", "ェ", "ォ", ",",  ".",
                               ")",  "]",  "!",  "?",  ":",  ";",  "…",  "”",  "’"};
    return std::ranges::find(marks, character) != marks.end();
}

bool may_not_end(std::string_view character)
{
    constexpr std::array marks{"「", "『", "（", "【", "(", "[", "“", "‘"};
    return std::ranges::find(marks, character) != marks.end();
}

float advance(const TextStyle& style, std::string_view character)
{
    return style.font
        ->CalcTextSizeA(style.size, 1e9F, 0, character.data(), character.data() + character.size())
        .x;
}

} // namespace

float text_width(const TextStyle& style, std::string_view text)
{
    return advance(style, text);
}

std::vector<std::string_view> wrap(const TextStyle& style, std::string_view text, float width)
{
    std::vector<std::string_view> lines;
    std::size_t begin = 0;   // of the line
    std::size_t allowed = 0; // the last place where the line may end; `begin` when there is none
    std::size_t at = 0;
    float used = 0;
    std::string_view before;
    const auto end_line = [&](std::size_t end, std::size_t next) {
        std::string_view line = text.substr(begin, end - begin);
        while (line.ends_with(' '))
            line.remove_suffix(1);
        lines.push_back(line);
        begin = next;
        while (begin < text.size() && text[begin] == ' ')
            ++begin;
        at = begin;
        allowed = begin;
        used = 0;
        before = {};
    };
    while (at < text.size()) {
        const std::string_view character = text.substr(at, octets_of_character(text.substr(at)));
        if (character == "\n") {
            end_line(at, at + 1);
            continue;
        }
        const bool between_wide = is_wide(character) || is_wide(before);
        const bool boundary = before == " " || between_wide;
        if (at > begin && boundary && !may_not_begin(character) && !may_not_end(before))
            allowed = at;
        used += advance(style, character);
        // Near the edge by the measure that the drawing goes by: widths of letters do not quite add
        // up.
        if (used + style.size > width)
            used = text_width(style, text.substr(begin, at + character.size() - begin));
        if (used > width && at > begin && character != " ") {
            end_line(allowed > begin ? allowed : at, allowed > begin ? allowed : at);
            continue;
        }
        before = character;
        at += character.size();
    }
    if (begin < text.size() || lines.empty()) lines.push_back(text.substr(begin));
    return lines;
}

bool breaks_words(const std::vector<std::string_view>& lines)
{
    const auto is_latin = [](char c) { return static_cast<std::uint8_t>(c) < 0x80U; };
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string_view above = lines[i - 1];
        if (above.empty() || lines[i].empty()) continue;
        const bool together = above.data() + above.size() == lines[i].data();
        if (together && is_latin(above.back()) && is_latin(lines[i].front())) return true;
    }
    return false;
}

std::vector<std::string_view>
wrap_evenly(const TextStyle& style, std::string_view text, float width)
{
    auto lines = wrap(style, text, width);
    for (int part = 19; part > 8; --part) { // of twenty
        auto even = wrap(style, text, width * static_cast<float>(part) / 20);
        if (even.size() > lines.size() || breaks_words(even)) break;
        lines = std::move(even);
    }
    return lines;
}

std::string ellipsis(const TextStyle& style, std::string_view text, float width)
{
    if (text_width(style, text) <= width) return std::string{text};
    const float room = width - text_width(style, dots);
    float used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view character = text.substr(at, octets_of_character(text.substr(at)));
        used += advance(style, character);
        if (used > room) break;
        at += character.size();
    }
    return std::string{text.substr(0, at)} + std::string{dots};
}

} // namespace gui
