#include "sim/core/assert.h"
#include "sim/core/base64.h"
#include "sim/smtp/client_state.h"
#include "sim/smtp/command.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace sim::smtp::client {

namespace {

// A mechanism is through after a handful of rounds; a server that asks on and on is not honest.
constexpr std::uint32_t max_auth_rounds = 16;

// What a bounce quotes of a reply; the whole of it is in the trace.
constexpr std::size_t max_kept_reply_text = 2048;

// RFC 5321 §4.5.3.1.3: 256 octets with the brackets.
constexpr std::size_t max_path_octets = 254;

// RFC 5321 §4.5.3.1.4, and RFC 4954 §4 for the lines of an AUTH exchange; with CR LF.
constexpr std::size_t max_command_line = 512;
constexpr std::size_t max_auth_line = 12288;

constexpr EnhancedCode too_many_recipients{5, 5, 3};

Reply kept(const Reply& reply)
{
    return {reply.code, reply.enhanced, reply.text.substr(0, max_kept_reply_text)};
}

Step going_to(State next, SmtpVerb say = SmtpVerb::none)
{
    return Step{.next = std::move(next), .say = say};
}

// A reply of a class that has no meaning here: the two ends are no longer in step.
Step out_of_step(const State& state, const Reply& reply)
{
    return Transitions::cut_short(state, SmtpProblem::reply_malformed, reply);
}

// `result` is for those who are still undecided.
Step finish_mail(Ready&& next, std::optional<RecipientResult> result)
{
    Step step = going_to(std::move(next));
    if (result) step.decision = Decision{*std::move(result), std::nullopt};
    step.mail_finished = true;
    return step;
}

// Whether `<address>` stays one word of a command line: an octet that ends the line, or a bracket
// outside a quoted string, would let an address say more than an address (RFC 5321 §4.1.2).
bool fits_in_brackets(std::string_view address)
{
    static constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789@.-_+=";
    static constexpr auto is_plain = [] {
        std::array<bool, 256> table{};
        for (const char c : plain)
            table.at(static_cast<unsigned char>(c)) = true;
        return table;
    }();
    if (address.size() > max_path_octets) return false;
    bool quoted = false;
    bool escaped = false;
    for (const char c : address) {
        const auto octet = static_cast<unsigned char>(c);
        if (is_plain[octet] && !escaped) continue;
        if (octet < 0x20 || octet == 0x7F) return false;
        if (std::exchange(escaped, false)) continue;
        if (quoted && c == '\\') {
            escaped = true;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '<' || c == '>' || c == ' ')) {
            return false;
        }
    }
    return !quoted;
}

bool is_ascii(std::string_view text)
{
    unsigned all = 0;
    for (const char c : text)
        all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

RecipientResult refused_here(FailureStep step, SmtpProblem problem)
{
    return {RecipientResult::Outcome::refused_for_good, step, problem, {}};
}

} // namespace

RecipientResult refused(FailureStep step, const Reply& reply)
{
    using enum RecipientResult::Outcome;
    return {reply.is_permanent_failure() ? refused_for_good : refused_for_now,
            step,
            std::nullopt,
            kept(reply)};
}

// ---- the mail ---------------------------------------------------------------------------------

std::size_t Job::next_undecided(std::size_t from) const
{
    while (from < results.size() && results[from])
        ++from;
    return from;
}

bool Job::choose_form(const Offer& offer)
{
    const bool fits =
        (!mail.needs_utf8 || offer.smtputf8) && (!mail.needs_8bit || offer.eight_bit_mime);
    if (fits || !mail.ascii || (mail.ascii->needs_8bit && !offer.eight_bit_mime)) return false;
    mail.reverse_path = mail.ascii->reverse_path;
    mail.recipients = mail.ascii->recipients;
    mail.text = mail.ascii->text;
    mail.needs_8bit = mail.ascii->needs_8bit;
    mail.needs_utf8 = false;
    return true;
}

