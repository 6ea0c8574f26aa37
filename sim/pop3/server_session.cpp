#include "sim/pop3/server_session.h"

#include "sim/pop3/line_reader.h"
#include "sim/pop3/server_state.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::pop3 {

using namespace server;

namespace {

// What may wait while the host looks at a password.
constexpr std::size_t max_waiting_octets = std::size_t{64} * 1024;

// The first octet of a TLS record with a ClientHello in it, RFC 8446 §5.1.
constexpr char tls_handshake_record = 22;

} // namespace

struct ServerSession::Machine final : Parts {
    explicit Machine(ServerConfig settings) : config{std::move(settings)} {}

    ServerConfig config;
    State state = Authorization{};
    LineReader reader{max_command_octets, LfAlone::cuts};
    bool heard_anything = false;
    std::uint32_t commands = 0;
    std::uint32_t bad_commands = 0;
    std::uint32_t login_failures = 0;
    std::uint64_t sent = 0;           // octets, counted as in stream_offset
    std::optional<std::string> pause; // said instead of the greeting
    std::string burst;                // replies that go out together

    void greet(Instant now);
    void read(Instant now);
    void handle_line(const ReadLine& line, Instant now);
    [[nodiscard]] bool has_said_enough() const;
    void commit(Pop3Verb to, Step step, Instant now);
    void update();
    void say(Pop3Verb to, const Reply& reply);
    void flush();
    void close();
    [[nodiscard]] Pop3Phase phase() const override { return phase_of(state); }
    // RFC 1939 §3: the autologout timer closes without a word and without deleting anything.
    void hang_up(std::optional<SmtpProblem> /*problem*/, Instant /*now*/) override { close(); }
};

void ServerSession::Machine::greet(Instant now)
{
    if (pause) {
        commit(Pop3Verb::none, going_to(Closed{}, paused(*pause)), now);
        return;
    }
    // No "<...>" in it: that would offer APOP, RFC 1939 §7.
    commit(Pop3Verb::none,
           staying({true, Pop3Reason::greeting, config.hostname + " POP3 server ready", {}}),
           now);
    flush();
}

void ServerSession::Machine::read(Instant now)
{
    while (std::holds_alternative<Authorization>(state) ||
           std::holds_alternative<Transaction>(state)) {
        const auto line = reader.poll_line();
        if (!line) break;
        handle_line(*line, now);
    }
    // RFC 5321 §7.8 for the other protocol: far beyond a limit is no mistake any more.
    if (reader.swallowed_octets() > max_waiting_octets)
        commit(Pop3Verb::none, going_to(Closed{}, refusal(Pop3Reason::too_much_sent)), now);
    flush();
    if (std::holds_alternative<AwaitingVerdict>(state) &&
        reader.pending_octets() > max_waiting_octets)
        close();
}

void ServerSession::Machine::handle_line(const ReadLine& line, Instant now)
{
    const ParsedCommand parsed = parse_command(line.text);
    const Pop3Phase before = phase_of(state);
    Step step;
    if (line.too_long) {
        step = staying(refusal(Pop3Reason::line_too_long));
    } else if (line.is_broken) {
        step = staying(refusal(Pop3Reason::line_without_cr));
    } else if (line.has_stray_octets) {
        step = staying(refusal(Pop3Reason::malformed_line));
    } else {
        const Transitions transitions{config, encrypted};
        step = transitions.on_command(state, parsed.command);
    }
    ++commands;
    if (has_said_enough()) step = going_to(Closed{}, refusal(Pop3Reason::too_many_commands));
    if (step.reply && is_bad_command(step.reply->reason) &&
        ++bad_commands >= config.bad_command_limit)
        step = going_to(Closed{}, refusal(Pop3Reason::too_many_failures));
    report(CommandSeen{parsed.verb,
                       std::string{line.text},
                       static_cast<std::uint32_t>(parsed.secret_offset),
                       static_cast<std::uint32_t>(parsed.secret_size),
                       encrypted,
                       before,
                       step.next ? phase_of(*step.next) : before,
                       line.stream_offset});
    commit(parsed.verb, std::move(step), now);
}

