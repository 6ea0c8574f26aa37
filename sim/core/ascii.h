// Letters and digits as protocols mean them: ASCII, whatever the locale of the machine.
#pragma once

#include <string>
#include <string_view>

namespace sim {

constexpr bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}
constexpr bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}
constexpr bool is_letter(char byte)
{
    return is_upper(byte) || (byte >= 'a' && byte <= 'z');
}
constexpr char lower(char byte)
{
    return is_upper(byte) ? static_cast<char>(byte - 'A' + 'a') : byte;
}

// All its letters in lower case.
inline std::string folded(std::string_view text)
{
    std::string out{text};
    for (char& byte : out)
        byte = lower(byte);
    return out;
}

} // namespace sim
