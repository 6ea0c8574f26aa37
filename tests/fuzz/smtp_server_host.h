// A server session with a host that a fuzzer plays: what must hold of any conversation is checked
// as it goes. For the targets in the clear and behind TLS.
#pragma once

#include "sim/core/assert.h"
#include "sim/smtp/server_session.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::smtp::fuzz {

using namespace server;

// The first octet chooses the server.
inline std::shared_ptr<const ServerConfig> server_config_for(std::uint8_t choice)
{
    ServerConfig config = mx_config("mx.server.example");
    if (choice % 4 == 1) config = submission_config("mail.server.example");
    if (choice % 4 == 2) config = relay_config("mail.server.example");
    if (choice % 4 == 3) config.line_ends = LineEnds::lenient_2022;
    if ((choice & 4U) != 0) config.enforce_turns = false;
    if ((choice & 8U) != 0) config.mechanisms_in_clear = {"PLAIN", "LOGIN"};
    if ((choice & 16U) != 0) config.greeting_delay = 3s;
    if ((choice & 32U) != 0) {
        config.limits.command_line_octets = 40;
        config.limits.auth_line_octets = 50;
        config.limits.text_line_octets = 20;
        config.limits.message_octets = 200;
        config.limits.recipients = 2;
        config.limits.waiting_octets = 100;
    }
    return std::make_shared<const ServerConfig>(std::move(config));
}

// What must hold of any conversation, checked as it goes.
class ServerHost {
public:
    ServerHost(std::shared_ptr<const ServerConfig> config, bool tls_from_start)
        : config_{std::move(config)}, session_{config_}
    {
        session_.handle_connected(now_, tls_from_start);
        drain();
    }

    void say(std::string_view bytes)
    {
        session_.handle_bytes(bytes, now_);
        drain();
    }

    // The end of a handshake; failing, it may also come later.
    void tls(bool succeeds)
    {
        if (succeeds) {
            SIM_ASSERT(session_.phase() == SmtpPhase::awaiting_tls);
            reader_.restart();
            begin_ = 0;
            session_.handle_tls_established(now_);
        } else {
            session_.handle_tls_failed(now_);
        }
        drain();
    }
    void end()
    {
        session_.handle_end_of_stream(now_);
        drain();
    }

    // What else may happen, chosen by an octet.
    void act(std::uint8_t choice)
    {
        switch (choice % 8) {
        case 0:
        case 1:
            if (session_.phase() == SmtpPhase::awaiting_tls) tls(choice % 8 == 0);
            break;
        case 2:
        case 3:
            if (const Instant due = session_.next_timeout(); due != never) {
                now_ = std::max(now_, due);
                session_.handle_timeout(now_);
            }
            break;
        case 4:
            session_.handle_end_of_stream(now_);
            break;
        default:
            if (question_) answer(*std::exchange(question_, std::nullopt), choice);
            break;
        }
        drain();
    }

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] bool closed() const { return closed_; }

    std::string wire;       // what it said; whoever carries it takes it
    bool wants_tls = false; // the next octet belongs to TLS