// A program that lists, fetches and deletes every message needs no more than this.
bool ServerSession::Machine::has_said_enough() const
{
    constexpr std::size_t for_each_message = 8;
    const auto* transaction = std::get_if<Transaction>(&state);
    const std::size_t messages = transaction == nullptr ? 0 : transaction->messages.size();
    return commands > config.command_limit + for_each_message * messages;
}

// The one place where the state changes and replies are given.
void ServerSession::Machine::commit(Pop3Verb to, Step step, Instant now)
{
    auto* transaction = std::get_if<Transaction>(&state);
    if (step.mark_deleted) transaction->deleted[*step.mark_deleted] = true;
    if (step.unmark_all) transaction->deleted.assign(transaction->messages.size(), false);
    if (step.update) {
        update();
    } else if (transaction != nullptr && step.next) {
        report(MailboxReleased{});
    }
    if (step.next) {
        state = *std::move(step.next);
    } else if (auto* at = std::get_if<Authorization>(&state)) {
        at->user.reset(); // PASS only right behind USER, RFC 1939 §7
    }

    deadline = deadline_of(state, now, config);
    if (step.reply) {
        // RFC 2595 §4: what came behind STLS in the clear must not count under TLS.
        if (std::holds_alternative<AwaitingTls>(state) && reader.pending_octets() > 0)
            step.reply->reason = Pop3Reason::plaintext_after_stls;
        say(to, *std::move(step.reply));
    }
    if (step.question) {
        flush();
        report(*std::move(step.question));
    }
    if (std::holds_alternative<AwaitingTls>(state)) {
        flush();
        reader.restart();
        report(BeginTls{});
    }
    if (std::holds_alternative<Closed>(state)) close();
}

void ServerSession::Machine::update()
{
    const auto& at = std::get<Transaction>(state);
    DeleteMessages deleted;
    for (std::size_t i = 0; i < at.messages.size(); ++i)
        if (at.deleted[i]) deleted.uidls.push_back(at.messages[i].uidl);
    report(std::move(deleted));
}

void ServerSession::Machine::say(Pop3Verb to, const Reply& reply)
{
    std::string line = reply.ok ? "+OK" : "-ERR";
    if (!reply.line.empty()) {
        line += ' ';
        line += reply.line;
    }
    const std::size_t size = line.size() + 2 + reply.body.size();
    burst += line;
    burst += "\r\n";
    burst += reply.body;
    report(ReplySent{to,
                     reply.ok,
                     reply.reason,
                     std::move(line),
                     static_cast<std::uint32_t>(size),
                     encrypted,
                     sent,
                     phase_of(state)});
    sent += size;
}

void ServerSession::Machine::flush()
{
    if (!burst.empty()) report(SendBytes{std::exchange(burst, {})});
}

// From any state: with a transaction open nothing is deleted.
void ServerSession::Machine::close()
{
    flush();
    if (std::holds_alternative<Transaction>(state)) report(MailboxReleased{});
    state = Closed{};
    deadline = {};
    report(CloseConnection{});
}

// ---- the session as others see it -------------------------------------------------------------

ServerSession::ServerSession(ServerConfig config)
    : Session{std::make_unique<Machine>(std::move(config))}
{
}

ServerSession::Machine& ServerSession::machine()
{
    return static_cast<Machine&>(parts());
}

void ServerSession::handle_connected(Instant now, std::optional<std::string> pause)
{
    Machine& m = machine();
    m.pause = std::move(pause);
    if (m.config.tls != ServerTls::from_the_start) {
        m.greet(now);
        return;
    }
    Step step;
    step.next = AwaitingTls{};
    m.commit(Pop3Verb::none, std::move(step), now);
}

void ServerSession::handle_bytes(std::string_view bytes, Instant now)
{
    Machine& m = machine();
    // Under TLS nothing counts that came outside it.
    if (bytes.empty() || std::holds_alternative<Closed>(m.state) ||
        std::holds_alternative<AwaitingTls>(m.state))
        return;
    const bool first = !std::exchange(m.heard_anything, true);
    if (first && !m.encrypted && bytes.front() == tls_handshake_record) {
        m.commit(Pop3Verb::none, going_to(Closed{}, refusal(Pop3Reason::spoke_tls)), now);
        return;
    }
    m.reader.handle_bytes(bytes);
    m.read(now);
}

