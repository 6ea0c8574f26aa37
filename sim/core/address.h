// IPv4 addresses, networks and endpoints as numbers, with their text forms.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

struct Address {
    std::uint32_t value = 0; // 192.0.2.1 is 0xC0000201
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend constexpr auto operator<=>(const Address&, const Address&) = default;
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0;
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// 198.51.100.0/24: every address whose first `prefix_bits` bits agree with `base`.
struct Prefix {
    Address base;
    std::uint8_t prefix_bits = 32; // 0..32
    [[nodiscard]] constexpr bool contains(Address address) const
    {
        const std::uint32_t mask = prefix_bits == 0 ? 0U : ~std::uint32_t{0} << (32U - prefix_bits);
        return ((address.value ^ base.value) & mask) == 0;
    }
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend constexpr auto operator<=>(const Prefix&, const Prefix&) = default;
};

// Dotted quad, each part 0..255 without leading zeros; anything else gives nothing.
std::optional<Address> parse_address(std::string_view text);

// "198.51.100.0/24", or a single address (then /32). Host bits must be zero.
std::optional<Prefix> parse_prefix(std::string_view text);

std::string to_string(Address address);
std::string to_string(const Endpoint& endpoint); // "192.0.2.10:49152"
std::string to_string(const Prefix& network);

} // namespace sim
