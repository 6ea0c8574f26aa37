#include "sim/report/host_view.h"

#include "sim/explain/nouns.h"
#include "sim/report/queue_track.h"
#include "sim/report/session_phase.h"
#include "sim/report/socket_track.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace sim::report {

namespace {

// How many of a list of events, in the order of the trace, lie before the cursor.
template <typename List, typename Of>
std::size_t count_before(const List& list, std::size_t cursor, Of&& event_of)
{
    const auto end =
        std::lower_bound(list.begin(), list.end(), cursor, [&](const auto& each, std::size_t at) {
            return event_of(each).value < at;
        });
    return static_cast<std::size_t>(end - list.begin());
}

std::size_t count_before(const std::vector<EventId>& list, std::size_t cursor)
{
    return count_before(list, cursor, [](EventId id) { return id; });
}

std::span<const EventId> before(const std::vector<EventId>& list, std::size_t cursor)
{
    return std::span{list}.first(count_before(list, cursor));
}

} // namespace

std::string_view netstat_word(net::SocketState state)
{
    switch (state) {
    case net::SocketState::closed:
        return "CLOSED";
    case net::SocketState::bound:
        return "";
    case net::SocketState::listen:
        return "LISTEN";
    case net::SocketState::syn_sent:
        return "SYN_SENT";
    case net::SocketState::syn_received:
        return "SYN_RECEIVED";
    case net::SocketState::established:
        return "ESTABLISHED";
    case net::SocketState::fin_wait_1:
        return "FIN_WAIT_1";
    case net::SocketState::fin_wait_2:
        return "FIN_WAIT_2";
    case net::SocketState::close_wait:
        return "CLOSE_WAIT";
    case net::SocketState::closing:
        return "CLOSING";
    case net::SocketState::last_ack:
        return "LAST_ACK";
    case net::SocketState::time_wait:
        return "TIME_WAIT";
    }
    return "";
}

struct HostIndex::Parts {
    Parts(const Trace& trace, const scenario::Scenario& scenario);

    // What grows and never shrinks: as much of each list counts as lies before the cursor.
    struct Host {
        std::vector<MailboxEntry> mailbox;
        std::vector<EventId> fetched;
        std::array<std::vector<EventId>, count_of<Unit>()> log;
    };
    void follow(std::size_t end);
    void follow_host(const Event& event);
    void on_delivered(const Event& event, const MailDelivered& what);
    void on_junked(const Event& event, const MailJunked& what);
    void on_retrieved(const Event& event, const MailRetrieved& what);
    [[nodiscard]] const Host* host(HostId id) const
    {
        return id.value < hosts.size() ? &hosts[id.value] : nullptr;
    }

    const Trace& trace;
    const scenario::Scenario& scenario;
    std::size_t followed = 0; // events
    SocketTrack sockets;
    QueueTrack queues;
    std::vector<Host> hosts;
    // Where the mails of each mailbox lie: host and position.
    std::map<std::pair<std::string_view, MailId>, std::pair<HostId, std::size_t>> delivered;
};

HostIndex::Parts::Parts(const Trace& of, const scenario::Scenario& in)
    : trace{of}, scenario{in}, sockets{in}, queues{of, in.hosts.size()}, hosts(in.hosts.size())
{
}

void HostIndex::Parts::follow(std::size_t end)
{
    for (; followed < end; ++followed) {
        const Event& event = trace[followed];
        sockets.follow(event);
        queues.follow(event);
        follow_host(event);
    }
}

void HostIndex::Parts::follow_host(const Event& event)
{
    if (event.host.value >= hosts.size()) return;
    Host& at = hosts[event.host.value];
    for (const Unit unit : values_of<Unit>()) {
        if (is_stop(trace, event, unit))
            at.log.at(static_cast<std::size_t>(unit)).push_back(event.id);
    }
    if (const auto* delivered_here = std::get_if<MailDelivered>(&event.what))
        on_delivered(event, *delivered_here);
    if (const auto* junked = std::get_if<MailJunked>(&event.what)) on_junked(event, *junked);
    if (const auto* retrieved = std::get_if<MailRetrieved>(&event.what))
        on_retrieved(event, *retrieved);
}

void HostIndex::Parts::on_delivered(const Event& event, const MailDelivered& what)
{
    MailboxEntry entry;
    entry.mail = what.mail;
    entry.mailbox = trace.view(what.mailbox);
    entry.size = what.size;
    entry.delivered = event.id;
    std::vector<MailboxEntry>& mailbox = hosts[event.host.value].mailbox;
    delivered[{entry.mailbox, entry.mail}] = {event.host, mailbox.size()};
    mailbox.push_back(entry);
}