void ServerSession::handle_tls_established(Instant now)
{
    Machine& m = machine();
    if (!std::holds_alternative<AwaitingTls>(m.state)) return;
    m.state = Authorization{};
    m.encrypted = true;
    m.sent = 0;
    m.deadline = deadline_of(m.state, now, m.config);
    // RFC 2595 §4: after STLS there is no second greeting.
    if (m.config.tls == ServerTls::from_the_start) m.greet(now);
}

void ServerSession::handle_login_accepted(std::vector<StoredMessage> mailbox, Instant now)
{
    Machine& m = machine();
    auto* at = std::get_if<AwaitingVerdict>(&m.state);
    if (at == nullptr) { // the client has gone in the meantime
        m.report(MailboxReleased{});
        return;
    }
    m.report(AuthSeen{std::move(at->user), true, m.encrypted});
    Transaction next{std::move(mailbox), {}};
    next.deleted.assign(next.messages.size(), false);
    const std::string line = std::to_string(next.messages.size()) + " messages";
    m.commit(
        Pop3Verb::pass, going_to(std::move(next), {true, Pop3Reason::logged_in, line, {}}), now);
    m.read(now);
}

void ServerSession::handle_login_refused(Instant now)
{
    Machine& m = machine();
    auto* at = std::get_if<AwaitingVerdict>(&m.state);
    if (at == nullptr) return;
    m.report(AuthSeen{std::move(at->user), false, m.encrypted});
    if (++m.login_failures >= m.config.login_failure_limit) {
        m.commit(Pop3Verb::pass, going_to(Closed{}, refusal(Pop3Reason::too_many_failures)), now);
    } else {
        m.commit(Pop3Verb::pass, going_to(Authorization{}, refusal(Pop3Reason::login_failed)), now);
    }
    m.read(now);
}

void ServerSession::handle_login_paused(const std::string& pause, Instant now)
{
    Machine& m = machine();
    if (std::holds_alternative<AwaitingVerdict>(m.state))
        m.commit(Pop3Verb::pass, going_to(Closed{}, paused(pause)), now);
}

void ServerSession::handle_mailbox_locked(Instant now)
{
    Machine& m = machine();
    auto* at = std::get_if<AwaitingVerdict>(&m.state);
    if (at == nullptr) return;
    m.report(AuthSeen{std::move(at->user), true, m.encrypted});
    m.commit(Pop3Verb::pass, going_to(Authorization{}, refusal(Pop3Reason::mailbox_locked)), now);
    m.read(now);
}

std::vector<ServerSession::Transition> ServerSession::transition_table(const ServerConfig& config)
{
    const StoredMessage message{"uid-1", 4, std::make_shared<const std::string>("a\r\n\r\n")};
    const std::array<State, 3> states{
        Authorization{}, Authorization{"hanako"}, Transaction{{message}, {false}}};
    const std::array<Command, 14> commands{Capa{},
                                           User{"hanako"},
                                           Pass{"secret"},
                                           Stat{},
                                           List{},
                                           Uidl{},
                                           Retr{1},
                                           Top{1, 0},
                                           Dele{1},
                                           Noop{},
                                           Rset{},
                                           Stls{},
                                           Quit{},
                                           Unknown{}};
    using enum Pop3Verb;
    constexpr std::array<Pop3Verb, 14> verbs{
        capa, user, pass, stat, list, uidl, retr, top, dele, noop, rset, stls, quit, unknown};
    std::vector<Transition> table;
    const Transitions transitions{config, config.tls == ServerTls::from_the_start};
    for (const State& state : states) {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            const Step step = transitions.on_command(state, commands.at(i));
            const auto* at = std::get_if<Authorization>(&state);
            table.push_back({phase_of(state),
                             at != nullptr && at->user.has_value(),
                             verbs.at(i),
                             phase_of(step.next ? *step.next : state),
                             step.question.has_value(),
                             step.reply && step.reply->ok,
                             step.reply ? step.reply->reason : Pop3Reason::accepted});
        }
    }
    return table;
}

} // namespace sim::pop3
