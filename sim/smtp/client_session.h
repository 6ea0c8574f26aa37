// One SMTP conversation of a client, without I/O: bytes and decisions in, outputs out (RFC 5321).
//
// The caller owns the socket, the TLS engine, the clock and the password. After every handle_*() or
// other call it drains poll_output() until nothing comes, in order. Each mail that was started ends
// in exactly one MailFinished; each session ends in exactly one CloseConnection, before which comes
// a SessionFailed when something went wrong. Every wait has a deadline (next_timeout).
//
//     ClientSession session{config};
//     session.start_mail(mail);          // before or after the connection stands
//     session.finish();                  // QUIT when the mail is through
//     session.handle_connected(now);     // then handle_bytes(...) as they come
#pragma once

#include "sim/core/happening.h"
#include "sim/core/protection.h"
#include "sim/core/session.h"
#include "sim/core/session_output.h"
#include "sim/smtp/envelope.h"
#include "sim/smtp/reply.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::smtp {

// How long to wait for each reply: RFC 5321 §4.5.3.2 where it says, five minutes where it does not.
struct ClientTimeouts {
    Duration greeting = 5min;
    Duration hello = 5min;
    Duration starttls = 5min; // the reply, and then the handshake
    Duration auth = 5min;
    Duration mail = 5min;
    Duration rcpt = 5min;
    Duration data = 2min;
    Duration text_block = 3min; // of silence while the text is going out, see handle_send_progress
    Duration end_of_text = 10min;
    Duration other = 5min; // RSET, QUIT
};

struct ClientConfig {
    std::string hostname; // what EHLO says: a domain, or an address literal in brackets
    Protection protection = Protection::none;
    bool wants_auth = false;
    // Let a mechanism show the password to whoever listens when there is no TLS. For the lesson
    // about exactly that; AuthBegin carries it on to the one who picks the mechanism.
    bool may_reveal_password = false;
    bool wants_pipelining = true; // where offered (RFC 2920)
    // BDAT instead of DATA where offered (RFC 3030). Off: a text ended by a dot is what people
    // know.
    bool wants_chunking = false;
    // As careless software does: see append_as_it_is.
    bool keeps_line_ends = false;
    ClientTimeouts timeouts{};
};

// A mail as it goes to a server without SMTPUTF8: addresses and header in ASCII, the recipients in
// the order of OutgoingMail::recipients.
struct AsciiForm {
    std::string reverse_path;
    std::vector<std::string> recipients;
    std::shared_ptr<const std::string> text;
    bool needs_8bit = false;
};

struct OutgoingMail {
    std::string reverse_path;                // without < >; empty is the null reverse-path
    std::vector<std::string> recipients;     // at least one, without < >
    std::shared_ptr<const std::string> text; // any line ends; CR LF on the wire
    bool needs_8bit = false;                 // RFC 6152
    bool needs_utf8 = false;                 // RFC 6531; addresses beyond ASCII need it anyway
    std::string utf8_field{};                // the header field that does, if one does
    // Goes instead to a server that lacks what the mail needs. Nothing: such a server gets nothing.
    std::optional<AsciiForm> ascii{};
    // Said only to a server that offers DSN (RFC 3461); what could not be said is left out.
    std::optional<ReturnedPart> ret{};
    std::string envid{};                                     // xtext
    std::vector<RecipientParameters> recipient_parameters{}; // one each, or none at all
};

// What the client's side of a mechanism says, as octets; Base64 and "=" are the session's affair.
struct AuthAnswer {
    std::optional<std::string> octets; // none, with a choice only: the server speaks first
    // Whether a 235 that came now would be believed: false while the server still has to prove that
    // it knows the secret.
    bool believes_success = true;
};

// ---- outputs, in the order in which they happened ---------------------------------------------

