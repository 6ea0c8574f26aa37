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
#include "sim/net/netstat.h"
#include "sim/net/socket_event.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::net {

struct LinkConfig {
    HostId a;
    HostId b;
    Duration latency{};
    std::uint64_t bits_per_second = 0; // in each direction; 0: no time is lost in sending
};

// One datagram that is not cut into fragments: Ethernet's 1500 octets less IP's and UDP's headers.
inline constexpr std::size_t max_datagram_bytes = 1472;
// What one end of a connection may have queued and not acknowledged; beyond it the connection is
// aborted.
inline constexpr std::uint64_t max_queued_bytes = std::uint64_t{256} * 1024 * 1024;

class Fabric {
public:
    // Both must outlive the fabric. Initial sequence numbers come from the seed.
    Fabric(Trace& trace, TaskQueue& tasks, std::uint64_t seed);
    ~Fabric();
    Fabric(const Fabric&) = delete;
    Fabric& operator=(const Fabric&) = delete;

    // The topology is built once, before anything is sent. Every node forwards. A route has the
    // fewest hops, then the least latency, then the lowest ids; it does not change when links fail.
    HostId add_host(HostConfig config);
    LinkId add_link(LinkConfig config);
    void finish_topology();

    Firewall& firewall(HostId host);
    [[nodiscard]] const Firewall& firewall(HostId host) const;

    // ---- TCP ----------------------------------------------------------------------------------
    // A port listens on all addresses of the host. Stopping does not end what was accepted.
    void listen(HostId host, std::uint16_t port);
    void stop_listening(HostId host, std::uint16_t port);

    // Opens from the host's first address and an ephemeral port (RFC 6335 §6: 49152-65535). Always
    // followed by exactly one Connected, or Failed: never during this call, always by poll_output.
    ConnectionId connect(HostId host, Endpoint remote, Instant now);

    // For a connection that this host knows and has not finished; calls for one that has already
    // ended at this host are ignored, since its Ended may still be waiting to be polled.
    void send(HostId host, ConnectionId connection, std::string_view bytes, Instant now);
    void finish(HostId host, ConnectionId connection, Instant now); // FIN after what is queued
    void abort(HostId host, ConnectionId connection, Instant now);  // RST; Ended{aborted} follows
    [[nodiscard]] std::uint64_t queued_bytes(HostId host, ConnectionId connection) const;

    // ---- UDP ----------------------------------------------------------------------------------
    // Port 0 asks for an ephemeral one. Returns the port, or 0 when it is taken or none is free.
    std::uint16_t bind_udp(HostId host, std::uint16_t port);
    void unbind_udp(HostId host, std::uint16_t port);
    // From the host's first address. At most max_datagram_bytes.
    void send_datagram(
        HostId host, std::uint16_t from_port, Endpoint to, std::string_view bytes, Instant now);
    // The same from another of the host's addresses: a server answers from the one it was asked at.
    void send_datagram_from(
        HostId host, Endpoint from, Endpoint to, std::string_view bytes, Instant now);

    // ---- driven by the World ------------------------------------------------------------------
    void handle_task(const Task& task, Instant now);

    // The next thing that a program hears, in the order in which it happened. A Blob in it is held
    // until the next call of poll_output(): under PayloadStore::Policy::reuse whoever wants its
    // bytes for longer copies them or retains the blob.
    std::optional<SocketEvent> poll_output();

    // Sends the acknowledgements that could not ride on data.
    void flush(Instant now);

    // Faults. A cut link loses what is put on it, not what is already under way. A host that is
    // down neither sends nor receives, as if all its links were cut; its memory survives.
    void set_link_cut(LinkId link, bool cut);
    void set_host_down(HostId host, bool down);

    // ---- views --------------------------------------------------------------------------------
    // By connection; listening ports and bound UDP ports first.
    [[nodiscard]] std::vector<SocketRow> sockets(HostId host) const;
    [[nodiscard]] std::size_t host_count() const;
    [[nodiscard]] std::size_t link_count() const;
    [[nodiscard]] const HostConfig& host(HostId host) const;
    [[nodiscard]] const LinkConfig& link(LinkId link) const;
    [[nodiscard]] bool is_cut(LinkId link) const;
    [[nodiscard]] bool is_down(HostId host) const;
    [[nodiscard]] std::optional<HostId> host_with(Ipv4 address) const;
    // The nodes that a packet visits from `from` to the owner of `to`, both included; empty when
    // there is no way.
    [[nodiscard]] std::vector<HostId> route(HostId from, Ipv4 to) const;
};

} // namespace sim::net
