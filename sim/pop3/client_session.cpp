#include "sim/pop3/client_session.h"

#include "sim/pop3/client_state.h"
#include "sim/pop3/line_reader.h"
#include "sim/pop3/multiline.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace sim::pop3 {

using namespace client;

namespace {

constexpr std::size_t max_line_octets = std::size_t{64} * 1024; // of a reply or a message
constexpr std::size_t max_capability_octets = std::size_t{16} * 1024;
constexpr std::size_t max_shown_octets = 512; // of a reply's first line, RFC 2449 §4
constexpr std::uint64_t octets_per_patience = std::uint64_t{16} * 1024;

bool fits_a_line(std::string_view text)
{
    return !text.empty() && text.size() <= 255 && std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
}

} // namespace

struct ClientSession::Machine final : Parts {
    explicit Machine(ClientConfig wishes) : config{std::move(wishes)} {}

    ClientConfig config;
    State state = AwaitingConnection{};
    LineReader reader{max_line_octets};
    std::optional<Reply> reading; // a reply whose last line has not come
    bool heard_anything = false;
    std::uint64_t sent = 0; // octets, counted as in stream_offset

    void commit(Step step, Instant now);
    void say(Pop3Verb verb);
    void send_line(Pop3Verb verb, std::string line, std::size_t secret_offset);

    [[nodiscard]] bool listens() const;
    void read(Instant now);
    void read_line(const ReadLine& line, Instant now);
    [[nodiscard]] std::uint64_t body_limit() const;
    void finish_reply(Instant now);
    [[nodiscard]] ClientPhase phase() const override { return phase_of(state); }
    void hang_up(std::optional<SmtpProblem> problem, Instant now) override;
};

// The one place where the state changes and outputs arise.
void ClientSession::Machine::commit(Step step, Instant now)
{
    state = std::move(step.next);
    for (const SmtpProblem problem : step.problems)
        report(ProblemSeen{problem, step.failure ? step.failure->reply : std::string{}});
    if (step.fetched) report(*std::move(step.fetched));
    if (step.finished) report(*step.finished);
    if (step.failure) report(*std::move(step.failure));
    if (step.say != Pop3Verb::none) say(step.say);
    if (std::holds_alternative<AwaitingTls>(state)) report(BeginTls{});
    if (std::holds_alternative<Closed>(state)) report(CloseConnection{});
    deadline = deadline_of(state, now, config);
}

void ClientSession::Machine::say(Pop3Verb verb)
{
    const auto numbered = [](std::string_view word, const Plan& plan) {
        return std::string{word} + ' ' + std::to_string(plan.messages[plan.next].number);
    };
    constexpr std::size_t nothing_secret = std::string::npos;
    switch (verb) {
    case Pop3Verb::capa:
        return send_line(verb, "CAPA", nothing_secret);
    case Pop3Verb::stls:
        return send_line(verb, "STLS", nothing_secret);
    case Pop3Verb::user:
        return send_line(verb, "USER " + config.user, nothing_secret);
    case Pop3Verb::pass:
        return send_line(verb, "PASS " + config.password, 5);
    case Pop3Verb::stat:
        return send_line(verb, "STAT", nothing_secret);
    case Pop3Verb::uidl:
        return send_line(verb, "UIDL", nothing_secret);
    case Pop3Verb::retr:
        return send_line(verb, numbered("RETR", std::get<Fetching>(state).plan), nothing_secret);
    case Pop3Verb::dele:
        return send_line(verb, numbered("DELE", std::get<Deleting>(state).plan), nothing_secret);
    default:
        return send_line(verb, "QUIT", nothing_secret);
    }
}

void ClientSession::Machine::send_line(Pop3Verb verb, std::string line, std::size_t secret_offset)
{
    std::string bytes = line + "\r\n";
    const std::uint64_t offset = sent;
    sent += bytes.size();
    const std::size_t shown = std::min(secret_offset, line.size());
    const auto secret_size = static_cast<std::uint32_t>(line.size() - shown);
    report(CommandSent{verb,
                       std::move(line),
                       secret_size == 0 ? 0 : static_cast<std::uint32_t>(shown),
                       secret_size,
                       encrypted,
                       offset,
                       phase_of(state)});
    report(SendBytes{std::move(bytes)});
}

bool ClientSession::Machine::listens() const
{
    return !std::holds_alternative<Closed>(state) && !std::holds_alternative<AwaitingTls>(state) &&
           !std::holds_alternative<AwaitingConnection>(state);
}

void ClientSession::Machine::read(Instant now)
{
    while (listens()) {
        const auto line = reader.poll_line();
        if (!line) return;
        read_line(*line, now);
    }
}

