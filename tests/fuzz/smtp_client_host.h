// A client session with a host that a fuzzer plays: what must hold of any conversation is checked
// as it goes. For the targets in the clear and behind TLS.
#pragma once

#include "sim/core/assert.h"
#include "sim/smtp/client_session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace sim::smtp::fuzz {

using namespace client;

// The first octet chooses the client.
inline ClientConfig client_config_for(std::uint8_t choice)
{
    ClientConfig config;
    config.hostname = "client.example";
    config.protection = static_cast<Protection>(choice % 4);
    config.wants_auth = (choice & 4U) != 0;
    config.may_reveal_password = (choice & 8U) != 0;
    config.wants_pipelining = (choice & 16U) != 0;
    return config;
}

// What must hold of any conversation, checked as it goes.
class ClientHost {
public:
    ClientHost(ClientConfig config, std::uint8_t choice)
        : config_{std::move(config)}, session_{config_}, mails_left_{(choice & 32U) != 0 ? 2 : 1}
    {
        begin_mail();
        session_.handle_connected(now_);
        drain();
    }

    void say(std::string_view bytes)
    {
        session_.handle_bytes(bytes, now_);
        drain();
    }
    void pass(Duration time)
    {
        now_ += time;
        if (session_.next_timeout() <= now_) session_.handle_timeout(now_);
        drain();
    }
    void progress(bool all_sent) { session_.handle_send_progress(all_sent, now_); }
    void tls(bool succeeds)
    {
        if (succeeds) {
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
    void check_ended() const
    {
        SIM_ASSERT(session_.phase() == ClientPhase::closed);
        SIM_ASSERT(closes_ == 1);
        SIM_ASSERT(started_ == finished_);
        SIM_ASSERT(session_.next_timeout() == never);
    }

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] bool closed() const { return closes_ > 0; }

    std::string wire;       // what it said; whoever carries it takes it
    bool wants_tls = false; // the next octet belongs to TLS

private:
    void begin_mail()
    {
        if (mails_left_ == 0) return;
        --mails_left_;
        ++started_;
        OutgoingMail mail;
        mail.reverse_path = "a@client.example";
        mail.recipients = {"b@x.example", "c@x.example\r\nRSET", "d@x.example"};
        mail.text = std::make_shared<const std::string>(".dot\nbare\r\n\r\r\n.");
        mail.needs_8bit = mails_left_ == 1;
        session_.start_mail(std::move(mail), now_);
        if (mails_left_ == 0) session_.finish(now_);
    }

    void drain()
    {
        while (auto output = session_.poll_output())
            std::visit([&](const auto& what) { on(what); }, *output);
    }
    void on(const SendBytes& sent)
    {
        SIM_ASSERT(closes_ == 0 && !sent.bytes.empty());
        // Whatever a server says: whole lines, CR LF ends, and nothing bare.
        SIM_ASSERT(sent.bytes.ends_with("\r\n"));
        for (std::size_t i = 0; i < sent.bytes.size(); ++i) {
            const char c = sent.bytes[i];
            SIM_ASSERT(c != '\0');
            if (c == '\n') SIM_ASSERT(i > 0 && sent.bytes[i - 1] == '\r');
            if (c == '\r') SIM_ASSERT(i + 1 < sent.bytes.size() && sent.bytes[i + 1] == '\n');
        }
        const bool strict =
            config_.protection == Protection::starttls || config_.protection == Protection::tls;
        if (strict && !session_.encrypted()) {
            SIM_ASSERT(sent.bytes.find("MAIL") == std::string::npos &&
                       sent.bytes.find("AUTH") == std::string::npos);
        }
        wire += sent.bytes;
    }
    void on(const BeginTls& /*begin*/)
    {
        SIM_ASSERT(closes_ == 0 && !session_.encrypted());
        wants_tls = true;
    }
    void on(const AuthBegin& begin)
    {
        SIM_ASSERT(config_.wants_auth && !begin.offered.empty());
        SIM_ASSERT(begin.may_reveal_password ==
                   (session_.encrypted() || config_.may_reveal_password));
        AuthAnswer answer;
        answer.believes_success = begin.offered.size() != 2;
        if (begin.offered.front().size() % 2 == 0) answer.octets = "secret";
        if (begin.may_reveal_password) {
            session_.handle_auth_choice("PLAIN", answer, now_);
        } else {
            session_.handle_auth_impossible(SmtpProblem::auth_would_reveal_password, now_);
        }
    }
    void on(const AuthChallenge& challenge)
    {
        AuthAnswer answer;
        answer.octets = challenge.octets;
        if (challenge.octets.size() == 3) {
            session_.handle_auth_impossible(SmtpProblem::reply_malformed, now_);
        } else {
            session_.handle_auth_response(answer, now_);
        }
    }
    void on(const MailFinished& finished)
    {
        ++finished_;
        SIM_ASSERT(finished.recipients.size() == 3);
        for (const RecipientResult& result : finished.recipients) {
            const bool accepted = result.outcome == RecipientResult::Outcome::accepted;
            SIM_ASSERT(!accepted || (texts_ > 0 && result.reply.is_success()));
            SIM_ASSERT(accepted || result.problem || !result.reply.is_success());
        }
        SIM_ASSERT(finished.recipients[1].step == FailureStep::local);
        texts_ = 0;
        begin_mail();
    }
    void on(const SessionFailed& /*failed*/) { SIM_ASSERT(++failures_ == 1 && closes_ == 0); }
    void on(const CloseConnection& /*close*/) { SIM_ASSERT(++closes_ == 1); }
    void on(const CommandSent& sent)
    {
        SIM_ASSERT(sent.line.size() <= 12286);
        SIM_ASSERT(sent.secret_offset + sent.secret_size <= sent.line.size());
    }
    void on(const ReplySeen& seen) { SIM_ASSERT(seen.wire.size() <= 65536); }
    void on(const TextSent& sent)
    {
        if (sent.size > 0) ++texts_;
    }
    void on(const ProblemSeen& /*seen*/) { SIM_ASSERT(++problems_ < 10); }

    ClientConfig config_;
    ClientSession session_;
    Instant now_{};
    int mails_left_;
    int started_ = 0;
    int finished_ = 0;
    int texts_ = 0;
    int failures_ = 0;
    int closes_ = 0;
    int problems_ = 0;
};

} // namespace sim::smtp::fuzz
