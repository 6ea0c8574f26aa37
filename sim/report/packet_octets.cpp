#include "sim/report/packet_octets.h"

#include <cstddef>

namespace sim::report {

namespace {

constexpr std::size_t ip_checksum_at = 10;
constexpr std::size_t tcp_checksum_at = 16;
constexpr std::size_t udp_checksum_at = 6;
constexpr std::size_t icmp_checksum_at = 2;

// RFC 791 §3.1: may not be cut into fragments. The network never does.
constexpr std::uint16_t dont_fragment = 0x4000;

void append8(std::string& to, std::uint32_t value)
{
    to += static_cast<char>(value & 0xffU);
}

void append16(std::string& to, std::uint32_t value)
{
    append8(to, value >> 8U);
    append8(to, value);
}

void append32(std::string& to, std::uint32_t value)
{
    append16(to, value >> 16U);
    append16(to, value);
}

void set16(std::string& in, std::size_t at, std::uint16_t value)
{
    in[at] = static_cast<char>(value >> 8U);
    in[at + 1] = static_cast<char>(value & 0xffU);
}

std::uint8_t protocol_of(Transport transport)
{
    switch (transport) {
    case Transport::tcp:
        return 6;
    case Transport::udp:
        return 17;
    case Transport::icmp:
        break;
    }
    return 1;
}

std::string ipv4_header(const PacketHead& head, std::size_t behind)
{
    std::string header;
    append8(header, 0x45); // version 4, five words
    append8(header, 0);
    append16(header, ipv4_header_size + static_cast<std::uint32_t>(behind));
    append16(header, 0); // RFC 6864 §4.1: means nothing in what is never fragmented
    append16(header, dont_fragment);
    append8(header, head.hop_limit);
    append8(header, protocol_of(head.transport));
    append16(header, 0);
    append32(header, head.source.value);
    append32(header, head.destination.value);
    set16(header, ip_checksum_at, internet_checksum(header));
    return header;
}

// RFC 9293 §3.1, RFC 768: what the checksum covers besides the segment.
std::string pseudo_header(const PacketHead& head, std::size_t size)
{
    std::string header;
    append32(header, head.source.value);
    append32(header, head.destination.value);
    append8(header, 0);
    append8(header, protocol_of(head.transport));
    append16(header, static_cast<std::uint32_t>(size));
    return header;
}

std::string tcp_segment(const PacketHead& head, std::string_view payload)
{
    const TcpFlags& flags = head.flags;
    const unsigned bits = (flags.fin ? 1U : 0U) | (flags.syn ? 2U : 0U) | (flags.rst ? 4U : 0U) |
                          (flags.psh ? 8U : 0U) | (flags.ack ? 16U : 0U);
    std::string segment;
    append16(segment, head.source_port);
    append16(segment, head.destination_port);
    append32(segment, head.sequence);
    append32(segment, head.acknowledgement);
    append8(segment, 0x50); // five words
    append8(segment, bits);
    append16(segment, head.window);
    append16(segment, 0);
    append16(segment, 0);
    segment += payload;
    set16(
        segment, tcp_checksum_at, internet_checksum(pseudo_header(head, segment.size()) + segment));
    return segment;
}

std::string udp_datagram(const PacketHead& head, std::string_view payload)
{
    std::string datagram;
    append16(datagram, head.source_port);
    append16(datagram, head.destination_port);
    append16(datagram, udp_header_size + static_cast<std::uint32_t>(payload.size()));
    append16(datagram, 0);
    datagram += payload;
    const std::uint16_t sum = internet_checksum(pseudo_header(head, datagram.size()) + datagram);
    // RFC 768: zero would mean "no checksum".
    set16(datagram, udp_checksum_at, sum == 0 ? std::uint16_t{0xffff} : sum);
    return datagram;
}

struct TypeAndCode {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};

// RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1.
TypeAndCode numbers_of(Icmp what)
{
    switch (what) {
    case Icmp::none:
        break;
    case Icmp::port_unreachable:
        return {3, 3};
    case Icmp::prohibited:
        return {3, 13};
    case Icmp::time_exceeded:
        return {11, 0};
    }
    return {};
}

std::string icmp_message(const PacketHead& head, const QuotedPacket* quoted)
{
    const TypeAndCode numbers = numbers_of(head.icmp);
    std::string message;
    append8(message, numbers.type);
    append8(message, numbers.code);
    append16(message, 0);
    append32(message, 0);
    if (quoted != nullptr && quoted->head.transport != Transport::icmp) {
        const std::string whole = packet_octets(quoted->head, quoted->payload, nullptr);
        message += whole.substr(0, ipv4_header_size + icmp_quoted_payload);
    }
    set16(message, icmp_checksum_at, internet_checksum(message));
    return message;
}

} // namespace

std::uint16_t internet_checksum(std::string_view octets)
{
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const std::uint32_t octet = static_cast<std::uint8_t>(octets[i]);
        sum += i % 2 == 0 ? octet << 8U : octet;
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum & 0xffffU);
}

std::string
packet_octets(const PacketHead& head, std::string_view payload, const QuotedPacket* quoted)
{
    std::string behind;
    switch (head.transport) {
    case Transport::tcp:
        behind = tcp_segment(head, payload);
        break;
    case Transport::udp:
        behind = udp_datagram(head, payload);
        break;
    case Transport::icmp:
        behind = icmp_message(head, quoted);
        break;
    }
    return ipv4_header(head, behind.size()) + behind;
}

} // namespace sim::report
