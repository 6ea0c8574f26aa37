#include "sim/report/session_track.h"

namespace sim::report {

namespace {

template <typename What>
bool is(const Happening& what)
{
    return std::holds_alternative<What>(what);
}

} // namespace

std::string_view SessionTrack::server_phase() const
{
    if (!server_exists_) return {};
    if (application_ == Application::smtp) return name_of(smtp_);
    if (application_ == Application::pop3) return name_of(pop3_);
    return {};
}

void SessionTrack::follow(const Happening& what, bool server)
{
    if (application_ != Application::smtp && application_ != Application::pop3) return;
    if (server) {
        at_server(what);
    } else {
        at_client(what);
    }
}

// ---- the server, whose phases the trace tells -----------------------------------------------

void SessionTrack::begin()
{
    server_exists_ = true;
    smtp_ = SmtpPhase::awaiting_client;
    pop3_ = Pop3Phase::authorization;
}

void SessionTrack::await_tls()
{
    smtp_ = SmtpPhase::awaiting_tls;
    pop3_ = Pop3Phase::awaiting_tls;
}

// RFC 3207 §4.2: everything begins anew.
void SessionTrack::begin_under_tls()
{
    server_encrypted_ = true;
    smtp_ = SmtpPhase::awaiting_hello;
    pop3_ = Pop3Phase::authorization;
}

void SessionTrack::close_server()
{
    smtp_ = SmtpPhase::closed;
    pop3_ = Pop3Phase::closed;
}

// The client says no more; a question that is open is still answered first.
void SessionTrack::hang_up()
{
    if (smtp_ != SmtpPhase::awaiting_verdict && pop3_ != Pop3Phase::awaiting_verdict)
        close_server();
}

void SessionTrack::at_server(const Happening& what)
{
    if (const auto* opened = std::get_if<ConnectionOpened>(&what)) {
        if (opened->accepted) begin();
    } else if (is<TlsStarted>(what)) {
        await_tls();
    } else if (is<TlsEstablished>(what)) {
        begin_under_tls();
    } else if (const auto* command = std::get_if<SmtpCommand>(&what)) {
        if (command->side == Side::received) smtp_ = command->after;
    } else if (const auto* heard = std::get_if<Pop3Command>(&what)) {
        if (heard->side == Side::received) pop3_ = heard->after;
    } else if (is<SmtpText>(what)) {
        smtp_ = SmtpPhase::awaiting_verdict;
    } else if (const auto* reply = std::get_if<SmtpReply>(&what)) {
        if (reply->side == Side::sent) answer(*reply);
    } else if (const auto* said = std::get_if<Pop3Reply>(&what)) {
        if (said->side == Side::sent) answer(*said);
    } else if (is<PeerFinished>(what) || is<TlsEnded>(what)) {
        hang_up();
    } else if (is<TlsFailed>(what) || is<ConnectionEnded>(what)) {
        close_server();
    }
}

// What a command alone did not decide is decided by the reply to it.
void SessionTrack::answer(const SmtpReply& reply)
{
    const bool refused = reply.code >= 400;
    if (reply.code == 421) { // RFC 5321 §3.8
        smtp_ = SmtpPhase::closed;
        return;
    }
    const bool decides = smtp_ == SmtpPhase::awaiting_verdict;
    switch (reply.to) {
    case SmtpVerb::none:
        smtp_ = refused ? SmtpPhase::closed : SmtpPhase::awaiting_hello;
        break;
    case SmtpVerb::mail:
        if (decides) smtp_ = refused ? SmtpPhase::ready : SmtpPhase::in_transaction;
        break;
    case SmtpVerb::rcpt:
        if (decides) smtp_ = SmtpPhase::in_transaction;
        break;
    case SmtpVerb::auth:
    case SmtpVerb::auth_response:
        if (decides) smtp_ = reply.code == 334 ? SmtpPhase::authenticating : SmtpPhase::ready;
        break;
    case SmtpVerb::text:
        smtp_ = SmtpPhase::ready;
        break;
    default:
        break;
    }
}

void SessionTrack::answer(const Pop3Reply& reply)
{
    if (reply.reason == Pop3Reason::login_paused) { // to PASS, or instead of a greeting
        pop3_ = Pop3Phase::closed;
        return;
    }
    if (pop3_ != Pop3Phase::awaiting_verdict) return;
    if (reply.ok) {
        pop3_ = Pop3Phase::transaction;
    } else {
        pop3_ = reply.reason == Pop3Reason::too_many_failures ? Pop3Phase::closed
                                                              : Pop3Phase::authorization;
    }
}

// ---- the client, whose phases follow from what it says ----------------------------------------

void SessionTrack::at_client(const Happening& what)
{
    if (is<ConnectionAttempted>(what)) {
        client_ = "awaiting_connection";
    } else if (is<ConnectionOpened>(what)) {
        client_ = "awaiting_greeting";
    } else if (is<TlsStarted>(what)) {
        client_ = "awaiting_tls";
    } else if (is<TlsEstablished>(what)) {
        client_encrypted_ = true;
        if (!greeted_) client_ = "awaiting_greeting"; // else it says EHLO or CAPA at once
    } else if (const auto* command = std::get_if<SmtpCommand>(&what)) {
        if (command->side == Side::sent) say(command->verb);
    } else if (const auto* said = std::get_if<Pop3Command>(&what)) {
        if (said->side == Side::sent) say(said->verb);
    } else if (is<SmtpText>(what)) {
        client_ = "awaiting_verdict";
    } else if (is<SmtpReply>(what) || is<Pop3Reply>(what)) {
        greeted_ = true;
    } else if (is<ConnectionFailed>(what) || is<ConnectionEnded>(what) || is<PeerFinished>(what) ||
               is<TlsFailed>(what) || is<TlsEnded>(what)) {
        client_ = "closed";
    }
}

void SessionTrack::say(SmtpVerb verb)
{
    switch (verb) {
    case SmtpVerb::helo:
    case SmtpVerb::ehlo:
        client_ = "awaiting_hello";
        break;
    case SmtpVerb::starttls:
        client_ = "awaiting_starttls";
        break;
    case SmtpVerb::auth:
    case SmtpVerb::auth_response:
        client_ = "authenticating";
        break;
    case SmtpVerb::rset:
    case SmtpVerb::mail:
    case SmtpVerb::rcpt:
    case SmtpVerb::data:
        client_ = "in_transaction";
        break;
    case SmtpVerb::quit:
        client_ = "quitting";
        break;
    default: // it says nothing else
        break;
    }
}

void SessionTrack::say(Pop3Verb verb)
{
    switch (verb) {
    case Pop3Verb::capa:
        client_ = "awaiting_capabilities";
        break;
    case Pop3Verb::stls:
        client_ = "awaiting_stls";
        break;
    case Pop3Verb::user:
        client_ = "awaiting_user";
        break;
    case Pop3Verb::pass:
        client_ = "awaiting_pass";
        break;
    case Pop3Verb::stat:
        client_ = "awaiting_stat";
        break;
    case Pop3Verb::uidl:
        client_ = "awaiting_uidl";
        break;
    case Pop3Verb::retr:
        client_ = "fetching";
        break;
    case Pop3Verb::dele:
        client_ = "deleting";
        break;
    case Pop3Verb::quit:
        client_ = "quitting";
        break;
    default: // it says nothing else
        break;
    }
}

} // namespace sim::report
