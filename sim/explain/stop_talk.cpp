// What stopped a mail in the middle of the conversation: a reply, TLS, what an end noticed, or that
// the connection was lost.
#include "sim/explain/nouns.h"
#include "sim/explain/stop_search.h"
#include "sim/explain/stranger.h"
#include "sim/explain/trial.h"
#include "sim/tls/wire.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

Obstacle obstacle_of(SmtpProblem problem)
{
    switch (problem) {
    case SmtpProblem::starttls_not_offered:
    case SmtpProblem::starttls_refused:
    case SmtpProblem::went_on_without_tls:
        return Obstacle::tls_not_offered;
    case SmtpProblem::auth_not_offered:
    case SmtpProblem::no_common_mechanism:
        return Obstacle::auth_not_offered;
    case SmtpProblem::auth_would_reveal_password:
        return Obstacle::would_reveal_password;
    case SmtpProblem::spoke_smtp_to_tls_port:
    case SmtpProblem::spoke_tls_to_smtp_port:
        return Obstacle::wrong_protection;
    case SmtpProblem::reply_too_late:
        return Obstacle::reply_late;
    case SmtpProblem::closed_too_early:
        return Obstacle::connection_lost;
    case SmtpProblem::needs_8bitmime:
    case SmtpProblem::needs_smtputf8:
    case SmtpProblem::message_too_big_for_peer:
    case SmtpProblem::unfit_for_command:
    case SmtpProblem::nul_in_message:
        return Obstacle::peer_cannot;
    case SmtpProblem::plaintext_after_starttls:
    case SmtpProblem::response_injection:
    case SmtpProblem::reply_malformed:
    case SmtpProblem::reply_too_long:
    case SmtpProblem::text_ended_by_bare_line_end:
        break;
    }
    return Obstacle::peer_misbehaved;
}

// "5.1.1 " in front of a line of a reply.
std::size_t size_of_enhanced_code(std::string_view text)
{
    const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
    const bool is_code = std::ranges::count(text.substr(0, end), '.') == 2;
    return is_code && end < text.size() && text[end] == ' ' ? end + 1 : 0;
}

