// Tcp, the sending half: segments, and the timers that repeat them.
#include "sim/core/assert.h"
#include "sim/net/tcp.h"

#include <algorithm>

namespace sim::net {

namespace {

// Linux's tcp_synack_retries; a server's patience with a client that is silent after its SYN.
constexpr std::uint8_t opening_retransmissions = 5;

bool may_send(SocketState state)
{
    switch (state) {
    case SocketState::established:
    case SocketState::close_wait:
    case SocketState::fin_wait_1: // only to repeat what was lost
    case SocketState::closing:
    case SocketState::last_ack:
        return true;
    default:
        return false;
    }
}

bool has_more(const End& end)
{
    return end.sent < end.data_end() || (end.finish_wanted && end.sent == end.data_end());
}

} // namespace

Wire::Launch Tcp::send_segment(
    Socket socket, TcpFlags flags, std::uint64_t position, const Blob& payload, Instant now)
{
    End& end = socket.end;
    const Wire::Draft draft = wire_.draft();
    Packet& packet = draft.packet;
    packet.destination = end.peer_host;
    packet.place = socket.connection.place;
    packet.to_end = static_cast<std::uint8_t>(1 - socket.index());
    PacketHead& head = packet.head;
    head.source = end.local.address;
    head.source_port = end.local.port;
    head.destination = end.remote.address;
    head.destination_port = end.remote.port;
    head.flags = flags;
    head.sequence = end.first_sequence + static_cast<std::uint32_t>(position);
    if (flags.ack) {
        head.acknowledgement = end.peer_first_sequence + static_cast<std::uint32_t>(end.received);
        end.acknowledgement_owed = false;
    }
    head.window = flags.rst ? std::uint16_t{0} : receive_window;
    head.connection = socket.connection.id;
    head.payload = payload;
    return wire_.send(draft, end.host, now);
}

// SYN when this end connects, SYN-ACK when it accepts.
void Tcp::send_opening(Socket socket, Instant now)
{
    End& end = socket.end;
    const bool client = end.state == SocketState::syn_sent;
    TcpFlags flags;
    flags.syn = true;
    flags.ack = !client;
    if (end.sent_max == 0) {
        end.measuring = true;
        end.measured_position = 1;
        end.measured_since = now;
    }
    end.sent = end.sent_max = 1;
    const auto [event, fate] = send_segment(socket, flags, 0, Blob{}, now);
    if (client && fate == Wire::Fate::no_route) {
        const CauseScope scope{trace_, event};
        fail(socket, ConnectFailure::no_route, now);
        return;
    }
    set_deadline(socket, client ? next_syn(socket) : now + end.retransmission.timeout, event);
}

// When the host's TCP will send its SYN again, or give up.
Instant Tcp::next_syn(Socket socket) const
{
    const HostConfig& config = wire_.host(socket.end.host);
    const std::size_t next = std::size_t{socket.end.attempt} + 1;
    const Duration wait = next < config.syn_times.size()
                              ? std::min(config.syn_times[next], config.connect_timeout)
                              : config.connect_timeout;
    return socket.connection.started + wait;
}

void Tcp::owe_acknowledgement(Socket socket)
{
    if (socket.end.acknowledgement_owed) return;
    socket.end.acknowledgement_owed = true;
    socket.end.owed_since = trace_.cause();
    owed_.push_back({socket.connection.place, socket.connection.id, socket.index()});
}

void Tcp::send_acknowledgement(Socket socket, Instant now)
{
    TcpFlags flags;
    flags.ack = true;
    send_segment(socket, flags, socket.end.sent_max, Blob{}, now);
}

void Tcp::send_owed(Instant now)
{
    for (const Owed& owed : owed_) {
        Connection* connection = connections_.at(owed.place, owed.id);
        if (connection == nullptr) continue;
        const Socket owing = socket(*connection, owed.index);
        if (!owing.end.acknowledgement_owed) continue; // it rode on data
        const CauseScope scope{trace_, owing.end.owed_since};
        send_acknowledgement(owing, now);
    }
    owed_.clear();
}

// Sends what may be sent. While a segment is being repeated nothing else is: there is no point in
// talking to silence.
void Tcp::transmit(Socket socket, Instant now)
{
    End& end = socket.end;
    if (!may_send(end.state) || end.attempt > 0) return;
    while (has_more(end) && send_next(socket, now)) {
    }
}

// One segment from where the end stands, which has more; false when the window is full.
bool Tcp::send_next(Socket socket, Instant now)
{
    End& end = socket.end;
    const std::uint64_t in_flight = end.sent - end.acknowledged;
    if (in_flight >= receive_window) return false;
    TcpFlags flags;
    flags.ack = true;
    Blob payload;
    if (end.sent < end.data_end()) {
        const std::uint64_t left = end.data_end() - end.sent;
        const std::uint64_t wanted = std::min<std::uint64_t>(left, max_segment_bytes);
        // No small segments only because the window is nearly full (RFC 9293 §3.8.6.2.1).
        if (wanted > receive_window - in_flight) return false;
        payload =
            end.queue.slice(trace_.payloads(), end.sent - 1, static_cast<std::uint32_t>(wanted));
        flags.psh = wanted == left;
    }
    const std::uint64_t behind = end.sent + payload.size;
    flags.fin = end.finish_wanted && behind == end.data_end();
    SIM_ASSERT(payload.size > 0 || flags.fin);
    if (flags.fin && end.state == SocketState::established) {
        enter(socket, SocketState::fin_wait_1);
    } else if (flags.fin && end.state == SocketState::close_wait) {
        enter(socket, SocketState::last_ack);
    }

    const std::uint64_t position = end.sent;
    EventId again = trace_.cause();
    if (position < end.sent_max && end.attempt == 0) { // lost with what was repeated until now
        again = trace_.append(end.host,
                              socket.connection.id,
                              SegmentRetransmitted{1, false, now + end.retransmission.timeout});
    }
    end.sent = behind + (flags.fin ? 1 : 0);
    if (position >= end.sent_max && !end.measuring) {
        end.measuring = true;
        end.measured_position = end.sent;
        end.measured_since = now;
    }
    end.sent_max = std::max(end.sent_max, end.sent);
    const CauseScope scope{trace_, again};
    const EventId event = send_segment(socket, flags, position, payload, now).event;
    // RFC 6298 §5.1: the timer runs for the oldest segment that is not acknowledged.
    if (end.deadline == never) set_deadline(socket, now + end.retransmission.timeout, event);
    return true;
}

// ---- timers -------------------------------------------------------------------------------------

void Tcp::set_deadline(Socket socket, Instant at, EventId armed_by)
{
    socket.end.deadline = at;
    socket.end.armed_by = armed_by;
    Connection& connection = socket.connection;
    if (at >= connection.timer_due) return;
    connection.timer_due = at;
    tasks_.add(at,
               {TaskOwner::network,
                static_cast<std::uint8_t>(NetworkTask::timer_runs_out),
                connection.place,
                ++connection.timer_number});
}

void Tcp::handle_timer(const Task& task, Instant now)
{
    Connection& connection = connections_.place(task.subject);
    if (task.number != connection.timer_number) return; // an earlier one took its place
    connection.timer_due = never;
    const ConnectionId id = connection.id;
    if (!id.exists()) return;
    for (std::uint8_t i = 0; i < 2 && connection.id == id; ++i)
        if (connection.ends.at(i).deadline <= now) on_timeout(socket(connection, i), now);
    for (std::uint8_t i = 0; i < 2 && connection.id == id; ++i) {
        const End& end = connection.ends.at(i);
        if (end.deadline != never) set_deadline(socket(connection, i), end.deadline, end.armed_by);
    }
}

void Tcp::on_timeout(Socket socket, Instant now)
{
    End& end = socket.end;
    const CauseScope scope{trace_, end.armed_by};
    end.deadline = never;
    end.measuring = false;
    if (end.state == SocketState::syn_sent || end.state == SocketState::syn_received) {
        on_opening_timeout(socket, now);
        return;
    }
    if (end.attempt >= wire_.host(end.host).data_retransmissions) {
        this->end(socket, ConnectionEnd::timed_out);
        return;
    }
    ++end.attempt;
    end.retransmission.back_off();
    const Instant next = now + end.retransmission.timeout;
    const EventId event = trace_.append(
        end.host, socket.connection.id, SegmentRetransmitted{end.attempt, false, next});
    const CauseScope repeated{trace_, event};
    end.sent = end.acknowledged;
    const bool sent = send_next(socket, now);
    SIM_ASSERT(sent);
}

void Tcp::on_opening_timeout(Socket socket, Instant now)
{
    End& end = socket.end;
    const bool client = end.state == SocketState::syn_sent;
    if (client && now >= socket.connection.started + wire_.host(end.host).connect_timeout) {
        fail(socket, ConnectFailure::timed_out, now);
        return;
    }
    if (!client && end.attempt >= opening_retransmissions) {
        close(socket); // its program has never heard of it
        return;
    }
    ++end.attempt;
    if (!client) end.retransmission.back_off();
    const Instant next = client ? next_syn(socket) : now + end.retransmission.timeout;
    const EventId event = trace_.append(
        end.host, socket.connection.id, SegmentRetransmitted{end.attempt, true, next});
    const CauseScope scope{trace_, event};
    send_opening(socket, now);
}

} // namespace sim::net
