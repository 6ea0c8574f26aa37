#include "sim/pop3/server_session.h"

#include "sim/pop3/command.h"
#include "sim/pop3/line_reader.h"
#include "sim/pop3/multiline.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::pop3 {

using namespace server;

namespace {

// What may wait while the host looks at a password.
constexpr std::size_t max_waiting_octets = 64 * 1024;

// The first octet of a TLS record with a ClientHello in it, RFC 8446 §5.1.
constexpr char tls_handshake_record = 22;

// ---- states: each holds exactly what is valid in it -------------------------------------------

struct Authorization {
    std::optional<std::string> user; // of the command right before
};
struct AwaitingVerdict {
    std::string user;
};
struct AwaitingTls {};
struct Transaction {
    std::vector<StoredMessage> messages; // number 1 is the first
    std::vector<bool> deleted;
};
struct Closed {};

using State = std::variant<Authorization, AwaitingVerdict, AwaitingTls, Transaction, Closed>;

Pop3Phase phase_of(const State& state)
{
    constexpr std::array<Pop3Phase, std::variant_size_v<State>> phases{Pop3Phase::authorization,
                                                                       Pop3Phase::awaiting_verdict,
                                                                       Pop3Phase::awaiting_tls,
                                                                       Pop3Phase::transaction,
                                                                       Pop3Phase::closed};
    return phases.at(state.index());
}

// ---- replies ----------------------------------------------------------------------------------

struct Reply {
    bool ok = false;
    Pop3Reason reason = Pop3Reason::accepted;
    std::string line; // behind "+OK" or "-ERR"; may be empty
    std::string body; // of a multi-line reply, with its final "."
};

Reply accepted(std::string line = {}, std::string body = {})
{
    return {true, Pop3Reason::accepted, std::move(line), std::move(body)};
}

// Each refusal has one wording; nothing a client sent is echoed. Codes in brackets: RFC 2449 §8,
// RFC 3206.
std::string_view words_for(Pop3Reason reason)
{
    switch (reason) {
    case Pop3Reason::out_of_sequence:
        return "Not now";
    case Pop3Reason::unknown_command:
        return "Unknown command";
    case Pop3Reason::not_offered:
        return "Not offered here";
    case Pop3Reason::bad_argument:
        return "Bad argument";
    case Pop3Reason::malformed_line:
        return "Stray CR, LF or NUL in the line";
    case Pop3Reason::line_too_long:
        return "Line too long";
    case Pop3Reason::no_such_message:
        return "No such message";
    case Pop3Reason::already_deleted:
        return "Message is marked as deleted";
    case Pop3Reason::tls_required:
        return "Login needs TLS: STLS first";
    case Pop3Reason::tls_already_active:
        return "TLS is active already";
    case Pop3Reason::spoke_tls:
        return "TLS begins with STLS here";
    case Pop3Reason::login_failed:
        return "[AUTH] User name or password is wrong";
    case Pop3Reason::mailbox_locked:
        return "[IN-USE] Mailbox is open in another session";
    case Pop3Reason::too_many_failures:
        return "Too many errors, closing";
    case Pop3Reason::greeting:
    case Pop3Reason::accepted:
    case Pop3Reason::plaintext_after_stls:
    case Pop3Reason::logged_in:
    case Pop3Reason::goodbye:
        break;
    }
    return {};
}

Reply refusal(Pop3Reason reason)
{
    return {false, reason, std::string{words_for(reason)}, {}};
}

// What counts towards bad_command_limit: a client that does not speak POP3, or not in earnest.
bool is_bad_command(Pop3Reason reason)
{
    return reason == Pop3Reason::out_of_sequence || reason == Pop3Reason::unknown_command ||
           reason == Pop3Reason::not_offered || reason == Pop3Reason::bad_argument ||
           reason == Pop3Reason::malformed_line || reason == Pop3Reason::line_too_long;
}

// ---- transitions ------------------------------------------------------------------------------

// One step of the conversation, computed by Transitions, carried out by commit().
struct Step {
    std::optional<State> next;  // none: stay
    std::optional<Reply> reply; // none: the host is asked first
    std::optional<CheckLogin> question;
    std::optional<std::size_t> mark_deleted;
    bool unmark_all = false;
    bool update = false; // the marked messages are to go, RFC 1939 §6
};

Step staying(Reply reply)
{
    Step step;
    step.reply = std::move(reply);
    return step;
}

Step going_to(State next, Reply reply)
{
    Step step = staying(std::move(reply));
    step.next = std::move(next);
    return step;
}

// The whole protocol, one overload per meaningful (state, command) pair. Pure: reads its arguments,
// returns a Step. Pairs not listed fall through to the last overload and are out of sequence.
struct Transitions {
    const ServerConfig& config;
    bool encrypted = false;

