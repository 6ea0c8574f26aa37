// What a host, a rule or a connection looks like at the cursor: sockets, queue, mailbox, log, hits,
// and where the conversation stands. Read off the trace alone, and only off what came before the
// cursor; what a host listens on comes from the scenario.
//
//     HostIndex index{run.trace(), run.scenario()}; // once a run: one walk
//     index.sockets(host, run.cursor());            // as often as one likes: binary searches
//     index.follow(run.trace().size());             // when the trace has grown
#pragma once

#include "sim/core/hidden.h"
#include "sim/core/trace.h"
#include "sim/net/netstat.h"
#include "sim/playback.h"
#include "sim/scenario/scenario.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sim::report {

// What is spoken at a port.
SIM_NAMED_ENUM(Application, unknown, smtp, pop3, dns);

struct SocketSeen {
    Transport transport = Transport::tcp;
    net::SocketState state = net::SocketState::closed;
    Endpoint local;  // address 0.0.0.0: any of the host's
    Endpoint remote; // 0.0.0.0:0 when there is none
    Application application = Application::unknown;
    scenario::TlsMode tls = scenario::TlsMode::none; // listening: how TLS comes about here
    bool encrypted = false; // a connection: TLS stands, as far as this end knows
    ConnectionId connection;
    EventId since; // its SocketChanged, whose cause says why; none when it was so from the start
};

// "SYN_SENT", as netstat and RFC 9293 write it; empty for UDP, which has no states.
std::string_view netstat_word(net::SocketState state);

// One recipient of a mail that waits in a server's queue.
struct QueueEntry {
    MailId mail;
    std::string_view recipient;
    EventId queued;   // its MailQueued
    EventId attempt;  // the last DeliveryAttempted; none when there was none yet
    EventId deferred; // the last MailDeferred, which says why; none when it was not put off yet
    Instant until;    // it is tried again then; in the past: it is being tried
};

// A mail that lies in a mailbox.
struct MailboxEntry {
    MailId mail;
    std::string_view mailbox; // address
    std::uint32_t size = 0;   // octets
    EventId delivered;
    EventId junked;    // none: it lies in the inbox
    EventId retrieved; // the first time; none when nobody fetched it during the whole run
    [[nodiscard]] bool was_retrieved(std::size_t cursor) const
    {
        return retrieved.exists() && retrieved.value < cursor;
    }
};

struct RuleSeen {
    std::uint64_t dropped = 0; // packets
    std::uint64_t passed = 0;  // of those that open something
    bool enabled = true;
    Verdict verdict = Verdict::pass;
};

// Where the conversation on a TCP connection stands. The phases are named as in the transition
// tables of the sessions (see world_diagram.h); empty while there is none.
struct SessionSeen {
    Application application = Application::unknown;
    HostId client;
    HostId server;
    Endpoint client_at;
    Endpoint server_at;
    std::string_view client_phase;
    std::string_view server_phase;
    bool encrypted = false; // TLS stands at both ends
};

class HostIndex {
public:
    // Both must outlive the index.
    HostIndex(const Trace& trace, const scenario::Scenario& scenario)
        : HostIndex{trace, scenario, trace.size()}
    {
    }
    // Of trace[0, end) at first.
    HostIndex(const Trace& trace, const scenario::Scenario& scenario, std::size_t end);

    // What has come to the trace since, up to `end`.
    void follow(std::size_t end);

    // Bound UDP ports, then listening TCP ports, each by number; then connections by id.
    [[nodiscard]] std::vector<SocketSeen> sockets(HostId host, std::size_t cursor) const;
    // Those that are no more, the last one first.
    [[nodiscard]] std::vector<SocketSeen>
    closed_sockets(HostId host, std::size_t cursor, std::size_t at_most) const;

    // In the order in which they came.
    [[nodiscard]] std::vector<QueueEntry> queue(HostId host, std::size_t cursor) const;
    [[nodiscard]] std::span<const MailboxEntry> mailbox(HostId host, std::size_t cursor) const;
    // What mail programs there have fetched: their MailRetrieved.
    [[nodiscard]] std::span<const EventId> fetched(HostId host, std::size_t cursor) const;

    // The host's events that are stops of this unit, oldest first.
    [[nodiscard]] std::span<const EventId> log(HostId host, std::size_t cursor, Unit unit) const;

    [[nodiscard]] RuleSeen rule(RuleId rule, std::size_t cursor) const;
    [[nodiscard]] SessionSeen session(ConnectionId connection, std::size_t cursor) const;

private:
    struct Parts;
    Hidden<Parts> parts_;
};

} // namespace sim::report
