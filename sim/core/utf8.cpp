#include "sim/core/utf8.h"

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

} // namespace sim