    [[nodiscard]] bool offers_tls() const
    {
        return config.tls != ServerTls::none && config.tls != ServerTls::from_the_start;
    }
    [[nodiscard]] bool may_log_in() const { return encrypted || config.tls != ServerTls::required; }

    // ---- any time ----

    Step on(const auto& /*at*/, const Capa& /*command*/) const
    {
        std::string body = "TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n";
        if (may_log_in()) body += "USER\r\n"; // RFC 2595 §2.2 has USER refused until then
        if (offers_tls() && !encrypted) body += "STLS\r\n";
        body += ".\r\n";
        return staying(accepted("Capabilities follow", std::move(body)));
    }
    Step on(const auto& /*at*/, const Unknown& /*command*/) const
    {
        return staying(refusal(Pop3Reason::unknown_command));
    }
    Step on(const auto& /*at*/, const BadArgument& /*command*/) const
    {
        return staying(refusal(Pop3Reason::bad_argument));
    }
    Step on(const auto& /*at*/, const Quit& /*command*/) const
    {
        return going_to(Closed{}, {true, Pop3Reason::goodbye, "Bye", {}});
    }
    Step on(const auto& /*at*/, const auto& /*command*/) const
    {
        return staying(refusal(Pop3Reason::out_of_sequence));
    }

    // ---- AUTHORIZATION, RFC 1939 §4 and §7 ----

    Step on(const Authorization& /*at*/, const User& user) const
    {
        if (!may_log_in()) return staying(refusal(Pop3Reason::tls_required));
        // The same for every name: who has a mailbox here is nobody's business.
        return going_to(Authorization{std::string{user.name}}, accepted("Now PASS"));
    }
    Step on(const Authorization& at, const Pass& pass) const
    {
        if (!may_log_in()) return staying(refusal(Pop3Reason::tls_required));
        if (!at.user) return staying(refusal(Pop3Reason::out_of_sequence));
        Step step;
        step.next = AwaitingVerdict{*at.user};
        step.question = CheckLogin{*at.user, std::string{pass.password}};
        return step;
    }
    Step on(const Authorization& /*at*/, const Stls& /*command*/) const
    {
        if (encrypted) return staying(refusal(Pop3Reason::tls_already_active));
        if (!offers_tls()) return staying(refusal(Pop3Reason::not_offered));
        return going_to(AwaitingTls{}, accepted("Begin TLS"));
    }

    // ---- TRANSACTION, RFC 1939 §5 ----

    Step on(const Transaction& at, const Stat& /*command*/) const
    {
        return staying(accepted(totals(at)));
    }
    Step on(const Transaction& at, const List& list) const
    {
        const auto entry = [&](std::size_t i) {
            return std::to_string(i + 1) + ' ' + std::to_string(at.messages[i].size);
        };
        return listing(at, list.number, entry);
    }
    Step on(const Transaction& at, const Uidl& uidl) const
    {
        const auto entry = [&](std::size_t i) {
            return std::to_string(i + 1) + ' ' + at.messages[i].uidl;
        };
        return listing(at, uidl.number, entry);
    }
    Step on(const Transaction& at, const Retr& retr) const
    {
        return message_body(at, retr.number, std::nullopt);
    }
    Step on(const Transaction& at, const Top& top) const
    {
        return message_body(at, top.number, top.lines);
    }
    Step on(const Transaction& at, const Dele& dele) const
    {
        if (const auto missing = fault_of(at, dele.number)) return staying(refusal(*missing));
        Step step = staying(accepted("Marked as deleted"));
        step.mark_deleted = dele.number - 1;
        return step;
    }
    Step on(const Transaction& /*at*/, const Noop& /*command*/) const
    {
        return staying(accepted());
    }
    Step on(const Transaction& /*at*/, const Rset& /*command*/) const
    {
        Step step = staying(accepted("Nothing is marked as deleted"));
        step.unmark_all = true;
        return step;
    }
    Step on(const Transaction& /*at*/, const Quit& /*command*/) const
    {
        Step step = going_to(Closed{}, {true, Pop3Reason::goodbye, "Bye", {}});
        step.update = true;
        return step;
    }

private:
    static std::optional<Pop3Reason> fault_of(const Transaction& at, std::uint32_t number)
    {
        if (number == 0 || number > at.messages.size()) return Pop3Reason::no_such_message;
        if (at.deleted[number - 1]) return Pop3Reason::already_deleted;
        return std::nullopt;
    }

