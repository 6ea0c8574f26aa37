#include "sim/core/address.h"

#include <fmt/format.h>

namespace sim {

namespace {

// Takes a number of at most three digits, no leading zero, from the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t limit)
{
    std::uint32_t number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
        number = number * 10 + static_cast<std::uint32_t>(text[digits] - '0');
        if (++digits > 3) return std::nullopt;
    }
    if (digits == 0 || (digits > 1 && text[0] == '0') || number > limit) return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

} // namespace

std::optional<Address> parse_address(std::string_view text)
{
    std::uint32_t value = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (!text.starts_with('.')) return std::nullopt;
            text.remove_prefix(1);
        }
        const auto number = take_number(text, 255);
        if (!number) return std::nullopt;
        value = (value << 8U) | *number;
    }
    if (!text.empty()) return std::nullopt;
    return Address{value};
}

std::optional<Prefix> parse_prefix(std::string_view text)
{
    const auto slash = text.find('/');
    const auto base = parse_address(text.substr(0, slash));
    if (!base) return std::nullopt;
    if (slash == std::string_view::npos) return Prefix{*base, 32};
    std::string_view bits_text = text.substr(slash + 1);
    const auto bits = take_number(bits_text, 32);
    if (!bits || !bits_text.empty()) return std::nullopt;
    const Prefix network{*base, static_cast<std::uint8_t>(*bits)};
    const std::uint64_t host_mask = (std::uint64_t{1} << (32U - *bits)) - 1U;
    if ((base->value & host_mask) != 0) return std::nullopt;
    return network;
}

std::string to_string(Address address)
{
    const std::uint32_t v = address.value;
    return fmt::format("{}.{}.{}.{}", v >> 24U, (v >> 16U) & 255U, (v >> 8U) & 255U, v & 255U);
}

std::string to_string(const Endpoint& endpoint)
{
    return fmt::format("{}:{}", to_string(endpoint.address), endpoint.port);
}

std::string to_string(const Prefix& network)
{
    return fmt::format("{}/{}", to_string(network.base), network.prefix_bits);
}

} // namespace sim