std::string Job::utf8_part() const
{
    if (!is_ascii(mail.reverse_path)) return mail.reverse_path;
    const auto beyond = std::ranges::find_if_not(mail.recipients, is_ascii);
    return beyond != mail.recipients.end() ? *beyond : mail.utf8_field;
}

Job make_job(OutgoingMail mail)
{
    SIM_ASSERT(!mail.recipients.empty() && mail.text != nullptr);
    Job job;
    job.mail = std::move(mail);
    job.results.resize(job.mail.recipients.size());
    job.mail.needs_utf8 = job.mail.needs_utf8 || !is_ascii(job.mail.reverse_path);
    // RFC 5322 §4: no message has one, and what a server would make of it nobody knows.
    const bool has_nul = job.mail.text->find('\0') != std::string::npos;
    const bool sender_fits = fits_in_brackets(job.mail.reverse_path);
    for (std::size_t i = 0; i < job.results.size(); ++i) {
        const std::string& recipient = job.mail.recipients[i];
        if (has_nul) {
            job.results[i] = refused_here(FailureStep::local, SmtpProblem::nul_in_message);
        } else if (!sender_fits || recipient.empty() || !fits_in_brackets(recipient)) {
            job.results[i] = refused_here(FailureStep::local, SmtpProblem::unfit_for_command);
        } else {
            job.mail.needs_utf8 = job.mail.needs_utf8 || !is_ascii(recipient);
        }
    }
    if (!decode_xtext(job.mail.envid)) job.mail.envid.clear();
    job.mail.recipient_parameters.resize(job.results.size());
    for (RecipientParameters& parameters : job.mail.recipient_parameters)
        if (!is_orcpt(parameters.orcpt)) parameters.orcpt.clear();
    return job;
}

// ---- what is known of a state -----------------------------------------------------------------

SmtpVerb awaited_verb(const State& state)
{
    if (const auto* hello = std::get_if<AwaitingHello>(&state))
        return hello->old_style ? SmtpVerb::helo : SmtpVerb::ehlo;
    if (std::holds_alternative<AwaitingStarttls>(state)) return SmtpVerb::starttls;
    if (const auto* auth = std::get_if<Authenticating>(&state))
        return auth->first ? SmtpVerb::auth : SmtpVerb::auth_response;
    if (std::holds_alternative<CancellingAuth>(state)) return SmtpVerb::auth_response;
    if (const auto* at = std::get_if<InTransaction>(&state)) {
        constexpr std::array<SmtpVerb, 4> verbs{
            SmtpVerb::rset, SmtpVerb::mail, SmtpVerb::rcpt, SmtpVerb::data};
        return verbs.at(static_cast<std::size_t>(at->awaits));
    }
    if (std::holds_alternative<AwaitingVerdict>(state)) return SmtpVerb::text;
    if (std::holds_alternative<Quitting>(state)) return SmtpVerb::quit;
    return SmtpVerb::none;
}

FailureStep step_of(const State& state)
{
    if (const auto* at = std::get_if<InTransaction>(&state)) {
        if (at->awaits == InTransaction::Awaits::rcpt) return FailureStep::rcpt_to;
        if (at->awaits == InTransaction::Awaits::data) return FailureStep::data;
        return FailureStep::mail_from;
    }
    switch (phase_of(state)) {
    case ClientPhase::awaiting_connection:
        return FailureStep::connect;
    case ClientPhase::awaiting_greeting:
        return FailureStep::greeting;
    case ClientPhase::awaiting_hello:
        return FailureStep::hello;
    case ClientPhase::awaiting_starttls:
    case ClientPhase::awaiting_tls:
        return FailureStep::tls;
    case ClientPhase::choosing_mechanism:
    case ClientPhase::authenticating:
        return FailureStep::auth;
    case ClientPhase::awaiting_verdict:
        return FailureStep::end_of_data;
    case ClientPhase::in_transaction:
    case ClientPhase::ready:
    case ClientPhase::quitting:
    case ClientPhase::closed:
        break;
    }
    return FailureStep::mail_from;
}

