// IPv6 addresses with their text forms. Records and what checks look at have them; the simulated
// network has none yet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

struct Ipv6 {
    std::array<std::uint8_t, 16> octets{};
    friend bool operator==(const Ipv6&, const Ipv6&) = default;
};

// RFC 4291 §2.2 in, RFC 5952 out.
std::optional<Ipv6> parse_ipv6(std::string_view text);
std::string to_string(const Ipv6& ipv6);

} // namespace sim
