// One POP3 conversation of a server, without I/O: bytes and answers in, outputs out (RFC 1939, with
// CAPA of RFC 2449 and STLS of RFC 2595).
//
// The caller owns the socket, the TLS engine, the clock, the passwords and the mailbox. After every
// handle_*() it drains poll_output() until nothing comes, in order. The session never changes the
// mailbox: it asks for that with DeleteMessages, and only from the UPDATE state.
#pragma once

#include "sim/core/happening.h"
#include "sim/core/session.h"
#include "sim/core/session_output.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::pop3 {

SIM_NAMED_ENUM(ServerTls, none, offered, required, from_the_start);

struct ServerConfig {
    std::string hostname;
    ServerTls tls = ServerTls::offered; // required: no USER or PASS in the clear
    Duration idle_limit = 10min;        // RFC 1939 §3: at least that
    std::uint32_t command_limit = 1000; // and some more for each message
    std::uint32_t bad_command_limit = 20;
    std::uint32_t login_failure_limit = 3;
};

// A message as the mailbox holds it. CR LF line ends; other ones are sent as CR LF.
struct StoredMessage {
    std::string uidl;       // 1..70 octets of 0x21..0x7E, unique in the mailbox, RFC 1939 §7
    std::uint32_t size = 0; // octets, as STAT and LIST tell
    std::shared_ptr<const std::string> text;
};

namespace server {

using session::BeginTls;
using session::CloseConnection;
using session::SendBytes;

// Is this the user's password, and may the mailbox be opened (and locked) now? The host answers
// with handle_login_accepted, handle_login_refused, handle_login_paused or handle_mailbox_locked.
struct CheckLogin {
    std::string user;
    std::string password;
    friend bool operator==(const CheckLogin&, const CheckLogin&) = default;
};
struct DeleteMessages { // the UPDATE state: remove these and release the lock
    std::vector<std::string> uidls;
    friend bool operator==(const DeleteMessages&, const DeleteMessages&) = default;
};
struct MailboxReleased { // the session ended without UPDATE: nothing is deleted, release the lock
    friend bool operator==(const MailboxReleased&, const MailboxReleased&) = default;
};

// What an onlooker may want to know. `stream_offset` counts the octets of the same direction since
// the connection stood or, when `encrypted`, among the octets inside TLS.
struct CommandSeen {
    Pop3Verb verb = Pop3Verb::unknown;
    std::string line; // without CR LF; cut when longer than a command may be
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
    bool encrypted = false;
    Pop3Phase before = Pop3Phase::authorization;
    Pop3Phase after = Pop3Phase::authorization;
    std::uint64_t stream_offset = 0;
    friend bool operator==(const CommandSeen&, const CommandSeen&) = default;
};
struct ReplySent {
    Pop3Verb to = Pop3Verb::none; // none: the greeting
    bool ok = true;
    Pop3Reason reason = Pop3Reason::accepted;
    std::string line;       // the first line, without CR LF
    std::uint32_t size = 0; // octets of the whole reply on the wire
    bool encrypted = false;
    std::uint64_t stream_offset = 0;
    Pop3Phase after = Pop3Phase::authorization;
    friend bool operator==(const ReplySent&, const ReplySent&) = default;
};
struct AuthSeen { // for AuthTried
    std::string user;
    bool succeeded = false;
    bool encrypted = false;
    friend bool operator==(const AuthSeen&, const AuthSeen&) = default;
};

using Output = std::variant<SendBytes,
                            BeginTls,
                            CheckLogin,
                            DeleteMessages,
                            MailboxReleased,
                            CloseConnection,
                            CommandSeen,
                            ReplySent,
                            AuthSeen>;

} // namespace server

class ServerSession : public Session<server::Output, Pop3Phase> {
public:
    explicit ServerSession(ServerConfig config);

    // `pause`: what a client hears instead of a greeting that may not log in for a while, and the
    // connection is closed.
    void handle_connected(Instant now, std::optional<std::string> pause = std::nullopt);
    void handle_bytes(std::string_view bytes, Instant now); // inside TLS once that is established
    void handle_tls_established(Instant now);

    // Answers to CheckLogin. The messages are a snapshot: mail that comes later is not seen.
    void handle_login_accepted(std::vector<StoredMessage> mailbox, Instant now);
    void handle_login_refused(Instant now);
    // Not even looked at, after too many failures on other connections; closes.
    void handle_login_paused(const std::string& pause, Instant now);
    void handle_mailbox_locked(Instant now); // another session has it open, RFC 1939 §4

    // One cell of the state diagram: what this verb, well formed, does in this phase.
    struct Transition {
        Pop3Phase from = Pop3Phase::closed;
        bool user_given = false; // right behind USER
        Pop3Verb verb = Pop3Verb::unknown;
        Pop3Phase to = Pop3Phase::closed;
        bool asks_host = false; // whether the login is right; the reply comes later
        bool ok = false;
        Pop3Reason reason = Pop3Reason::accepted;
    };
    [[nodiscard]] static std::vector<Transition> transition_table(const ServerConfig& config);

private:
    struct Machine;
    [[nodiscard]] Machine& machine();
};

} // namespace sim::pop3