void ClientSession::Machine::read_line(const ReadLine& line, Instant now)
{
    if (line.too_long) return hang_up(SmtpProblem::reply_too_long, now);
    if (!reading) {
        Reply reply;
        reply.ok = line.text.starts_with("+OK");
        const std::string_view rest = line.text.substr(
            std::min<std::size_t>(line.text.size(), reply.ok ? 3 : 4)); // behind the indicator
        reply.line = line.text.substr(0, max_shown_octets);
        reply.offset = line.stream_offset;
        reply.size = line.text.size() + 2;
        const bool well_formed = (reply.ok || line.text.starts_with("-ERR")) &&
                                 (rest.empty() || rest.front() == ' ') && !line.has_stray_octets;
        reading = std::move(reply);
        if (!well_formed) return hang_up(SmtpProblem::reply_malformed, now);
        if (!reading->ok || !has_body(awaited_verb(state))) finish_reply(now);
        return;
    }
    const std::uint64_t before = reading->size;
    reading->size += line.text.size() + 2;
    if (line.text == ".") return finish_reply(now);
    reading->body += without_stuffing(line.text);
    reading->body += "\r\n";
    if (reading->body.size() > body_limit()) return hang_up(SmtpProblem::reply_too_long, now);
    if (before / octets_per_patience != reading->size / octets_per_patience)
        deadline = deadline_of(state, now, config);
}

std::uint64_t ClientSession::Machine::body_limit() const
{
    if (std::holds_alternative<Fetching>(state)) return config.message_size_limit;
    if (const auto* at = std::get_if<AwaitingUidl>(&state))
        return std::uint64_t{at->count} * (max_uidl_octets + 12);
    return max_capability_octets;
}

void ClientSession::Machine::finish_reply(Instant now)
{
    Reply reply = *std::exchange(reading, std::nullopt);
    ReplySeen seen{awaited_verb(state),
                   reply.ok,
                   reply.line,
                   static_cast<std::uint32_t>(reply.size),
                   encrypted,
                   reply.offset};
    const Transitions transitions{config, encrypted, reader.pending_octets() > 0};
    Step step = transitions.on_reply(std::move(state), std::move(reply));
    seen.after = phase_of(step.next);
    report(std::move(seen));
    commit(std::move(step), now);
}

// The server can no longer be heard, or ought not to be. Nothing is deleted without QUIT.
void ClientSession::Machine::hang_up(std::optional<SmtpProblem> problem, Instant now)
{
    std::string said = reading ? std::move(reading->line) : std::string{};
    reading.reset();
    Step step = fail(step_of(state), problem, std::move(said), false);
    if (const auto* at = std::get_if<Quitting>(&state)) {
        // When nothing was to be deleted it does not matter what becomes of QUIT.
        if (!at->sums || at->sums->deleted == 0) {
            step.problems.clear();
            step.failure.reset();
            step.finished = at->sums;
        }
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

void ClientSession::handle_connected(Instant now)
{
    Machine& m = machine();
    if (!fits_a_line(m.config.user) || !fits_a_line(m.config.password)) {
        m.commit(fail(FailureStep::local, SmtpProblem::unfit_for_command, {}, false), now);
    } else if (m.config.protection == Protection::tls) {
        m.commit(going_to(AwaitingTls{}), now);
    } else {
        m.commit(going_to(AwaitingGreeting{}), now);
    }
}

void ClientSession::handle_bytes(std::string_view bytes, Instant now)
{
    Machine& m = machine();
    if (bytes.empty() || std::holds_alternative<Closed>(m.state)) return;
    if (std::holds_alternative<AwaitingTls>(m.state)) {
        // Octets in the clear where only TLS may be: whoever sent them wants them believed.
        m.hang_up(SmtpProblem::response_injection, now);
        return;
    }
    const bool first = !std::exchange(m.heard_anything, true);
    // The type octet of a TLS record: a TLS port answers one who speaks in the clear.
    if (first && !m.encrypted && bytes.front() >= 20 && bytes.front() <= 23) {
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
    m.reader.restart();
    m.encrypted = true;
    m.sent = 0;
    // RFC 2595 §4: what was learned before STLS counts for nothing; ask again.
    m.commit(m.config.protection == Protection::tls
                 ? going_to(AwaitingGreeting{})
                 : going_to(AwaitingCapabilities{}, Pop3Verb::capa),
             now);
}

std::vector<ClientSession::Transition> ClientSession::transition_table(const ClientConfig& config)
{
    const Plan plan{{Wanted{1, "uid-1", true}}, 0, {}};
    const std::array<State, 10> states{AwaitingGreeting{},
                                       AwaitingCapabilities{},
                                       AwaitingStls{},
                                       AwaitingUser{},
                                       AwaitingPass{},
                                       AwaitingStat{},
                                       AwaitingUidl{1},
                                       Fetching{plan},
                                       Deleting{plan},
                                       Quitting{SessionFinished{}}};
    std::vector<Transition> table;
    const Transitions transitions{config, config.protection == Protection::tls};
    for (const State& state : states) {
        for (const bool ok : {true, false}) {
            Reply reply;
            reply.ok = ok;
            reply.line = ok ? "+OK 1 200" : "-ERR";
            if (std::holds_alternative<AwaitingCapabilities>(state)) reply.body = "STLS\r\n";
            if (std::holds_alternative<AwaitingUidl>(state)) reply.body = "1 uid-1\r\n";
            if (!ok) reply.body.clear();
            const Step step = transitions.on_reply(State{state}, std::move(reply));
            table.push_back(
                {phase_of(state), ok, phase_of(step.next), step.say, step.failure.has_value()});
        }
    }
    return table;
}

} // namespace sim::pop3
