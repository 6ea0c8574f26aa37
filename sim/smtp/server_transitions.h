// The whole SMTP server protocol as pure functions: a state and what happened give a Step. Nothing
// here reads bytes, keeps a state or sends.
#pragma once

#include "sim/smtp/command.h"
#include "sim/smtp/server_config.h"
#include "sim/smtp/server_output.h"
#include "sim/smtp/server_state.h"

#include <optional>
#include <string>
#include <string_view>

namespace sim::smtp::server {

struct Step {
    ServerState next;
    std::optional<Reply> reply; // none: not yet
    SmtpReason reason = SmtpReason::accepted;
    std::optional<Output> output = std::nullopt; // a question, or what the host has to know
};

// Things that happen besides commands.
struct AuthLine { // the client's next line of an AUTH exchange, as written
    std::string_view text;
};
struct EndOfText {};
struct EndOfChunk {};
struct Challenge { // the mechanism's next word, not yet in Base64
    std::string_view raw;
};
struct AuthFailureDue {};

// What a transition may depend on besides state and command.
struct Transitions {
    const ServerConfig& config;
    bool encrypted = false;
    Instant now{};
    std::uint64_t position = 0;        // in the stream, behind the line
    std::uint32_t auth_failures = 0;   // so far
    bool at_turn_end = true;           // nothing more has come yet
    SmtpVerb verb = SmtpVerb::unknown; // that the line began with, also of a malformed one

    [[nodiscard]] Step on(ServerState&& state, const Command& command) const;

    [[nodiscard]] Step on(Authenticating&& at, const AuthLine& line) const;
    [[nodiscard]] Step on(Authenticating&& at, const Malformed& malformed) const;
    [[nodiscard]] Step on(AwaitingAuth&& at, const Challenge& challenge) const;
    [[nodiscard]] Step on(AwaitingAuth&& at, const AuthResult& result) const;
    [[nodiscard]] Step on(DelayingAuthFailure&& at, const AuthFailureDue& due) const;
    [[nodiscard]] Step on(AwaitingSender&& at, const Judgement& judgement) const;
    [[nodiscard]] Step on(AwaitingRecipient&& at, const Judgement& judgement) const;
    [[nodiscard]] Step on(ReceivingText&& at, const EndOfText& end) const;
    [[nodiscard]] Step on(ReceivingChunk&& at, const EndOfChunk& end) const;
    [[nodiscard]] Step on(AwaitingMessage&& at, const Judgement& judgement) const;

    [[nodiscard]] Reply greeting() const;
};

// The reply that a judgement asks for; `accepted` when it has no objection.
[[nodiscard]] Reply reply_for(const Judgement& judgement, Reply accepted);

// A command that the host has imposed its answer on: it is as if it had not been given.
[[nodiscard]] Step refuse_as_imposed(ServerState&& state, const Judgement& judgement);

} // namespace sim::smtp::server
