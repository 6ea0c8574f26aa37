// One POP3 conversation of a mail program, without I/O: it logs in, fetches what it has not yet
// seen, deletes if told to, and leaves (RFC 1939, CAPA of RFC 2449, STLS of RFC 2595).
//
// The caller owns the socket, the TLS engine and the clock. After every handle_*() it drains
// poll_output() until nothing comes, in order. Each session ends in exactly one SessionFinished or
// SessionFailed, then one CloseConnection. Every wait has a deadline (next_timeout).
#pragma once

#include "sim/core/happening.h"
#include "sim/core/protection.h"
#include "sim/core/session.h"
#include "sim/core/session_output.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::pop3 {

struct ClientConfig {
    Protection protection = Protection::none;
    std::string user;
    std::string password;
    // Let USER and PASS go out where anybody can listen, when there is no TLS.
    bool may_reveal_password = false;
    bool deletes_after_fetch = false;
    std::vector<std::string> seen_uidls;  // fetched in earlier sessions, not fetched again
    Duration reply_timeout = 1min;        // for each reply, or each 16 KiB of a long one
    std::uint32_t message_limit = 10'000; // in the mailbox
    std::uint32_t message_size_limit = 64U * 1024U * 1024U; // octets
};

namespace client {

using session::BeginTls;
using session::CloseConnection;
using session::ProblemSeen;
using session::SendBytes;

struct MessageFetched {
    std::string uidl; // empty when the server has no UIDL
    std::string text; // CR LF line ends, byte-stuffing undone
    friend bool operator==(const MessageFetched&, const MessageFetched&) = default;
};
struct SessionFinished { // what was marked is deleted now
    std::uint32_t fetched = 0;
    std::uint32_t refused = 0; // the server would not give them: gone since, or unreadable
    std::uint32_t deleted = 0;
    std::uint32_t in_mailbox = 0; // when we came
    friend bool operator==(const SessionFinished&, const SessionFinished&) = default;
};
struct SessionFailed { // nothing is deleted; what was fetched before stays fetched
    FailureStep step = FailureStep::connect; // connect, greeting, hello, tls, login, retrieve
    std::optional<SmtpProblem> problem;      // the vocabulary of both protocols
    std::string reply;                       // the line that said no; empty when it was none
    friend bool operator==(const SessionFailed&, const SessionFailed&) = default;
};

// What an onlooker may want to know. `stream_offset` counts the octets of the same direction since
// the connection stood or, when `encrypted`, among the octets inside TLS.
struct CommandSent {
    Pop3Verb verb = Pop3Verb::unknown;
    std::string line; // without CR LF
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
    bool encrypted = false;
    std::uint64_t stream_offset = 0;
    Pop3ClientPhase after = Pop3ClientPhase::awaiting_connection;
    friend bool operator==(const CommandSent&, const CommandSent&) = default;
};
struct ReplySeen {
    Pop3Verb to = Pop3Verb::none; // none: the greeting
    bool ok = true;
    std::string line;       // the first line, without CR LF
    std::uint32_t size = 0; // octets of the whole reply on the wire
    bool encrypted = false;
    std::uint64_t stream_offset = 0;
    Pop3ClientPhase after = Pop3ClientPhase::awaiting_connection;
    friend bool operator==(const ReplySeen&, const ReplySeen&) = default;
};

using Output = std::variant<SendBytes,
                            BeginTls,
                            MessageFetched,
                            SessionFinished,
                            SessionFailed,
                            CloseConnection,
                            CommandSent,
                            ReplySeen,
                            ProblemSeen>;

} // namespace client

using ClientPhase = Pop3ClientPhase;

class ClientSession : public Session<client::Output, ClientPhase> {
public:
    explicit ClientSession(ClientConfig config);

    void handle_connected(Instant now);
    void handle_bytes(std::string_view bytes, Instant now); // inside TLS once that is established
    void handle_tls_established(Instant now);

    // One cell of the state diagram: what a reply does in this phase.
    struct Transition {
        ClientPhase from = ClientPhase::closed;
        bool ok = false;
        ClientPhase to = ClientPhase::closed;
        Pop3Verb says = Pop3Verb::none; // what the client sends then
        bool session_fails = false;
    };
    // A mailbox with one new message, at a server that offers everything.
    [[nodiscard]] static std::vector<Transition> transition_table(const ClientConfig& config);

private:
    struct Machine;
    [[nodiscard]] Machine& machine();
};

} // namespace sim::pop3
