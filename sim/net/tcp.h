// TCP (RFC 9293) of all hosts: connections, segments, acknowledgements, retransmission. What it
// leaves out is told in docs/decisions/0002-what-the-network-leaves-out.md.
//
// Two choices differ from a real stack on purpose. A host acknowledges at the end of the instant
// (flush), or earlier on data that it sends; there is no delayed acknowledgement. And TIME-WAIT
// lasts only until the peer has its last acknowledgement, which the simulator knows; so ports are
// free again at once, and no timer is spent on it.
#pragma once

#include "sim/core/rng.h"
#include "sim/core/task.h"
#include "sim/core/trace.h"
#include "sim/net/connection.h"
#include "sim/net/outbox.h"
#include "sim/net/port_set.h"
#include "sim/net/wire.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::net {

class Tcp {
public:
    Tcp(Trace& trace, TaskQueue& tasks, Wire& wire, Outbox& outbox, std::uint64_t seed);

    void add_host() { ports_.emplace_back(); }
    void listen(HostId host, std::uint16_t port);
    void stop_listening(HostId host, std::uint16_t port);

    ConnectionId connect(HostId host, Address from, Endpoint remote, Instant now);
    void send(HostId host, ConnectionId id, std::string_view bytes, Instant now);
    void finish(HostId host, ConnectionId id, Instant now);
    void abort(HostId host, ConnectionId id, Instant now);
    [[nodiscard]] std::uint64_t queued_bytes(HostId host, ConnectionId id) const;
    [[nodiscard]] Instant last_progress(HostId host, ConnectionId id) const;

    // A segment was delivered to `packet.at`; the trace's cause is its PacketDelivered.
    void handle_segment(const Packet& packet, Instant now);
    // So was an ICMP error about a segment.
    void handle_error(const Packet& packet, Instant now);
    void handle_timer(const Task& task, Instant now);
    void flush(Instant now)
    {
        if (!owed_.empty()) send_owed(now);
    }

    void list_sockets(HostId host, std::vector<SocketRow>& rows) const;
    [[nodiscard]] std::size_t open_count() const { return connections_.open_count(); }

private:
    // One end of a connection, with the way to the other. Two words, so that it travels in
    // registers.
    struct Socket {
        Connection& connection;
        End& end;
        [[nodiscard]] std::uint8_t index() const { return &end == connection.ends.data() ? 0 : 1; }
        [[nodiscard]] End& other() const { return connection.ends[1U - index()]; }
    };
    struct HostPorts {
        PortSet listening;
        PortSet busy; // ephemeral ports of connections made from its first address
        std::map<Address, FewPorts> beside; // and from its others
    };
    struct Owed {
        std::uint32_t place = 0;
        ConnectionId id;
        std::uint8_t index = 0;
    };

    static Socket socket(Connection& connection, std::uint8_t index)
    {
        return {connection, connection.ends.at(index)};
    }
    // The end that the host's program may still use; none when it has ended.
    std::optional<Socket> usable(HostId host, ConnectionId id);
    [[nodiscard]] const End* find_end(HostId host, ConnectionId id) const;
    HostPorts& ports(HostId host);
    std::uint16_t take_port(HostId host, Address address); // 0: none is free
    void give_port_back(HostId host, Endpoint local);

    // Sending: tcp_send.cpp
    Wire::Launch send_segment(
        Socket socket, TcpFlags flags, std::uint64_t position, const Blob& payload, Instant now);
    void send_opening(Socket socket, Instant now); // SYN or SYN-ACK
    void send_acknowledgement(Socket socket, Instant now);
    void owe_acknowledgement(Socket socket);
    void send_owed(Instant now);
    void transmit(Socket socket, Instant now);
    bool send_next(Socket socket, Instant now);
    void set_deadline(Socket socket, Instant at, EventId armed_by);
    void on_timeout(Socket socket, Instant now);
    void on_opening_timeout(Socket socket, Instant now);
    [[nodiscard]] Instant next_syn(Socket socket) const;

    // Receiving: tcp_receive.cpp
    void on_nobody(const Packet& packet, Connection* connection, Instant now);
    bool accept(const Packet& packet, Connection* connection, Instant now);
    void on_answer_to_syn(Socket socket, const PacketHead& head, Instant now);
    void on_segment(Socket socket, const PacketHead& head, Instant now);
    void on_reset(Socket socket, const PacketHead& head);
    bool on_acknowledgement(Socket socket, const PacketHead& head, Instant now);
    void on_progress(Socket socket, std::uint64_t position, Instant now);
    void on_finish_acknowledged(Socket socket);
    void on_content(Socket socket, const PacketHead& head);
    void on_peer_finished(Socket socket);
    void on_established(Socket socket, bool accepted);

    void enter(Socket socket, SocketState state);

    // Ends of ends: tcp.cpp
    ConnectionId
    fail_at_once(HostId host, ConnectionId id, Address from, Endpoint remote, ConnectFailure why);
    void fail(Socket socket, ConnectFailure why, Instant now);
    void end(Socket socket, ConnectionEnd how);
    void enter_time_wait(Socket socket);
    void close(Socket socket);

    Trace& trace_;
    TaskQueue& tasks_;
    Wire& wire_;
    Outbox& outbox_;
    Rng sequence_numbers_;
    ConnectionTable connections_;
    std::vector<HostPorts> ports_;
    std::vector<Owed> owed_; // acknowledgements to be sent by flush()
    std::uint32_t last_id_ = 0;
};

} // namespace sim::net
