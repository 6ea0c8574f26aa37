// Where a server session stands, and what it waits for. A state holds exactly the data that is
// valid in it: there is no envelope to forget to reset.
#pragma once

#include "sim/core/session_timer.h"
#include "sim/core/smtp_words.h"
#include "sim/core/state_phase.h"
#include "sim/core/time.h"
#include "sim/smtp/chunks.h"
#include "sim/smtp/data.h"
#include "sim/smtp/envelope.h"
#include "sim/smtp/server_config.h"
#include "sim/smtp/server_output.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

namespace sim::smtp {

namespace server {

struct AwaitingClient {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_client;
};
struct HoldingGreeting {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_client;
    Instant until;
};
struct AwaitingTls {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_tls;
    bool from_start = false;
    std::optional<Judgement> refusal; // to be said instead of the greeting
};
struct AwaitingHello {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_hello;
};
struct Ready {
    static constexpr SmtpPhase phase = SmtpPhase::ready;
    ClientFacts client;
};
struct Authenticating { // the client owes a line
    static constexpr SmtpPhase phase = SmtpPhase::authenticating;
    ClientFacts client;
};
struct AwaitingAuth { // the host owes a challenge or a result
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_verdict;
    ClientFacts client;
};
struct DelayingAuthFailure {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_verdict;
    ClientFacts client;
    Instant until;
};

// What MAIL began. Held by a pointer, never null, so that it is handed on from state to state
// without being moved about in memory.
struct Transaction {
    ClientFacts client;
    Envelope envelope;
    bool any_refused = false;          // a recipient, that is
    std::optional<ChunkJoiner> chunks; // once BDAT has begun the message
    bool is_spoiled = false;           // a chunk was refused: nothing but RSET helps, RFC 3030 §2
};
using TransactionPointer = std::unique_ptr<Transaction>;

struct AwaitingSender {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_verdict;
    TransactionPointer transaction;
};
struct InTransaction {
    static constexpr SmtpPhase phase = SmtpPhase::in_transaction;
    TransactionPointer transaction;
};
struct AwaitingRecipient {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_verdict;
    TransactionPointer transaction;
    Mailbox recipient;
    RecipientParameters parameters{};
};
struct ReceivingText {
    static constexpr SmtpPhase phase = SmtpPhase::receiving_text;
    TransactionPointer transaction;
    TextDecoder decoder;
    std::uint64_t begin = 0; // of the text in the stream
    Instant until = never;   // the text must have come by then
};
// The octets behind a BDAT. Whatever is to be answered, they are taken first: else they would be
// read as commands.
struct ReceivingChunk {
    static constexpr SmtpPhase phase = SmtpPhase::receiving_text;
    std::optional<ClientFacts> client; // outside a transaction, when it has said EHLO
    TransactionPointer transaction;    // inside one
    std::optional<SmtpReason> refusal; // the octets are for nothing
    std::uint64_t octets = 0;          // announced
    std::uint64_t left = 0;
    bool last = false;
    std::uint64_t begin = 0; // of the chunk in the stream
    Instant until = never;
};
struct AwaitingMessage {
    static constexpr SmtpPhase phase = SmtpPhase::awaiting_verdict;
    ClientFacts client;
};
struct Closed {
    static constexpr SmtpPhase phase = SmtpPhase::closed;
};

} // namespace server

using ServerState = std::variant<server::AwaitingClient,
                                 server::HoldingGreeting,
                                 server::AwaitingTls,
                                 server::AwaitingHello,
                                 server::Ready,
                                 server::Authenticating,
                                 server::AwaitingAuth,
                                 server::DelayingAuthFailure,
                                 server::AwaitingSender,
                                 server::InTransaction,
                                 server::AwaitingRecipient,
                                 server::ReceivingText,
                                 server::ReceivingChunk,
                                 server::AwaitingMessage,
                                 server::Closed>;

namespace server {

// For a session that has just come to this state, or has just heard something in it.
[[nodiscard]] Deadline
deadline_of(const ServerState& state, Instant now, const ServerConfig& config);

} // namespace server

} // namespace sim::smtp