void HostIndex::Parts::on_junked(const Event& event, const MailJunked& what)
{
    const auto found = delivered.find({trace.view(what.mailbox), what.mail});
    if (found == delivered.end()) return;
    const auto& [host_of_mailbox, position] = found->second;
    hosts[host_of_mailbox.value].mailbox[position].junked = event.id;
}

void HostIndex::Parts::on_retrieved(const Event& event, const MailRetrieved& what)
{
    hosts[event.host.value].fetched.push_back(event.id);
    const auto found = delivered.find({trace.view(what.mailbox), what.mail});
    if (found == delivered.end()) return;
    const auto& [host_of_mailbox, position] = found->second;
    MailboxEntry& entry = hosts[host_of_mailbox.value].mailbox[position];
    if (!entry.retrieved.exists()) entry.retrieved = event.id;
}

// ---- questions --------------------------------------------------------------------------------

HostIndex::HostIndex(const Trace& trace, const scenario::Scenario& scenario, std::size_t end)
    : parts_{make_hidden<Parts>(trace, scenario)}
{
    parts_->follow(end);
}

void HostIndex::follow(std::size_t end)
{
    parts_->follow(end);
}

std::vector<SocketSeen> HostIndex::sockets(HostId host, std::size_t cursor) const
{
    return parts_->sockets.sockets(host, cursor);
}

std::vector<SocketSeen>
HostIndex::closed_sockets(HostId host, std::size_t cursor, std::size_t at_most) const
{
    return parts_->sockets.closed(host, cursor, at_most);
}

std::vector<QueueEntry> HostIndex::queue(HostId host, std::size_t cursor) const
{
    return parts_->queues.queue(host, cursor);
}

std::span<const MailboxEntry> HostIndex::mailbox(HostId host, std::size_t cursor) const
{
    const Parts::Host* at = parts_->host(host);
    if (at == nullptr) return {};
    return std::span{at->mailbox}.first(count_before(
        at->mailbox, cursor, [](const MailboxEntry& entry) { return entry.delivered; }));
}

std::span<const EventId> HostIndex::fetched(HostId host, std::size_t cursor) const
{
    const Parts::Host* at = parts_->host(host);
    if (at == nullptr) return {};
    return before(at->fetched, cursor);
}

std::span<const EventId> HostIndex::log(HostId host, std::size_t cursor, Unit unit) const
{
    const Parts::Host* at = parts_->host(host);
    if (at == nullptr) return {};
    return before(at->log.at(static_cast<std::size_t>(unit)), cursor);
}

RuleSeen HostIndex::rule(RuleId rule, std::size_t cursor) const
{
    if (rule.value >= parts_->scenario.rules.size()) return {};
    const scenario::FirewallRule& of = parts_->scenario.rules[rule.value];
    const TraceIndex& index = parts_->trace.index();
    RuleSeen seen{events_before(index.drops(rule), cursor).size(),
                  events_before(index.passes(rule), cursor).size(),
                  of.enabled,
                  of.verdict};
    const TraceIndex::Events switches = events_before(index.switches(rule), cursor);
    if (!switches.empty()) {
        const auto& last = std::get<RuleSwitched>(parts_->trace.at(switches.back()).what);
        seen.enabled = last.enabled;
        seen.verdict = last.verdict;
    }
    return seen;
}

SessionSeen HostIndex::session(ConnectionId connection, std::size_t cursor) const
{
    SessionSeen seen;
    const Trace& trace = parts_->trace;
    const TraceIndex::Connection& of = trace.index().connection(connection);
    // Where no socket was to be had, there is no session.
    if (!of.ends.client.exists() || events_before(of.events, cursor).empty()) return seen;
    seen.application = parts_->sockets.application_at(of.ends.server_at);
    seen.client = of.ends.client;
    seen.client_at = of.ends.client_at;
    seen.server_at = of.ends.server_at;
    seen.server = of.ends.server.exists()
                      ? of.ends.server
                      : explain::host_at(of.ends.server_at.address, parts_->scenario);
    seen.client_phase = client_phase(trace, connection, cursor);
    seen.server_phase = server_phase(trace, connection, seen.application, cursor);
    // Of a program that is outside nothing is told.
    const EventId tls =
        trace.leads_outside(connection) ? of.tls_established : of.tls_established_both;
    seen.encrypted = tls.value < cursor;
    return seen;
}

} // namespace sim::report
