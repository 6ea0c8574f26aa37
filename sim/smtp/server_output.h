// What an SMTP server session gives its host: things to do, questions to answer, and what an
// onlooker should know, in the order in which they happened.
#pragma once

#include "sim/core/happening.h"
#include "sim/core/session_output.h"
#include "sim/smtp/envelope.h"
#include "sim/smtp/reply.h"
#include "sim/smtp/stream.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace sim::smtp {

namespace server {

using session::BeginTls;
using session::CloseConnection;
using session::ProblemSeen;
using session::SendBytes;

// ---- observations -----------------------------------------------------------------------------

struct CommandSeen {
    SmtpVerb verb = SmtpVerb::unknown;
    SmtpPhase before = SmtpPhase::awaiting_hello;
    SmtpPhase after = SmtpPhase::awaiting_hello;
    bool encrypted = false;
    std::string line;                // without CR LF; only the front of one that was too long
    StreamRange range;               // with CR LF, all of it
    std::uint32_t secret_offset = 0; // within line
    std::uint32_t secret_size = 0;   // 0: nothing to hide
    std::string address{};           // that MAIL or RCPT names
    friend bool operator==(const CommandSeen&, const CommandSeen&) = default;
};
struct ReplySent { // decided now; on its way with the next SendBytes
    Reply reply;
    SmtpReason reason = SmtpReason::accepted;
    SmtpVerb to = SmtpVerb::none; // the command that it answers
    bool encrypted = false;
    StreamRange range; // in what this end sends, with the last CR LF
    SmtpPhase after = SmtpPhase::awaiting_hello;
    friend bool operator==(const ReplySent&, const ReplySent&) = default;
};
struct TextReceived { // the final dot has come
    bool encrypted = false;
    std::uint32_t lines = 0;
    std::uint64_t size = 0; // octets of the message, dot-stuffing not counted
    StreamRange range;      // of the whole text on the wire, with the final dot
    friend bool operator==(const TextReceived&, const TextReceived&) = default;
};

// ---- questions: the session waits in awaiting_verdict -------------------------------------------

struct AuthStart {                               // -> handle_auth_challenge or handle_auth_result
    std::string mechanism;                       // in capitals, one that was offered
    std::optional<std::string> initial_response; // decoded; may be empty, unlike absent
    friend bool operator==(const AuthStart&, const AuthStart&) = default;
};
struct AuthResponse {     // -> handle_auth_challenge or handle_auth_result
    std::string response; // decoded
    friend bool operator==(const AuthResponse&, const AuthResponse&) = default;
};
struct AuthCancelled { // no answer wanted: the exchange is over
    friend bool operator==(const AuthCancelled&, const AuthCancelled&) = default;
};
struct CheckSender { // -> handle_judgement
    Mailbox sender;
    MailParameters parameters;
    ClientFacts client;
    friend bool operator==(const CheckSender&, const CheckSender&) = default;
};
struct CheckRecipient { // -> handle_judgement
    Mailbox recipient;
    friend bool operator==(const CheckRecipient&, const CheckRecipient&) = default;
};
struct MessageReceived { // -> handle_judgement; accepting it means taking responsibility
    Envelope envelope;
    ClientFacts client;
    std::string text;               // each line ends in CR LF; after BDAT the last need not
    bool changed_line_ends = false; // they were made CR LF here
    friend bool operator==(const MessageReceived&, const MessageReceived&) = default;
};

using Output = std::variant<CommandSeen,
                            ReplySent,
                            TextReceived,
                            ProblemSeen,
                            SendBytes,
                            BeginTls,
                            CloseConnection,
                            AuthStart,
                            AuthResponse,
                            AuthCancelled,
                            CheckSender,
                            CheckRecipient,
                            MessageReceived>;

// ---- answers ----------------------------------------------------------------------------------

// `accepted`, or why not. The reason decides code and text (see standard_reply) unless given here:
// a text of one line without codes, a code of class 4 or 5 with its enhanced code. Code 421 closes.
struct Judgement {
    SmtpReason reason = SmtpReason::accepted;
    std::string text{};
    std::uint16_t code = 0;  // 0: the reason's own
    EnhancedCode enhanced{}; // with a code of one's own
};

struct AuthResult {
    // paused: not even looked at, after too many failures on other connections; 421 closes.
    enum class Outcome { succeeded, failed, malformed, temporary_trouble, paused };
    Outcome outcome = Outcome::failed;
    std::string user{}; // when succeeded: who it is now
    // Earlier failures of the same client, wherever the host saw them: they count like those of
    // this session.
    std::uint32_t failures_before = 0;
    std::string text{}; // when paused: of the reply; empty: the usual one
};

} // namespace server

// The reply that goes with a reason, where the reason alone decides it.
[[nodiscard]] Reply standard_reply(SmtpReason reason);

} // namespace sim::smtp
