#include "sim/net/tcp.h"

#include "sim/core/assert.h"
#include "sim/net/limits.h"

#include <algorithm>

namespace sim::net {

namespace {

// One store() at a time takes this much of a long send: a whole number of full segments.
constexpr std::size_t piece_bytes = std::size_t{44} * max_segment_bytes;

} // namespace

Tcp::Tcp(Trace& trace, TaskQueue& tasks, Wire& wire, Outbox& outbox, std::uint64_t seed)
    : trace_{trace},
      tasks_{tasks},
      wire_{wire},
      outbox_{outbox},
      sequence_numbers_{rng_stream(seed, "tcp.initial_sequence")}
{
}

Tcp::HostPorts& Tcp::ports(HostId host)
{
    SIM_ASSERT(host.value < ports_.size());
    return ports_[host.value];
}

void Tcp::listen(HostId host, std::uint16_t port)
{
    SIM_ASSERT(port != 0);
    ports(host).listening.insert(port);
}

void Tcp::stop_listening(HostId host, std::uint16_t port)
{
    ports(host).listening.erase(port);
}

// ---- what programs ask for ----------------------------------------------------------------------

std::uint16_t Tcp::take_port(HostId host, Address address)
{
    HostPorts& of_host = ports(host);
    const bool is_first = wire_.host(host).addresses.front() == address;
    return is_first ? of_host.busy.take_ephemeral() : of_host.beside[address].take();
}

void Tcp::give_port_back(HostId host, Endpoint local)
{
    HostPorts& of_host = ports(host);
    const auto beside = of_host.beside.find(local.address);
    if (beside == of_host.beside.end()) {
        of_host.busy.erase(local.port);
    } else {
        beside->second.give_back(local.port);
    }
}

ConnectionId Tcp::connect(HostId host, Address from, Endpoint remote, Instant now)
{
    SIM_ASSERT(wire_.host_with(from) == host);
    const ConnectionId id{last_id_++};
    const auto peer = wire_.host_with(remote.address);
    // A host with itself would be two ends of one name.
    if (peer == host) return fail_at_once(host, id, from, remote, ConnectFailure::no_route);
    const std::uint16_t port = take_port(host, from);
    if (port == 0) return fail_at_once(host, id, from, remote, ConnectFailure::no_free_port);
    Connection* connection = connections_.open(id);
    if (connection == nullptr) {
        give_port_back(host, {from, port});
        return fail_at_once(host, id, from, remote, ConnectFailure::no_free_port);
    }
    connection->started = now;
    const Socket client = socket(*connection, 0);
    End& end = client.end;
    end.host = host;
    end.peer_host = peer.value_or(HostId{});
    end.local = {from, port};
    end.remote = remote;
    end.first_sequence = static_cast<std::uint32_t>(sequence_numbers_.next());
    const EventId attempted = trace_.append(host, id, ConnectionAttempted{end.local, end.remote});
    const CauseScope scope{trace_, attempted};
    enter(client, SocketState::syn_sent);
    send_opening(client, now);
    return id;
}

// The one place where the state of a socket changes.
void Tcp::enter(Socket socket, SocketState state)
{
    End& end = socket.end;
    end.state = state;
    trace_.emplace<SocketChanged>(
        end.host, socket.connection.id, Transport::tcp, state, end.local, end.remote);
}

std::optional<Tcp::Socket> Tcp::usable(HostId host, ConnectionId id)
{
    Connection* connection = connections_.find(id);
    if (connection == nullptr) return std::nullopt;
    for (End& end : connection->ends) {
        if (end.host == host && end.state != SocketState::closed &&
            end.state != SocketState::time_wait)
            return Socket{*connection, end};
    }
    return std::nullopt;
}

void Tcp::send(HostId host, ConnectionId id, std::string_view bytes, Instant now)
{
    const auto sender = usable(host, id);
    if (!sender) return;
    End& end = sender->end;
    SIM_ASSERT(!end.finish_wanted);
    if (end.queue.end() - end.queue.begin() + bytes.size() > max_queued_bytes) {
        abort(host, id, now);
        return;
    }
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, piece_bytes);
        end.queue.append(trace_.payloads().store(piece));
        bytes.remove_prefix(piece.size());
    }
    transmit(*sender, now);
}

void Tcp::finish(HostId host, ConnectionId id, Instant now)
{
    const auto finishing = usable(host, id);
    if (!finishing || finishing->end.finish_wanted) return;
    finishing->end.finish_wanted = true;
    transmit(*finishing, now);
}

