#include "sim/report/host_view.h"

#include "sim/report/queue_track.h"
#include "sim/report/session_track.h"
#include "sim/report/socket_track.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
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
    struct Rule {
        std::vector<EventId> dropped;
        std::vector<EventId> passed;
        bool enabled = true; // from the start
        Verdict verdict = Verdict::pass;
        std::vector<std::pair<EventId, RuleSwitched>> switched;
    };
    struct Phase {
        EventId since;
        std::string_view client;
        std::string_view server;
        bool encrypted = false;
    };
    struct Session {
        std::optional<SessionTrack> track; // from the first event on that tells who is at the ends
        std::vector<Phase> phases;
    };

    void follow(const Event& event);
    void follow_host(const Event& event);
    void follow_rule(const Event& event);
    void follow_session(const Event& event);
    void on_delivered(const Event& event, const MailDelivered& what);
    void on_retrieved(const Event& event, const MailRetrieved& what);
    [[nodiscard]] const Host* host(HostId id) const
    {
        return id.value < hosts.size() ? &hosts[id.value] : nullptr;
    }

    const Trace& trace;
    SocketTrack sockets;
    QueueTrack queues;
    std::vector<Host> hosts;
    std::vector<Rule> rules;
    std::vector<Session> sessions; // by connection
    // Where the mails of each mailbox lie: host and position.
    std::map<std::pair<std::string_view, MailId>, std::pair<HostId, std::size_t>> delivered;
};

HostIndex::Parts::Parts(const Trace& of, const scenario::Scenario& scenario)
    : trace{of},
      sockets{scenario},
      queues{of, scenario.hosts.size()},
      hosts(scenario.hosts.size()),
      rules(scenario.rules.size())
{
    for (std::size_t i = 0; i < rules.size(); ++i) {
        rules[i].enabled = scenario.rules[i].enabled;
        rules[i].verdict = scenario.rules[i].verdict;
    }
    for (std::size_t i = 0; i < trace.size(); ++i)
        follow(trace[i]);
}

void HostIndex::Parts::follow(const Event& event)
{
    sockets.follow(event);
    queues.follow(event);
    follow_host(event);
    follow_rule(event);
    if (event.connection.exists()) follow_session(event);
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

void HostIndex::Parts::on_retrieved(const Event& event, const MailRetrieved& what)
{
    hosts[event.host.value].fetched.push_back(event.id);
    const auto found = delivered.find({trace.view(what.mailbox), what.mail});
    if (found == delivered.end()) return;
    const auto& [host_of_mailbox, position] = found->second;
    MailboxEntry& entry = hosts[host_of_mailbox.value].mailbox[position];
    if (!entry.retrieved.exists()) entry.retrieved = event.id;
}

void HostIndex::Parts::follow_rule(const Event& event)
{
    if (const auto* dropped = std::get_if<PacketDropped>(&event.what)) {
        if (dropped->rule.value < rules.size())
            rules[dropped->rule.value].dropped.push_back(event.id);
    } else if (const auto* passed = std::get_if<PacketPassedRule>(&event.what)) {
        if (passed->rule.value < rules.size()) rules[passed->rule.value].passed.push_back(event.id);
    } else if (const auto* switched = std::get_if<RuleSwitched>(&event.what)) {
        if (switched->rule.value < rules.size())
            rules[switched->rule.value].switched.emplace_back(event.id, *switched);
    }
}

// Packets say nothing that their ends do not say themselves.
void HostIndex::Parts::follow_session(const Event& event)
{
    const Kind kind = event.kind();
    if (kind == Kind::packet_sent || kind == Kind::packet_delivered ||
        kind == Kind::packet_passed_rule || kind == Kind::packet_dropped)
        return;
    const SocketTrack::Ends* ends = sockets.ends(event.connection);
    if (ends == nullptr) return;
    if (event.connection.value >= sessions.size())
        sessions.resize(std::size_t{event.connection.value} + 1);
    Session& session = sessions[event.connection.value];
    if (!session.track)
        session.track.emplace(std::max((*ends)[0].seen.application, (*ends)[1].seen.application));
    const bool at_server = (*ends)[1].host == event.host;
    if (!at_server && (*ends)[0].host != event.host) return;
    session.track->follow(event.what, at_server);
    const Phase now{event.id,
                    session.track->client_phase(),
                    session.track->server_phase(),
                    session.track->encrypted()};
    if (!session.phases.empty()) {
        const Phase& last = session.phases.back();
        if (last.client == now.client && last.server == now.server &&
            last.encrypted == now.encrypted)
            return;
    }
    session.phases.push_back(now);
}

// ---- questions --------------------------------------------------------------------------------

HostIndex::HostIndex(const Trace& trace, const scenario::Scenario& scenario)
    : parts_{std::make_unique<const Parts>(trace, scenario)}
{
}

HostIndex::~HostIndex() = default;
HostIndex::HostIndex(HostIndex&&) noexcept = default;
HostIndex& HostIndex::operator=(HostIndex&&) noexcept = default;

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
    if (rule.value >= parts_->rules.size()) return {};
    const Parts::Rule& of = parts_->rules[rule.value];
    RuleSeen seen{
        count_before(of.dropped, cursor), count_before(of.passed, cursor), of.enabled, of.verdict};
    const std::size_t switches =
        count_before(of.switched, cursor, [](const auto& each) { return each.first; });
    if (switches > 0) {
        const RuleSwitched& last = of.switched[switches - 1].second;
        seen.enabled = last.enabled;
        seen.verdict = last.verdict;
    }
    return seen;
}

SessionSeen HostIndex::session(ConnectionId connection, std::size_t cursor) const
{
    SessionSeen seen;
    if (connection.value >= parts_->sessions.size()) return seen;
    const Parts::Session& session = parts_->sessions[connection.value];
    const std::size_t phases =
        count_before(session.phases, cursor, [](const auto& each) { return each.since; });
    if (phases == 0) return seen;
    const SocketTrack::Ends& ends = *parts_->sockets.ends(connection);
    const SocketSeen& caller = ends[0].seen;
    seen.application = std::max(caller.application, ends[1].seen.application);
    seen.client = ends[0].host;
    seen.client_at = caller.local;
    seen.server_at = caller.remote;
    seen.server = parts_->sockets.owner_of(caller.remote.address);
    const Parts::Phase& now = session.phases[phases - 1];
    seen.client_phase = now.client;
    seen.server_phase = now.server;
    seen.encrypted = now.encrypted;
    return seen;
}

} // namespace sim::report