private:
    void drain()
    {
        while (auto output = session_.poll_output()) {
            SIM_ASSERT(!closed_);
            std::visit([&](auto& what) { check(what); }, *output);
        }
        const ServerLimits& limits = config_->limits;
        SIM_ASSERT(session_.memory_octets() <
                   1000000 + 2 * (limits.waiting_octets + limits.message_octets));
    }

    void check_text(std::string_view text, bool may_have_bare_cr) const
    {
        const bool is_open = !text.empty() && !text.ends_with("\r\n");
        SIM_ASSERT(!is_open || by_bdat_);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') SIM_ASSERT(i > 0 && text[i - 1] == '\r');
            if (text[i] == '\r' && !may_have_bare_cr) SIM_ASSERT(text[i + 1] == '\n');
        }
        std::string as_data;
        append_data(text, as_data);
        TextDecoder decoder{LineEnds::strict, {100000, 100000000}};
        SIM_ASSERT(decoder.take(as_data) == as_data.size());
        SIM_ASSERT(decoder.is_done());
        if (may_have_bare_cr) return; // a strict receiver ends at the same place, and may complain
        SIM_ASSERT(decoder.fault() == TextFault::none);
        SIM_ASSERT(decoder.take_text() == std::string{text} + (is_open ? "\r\n" : ""));
    }

    void check(const CommandSeen& seen)
    {
        SIM_ASSERT(seen.secret_offset + seen.secret_size <= seen.line.size());
        SIM_ASSERT(seen.range.size > seen.line.size());
        SIM_ASSERT(seen.range.begin >= begin_);
        begin_ = seen.range.begin + seen.range.size;
        by_bdat_ = seen.verb == SmtpVerb::bdat;
        SIM_ASSERT(seen.before != SmtpPhase::awaiting_verdict);
    }
    void check(const ReplySent& sent)
    {
        ++replies_;
        const bool closes = sent.reply.code == 421 || sent.reply.code == 221;
        SIM_ASSERT(!said_last_word_);
        said_last_word_ = closes;
    }
    void check(const SendBytes& sent)
    {
        reader_.handle_bytes(sent.bytes);
        while (const auto reply = reader_.poll_reply())
            --replies_;
        SIM_ASSERT(!reader_.error());
        SIM_ASSERT(replies_ == 0);
        SIM_ASSERT(reader_.pending_octets() == 0);
        wire += sent.bytes;
    }
    void check(const TextReceived& text)
    {
        SIM_ASSERT(text.range.begin >= begin_);
        begin_ = text.range.begin + text.range.size;
    }
    void check(const ProblemSeen& problem) { SIM_ASSERT(problem.detail.size() <= 200); }
    void check(const BeginTls& /*what*/)
    {
        SIM_ASSERT(session_.phase() == SmtpPhase::awaiting_tls);
        wants_tls = true;
    }
    void check(const CloseConnection& /*what*/)
    {
        closed_ = true;
        SIM_ASSERT(session_.phase() == SmtpPhase::closed && session_.next_timeout() == never);
    }
    void check(const AuthCancelled& /*what*/) {}
    void check(MessageReceived& message)
    {
        SIM_ASSERT(!message.envelope.recipients.empty());
        SIM_ASSERT(message.envelope.recipients.size() <= config_->limits.recipients);
        SIM_ASSERT(message.text.size() <= config_->limits.message_octets);
        SIM_ASSERT(!config_->auth_required || !message.client.user.empty());
        SIM_ASSERT(config_->tls != TlsUse::required || message.client.encrypted);
        check_text(message.text, config_->line_ends == LineEnds::lenient_2022);
        ask(std::move(message));
    }
    void check(AuthStart& start)
    {
        SIM_ASSERT(config_->tls != TlsUse::required || session_.encrypted());
        ask(std::move(start));
    }
    void check(CheckRecipient& question)
    {
        const Mailbox& recipient = question.recipient;
        SIM_ASSERT(!recipient.is_null());
        if (!recipient.domain.empty())
            SIM_ASSERT(parse_mailbox(to_string(recipient)).value() == recipient);
        ask(std::move(question));
    }
    void check(CheckSender& question) { ask(std::move(question)); }
    void check(AuthResponse& response) { ask(std::move(response)); }

    void ask(Output question)
    {
        // Closed: so much came behind the question at once that it was not waited for.
        SIM_ASSERT(session_.phase() == SmtpPhase::awaiting_verdict ||
                   session_.phase() == SmtpPhase::closed);
        SIM_ASSERT(!question_);
        question_ = std::move(question);
    }

    void answer(const Output& question, std::uint8_t choice)
    {
        static constexpr std::array reasons{SmtpReason::accepted,
                                            SmtpReason::accepted,
                                            SmtpReason::recipient_unknown,
                                            SmtpReason::temporary_trouble,
                                            SmtpReason::overloaded};
        const Judgement verdict{reasons.at(choice / 8 % reasons.size())};
        if (std::holds_alternative<CheckSender>(question) ||
            std::holds_alternative<CheckRecipient>(question) ||
            std::holds_alternative<MessageReceived>(question)) {
            session_.handle_judgement(verdict, now_);
        } else if (choice % 16 < 8) {
            session_.handle_auth_challenge("Username:", now_);
        } else {
            const auto outcome = static_cast<AuthResult::Outcome>(choice / 16 % 5);
            const auto failures_before = static_cast<std::uint32_t>(choice / 128);
            session_.handle_auth_result({outcome, "hanako", failures_before, {}}, now_);
        }
    }

    std::shared_ptr<const ServerConfig> config_;
    ServerSession session_;
    Instant now_{};
    std::optional<Output> question_;
    ReplyReader reader_;
    int replies_ = 0; // reported, not yet sent
    std::uint64_t begin_ = 0;
    bool by_bdat_ = false; // the last command
    bool said_last_word_ = false;
    bool closed_ = false;
};

} // namespace sim::smtp::fuzz