// A reply as mail programs and relays write it down: in one line, with its codes once.
std::string in_one_line(std::string_view wire)
{
    constexpr std::size_t code_size = 4; // with the blank or the hyphen behind it
    std::string text;
    while (!wire.empty()) {
        const std::size_t end = std::min(wire.find("\r\n"), wire.size());
        std::string_view line = wire.substr(0, end);
        wire.remove_prefix(std::min(end + 2, wire.size()));
        if (text.empty()) {
            text = line;
            if (line.size() >= code_size) text[code_size - 1] = ' ';
            continue;
        }
        line.remove_prefix(std::min(code_size, line.size()));
        line.remove_prefix(size_of_enhanced_code(line));
        text.append(" ").append(line);
    }
    return text;
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

// The last thing that this end heard or noticed before it gave up.
void StopSearch::in_conversation(WhyCard& card,
                                 const Event& outcome,
                                 ConnectionId connection,
                                 FailureStep step) const
{
    card.hit = HitServer{trace_.index().connection(connection).ends.server_at};
    const Event* reply = decisive_reply(card, outcome, connection);
    const TraceIndex::Events before =
        events_before(trace_.index().of(connection), outcome.id.value);
    for (std::size_t i = before.size(); i-- > 0;) {
        const Event& event = trace_.at(before[i]);
        if (event.host != outcome.host) continue;
        if (&event == reply) {
            at_reply(card, event, std::get<SmtpReply>(event.what));
            return;
        }
        if (take(card, event, step)) return;
    }
    // Nothing was heard: it fell silent, or was cut.
    card.obstacle =
        card.shown == UserError::reply_timed_out ? Obstacle::reply_late : Obstacle::connection_lost;
}

// Of several recipients that were named in one group, one for whom the card is.
bool StopSearch::is_about(const WhyCard& card, const SmtpReply& reply) const
{
    if (reply.to != SmtpVerb::rcpt || card.recipients.empty() || !reply.answers.exists())
        return true;
    const auto& command = std::get<SmtpCommand>(trace_.at(reply.answers).what);
    return std::ranges::any_of(card.recipients, [&](const std::string& recipient) {
        return is_same_address(trace_.view(command.address), recipient);
    });
}

// The reply whose code and words the outcome says.
const Event*
StopSearch::decisive_reply(const WhyCard& card, const Event& outcome, ConnectionId connection) const
{
    if (card.code == 0) return nullptr;
    const auto heard = [&](const Event& event, bool exactly) {
        const auto* reply = std::get_if<SmtpReply>(&event.what);
        return reply != nullptr && event.host == outcome.host && reply->side == Side::received &&
               reply->code == card.code && is_about(card, *reply) &&
               (!exactly || in_one_line(trace_.view(reply->line.bytes)) == card.reply);
    };
    const TraceIndex::Events events = trace_.index().of(connection);
    const Event* found = last_of(
        trace_, events, outcome.id.value, [&](const Event& event) { return heard(event, true); });
    if (found != nullptr) return found;
    return last_of(
        trace_, events, outcome.id.value, [&](const Event& event) { return heard(event, false); });
}

// Whether this event is what stopped the conversation; then the card is filled in.
bool StopSearch::take(WhyCard& card, const Event& event, FailureStep step) const
{
    if (const auto* reply = std::get_if<Pop3Reply>(&event.what)) {
        if (reply->side == Side::sent || reply->ok) return false;
        at_reply(card, event, *reply);
        return true;
    }
    if (const auto* problem = std::get_if<SmtpProblemSeen>(&event.what)) {
        at_problem(card, event, *problem);
        // A reply decided. Of "no" to STARTTLS, though, whoever altered the question is to blame.
        return card.code == 0 || card.obstacle == Obstacle::tampered;
    }
    if (card.code != 0) return false; // a reply decided: look on for it
    if (const auto* failed = std::get_if<TlsFailed>(&event.what)) {
        at_tls(card, event, *failed);
        return true;
    }
    if (const auto* ended = std::get_if<ConnectionEnded>(&event.what)) {
        if (ended->how == ConnectionEnd::closed && step != FailureStep::connect) return false;
        at_loss(card, event, Obstacle::connection_lost);
        return true;
    }
    if (event.kind() == Kind::peer_finished) {
        at_loss(card, event, Obstacle::connection_lost);
        return true;
    }
    return false;
}

// ---- replies ----------------------------------------------------------------------------------

// The server's own event about a reply that this end heard, which may be this one.
const Event* StopSearch::said_by_server(const Event& heard, const SmtpReply& reply) const
{
    return last_of(trace_,
                   trace_.index().of(heard.connection),
                   std::size_t{heard.id.value} + 1,
                   [&reply](const Event& earlier) {
                       const auto* said = std::get_if<SmtpReply>(&earlier.what);
                       return said != nullptr && said->side == Side::sent &&
                              said->code == reply.code && said->encrypted == reply.encrypted &&
                              said->line.stream_offset == reply.line.stream_offset;
                   });
}

// The server's own event about the same reply, which may be this one, says why it answered so.
void StopSearch::at_reply(WhyCard& card, const Event& event, const SmtpReply& reply) const
{
    card.stopped = event.id;
    card.obstacle = Obstacle::refusal;
    card.code = reply.code;
    if (reply.answers.exists())
        card.hit = HitLine{std::get<SmtpCommand>(trace_.at(reply.answers).what).line};
    const Event* said = said_by_server(event, reply);
    if (said == nullptr) {
        at_strangers_reply(card, event, reply);
        return;
    }
    card.problem.reset();
    card.reason = std::get<SmtpReply>(said->what).reason;
    card.who = said->host;
    if (card.reason == SmtpReason::auth_failed || card.reason == SmtpReason::auth_too_many_failures)
        card.flaw = flaw_before(*said);
    if (card.flaw || card.reason == SmtpReason::login_paused)
        card.failed_logins = failed_logins(*said);
    if (card.reason == SmtpReason::fault_injected) {
        if (const Event* fault = fault_behind(*said)) {
            card.obstacle = Obstacle::fault;
            card.fault = fault->id;
            card.who = fault->host;
        }
    }
}

// A real server: its codes, and what it has offered, are all there is.
void StopSearch::at_strangers_reply(WhyCard& card, const Event& event, const SmtpReply& reply) const
{
    const Offered offered{
        reply.encrypted, has_offered(event, "STARTTLS"), has_offered(event, "AUTH")};
    card.reason = reason_of_stranger(trace_.view(reply.line.bytes), reply.to, offered);
    card.who =
        host_at(trace_.index().connection(event.connection).ends.server_at.address, scenario_);
}

// In its last reply to EHLO.
bool StopSearch::has_offered(const Event& before, std::string_view keyword) const
{
    const Event* hello = last_before(trace_, before, [](const Event& earlier) {
        const auto* reply = std::get_if<SmtpReply>(&earlier.what);
        return reply != nullptr && reply->to == SmtpVerb::ehlo;
    });
    return hello != nullptr &&
           trace_.view(std::get<SmtpReply>(hello->what).line.bytes).find(keyword) !=
               std::string_view::npos;
}

// What the server found wrong with the login that it then refused.
std::optional<AuthFlaw> StopSearch::flaw_before(const Event& reply) const
{
    const Event* tried = last_before(trace_, reply, [&reply](const Event& earlier) {
        return earlier.host == reply.host && earlier.kind() == Kind::auth_tried;
    });
    if (tried == nullptr) return std::nullopt;
    return std::get<AuthTried>(tried->what).flaw;
}

// As the server counts them: those who log in from one address are one, until a login succeeds or
// as long as its pause has passed.
std::vector<Mechanism> StopSearch::failed_logins(const Event& reply) const
{
    constexpr std::size_t most = 8;
    const HostId client = trace_.index().connection(reply.connection).ends.client;
    const Duration pause = login_pause(reply.host);
    const TraceIndex::Events tries =
        events_before(trace_.index().of(Kind::auth_tried), reply.id.value);
    std::vector<Mechanism> failed;
    Instant later = reply.at;
    for (std::size_t i = tries.size(); i-- > 0 && failed.size() < most;) {
        const Event& event = trace_.at(tries[i]);
        if (event.host != reply.host ||
            trace_.index().connection(event.connection).ends.client != client)
            continue;
        const auto& tried = std::get<AuthTried>(event.what);
        const bool forgotten = event.connection != reply.connection && later - event.at >= pause;
        if (tried.succeeded || forgotten) break;
        failed.push_back(tried.mechanism);
        later = event.at;
    }
    std::ranges::reverse(failed);
    return failed;
}

Duration StopSearch::login_pause(HostId server) const
{
    const scenario::Host* host = host_at(server, scenario_);
    for (const scenario::MailServer& each : scenario_.mail_servers)
        if (host != nullptr && each.host == host->key) return each.login_pause;
    return {};
}

void StopSearch::at_reply(WhyCard& card, const Event& event, const Pop3Reply& reply) const
{
    card.stopped = event.id;
    card.obstacle = Obstacle::refusal;
    const auto up_to_here = std::size_t{event.id.value} + 1;
    const TraceIndex::Events events = trace_.index().of(event.connection);
    if (const Event* said = last_of(trace_, events, up_to_here, [](const Event& earlier) {
            const auto* other = std::get_if<Pop3Reply>(&earlier.what);
            return other != nullptr && other->side == Side::sent && !other->ok;
        })) {
        card.pop3_reason = std::get<Pop3Reply>(said->what).reason;
        card.who = said->host;
    }
    if (reply.answers.exists())
        card.hit = HitLine{std::get<Pop3Command>(trace_.at(reply.answers).what).line};
}

// ---- TLS --------------------------------------------------------------------------------------

// STARTTLS (STLS) was said and taken: what came then ought to have been TLS.
bool StopSearch::asked_for_tls(const Event& event) const
{
    return last_before(trace_, event, [](const Event& earlier) {
               const auto* smtp = std::get_if<SmtpCommand>(&earlier.what);
               const auto* pop3 = std::get_if<Pop3Command>(&earlier.what);
               return (smtp != nullptr && smtp->verb == SmtpVerb::starttls) ||
                      (pop3 != nullptr && pop3->verb == Pop3Verb::stls);
           }) != nullptr;
}

// RFC 8446 §6.2: certificate_required says so; TLS 1.2 has no alert of its own for it, so that a
// handshake that fails behind a CertificateRequest is taken for the same.
bool StopSearch::wanted_client_certificate(const Event& event, const TlsFailed& failed) const
{
    constexpr std::uint8_t certificate_required = 116;
    constexpr std::uint8_t handshake_failure = 40;
    constexpr std::uint8_t bad_certificate = 42;
    constexpr std::uint8_t certificate_request = 13; // RFC 8446 §4
    if (failed.why != TlsFailure::peer_alert) return false;
    if (failed.alert == certificate_required) return true;
    if (failed.alert != handshake_failure && failed.alert != bad_certificate) return false;
    return last_before(trace_, event, [&event](const Event& earlier) {
               const auto* message = std::get_if<TlsHandshakeMessage>(&earlier.what);
               return message != nullptr && earlier.host == event.host &&
                      message->side == Side::received && message->type == certificate_request;
           }) != nullptr;
}

// A server that refuses the version says nothing of which it wants: newer ones, if the program did
// not offer the newest.
bool StopSearch::is_too_old(const Event& event) const
{
    const Event* hello = last_before(trace_, event, [](const Event& earlier) {
        const auto* message = std::get_if<TlsHandshakeMessage>(&earlier.what);
        return message != nullptr && message->type == tls::handshake_type::client_hello;
    });
    return hello != nullptr &&
           !tls::offers_tls_1_3(trace_.view(std::get<TlsHandshakeMessage>(hello->what).bytes));
}

void StopSearch::at_tls(WhyCard& card, const Event& event, const TlsFailed& failed) const
{
    const TraceIndex::Ends& ends = trace_.index().connection(event.connection).ends;
    card.stopped = event.id;
    card.obstacle = Obstacle::tls;
    card.tls = failed.why;
    card.alert = failed.alert;
    card.who = event.host;
    if (failed.why == TlsFailure::peer_alert) {
        constexpr std::uint8_t protocol_version = 70; // RFC 8446 §6.2
        if (failed.alert == protocol_version) card.tls = TlsFailure::version_refused;
        card.who = host_at(ends.server_at.address, scenario_);
    }
    const bool server_refused = failed.why == TlsFailure::peer_alert || event.host == ends.server;
    if (card.tls == TlsFailure::version_refused && server_refused && is_too_old(event)) {
        card.obstacle = Obstacle::program_too_old;
        card.tls.reset();
    }
    if (wanted_client_certificate(event, failed)) {
        card.obstacle = Obstacle::client_certificate;
        return;
    }
    // Who hangs up at once was in a hurry; who waited had expected the server to speak first.
    constexpr Duration patience = 5s;
    if (failed.why == TlsFailure::truncated && age(event) >= patience && waits_for_tls(event)) {
        card.obstacle = Obstacle::waits_for_tls;
        card.tls.reset();
        card.waited = age(event);
    }
    if (failed.why == TlsFailure::not_tls) {
        // The port speaks plainly first, or somebody spoke plainly where TLS had been agreed upon.
        const bool agreed = asked_for_tls(event);
        card.obstacle = agreed ? Obstacle::plain_instead_of_tls : Obstacle::wrong_protection;
        if (event.host == ends.client) card.who = host_at(ends.server_at.address, scenario_);
    }
    const Event* judged = last_before(trace_, event, [&event](const Event& earlier) {
        return earlier.host == event.host &&
               (earlier.kind() == Kind::certificate_judged || earlier.kind() == Kind::tls_started);
    });
    if (judged == nullptr || judged->kind() == Kind::tls_started) return;
    const auto& verdict = std::get<CertificateJudged>(judged->what);
    if (verdict.went_on) return;
    card.stopped = judged->id;
    card.obstacle = Obstacle::certificate;
    card.certificate = verdict.verdict;
    card.hit = HitCertificate{verdict.verdict,
                              std::string{trace_.view(verdict.subject)},
                              std::string{trace_.view(verdict.dialled)}};
}

// ---- what an end noticed ----------------------------------------------------------------------

void StopSearch::at_problem(WhyCard& card, const Event& event, const SmtpProblemSeen& seen) const
{
    if (card.code != 0 && seen.problem != SmtpProblem::starttls_refused) return;
    card.stopped = event.id;
    card.problem = seen.problem;
    card.who = event.host;
    card.obstacle = obstacle_of(seen.problem);
    const TraceIndex::Ends& ends = trace_.index().connection(event.connection).ends;
    switch (card.obstacle) {
    case Obstacle::connection_lost:
    case Obstacle::reply_late:
        // What was noticed may itself come of a packet that a rule stopped under way.
        at_loss(card, event, card.obstacle);
        break;
    case Obstacle::tls_not_offered:
    case Obstacle::auth_not_offered:
    case Obstacle::would_reveal_password:
        look_for_tampering(card, event);
        [[fallthrough]];
    case Obstacle::wrong_protection:
        // It is the server that lacks it, or that speaks another way.
        if (card.obstacle != Obstacle::tampered && card.obstacle != Obstacle::would_reveal_password)
            card.who = host_at(ends.server_at.address, scenario_);
        break;
    default:
        break;
    }
    card.offered_starttls = has_offered(event, "STARTTLS");
    card.only_header_is_8bit =
        seen.problem == SmtpProblem::needs_smtputf8 && has_plain_addresses(card.mail);
}

bool StopSearch::has_plain_addresses(MailId mail) const
{
    const Event* composed =
        last_of(trace_, trace_.index().of(mail), trace_.size(), [](const Event& earlier) {
            return earlier.kind() == Kind::mail_composed;
        });
    if (composed == nullptr) return false;
    const auto& what = std::get<MailComposed>(composed->what);
    return is_ascii(trace_.view(what.sender)) && is_ascii(trace_.view(what.recipients));
}

// What the server offered may have been made unreadable on the way.
void StopSearch::look_for_tampering(WhyCard& card, const Event& event) const
{
    const Event* altered = last_before(
        trace_, event, [](const Event& earlier) { return earlier.kind() == Kind::packet_altered; });
    if (altered == nullptr) return;
    card.stopped = altered->id;
    card.who = altered->host;
    card.obstacle = Obstacle::tampered;
    card.problem.reset();
}

void StopSearch::at_loss(WhyCard& card, const Event& event, Obstacle obstacle) const
{
    card.stopped = event.id;
    card.obstacle = obstacle;
    if (const Event* cut = fault_on_connection(event, Fault::connection_cut)) {
        blame_instead_of_reply(card, event, *cut);
        return;
    }
    if (find_packet_stop(card, event)) return;
    const HostId server =
        host_at(trace_.index().connection(event.connection).ends.server_at.address, scenario_);
    if (waits_for_tls(event)) {
        card.obstacle = Obstacle::waits_for_tls;
        card.waited = age(event);
        card.problem.reset();
        card.who = server;
        return;
    }
    if (is_wrong_protection(event)) card.obstacle = Obstacle::wrong_protection;
    card.who = server;
    const Event* delayed = fault_on_connection(event, Fault::delayed);
    if (obstacle == Obstacle::reply_late && delayed != nullptr)
        blame_instead_of_reply(card, event, *delayed);
}

// How long its connection had been there.
Duration StopSearch::age(const Event& event) const
{
    const TraceIndex::Events all = trace_.index().of(event.connection);
    return event.at - trace_.at(all.front()).at;
}

// One end waits for TLS, the other for a greeting, and neither speaks.
bool StopSearch::waits_for_tls(const Event& event) const
{
    constexpr std::uint16_t submissions = 465;
    constexpr std::uint16_t pop3s = 995;
    const TraceIndex::Connection& connection = trace_.index().connection(event.connection);
    bool server_began = false;
    for (const EventId id : connection.events) {
        const Event& other = trace_.at(id);
        switch (other.kind()) {
        case Kind::smtp_reply:
        case Kind::pop3_reply:
        case Kind::tls_established:
        case Kind::tls_handshake_message:
            return false; // somebody spoke
        case Kind::tls_started:
            if (std::get<TlsStarted>(other.what).role == TlsRole::client) return false;
            server_began = true;
            break;
        default:
            break;
        }
    }
    // Of a server that is not ours nothing is known but the port that it keeps for TLS (RFC 8314).
    const std::uint16_t port = connection.ends.server_at.port;
    return server_began ||
           (trace_.leads_outside(event.connection) && (port == submissions || port == pop3s));
}

// One end waits for TLS, the other for a greeting: whoever speaks first is misunderstood.
bool StopSearch::is_wrong_protection(const Event& event) const
{
    for (const EventId id : trace_.index().of(event.connection)) {
        const Event& other = trace_.at(id);
        if (const auto* failed = std::get_if<TlsFailed>(&other.what))
            if (failed->why == TlsFailure::not_tls) return true;
        if (const auto* seen = std::get_if<SmtpProblemSeen>(&other.what)) {
            if (seen->problem == SmtpProblem::spoke_smtp_to_tls_port ||
                seen->problem == SmtpProblem::spoke_tls_to_smtp_port)
                return true;
        }
        if (other.kind() == Kind::tls_established) return false;
    }
    return false;
}

} // namespace sim::explain
