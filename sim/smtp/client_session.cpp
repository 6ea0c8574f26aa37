#include "sim/smtp/client_session.h"

#include "sim/core/assert.h"
#include "sim/core/base64.h"
#include "sim/smtp/client_state.h"
#include "sim/smtp/command.h"
#include "sim/smtp/data.h"

#include <algorithm>
#include <utility>

namespace sim::smtp {

using namespace client;

namespace {

// The type octet of a TLS record: what a server on a TLS port says to one who speaks in the clear.
bool starts_tls_record(char first)
{
    return first >= 20 && first <= 23;
}

bool is_word(std::string_view text)
{
    return !text.empty() && text.size() <= 255 &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

constexpr std::size_t no_secret = std::string_view::npos;

// Lines and dots added, of a text as append_data() made it; the final "." is not counted.
struct WireCount {
    std::uint32_t lines = 0;
    std::uint32_t added_dots = 0;
};

// In blocks of fixed size, because compilers turn those into a few vector instructions.
WireCount count_wire(std::string_view wire)
{
    constexpr std::size_t block = 64;
    WireCount count;
    const char* at = wire.data();
    std::size_t left = wire.size() - 1; // each octet is looked at with the one behind it
    const auto add = [&](std::size_t octets) {
        std::uint8_t lines = 0;
        std::uint8_t dots = 0;
        for (std::size_t i = 0; i < octets; ++i) {
            const auto newline = static_cast<std::uint8_t>(at[i] == '\n');
            const auto dot = static_cast<std::uint8_t>(at[i + 1] == '.');
            lines = static_cast<std::uint8_t>(lines + newline);
            dots = static_cast<std::uint8_t>(dots + (newline & dot));
        }
        count.lines += lines;
        count.added_dots += dots;
        at += octets;
        left -= octets;
    };
    while (left >= block)
        add(block);
    add(left);
    // The very last LF and the first octet were not paired; both belong to the final "." when there
    // is no line, and the final "." is nobody's line.
    if (wire.starts_with('.')) ++count.added_dots;
    --count.added_dots;
    return count;
}

} // namespace

struct ClientSession::Machine final : Parts {
    explicit Machine(ClientConfig wishes) : config{std::move(wishes)} { outputs.reserve(12); }

    ClientConfig config;
    State state = AwaitingConnection{};
    ReplyReader reader;
    std::optional<Job> job;
    std::optional<SessionFailed> failure; // once there was one: what later mails are told
    bool finish_wanted = false;
    bool heard_anything = false;
    std::uint64_t sent = 0; // octets, counted as in stream_offset
    std::string burst;      // lines that go out together

    [[nodiscard]] Transitions transitions() const
    {
        return {config, job ? &*job : nullptr, encrypted, reader.pending_octets() > 0};
    }

    void commit(Step&& step, Instant now);
    void write_text(Job& mail) const;
    void proceed(Instant now);
    void decide(const Decision& decision);
    void decide_by_failure(const SessionFailed& why);
    void finish_mail();

    void say(Step& step);
    void say_transaction(const InTransaction& at);
    void say_mail();
    void say_text();
    void say_chunk();
    void say_recipient(std::size_t recipient);
    CommandSent& add_line(SmtpVerb verb, std::string line, std::size_t secret_offset = no_secret);
    void flush();