Deadline deadline_of(const State& state, Instant now, const ClientConfig& config)
{
    using enum SessionTimer;
    const ClientTimeouts& timeouts = config.timeouts;
    const auto in = [&](SessionTimer timer, Duration wait) {
        return Deadline{timer, now, now + wait};
    };
    if (std::holds_alternative<AwaitingGreeting>(state))
        return in(greeting_awaited, timeouts.greeting);
    if (std::holds_alternative<AwaitingTls>(state)) return in(tls_awaited, timeouts.starttls);
    switch (awaited_verb(state)) {
    case SmtpVerb::none:
        return {};
    case SmtpVerb::ehlo:
    case SmtpVerb::helo:
        return in(hello_reply_awaited, timeouts.hello);
    case SmtpVerb::starttls:
        return in(starttls_reply_awaited, timeouts.starttls);
    case SmtpVerb::auth:
    case SmtpVerb::auth_response:
        return in(login_reply_awaited, timeouts.auth);
    case SmtpVerb::mail:
        return in(mail_reply_awaited, timeouts.mail);
    case SmtpVerb::rcpt:
        return in(rcpt_reply_awaited, timeouts.rcpt);
    case SmtpVerb::data:
        return in(data_reply_awaited, timeouts.data);
    case SmtpVerb::text:
        return in(verdict_awaited, timeouts.end_of_text);
    default:
        return in(reply_awaited, timeouts.other);
    }
}

// ---- transitions ------------------------------------------------------------------------------

Step Transitions::fail(FailureStep step,
                       std::optional<SmtpProblem> problem,
                       const Reply& reply,
                       Farewell farewell)
{
    Step failed =
        farewell == Farewell::quit ? going_to(Quitting{}, SmtpVerb::quit) : going_to(Closed{});
    if (problem) failed.problems.push_back(*problem);
    // A 5yz says "never". What no reply said may be different next time, another server or another
    // day, unless it is our own settings that do not fit this one.
    bool temporary = !reply.is_permanent_failure();
    if (problem == SmtpProblem::auth_not_offered || problem == SmtpProblem::no_common_mechanism ||
        problem == SmtpProblem::auth_would_reveal_password ||
        problem == SmtpProblem::spoke_smtp_to_tls_port || problem == SmtpProblem::unfit_for_command)
        temporary = false;
    if (problem == SmtpProblem::reply_malformed) temporary = true;
    failed.failure = SessionFailed{step, problem, kept(reply), temporary};
    return failed;
}

Step Transitions::cut_short(const State& state,
                            std::optional<SmtpProblem> problem,
                            const Reply& reply)
{
    Step step = fail(step_of(state), problem, reply, Farewell::hang_up);
    const auto* at = std::get_if<InTransaction>(&state);
    if (at != nullptr && at->mail_refusal) step.decision = Decision{*at->mail_refusal, {}};
    return step;
}

Step Transitions::on_reply(State&& state, const Reply& reply) const
{
    // RFC 5321 §3.8: 421 may come at any time, asked for or not, and the server hangs up after it.
    if (reply.code == 421 && !std::holds_alternative<Quitting>(state))
        return cut_short(state, std::nullopt, reply);
    return std::visit([&](auto&& at) { return on(std::forward<decltype(at)>(at), reply); },
                      std::move(state));
}

// Nobody asked, and it is no 421.
template <typename Other>
Step Transitions::on(Other&& at, const Reply& reply) const
{
    return out_of_step(State{std::forward<Other>(at)}, reply);
}

Step Transitions::on(AwaitingGreeting&& at, const Reply& reply) const
{
    if (reply.is_success()) return going_to(AwaitingHello{}, SmtpVerb::ehlo);
    if (reply.is_go_ahead()) return out_of_step(at, reply);
    return fail(FailureStep::greeting, std::nullopt, reply, Farewell::quit);
}

