#include "sim/net/udp.h"

#include "sim/core/assert.h"
#include "sim/net/limits.h"

namespace sim::net {

PortSet& Udp::bound(HostId host)
{
    SIM_ASSERT(host.value < bound_.size());
    return bound_[host.value];
}

std::uint16_t Udp::bind(HostId host, std::uint16_t port)
{
    PortSet& ports = bound(host);
    if (port == 0) {
        const std::uint16_t taken = ports.take_ephemeral();
        if (taken != 0) tell(host, taken, SocketState::bound);
        return taken;
    }
    if (ports.contains(port)) return 0;
    ports.insert(port);
    return port;
}

void Udp::unbind(HostId host, std::uint16_t port)
{
    PortSet& ports = bound(host);
    if (!ports.contains(port)) return;
    ports.erase(port);
    tell(host, port, SocketState::closed);
}

void Udp::tell(HostId host, std::uint16_t port, SocketState state)
{
    trace_.emplace<SocketChanged>(
        host, ConnectionId{}, Transport::udp, state, Endpoint{Address{}, port}, Endpoint{});
}

void Udp::send(HostId host, Endpoint from, Endpoint to, std::string_view bytes, Instant now)
{
    SIM_ASSERT(bound(host).contains(from.port));
    SIM_ASSERT(bytes.size() <= max_datagram_bytes);
    const Wire::Draft draft = wire_.draft();
    PacketHead& head = draft.packet.head;
    head.transport = Transport::udp;
    head.source = from.address;
    head.source_port = from.port;
    head.destination = to.address;
    head.destination_port = to.port;
    head.payload = trace_.payloads().store(bytes);
    const auto [event, fate] = wire_.send(draft, host, now);
    if (fate == Wire::Fate::no_route)
        outbox_.push({host, ConnectionId{}, event, DatagramUnreachable{from.port, to}});
}

void Udp::handle_datagram(const Packet& packet, Instant now)
{
    const PacketHead& head = packet.head;
    if (!bound(packet.at).contains(head.destination_port)) {
        wire_.answer_with_icmp(packet.at, packet, Icmp::port_unreachable, Wire::Judged::yes, now);
        return;
    }
    outbox_.push({packet.at,
                  ConnectionId{},
                  trace_.cause(),
                  Datagram{head.destination_port,
                           {head.source, head.source_port},
                           head.payload,
                           head.destination}},
                 head.payload);
}

void Udp::handle_error(const Packet& packet)
{
    if (!bound(packet.at).contains(packet.quoted_source.port)) return;
    outbox_.push({packet.at,
                  ConnectionId{},
                  trace_.cause(),
                  DatagramUnreachable{packet.quoted_source.port, packet.quoted_destination}});
}

void Udp::list_sockets(HostId host, std::vector<SocketRow>& rows) const
{
    SIM_ASSERT(host.value < bound_.size());
    bound_[host.value].for_each([&](std::uint16_t port) {
        rows.push_back(
            {Transport::udp, SocketState::bound, {Address{}, port}, {}, 0, ConnectionId{}});
    });
}

} // namespace sim::net
