// What a fuzzer made up, as lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// At least so many; those that are missing are empty.
inline std::vector<std::string>
lines_of(const std::uint8_t* data, std::size_t size, std::size_t at_least)
{
    std::vector<std::string> lines(1);
    for (const char byte : std::string_view{reinterpret_cast<const char*>(data), size}) {
        if (byte == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += byte;
        }
    }
    lines.resize(std::max(lines.size(), at_least));
    return lines;
}