    // "2 320": how many messages, and their octets; the deleted ones are not counted.
    static std::string totals(const Transaction& at)
    {
        std::size_t count = 0;
        std::uint64_t octets = 0;
        for (std::size_t i = 0; i < at.messages.size(); ++i) {
            if (at.deleted[i]) continue;
            ++count;
            octets += at.messages[i].size;
        }
        return std::to_string(count) + ' ' + std::to_string(octets);
    }

    static Step
    listing(const Transaction& at, std::optional<std::uint32_t> number, const auto& entry)
    {
        if (number) {
            if (const auto missing = fault_of(at, *number)) return staying(refusal(*missing));
            return staying(accepted(entry(*number - 1)));
        }
        std::string body;
        for (std::size_t i = 0; i < at.messages.size(); ++i) {
            if (at.deleted[i]) continue;
            body += entry(i);
            body += "\r\n";
        }
        body += ".\r\n";
        return staying(accepted(totals(at), std::move(body)));
    }

    static Step message_body(const Transaction& at,
                             std::uint32_t number,
                             std::optional<std::uint32_t> body_lines)
    {
        if (const auto missing = fault_of(at, number)) return staying(refusal(*missing));
        const StoredMessage& message = at.messages[number - 1];
        std::string line;
        if (!body_lines) line = std::to_string(message.size) + " octets";
        std::string body;
        append_multiline(*message.text, body_lines, body);
        return staying(accepted(std::move(line), std::move(body)));
    }
};

} // namespace

struct ServerSession::Machine {
    explicit Machine(ServerConfig settings) : config{std::move(settings)} {}

    ServerConfig config;
    State state = Authorization{};
    LineReader reader{max_command_octets};
    bool encrypted = false;
    bool heard_anything = false;
    std::uint32_t bad_commands = 0;
    std::uint32_t login_failures = 0;
    Instant deadline = never;
    std::uint64_t sent = 0; // octets, counted as in stream_offset
    std::string burst;      // replies that go out together
    std::vector<Output> outputs;
    std::size_t polled = 0;

    void report(Output output) { outputs.push_back(std::move(output)); }
    void greet(Instant now);
    void read(Instant now);
    void handle_line(const ReadLine& line, Instant now);
    void commit(Pop3Verb to, Step step, Instant now);
    void update();
    void say(Pop3Verb to, Reply reply);
    void flush();
    void close();
};

void ServerSession::Machine::greet(Instant now)
{
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
    } else if (line.has_stray_octets) {
        step = staying(refusal(Pop3Reason::malformed_line));
    } else {
        const Transitions transitions{config, encrypted};
        step = std::visit(
            [&](const auto& at, const auto& command) { return transitions.on(at, command); },
            state,
            parsed.command);
    }
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

// The one place where the state changes and replies are given.
void ServerSession::Machine::commit(Pop3Verb to, Step step, Instant now)
{
    auto* transaction = std::get_if<Transaction>(&state);
    if (step.mark_deleted) transaction->deleted[*step.mark_deleted] = true;
    if (step.unmark_all) transaction->deleted.assign(transaction->messages.size(), false);
    if (step.update)
        update();
    else if (transaction != nullptr && step.next)
        report(MailboxReleased{});
    if (step.next)
        state = *std::move(step.next);
    else if (auto* at = std::get_if<Authorization>(&state))
        at->user.reset(); // PASS only right behind USER, RFC 1939 §7

    deadline = now + config.idle_limit;
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

void ServerSession::Machine::say(Pop3Verb to, Reply reply)
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
                     sent});
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
    deadline = never;
    report(CloseConnection{});
}

