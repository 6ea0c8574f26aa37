// The whole network as its user sees it: hosts, links, sockets. Nothing here moves time: packets
// under way and timers are Tasks (TaskOwner::network) in the World's queue and come back through
// handle_task(); what programs hear is drained with poll_output(). Each step of each packet is
// appended to the trace with its cause.
//
// After every call that takes `now`, the World drains poll_output() until nothing is left, then,
// when the programs have said all they have to say at this instant, calls flush().
#pragma once

#include "sim/core/task.h"
#include "sim/core/trace.h"
#include "sim/net/firewall.h"
#include "sim/net/host.h"
#include "sim/net/limits.h"
#include "sim/net/link.h"
#include "sim/net/netstat.h"
#include "sim/net/outbox.h"
#include "sim/net/socket_event.h"
#include "sim/net/tcp.h"
#include "sim/net/udp.h"
#include "sim/net/wire.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::net {

class Fabric {
public:
    // Both must outlive the fabric. Initial sequence numbers come from the seed.
    Fabric(Trace& trace, TaskQueue& tasks, std::uint64_t seed);
    ~Fabric() = default;
    Fabric(const Fabric&) = delete;
    Fabric& operator=(const Fabric&) = delete;

    // The topology is built once, before anything is sent. Every node forwards. A route has the
    // fewest hops, then the least latency, then the lowest ids; it does not change when links fail.
    // Each host has at least one address, and each address one host.
    HostId add_host(HostConfig config);
    LinkId add_link(LinkConfig config) { return wire_.add_link(config); }
    void finish_topology() { wire_.finish_topology(); }

    Firewall& firewall(HostId host) { return wire_.firewall(host); }
    [[nodiscard]] const Firewall& firewall(HostId host) const { return wire_.firewall(host); }

    // ---- TCP ----------------------------------------------------------------------------------
    // A port listens on all addresses of the host. Stopping does not end what was accepted.
    void listen(HostId host, std::uint16_t port) { tcp_.listen(host, port); }
    void stop_listening(HostId host, std::uint16_t port) { tcp_.stop_listening(host, port); }

    // Opens from the host's first address, or another of its own, and an ephemeral port of it
    // (RFC 6335 §6: 49152-65535). What becomes of it is told by poll_output(): Connected, or
    // Failed, or Ended when it was aborted meanwhile. A host cannot connect to itself: both ends
    // would have one name; it gets no_route.
    ConnectionId connect(HostId host, Endpoint remote, Instant now)
    {
        return connect(host, wire_.host(host).addresses.front(), remote, now);
    }
    ConnectionId connect(HostId host, Address from, Endpoint remote, Instant now)
    {
        return tcp_.connect(host, from, remote, now);
    }

    // For a connection that this host knows and has not finished. Calls for one that has ended at
    // this host are ignored, since its Ended may still be waiting to be polled.
    // send() takes any size; what does not fit into the peer's window waits. Beyond
    // max_queued_bytes the connection is aborted.
    void send(HostId host, ConnectionId connection, std::string_view bytes, Instant now)
    {
        tcp_.send(host, connection, bytes, now);
    }
    void finish(HostId host, ConnectionId connection, Instant now) // FIN after what is queued
    {
        tcp_.finish(host, connection, now);
    }
    // RST, and Ended{aborted} follows; of what nobody has answered yet Failed{called_off}.
    void abort(HostId host, ConnectionId connection, Instant now)
    {
        tcp_.abort(host, connection, now);
    }
    [[nodiscard]] std::uint64_t queued_bytes(HostId host, ConnectionId connection) const
    {
        return tcp_.queued_bytes(host, connection);
    }
    // When the peer last acknowledged anything new of what this host sends it.
    [[nodiscard]] Instant last_progress(HostId host, ConnectionId connection) const
    {
        return tcp_.last_progress(host, connection);
    }

    // ---- UDP ----------------------------------------------------------------------------------
    // Port 0 asks for an ephemeral one. Returns the port, or 0 when it is taken or none is free.
    std::uint16_t bind_udp(HostId host, std::uint16_t port) { return udp_.bind(host, port); }
    void unbind_udp(HostId host, std::uint16_t port) { udp_.unbind(host, port); }
    // From a bound port and the host's first address; at most max_datagram_bytes.
    void send_datagram(
        HostId host, std::uint16_t from_port, Endpoint to, std::string_view bytes, Instant now);
    // From another of the host's addresses: a server answers from the one that it was asked at.
    void send_datagram(HostId host, Endpoint from, Endpoint to, std::string_view bytes, Instant now)
    {
        udp_.send(host, from, to, bytes, now);
    }

    // ---- driven by the World ------------------------------------------------------------------
    // A timer that is no longer needed stays in the queue until its time and then does nothing.
    void handle_task(const Task& task, Instant now);

    // The next thing that a program hears, in the order in which it happened. A Blob in it is held
    // until the next call of poll_output(): under PayloadStore::Policy::reuse whoever wants its
    // bytes for longer copies them or retains the blob.
    std::optional<SocketEvent> poll_output() { return outbox_.poll(); }

    // Sends the acknowledgements that could not ride on data.
    void flush(Instant now) { tcp_.flush(now); }

    // Faults. A cut link loses what is put on it, not what is already under way. A host that is
    // down neither sends nor receives, as if all its links were cut; its memory survives.
    void set_link_cut(LinkId link, bool cut) { wire_.set_cut(link, cut); }
    void set_host_down(HostId host, bool down) { wire_.set_down(host, down); }
    // An attacker at a node: the word STARTTLS in the clear in what it forwards becomes XXXXXXXX.
    void set_strips_starttls(HostId host, bool strips) { wire_.set_strips_starttls(host, strips); }

    // ---- views --------------------------------------------------------------------------------
    // Bound UDP ports, then listening TCP ports, each by number; then connections by id.
    [[nodiscard]] std::vector<SocketRow> sockets(HostId host) const;
    [[nodiscard]] std::size_t host_count() const { return wire_.host_count(); }
    [[nodiscard]] std::size_t link_count() const { return wire_.link_count(); }
    [[nodiscard]] const HostConfig& host(HostId host) const { return wire_.host(host); }
    [[nodiscard]] const LinkConfig& link(LinkId link) const { return wire_.link(link); }
    [[nodiscard]] bool is_cut(LinkId link) const { return wire_.is_cut(link); }
    [[nodiscard]] bool is_down(HostId host) const { return wire_.is_down(host); }
    [[nodiscard]] std::optional<HostId> host_with(Address address) const
    {
        return wire_.host_with(address);
    }
    // The nodes that a packet visits from `from` to the owner of `to`, both included; empty when
    // there is no way.
    [[nodiscard]] std::vector<HostId> route(HostId from, Address to) const
    {
        return wire_.route(from, to);
    }
    // What is kept at the moment: connections open at either end, packets under way.
    [[nodiscard]] std::size_t open_connections() const { return tcp_.open_count(); }
    [[nodiscard]] std::size_t packets_under_way() const { return wire_.packets_under_way(); }

private:
    void handle_arrival(std::uint32_t packet, Instant now);

    Trace& trace_;
    Wire wire_;
    Outbox outbox_;
    Tcp tcp_;
    Udp udp_;
};

} // namespace sim::net
