#include "sim/core/trace_index.h"

#include "sim/core/trace.h"

#include <type_traits>
#include <variant>

namespace sim {

namespace {

// The place of an id in a list by id, which grows to have it.
template <typename List, typename Tag>
auto& grown(List& list, Id<Tag> id)
{
    if (id.value >= list.size()) list.resize(std::size_t{id.value} + 1);
    return list[id.value];
}

MailId mail_of(const Happening& what)
{
    return std::visit(
        [](const auto& each) {
            if constexpr (requires { each.mail; }) return each.mail;
            return MailId{};
        },
        what);
}

} // namespace

const TraceIndex::Connection& TraceIndex::connection(ConnectionId id) const
{
    static const Connection unknown;
    return id.value < connections_.size() ? connections_[id.value] : unknown;
}

TraceIndex::Events TraceIndex::of(MailId id) const
{
    return id.value < mails_.size() ? Events{mails_[id.value]} : Events{};
}

TraceIndex::Events TraceIndex::drops(RuleId id) const
{
    return id.value < rules_.size() ? Events{rules_[id.value].drops} : Events{};
}

TraceIndex::Events TraceIndex::passes(RuleId id) const
{
    return id.value < rules_.size() ? Events{rules_[id.value].passes} : Events{};
}

TraceIndex::Events TraceIndex::switches(RuleId id) const
{
    return id.value < rules_.size() ? Events{rules_[id.value].switches} : Events{};
}

TraceIndex::Events TraceIndex::changes(std::string_view key) const
{
    const auto found = changes_.find(key);
    return found == changes_.end() ? Events{} : Events{found->second};
}

TraceIndex::Events TraceIndex::of(Kind kind) const
{
    SIM_ASSERT(is_listed(kind));
    return kinds_.at(static_cast<std::size_t>(kind));
}

TraceIndex::Rule& TraceIndex::rule(RuleId id)
{
    return grown(rules_, id);
}

void TraceIndex::note(const Event& event, const PayloadStore& payloads)
{
    Connection* connection =
        event.connection.exists() ? &grown(connections_, event.connection) : nullptr;
    (connection != nullptr ? connection->events : beside_connections_).push_back(event.id);
    const Kind kind = event.kind();
    // Most events are about packets, so these come first.
    if (kind <= Kind::packet_delivered) {
        note_packet(event);
        return;
    }
    if (connection != nullptr) note_end(event, *connection);
    if (!is_listed(kind)) return;
    kinds_.at(static_cast<std::size_t>(kind)).push_back(event.id);
    if (const MailId mail = mail_of(event.what); mail.exists())
        grown(mails_, mail).push_back(event.id);
    if (const auto* switched = std::get_if<RuleSwitched>(&event.what)) {
        if (switched->rule.exists()) rule(switched->rule).switches.push_back(event.id);
    } else if (const auto* changed = std::get_if<SettingChanged>(&event.what)) {
        changes_[std::string{payloads.view(changed->key)}].push_back(event.id);
    }
}

void TraceIndex::let_go_before(EventId first)
{
    const auto let_go = [first](std::vector<EventId>& events) {
        events.erase(events.begin(), std::ranges::lower_bound(events, first));
        if (events.empty()) events.shrink_to_fit();
    };
    for (std::size_t i = gone_connections_; i < connections_.size(); ++i) {
        Connection& connection = connections_[i];
        if (!connection.events.empty() && connection.events.front() < first)
            let_go(connection.events);
        if (i == gone_connections_ && connection.events.empty()) ++gone_connections_;
    }
    for (std::size_t i = gone_mails_; i < mails_.size(); ++i) {
        let_go(mails_[i]);
        if (i == gone_mails_ && mails_[i].empty()) ++gone_mails_;
    }
    let_go(beside_connections_);
    for (Rule& each : rules_) {
        for (auto* const events : {&each.drops, &each.passes, &each.switches})
            let_go(*events);
    }
    for (auto& change : changes_)
        let_go(change.second);
    for (auto& events : kinds_)
        let_go(events);
}

void TraceIndex::note_packet(const Event& event)
{
    if (const auto* dropped = std::get_if<PacketDropped>(&event.what)) {
        if (dropped->rule.exists()) rule(dropped->rule).drops.push_back(event.id);
    } else if (const auto* passed = std::get_if<PacketPassedRule>(&event.what)) {
        if (passed->rule.exists()) rule(passed->rule).passes.push_back(event.id);
    }
}

void TraceIndex::note_end(const Event& event, Connection& connection)
{
    Ends& ends = connection.ends;
    if (const auto* attempted = std::get_if<ConnectionAttempted>(&event.what)) {
        ends = {event.host, HostId{}, attempted->local, attempted->remote};
    } else if (const auto* opened = std::get_if<ConnectionOpened>(&event.what)) {
        (opened->accepted ? ends.server : ends.client) = event.host;
        ends.client_at = opened->accepted ? opened->remote : opened->local;
        ends.server_at = opened->accepted ? opened->local : opened->remote;
    } else if (event.kind() == Kind::tls_started) {
        if (!connection.tls_started.exists()) connection.tls_started = event.id;
    } else if (event.kind() == Kind::tls_established) {
        const bool first = !connection.tls_established.exists();
        EventId& noted = first ? connection.tls_established : connection.tls_established_both;
        if (!noted.exists()) noted = event.id;
    }
}

} // namespace sim
