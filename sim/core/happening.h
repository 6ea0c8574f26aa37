// Everything that can happen in a world, as plain data: the closed list that the trace holds and
// that every view, sentence and report is drawn from. No prose, no catch-all.
//
// Blobs refer to the trace's PayloadStore. "Sent" and "received" are said of the host in the Event.
#pragma once

#include "sim/core/address.h"
#include "sim/core/dns_words.h"
#include "sim/core/ids.h"
#include "sim/core/payload.h"
#include "sim/core/pop3_words.h"
#include "sim/core/smtp_words.h"
#include "sim/core/time.h"
#include "sim/core/tls_words.h"

#include <cstdint>
#include <string_view>
#include <variant>

namespace sim {

// ---- network ----------------------------------------------------------------------------------

SIM_NAMED_ENUM(Transport, tcp, udp, icmp);
SIM_NAMED_ENUM(Verdict, pass, drop, reject_icmp, reject_rst);
SIM_NAMED_ENUM(DropReason, rule, no_route, hop_limit, not_for_us, link_cut);
SIM_NAMED_ENUM(ConnectFailure, timed_out, refused, unreachable, prohibited, no_route, no_free_port);
SIM_NAMED_ENUM(ConnectionEnd, closed, reset_by_peer, aborted, timed_out);
SIM_NAMED_ENUM(Side, sent, received);

struct TcpFlags {
    bool syn : 1 = false;
    bool ack : 1 = false;
    bool fin : 1 = false;
    bool rst : 1 = false;
    bool psh : 1 = false;
    friend bool operator==(const TcpFlags&, const TcpFlags&) = default;
};

// The header fields of one IPv4 packet. For ICMP: source_port is the type, destination_port the
// code, and sequence the number of the packet that it answers.
struct PacketHead {
    std::uint32_t number = 0; // counts packets as their origin sends them; the same at every hop
    Ipv4 source;
    Ipv4 destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    Transport transport = Transport::tcp;
    std::uint8_t hop_limit = 64;
    TcpFlags flags;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint16_t window = 0;
    ConnectionId connection; // of the simulator, not on the wire
    Blob payload;
};

// Put on a link by the event's host, which is its origin or a router on its way.
struct PacketSent {
    PacketHead packet;
    LinkId link;
    HostId to;
    Instant arrives;
};
// Came to a rule that names what to do with it and passed. Only for packets that open something
// (SYN, UDP), and only when a rule matched.
struct PacketPassedRule {
    PacketHead packet;
    RuleId rule;
};
// What somebody on the way did to a packet's payload. starttls_offer: the keyword in a reply to
// EHLO; starttls_command: the command itself. Letters become other letters, so that no number of
// TCP has to change.
SIM_NAMED_ENUM(Tampering, starttls_offer, starttls_command);
struct PacketAltered {
    PacketHead packet; // as it goes on
    Blob before;       // the payload as it came
    Tampering how = Tampering::starttls_offer;
};
struct PacketDropped {
    PacketHead packet;
    DropReason reason = DropReason::rule;
    Verdict verdict = Verdict::drop;
    RuleId rule; // none unless reason is `rule`
};
struct PacketDelivered { // reached the host that has its destination address
    PacketHead packet;
};

struct ConnectionAttempted { // the event's host is about to send its first SYN
    Endpoint local;
    Endpoint remote;
};
struct SegmentRetransmitted {
    std::uint8_t attempt = 0; // 1 is the first repetition
    bool syn = false;
    Instant next; // when it will be repeated again or given up
};
struct ConnectionOpened { // at each end: three-way handshake complete as this end sees it
    Endpoint local;
    Endpoint remote;
    bool accepted = false; // this end is the server
};
struct PortClosed { // a SYN came to a port where nobody listens; RST goes back
    Endpoint local;
    Endpoint remote;
};
struct ConnectionFailed {
    Endpoint local;
    Endpoint remote;
    ConnectFailure why = ConnectFailure::timed_out;
    Duration elapsed{};
};
struct PeerFinished { // a FIN came: the peer will send no more
};
struct ConnectionEnded {
    ConnectionEnd how = ConnectionEnd::closed;
};

// ---- DNS --------------------------------------------------------------------------------------

struct DnsAsked { // this host sent a question
    Blob name;
    std::uint16_t type = 0; // RFC 1035 §3.2.2
    Ipv4 server;
    std::uint8_t attempt = 1;
};
struct DnsServed { // this host, a name server, answered a question
    Blob name;
    std::uint16_t type = 0;
    DnsOutcome outcome = DnsOutcome::found;
    DnsSource source = DnsSource::authority;
    Ipv4 client;
};
struct DnsResolved { // the question that this host had is settled
    Blob name;
    std::uint16_t type = 0;
    DnsOutcome outcome = DnsOutcome::found;
    bool from_cache = false;
    Blob records; // one record a line, as in a zone file's right-hand side
};

// ---- TLS --------------------------------------------------------------------------------------

struct TlsStarted {
    TlsRole role = TlsRole::client;
    Blob server_name; // SNI, empty when none
};
struct TlsHandshakeMessage {
    Side side = Side::sent;
    std::uint8_t type = 0;  // RFC 8446 §4: 1 ClientHello, 2 ServerHello, ...
    bool encrypted = false; // an onlooker cannot read it
    Blob bytes;             // with its four-octet header
};
struct TlsRecord {
    Side side = Side::sent;
    std::uint8_t content_type = 0;      // as on the wire: 20..23
    std::uint16_t wire_size = 0;        // with the five-octet header
    std::uint64_t stream_offset = 0;    // of its first octet in this direction's TCP stream
    std::uint64_t plaintext_offset = 0; // of its first octet among the application bytes
    Blob plaintext;                     // application data only
};
struct CertificateJudged {
    CertificateVerdict verdict = CertificateVerdict::valid;
    bool went_on = false; // the one who looked accepts it, valid or not
    Blob subject;
    Blob issuer;
    Blob dialled; // the name it ought to be for
    Instant not_before;
    Instant not_after;
};
struct TlsEstablished {
    std::uint16_t version = 0; // 0x0303 is TLS 1.2, 0x0304 is TLS 1.3
    std::uint16_t cipher = 0;
    Blob cipher_name;
    Blob key_exchange; // group, as in "x25519"
    Blob server_name;
};
struct TlsAlert {
    Side side = Side::sent;
    bool fatal = false;
    std::uint8_t code = 0; // RFC 8446 §6
};
struct TlsFailed {
    TlsFailure why = TlsFailure::internal;
    std::uint8_t alert = 0;
    Blob detail; // for experts, in English, as the TLS library says it
};
struct TlsEnded {
    bool clean = true; // close_notify came; false: cut off (RFC 8446 §6.1)
};
struct TlsKeyLogged {
    Blob line; // NSS key log format, without line end
};

// ---- SMTP and POP3 ----------------------------------------------------------------------------

// A line of one conversation. `bytes` is the whole line without its CR LF; the `secret_size` octets
// from `secret_offset` are a password or token, which views mask unless asked not to.
// `stream_offset` is where the line began: among this direction's TLS application bytes when
// encrypted (TlsRecord leads on to the wire), else in its TCP stream.
struct Line {
    Blob bytes;
    std::uint64_t stream_offset = 0;
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
};

struct SmtpCommand {
    Side side = Side::sent;
    SmtpVerb verb = SmtpVerb::unknown;
    bool encrypted = false;
    SmtpPhase before = SmtpPhase::awaiting_hello; // of the server; meaningful when received
    SmtpPhase after = SmtpPhase::awaiting_hello;
    Line line;
};
struct SmtpReply {
    Side side = Side::sent;
    SmtpVerb to = SmtpVerb::unknown; // the command that it answers
    bool encrypted = false;
    SmtpReason reason = SmtpReason::accepted; // meaningful when sent
    std::uint16_t code = 0;
    Line line; // whole reply; lines of a multiline reply are separated by CR LF
};
struct SmtpText { // the message itself, after DATA's 354
    Side side = Side::sent;
    bool encrypted = false;
    std::uint32_t lines = 0;
    std::uint32_t size = 0; // octets, dot-stuffing not counted
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
               unfit_for_command);
struct SmtpProblemSeen { // something an end noticed that is no reply
    SmtpProblem problem = SmtpProblem::reply_malformed;
    Blob detail;
};

struct Pop3Command {
    Side side = Side::sent;
    Pop3Verb verb = Pop3Verb::unknown;
    bool encrypted = false;
    Pop3Phase before = Pop3Phase::authorization;
    Pop3Phase after = Pop3Phase::authorization;
    Line line;
};
struct Pop3Reply {
    Side side = Side::sent;
    Pop3Verb to = Pop3Verb::unknown;
    bool encrypted = false;
    bool ok = true;
    Pop3Reason reason = Pop3Reason::accepted;
    Line line; // first line; `size` counts the whole reply
    std::uint32_t size = 0;
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
};

// ---- mail -------------------------------------------------------------------------------------

struct MailComposed { // someone pressed Send
    MailId mail;
    Blob sender;
    Blob recipients; // separated by ", "
    std::uint32_t size = 0;
};
struct FieldAdded { // a server wrote a header field into the message (Received, Date, ...)
    MailId mail;
    Blob field; // unfolded, with its name
};
struct MailQueued { // a server took responsibility with 250 and has more to do
    MailId mail;
    Blob queue_id;
    Blob recipients;
};
struct DeliveryAttempted {
    MailId mail;
    Blob next_hop; // host name
    Ipv4 address;
    std::uint16_t preference = 0; // of its MX record
    std::uint16_t attempt = 1;
};
struct MailHandedOver { // the next hop accepted it with 250
    MailId mail;
    Blob next_hop;
    Blob recipients;
};
struct MailDelivered { // lies in the recipient's mailbox
    MailId mail;
    Blob mailbox;
    std::uint32_t size = 0;
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
};
struct MailBounced { // given up; the sender is told by mail unless the reverse-path is null
    MailId mail;
    FailureStep step = FailureStep::rcpt_to;
    std::uint16_t code = 0;
    Blob recipients;
    Blob said_by;
    Blob reply;
};
struct MailRetrieved { // the recipient's mail program has it
    MailId mail;
    Blob mailbox;
    std::uint32_t size = 0;
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
};
struct FetchFinished { // the receiving mail program is done
    UserError error = UserError::none;
    FailureStep step = FailureStep::connect;
    std::uint32_t messages = 0;
    Blob server;
    Blob reply;
};

// ---- the world --------------------------------------------------------------------------------

struct StepStarted { // a step of the lesson's script
    std::uint16_t index = 0;
};
struct SettingChanged {
    Blob key; // dotted, as in --set
    Blob value;
};
struct RuleSwitched {
    RuleId rule;
    Verdict verdict = Verdict::drop;
    bool enabled = true;
};
SIM_NAMED_ENUM(
    Fault, reply_replaced, connection_cut, delayed, certificate_made_wrong, dns_failing, host_down);
struct FaultInjected {
    Fault fault = Fault::connection_cut;
    Blob detail;
};

using Happening = std::variant<PacketSent,
                               PacketPassedRule,
                               PacketAltered,
                               PacketDropped,
                               PacketDelivered,
                               ConnectionAttempted,
                               SegmentRetransmitted,
                               ConnectionOpened,
                               PortClosed,
                               ConnectionFailed,
                               PeerFinished,
                               ConnectionEnded,
                               DnsAsked,
                               DnsServed,
                               DnsResolved,
                               TlsStarted,
                               TlsHandshakeMessage,
                               TlsRecord,
                               CertificateJudged,
                               TlsEstablished,
                               TlsAlert,
                               TlsFailed,
                               TlsEnded,
                               TlsKeyLogged,
                               SmtpCommand,
                               SmtpReply,
                               SmtpText,
                               SmtpProblemSeen,
                               Pop3Command,
                               Pop3Reply,
                               AuthTried,
                               MailComposed,
                               FieldAdded,
                               MailQueued,
                               DeliveryAttempted,
                               MailHandedOver,
                               MailDelivered,
                               MailDeferred,
                               MailBounced,
                               MailRetrieved,
                               SendFinished,
                               FetchFinished,
                               StepStarted,
                               SettingChanged,
                               RuleSwitched,
                               FaultInjected>;

// The names of the alternatives, in the variant's order: "packet_sent" and so on.
SIM_NAMED_ENUM(Kind,
               packet_sent,
               packet_passed_rule,
               packet_altered,
               packet_dropped,
               packet_delivered,
               connection_attempted,
               segment_retransmitted,
               connection_opened,
               port_closed,
               connection_failed,
               peer_finished,
               connection_ended,
               dns_asked,
               dns_served,
               dns_resolved,
               tls_started,
               tls_handshake_message,
               tls_record,
               certificate_judged,
               tls_established,
               tls_alert,
               tls_failed,
               tls_ended,
               tls_key_logged,
               smtp_command,
               smtp_reply,
               smtp_text,
               smtp_problem_seen,
               pop3_command,
               pop3_reply,
               auth_tried,
               mail_composed,
               field_added,
               mail_queued,
               delivery_attempted,
               mail_handed_over,
               mail_delivered,
               mail_deferred,
               mail_bounced,
               mail_retrieved,
               send_finished,
               fetch_finished,
               step_started,
               setting_changed,
               rule_switched,
               fault_injected);
static_assert(std::variant_size_v<Happening> == count_of<Kind>());

} // namespace sim
