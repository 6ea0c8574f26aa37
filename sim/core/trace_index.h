// What belongs together in a trace, noted while it grows: the events of a connection and of a mail,
// what a rule did, what was set. So nobody walks through the whole trace, forwards or backwards, to
// find them. Every list is in the order of the trace.
//
// A list holds until the trace grows; a trace that only counts has none.
#pragma once

#include "sim/core/happening.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

struct Event;

class TraceIndex {
public:
    using Events = std::span<const EventId>;

    // A connection as its ends told of it. The server is none while nobody has accepted.
    struct Ends {
        HostId client;
        HostId server;
        Endpoint client_at;
        Endpoint server_at;
    };
    struct Connection {
        Ends ends;
        // The first time at either end; none while there is no TLS. Known as long as the
        // connection, the event itself may have been let go.
        EventId tls_started;
        EventId tls_established;      // at the first end
        EventId tls_established_both; // at the other one, too
        std::vector<EventId> events;  // at all hosts: ends and routers
    };

    // As good as empty for a connection that the trace does not know.
    [[nodiscard]] const Connection& connection(ConnectionId id) const;
    [[nodiscard]] std::size_t connections() const { return connections_.size(); } // ids are below
    [[nodiscard]] Events of(ConnectionId id) const { return connection(id).events; }
    // What belongs to no connection: DNS, datagrams, the mail and the world.
    [[nodiscard]] Events beside_connections() const { return beside_connections_; }

    // Everything that names the mail, at all hosts.
    [[nodiscard]] Events of(MailId id) const;
    [[nodiscard]] std::size_t mails() const { return mails_.size(); } // ids are below

    [[nodiscard]] Events drops(RuleId id) const;    // PacketDropped
    [[nodiscard]] Events passes(RuleId id) const;   // PacketPassedRule
    [[nodiscard]] Events switches(RuleId id) const; // RuleSwitched

    // The SettingChanged of one key.
    [[nodiscard]] Events changes(std::string_view key) const;

    // All of one kind. Only of kinds that come a few times a mail at most; see is_listed().
    [[nodiscard]] Events of(Kind kind) const;
    [[nodiscard]] static constexpr bool is_listed(Kind kind)
    {
        return kind == Kind::auth_tried ||
               (kind >= Kind::mail_composed && kind <= Kind::mail_junked);
    }

    // The trace alone appends. `bytes` is what a blob of the event refers to.
    void note(const Event& event, const PayloadStore& payloads);
    void let_go_before(EventId first); // is the first that lists may still name

private:
    struct Rule {
        std::vector<EventId> drops;
        std::vector<EventId> passes;
        std::vector<EventId> switches;
    };

    void note_packet(const Event& event);
    static void note_end(const Event& event, Connection& connection);
    Rule& rule(RuleId id);

    std::vector<Connection> connections_; // by id
    std::vector<EventId> beside_connections_;
    std::vector<std::vector<EventId>> mails_; // by id
    std::vector<Rule> rules_;                 // by id
    std::map<std::string, std::vector<EventId>, std::less<>> changes_;
    std::array<std::vector<EventId>, count_of<Kind>()> kinds_;
    std::size_t gone_connections_ = 0; // of which nothing is listed any more, from the first on
    std::size_t gone_mails_ = 0;
};

// The part of such a list that lies before a place in the trace.
[[nodiscard]] inline TraceIndex::Events events_before(TraceIndex::Events events, std::size_t place)
{
    const auto end = std::ranges::lower_bound(
        events, place, {}, [](EventId id) { return std::size_t{id.value}; });
    return events.first(static_cast<std::size_t>(end - events.begin()));
}
// And the part from there on.
[[nodiscard]] inline TraceIndex::Events events_from(TraceIndex::Events events, std::size_t place)
{
    return events.subspan(events_before(events, place).size());
}

} // namespace sim
