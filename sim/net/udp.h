// UDP (RFC 768) of all hosts: bound ports, datagrams, and the ICMP that answers an unbound one.
#pragma once

#include "sim/core/trace.h"
#include "sim/net/netstat.h"
#include "sim/net/outbox.h"
#include "sim/net/port_set.h"
#include "sim/net/wire.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sim::net {

class Udp {
public:
    Udp(Trace& trace, Wire& wire, Outbox& outbox) : trace_{trace}, wire_{wire}, outbox_{outbox} {}

    void add_host() { bound_.emplace_back(); }
    std::uint16_t bind(HostId host, std::uint16_t port);
    void unbind(HostId host, std::uint16_t port);
    void send(HostId host, Endpoint from, Endpoint to, std::string_view bytes, Instant now);

    // The datagram, or the ICMP error about one, was delivered to `packet.at`.
    void handle_datagram(const Packet& packet, Instant now);
    void handle_error(const Packet& packet);

    void list_sockets(HostId host, std::vector<SocketRow>& rows) const;

private:
    PortSet& bound(HostId host);
    void tell(HostId host, std::uint16_t port, SocketState state);

    Trace& trace_;
    Wire& wire_;
    Outbox& outbox_;
    std::vector<PortSet> bound_; // by host
};

} // namespace sim::net
