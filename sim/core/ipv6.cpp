#include "sim/core/ipv6.h"

#include "sim/core/address.h"
#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <cstddef>
#include <vector>

namespace sim {

namespace {

// One to four hexadecimal digits.
std::optional<std::uint16_t> parse_group(std::string_view text)
{
    if (text.empty() || text.size() > 4) return std::nullopt;
    unsigned group = 0;
    for (const char byte : text) {
        unsigned digit = 0;
        if (is_digit(byte)) {
            digit = static_cast<unsigned>(byte - '0');
        } else if (byte >= 'a' && byte <= 'f') {
            digit = static_cast<unsigned>(byte - 'a') + 10;
        } else if (byte >= 'A' && byte <= 'F') {
            digit = static_cast<unsigned>(byte - 'A') + 10;
        } else {
            return std::nullopt;
        }
        group = group * 16 + digit;
    }
    return static_cast<std::uint16_t>(group);
}

// "2001:db8:0:1" -> its groups; a dotted quad at the very end counts as two. At most eight groups.
std::optional<std::vector<std::uint16_t>> parse_groups(std::string_view text)
{
    std::vector<std::uint16_t> groups;
    if (text.empty()) return groups;
    for (;;) {
        const std::size_t colon = text.find(':');
        const std::string_view part = text.substr(0, colon);
        if (const auto group = parse_group(part)) {
            groups.push_back(*group);
        } else if (const auto quad = parse_address(part); quad && colon == std::string_view::npos) {
            groups.push_back(static_cast<std::uint16_t>(quad->value >> 16U));
            groups.push_back(static_cast<std::uint16_t>(quad->value & 0xffffU));
        } else {
            return std::nullopt;
        }
        if (groups.size() > 8) return std::nullopt;
        if (colon == std::string_view::npos) return groups;
        text.remove_prefix(colon + 1);
    }
}

Ipv6 from_groups(const std::vector<std::uint16_t>& groups)
{
    Ipv6 ipv6;
    for (std::size_t i = 0; i < 8; ++i) {
        ipv6.octets.at(2 * i) = static_cast<std::uint8_t>(groups[i] >> 8U);
        ipv6.octets.at(2 * i + 1) = static_cast<std::uint8_t>(groups[i] & 0xffU);
    }
    return ipv6;
}

} // namespace

std::optional<Ipv6> parse_ipv6(std::string_view text)
{
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        const auto groups = parse_groups(text);
        if (!groups || groups->size() != 8) return std::nullopt;
        return from_groups(*groups);
    }
    const std::string_view front_text = text.substr(0, gap);
    if (front_text.find('.') != std::string_view::npos) return std::nullopt;
    auto front = parse_groups(front_text);
    const auto back = parse_groups(text.substr(gap + 2));
    // "::" stands for at least one group, RFC 5952 §4.2.2.
    if (!front || !back || front->size() + back->size() > 7) return std::nullopt;
    front->resize(8 - back->size());
    front->insert(front->end(), back->begin(), back->end());
    return from_groups(*front);
}

std::string to_string(const Ipv6& ipv6)
{
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i)
        groups.at(i) = (unsigned{ipv6.octets.at(2 * i)} << 8U) | ipv6.octets.at(2 * i + 1);

    // RFC 5952 §4.2: the first of the longest runs of two or more zero groups becomes "::".
    std::size_t gap = 8;
    std::size_t gap_size = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t size = 0;
        while (i + size < 8 && groups.at(i + size) == 0)
            ++size;
        if (size > gap_size) {
            gap = i;
            gap_size = size;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8;) {
        if (i == gap) {
            text += "::";
            i += gap_size;
            continue;
        }
        if (!text.empty() && !text.ends_with(':')) text += ':';
        text += fmt::format("{:x}", groups.at(i));
        ++i;
    }
    return text;
}

} // namespace sim