void Tcp::abort(HostId host, ConnectionId id, Instant now)
{
    const auto aborting = usable(host, id);
    if (!aborting) return;
    // RFC 9293 §3.10.5: nobody knows of a connection in SYN-SENT, so nobody is told.
    if (aborting->end.state == SocketState::syn_sent) {
        fail(*aborting, ConnectFailure::called_off, now);
        return;
    }
    TcpFlags flags;
    flags.rst = flags.ack = true;
    send_segment(*aborting, flags, aborting->end.sent_max, Blob{}, now);
    end(*aborting, ConnectionEnd::aborted);
}

std::uint64_t Tcp::queued_bytes(HostId host, ConnectionId id) const
{
    const End* end = find_end(host, id);
    return end == nullptr ? 0 : end->queue.end() - end->queue.begin();
}

Instant Tcp::last_progress(HostId host, ConnectionId id) const
{
    const End* end = find_end(host, id);
    return end == nullptr ? Instant{} : end->progress;
}

const End* Tcp::find_end(HostId host, ConnectionId id) const
{
    const Connection* connection = connections_.find(id);
    if (connection == nullptr) return nullptr;
    const auto found = std::ranges::find(connection->ends, host, &End::host);
    return found == connection->ends.end() ? nullptr : &*found;
}

// ---- how it ends --------------------------------------------------------------------------------

ConnectionId
Tcp::fail_at_once(HostId host, ConnectionId id, Address from, Endpoint remote, ConnectFailure why)
{
    const Endpoint local{from, 0};
    const EventId event = trace_.append(host, id, ConnectionFailed{local, remote, why, Duration{}});
    outbox_.push({host, id, event, Failed{why}});
    return id;
}

void Tcp::fail(Socket socket, ConnectFailure why, Instant now)
{
    const End& end = socket.end;
    const ConnectionId id = socket.connection.id;
    const EventId event = trace_.append(
        end.host,
        id,
        ConnectionFailed{end.local, end.remote, why, now - socket.connection.started});
    outbox_.push({end.host, id, event, Failed{why}});
    const CauseScope scope{trace_, event};
    close(socket);
}

void Tcp::end(Socket socket, ConnectionEnd how)
{
    const ConnectionId id = socket.connection.id;
    const EventId event = trace_.append(socket.end.host, id, ConnectionEnded{how});
    outbox_.push({socket.end.host, id, event, Ended{how}});
    const CauseScope scope{trace_, event};
    close(socket);
}

void Tcp::enter_time_wait(Socket socket)
{
    const ConnectionId id = socket.connection.id;
    const EventId event =
        trace_.append(socket.end.host, id, ConnectionEnded{ConnectionEnd::closed});
    outbox_.push({socket.end.host, id, event, Ended{ConnectionEnd::closed}});
    const CauseScope scope{trace_, event};
    socket.end.deadline = never;
    const SocketState other = socket.other().state;
    if (other == SocketState::closed || other == SocketState::time_wait) {
        close(socket);
    } else {
        enter(socket, SocketState::time_wait);
    }
}

// The end is no more; with it goes a peer that only waited for this, and when neither is left, the
// connection.
void Tcp::close(Socket socket)
{
    Connection& connection = socket.connection;
    const bool peer_waits = socket.other().state == SocketState::time_wait;
    for (std::uint8_t i = 0; i < 2; ++i) {
        End& end = connection.ends.at(i);
        if (&end != &socket.end && !peer_waits) continue;
        if (i == 0 && end.state != SocketState::closed) give_port_back(end.host, end.local);
        end.queue.clear(trace_.payloads());
        if (end.state != SocketState::closed) enter(Socket{connection, end}, SocketState::closed);
        end.deadline = never;
        end.acknowledgement_owed = false;
    }
    const bool over = connection.ends[0].state == SocketState::closed &&
                      connection.ends[1].state == SocketState::closed;
    if (over) connections_.close(connection);
}

void Tcp::list_sockets(HostId host, std::vector<SocketRow>& rows) const
{
    SIM_ASSERT(host.value < ports_.size());
    ports_[host.value].listening.for_each([&](std::uint16_t port) {
        rows.push_back(
            {Transport::tcp, SocketState::listen, {Address{}, port}, {}, 0, ConnectionId{}});
    });
    const std::size_t listening = rows.size();
    connections_.for_each([&](const Connection& connection) {
        for (const End& end : connection.ends) {
            if (end.host != host || end.state == SocketState::closed) continue;
            rows.push_back({Transport::tcp,
                            end.state,
                            end.local,
                            end.remote,
                            end.queue.end() - end.queue.begin(),
                            connection.id});
        }
    });
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(listening),
              rows.end(),
              [](const SocketRow& a, const SocketRow& b) { return a.connection < b.connection; });
}

} // namespace sim::net