namespace client {

using session::BeginTls;
using session::CloseConnection;
using session::ProblemSeen;
using session::SendBytes;

// The server offers these mechanisms, named as it wrote them; now the host chooses:
// handle_auth_choice, or handle_auth_impossible.
struct AuthBegin {
    std::vector<std::string> offered;
    bool may_reveal_password = false; // under TLS, or allowed by the settings
    friend bool operator==(const AuthBegin&, const AuthBegin&) = default;
};
struct AuthChallenge { // Base64 undone: handle_auth_response, or handle_auth_impossible
    std::string octets;
    friend bool operator==(const AuthChallenge&, const AuthChallenge&) = default;
};
// A mail's line came to its end; the next may be started.
struct RecipientResult {
    enum class Outcome : std::uint8_t { accepted, refused_for_now, refused_for_good };
    Outcome outcome = Outcome::refused_for_now;
    FailureStep step = FailureStep::end_of_data; // meaningful unless accepted
    std::optional<SmtpProblem> problem;          // what was wrong when no reply says it
    Reply reply;                                 // the one that decided; code 0 when there was none
    friend bool operator==(const RecipientResult&, const RecipientResult&) = default;
};
struct MailFinished {
    std::vector<RecipientResult> recipients; // in the order of OutgoingMail::recipients
    bool peer_offers_dsn = false; // it was told what the sender wants to hear, and answers for it
    friend bool operator==(const MailFinished&, const MailFinished&) = default;
};
// Nothing more can be sent here. `temporary`: the class of the reply if there is one; else true
// unless it is our own settings that will not fit this server tomorrow either.
struct SessionFailed {
    FailureStep step = FailureStep::connect;
    std::optional<SmtpProblem> problem;
    Reply reply; // code 0 when it was not a reply
    bool temporary = true;
    friend bool operator==(const SessionFailed&, const SessionFailed&) = default;
};

// What an onlooker may want to know. `stream_offset` counts the octets of the same direction since
// the connection stood or, when `encrypted`, among the octets inside TLS.
struct CommandSent {
    SmtpVerb verb = SmtpVerb::unknown;
    std::string line; // without CR LF
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
    bool encrypted = false;
    std::uint64_t stream_offset = 0;
    SmtpClientPhase after = SmtpClientPhase::awaiting_connection;
    std::string address{}; // that MAIL or RCPT names
    friend bool operator==(const CommandSent&, const CommandSent&) = default;
};
struct ReplySeen {
    SmtpVerb to = SmtpVerb::none; // none: the greeting, or nobody had asked
    Reply reply;
    std::string wire; // all of it as it came, without its last CR LF
    bool encrypted = false;
    std::uint64_t stream_offset = 0;
    SmtpClientPhase after = SmtpClientPhase::awaiting_connection;
    friend bool operator==(const ReplySeen&, const ReplySeen&) = default;
};
struct TextSent {
    std::uint32_t lines = 0;
    std::uint32_t size = 0; // octets, dot-stuffing not counted: what SIZE declared
    bool encrypted = false;
    std::uint64_t stream_offset = 0;
    bool changed_line_ends = false; // a bare CR was made CR LF
    bool in_ascii = false;          // OutgoingMail::ascii
    friend bool operator==(const TextSent&, const TextSent&) = default;
};

using Output = std::variant<SendBytes,
                            BeginTls,
                            AuthBegin,
                            AuthChallenge,
                            MailFinished,
                            SessionFailed,
                            CloseConnection,
                            CommandSent,
                            ReplySeen,
                            TextSent,
                            ProblemSeen>;

} // namespace client

using ClientPhase = SmtpClientPhase;

class ClientSession : public Session<client::Output, ClientPhase> {
public:
    explicit ClientSession(ClientConfig config);

    // One mail at a time: the next may be started once MailFinished was polled. After the session
    // has failed a mail is finished at once, with the reason of the failure.
    void start_mail(OutgoingMail mail, Instant now);
    // QUIT as soon as no mail is under way. No mail may be started after that.
    void finish(Instant now);

    void handle_connected(Instant now);
    void handle_bytes(std::string_view bytes, Instant now); // inside TLS once that is established
    void handle_tls_established(Instant now);

    // Answers to AuthBegin and AuthChallenge. The mechanism's name as registered.
    void handle_auth_choice(std::string_view mechanism, const AuthAnswer& answer, Instant now);
    void handle_auth_response(const AuthAnswer& answer, Instant now);
    void handle_auth_impossible(SmtpProblem why, Instant now); // gives up, with "*" if it began

    // Before handle_timeout, from a host that knows: when some of the text last went out
    // (text_block counts from then), or the last of it (end_of_text). Without it end_of_text counts
    // from the start.
    void handle_send_progress(bool all_sent, Instant when);

    // One cell of the state diagram: what a reply of this class does in this phase.
    struct Transition {
        ClientPhase from = ClientPhase::closed;
        SmtpVerb answers = SmtpVerb::none; // the command that the reply is to
        std::string_view reply;            // "2yz", "3yz", "4yz", "5yz", "421"
        ClientPhase to = ClientPhase::closed;
        SmtpVerb says = SmtpVerb::none; // what the client sends then
        bool mail_ends = false;         // with a result for those recipients still undecided
        bool session_fails = false;
    };
    // One mail to two recipients, to a server that offers everything.
    [[nodiscard]] static std::vector<Transition> transition_table(const ClientConfig& config);

private:
    struct Machine;
    [[nodiscard]] Machine& machine();
};

} // namespace sim::smtp
