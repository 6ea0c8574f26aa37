#include "sim/pop3/multiline.h"
#include "sim/pop3/server_state.h"

#include <utility>

namespace sim::pop3::server {

namespace {

Reply accepted(std::string line = {}, std::string body = {})
{
    return {true, Pop3Reason::accepted, std::move(line), std::move(body)};
}

// Codes in brackets: RFC 2449 §8, RFC 3206.
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
        return "Stray CR or NUL in the line";
    case Pop3Reason::line_without_cr:
        return "End lines with CR LF, not with LF alone";
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
    case Pop3Reason::too_much_sent:
        return "Too much sent, closing";
    case Pop3Reason::too_many_commands:
        return "Too many commands, closing";
    case Pop3Reason::greeting:
    case Pop3Reason::accepted:
    case Pop3Reason::plaintext_after_stls:
    case Pop3Reason::logged_in:
    case Pop3Reason::login_paused: // it says how long, see paused()
    case Pop3Reason::goodbye:
        break;
    }
    return {};
}

std::optional<Pop3Reason> fault_of(const Transaction& at, std::uint32_t number)
{
    if (number == 0 || number > at.messages.size()) return Pop3Reason::no_such_message;
    if (at.deleted[number - 1]) return Pop3Reason::already_deleted;
    return std::nullopt;
}

// "2 320": how many messages, and their octets; the deleted ones are not counted.
std::string totals(const Transaction& at)
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

Step listing(const Transaction& at, std::optional<std::uint32_t> number, const auto& entry)
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

Step message_body(const Transaction& at,
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

} // namespace

Deadline deadline_of(const State& state, Instant now, const ServerConfig& config)
{
    switch (phase_of(state)) {
    case Pop3Phase::awaiting_verdict: // the host's turn
    case Pop3Phase::closed:
        return {};
    case Pop3Phase::awaiting_tls:
        return {SessionTimer::tls_awaited, now, now + config.idle_limit};
    case Pop3Phase::authorization:
    case Pop3Phase::transaction:
        break;
    }
    return {SessionTimer::command_awaited, now, now + config.idle_limit};
}

Reply refusal(Pop3Reason reason)
{
    return {false, reason, std::string{words_for(reason)}, {}};
}

// RFC 3206 §4: trouble that will pass; [AUTH] would blame the password.
Reply paused(const std::string& text)
{
    return {false, Pop3Reason::login_paused, "[SYS/TEMP] " + text, {}};
}

bool is_bad_command(Pop3Reason reason)
{
    return reason == Pop3Reason::out_of_sequence || reason == Pop3Reason::unknown_command ||
           reason == Pop3Reason::not_offered || reason == Pop3Reason::bad_argument ||
           reason == Pop3Reason::malformed_line || reason == Pop3Reason::line_without_cr ||
           reason == Pop3Reason::line_too_long;
}

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

Step Transitions::on_command(const State& state, const Command& command) const
{
    return std::visit(
        [&](const auto& at, const auto& what) { return on(at, what); }, state, command);
}

bool Transitions::offers_tls() const
{
    return config.tls != ServerTls::none && config.tls != ServerTls::from_the_start;
}

// ---- any time --------------------------------------------------------------------------------

Step Transitions::on(const auto& /*at*/, const Capa& /*command*/) const
{
    std::string body = "TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n";
    if (may_log_in()) body += "USER\r\n"; // RFC 2595 §2.2 has USER refused until then
    if (offers_tls() && !encrypted) body += "STLS\r\n";
    body += ".\r\n";
    return staying(accepted("Capabilities follow", std::move(body)));
}

Step Transitions::on(const auto& /*at*/, const Unknown& /*command*/) const
{
    return staying(refusal(Pop3Reason::unknown_command));
}

Step Transitions::on(const auto& /*at*/, const BadArgument& /*command*/) const
{
    return staying(refusal(Pop3Reason::bad_argument));
}

Step Transitions::on(const auto& /*at*/, const Quit& /*command*/) const
{
    return going_to(Closed{}, {true, Pop3Reason::goodbye, "Bye", {}});
}

Step Transitions::on(const auto& /*at*/, const auto& /*command*/) const
{
    return staying(refusal(Pop3Reason::out_of_sequence));
}

// ---- AUTHORIZATION, RFC 1939 §4 and §7 ---------------------------------------------------------

Step Transitions::on(const Authorization& /*at*/, const User& user) const
{
    if (!may_log_in()) return staying(refusal(Pop3Reason::tls_required));
    // The same for every name: who has a mailbox here is nobody's business.
    return going_to(Authorization{std::string{user.name}}, accepted("Now PASS"));
}

Step Transitions::on(const Authorization& at, const Pass& pass) const
{
    if (!may_log_in()) return staying(refusal(Pop3Reason::tls_required));
    if (!at.user) return staying(refusal(Pop3Reason::out_of_sequence));
    Step step;
    step.next = AwaitingVerdict{*at.user};
    step.question = CheckLogin{*at.user, std::string{pass.password}};
    return step;
}

Step Transitions::on(const Authorization& /*at*/, const Stls& /*command*/) const
{
    if (encrypted) return staying(refusal(Pop3Reason::tls_already_active));
    if (!offers_tls()) return staying(refusal(Pop3Reason::not_offered));
    return going_to(AwaitingTls{}, accepted("Begin TLS"));
}

// ---- TRANSACTION, RFC 1939 §5 ------------------------------------------------------------------

Step Transitions::on(const Transaction& at, const Stat& /*command*/) const
{
    return staying(accepted(totals(at)));
}

Step Transitions::on(const Transaction& at, const List& list) const
{
    const auto entry = [&](std::size_t i) {
        return std::to_string(i + 1) + ' ' + std::to_string(at.messages[i].size);
    };
    return listing(at, list.number, entry);
}

Step Transitions::on(const Transaction& at, const Uidl& uidl) const
{
    const auto entry = [&](std::size_t i) {
        return std::to_string(i + 1) + ' ' + at.messages[i].uidl;
    };
    return listing(at, uidl.number, entry);
}

Step Transitions::on(const Transaction& at, const Retr& retr) const
{
    return message_body(at, retr.number, std::nullopt);
}

Step Transitions::on(const Transaction& at, const Top& top) const
{
    return message_body(at, top.number, top.lines);
}

Step Transitions::on(const Transaction& at, const Dele& dele) const
{
    if (const auto missing = fault_of(at, dele.number)) return staying(refusal(*missing));
    Step step = staying(accepted("Marked as deleted"));
    step.mark_deleted = dele.number - 1;
    return step;
}

Step Transitions::on(const Transaction& /*at*/, const Noop& /*command*/) const
{
    return staying(accepted());
}

Step Transitions::on(const Transaction& /*at*/, const Rset& /*command*/) const
{
    Step step = staying(accepted("Nothing is marked as deleted"));
    step.unmark_all = true;
    return step;
}

Step Transitions::on(const Transaction& /*at*/, const Quit& /*command*/) const
{
    Step step = going_to(Closed{}, {true, Pop3Reason::goodbye, "Bye", {}});
    step.update = true;
    return step;
}

} // namespace sim::pop3::server
