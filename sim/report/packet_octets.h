// A packet of the trace as the octets that it would be on a cable: IPv4 (RFC 791) with TCP
// (RFC 9293), UDP (RFC 768) or ICMP (RFC 792), checksums included. Fields that the simulator does
// not know have the one value that fits what it does; which these are is said where they are shown.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sim::report {

inline constexpr std::uint32_t ipv4_header_size = 20;
inline constexpr std::uint32_t tcp_header_size = 20;
inline constexpr std::uint32_t udp_header_size = 8;
inline constexpr std::uint32_t icmp_header_size = 8;
inline constexpr std::uint32_t icmp_quoted_payload = 8; // octets behind the quoted IPv4 header

// The Internet checksum: RFC 1071 §1.
std::uint16_t internet_checksum(std::string_view octets);

// `payload` is the view of head.payload; `quoted` is the packet that an ICMP message answers, with
// its payload, or nullptr when it is not known (then nothing is quoted).
struct QuotedPacket {
    PacketHead head;
    std::string_view payload;
};
std::string
packet_octets(const PacketHead& head, std::string_view payload, const QuotedPacket* quoted);

} // namespace sim::report
