// What can happen in conversations, to mails and to the world. See happening.h.
#pragma once

#include "sim/core/address.h"
#include "sim/core/field_list.h"
#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/network_happenings.h"
#include "sim/core/payload.h"
#include "sim/core/pop3_words.h"
#include "sim/core/session_timer.h"
#include "sim/core/smtp_words.h"
#include "sim/core/time.h"

#include <cstdint>

namespace sim {

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
    Blob address{}; // of MAIL and RCPT that name one
    SIM_FIELDS(side, verb, encrypted, before, after, client, line, address);
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
    EventId answers{}; // the command, at this end; of a text, its DATA; none: nobody had asked
    SIM_FIELDS(side, to, encrypted, reason, code, after, client, line, answers);
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
    EventId answers{}; // the command, at this end; none: nobody had asked
    SIM_FIELDS(side, to, encrypted, ok, reason, after, client, line, size, answers);
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

// A session's time has come: what it waited for is not there, or what it put off is due.
struct TimerRanOut {
    SessionTimer timer = SessionTimer::none;
    Duration waited{};
    SIM_FIELDS(timer, waited);
};

// What a mail server looks at before it decides, and what it found.
// `sender_address` and `recipient` look at every mail and tell of what they refuse only.
SIM_NAMED_ENUM(PolicyCheck,
               client_name,
               reverse_name,
               sender_address,
               sender_domain,
               recipient,
               recipient_domain,
               rate,
               ip25b,
               block_list,
               hello,
               spf,
               greylisting,
               dkim,
               dmarc);
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
    Blob recipients; // see recipients.h
    std::uint32_t size = 0;
    SIM_FIELDS(mail, sender, recipients, size);
};
struct FieldAdded { // a server wrote a header field into the message (Received, Date, ...)
    MailId mail;
    Blob field; // unfolded, with its name
    SIM_FIELDS(mail, field);
};
// What a program may do to a mail that passes through it, besides adding fields in front.
SIM_NAMED_ENUM(MailChange,
               blind_copies,
               return_path,
               preamble,
               line_ends,
               ascii_form,
               false_results,
               line_added);
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
    Blob recipients{}; // those whom it is for
    SIM_FIELDS(mail, next_hop, address, preference, attempt, recipients);
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
struct MailJunked { // the mailbox that it lies in is the recipient's Junk
    MailId mail;
    Blob mailbox;
    SIM_FIELDS(mail, mailbox);
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

// ---- crowds -----------------------------------------------------------------------------------

// How the mails of a crowd go: straight to the MX of their recipients, through the mail server of
// the PCs' own ISP, with stolen logins through a submission server, or through an open relay.
SIM_NAMED_ENUM(CrowdWay, direct, isp, stolen, open_relay);
// Where a recipient's address comes from: it was harvested, it was laid out as a trap and looks so,
// or it is a name that was guessed.
SIM_NAMED_ENUM(CrowdTarget, known, trap, guessed);

// One of a crowd's PCs sets out to send one mail to one recipient. What comes of it, on however
// many connections, names the mail.
struct CrowdAttempt {
    MailId mail;
    std::uint16_t crowd = 0;  // position in the scenario
    std::uint32_t number = 0; // among the attempts of its crowd, from 0
    Address pc;
    CrowdWay way = CrowdWay::direct;
    CrowdTarget target = CrowdTarget::known;
    Blob recipient;
    SIM_FIELDS(mail, crowd, number, pc, way, target, recipient);
};
// The PC is through with it, one way or the other: a server took the mail, or it gives up.
struct CrowdAttemptEnded {
    MailId mail;
    std::uint16_t crowd = 0;
    std::uint32_t number = 0;
    bool accepted = false;
    FailureStep step = FailureStep::connect; // meaningful unless accepted
    std::uint16_t code = 0;                  // reply code, 0 when there was none
    SIM_FIELDS(mail, crowd, number, accepted, step, code);
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

} // namespace sim
