#include "sim/explain/why.h"

#include "sim/explain/cure.h"
#include "sim/explain/nouns.h"
#include "sim/explain/stranger.h"
#include "sim/outcome.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sim::explain {

namespace {

// Finds what stopped one mail or one fetch, from the event that says that it failed.
class Search {
public:
    Search(const Trace& trace, const scenario::Scenario& scenario)
        : trace_{trace}, scenario_{scenario}
    {
    }

    WhyCard of_send(const Event& outcome, const SendFinished& what)
    {
        WhyCard card = begin(outcome, what.mail, what.code, trace_.view(what.reply));
        card.shown = what.error;
        card.sender = outcome.host;
        find_stop(card, outcome, what.step);
        return card;
    }

    WhyCard of_fetch(const Event& outcome, const FetchFinished& what)
    {
        WhyCard card = begin(outcome, MailId{}, 0, trace_.view(what.reply));
        card.shown = what.error;
        card.sender = outcome.host;
        find_stop(card, outcome, what.step);
        return card;
    }

    // A bounce or a deferral: a server failed, and the sender's program shows nothing of it.
    template <typename Failure>
    WhyCard of_server(const Event& outcome, const Failure& what, EventId composed)
    {
        WhyCard card = begin(outcome, what.mail, what.code, trace_.view(what.reply));
        if (composed.exists()) card.sender = trace_.at(composed).host;
        find_stop(card, outcome, what.step);
        return card;
    }

    // A real program on a bridge, which tells nobody what became of its mail: each thing that went
    // wrong on its connection. Nothing for all other events.
    std::optional<WhyCard> of_outside(const Event& event)
    {
        return std::visit([&](const auto& what) { return outside(event, what); }, event.what);
    }

private:
    std::optional<WhyCard> outside(const Event& event, const ConnectionFailed& what)
    {
        if (!trace_.leads_outside(event.connection)) return std::nullopt;
        WhyCard card = begin_outside(event, 0, {});
        at_connect(card, event, what);
        return card;
    }
    std::optional<WhyCard> outside(const Event& event, const SmtpReply& what)
    {
        if (what.code < 400 || what.side != Side::sent || !trace_.leads_outside(event.connection))
            return std::nullopt;
        WhyCard card = begin_outside(event, what.code, trace_.view(what.line.bytes));
        at_reply(card, event, what);
        return card;
    }
    std::optional<WhyCard> outside(const Event& event, const Pop3Reply& what)
    {
        if (what.ok || what.side != Side::sent || !trace_.leads_outside(event.connection))
            return std::nullopt;
        WhyCard card = begin_outside(event, 0, trace_.view(what.line.bytes));
        at_reply(card, event, what);
        return card;
    }
    std::optional<WhyCard> outside(const Event& event, const TlsFailed& what)
    {
        // A program of ours that called a real server tells itself what became of its mail.
        if (!trace_.leads_outside(event.connection) || trace_[begin_of(event)].host == event.host)
            return std::nullopt;
        WhyCard card = begin_outside(event, 0, {});
        at_tls(card, event, what);
        if (what.why == TlsFailure::peer_alert) card.who = card.sender;
        return card;
    }
    static std::optional<WhyCard> outside(const Event& /*event*/, const auto& /*other*/)
    {
        return std::nullopt;
    }

    WhyCard begin_outside(const Event& event, std::uint16_t code, std::string_view reply)
    {
        WhyCard card = begin(event, MailId{}, code, reply);
        const Event& attempt = trace_[begin_of(event)];
        card.outside = server_of(event, event.connection);
        card.sender = attempt.host;
        card.hit = HitServer{*card.outside};
        if (const scenario::Host* host = host_at(card.sender, scenario_))
            card.system = host->system;
        return card;
    }

    static WhyCard
    begin(const Event& outcome, MailId mail, std::uint16_t code, std::string_view reply)
    {
        WhyCard card;
        card.mail = mail;
        card.outcome = outcome.id;
        card.stopped = outcome.id;
        card.code = code;
        card.reply = std::string{reply};
        return card;
    }

