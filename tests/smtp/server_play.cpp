#include "tests/smtp/server_play.h"

#include "sim/core/base64.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace sim::smtp::test {

using namespace server;

ServerPlay::ServerPlay(ServerConfig config, bool tls_from_start)
    : session{std::make_shared<const ServerConfig>(std::move(config))}
{
    session.handle_connected(now, tls_from_start);
    drain();
    if (tls_from_start) establish_tls();
}

std::string ServerPlay::say(std::string_view octets)
{
    while (!octets.empty()) {
        const std::size_t count = std::min(split, octets.size());
        session.handle_bytes(octets.substr(0, count), now);
        octets.remove_prefix(count);
        drain();
    }
    return take_wire();
}

std::string ServerPlay::lines(const std::vector<std::string_view>& lines)
{
    std::string replies;
    for (const std::string_view line : lines)
        replies += say(std::string{line} + "\r\n");
    return replies;
}

void ServerPlay::become_ready()
{
    say("EHLO client.example\r\n");
    say("STARTTLS\r\n");
    if (tls_asked) {
        establish_tls();
        say("EHLO client.example\r\n");
    }
    say("AUTH PLAIN " + encode_base64(std::string_view{"\0hanako\0secret", 14}) + "\r\n");
    forget();
}

void ServerPlay::become_transacting()
{
    become_ready();
    REQUIRE(say("MAIL FROM:<hanako@client.example>\r\n") == "250 2.1.0 Ok\r\n");
    REQUIRE(say("RCPT TO:<taro@server.example>\r\n") == "250 2.1.5 Ok\r\n");
    forget();
}

void ServerPlay::establish_tls()
{
    REQUIRE(tls_asked);
    tls_asked = false;
    session.handle_tls_established(now);
    drain();
}

void ServerPlay::pass(Duration time)
{
    const Instant end = now + time;
    for (Instant due = session.next_timeout(); due <= end; due = session.next_timeout()) {
        now = std::max(now, due);
        session.handle_timeout(now);
        drain();
    }
    now = end;
}

std::string ServerPlay::answer_held()
{
    REQUIRE(held_);
    const Output question = *std::exchange(held_, std::nullopt);
    answer(question);
    drain();
    return take_wire();
}

void ServerPlay::forget()
{
    outputs.clear();
    wire.clear();
    taken_wire_ = 0;
    sends_ = 0;
}

std::string ServerPlay::take_wire()
{
    return wire.substr(std::exchange(taken_wire_, wire.size()));
}

std::vector<CommandSeen> ServerPlay::commands() const
{
    std::vector<CommandSeen> found;
    for (const Output& output : outputs)
        if (const auto* command = std::get_if<CommandSeen>(&output)) found.push_back(*command);
    return found;
}

std::vector<ReplySent> ServerPlay::replies() const
{
    std::vector<ReplySent> found;
    for (const Output& output : outputs)
        if (const auto* reply = std::get_if<ReplySent>(&output)) found.push_back(*reply);
    return found;
}

SmtpReason ServerPlay::last_reason() const
{
    REQUIRE_FALSE(replies().empty());
    return replies().back().reason;
}

void ServerPlay::drain()
{
    while (auto output = session.poll_output())
        note(*std::move(output));
    most_memory = std::max(most_memory, session.memory_octets());
}

void ServerPlay::note(Output output)
{
    if (const auto* sent = std::get_if<SendBytes>(&output)) {
        CHECK_FALSE(closed);
        wire += sent->bytes;
        ++sends_;
        return;
    }
    outputs.push_back(output);
    if (std::holds_alternative<BeginTls>(output)) tls_asked = true;
    if (std::holds_alternative<CloseConnection>(output)) {
        CHECK_FALSE(closed);
        closed = true;
    }
    const bool asks = session.phase() == SmtpPhase::awaiting_verdict &&
                      (std::holds_alternative<AuthStart>(output) ||
                       std::holds_alternative<AuthResponse>(output) ||
                       std::holds_alternative<CheckSender>(output) ||
                       std::holds_alternative<CheckRecipient>(output) ||
                       std::holds_alternative<MessageReceived>(output));
    if (!asks) return;
    if (holds_answers) {
        held_ = std::move(output);
    } else {
        answer(output);
    }
}

void ServerPlay::answer(const Output& question)
{
    if (const auto* sender = std::get_if<CheckSender>(&question)) {
        senders.push_back(*sender);
        const bool spoofed = sender->sender.local_part == "spoof";
        const Judgement spontaneous{spoofed ? SmtpReason::sender_not_yours : SmtpReason::accepted};
        session.handle_judgement(sender_verdict.value_or(spontaneous), now);
    } else if (const auto* recipient = std::get_if<CheckRecipient>(&question)) {
        session.handle_judgement(judge(recipient->recipient), now);
    } else if (const auto* message = std::get_if<MessageReceived>(&question)) {
        messages.push_back(*message);
        session.handle_judgement(message_verdict.value_or(Judgement{}), now);
    } else if (const auto* start = std::get_if<AuthStart>(&question)) {
        mechanism_ = start->mechanism;
        login_user_.reset();
        if (start->initial_response) {
            answer_auth(*start->initial_response);
        } else {
            session.handle_auth_challenge(mechanism_ == "LOGIN" ? "Username:" : "", now);
        }
    } else if (const auto* response = std::get_if<AuthResponse>(&question)) {
        answer_auth(response->response);
    }
}

void ServerPlay::answer_auth(const std::string& response)
{
    bool good = response == std::string_view{"\0hanako\0secret", 14};
    if (mechanism_ == "LOGIN") {
        if (!login_user_) {
            login_user_ = response;
            session.handle_auth_challenge("Password:", now);
            return;
        }
        good = *login_user_ == "hanako" && response == "secret";
    }
    const auto outcome = good ? AuthResult::Outcome::succeeded : AuthResult::Outcome::failed;
    session.handle_auth_result({outcome, good ? "hanako" : ""}, now);
}

Judgement ServerPlay::judge(const Mailbox& recipient)
{
    const bool ours = recipient.domain.empty() || recipient.domain == "server.example";
    if (!ours) return {SmtpReason::relay_denied};
    if (recipient.local_part.starts_with("nobody")) return {SmtpReason::recipient_unknown};
    if (recipient.local_part == "full") return {SmtpReason::mailbox_full};
    if (recipient.local_part == "later") return {SmtpReason::temporary_trouble};
    return {};
}

Record record(const ServerPlay& play)
{
    return {play.wire, play.outputs};
}

} // namespace sim::smtp::test
