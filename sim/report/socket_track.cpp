#include "sim/report/socket_track.h"

#include "sim/explain/nouns.h"

#include <algorithm>
#include <iterator>
#include <variant>

namespace sim::report {

namespace {

using net::SocketState;

constexpr std::uint16_t name_server_port = 53;

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

} // namespace

SocketTrack::SocketTrack(const scenario::Scenario& scenario)
    : scenario_{scenario}, hosts_(scenario.hosts.size())
{
    list_ports();
}

void SocketTrack::list_ports()
{
    const auto add = [&](const std::string& key, const SocketSeen& seen) {
        const HostId id = explain::host_called(key, scenario_);
        if (id.exists()) hosts_[id.value].listening.push_back(seen);
        applications_[{id, seen.local.port}] = seen.application;
    };
    for (const scenario::NameServer& each : scenario_.name_servers) {
        for (const Transport transport : {Transport::udp, Transport::tcp}) { // RFC 7766 §5
            add(each.host,
                listening(transport, name_server_port, Application::dns, scenario::TlsMode::none));
        }
    }
    for (const scenario::MailServer& each : scenario_.mail_servers) {
        for (const scenario::SmtpListener& port : each.listeners)
            add(each.host, listening(Transport::tcp, port.port, Application::smtp, port.tls));
    }
    for (const scenario::PopServer& each : scenario_.pop_servers) {
        for (const scenario::PopListener& port : each.listeners)
            add(each.host, listening(Transport::tcp, port.port, Application::pop3, port.tls));
    }
    for (Host& each : hosts_)
        std::ranges::stable_sort(each.listening, {}, place_in_list);
}

Application SocketTrack::application_at(Endpoint server) const
{
    const auto found =
        applications_.find({explain::host_at(server.address, scenario_), server.port});
    return found == applications_.end() ? usual_application(server.port) : found->second;
}

void SocketTrack::follow(const Event& event)
{
    if (event.host.value >= hosts_.size()) return;
    std::visit([&](const auto& what) { on(hosts_[event.host.value], event, what); }, event.what);
}

void SocketTrack::on(Host& host, const Event& event, const SocketChanged& what)
{
    const bool tcp = what.transport == Transport::tcp;
    History<SocketSeen>& sockets = tcp ? host.connections : host.bound;
    const std::uint32_t key = tcp ? event.connection.value : what.local.port;
    SocketSeen seen;
    if (const SocketSeen* before = sockets.find(key)) {
        seen = *before;
    } else if (tcp) {
        const bool called = what.state == SocketState::syn_sent;
        seen.application = application_at(called ? what.remote : what.local);
    } else {
        seen.application = Application::dns;
    }
    seen.transport = what.transport;
    seen.state = what.state;
    seen.local = what.local;
    seen.remote = what.remote;
    seen.connection = event.connection;
    seen.since = event.id;
    if (what.state != SocketState::closed) {
        sockets.set(event.id.value, key, seen);
        return;
    }
    sockets.erase(event.id.value, key);
    if (tcp) host.closed.push_back(seen);
}

void SocketTrack::on(Host& host, const Event& event, const TlsEstablished& /*what*/)
{
    const SocketSeen* before = host.connections.find(event.connection.value);
    if (before == nullptr) return;
    SocketSeen seen = *before;
    seen.encrypted = true;
    host.connections.set(event.id.value, event.connection.value, seen);
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
