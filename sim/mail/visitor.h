// The sockets of one simulated host, lent to software outside the simulation: what a real client
// does to its own connection is done here by a visitor. Inputs are the methods; what the network
// answers is drained with poll_output(), in the order in which it happened.
//
// Outputs wait without limit: whoever runs a visitor drains it after every step of the World.
#pragma once

#include "sim/mail/machine.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sim::mail {

namespace visit {

struct Accepted { // on a port that the visitor listens on
    ConnectionId connection;
    Endpoint local;
    Endpoint remote;
};
struct Connected {
    ConnectionId connection;
};
struct ConnectFailed {
    ConnectionId connection;
    ConnectFailure why{};
};
struct Received {
    ConnectionId connection;
    std::string bytes;
};
struct PeerFinished { // the peer will send no more
    ConnectionId connection;
};
struct Ended { // nothing more is heard of the connection
    ConnectionId connection;
    ConnectionEnd how{};
};
struct Datagram {
    std::uint16_t local_port = 0;
    Endpoint remote;
    std::string bytes;
};
using Output =
    std::variant<Accepted, Connected, ConnectFailed, Received, PeerFinished, Ended, Datagram>;

} // namespace visit

class Visitor final : public Program {
public:
    explicit Visitor(Machine& machine) : machine_{machine} { machine.add(*this); }

    // As net::Fabric has them. Calls for a connection that has ended are ignored.
    ConnectionId connect(Endpoint remote);
    void listen(std::uint16_t port) { machine_.listen(*this, port); }
    void send(ConnectionId connection, std::string_view bytes) { machine_.send(connection, bytes); }
    void finish(ConnectionId connection) { machine_.finish(connection); }
    void abort(ConnectionId connection) { machine_.abort(connection); }
    // 0 when no port is free.
    std::uint16_t bind_udp() { return machine_.bind_ephemeral_udp(*this); }
    void send_datagram(std::uint16_t from_port, Endpoint to, std::string_view bytes)
    {
        machine_.send_datagram(from_port, to, bytes);
    }

    std::optional<visit::Output> poll_output();

    void handle_accepted(ConnectionId connection, Endpoint local, Endpoint remote) override;
    void handle_connected(ConnectionId connection) override;
    void handle_connect_failed(ConnectionId connection, ConnectFailure why) override;
    void handle_received(ConnectionId connection, std::string_view bytes) override;
    void handle_peer_finished(ConnectionId connection) override;
    void handle_ended(ConnectionId connection, ConnectionEnd how) override;
    void handle_datagram(std::uint16_t port, Endpoint remote, std::string_view bytes) override;

private:
    Machine& machine_;
    std::deque<visit::Output> outputs_;
};

} // namespace sim::mail
