// From any event to the packet that it is about: the one that carries what was said, or the one
// that led to it. And from a packet back to the conversation that it is part of.
#pragma once

#include "sim/explain/packet_words.h"
#include "sim/report/text.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sim::report {

// The packet in a Packet... event; nullptr for other kinds.
const PacketHead* packet_in(const Event& event);

struct FoundPacket {
    const Event* event = nullptr; // a Packet... event
    explain::PacketRelation relation = explain::PacketRelation::is_it;
};

// Of what was said, the first packet on the wire that carries it: it may leave in the very instant
// of the event, behind source.end. Nothing for an event that no packet has to do with.
std::optional<FoundPacket> find_packet(const Source& source, EventId selected);

// The events of a TCP connection from its beginning up to and including `last`, in order.
std::vector<const Event*> conversation_until(const Trace& trace, const Event& last);

// Where a TCP packet stands in its sender's stream of octets.
struct StreamPlace {
    HostId sender;           // the host whose program wrote it
    bool from_client = true; // the end that opened the connection
    std::uint64_t begin = 0; // of the payload; the first octet of the stream is 0
};
// Nothing for what is no TCP, or for a packet that was made up by a router in another's name.
std::optional<StreamPlace> place_in_stream(const std::vector<const Event*>& conversation,
                                           const PacketHead& packet);

// The packet that an ICMP message answers; nullptr when `packet` is none, or the trace does not
// tell.
const PacketHead* packet_answered_by(const Event& packet, const Trace& trace);

} // namespace sim::report
