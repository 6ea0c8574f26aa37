#include "sim/report/socket_track.h"

#include "sim/explain/nouns.h"

#include <algorithm>
#include <iterator>

namespace sim::report {

namespace {

using net::SocketState;

constexpr std::uint16_t name_server_port = 53;
// How often a SYN+ACK is repeated before the server forgets who asked (RFC 9293 leaves it open).
constexpr std::uint8_t opening_retransmissions = 5;

constexpr std::size_t client = 0;
constexpr std::size_t server = 1;

SocketSeen
listening(Transport transport, std::uint16_t port, Application application, scenario::TlsMode tls)
{
    SocketSeen seen;
    seen.transport = transport;
    seen.state = transport == Transport::udp ? SocketState::bound : SocketState::listen;
    seen.local.port = port;
    seen.application = application;
    seen.tls = tls;
    return seen;
}

// UDP ports first, each by number.
std::pair<bool, std::uint16_t> place_in_list(const SocketSeen& seen)
{
    return {seen.transport == Transport::tcp, seen.local.port};
}

// What mail programs want where the scenario has no server that would tell.
Application usual_application(std::uint16_t port)
{
    return port == 110 || port == 995 ? Application::pop3 : Application::smtp;
}

Ipv4 address_of(const scenario::Scenario& scenario, const scenario::Host& host)
{
    const auto line = std::ranges::find(scenario.lines, host.line, &scenario::AccessLine::key);
    return line == scenario.lines.end() ? Ipv4{} : line->address;
}

} // namespace

SocketTrack::SocketTrack(const scenario::Scenario& scenario) : hosts_(scenario.hosts.size())
{
    for (std::size_t i = 0; i < scenario.hosts.size(); ++i) {
        const scenario::Host& from = scenario.hosts[i];
        const HostId id{static_cast<std::uint32_t>(i)};
        for (const Ipv4 address : from.addresses)
            owners_.emplace_back(address, id);
        if (!from.line.empty()) owners_.emplace_back(address_of(scenario, from), id);
    }
    std::ranges::sort(owners_);
    list_ports(scenario);
}

void SocketTrack::list_ports(const scenario::Scenario& scenario)
{
    const auto add = [&](const std::string& key, const SocketSeen& seen) {
        const HostId id = explain::host_called(key, scenario);
        if (Host* at = host(id)) at->listening.push_back(seen);
        applications_[{id, seen.local.port}] = seen.application;
    };
    for (const scenario::NameServer& each : scenario.name_servers) {
        add(each.host,
            listening(Transport::udp, name_server_port, Application::dns, scenario::TlsMode::none));
    }
    for (const scenario::MailServer& each : scenario.mail_servers) {
        for (const scenario::SmtpListener& port : each.listeners)
            add(each.host, listening(Transport::tcp, port.port, Application::smtp, port.tls));
    }
    for (const scenario::PopServer& each : scenario.pop_servers) {
        for (const scenario::PopListener& port : each.listeners)
            add(each.host, listening(Transport::tcp, port.port, Application::pop3, port.tls));
    }
    for (Host& each : hosts_)
        std::ranges::stable_sort(each.listening, {}, place_in_list);
}

HostId SocketTrack::owner_of(Ipv4 address) const
{
    const auto found = std::ranges::lower_bound(
        owners_, address, {}, [](const auto& owner) { return owner.first; });
    return found == owners_.end() || found->first != address ? HostId{} : found->second;
}

Application SocketTrack::application_at(HostId at, std::uint16_t port) const
{
    const auto found = applications_.find({at, port});
    return found == applications_.end() ? Application::unknown : found->second;
}

SocketTrack::Host* SocketTrack::host(HostId id)
{
    return id.value < hosts_.size() ? &hosts_[id.value] : nullptr;
}

const SocketTrack::Ends* SocketTrack::ends(ConnectionId connection) const
{
    return connection.value < connections_.size() ? &connections_[connection.value] : nullptr;
}

SocketTrack::Ends& SocketTrack::ends_of(ConnectionId connection)
{
    // They are numbered from 0 as they come.
    if (connection.value >= connections_.size())
        connections_.resize(std::size_t{connection.value} + 1);
    return connections_[connection.value];
}

SocketTrack::End* SocketTrack::end_at(ConnectionId connection, HostId at)
{
    if (connection.value >= connections_.size()) return nullptr;
    for (End& end : connections_[connection.value])
        if (end.host == at && at.exists()) return &end;
    return nullptr;
}

// ---- what the events say ----------------------------------------------------------------------

void SocketTrack::follow(const Event& event)
{
    if (!expiring_.empty()) expire(event);
    if (const auto* sent = std::get_if<PacketSent>(&event.what)) {
        on_left(event, sent->packet);
    } else if (const auto* dropped = std::get_if<PacketDropped>(&event.what)) {
        on_left(event, dropped->packet);
    } else if (const auto* delivered = std::get_if<PacketDelivered>(&event.what)) {
        on_delivered(event, delivered->packet);
    } else if (const auto* attempted = std::get_if<ConnectionAttempted>(&event.what)) {
        open(event, client, attempted->local, attempted->remote);
    } else if (std::holds_alternative<ConnectionOpened>(event.what)) {
        if (End* end = end_at(event.connection, event.host))
            go_to(*end, SocketState::established, event.id);
    } else if (std::holds_alternative<PeerFinished>(event.what)) {
        on_peer_finished(event);
    } else if (const auto* ended = std::get_if<ConnectionEnded>(&event.what)) {
        on_ended(event, *ended);
    } else if (std::holds_alternative<ConnectionFailed>(event.what)) {
        if (End* end = end_at(event.connection, event.host))
            close(ends_of(event.connection), *end, event.id);
    } else if (const auto* repeated = std::get_if<SegmentRetransmitted>(&event.what)) {
        const End* end = end_at(event.connection, event.host);
        if (end != nullptr && end->seen.state == SocketState::syn_received &&
            repeated->attempt >= opening_retransmissions)
            expiring_.push_back({event.connection, repeated->next});
    } else if (std::holds_alternative<TlsEstablished>(event.what)) {
        on_tls(event);
    }
}

void SocketTrack::open(const Event& event, std::size_t side, Endpoint local, Endpoint remote)
{
    End& end = ends_of(event.connection)[side];
    end.host = event.host;
    end.seen = SocketSeen{};
    end.seen.local = local;
    end.seen.remote = remote;
    end.seen.connection = event.connection;
    const Endpoint& called = side == client ? remote : local;
    end.seen.application = application_at(owner_of(called.address), called.port);
    // Nobody is there; the caller still speaks what it came for.
    if (end.seen.application == Application::unknown)
        end.seen.application = usual_application(called.port);
    go_to(end, side == client ? SocketState::syn_sent : SocketState::syn_received, event.id);
}

void SocketTrack::go_to(End& end, SocketState state, EventId event)
{
    end.seen.state = state;
    end.seen.since = event;
    if (Host* at = host(end.host))
        at->connections.set(event.value, end.seen.connection.value, end.seen);
}

// A peer that only waited for this goes with it.
void SocketTrack::close(Ends& both, End& end, EventId event)
{
    const bool peer_waits =
        (&end == &both[client] ? both[server] : both[client]).seen.state == SocketState::time_wait;
    for (End& each : both) {
        if (each.seen.state == SocketState::closed) continue;
        if (&each != &end && !peer_waits) continue;
        each.seen.state = SocketState::closed;
        each.seen.since = event;
        if (Host* at = host(each.host)) {
            at->connections.erase(event.value, each.seen.connection.value);
            at->closed.push_back(each.seen);
        }
    }
}

void SocketTrack::expire(const Event& event)
{
    for (const Expiring& each : expiring_) {
        if (each.at > event.at) continue;
        Ends& both = ends_of(each.connection);
        if (both[server].seen.state == SocketState::syn_received)
            close(both, both[server], event.id);
    }
    std::erase_if(expiring_, [&](const Expiring& each) { return each.at <= event.at; });
}

// A packet leaves the host that it comes from, whether or not that host's own firewall lets it.
void SocketTrack::on_left(const Event& event, const PacketHead& packet)
{
    const bool opens = packet.flags.syn && packet.flags.ack;
    if (packet.transport == Transport::icmp) return;
    if (packet.transport == Transport::tcp && !opens && !packet.flags.fin) return;
    if (owner_of(packet.source) != event.host || !event.host.exists()) return; // a router
    if (packet.transport == Transport::udp) {
        Host* at = host(event.host);
        const std::uint16_t port = packet.source_port;
        if (at == nullptr || application_at(event.host, port) == Application::dns) return;
        if (!at->bound_ports.insert(port).second) return;
        SocketSeen seen =
            listening(Transport::udp, port, Application::dns, scenario::TlsMode::none);
        seen.since = event.id;
        at->bound.set(event.id.value, port, seen);
        return;
    }
    End* end = end_at(event.connection, event.host);
    if (opens && end == nullptr) {
        open(event,
             server,
             {packet.source, packet.source_port},
             {packet.destination, packet.destination_port});
        return;
    }
    if (!packet.flags.fin || end == nullptr) return;
    end->finish_end = packet.sequence + packet.payload.size + 1;
    if (end->seen.state == SocketState::established) go_to(*end, SocketState::fin_wait_1, event.id);
    if (end->seen.state == SocketState::close_wait) go_to(*end, SocketState::last_ack, event.id);
}

void SocketTrack::on_delivered(const Event& event, const PacketHead& packet)
{
    if (packet.transport != Transport::tcp) return;
    End* end = end_at(event.connection, event.host);
    if (end == nullptr) return;
    if (packet.flags.rst) {
        // Its program has not heard of it yet, so that nothing else tells.
        if (end->seen.state == SocketState::syn_received)
            close(ends_of(event.connection), *end, event.id);
        return;
    }
    if (end->seen.state == SocketState::fin_wait_1 && packet.flags.ack &&
        packet.acknowledgement == end->finish_end)
        go_to(*end, SocketState::fin_wait_2, event.id);
}

void SocketTrack::on_peer_finished(const Event& event)
{
    End* end = end_at(event.connection, event.host);
    if (end == nullptr) return;
    if (end->seen.state == SocketState::established) go_to(*end, SocketState::close_wait, event.id);
    if (end->seen.state == SocketState::fin_wait_1) go_to(*end, SocketState::closing, event.id);
}

// For a program it is over; the socket stays while the other end may not know it yet.
void SocketTrack::on_ended(const Event& event, const ConnectionEnded& what)
{
    End* end = end_at(event.connection, event.host);
    if (end == nullptr || end->seen.state == SocketState::closed) return;
    Ends& both = ends_of(event.connection);
    const bool waits =
        what.how == ConnectionEnd::closed &&
        (end->seen.state == SocketState::fin_wait_2 || end->seen.state == SocketState::closing);
    const SocketState other = (end == &both[client] ? both[server] : both[client]).seen.state;
    if (!waits || other == SocketState::closed || other == SocketState::time_wait) {
        close(both, *end, event.id);
    } else {
        go_to(*end, SocketState::time_wait, event.id);
    }
}

void SocketTrack::on_tls(const Event& event)
{
    End* end = end_at(event.connection, event.host);
    if (end == nullptr || end->seen.state == SocketState::closed) return;
    end->seen.encrypted = true;
    if (Host* at = host(end->host))
        at->connections.set(event.id.value, end->seen.connection.value, end->seen);
}

// ---- questions --------------------------------------------------------------------------------

std::vector<SocketSeen> SocketTrack::sockets(HostId id, std::size_t cursor) const
{
    if (id.value >= hosts_.size()) return {};
    const Host& at = hosts_[id.value];
    std::vector<SocketSeen> all = at.bound.at(cursor);
    all.insert(all.end(), at.listening.begin(), at.listening.end());
    std::ranges::stable_sort(all, {}, place_in_list);
    const std::vector<SocketSeen> open = at.connections.at(cursor);
    all.insert(all.end(), open.begin(), open.end());
    return all;
}

std::vector<SocketSeen>
SocketTrack::closed(HostId id, std::size_t cursor, std::size_t at_most) const
{
    if (id.value >= hosts_.size()) return {};
    const std::vector<SocketSeen>& closed = hosts_[id.value].closed;
    const auto end = std::ranges::lower_bound(
        closed, cursor, {}, [](const SocketSeen& seen) { return std::size_t{seen.since.value}; });
    const auto count =
        std::min(at_most, static_cast<std::size_t>(std::distance(closed.begin(), end)));
    std::vector<SocketSeen> latest{std::make_reverse_iterator(end),
                                   std::make_reverse_iterator(end) +
                                       static_cast<std::ptrdiff_t>(count)};
    return latest;
}

} // namespace sim::report