Step Transitions::on(AwaitingHello&& at, const Reply& reply) const
{
    if (reply.is_success()) return after_hello(at.old_style ? Offer{} : parse_offer(reply));
    // RFC 5321 §3.2: a server that does not know EHLO says so; with HELO nothing is offered.
    if (!at.old_style && (reply.code == 500 || reply.code == 502))
        return going_to(AwaitingHello{true}, SmtpVerb::helo);
    if (reply.is_go_ahead()) return out_of_step(at, reply);
    return fail(FailureStep::hello, std::nullopt, reply, Farewell::quit);
}

Step Transitions::after_hello(Offer&& offer) const
{
    const bool wants_tls = config.protection == Protection::starttls ||
                           config.protection == Protection::starttls_if_available;
    if (!wants_tls || encrypted) return log_in(std::move(offer));
    if (offer.starttls) return going_to(AwaitingStarttls{std::move(offer)}, SmtpVerb::starttls);
    if (config.protection == Protection::starttls)
        return fail(FailureStep::tls, SmtpProblem::starttls_not_offered, {}, Farewell::quit);
    return go_on_in_clear(std::move(offer), SmtpProblem::starttls_not_offered);
}

Step Transitions::go_on_in_clear(Offer&& offer, SmtpProblem why) const
{
    Step step = log_in(std::move(offer));
    step.problems.insert(step.problems.begin(), {why, SmtpProblem::went_on_without_tls});
    return step;
}

Step Transitions::log_in(Offer&& offer) const
{
    if (!config.wants_auth) return going_to(Ready{std::move(offer)});
    if (offer.auth.empty())
        return fail(FailureStep::auth, SmtpProblem::auth_not_offered, {}, Farewell::quit);
    Step step;
    step.question = AuthBegin{offer.auth, encrypted || config.may_reveal_password};
    step.next = ChoosingMechanism{std::move(offer)};
    return step;
}

Step Transitions::on(AwaitingStarttls&& at, const Reply& reply) const
{
    // RFC 3207 §4: 220 and nothing else starts the handshake.
    if (reply.code == 220) {
        // What came behind it in the clear would be read as if the server had said it under TLS.
        if (more_waits)
            return fail(FailureStep::tls, SmtpProblem::response_injection, {}, Farewell::hang_up);
        return going_to(AwaitingTls{});
    }
    if (reply.is_success() || reply.is_go_ahead()) return out_of_step(at, reply);
    if (config.protection == Protection::starttls)
        return fail(FailureStep::tls, SmtpProblem::starttls_refused, reply, Farewell::quit);
    return go_on_in_clear(std::move(at.offer), SmtpProblem::starttls_refused);
}

Step Transitions::on(Authenticating&& at, const Reply& reply) const
{
    if (reply.is_success()) {
        if (at.believes_success) return going_to(Ready{std::move(at.offer)});
        return out_of_step(at, reply);
    }
    if (!reply.is_go_ahead()) return fail(FailureStep::auth, std::nullopt, reply, Farewell::quit);
    const std::optional<std::string> challenge = decode_base64(reply.text);
    const bool early = at.held && (!challenge || !challenge->empty());
    if (!challenge || early || at.rounds >= max_auth_rounds)
        return cancel(SmtpProblem::reply_malformed);
    ++at.rounds;
    if (at.held) {
        const AuthAnswer held{std::move(at.held), at.believes_success};
        return respond(Challenged{std::move(at.offer), at.rounds}, held);
    }
    Step step;
    step.question = AuthChallenge{*challenge};
    step.next = Challenged{std::move(at.offer), at.rounds};
    return step;
}

Step Transitions::choose(ChoosingMechanism&& at,
                         std::string_view mechanism,
                         const AuthAnswer& answer) const
{
    Step step;
    step.say = SmtpVerb::auth;
    step.auth_line = "AUTH ";
    step.auth_line += mechanism;
    step.secret_offset = step.auth_line.size();
    Authenticating next;
    next.offer = std::move(at.offer);
    next.believes_success = answer.believes_success;
    if (answer.octets) {
        // RFC 4954 §4: an empty initial response is written "=". One that would make the line too
        // long is held back until the server asks for it.
        const std::string encoded = answer.octets->empty() ? "=" : encode_base64(*answer.octets);
        if (step.auth_line.size() + 1 + encoded.size() + 2 <= max_command_line) {
            step.auth_line += ' ';
            step.secret_offset = step.auth_line.size();
            step.auth_line += encoded;
        } else {
            next.held = answer.octets;
        }
    }
    step.next = std::move(next);
    return step;
}

