// Everything that can happen in a world, as plain data: the closed list that the trace holds and
// that every view, sentence and report is drawn from. No prose, no catch-all.
//
// Blobs refer to the trace's PayloadStore. "Sent" and "received" are said of the host in the Event.
#pragma once

#include "sim/core/address.h"
#include "sim/core/dns_words.h"
#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/payload.h"
#include "sim/core/pop3_words.h"
#include "sim/core/smtp_words.h"
#include "sim/core/time.h"
#include "sim/core/tls_words.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <variant>

namespace sim {

// What a struct says, in this order: SIM_FIELDS(a, b) inside of it names its members a and b, for
// for_each_field (fields.h).
#define SIM_FIELDS(...)                                                                            \
    static constexpr auto field_names()                                                            \
    {                                                                                              \
        return ::sim::split_names<::sim::count_names(#__VA_ARGS__)>(#__VA_ARGS__);                 \
    }                                                                                              \
    [[nodiscard]] constexpr auto fields() const                                                    \
    {                                                                                              \
        return std::tie(__VA_ARGS__);                                                              \
    }                                                                                              \
    static_assert(true)

// ---- network ----------------------------------------------------------------------------------

SIM_NAMED_ENUM(Transport, tcp, udp, icmp);
SIM_NAMED_ENUM(Icmp, none, port_unreachable, prohibited, time_exceeded);
SIM_NAMED_ENUM(Verdict, pass, drop, reject_icmp, reject_rst);
SIM_NAMED_ENUM(DropReason, rule, no_route, hop_limit, not_for_us, link_cut);
SIM_NAMED_ENUM(ConnectFailure,
               timed_out,
               refused,
               unreachable,
               prohibited,
               no_route,
               no_free_port,
               called_off); // whoever called has hung up before anybody answered
SIM_NAMED_ENUM(ConnectionEnd, closed, reset_by_peer, aborted, timed_out);
SIM_NAMED_ENUM(Side, sent, received);
// RFC 9293 §3.3.2. `bound` is said of UDP.
SIM_NAMED_ENUM(SocketState,
               closed,
               bound,
               listen,
               syn_sent,
               syn_received,
               established,
               fin_wait_1,
               fin_wait_2,
               close_wait,
               closing,
               last_ack,
               time_wait);

struct TcpFlags {
    bool syn : 1 = false;
    bool ack : 1 = false;
    bool fin : 1 = false;
    bool rst : 1 = false;
    bool psh : 1 = false;
    friend bool operator==(const TcpFlags&, const TcpFlags&) = default;
};

// The header fields of one packet. For ICMP, which has no ports, `sequence` is the number of the
// packet that it answers.
struct PacketHead {
    std::uint32_t number = 0; // counts packets as their origin sends them; the same at every hop
    Address source;
    Address destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    Transport transport = Transport::tcp;
    Icmp icmp = Icmp::none; // what it says, when it is ICMP
    std::uint8_t hop_limit = 64;
    TcpFlags flags;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint16_t window = 0;
    ConnectionId connection; // of the simulator, not on the wire
    Blob payload;
    // Without the connection, which the event itself names.
    SIM_FIELDS(number,
               source,
               destination,
               source_port,
               destination_port,
               transport,
               icmp,
               hop_limit,
               flags,
               sequence,
               acknowledgement,
               window,
               payload);
};

// Put on a link by the event's host, which is its origin or a router on its way.
struct PacketSent {
    PacketHead packet;
    LinkId link;
    HostId to;
    Instant arrives;
    SIM_FIELDS(packet, link, to, arrives);
};
// Came to a rule that names what to do with it and passed. Only for packets that open something
// (SYN, UDP), and only when a rule matched.
struct PacketPassedRule {
    PacketHead packet;
    RuleId rule;
    SIM_FIELDS(packet, rule);
};
// What somebody on the way did to a packet's payload. starttls_offer: the keyword in a reply to
// EHLO; starttls_command: the command itself. Letters become other letters, so that no number of
// TCP has to change.
SIM_NAMED_ENUM(Tampering, starttls_offer, starttls_command);
struct PacketAltered {
    PacketHead packet; // as it goes on
    Blob before;       // the payload as it came
    Tampering how = Tampering::starttls_offer;
    SIM_FIELDS(packet, before, how);
};
struct PacketDropped {
    PacketHead packet;
    DropReason reason = DropReason::rule;
    Verdict verdict = Verdict::drop;
    RuleId rule; // none unless reason is `rule`
    SIM_FIELDS(packet, reason, verdict, rule);
};
struct PacketDelivered { // reached the host that has its destination address
    PacketHead packet;
    SIM_FIELDS(packet);
};

struct ConnectionAttempted { // the event's host is about to send its first SYN
    Endpoint local;
    Endpoint remote;
    SIM_FIELDS(local, remote);
};
struct SegmentRetransmitted {
    std::uint8_t attempt = 0; // 1 is the first repetition
    bool syn = false;
    Instant next; // when it will be repeated again or given up
    SIM_FIELDS(attempt, syn, next);
};
struct ConnectionOpened { // at each end: three-way handshake complete as this end sees it
    Endpoint local;
    Endpoint remote;
    bool accepted = false; // this end is the server
    SIM_FIELDS(local, remote, accepted);
};
struct PortClosed { // a SYN came to a port where nobody listens; RST goes back
    Endpoint local;
    Endpoint remote;
    SIM_FIELDS(local, remote);
};
struct ConnectionFailed {
    Endpoint local;
    Endpoint remote;
    ConnectFailure why = ConnectFailure::timed_out;
    Duration elapsed{};
    SIM_FIELDS(local, remote, why, elapsed);
};
struct PeerFinished { // a FIN came: the peer will send no more
};
struct ConnectionEnded {
    ConnectionEnd how = ConnectionEnd::closed;
    SIM_FIELDS(how);
};
// A socket of the event's host is in this state now, says the host's own TCP or UDP. Ports that
// are listened on are the scenario's to tell.
struct SocketChanged {
    Transport transport = Transport::tcp;
    SocketState state = SocketState::closed;
    Endpoint local;
    Endpoint remote; // 0.0.0.0:0 of UDP
    SIM_FIELDS(transport, state, local, remote);
};

// ---- DNS --------------------------------------------------------------------------------------

struct DnsAsked { // this host sent a question
    Blob name;
    std::uint16_t type = 0; // RFC 1035 §3.2.2
    Address server;
    std::uint8_t attempt = 1;
    SIM_FIELDS(name, type, server, attempt);
};
struct DnsServed { // this host, a name server, answered a question
    Blob name;
    std::uint16_t type = 0;
    DnsOutcome outcome = DnsOutcome::found;
    DnsSource source = DnsSource::authority;
    Address client;
    SIM_FIELDS(name, type, outcome, source, client);
};
struct DnsResolved { // the question that this host had is settled
    Blob name;
    std::uint16_t type = 0;
    DnsOutcome outcome = DnsOutcome::found;
    bool from_cache = false;
    Blob records; // one record a line, as in a zone file's right-hand side
    SIM_FIELDS(name, type, outcome, from_cache, records);
};

// ---- TLS --------------------------------------------------------------------------------------

struct TlsStarted {
    TlsRole role = TlsRole::client;
    Blob server_name; // SNI, empty when none
    SIM_FIELDS(role, server_name);
};
struct TlsHandshakeMessage {
    Side side = Side::sent;
    std::uint8_t type = 0;  // RFC 8446 §4: 1 ClientHello, 2 ServerHello, ...
    bool encrypted = false; // an onlooker cannot read it
    Blob bytes;             // with its four-octet header
    SIM_FIELDS(side, type, encrypted, bytes);
};
struct TlsRecord {
    Side side = Side::sent;
    std::uint8_t content_type = 0;      // as on the wire: 20..23
    std::uint16_t wire_size = 0;        // with the five-octet header
    std::uint64_t stream_offset = 0;    // of its first octet in this direction's TCP stream
    std::uint64_t plaintext_offset = 0; // of its first octet among the application bytes
    Blob plaintext;                     // application data only
    SIM_FIELDS(side, content_type, wire_size, stream_offset, plaintext_offset, plaintext);
};
struct CertificateJudged {
    CertificateVerdict verdict = CertificateVerdict::valid;
    bool went_on = false; // the one who looked accepts it, valid or not
    Blob subject;
    Blob issuer;
    Blob dialled; // the name it ought to be for
    Instant not_before;
    Instant not_after;
    SIM_FIELDS(verdict, went_on, subject, issuer, dialled, not_before, not_after);
};
struct TlsEstablished {
    std::uint16_t version = 0; // 0x0303 is TLS 1.2, 0x0304 is TLS 1.3
    std::uint16_t cipher = 0;
    Blob cipher_name;
    Blob key_exchange; // group, as in "x25519"
    Blob server_name;
    SIM_FIELDS(version, cipher, cipher_name, key_exchange, server_name);
};
struct TlsAlert {
    Side side = Side::sent;
    bool fatal = false;
    std::uint8_t code = 0; // RFC 8446 §6
    SIM_FIELDS(side, fatal, code);
};
struct TlsFailed {
    TlsFailure why = TlsFailure::internal;
    std::uint8_t alert = 0;
    Blob detail; // for experts, in English, as the TLS library says it
    SIM_FIELDS(why, alert, detail);
};
struct TlsEnded {
    bool clean = true; // close_notify came; false: cut off (RFC 8446 §6.1)
    SIM_FIELDS(clean);
};
struct TlsKeyLogged {
    Blob line; // NSS key log format, without line end
    SIM_FIELDS(line);
};

// ---- SMTP and POP3 ----------------------------------------------------------------------------

// A command and a reply say where the session of the event's host stands after it: `after` where
// that is the server, `client` where it is the client.

// A line of one conversation. `bytes` is the whole line without its CR LF; the `secret_size` octets
// from `secret_offset` are a password or token, which views mask unless asked not to.
// `stream_offset` is where the line began: among this direction's TLS application bytes when
// encrypted (TlsRecord leads on to the wire), else in its TCP stream.
struct Line {
    Blob bytes;
    std::uint64_t stream_offset = 0;
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
    SIM_FIELDS(bytes, stream_offset, secret_offset, secret_size);
};

struct SmtpCommand {
    Side side = Side::sent;
    SmtpVerb verb = SmtpVerb::unknown;
    bool encrypted = false;
    SmtpPhase before = SmtpPhase::awaiting_hello; // of the server
    SmtpPhase after = SmtpPhase::awaiting_hello;
    Line line;
    SmtpClientPhase client = SmtpClientPhase::awaiting_connection;
    SIM_FIELDS(side, verb, encrypted, before, after, client, line);
};
struct SmtpReply {
    Side side = Side::sent;
    SmtpVerb to = SmtpVerb::unknown; // the command that it answers
    bool encrypted = false;
    SmtpReason reason = SmtpReason::accepted; // meaningful when sent
    std::uint16_t code = 0;
    Line line; // whole reply; lines of a multiline reply are separated by CR LF
    SmtpPhase after = SmtpPhase::awaiting_hello;
    SmtpClientPhase client = SmtpClientPhase::awaiting_connection;
    SIM_FIELDS(side, to, encrypted, reason, code, after, client, line);
};
struct SmtpText { // the message itself, after DATA's 354
    Side side = Side::sent;
    bool encrypted = false;
    std::uint32_t lines = 0;
    std::uint32_t size = 0; // octets, dot-stuffing not counted
    SIM_FIELDS(side, encrypted, lines, size);
};
SIM_NAMED_ENUM(SmtpProblem,
               plaintext_after_starttls,
               response_injection,
               starttls_not_offered,
               starttls_refused,
               went_on_without_tls,
               auth_not_offered,
               no_common_mechanism,
               auth_would_reveal_password,
               reply_malformed,
               reply_too_long,
               reply_too_late,
               closed_too_early,
               spoke_smtp_to_tls_port,
               spoke_tls_to_smtp_port,
               needs_8bitmime,
               needs_smtputf8,
               message_too_big_for_peer,
               unfit_for_command,
               text_ended_by_bare_line_end,
               nul_in_message);
struct SmtpProblemSeen { // something an end noticed that is no reply
    SmtpProblem problem = SmtpProblem::reply_malformed;
    Blob detail;
    SIM_FIELDS(problem, detail);
};

struct Pop3Command {
    Side side = Side::sent;
    Pop3Verb verb = Pop3Verb::unknown;
    bool encrypted = false;
    Pop3Phase before = Pop3Phase::authorization; // of the server
    Pop3Phase after = Pop3Phase::authorization;
    Line line;
    Pop3ClientPhase client = Pop3ClientPhase::awaiting_connection;
    SIM_FIELDS(side, verb, encrypted, before, after, client, line);
};
struct Pop3Reply {
    Side side = Side::sent;
    Pop3Verb to = Pop3Verb::unknown;
    bool encrypted = false;
    bool ok = true;
    Pop3Reason reason = Pop3Reason::accepted;
    Line line; // first line; `size` counts the whole reply
    std::uint32_t size = 0;
    Pop3Phase after = Pop3Phase::authorization;
    Pop3ClientPhase client = Pop3ClientPhase::awaiting_connection;
    SIM_FIELDS(side, to, encrypted, ok, reason, after, client, line, size);
};

SIM_NAMED_ENUM(Mechanism, plain, login, cram_md5, scram_sha_256, xoauth2, oauthbearer, pop3_user);
// What a server keeps of an account: only CRAM-MD5 forces it to keep the password itself.
SIM_NAMED_ENUM(SecretKept, nothing, password, salted_keys);
// Why a login failed, as the server knows it. Its reply to a password never tells: `wrong_secret`
// is an unknown user as well.
SIM_NAMED_ENUM(AuthFlaw,
               none,
               wrong_secret,
               malformed,
               token_bad_signature,
               token_expired,
               token_wrong_audience,
               token_wrong_scope,
               token_wrong_user);
struct AuthTried { // at the server
    Mechanism mechanism = Mechanism::plain;
    bool encrypted = false;
    bool succeeded = false;
    AuthFlaw flaw = AuthFlaw::none;
    SecretKept kept = SecretKept::nothing; // of this account, at this server
    Blob user;
    Blob record; // what stands in the server's file for salted_keys; else empty
    SIM_FIELDS(mechanism, encrypted, succeeded, flaw, kept, user, record);
};

// What a mail server looks at before it decides, and what it found.
SIM_NAMED_ENUM(PolicyCheck, client_name, sender_domain, recipient_domain);
SIM_NAMED_ENUM(PolicyVerdict, passed, marked, deferred, rejected);
struct PolicyJudged {
    PolicyCheck check = PolicyCheck::sender_domain;
    PolicyVerdict verdict = PolicyVerdict::passed;
    Blob facts; // what it looked at and saw, on one line
    SIM_FIELDS(check, verdict, facts);
};

// ---- mail -------------------------------------------------------------------------------------

struct MailComposed { // someone pressed Send
    MailId mail;
    Blob sender;
    Blob recipients; // separated by ", "
    std::uint32_t size = 0;
    SIM_FIELDS(mail, sender, recipients, size);
};
struct FieldAdded { // a server wrote a header field into the message (Received, Date, ...)
    MailId mail;
    Blob field; // unfolded, with its name
    SIM_FIELDS(mail, field);
};
// What a program may do to a mail that passes through it, besides adding fields in front.
SIM_NAMED_ENUM(MailChange, blind_copies, return_path, preamble, line_ends, ascii_form);
struct MailChanged {
    MailId mail;
    MailChange change = MailChange::line_ends;
    Blob detail; // what was taken out, without its last line end; else empty
    SIM_FIELDS(mail, change, detail);
};
struct MailQueued { // a server took responsibility with 250 and has more to do
    MailId mail;
    Blob queue_id;
    Blob recipients;
    SIM_FIELDS(mail, queue_id, recipients);
};
struct DeliveryAttempted {
    MailId mail;
    Blob next_hop; // host name
    Address address;
    std::uint16_t preference = 0; // of its MX record
    std::uint16_t attempt = 1;
    SIM_FIELDS(mail, next_hop, address, preference, attempt);
};
struct MailHandedOver { // the next hop accepted it with 250
    MailId mail;
    Blob next_hop;
    Blob recipients;
    SIM_FIELDS(mail, next_hop, recipients);
};
struct MailDelivered { // lies in the recipient's mailbox
    MailId mail;
    Blob mailbox;
    std::uint32_t size = 0;
    SIM_FIELDS(mail, mailbox, size);
};
// Who said no, at which step: what a bounce and a why card are made of.
SIM_NAMED_ENUM(FailureStep,
               name_lookup,
               connect,
               greeting,
               hello,
               tls,
               auth,
               mail_from,
               rcpt_to,
               data,
               end_of_data,
               login,
               retrieve,
               local);
struct MailDeferred {
    MailId mail;
    FailureStep step = FailureStep::connect;
    std::uint16_t code = 0; // reply code, 0 when there was none
    Instant until;
    Blob recipients;
    Blob said_by;
    Blob reply;
    SIM_FIELDS(mail, step, code, until, recipients, said_by, reply);
};
struct MailBounced { // given up; the sender is told by mail unless the reverse-path is null
    MailId mail;
    FailureStep step = FailureStep::rcpt_to;
    std::uint16_t code = 0;
    Blob recipients;
    Blob said_by;
    Blob reply;
    SIM_FIELDS(mail, step, code, recipients, said_by, reply);
};
// At the mail program that sends: what this recipient was refused with, where it is the recipient's
// own, or not what SendFinished says.
struct RecipientRefused {
    MailId mail;
    FailureStep step = FailureStep::rcpt_to;
    std::uint16_t code = 0; // 0: the program itself found it unfit
    Blob recipient;
    Blob reply;
    SIM_FIELDS(mail, step, code, recipient, reply);
};
struct MailRetrieved { // the recipient's mail program has it
    MailId mail;
    Blob mailbox;
    std::uint32_t size = 0;
    SIM_FIELDS(mail, mailbox, size);
};

// What a mail program tells its user, in terms of which dialog it would show.
SIM_NAMED_ENUM(UserError,
               none,
               server_not_found,
               connect_timed_out,
               connect_refused,
               connect_unreachable,
               connection_lost,
               tls_not_offered,
               tls_failed,
               certificate_problem,
               auth_failed,
               auth_not_offered,
               auth_required,
               sender_refused,
               recipient_refused,
               message_refused,
               server_busy,
               server_error,
               reply_timed_out,
               login_failed,
               not_a_mail_server);
struct SendFinished { // the sending mail program is done, one way or the other
    MailId mail;
    UserError error = UserError::none;
    FailureStep step = FailureStep::connect;
    std::uint16_t code = 0;
    Blob server; // name and port it was set to
    Blob reply;
    SIM_FIELDS(mail, error, step, code, server, reply);
};
struct FetchFinished { // the receiving mail program is done
    UserError error = UserError::none;
    FailureStep step = FailureStep::connect;
    std::uint32_t messages = 0;
    Blob server;
    Blob reply;
    SIM_FIELDS(error, step, messages, server, reply);
};

// ---- the world --------------------------------------------------------------------------------

struct StepStarted { // a step of the lesson's script
    std::uint16_t index = 0;
    SIM_FIELDS(index);
};
struct SettingChanged {
    Blob key; // dotted, as in --set
    Blob value;
    SIM_FIELDS(key, value);
};
struct RuleSwitched {
    RuleId rule;
    Verdict verdict = Verdict::drop;
    bool enabled = true;
    SIM_FIELDS(rule, verdict, enabled);
};
SIM_NAMED_ENUM(Fault, reply_replaced, connection_cut, delayed, certificate_made_wrong, dns_failing);
struct FaultInjected {
    Fault fault = Fault::connection_cut;
    Blob detail;
    SIM_FIELDS(fault, detail);
};

// ---- the list ---------------------------------------------------------------------------------

// What one step through a run passes, finest first: every packet; one command, reply, DNS answer,
// TLS handshake or whole connection event; or one hop of the mail.
SIM_NAMED_ENUM(Unit, packet, command, hop);

// Every happening: its struct, its name, and the coarsest unit at which it is a stop (nowhere:
// another event at the same moment says the same). The variant, the kinds, the sentences'
// overloads, the schema of expect.events and the golden files follow from here; what each says,
// from SIM_FIELDS.
#define SIM_HAPPENINGS(X)                                                                          \
    X(PacketSent, packet_sent, packet)                                                             \
    X(PacketPassedRule, packet_passed_rule, command)                                               \
    X(PacketAltered, packet_altered, hop)                                                          \
    X(PacketDropped, packet_dropped, hop)                                                          \
    X(PacketDelivered, packet_delivered, nowhere)                                                  \
    X(ConnectionAttempted, connection_attempted, command)                                          \
    X(SegmentRetransmitted, segment_retransmitted, command)                                        \
    X(ConnectionOpened, connection_opened, command)                                                \
    X(PortClosed, port_closed, command)                                                            \
    X(ConnectionFailed, connection_failed, hop)                                                    \
    X(PeerFinished, peer_finished, packet)                                                         \
    X(ConnectionEnded, connection_ended, command)                                                  \
    X(SocketChanged, socket_changed, nowhere)                                                      \
    X(DnsAsked, dns_asked, command)                                                                \
    X(DnsServed, dns_served, packet)                                                               \
    X(DnsResolved, dns_resolved, command)                                                          \
    X(TlsStarted, tls_started, command)                                                            \
    X(TlsHandshakeMessage, tls_handshake_message, packet)                                          \
    X(TlsRecord, tls_record, nowhere)                                                              \
    X(CertificateJudged, certificate_judged, command)                                              \
    X(TlsEstablished, tls_established, command)                                                    \
    X(TlsAlert, tls_alert, packet)                                                                 \
    X(TlsFailed, tls_failed, command)                                                              \
    X(TlsEnded, tls_ended, command)                                                                \
    X(TlsKeyLogged, tls_key_logged, nowhere)                                                       \
    X(SmtpCommand, smtp_command, command)                                                          \
    X(SmtpReply, smtp_reply, command)                                                              \
    X(SmtpText, smtp_text, command)                                                                \
    X(SmtpProblemSeen, smtp_problem_seen, command)                                                 \
    X(Pop3Command, pop3_command, command)                                                          \
    X(Pop3Reply, pop3_reply, command)                                                              \
    X(AuthTried, auth_tried, command)                                                              \
    X(PolicyJudged, policy_judged, command)                                                        \
    X(MailComposed, mail_composed, hop)                                                            \
    X(FieldAdded, field_added, command)                                                            \
    X(MailChanged, mail_changed, command)                                                          \
    X(MailQueued, mail_queued, hop)                                                                \
    X(DeliveryAttempted, delivery_attempted, command)                                              \
    X(MailHandedOver, mail_handed_over, hop)                                                       \
    X(MailDelivered, mail_delivered, hop)                                                          \
    X(MailDeferred, mail_deferred, hop)                                                            \
    X(MailBounced, mail_bounced, hop)                                                              \
    X(RecipientRefused, recipient_refused, command)                                                \
    X(MailRetrieved, mail_retrieved, hop)                                                          \
    X(SendFinished, send_finished, hop)                                                            \
    X(FetchFinished, fetch_finished, hop)                                                          \
    X(StepStarted, step_started, command)                                                          \
    X(SettingChanged, setting_changed, hop)                                                        \
    X(RuleSwitched, rule_switched, hop)                                                            \
    X(FaultInjected, fault_injected, hop)

namespace detail {
template <typename None, typename... Happened>
struct VariantOf {
    using Type = std::variant<Happened...>;
};
} // namespace detail

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names of the list.
#define SIM_HAPPENING(Type, kind, unit) , Type
using Happening = detail::VariantOf<void SIM_HAPPENINGS(SIM_HAPPENING)>::Type;
#undef SIM_HAPPENING

#define SIM_HAPPENING(Type, kind, unit) kind,
enum class Kind : std::uint8_t { SIM_HAPPENINGS(SIM_HAPPENING) };
#undef SIM_HAPPENING

#define SIM_HAPPENING(Type, kind, unit) std::string_view{#kind},
constexpr auto enum_names(Kind /*any*/)
{
    return std::array{SIM_HAPPENINGS(SIM_HAPPENING)};
}
#undef SIM_HAPPENING

#define SIM_HAPPENING(Type, kind, unit) std::optional<Unit>{unit},
constexpr std::optional<Unit> coarsest_unit(Kind kind)
{
    using enum Unit;
    constexpr auto nowhere = std::nullopt;
    constexpr std::array units{SIM_HAPPENINGS(SIM_HAPPENING)};
    return units.at(static_cast<std::size_t>(kind));
}
#undef SIM_HAPPENING
// NOLINTEND(bugprone-macro-parentheses)

} // namespace sim
