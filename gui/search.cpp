#include "gui/search.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace gui {

namespace {

// Small letters; the full-width forms of ASCII (U+FF01 to U+FF5E, and U+3000 for a blank), which
// Japanese input methods make, as ASCII.
std::string folded(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = [&](std::size_t k) {
            return i + k < text.size() ? static_cast<std::uint8_t>(text[i + k]) : std::uint8_t{0};
        };
        unsigned code = octet(0);
        if (code == 0xE3 && octet(1) == 0x80 && octet(2) == 0x80) {
            code = ' ';
            i += 2;
        } else if (code == 0xEF && (octet(1) == 0xBC || octet(1) == 0xBD)) {
            const unsigned wide = 0xF000U | ((octet(1) & 0x3FU) << 6U) | (octet(2) & 0x3FU);
            if (wide >= 0xFF01 && wide <= 0xFF5E) {
                code = wide - 0xFF01 + '!';
                i += 2;
            }
        }
        if (code >= 'A' && code <= 'Z') code += 'a' - 'A';
        plain += static_cast<char>(code);
    }
    return plain;
}

} // namespace

bool fits(std::string_view text, std::string_view words)
{
    const std::string in = folded(text);
    const std::string wanted = folded(words);
    std::size_t at = 0;
    while (at < wanted.size()) {
        const std::size_t end = std::min(wanted.find(' ', at), wanted.size());
        if (in.find(wanted.substr(at, end - at)) == std::string::npos) return false;
        at = end + 1;
    }
    return true;
}

} // namespace gui
