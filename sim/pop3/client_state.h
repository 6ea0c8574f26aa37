// The states of a POP3 client, and the pure rules that lead from one to the next. Only
// client_session.cpp and client_transitions.cpp include this.
#pragma once

#include "sim/core/session_timer.h"
#include "sim/core/state_phase.h"
#include "sim/pop3/client_session.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::pop3::client {

inline constexpr std::size_t max_uidl_octets = 70; // RFC 1939 §7

// ---- states: each holds exactly what is valid in it -------------------------------------------

// A message of the mailbox as this session means to treat it.
struct Wanted {
    std::uint32_t number = 0;
    std::string uidl; // empty when the server has no UIDL
    bool fetch = true;
};
struct Plan {
    std::vector<Wanted> messages;
    std::size_t next = 0;
    SessionFinished sums;
};

struct AwaitingConnection {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_connection;
};
struct AwaitingGreeting {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_greeting;
};
struct AwaitingCapabilities {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_capabilities;
};
struct AwaitingStls {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_stls;
};
struct AwaitingTls {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_tls;
};
struct AwaitingUser {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_user;
};
struct AwaitingPass {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_pass;
};
struct AwaitingStat {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_stat;
};
struct AwaitingUidl {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::awaiting_uidl;
    std::uint32_t count = 0; // of messages, as STAT said
};
struct Fetching { // RETR of plan.messages[plan.next] is with the server
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::fetching;
    Plan plan;
};
struct Deleting { // its DELE
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::deleting;
    Plan plan;
};
struct Quitting {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::quitting;
    std::optional<SessionFinished> sums; // none: the session has failed before
};
struct Closed {
    static constexpr Pop3ClientPhase phase = Pop3ClientPhase::closed;
};

using State = std::variant<AwaitingConnection,
                           AwaitingGreeting,
                           AwaitingCapabilities,
                           AwaitingStls,
                           AwaitingTls,
                           AwaitingUser,
                           AwaitingPass,
                           AwaitingStat,
                           AwaitingUidl,
                           Fetching,
                           Deleting,
                           Quitting,
                           Closed>;

// The command that the next reply answers; none where nobody asked.
[[nodiscard]] Pop3Verb awaited_verb(const State& state);
// Where a session failed that gets no further than this.
[[nodiscard]] FailureStep step_of(const State& state);
// For a session that has just come to this state, or has just heard more of a long reply.
[[nodiscard]] Deadline deadline_of(const State& state, Instant now, const ClientConfig& config);
// Whether a positive reply goes on to a line with a dot alone.
[[nodiscard]] bool has_body(Pop3Verb verb);

struct Reply {
    bool ok = false;
    std::string line;         // the first, without CR LF
    std::string body;         // of a multi-line reply, CR LF ends, byte-stuffing undone
    std::uint64_t offset = 0; // in the stream
    std::uint64_t size = 0;   // on the wire so far
};

// One step of the conversation, computed by Transitions, carried out by commit().
struct Step {
    State next;
    Pop3Verb say = Pop3Verb::none;
    std::vector<SmtpProblem> problems;
    std::optional<MessageFetched> fetched;
    std::optional<SessionFinished> finished;
    std::optional<SessionFailed> failure;
};

[[nodiscard]] Step going_to(State next, Pop3Verb say = Pop3Verb::none);

// `polite`: with QUIT. Only where nothing has been marked as deleted, for QUIT would delete it.
[[nodiscard]] Step
fail(FailureStep at, std::optional<SmtpProblem> problem, std::string reply, bool polite);

struct Transitions {
    const ClientConfig& config;
    bool encrypted = false;
    bool more_waits = false; // octets have come behind this reply

    [[nodiscard]] Step on_reply(State&& state, Reply&& reply) const;

private:
    Step on(AwaitingGreeting&& at, Reply&& reply) const;
    Step on(AwaitingCapabilities&& at, Reply&& reply) const;
    Step on(AwaitingStls&& at, Reply&& reply) const;
    Step on(AwaitingUser&& at, Reply&& reply) const;
    Step on(AwaitingPass&& at, Reply&& reply) const;
    Step on(AwaitingStat&& at, Reply&& reply) const;
    Step on(AwaitingUidl&& at, Reply&& reply) const;
    Step on(Fetching&& at, Reply&& reply) const;
    Step on(Deleting&& at, Reply&& reply) const;
    Step on(Quitting&& at, Reply&& reply) const;
    template <typename Other>
    Step on(Other&& at, Reply&& reply) const;

    Step log_in() const;
    Step go_on_in_clear(SmtpProblem why) const;
    // The next message that something is to be done with, or QUIT behind the last.
    Step next_of(Plan&& plan) const;
};

} // namespace sim::pop3::client
