// The states of a POP3 server, and the pure rules that lead from one to the next. Only
// server_session.cpp and server_transitions.cpp include this.
#pragma once

#include "sim/core/session_timer.h"
#include "sim/core/state_phase.h"
#include "sim/pop3/command.h"
#include "sim/pop3/server_session.h"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sim::pop3::server {

// ---- states: each holds exactly what is valid in it -------------------------------------------

struct Authorization {
    static constexpr Pop3Phase phase = Pop3Phase::authorization;
    std::optional<std::string> user; // of the command right before
};
struct AwaitingVerdict {
    static constexpr Pop3Phase phase = Pop3Phase::awaiting_verdict;
    std::string user;
};
struct AwaitingTls {
    static constexpr Pop3Phase phase = Pop3Phase::awaiting_tls;
};
struct Transaction {
    static constexpr Pop3Phase phase = Pop3Phase::transaction;
    std::vector<StoredMessage> messages; // number 1 is the first
    std::vector<bool> deleted;
};
struct Closed {
    static constexpr Pop3Phase phase = Pop3Phase::closed;
};

using State = std::variant<Authorization, AwaitingVerdict, AwaitingTls, Transaction, Closed>;

// For a session that has just come to this state, or has just heard something in it.
[[nodiscard]] Deadline deadline_of(const State& state, Instant now, const ServerConfig& config);

struct Reply {
    bool ok = false;
    Pop3Reason reason = Pop3Reason::accepted;
    std::string line; // behind "+OK" or "-ERR"; may be empty
    std::string body; // of a multi-line reply, with its final "."
};

// Each refusal has one wording; nothing a client sent is echoed.
[[nodiscard]] Reply refusal(Pop3Reason reason);
[[nodiscard]] Reply paused(const std::string& text); // login_paused

// What counts towards bad_command_limit: a client that does not speak POP3, or not in earnest.
[[nodiscard]] bool is_bad_command(Pop3Reason reason);

// One step of the conversation, computed by Transitions, carried out by commit().
struct Step {
    std::optional<State> next;  // none: stay
    std::optional<Reply> reply; // none: the host is asked first
    std::optional<CheckLogin> question;
    std::optional<std::size_t> mark_deleted;
    bool unmark_all = false;
    bool update = false; // the marked messages are to go, RFC 1939 §6
};

[[nodiscard]] Step staying(Reply reply);
[[nodiscard]] Step going_to(State next, Reply reply);

// The whole protocol, one overload per meaningful (state, command) pair. Pure: reads its arguments,
// returns a Step. Pairs not listed fall through to the last overload and are out of sequence.
struct Transitions {
    const ServerConfig& config;
    bool encrypted = false;

    [[nodiscard]] bool offers_tls() const;
    [[nodiscard]] bool may_log_in() const { return encrypted || config.tls != ServerTls::required; }

    [[nodiscard]] Step on_command(const State& state, const Command& command) const;

private:
    Step on(const auto& at, const Capa& command) const;
    Step on(const auto& at, const Unknown& command) const;
    Step on(const auto& at, const BadArgument& command) const;
    Step on(const auto& at, const Quit& command) const;
    Step on(const auto& at, const auto& command) const;
    Step on(const Authorization& at, const User& user) const;
    Step on(const Authorization& at, const Pass& pass) const;
    Step on(const Authorization& at, const Stls& command) const;
    Step on(const Transaction& at, const Stat& command) const;
    Step on(const Transaction& at, const List& list) const;
    Step on(const Transaction& at, const Uidl& uidl) const;
    Step on(const Transaction& at, const Retr& retr) const;
    Step on(const Transaction& at, const Top& top) const;
    Step on(const Transaction& at, const Dele& dele) const;
    Step on(const Transaction& at, const Noop& command) const;
    Step on(const Transaction& at, const Rset& command) const;
    Step on(const Transaction& at, const Quit& command) const;
};

} // namespace sim::pop3::server