    void find_stop(WhyCard& card, const Event& outcome, FailureStep step)
    {
        if (const scenario::Host* host = host_at(card.sender, scenario_))
            card.system = host->system;
        const Event* cause = outcome.cause.exists() ? &trace_.at(outcome.cause) : nullptr;
        if (cause != nullptr) {
            if (const auto* resolved = std::get_if<DnsResolved>(&cause->what)) {
                at_name_lookup(card, *cause, *resolved);
                return;
            }
            if (const auto* failed = std::get_if<ConnectionFailed>(&cause->what)) {
                at_connect(card, *cause, *failed);
                return;
            }
        }
        ConnectionId connection = outcome.connection;
        if (!connection.exists() && cause != nullptr) connection = cause->connection;
        if (connection.exists()) in_conversation(card, outcome, connection, step);
    }

    // ---- the name -----------------------------------------------------------------------------

    void at_name_lookup(WhyCard& card, const Event& event, const DnsResolved& what)
    {
        card.stopped = event.id;
        card.dns = what.outcome;
        card.hit = HitName{std::string{trace_.view(what.name)}, what.type};
        switch (what.outcome) {
        case DnsOutcome::found: // a null MX, or none that can be used
        case DnsOutcome::no_data:
        case DnsOutcome::name_does_not_exist:
            card.obstacle = Obstacle::name_unknown;
            break;
        case DnsOutcome::timed_out:
            card.obstacle = Obstacle::name_server_silent;
            break;
        case DnsOutcome::server_failure:
        case DnsOutcome::refused:
        case DnsOutcome::malformed:
        case DnsOutcome::truncated:
            card.obstacle = Obstacle::name_server_failed;
            break;
        }
        // The name server's own event is the nearest one before, about the same question.
        for (std::size_t i = event.id.value; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (const auto* dropped = std::get_if<PacketDropped>(&earlier.what)) {
                if (what.outcome == DnsOutcome::timed_out && !card.who.exists() &&
                    concerns(*dropped, event.host)) {
                    at_drop(card, earlier, *dropped);
                    return;
                }
            }
            if (const auto* served = std::get_if<DnsServed>(&earlier.what)) {
                if (same_question(*served, what) && earlier.host != event.host) {
                    if (!card.who.exists()) card.who = earlier.host;
                    // Whoever it asked itself is further back.
                    if (const Event* fault = fault_behind(earlier)) {
                        blame(card, *fault);
                        return;
                    }
                }
            }
            if (const auto* asked = std::get_if<DnsAsked>(&earlier.what)) {
                if (earlier.host == event.host && asked->type == what.type && asked->attempt == 1 &&
                    trace_.view(asked->name) == trace_.view(what.name))
                    return;
            }
        }
    }

    [[nodiscard]] bool same_question(const DnsServed& served, const DnsResolved& resolved) const
    {
        return served.type == resolved.type &&
               trace_.view(served.name) == trace_.view(resolved.name);
    }

    // A question or an answer of this host.
    [[nodiscard]] bool concerns(const PacketDropped& dropped, HostId host) const
    {
        return dropped.packet.transport == Transport::udp &&
               (host_at(dropped.packet.source, scenario_) == host ||
                host_at(dropped.packet.destination, scenario_) == host);
    }

    // ---- the connection -----------------------------------------------------------------------

    void at_connect(WhyCard& card, const Event& event, const ConnectionFailed& what)
    {
        card.stopped = event.id;
        card.hit = HitPacket{Transport::tcp, what.local, what.remote};
        switch (what.why) {
        case ConnectFailure::timed_out:
        case ConnectFailure::refused:
            card.obstacle = Obstacle::silence;
            break;
        case ConnectFailure::unreachable:
        case ConnectFailure::prohibited:
        case ConnectFailure::no_route:
            card.obstacle = Obstacle::no_route;
            break;
        case ConnectFailure::no_free_port:
            card.obstacle = Obstacle::no_free_port;
            card.who = event.host;
            return;
        }
        find_packet_stop(card, event);
    }

