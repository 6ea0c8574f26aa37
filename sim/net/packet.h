// A packet under way: its header as the trace shows it, and what the simulator knows besides.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>

namespace sim::net {

// Octets on the link: IPv4 (20) and TCP (20), UDP (8) or ICMP with the 28 octets it quotes
// (RFC 792). The link layer's own framing is not counted.
constexpr std::uint64_t wire_bytes(const PacketHead& head)
{
    switch (head.transport) {
    case Transport::tcp:
        return std::uint64_t{40} + head.payload.size;
    case Transport::udp:
        return std::uint64_t{28} + head.payload.size;
    case Transport::icmp:
        break;
    }
    return 56;
}

constexpr bool opens_connection(const PacketHead& head)
{
    return head.transport == Transport::tcp && head.flags.syn && !head.flags.ack;
}

struct Packet {
    PacketHead head;
    HostId at;                // the node that it reaches next
    HostId destination;       // owner of the destination address
    EventId sent;             // its latest PacketSent
    bool from_itself = false; // never leaves its host
    // TCP and ICMP about TCP: where its connection is kept and which end it is for. The place may
    // have been given to another connection by now: compare the ConnectionId in the header.
    std::uint32_t place = 0;
    std::uint8_t to_end = 0;
    // ICMP: what it answers, as quoted in it.
    Transport quoted_transport = Transport::tcp;
    Endpoint quoted_source;
    Endpoint quoted_destination;
};

// The RST that answers `offending`, as its destination would send it (RFC 9293 §3.10.7.1).
// Number, hop limit and the simulator's own fields are left to the sender.
inline PacketHead reset_answering(const PacketHead& offending)
{
    PacketHead reset;
    reset.source = offending.destination;
    reset.destination = offending.source;
    reset.source_port = offending.destination_port;
    reset.destination_port = offending.source_port;
    reset.connection = offending.connection;
    reset.flags.rst = true;
    if (offending.flags.ack) {
        reset.sequence = offending.acknowledgement;
    } else {
        reset.flags.ack = true;
        reset.acknowledgement = offending.sequence + offending.payload.size +
                                (offending.flags.syn ? 1U : 0U) + (offending.flags.fin ? 1U : 0U);
    }
    return reset;
}

} // namespace sim::net
