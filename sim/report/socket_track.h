// Follows the sockets of all hosts through the events of a run (RFC 9293 §3.3.2). For
// host_view.cpp.
#pragma once

#include "sim/core/trace.h"
#include "sim/report/history.h"
#include "sim/report/host_view.h"

#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace sim::report {

class SocketTrack {
public:
    explicit SocketTrack(const scenario::Scenario& scenario);

    void follow(const Event& event);

    [[nodiscard]] std::vector<SocketSeen> sockets(HostId host, std::size_t cursor) const;
    [[nodiscard]] std::vector<SocketSeen>
    closed(HostId host, std::size_t cursor, std::size_t at_most) const;

    // Who is at the ends of a connection, as far as followed; ids beyond those give nothing.
    struct End {
        HostId host;
        SocketSeen seen;
        std::uint32_t finish_end = 0; // the acknowledgement number that acknowledges its FIN
    };
    using Ends = std::array<End, 2>; // the one that connected, the one that accepted
    [[nodiscard]] const Ends* ends(ConnectionId connection) const;
    [[nodiscard]] HostId owner_of(Ipv4 address) const; // none when nobody has it

private:
    struct Host {
        std::vector<SocketSeen> listening; // UDP port 53 first, then TCP by number
        History<SocketSeen> bound;         // further UDP ports
        std::set<std::uint16_t> bound_ports;
        History<SocketSeen> connections;
        std::vector<SocketSeen> closed; // in the order in which they closed
    };
    struct Expiring { // a half-open connection that is forgotten without a word
        ConnectionId connection;
        Instant at;
    };

    void list_ports(const scenario::Scenario& scenario);
    Host* host(HostId id);
    Ends& ends_of(ConnectionId connection);
    End* end_at(ConnectionId connection, HostId host);
    void open(const Event& event, std::size_t side, Endpoint local, Endpoint remote);
    void go_to(End& end, net::SocketState state, EventId event);
    void close(Ends& both, End& end, EventId event);
    void expire(const Event& event);

    void on_left(const Event& event, const PacketHead& packet);
    void on_delivered(const Event& event, const PacketHead& packet);
    void on_peer_finished(const Event& event);
    void on_ended(const Event& event, const ConnectionEnded& what);
    void on_tls(const Event& event);

    [[nodiscard]] Application application_at(HostId host, std::uint16_t port) const;

    std::vector<std::pair<Ipv4, HostId>> owners_; // by address
    std::map<std::pair<HostId, std::uint16_t>, Application> applications_;
    std::vector<Host> hosts_;
    std::vector<Ends> connections_;
    std::vector<Expiring> expiring_;
};

} // namespace sim::report
