#include "gui/text.h"

#include "sim/report/width.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gui {

namespace {

constexpr std::string_view dots = "…";

// Japanese: a line may end behind any of its characters.
bool is_wide(std::string_view character)
{
    return character.size() >= 3 && static_cast<std::uint8_t>(character[0]) >= 0xE3U;
}

bool may_break_between(std::string_view before, std::string_view after)
{
    using namespace sim::report;
    return !must_not_begin(first_character(after).value) &&
           (before.empty() || !must_not_end(first_character(before).value));
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
        const std::string_view character =
            text.substr(at, sim::report::first_character(text.substr(at)).octets);
        if (character == "\n") {
            end_line(at, at + 1);
            continue;
        }
        const bool between_wide = is_wide(character) || is_wide(before);
        // A long path goes on behind one of its folders.
        const bool in_path = before == "/" && character != "/" && at - begin > 1;
        const bool boundary = before == " " || between_wide || in_path;
        if (at > begin && boundary && may_break_between(before, character)) allowed = at;
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

namespace {

enum class Script { latin, kana, kanji, katakana, mark };

Script script_of(std::string_view character)
{
    if (character.size() < 3) return Script::latin;
    if (character >= "ぁ" && character <= "ゟ") return Script::kana;
    if (character >= "ァ" && character <= "ヿ") return Script::katakana;
    if (character >= "㐀" && character <= "鿿") return Script::kanji;
    return Script::mark;
}

constexpr float never = 1e9F;
constexpr float line_cost = 10; // a further line is better than a word in two
constexpr float torn_cost = 14; // the least of a break inside a word

// Second parts of the compounds that machines are called by: their first parts end there, although
// both are katakana.
bool begins_second_part(std::string_view rest)
{
    constexpr std::array parts{"サーバー", "ルーター", "ソフト", "ボックス"};
    return std::ranges::any_of(parts, [&](const char* part) { return rest.starts_with(part); });
}

// How bad it is that a line ends between these two; `rest` begins with the second.
float break_cost(std::string_view before, std::string_view after, std::string_view rest)
{
    if (!may_break_between(before, after) || after == " ") return never;
    if (before == " ") return 0;
    const Script a = script_of(before);
    const Script b = script_of(after);
    if (a == Script::mark || b == Script::mark) return 0;
    if (a == Script::latin && b == Script::latin) return never;
    if (b == Script::kana) return torn_cost + 2; // what belongs to the word before it
    if (a == Script::kana) return 1;
    return a == b && !begins_second_part(rest) ? torn_cost : 3;
}

struct Cut { // the best lines up to a place
    float cost = never;
    std::size_t from = 0; // where the last of them begins: position in the places
};

} // namespace

std::optional<std::vector<std::string_view>>
wrap_words(const TextStyle& style, std::string_view text, float width)
{
    std::vector<std::size_t> places{0}; // between characters
    while (places.back() < text.size()) {
        places.push_back(places.back() +
                         sim::report::first_character(text.substr(places.back())).octets);
    }
    const auto character = [&](std::size_t i) {
        return text.substr(places[i], places[i + 1] - places[i]);
    };
    const std::size_t last = places.size() - 1;
    const auto line_between = [&](std::size_t from, std::size_t to) {
        std::string_view line = text.substr(places[from], places[to] - places[from]);
        while (line.ends_with(' '))
            line.remove_suffix(1);
        return line;
    };
    std::vector<Cut> best(places.size());
    best[0].cost = 0;
    for (std::size_t to = 1; to <= last; ++to) {
        const float end =
            to == last ? 0 : break_cost(character(to - 1), character(to), text.substr(places[to]));
        if (end >= torn_cost) continue;
        for (std::size_t from = to; from-- > 0;) {
            if (best[from].cost >= never) continue;
            const float used = text_width(style, line_between(from, to));
            if (used > width) break;
            const float empty = 1 - used / width;
            const float cost = best[from].cost + line_cost + end + 3 * empty * empty;
            if (cost < best[to].cost) best[to] = {cost, from};
        }
    }
    if (best[last].cost >= never) return std::nullopt;
    std::vector<std::string_view> lines;
    for (std::size_t to = last; to > 0; to = best[to].from)
        lines.push_back(line_between(best[to].from, to));
    std::ranges::reverse(lines);
    return lines;
}

std::string with_opening_quotes(std::string_view text)
{
    std::string set;
    char before = ' ';
    for (const char c : text) {
        const bool opens = before == ' ' || before == '(' || before == '[' || before == '=';
        if (c == '"' && opens) {
            set += "“";
        } else {
            set += c;
        }
        before = c;
    }
    return set;
}

std::string ellipsis(const TextStyle& style, std::string_view text, float width)
{
    if (text_width(style, text) <= width) return std::string{text};
    const float room = width - text_width(style, dots);
    float used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view character =
            text.substr(at, sim::report::first_character(text.substr(at)).octets);
        used += advance(style, character);
        if (used > room) break;
        at += character.size();
    }
    return std::string{text.substr(0, at)} + std::string{dots};
}

} // namespace gui
