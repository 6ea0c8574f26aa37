#include "sim/net/fabric.h"

#include "sim/core/assert.h"

#include <utility>

namespace sim::net {

Fabric::Fabric(Trace& trace, TaskQueue& tasks, std::uint64_t seed)
    : trace_{trace},
      wire_{trace, tasks},
      outbox_{trace.payloads()},
      tcp_{trace, tasks, wire_, outbox_, seed},
      udp_{trace, wire_, outbox_}
{
}

HostId Fabric::add_host(HostConfig config)
{
    tcp_.add_host();
    udp_.add_host();
    return wire_.add_host(std::move(config));
}

void Fabric::send_datagram(
    HostId host, std::uint16_t from_port, Endpoint to, std::string_view bytes, Instant now)
{
    udp_.send(host, {wire_.host(host).addresses.front(), from_port}, to, bytes, now);
}

void Fabric::handle_task(const Task& task, Instant now)
{
    SIM_ASSERT(task.owner == TaskOwner::network);
    switch (static_cast<NetworkTask>(task.kind)) {
    case NetworkTask::packet_arrives:
        handle_arrival(task.subject, now);
        break;
    case NetworkTask::timer_runs_out:
        tcp_.handle_timer(task, now);
        break;
    }
}

void Fabric::handle_arrival(std::uint32_t number, Instant now)
{
    const EventId delivered = wire_.handle_arrival(number, now);
    if (!delivered.exists()) return;
    const CauseScope scope{trace_, delivered};
    const Packet& packet = wire_.packet(number);
    switch (packet.head.transport) {
    case Transport::tcp:
        tcp_.handle_segment(packet, now);
        break;
    case Transport::udp:
        udp_.handle_datagram(packet, now);
        break;
    case Transport::icmp:
        if (packet.quoted_transport == Transport::tcp) {
            tcp_.handle_error(packet, now);
        } else {
            udp_.handle_error(packet);
        }
        break;
    }
    wire_.forget(number);
}

std::vector<SocketRow> Fabric::sockets(HostId host) const
{
    std::vector<SocketRow> rows;
    udp_.list_sockets(host, rows);
    tcp_.list_sockets(host, rows);
    return rows;
}

} // namespace sim::net
