#include "sim/core/utf8.h"

#include <fmt/format.h>

namespace sim {

std::size_t utf8_character_size(std::string_view text)
{
    const auto is_within = [&](std::size_t i, unsigned low, unsigned high) {
        const unsigned octet = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
        return octet >= low && octet <= high;
    };
    const auto continues = [&](std::size_t i) { return is_within(i, 0x80, 0xBF); };
    if (text.empty()) return 0;
    const unsigned first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool good = is_within(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        return good && continues(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool good = is_within(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
        return good && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

char32_t utf8_character(std::string_view text)
{
    const auto octet = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
    };
    const auto six_bits = [&](std::size_t i) { return octet(i) & 0x3FU; };
    switch (utf8_character_size(text)) {
    case 1:
        return octet(0);
    case 2:
        return (octet(0) & 0x1FU) << 6U | six_bits(1);
    case 3:
        return (octet(0) & 0x0FU) << 12U | six_bits(1) << 6U | six_bits(2);
    case 4:
        return (octet(0) & 0x07U) << 18U | six_bits(1) << 12U | six_bits(2) << 6U | six_bits(3);
    default:
        return 0xFFFD;
    }
}

void append_utf8(std::string& text, char32_t character)
{
    const auto put = [&](char32_t octet) { text += static_cast<char>(octet); };
    if (character < 0x80) {
        put(character);
        return;
    }
    if (character < 0x800) {
        put(0xC0U | character >> 6U);
    } else {
        if (character < 0x10000) {
            put(0xE0U | character >> 12U);
        } else {
            put(0xF0U | character >> 18U);
            put(0x80U | (character >> 12U & 0x3FU));
        }
        put(0x80U | (character >> 6U & 0x3FU));
    }
    put(0x80U | (character & 0x3FU));
}

bool steers_display(char32_t character)
{
    if (character < 0x20 || (character >= 0x7F && character <= 0x9F)) return true;
    return character == 0x061C || character == 0x200E || character == 0x200F ||
           (character >= 0x2028 && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069);
}

std::string printable(std::string_view text)
{
    std::string shown;
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        const char32_t character = utf8_character(text);
        if (size == 0 || (size == 1 && steers_display(character))) {
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        } else if (steers_display(character)) {
            shown += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
        } else {
            shown += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return shown;
}

} // namespace sim