    // The first event on this connection, at whatever host, that kept it from being opened; else
    // the connection went unanswered because somebody was switched off.
    bool find_packet_stop(WhyCard& card, const Event& failed)
    {
        const std::size_t begin = begin_of(failed);
        for (std::size_t i = begin; i < failed.id.value; ++i) {
            const Event& event = trace_[i];
            if (event.connection != failed.connection) continue;
            if (const auto* dropped = std::get_if<PacketDropped>(&event.what)) {
                at_drop(card, event, *dropped);
                return true;
            }
            if (const auto* closed = std::get_if<PortClosed>(&event.what)) {
                card.stopped = event.id;
                card.who = event.host;
                card.obstacle = Obstacle::port_closed;
                card.hit = HitPacket{Transport::tcp, closed->remote, closed->local};
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] std::size_t begin_of(const Event& event) const
    {
        for (std::size_t i = event.id.value; i-- > 0;) {
            if (trace_[i].connection == event.connection &&
                trace_[i].kind() == Kind::connection_attempted)
                return i;
        }
        return 0;
    }

    void at_drop(WhyCard& card, const Event& event, const PacketDropped& dropped)
    {
        const PacketHead& packet = dropped.packet;
        card.stopped = event.id;
        card.who = event.host;
        card.hit = HitPacket{packet.transport,
                             {packet.source, packet.source_port},
                             {packet.destination, packet.destination_port}};
        switch (dropped.reason) {
        case DropReason::rule: {
            card.rule = dropped.rule;
            card.rule_number = number_of(dropped.rule, scenario_);
            card.verdict = dropped.verdict;
            const scenario::FirewallRule* rule = rule_at(dropped.rule, scenario_);
            card.obstacle = rule != nullptr ? obstacle_of(rule->kind) : Obstacle::firewall;
            break;
        }
        case DropReason::no_route:
        case DropReason::hop_limit:
            card.obstacle = Obstacle::no_route;
            break;
        case DropReason::not_for_us:
        case DropReason::link_cut:
            card.obstacle = Obstacle::silence;
            break;
        }
    }

    // ---- faults -------------------------------------------------------------------------------

    // The fault that made this event be.
    [[nodiscard]] const Event* fault_behind(const Event& event) const
    {
        if (!event.cause.exists()) return nullptr;
        const Event& cause = trace_.at(event.cause);
        return cause.kind() == Kind::fault_injected ? &cause : nullptr;
    }

    // The last fault of this kind on the event's connection before it.
    [[nodiscard]] const Event* fault_on_connection(const Event& event, Fault kind) const
    {
        const std::size_t begin = begin_of(event);
        for (std::size_t i = event.id.value; i-- > begin;) {
            if (trace_[i].connection != event.connection) continue;
            const auto* injected = std::get_if<FaultInjected>(&trace_[i].what);
            if (injected != nullptr && injected->fault == kind) return &trace_[i];
        }
        return nullptr;
    }

    static void blame(WhyCard& card, const Event& fault)
    {
        card.obstacle = Obstacle::fault;
        card.fault = fault.id;
        card.who = fault.host;
    }

    // A fault that came instead of an answer: what was hit is the command that waited for it.
    void blame_instead_of_reply(WhyCard& card, const Event& event, const Event& fault)
    {
        blame(card, fault);
        card.stopped = fault.id;
        for (std::size_t i = fault.id.value; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (earlier.connection != event.connection || earlier.host != event.host) continue;
            if (const auto* command = std::get_if<SmtpCommand>(&earlier.what)) {
                card.hit = HitLine{command->line};
                return;
            }
            if (earlier.kind() == Kind::connection_attempted) return;
        }
    }

    // ---- the conversation ---------------------------------------------------------------------

    // The last thing that this end heard or noticed before it gave up.
    void
    in_conversation(WhyCard& card, const Event& outcome, ConnectionId connection, FailureStep step)
    {
        card.hit = HitServer{server_of(outcome, connection)};
        for (std::size_t i = outcome.id.value; i-- > 0;) {
            const Event& event = trace_[i];
            if (event.connection != connection || event.host != outcome.host) continue;
            if (take(card, event, step)) return;
            if (event.kind() == Kind::connection_attempted) break;
        }
        // Nothing was heard: it fell silent, or was cut.
        card.obstacle = card.shown == UserError::reply_timed_out ? Obstacle::reply_late
                                                                 : Obstacle::connection_lost;
    }

    [[nodiscard]] Endpoint server_of(const Event& outcome, ConnectionId connection) const
    {
        for (std::size_t i = outcome.id.value; i-- > 0;) {
            if (trace_[i].connection == connection) {
                if (const auto* attempted = std::get_if<ConnectionAttempted>(&trace_[i].what))
                    return attempted->remote;
            }
        }
        return {};
    }

    // Whether this event is what stopped the conversation; then the card is filled in.
    bool take(WhyCard& card, const Event& event, FailureStep step)
    {
        if (const auto* reply = std::get_if<SmtpReply>(&event.what)) {
            if (card.code == 0 || reply->side == Side::sent || reply->code != card.code)
                return false;
            at_reply(card, event, *reply);
            return true;
        }
        if (const auto* reply = std::get_if<Pop3Reply>(&event.what)) {
            if (reply->side == Side::sent || reply->ok) return false;
            at_reply(card, event, *reply);
            return true;
        }
        if (card.code != 0) return false; // a reply decided: look on for it
        if (const auto* failed = std::get_if<TlsFailed>(&event.what)) {
            at_tls(card, event, *failed);
            return true;
        }
        if (const auto* problem = std::get_if<SmtpProblemSeen>(&event.what)) {
            at_problem(card, event, *problem);
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

    // The server's own event about the same reply, which may be this one, says why it answered so.
    void at_reply(WhyCard& card, const Event& event, const SmtpReply& reply)
    {
        card.stopped = event.id;
        card.obstacle = Obstacle::refusal;
        for (std::size_t i = std::size_t{event.id.value} + 1; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (earlier.connection != event.connection) continue;
            if (const auto* said = std::get_if<SmtpReply>(&earlier.what)) {
                if (!card.reason && said->side == Side::sent && said->code == reply.code &&
                    said->encrypted == reply.encrypted &&
                    said->line.stream_offset == reply.line.stream_offset) {
                    card.reason = said->reason;
                    card.who = earlier.host;
                    if (said->reason == SmtpReason::auth_failed ||
                        said->reason == SmtpReason::auth_too_many_failures)
                        card.flaw = flaw_before(earlier);
                    if (said->reason == SmtpReason::fault_injected)
                        if (const Event* fault = fault_behind(earlier)) blame(card, *fault);
                }
            }
            if (const auto* command = std::get_if<SmtpCommand>(&earlier.what)) {
                if (earlier.host == event.host && answers(reply.to, command->verb)) {
                    card.hit = HitLine{command->line};
                    break;
                }
            }
            if (earlier.kind() == Kind::connection_attempted) break;
        }
        if (!card.reason) at_strangers_reply(card, event, reply);
    }

    // A real server on a bridge: its codes are all there is.
    void at_strangers_reply(WhyCard& card, const Event& event, const SmtpReply& reply)
    {
        card.reason = reason_of_stranger(trace_.view(reply.line.bytes), reply.to, reply.encrypted);
        card.who = host_at(server_of(event, event.connection).address, scenario_);
    }

    // What the server found wrong with the login that it then refused.
    [[nodiscard]] std::optional<AuthFlaw> flaw_before(const Event& reply) const
    {
        for (std::size_t i = reply.id.value; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (earlier.connection != reply.connection || earlier.host != reply.host) continue;
            if (const auto* tried = std::get_if<AuthTried>(&earlier.what)) return tried->flaw;
            if (earlier.kind() == Kind::connection_opened) break;
        }
        return std::nullopt;
    }

    // The message itself is no command: what was refused after it is what DATA began.
    static bool answers(SmtpVerb to, SmtpVerb verb)
    {
        return to == verb || (to == SmtpVerb::text && verb == SmtpVerb::data);
    }

    void at_reply(WhyCard& card, const Event& event, const Pop3Reply& reply)
    {
        card.stopped = event.id;
        card.obstacle = Obstacle::refusal;
        for (std::size_t i = std::size_t{event.id.value} + 1; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (earlier.connection != event.connection) continue;
            if (const auto* said = std::get_if<Pop3Reply>(&earlier.what)) {
                if (!card.pop3_reason && said->side == Side::sent && !said->ok) {
                    card.pop3_reason = said->reason;
                    card.who = earlier.host;
                }
            }
            if (const auto* command = std::get_if<Pop3Command>(&earlier.what)) {
                if (earlier.host == event.host && command->verb == reply.to) {
                    card.hit = HitLine{command->line};
                    return;
                }
            }
            if (earlier.kind() == Kind::connection_attempted) return;
        }
    }

    void at_tls(WhyCard& card, const Event& event, const TlsFailed& failed)
    {
        card.stopped = event.id;
        card.obstacle = Obstacle::tls;
        card.tls = failed.why;
        card.who = event.host;
        if (failed.why == TlsFailure::peer_alert) {
            constexpr std::uint8_t protocol_version = 70; // RFC 8446 §6.2
            if (failed.alert == protocol_version) card.tls = TlsFailure::version_refused;
            card.who = host_at(server_of(event, event.connection).address, scenario_);
            look_at_program(card);
        }
        if (failed.why == TlsFailure::not_tls) card.obstacle = Obstacle::wrong_protection;
        for (std::size_t i = event.id.value; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (earlier.connection != event.connection || earlier.host != event.host) continue;
            if (const auto* judged = std::get_if<CertificateJudged>(&earlier.what)) {
                if (judged->went_on) return;
                card.stopped = earlier.id;
                card.obstacle = Obstacle::certificate;
                card.certificate = judged->verdict;
                card.hit = HitCertificate{judged->verdict,
                                          std::string{trace_.view(judged->subject)},
                                          std::string{trace_.view(judged->dialled)}};
                return;
            }
            if (earlier.kind() == Kind::tls_started) return;
        }
    }

    // A server that refuses the version says nothing of which it wants: newer ones, if the program
    // does not speak the newest.
    void look_at_program(WhyCard& card) const
    {
        const scenario::MailProgram* program = program_at(card.sender, scenario_);
        if (program == nullptr || card.tls != TlsFailure::version_refused) return;
        const bool fetches = trace_.at(card.outcome).kind() == Kind::fetch_finished;
        const auto& account = fetches ? program->fetching : program->sending;
        if (!account || account->tls_max == scenario::TlsVersion::v1_3) return;
        card.obstacle = Obstacle::program_too_old;
        card.tls.reset();
    }

    void at_problem(WhyCard& card, const Event& event, const SmtpProblemSeen& seen)
    {
        card.stopped = event.id;
        card.problem = seen.problem;
        card.who = event.host;
        card.obstacle = obstacle_of(seen.problem);
        // What was noticed may itself come of a packet that a rule stopped under way.
        if (card.obstacle == Obstacle::connection_lost || card.obstacle == Obstacle::reply_late)
            at_loss(card, event, card.obstacle);
        if (card.obstacle == Obstacle::tls_not_offered) look_for_tampering(card, event);
    }

    // What the server offered may have been made unreadable on the way.
    void look_for_tampering(WhyCard& card, const Event& event)
    {
        for (std::size_t i = event.id.value; i-- > 0;) {
            const Event& earlier = trace_[i];
            if (earlier.connection != event.connection) continue;
            if (earlier.kind() == Kind::packet_altered) {
                card.stopped = earlier.id;
                card.who = earlier.host;
                card.obstacle = Obstacle::tampered;
                return;
            }
            if (earlier.kind() == Kind::connection_attempted) return;
        }
    }

    static Obstacle obstacle_of(scenario::RuleKind kind)
    {
        switch (kind) {
        case scenario::RuleKind::op25b:
            return Obstacle::op25b;
        case scenario::RuleKind::ip25b:
            return Obstacle::ip25b;
        case scenario::RuleKind::firewall:
            break;
        }
        return Obstacle::firewall;
    }

    static Obstacle obstacle_of(SmtpProblem problem)
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
            return Obstacle::peer_misbehaved;
        }
        return Obstacle::peer_misbehaved;
    }

    void at_loss(WhyCard& card, const Event& event, Obstacle obstacle)
    {
        card.stopped = event.id;
        card.obstacle = obstacle;
        if (const Event* cut = fault_on_connection(event, Fault::connection_cut)) {
            blame_instead_of_reply(card, event, *cut);
            return;
        }
        if (find_packet_stop(card, event)) return;
        if (is_wrong_protection(event)) card.obstacle = Obstacle::wrong_protection;
        const Event* delayed = fault_on_connection(event, Fault::delayed);
        if (obstacle == Obstacle::reply_late && delayed != nullptr)
            blame_instead_of_reply(card, event, *delayed);
    }

    // One end waits for TLS, the other for a greeting: whoever speaks first is misunderstood.
    [[nodiscard]] bool is_wrong_protection(const Event& event) const
    {
        for (std::size_t i = begin_of(event); i < trace_.size(); ++i) {
            const Event& other = trace_[i];
            if (other.connection != event.connection) continue;
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

    const Trace& trace_;
    const scenario::Scenario& scenario_;
};

} // namespace

std::vector<WhyCard>
why_cards(const Trace& trace, std::size_t end, const scenario::Scenario& scenario)
{
    Search search{trace, scenario};
    std::vector<WhyCard> cards;
    for (const MailOutcome& mail : outcomes(trace, end)) {
        if (const auto* unsent = std::get_if<NotSent>(&mail.outcome)) {
            const Event& event = trace.at(unsent->event);
            cards.push_back(search.of_send(event, std::get<SendFinished>(event.what)));
        } else if (const auto* deferred = std::get_if<Deferred>(&mail.outcome)) {
            const Event& event = trace.at(deferred->event);
            cards.push_back(
                search.of_server(event, std::get<MailDeferred>(event.what), mail.composed));
        } else if (const auto* bounced = std::get_if<Bounced>(&mail.outcome)) {
            const Event& event = trace.at(bounced->event);
            cards.push_back(
                search.of_server(event, std::get<MailBounced>(event.what), mail.composed));
        }
    }
    for (std::size_t i = 0; i < std::min(end, trace.size()); ++i) {
        if (const auto* fetch = std::get_if<FetchFinished>(&trace[i].what))
            if (fetch->error != UserError::none) cards.push_back(search.of_fetch(trace[i], *fetch));
        if (auto card = search.of_outside(trace[i])) cards.push_back(std::move(*card));
    }
    Cures cures{trace, scenario};
    for (WhyCard& card : cards)
        card.cure = cures.of(card);
    return cards;
}

// Only what is documented or was seen by many is written down: the socket errors of Windows, those
// that Outlook Express gave for them, and the names and texts of Linux.
std::vector<std::string> error_codes(UserError error, scenario::System system)
{
    const bool windows = system == scenario::System::windows;
    switch (error) {
    case UserError::server_not_found:
        return windows ? std::vector<std::string>{"11001", "0x800CCC0D"}
                       : std::vector<std::string>{"Name or service not known"};
    case UserError::connect_timed_out:
        return windows ? std::vector<std::string>{"10060", "0x800CCC0E"}
                       : std::vector<std::string>{"ETIMEDOUT", "Connection timed out"};
    case UserError::connect_refused:
        return windows ? std::vector<std::string>{"10061", "0x800CCC0E"}
                       : std::vector<std::string>{"ECONNREFUSED", "Connection refused"};
    case UserError::connect_unreachable:
        return windows ? std::vector<std::string>{"10051", "0x800CCC0E"}
                       : std::vector<std::string>{"EHOSTUNREACH", "No route to host"};
    case UserError::connection_lost:
        return windows ? std::vector<std::string>{"10054", "0x800CCC0F"}
                       : std::vector<std::string>{"ECONNRESET", "Connection reset by peer"};
    case UserError::reply_timed_out:
        return windows ? std::vector<std::string>{"0x800CCC19"} : std::vector<std::string>{};
    case UserError::sender_refused:
        return windows ? std::vector<std::string>{"0x800CCC78"} : std::vector<std::string>{};
    case UserError::recipient_refused:
        return windows ? std::vector<std::string>{"0x800CCC79"} : std::vector<std::string>{};
    case UserError::login_failed:
        return windows ? std::vector<std::string>{"0x800CCC92"} : std::vector<std::string>{};
    default:
        return {};
    }
}

} // namespace sim::explain
