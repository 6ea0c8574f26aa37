// What stopped a mail before anything was said: the name, the route, a rule, a closed port; and the
// faults that were switched on for learning.
#include "sim/explain/nouns.h"
#include "sim/explain/stop_search.h"

#include <utility>
#include <variant>

namespace sim::explain {

namespace {

Obstacle obstacle_of(DnsOutcome outcome)
{
    switch (outcome) {
    case DnsOutcome::found: // a null MX, or none that can be used
    case DnsOutcome::no_data:
    case DnsOutcome::name_does_not_exist:
        return Obstacle::name_unknown;
    case DnsOutcome::timed_out:
        return Obstacle::name_server_silent;
    case DnsOutcome::server_failure:
    case DnsOutcome::refused:
    case DnsOutcome::malformed:
    case DnsOutcome::truncated:
        break;
    }
    return Obstacle::name_server_failed;
}

Obstacle obstacle_of(scenario::RuleKind kind)
{
    switch (kind) {
    case scenario::RuleKind::op25b:
        return Obstacle::op25b;
    case scenario::RuleKind::ip25b:
        return Obstacle::ip25b;
    case scenario::RuleKind::firewall:
        break;
    }
    return Obstacle::firewall;
}

void blame(WhyCard& card, const Event& fault)
{
    card.obstacle = Obstacle::fault;
    card.fault = fault.id;
    card.who = fault.host;
}

} // namespace

ConnectionId StopSearch::connection_of(const Event& outcome) const
{
    if (outcome.connection.exists() || !outcome.cause.exists()) return outcome.connection;
    return trace_.at(outcome.cause).connection;
}

void StopSearch::find(WhyCard& card, const Event& outcome, FailureStep step) const
{
    if (const scenario::Host* host = host_at(card.sender, scenario_)) card.system = host->system;
    const Event* cause = outcome.cause.exists() ? &trace_.at(outcome.cause) : nullptr;
    if (cause != nullptr) {
        if (const auto* resolved = std::get_if<DnsResolved>(&cause->what)) {
            at_name_lookup(card, *cause, *resolved);
            return;
        }
        if (const auto* failed = std::get_if<ConnectionFailed>(&cause->what)) {
            at_connect(card, *cause, *failed);
            return;
        }
    }
    const ConnectionId connection = connection_of(outcome);
    if (connection.exists()) in_conversation(card, outcome, connection, step);
}

// ---- the name ---------------------------------------------------------------------------------

void StopSearch::at_name_lookup(WhyCard& card, const Event& event, const DnsResolved& what) const
{
    card.stopped = event.id;
    card.dns = what.outcome;
    card.hit = HitName{std::string{trace_.view(what.name)}, what.type};
    card.obstacle = obstacle_of(what.outcome);
    // The name server's own event is the nearest one before, about the same question.
    const TraceIndex::Events earlier_ones =
        events_before(trace_.index().beside_connections(), event.id.value);
    for (std::size_t i = earlier_ones.size(); i-- > 0;) {
        const Event& earlier = trace_.at(earlier_ones[i]);
        if (const auto* dropped = std::get_if<PacketDropped>(&earlier.what)) {
            if (what.outcome == DnsOutcome::timed_out && !card.who.exists() &&
                concerns(*dropped, event.host)) {
                at_drop(card, earlier, *dropped);
                return;
            }
        }
        if (const auto* served = std::get_if<DnsServed>(&earlier.what)) {
            if (same_question(*served, what) && earlier.host != event.host) {
                if (!card.who.exists()) card.who = earlier.host;
                // Whoever it asked itself is further back.
                if (const Event* fault = fault_behind(earlier)) {
                    blame(card, *fault);
                    return;
                }
            }
        }
        if (const auto* asked = std::get_if<DnsAsked>(&earlier.what)) {
            if (earlier.host == event.host && asked->type == what.type && asked->attempt == 1 &&
                trace_.view(asked->name) == trace_.view(what.name))
                return;
        }
    }
}

bool StopSearch::same_question(const DnsServed& served, const DnsResolved& resolved) const
{
    return served.type == resolved.type && trace_.view(served.name) == trace_.view(resolved.name);
}

// A question or an answer of this host.
bool StopSearch::concerns(const PacketDropped& dropped, HostId host) const
{
    return dropped.packet.transport == Transport::udp &&
           (host_at(dropped.packet.source, scenario_) == host ||
            host_at(dropped.packet.destination, scenario_) == host);
}

// ---- the connection ---------------------------------------------------------------------------

void StopSearch::at_connect(WhyCard& card, const Event& event, const ConnectionFailed& what) const
{
    card.stopped = event.id;
    card.hit = HitPacket{Transport::tcp, what.local, what.remote};
    switch (what.why) {
    case ConnectFailure::timed_out:
    case ConnectFailure::refused:
    case ConnectFailure::called_off:
        card.obstacle = Obstacle::silence;
        break;
    case ConnectFailure::unreachable:
    case ConnectFailure::prohibited:
    case ConnectFailure::no_route:
        card.obstacle = Obstacle::no_route;
        break;
    case ConnectFailure::no_free_port:
        card.obstacle = Obstacle::no_free_port;
        card.who = event.host;
        return;
    }
    find_packet_stop(card, event);
}

// The first event on this connection, at whatever host, that kept it from being opened; else the
// connection went unanswered because somebody was switched off.
bool StopSearch::find_packet_stop(WhyCard& card, const Event& failed) const
{
    for (const EventId id : events_before(trace_.index().of(failed.connection), failed.id.value)) {
        const Event& event = trace_.at(id);
        if (const auto* dropped = std::get_if<PacketDropped>(&event.what)) {
            at_drop(card, event, *dropped);
            return true;
        }
        if (const auto* closed = std::get_if<PortClosed>(&event.what)) {
            card.stopped = event.id;
            card.who = event.host;
            card.obstacle = Obstacle::port_closed;
            card.hit = HitPacket{Transport::tcp, closed->remote, closed->local};
            return true;
        }
    }
    return false;
}

void StopSearch::at_drop(WhyCard& card, const Event& event, const PacketDropped& dropped) const
{
    const PacketHead& packet = dropped.packet;
    card.stopped = event.id;
    card.who = event.host;
    card.hit = HitPacket{packet.transport,
                         {packet.source, packet.source_port},
                         {packet.destination, packet.destination_port}};
    switch (dropped.reason) {
    case DropReason::rule: {
        card.rule = dropped.rule;
        card.rule_number = number_of(dropped.rule, scenario_);
        card.verdict = dropped.verdict;
        const scenario::FirewallRule* rule = rule_at(dropped.rule, scenario_);
        card.obstacle = rule != nullptr ? obstacle_of(rule->kind) : Obstacle::firewall;
        break;
    }
    case DropReason::no_route:
    case DropReason::hop_limit:
        card.obstacle = Obstacle::no_route;
        break;
    case DropReason::not_for_us:
    case DropReason::link_cut:
        card.obstacle = Obstacle::silence;
        break;
    }
}

// ---- faults -----------------------------------------------------------------------------------

// The fault that made this event be.
const Event* StopSearch::fault_behind(const Event& event) const
{
    if (!event.cause.exists()) return nullptr;
    const Event& cause = trace_.at(event.cause);
    return cause.kind() == Kind::fault_injected ? &cause : nullptr;
}

// The last fault of this kind on the event's connection before it.
const Event* StopSearch::fault_on_connection(const Event& event, Fault kind) const
{
    return last_before(trace_, event, [kind](const Event& earlier) {
        const auto* injected = std::get_if<FaultInjected>(&earlier.what);
        return injected != nullptr && injected->fault == kind;
    });
}

// A fault that came instead of an answer: what was hit is the command that waited for it.
void StopSearch::blame_instead_of_reply(WhyCard& card, const Event& event, const Event& fault) const
{
    blame(card, fault);
    card.stopped = fault.id;
    const Event* command = last_before(trace_, fault, [&event](const Event& earlier) {
        return earlier.host == event.host && earlier.kind() == Kind::smtp_command;
    });
    if (command != nullptr) card.hit = HitLine{std::get<SmtpCommand>(command->what).line};
}

} // namespace sim::explain