    [[nodiscard]] bool listens() const;
    void read(Instant now);
    [[nodiscard]] ClientPhase phase() const override { return phase_of(state); }
    void hang_up(std::optional<SmtpProblem> problem, Instant now) override;
};

// ---- the one place where the state changes and outputs arise ----------------------------------

void ClientSession::Machine::commit(Step&& step, Instant now)
{
    state = std::move(step.next);
    for (const SmtpProblem problem : step.problems) {
        const bool said_it = step.failure && step.detail.empty();
        report(ProblemSeen{problem, said_it ? step.failure->reply.text : step.detail});
    }
    if (step.decision && job) decide(*step.decision);
    if (step.failure) {
        failure = step.failure;
        if (job) {
            decide_by_failure(*failure);
            finish_mail();
        }
        report(*std::move(step.failure));
    } else if (step.mail_finished) {
        finish_mail();
    }
    if (step.say != SmtpVerb::none) say(step);
    if (step.question) report(*std::move(step.question));
    if (std::holds_alternative<AwaitingTls>(state)) report(BeginTls{});
    if (std::holds_alternative<Closed>(state)) report(CloseConnection{});
    deadline = deadline_of(state, now, config);
}

// The text as it goes out, and what is said of it.
void ClientSession::Machine::write_text(Job& mail) const
{
    const std::string& text = *mail.mail.text;
    if (config.keeps_line_ends) {
        append_as_it_is(text, mail.wire);
        mail.lines = static_cast<std::uint32_t>(std::ranges::count(mail.wire, '\n')) - 1;
        mail.size = static_cast<std::uint32_t>(text.size() + (text.ends_with("\r\n") ? 0 : 2));
        return;
    }
    mail.changed_line_ends = append_data(text, mail.wire);
    const WireCount count = count_wire(mail.wire);
    mail.lines = count.lines;
    mail.size = static_cast<std::uint32_t>(mail.wire.size()) - 3 - count.added_dots;
}

// Goes on to the next mail, or to QUIT, when there is nothing else to do.
void ClientSession::Machine::proceed(Instant now)
{
    while (auto* ready = std::get_if<Ready>(&state)) {
        if (job) {
            if (job->wire.empty()) {
                job->in_ascii = job->choose_form(ready->offer);
                write_text(*job);
            }
            commit(transitions().begin_mail(std::move(*ready)), now);
        } else if (finish_wanted) {
            Step quit;
            quit.next = Quitting{};
            quit.say = SmtpVerb::quit;
            commit(std::move(quit), now);
        } else {
            break;
        }
    }
}

void ClientSession::Machine::decide(const Decision& decision)
{
    if (decision.recipient) {
        job->results[*decision.recipient] = decision.result;
        return;
    }
    for (auto& result : job->results)
        if (!result) result = decision.result;
}

void ClientSession::Machine::decide_by_failure(const SessionFailed& why)
{
    using enum RecipientResult::Outcome;
    const auto outcome = why.temporary ? refused_for_now : refused_for_good;
    decide({{outcome, why.step, why.problem, why.reply}, std::nullopt});
}

void ClientSession::Machine::finish_mail()
{
    MailFinished finished;
    if (const auto* at = std::get_if<Ready>(&state)) finished.peer_offers_dsn = at->offer.dsn;
    finished.recipients.reserve(job->results.size());
    for (auto& result : job->results) {
        SIM_ASSERT(result.has_value());
        finished.recipients.push_back(*std::move(result));
    }
    job.reset();
    report(std::move(finished));
}

// ---- speaking ---------------------------------------------------------------------------------

CommandSent&
ClientSession::Machine::add_line(SmtpVerb verb, std::string line, std::size_t secret_offset)
{
    const std::uint64_t offset = sent;
    sent += line.size() + 2;
    burst += line;
    burst += "\r\n";
    const std::size_t shown = std::min(secret_offset, line.size());
    const auto secret_size = static_cast<std::uint32_t>(line.size() - shown);
    report(CommandSent{verb,
                       std::move(line),
                       secret_size == 0 ? 0 : static_cast<std::uint32_t>(shown),
                       secret_size,
                       encrypted,
                       offset,
                       phase_of(state)});
    return std::get<CommandSent>(outputs.last());
}

void ClientSession::Machine::flush()
{
    if (!burst.empty()) report(SendBytes{std::exchange(burst, {})});
}

void ClientSession::Machine::say(Step& step)
{
    switch (step.say) {
    case SmtpVerb::ehlo:
        add_line(step.say, "EHLO " + config.hostname);
        break;
    case SmtpVerb::helo:
        add_line(step.say, "HELO " + config.hostname);
        break;
    case SmtpVerb::starttls:
        add_line(step.say, "STARTTLS");
        break;
    case SmtpVerb::auth:
    case SmtpVerb::auth_response:
        add_line(step.say, std::move(step.auth_line), step.secret_offset);
        break;
    case SmtpVerb::quit:
        add_line(step.say, "QUIT");
        break;
    case SmtpVerb::text:
        say_text();
        break;
    case SmtpVerb::bdat:
        say_chunk();
        break;
    default:
        say_transaction(std::get<InTransaction>(state));
        break;
    }
    flush();
}

// The command that is awaited; with pipelining all that follow, DATA the last: RFC 2920 §3.1.
void ClientSession::Machine::say_transaction(const InTransaction& at)
{
    using enum InTransaction::Awaits;
    const bool all = at.pipelined;
    if (all) burst.reserve(128 + 64 * job->results.size());
    if (at.awaits == rset) add_line(SmtpVerb::rset, "RSET");
    if (at.awaits == mail || (all && at.awaits < mail)) say_mail();
    std::size_t recipient = at.awaits == rcpt ? at.recipient : job->next_undecided(0);
    if (at.awaits == rcpt || (all && at.awaits < rcpt)) {
        do {
            say_recipient(recipient);
            recipient = job->next_undecided(recipient + 1);
        } while (all && recipient < job->results.size());
    }
    if ((at.awaits == data || all) && !at.chunked) add_line(SmtpVerb::data, "DATA");
}

void ClientSession::Machine::say_recipient(std::size_t recipient)
{
    std::string line = "RCPT TO:<" + job->mail.recipients[recipient] + '>';
    const RecipientParameters& wishes = job->mail.recipient_parameters[recipient];
    if (std::get<InTransaction>(state).offer.dsn) {
        if (wishes.notify) line.append(" NOTIFY=").append(to_string(*wishes.notify));
        const bool fits = job->mail.needs_utf8 || !needs_smtputf8(wishes.orcpt);
        if (!wishes.orcpt.empty() && fits) line.append(" ORCPT=").append(wishes.orcpt);
    }
    add_line(SmtpVerb::rcpt, std::move(line)).address = job->mail.recipients[recipient];
}

void ClientSession::Machine::say_mail()
{
    const OutgoingMail& mail = job->mail;
    const Offer& offer = std::get<InTransaction>(state).offer;
    std::string line;
    line.reserve(64 + mail.reverse_path.size());
    line += "MAIL FROM:<";
    line += mail.reverse_path;
    line += '>';
    if (offer.size) {
        line += " SIZE=";
        line += std::to_string(job->size);
    }
    if (mail.needs_8bit) line += " BODY=8BITMIME";
    if (mail.needs_utf8) line += " SMTPUTF8";
    if (offer.dsn) {
        if (mail.ret) line += *mail.ret == ReturnedPart::full ? " RET=FULL" : " RET=HDRS";
        if (!mail.envid.empty()) line.append(" ENVID=").append(mail.envid);
    }
    add_line(SmtpVerb::mail, std::move(line)).address = mail.reverse_path;
}

void ClientSession::Machine::say_text()
{
    const bool for_somebody = job->has_undecided();
    std::string wire = for_somebody ? std::move(job->wire) : std::string{".\r\n"};
    report(TextSent{for_somebody ? job->lines : 0,
                    for_somebody ? job->size : 0,
                    encrypted,
                    sent,
                    for_somebody && job->changed_line_ends,
                    for_somebody && job->in_ascii});
    sent += wire.size();
    report(SendBytes{std::move(wire)});
}

// RFC 3030 §2: the same text, but nothing is added to it.
void ClientSession::Machine::say_chunk()
{
    std::string text;
    text.reserve(job->size);
    if (config.keeps_line_ends) {
        text = *job->mail.text;
    } else {
        remove_dots(job->wire, text);
    }
    add_line(SmtpVerb::bdat, "BDAT " + std::to_string(text.size()) + " LAST");
    report(TextSent{job->lines, job->size, encrypted, sent, job->changed_line_ends, job->in_ascii});
    sent += text.size();
    burst += text;
}

// ---- hearing ----------------------------------------------------------------------------------

// While the host has to answer, replies wait: an honest server says nothing then.
bool ClientSession::Machine::listens() const
{
    const ClientPhase phase = phase_of(state);
    return phase != ClientPhase::closed && phase != ClientPhase::awaiting_tls &&
           phase != ClientPhase::awaiting_connection &&
           !std::holds_alternative<ChoosingMechanism>(state) &&
           !std::holds_alternative<Challenged>(state);
}

void ClientSession::Machine::read(Instant now)
{
    while (listens()) {
        auto received = reader.poll_reply();
        if (!received) break;
        const SmtpVerb to = awaited_verb(state);
        Step step = transitions().on_reply(std::move(state), received->reply);
        report(ReplySeen{to,
                         std::move(received->reply),
                         std::move(received->wire),
                         encrypted,
                         received->range.begin,
                         phase_of(step.next)});
        commit(std::move(step), now);
        proceed(now);
    }
    if (!reader.error() || !listens()) return;
    hang_up(*reader.error() == ReplyError::too_long ? SmtpProblem::reply_too_long
                                                    : SmtpProblem::reply_malformed,
            now);
}

// The server can no longer be heard, or ought not to be.
void ClientSession::Machine::hang_up(std::optional<SmtpProblem> problem, Instant now)
{
    Step step = Transitions::cut_short(state, problem);
    step.detail = reader.refused_line();
    if (std::holds_alternative<Quitting>(state)) {
        // After QUIT nothing depends on what the server says, or whether.
        step.problems.clear();
        step.failure.reset();
    }
    commit(std::move(step), now);
}

// ---- the session as others see it -------------------------------------------------------------

ClientSession::ClientSession(ClientConfig config)
    : Session{std::make_unique<Machine>(std::move(config))}
{
}

ClientSession::Machine& ClientSession::machine()
{
    return static_cast<Machine&>(parts());
}

void ClientSession::start_mail(OutgoingMail mail, Instant now)
{
    Machine& m = machine();
    SIM_ASSERT(!m.job && !m.finish_wanted);
    m.job = make_job(std::move(mail));
    if (!m.job->has_undecided()) {
        m.report(ProblemSeen{*m.job->results.front()->problem, {}});
        m.finish_mail();
    } else if (m.failure) {
        m.decide_by_failure(*m.failure);
        m.finish_mail();
    } else {
        m.proceed(now);
    }
}

void ClientSession::finish(Instant now)
{
    machine().finish_wanted = true;
    machine().proceed(now);
}

void ClientSession::handle_connected(Instant now)
{
    Machine& m = machine();
    SIM_ASSERT(std::holds_alternative<AwaitingConnection>(m.state));
    Step step;
    if (!is_word(m.config.hostname)) {
        step = Transitions::fail(
            FailureStep::local, SmtpProblem::unfit_for_command, {}, Transitions::Farewell::hang_up);
    } else if (m.config.protection == Protection::tls) {
        step.next = AwaitingTls{};
    } else {
        step.next = AwaitingGreeting{};
    }
    m.commit(std::move(step), now);
}

void ClientSession::handle_bytes(std::string_view bytes, Instant now)
{
    Machine& m = machine();
    SIM_ASSERT(!std::holds_alternative<AwaitingConnection>(m.state));
    if (bytes.empty() || std::holds_alternative<Closed>(m.state)) return;
    if (std::holds_alternative<AwaitingTls>(m.state)) {
        // Octets in the clear where only TLS may be: whoever sent them wants them believed.
        m.hang_up(SmtpProblem::response_injection, now);
        return;
    }
    const bool first = std::holds_alternative<AwaitingGreeting>(m.state) && !m.heard_anything;
    m.heard_anything = true;
    if (first && !m.encrypted && starts_tls_record(bytes.front())) {
        m.hang_up(SmtpProblem::spoke_smtp_to_tls_port, now);
        return;
    }
    m.reader.handle_bytes(bytes);
    m.read(now);
}

void ClientSession::handle_tls_established(Instant now)
{
    Machine& m = machine();
    if (!std::holds_alternative<AwaitingTls>(m.state)) return;
    // RFC 3207 §4.2: whatever was said before counts for nothing. No Offer survives AwaitingTls.
    m.reader.restart();
    m.encrypted = true;
    m.sent = 0;
    Step step;
    if (m.config.protection == Protection::tls) {
        step.next = AwaitingGreeting{};
    } else {
        step.next = AwaitingHello{};
        step.say = SmtpVerb::ehlo;
    }
    m.commit(std::move(step), now);
}

void ClientSession::handle_auth_choice(std::string_view mechanism,
                                       const AuthAnswer& answer,
                                       Instant now)
{
    SIM_ASSERT(is_word(mechanism));
    auto* at = std::get_if<ChoosingMechanism>(&machine().state);
    if (at == nullptr) return;
    machine().commit(machine().transitions().choose(std::move(*at), mechanism, answer), now);
    machine().read(now);
}

void ClientSession::handle_auth_response(const AuthAnswer& answer, Instant now)
{
    auto* at = std::get_if<Challenged>(&machine().state);
    if (at == nullptr) return;
    machine().commit(machine().transitions().respond(std::move(*at), answer), now);
    machine().read(now);
}

void ClientSession::handle_auth_impossible(SmtpProblem why, Instant now)
{
    Machine& m = machine();
    if (std::holds_alternative<Challenged>(m.state)) {
        m.commit(Transitions::cancel(why), now);
    } else if (std::holds_alternative<ChoosingMechanism>(m.state)) {
        m.commit(Transitions::fail(FailureStep::auth, why, {}, Transitions::Farewell::quit), now);
    } else {
        return;
    }
    m.read(now);
}

void ClientSession::handle_send_progress(bool all_sent, Instant when)
{
    Machine& m = machine();
    if (!std::holds_alternative<AwaitingVerdict>(m.state)) return;
    const ClientTimeouts& timeouts = m.config.timeouts;
    m.deadline = all_sent
                     ? Deadline{SessionTimer::verdict_awaited, when, when + timeouts.end_of_text}
                     : Deadline{SessionTimer::octets_leaving, when, when + timeouts.text_block};
}

} // namespace sim::smtp