// ---- the session as others see it -------------------------------------------------------------

ServerSession::ServerSession(ServerConfig config)
    : machine_{std::make_unique<Machine>(std::move(config))}
{
}
ServerSession::~ServerSession() = default;
ServerSession::ServerSession(ServerSession&&) noexcept = default;
ServerSession& ServerSession::operator=(ServerSession&&) noexcept = default;

void ServerSession::handle_connected(Instant now)
{
    Machine& m = *machine_;
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
    Machine& m = *machine_;
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
    Machine& m = *machine_;
    if (!std::holds_alternative<AwaitingTls>(m.state)) return;
    m.state = Authorization{};
    m.encrypted = true;
    m.sent = 0;
    m.deadline = now + m.config.idle_limit;
    // RFC 2595 §4: after STLS there is no second greeting.
    if (m.config.tls == ServerTls::from_the_start) m.greet(now);
}

void ServerSession::handle_tls_failed(Instant /*now*/)
{
    if (!std::holds_alternative<Closed>(machine_->state)) machine_->close();
}

void ServerSession::handle_end_of_stream(Instant /*now*/)
{
    if (!std::holds_alternative<Closed>(machine_->state)) machine_->close();
}

void ServerSession::handle_login_accepted(std::vector<StoredMessage> mailbox, Instant now)
{
    Machine& m = *machine_;
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
    Machine& m = *machine_;
    auto* at = std::get_if<AwaitingVerdict>(&m.state);
    if (at == nullptr) return;
    m.report(AuthSeen{std::move(at->user), false, m.encrypted});
    if (++m.login_failures >= m.config.login_failure_limit)
        m.commit(Pop3Verb::pass, going_to(Closed{}, refusal(Pop3Reason::too_many_failures)), now);
    else
        m.commit(Pop3Verb::pass, going_to(Authorization{}, refusal(Pop3Reason::login_failed)), now);
    m.read(now);
}

void ServerSession::handle_mailbox_locked(Instant now)
{
    Machine& m = *machine_;
    auto* at = std::get_if<AwaitingVerdict>(&m.state);
    if (at == nullptr) return;
    m.report(AuthSeen{std::move(at->user), true, m.encrypted});
    m.commit(Pop3Verb::pass, going_to(Authorization{}, refusal(Pop3Reason::mailbox_locked)), now);
    m.read(now);
}

Instant ServerSession::next_timeout() const
{
    return machine_->deadline;
}

// RFC 1939 §3: the autologout timer closes without a word and without deleting anything.
void ServerSession::handle_timeout(Instant now)
{
    if (now >= machine_->deadline) machine_->close();
}

std::optional<Output> ServerSession::poll_output()
{
    Machine& m = *machine_;
    if (m.polled == m.outputs.size()) {
        m.outputs.clear();
        m.polled = 0;
        return std::nullopt;
    }
    return std::move(m.outputs[m.polled++]);
}

Pop3Phase ServerSession::phase() const
{
    return phase_of(machine_->state);
}

bool ServerSession::encrypted() const
{
    return machine_->encrypted;
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
    std::vector<Transition> table;
    const Transitions transitions{config, config.tls == ServerTls::from_the_start};
    for (const State& state : states) {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            const Step step = std::visit(
                [&](const auto& at, const auto& command) { return transitions.on(at, command); },
                state,
                commands.at(i));
            const bool is_last = i + 1 == commands.size();
            table.push_back({phase_of(state),
                             is_last ? Pop3Verb::unknown : static_cast<Pop3Verb>(i + 1),
                             phase_of(step.next ? *step.next : state),
                             step.reply && step.reply->ok,
                             step.reply ? step.reply->reason : Pop3Reason::accepted});
        }
    }
    return table;
}

} // namespace sim::pop3
