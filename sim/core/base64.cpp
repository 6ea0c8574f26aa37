#include "sim/core/base64.h"

#include <cstdint>

namespace sim {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t octet(char byte)
{
    return static_cast<std::uint8_t>(byte);
}

} // namespace

std::string encode_base64(std::string_view bytes)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
        std::uint32_t group = octet(bytes[i]) << 16U;
        if (count > 1) group |= octet(bytes[i + 1]) << 8U;
        if (count > 2) group |= octet(bytes[i + 2]);
        text += alphabet[group >> 18U];
        text += alphabet[(group >> 12U) & 63U];
        text += count > 1 ? alphabet[(group >> 6U) & 63U] : '=';
        text += count > 2 ? alphabet[group & 63U] : '=';
    }
    return text;
}

std::optional<std::string> decode_base64(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        std::size_t padding = 0;
        if (last && text[i + 3] == '=') padding = text[i + 2] == '=' ? 2 : 1;
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            std::size_t digit = 0;
            if (j < 4 - padding) {
                digit = alphabet.find(text[i + j]);
                if (digit == std::string_view::npos) return std::nullopt;
            }
            group = (group << 6U) | static_cast<std::uint32_t>(digit);
        }
        if ((padding == 1 && (group & 0xffU) != 0) || (padding == 2 && (group & 0xffffU) != 0))
            return std::nullopt;
        bytes += static_cast<char>(group >> 16U);
        if (padding < 2) bytes += static_cast<char>((group >> 8U) & 255U);
        if (padding < 1) bytes += static_cast<char>(group & 255U);
    }
    return bytes;
}

} // namespace sim