Step Transitions::respond(Challenged&& at, const AuthAnswer& answer) const
{
    SIM_ASSERT(answer.octets.has_value());
    std::string encoded = encode_base64(*answer.octets);
    if (encoded.size() + 2 > max_auth_line) return cancel(SmtpProblem::unfit_for_command);
    Authenticating next;
    next.offer = std::move(at.offer);
    next.believes_success = answer.believes_success;
    next.rounds = at.rounds;
    next.first = false;
    Step step = going_to(std::move(next), SmtpVerb::auth_response);
    step.auth_line = std::move(encoded);
    return step;
}

Step Transitions::cancel(SmtpProblem why)
{
    Step step = going_to(CancellingAuth{why}, SmtpVerb::auth_response);
    step.auth_line = "*";
    step.secret_offset = 1;
    return step;
}

// RFC 4954 §4: the server answers "*" with 501. Whatever it says, there was no login.
Step Transitions::on(CancellingAuth&& at, const Reply& /*reply*/) const
{
    return fail(FailureStep::auth, at.why, {}, Farewell::quit);
}

Step Transitions::begin_mail(Ready&& at) const
{
    SIM_ASSERT(job != nullptr);
    const auto cannot = [&](SmtpProblem problem) {
        Step step = finish_mail(std::move(at), refused_here(FailureStep::mail_from, problem));
        step.problems.push_back(problem);
        if (problem == SmtpProblem::needs_smtputf8) step.detail = job->utf8_part();
        return step;
    };
    // What the next hop lacks is a reason to give the mail back, never to change it: RFC 6152 §3,
    // RFC 6531 §3.2.
    if (job->mail.needs_utf8 && !at.offer.smtputf8) return cannot(SmtpProblem::needs_smtputf8);
    if (job->mail.needs_8bit && !at.offer.eight_bit_mime)
        return cannot(SmtpProblem::needs_8bitmime);
    if (at.offer.size_limit != 0 && job->size > at.offer.size_limit) // RFC 1870 §5
        return cannot(SmtpProblem::message_too_big_for_peer);

    InTransaction transaction;
    transaction.pipelined = config.wants_pipelining && at.offer.pipelining;
    transaction.chunked = config.wants_chunking && at.offer.chunking;
    transaction.offer = std::move(at.offer);
    if (!at.must_reset) return going_to(std::move(transaction), SmtpVerb::mail);
    transaction.awaits = InTransaction::Awaits::rset;
    return going_to(std::move(transaction), SmtpVerb::rset);
}

Step Transitions::on(InTransaction&& at, const Reply& reply) const
{
    switch (at.awaits) {
    case InTransaction::Awaits::rset:
        if (reply.is_go_ahead()) return out_of_step(at, reply);
        if (!reply.is_success()) return cut_short(at, std::nullopt, reply);
        at.awaits = InTransaction::Awaits::mail;
        if (at.pipelined) return going_to(std::move(at));
        return going_to(std::move(at), SmtpVerb::mail);
    case InTransaction::Awaits::mail:
        return on_mail_reply(std::move(at), reply);
    case InTransaction::Awaits::rcpt:
        return on_rcpt_reply(std::move(at), reply);
    case InTransaction::Awaits::data:
        break;
    }
    return on_data_reply(std::move(at), reply);
}

Step Transitions::on_mail_reply(InTransaction&& at, const Reply& reply) const
{
    if (reply.is_go_ahead()) return out_of_step(at, reply);
    if (!reply.is_success()) {
        RecipientResult result = refused(FailureStep::mail_from, reply);
        if (!at.pipelined) return finish_mail(Ready{std::move(at.offer)}, std::move(result));
        at.mail_refusal = std::move(result);
    }
    return next_recipient(std::move(at), 0);
}

