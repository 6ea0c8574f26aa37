#include "sim/report/charset.h"

#include "sim/core/ascii.h"
#include "sim/core/utf8.h"
#include "sim/report/jis_x_0208.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::report {

namespace {

// What the octets behind an escape sequence are.
enum class Set { ascii, roman, katakana, kanji };

constexpr auto escape_sequences = std::to_array<std::pair<std::string_view, Set>>(
    {{"\x1b(B", Set::ascii},
     {"\x1b(J", Set::roman},
     {"\x1b(I", Set::katakana}, // not of RFC 1468, and sent all the same
     {"\x1b$@", Set::kanji},
     {"\x1b$B", Set::kanji}});

constexpr std::string_view no_character = "〓";

// JIS X 0201: half-width katakana, and the two places where its Latin half is not ASCII.
constexpr char32_t half_width_katakana = 0xFF61; // of 0x21, or 0xA1 in Shift_JIS
constexpr unsigned first_katakana = 0x21;
constexpr unsigned last_katakana = 0x5F;

char32_t roman(unsigned octet)
{
    return octet == '\\' ? U'¥' : octet == '~' ? U'‾' : octet;
}

unsigned octet_at(std::string_view text, std::size_t at)
{
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

// The character of two octets of Shift_JIS, 0: none. Each first octet stands for two rows.
char32_t shift_jis_pair(unsigned first, unsigned second)
{
    const bool is_first = (first >= 0x81 && first <= 0x9F) || (first >= 0xE0 && first <= 0xEF);
    if (!is_first || second < 0x40 || second == 0x7F || second > 0xFC) return 0;
    const unsigned pair_of_rows = first - (first >= 0xE0 ? 0xC1U : 0x81U);
    const bool is_second_row = second >= 0x9F;
    const unsigned cell =
        is_second_row ? second - 0x9EU : second - 0x3FU - (second > 0x7F ? 1U : 0U);
    return jis_x_0208(pair_of_rows * 2 + (is_second_row ? 2U : 1U), cell);
}

} // namespace

std::optional<std::string> decode_iso_2022_jp(std::string_view line)
{
    std::string text;
    Set set = Set::ascii; // every line begins so
    bool escaped = false;
    while (!line.empty()) {
        const auto* const sequence = std::ranges::find_if(
            escape_sequences, [&](const auto& each) { return line.starts_with(each.first); });
        if (sequence != escape_sequences.end()) {
            escaped = true;
            set = sequence->second;
            line.remove_prefix(sequence->first.size());
            continue;
        }
        const unsigned octet = octet_at(line, 0);
        std::size_t used = 1;
        if (octet < 0x20 || octet >= 0x7F || set == Set::ascii) {
            text += line[0];
        } else if (set == Set::roman) {
            append_utf8(text, roman(octet));
        } else if (set == Set::katakana) {
            if (octet >= first_katakana && octet <= last_katakana) {
                append_utf8(text, half_width_katakana + octet - first_katakana);
            } else {
                text += no_character;
            }
        } else {
            const char32_t character = jis_x_0208(octet - 0x20, octet_at(line, 1) - 0x20U);
            used = std::min<std::size_t>(2, line.size());
            if (character != 0) {
                append_utf8(text, character);
            } else {
                text += no_character;
            }
        }
        line.remove_prefix(used);
    }
    if (!escaped) return std::nullopt;
    return text;
}

std::optional<std::string> decode_shift_jis(std::string_view line)
{
    std::string text;
    bool beyond_ascii = false;
    while (!line.empty()) {
        const unsigned octet = octet_at(line, 0);
        if (octet < 0x80) {
            text += line[0];
            line.remove_prefix(1);
            continue;
        }
        beyond_ascii = true;
        if (octet >= first_katakana + 0x80 && octet <= last_katakana + 0x80) {
            append_utf8(text, half_width_katakana + octet - first_katakana - 0x80);
            line.remove_prefix(1);
            continue;
        }
        const char32_t character = shift_jis_pair(octet, octet_at(line, 1));
        if (character == 0) return std::nullopt;
        append_utf8(text, character);
        line.remove_prefix(2);
    }
    if (!beyond_ascii) return std::nullopt;
    return text;
}

bool declares_shift_jis(std::string_view text)
{
    constexpr auto names = std::to_array<std::string_view>(
        {"charset=shift_jis", "charset=x-sjis", "charset=windows-31j", "charset=cp932"});
    std::string words;
    for (const char c : text) {
        if (c != '"') words += lower(c);
    }
    return std::ranges::any_of(
        names, [&](std::string_view name) { return words.find(name) != std::string::npos; });
}

} // namespace sim::report
