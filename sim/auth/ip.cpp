#include "sim/auth/ip.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sim::auth {

namespace {

std::array<std::uint8_t, 16> octets_of(const Ip& ip)
{
    if (const auto* ipv6 = std::get_if<Ipv6>(&ip)) return ipv6->octets;
    const std::uint32_t value = std::get<Address>(ip).value;
    std::array<std::uint8_t, 16> octets{};
    for (std::size_t i = 0; i < 4; ++i)
        octets.at(i) = static_cast<std::uint8_t>(value >> (24U - 8U * i));
    return octets;
}

// ::ffff:0:0/96, RFC 4291 §2.5.5.2
std::optional<Address> mapped_address(const Ipv6& ipv6)
{
    constexpr std::array<std::uint8_t, 12> front{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (!std::equal(front.begin(), front.end(), ipv6.octets.begin())) return std::nullopt;
    Address address;
    for (std::size_t i = front.size(); i < ipv6.octets.size(); ++i)
        address.value = address.value << 8U | ipv6.octets.at(i);
    return address;
}

} // namespace

std::optional<Ip> parse_ip(std::string_view text)
{
    if (const auto address = parse_address(text)) return *address;
    const auto ipv6 = parse_ipv6(text);
    if (!ipv6) return std::nullopt;
    if (const auto address = mapped_address(*ipv6)) return *address;
    return *ipv6;
}

std::string to_string(const Ip& ip)
{
    return std::visit([](const auto& kind) { return sim::to_string(kind); }, ip);
}

bool is_v6(const Ip& ip)
{
    return std::holds_alternative<Ipv6>(ip);
}

bool agree(const Ip& a, const Ip& b, unsigned bits)
{
    if (a.index() != b.index()) return false;
    const auto left = octets_of(a);
    const auto right = octets_of(b);
    for (unsigned bit = 0; bit < bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((left.at(bit / 8) & mask) != (right.at(bit / 8) & mask)) return false;
    }
    return true;
}

std::string dotted(const Ip& ip)
{
    if (!is_v6(ip)) return to_string(ip);
    std::string text;
    for (const std::uint8_t octet : octets_of(ip)) {
        const unsigned value = octet;
        text += fmt::format("{}{:X}.{:X}", text.empty() ? "" : ".", value >> 4U, value & 0xFU);
    }
    return text;
}

std::string reverse_name(const Ip& ip)
{
    std::string name;
    std::string text = dotted(ip);
    while (!text.empty()) {
        const std::size_t dot = text.rfind('.') + 1; // 0: the first part
        name += text.substr(dot) + '.';
        text.resize(dot == 0 ? 0 : dot - 1);
    }
    return name + (is_v6(ip) ? "ip6.arpa" : "in-addr.arpa");
}

} // namespace sim::auth