Step Transitions::on_rcpt_reply(InTransaction&& at, const Reply& reply) const
{
    if (reply.is_go_ahead()) return out_of_step(at, reply);
    std::optional<Decision> decision;
    if (reply.is_success()) {
        ++at.accepted;
    } else if (!at.mail_refusal) {
        decision = Decision{refused(FailureStep::rcpt_to, reply), at.recipient};
        // RFC 5321 §4.5.3.1.10: 552 was once said for "too many recipients" and then means "later".
        // With its enhanced code for a full mailbox it means that.
        const bool too_many = reply.code == 552 && at.accepted > 0 &&
                              (!reply.enhanced.exists() || reply.enhanced == too_many_recipients);
        if (too_many) decision->result.outcome = RecipientResult::Outcome::refused_for_now;
    }
    const std::size_t behind = at.recipient + 1;
    Step step = next_recipient(std::move(at), behind);
    if (decision) step.decision = std::move(decision);
    return step;
}

// RCPT for the next one that is undecided, or DATA behind the last.
Step Transitions::next_recipient(InTransaction&& at, std::size_t from) const
{
    at.recipient = job->next_undecided(from);
    const bool is_last = at.recipient == job->results.size();
    if (is_last && at.accepted == 0 && !at.pipelined)
        return finish_mail(Ready{std::move(at.offer), true}, std::nullopt);
    if (is_last && at.chunked) return begin_chunk(std::move(at));
    at.awaits = is_last ? InTransaction::Awaits::data : InTransaction::Awaits::rcpt;
    const SmtpVerb next = is_last ? SmtpVerb::data : SmtpVerb::rcpt;
    const SmtpVerb say = at.pipelined ? SmtpVerb::none : next;
    return going_to(std::move(at), say);
}

// All of the envelope is answered. The whole message goes in one chunk: its size is known.
Step Transitions::begin_chunk(InTransaction&& at) const
{
    if (at.mail_refusal || at.accepted == 0)
        return finish_mail(Ready{std::move(at.offer), true}, std::move(at.mail_refusal));
    return going_to(AwaitingVerdict{std::move(at.offer)}, SmtpVerb::bdat);
}

Step Transitions::on_data_reply(InTransaction&& at, const Reply& reply) const
{
    if (reply.is_success()) return out_of_step(at, reply);
    if (!reply.is_go_ahead()) {
        RecipientResult result =
            at.mail_refusal ? *std::move(at.mail_refusal) : refused(FailureStep::data, reply);
        return finish_mail(Ready{std::move(at.offer), true}, std::move(result));
    }
    // RFC 2920 §3.1: a server may say 354 although it took no recipient. It gets a text without a
    // line then, and whatever it answers, nobody was sent anything.
    Step step = going_to(AwaitingVerdict{std::move(at.offer)}, SmtpVerb::text);
    if (at.mail_refusal) step.decision = Decision{*std::move(at.mail_refusal), std::nullopt};
    return step;
}

Step Transitions::on(AwaitingVerdict&& at, const Reply& reply) const
{
    if (reply.is_go_ahead()) return out_of_step(at, reply);
    if (!reply.is_success()) {
        // RFC 3030 §2: behind a BDAT that failed the transaction is still there.
        const bool chunked = config.wants_chunking && at.offer.chunking;
        return finish_mail(Ready{std::move(at.offer), chunked},
                           refused(FailureStep::end_of_data, reply));
    }
    return finish_mail(Ready{std::move(at.offer)},
                       RecipientResult{RecipientResult::Outcome::accepted,
                                       FailureStep::end_of_data,
                                       std::nullopt,
                                       kept(reply)});
}

Step Transitions::on(Quitting&& /*at*/, const Reply& /*reply*/) const
{
    return going_to(Closed{});
}

} // namespace sim::smtp::client
