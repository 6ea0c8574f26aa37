// Tcp, the receiving half: what a segment does to the end that it reaches (RFC 9293 §3.10.7).
#include "sim/core/assert.h"
#include "sim/net/tcp.h"

namespace sim::net {

namespace {

// Thirty-two bits of the wire unrolled into a position near the expected one. Negative only when
// the segment is older than the connection.
std::int64_t
position_near(std::uint64_t expected, std::uint32_t first_sequence, std::uint32_t on_wire)
{
    const std::uint32_t expected_on_wire = first_sequence + static_cast<std::uint32_t>(expected);
    const auto distance = static_cast<std::int32_t>(on_wire - expected_on_wire);
    return static_cast<std::int64_t>(expected) + distance;
}

bool reads(SocketState state)
{
    return state == SocketState::established || state == SocketState::fin_wait_1 ||
           state == SocketState::fin_wait_2;
}

bool has_sent_finish(SocketState state)
{
    return state == SocketState::fin_wait_1 || state == SocketState::closing ||
           state == SocketState::last_ack;
}

} // namespace

void Tcp::handle_segment(const Packet& packet, Instant now)
{
    const PacketHead& head = packet.head;
    Connection* connection = connections_.at(packet.place, head.connection);
    if (connection == nullptr) connection = connections_.find(head.connection);
    if (connection == nullptr || connection->ends.at(packet.to_end).state == SocketState::closed) {
        on_nobody(packet, connection, now);
        return;
    }
    const Socket reached = socket(*connection, packet.to_end);
    if (reached.end.state == SocketState::syn_sent) {
        on_answer_to_syn(reached, head, now);
    } else {
        on_segment(reached, head, now);
    }
}

// ---- before a connection ------------------------------------------------------------------------

// No end of a connection waits for this: a first SYN, or a stray (RFC 9293 §3.10.7.1).
void Tcp::on_nobody(const Packet& packet, Connection* connection, Instant now)
{
    const PacketHead& head = packet.head;
    if (head.flags.rst) return;
    if (!opens_connection(head)) {
        wire_.answer_with_reset(packet.at, packet, Wire::Judged::yes, now);
        return;
    }
    if (ports(packet.at).listening.contains(head.destination_port) &&
        accept(packet, connection, now))
        return;
    const EventId closed = trace_.append(
        packet.at,
        head.connection,
        PortClosed{{head.destination, head.destination_port}, {head.source, head.source_port}});
    const CauseScope scope{trace_, closed};
    wire_.answer_with_reset(packet.at, packet, Wire::Judged::yes, now);
}

// `connection` is nullptr when the client has given up before its SYN came; the server cannot know.
bool Tcp::accept(const Packet& packet, Connection* connection, Instant now)
{
    const PacketHead& head = packet.head;
    if (connection == nullptr) connection = connections_.open(head.connection);
    if (connection == nullptr) return false;
    const Socket server = socket(*connection, 1);
    End& end = server.end;
    end.host = packet.at;
    end.peer_host = wire_.host_with(head.source).value_or(HostId{});
    end.local = {head.destination, head.destination_port};
    end.remote = {head.source, head.source_port};
    end.first_sequence = static_cast<std::uint32_t>(sequence_numbers_.next());
    end.peer_first_sequence = head.sequence;
    end.received = 1;
    enter(server, SocketState::syn_received);
    send_opening(server, now);
    return true;
}

// RFC 9293 §3.10.7.3. Both ends open at once cannot happen: only programs that listen are called.
void Tcp::on_answer_to_syn(Socket socket, const PacketHead& head, Instant now)
{
    End& end = socket.end;
    const bool acceptable = head.flags.ack && head.acknowledgement == end.first_sequence + 1U;
    if (!acceptable) return;
    if (head.flags.rst) {
        fail(socket, ConnectFailure::refused, now);
        return;
    }
    if (!head.flags.syn) return;
    end.peer_first_sequence = head.sequence;
    end.received = 1;
    on_progress(socket, 1, now);
    on_established(socket, false);
    // A host answers SYN-ACK at once, before its program gets to say anything.
    send_acknowledgement(socket, now);
    transmit(socket, now);
}

void Tcp::on_established(Socket socket, bool accepted)
{
    const End& end = socket.end;
    const ConnectionId id = socket.connection.id;
    const EventId event =
        trace_.append(end.host, id, ConnectionOpened{end.local, end.remote, accepted});
    const CauseScope scope{trace_, event};
    enter(socket, SocketState::established);
    if (accepted) {
        outbox_.push({end.host, id, event, Accepted{end.local, end.remote}});
    } else {
        outbox_.push({end.host, id, event, Connected{}});
    }
}

void Tcp::handle_error(const Packet& packet, Instant now)
{
    const PacketHead& head = packet.head;
    Connection* connection = connections_.at(packet.place, head.connection);
    if (connection == nullptr) return;
    const Socket reached = socket(*connection, packet.to_end);
    // RFC 5461 §2: an open connection takes these as passing trouble and lets its timer decide;
    // one that is being opened fails at once, as in Windows and Linux.
    if (reached.end.state != SocketState::syn_sent) return;
    ConnectFailure why = ConnectFailure::unreachable;
    if (head.icmp == Icmp::prohibited) why = ConnectFailure::prohibited;
    if (head.icmp == Icmp::port_unreachable) why = ConnectFailure::refused;
    fail(reached, why, now);
}

// ---- in a connection ----------------------------------------------------------------------------

// RFC 9293 §3.10.7.4, in its order: RST, SYN, ACK, text, FIN.
void Tcp::on_segment(Socket socket, const PacketHead& head, Instant now)
{
    End& end = socket.end;
    if (head.flags.rst) {
        on_reset(socket, head);
        return;
    }
    if (head.flags.syn) { // repeated, because our answer was lost
        end.measuring = false;
        if (end.state == SocketState::syn_received) {
            send_opening(socket, now);
        } else {
            owe_acknowledgement(socket);
        }
        return;
    }
    if (!head.flags.ack) return;
    const ConnectionId id = socket.connection.id;
    if (!on_acknowledgement(socket, head, now)) return;
    if (socket.connection.id != id || end.state == SocketState::closed) return;
    on_content(socket, head);
}

void Tcp::on_reset(Socket socket, const PacketHead& head)
{
    End& end = socket.end;
    const std::int64_t position =
        position_near(end.received, end.peer_first_sequence, head.sequence) -
        static_cast<std::int64_t>(end.received);
    if (position < 0 || position > receive_window) return; // not meant for what is open now
    if (end.state == SocketState::syn_received || end.state == SocketState::time_wait) {
        close(socket); // its program has not heard of it yet, or has heard its last word
    } else {
        this->end(socket, ConnectionEnd::reset_by_peer);
    }
}

// False when the segment is to be left alone.
bool Tcp::on_acknowledgement(Socket socket, const PacketHead& head, Instant now)
{
    End& end = socket.end;
    const std::int64_t position =
        position_near(end.sent_max, end.first_sequence, head.acknowledgement);
    if (position > static_cast<std::int64_t>(end.sent_max)) {
        owe_acknowledgement(socket);
        return false;
    }
    if (position <= static_cast<std::int64_t>(end.acknowledged))
        return end.state != SocketState::syn_received;
    on_progress(socket, static_cast<std::uint64_t>(position), now);
    if (end.state == SocketState::syn_received) on_established(socket, true);
    if (has_sent_finish(end.state) && end.acknowledged > end.data_end()) {
        on_finish_acknowledged(socket);
    } else {
        transmit(socket, now);
    }
    return true;
}

void Tcp::on_progress(Socket socket, std::uint64_t position, Instant now)
{
    End& end = socket.end;
    const bool opening = end.acknowledged == 0;
    // RFC 6298 §5.7: a repeated SYN says that the first guess was too short.
    if (opening && end.attempt > 0) end.retransmission.timeout = 3s;
    end.acknowledged = position;
    end.progress = now;
    if (end.sent < position) end.sent = position;
    end.attempt = 0;
    if (end.measuring && position >= end.measured_position) {
        end.retransmission.learn(now - end.measured_since);
        end.measuring = false;
    }
    end.queue.drop_until(trace_.payloads(), position - 1);
    // RFC 6298 §5.2, §5.3.
    if (end.acknowledged == end.sent_max) {
        end.deadline = never;
    } else {
        set_deadline(socket, now + end.retransmission.timeout, trace_.cause());
    }
}

void Tcp::on_finish_acknowledged(Socket socket)
{
    End& end = socket.end;
    if (end.state == SocketState::fin_wait_1) {
        enter(socket, SocketState::fin_wait_2);
    } else if (end.state == SocketState::closing) {
        enter_time_wait(socket);
    } else if (end.state == SocketState::last_ack) {
        this->end(socket, ConnectionEnd::closed);
    }
}

// The octets and the FIN of a segment, as far as they are new and next. What comes after a gap is
// not kept: the sender repeats from the gap on.
void Tcp::on_content(Socket socket, const PacketHead& head)
{
    End& end = socket.end;
    const std::uint32_t size = head.payload.size;
    if (size == 0 && !head.flags.fin) return;
    owe_acknowledgement(socket);
    const std::int64_t begin = position_near(end.received, end.peer_first_sequence, head.sequence);
    const auto received = static_cast<std::int64_t>(end.received);
    if (begin > received || begin + size < received || !reads(end.state)) return;
    const auto known = static_cast<std::uint32_t>(received - begin);
    if (known < size) {
        const Blob fresh = head.payload.slice(known, size - known);
        outbox_.push(
            {end.host, socket.connection.id, trace_.cause(), Received{fresh, end.received - 1}},
            fresh);
        end.received += fresh.size;
    }
    if (head.flags.fin) {
        ++end.received;
        on_peer_finished(socket);
    }
}

void Tcp::on_peer_finished(Socket socket)
{
    End& end = socket.end;
    const ConnectionId id = socket.connection.id;
    const EventId event = trace_.append(end.host, id, sim::PeerFinished{});
    outbox_.push({end.host, id, event, PeerFinished{}});
    const CauseScope scope{trace_, event};
    if (end.state == SocketState::established) {
        enter(socket, SocketState::close_wait);
    } else if (end.state == SocketState::fin_wait_1) {
        enter(socket, SocketState::closing);
    } else {
        enter_time_wait(socket);
    }
}

} // namespace sim::net
