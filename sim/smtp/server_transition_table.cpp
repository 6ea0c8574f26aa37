// The state diagram of a server, computed from its transitions.

#include "sim/smtp/server_session.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace sim::smtp {

namespace {

struct Sample {
    SmtpVerb verb;
    Command command;
};

Path sample_path(const char* local_part, const char* domain)
{
    return {Mailbox{local_part, domain}, 0, false, true};
}

// One well-formed command of each verb.
std::vector<Sample> sample_commands(const std::string& mechanism)
{
    const Path sender = sample_path("hanako", "client.example");
    const Path recipient = sample_path("taro", "server.example");
    std::vector<Sample> samples;
    const auto add = [&](SmtpVerb verb, Command command) {
        samples.push_back(Sample{verb, std::move(command)});
    };
    add(SmtpVerb::ehlo, Hello{"client.example", true});
    add(SmtpVerb::helo, Hello{"client.example", false});
    add(SmtpVerb::starttls, StartTls{});
    add(SmtpVerb::auth, Auth{mechanism, std::nullopt});
    add(SmtpVerb::mail, MailFrom{sender, {}});
    add(SmtpVerb::rcpt, RcptTo{recipient});
    add(SmtpVerb::data, Data{});
    add(SmtpVerb::bdat, Bdat{10, true});
    add(SmtpVerb::rset, Rset{});
    add(SmtpVerb::noop, Noop{});
    add(SmtpVerb::vrfy, Vrfy{});
    add(SmtpVerb::expn, Expn{});
    add(SmtpVerb::help, Help{});
    add(SmtpVerb::quit, Quit{});
    add(SmtpVerb::unknown, Malformed{SmtpReason::unknown_command});
    return samples;
}

// Fills in one part of the table: what can happen on one kind of channel to one kind of client.
class Part {
public:
    Part(std::vector<Transition>& table, const ServerConfig& config, bool encrypted, bool known)
        : table_{table}, transitions_{config}, known_{known}
    {
        transitions_.encrypted = encrypted;
        const auto& mechanisms =
            encrypted ? config.mechanisms_under_tls : config.mechanisms_in_clear;
        mechanism_ = mechanisms.empty() ? "PLAIN" : mechanisms.front();
    }

    void add_commands()
    {
        const std::vector<Sample> samples = sample_commands(mechanism_);
        if (!known_) {
            for (const Sample& sample : samples)
                add(sample, server::AwaitingHello{});
        }
        for (const Sample& sample : samples)
            add(sample, server::Ready{client()});
        if (!may_send_mail()) return;
        for (const Sample& sample : samples)
            add(sample, server::InTransaction{transaction()});
        add_judgements();
    }

    void add_exchanges()
    {
        using server::AuthResult;
        const SmtpVerb response = SmtpVerb::auth_response;
        const auto owed = [&] { return server::Authenticating{client()}; };
        const auto asked = [&] { return server::AwaitingAuth{client()}; };
        add(response, transitions_.on(owed(), server::AuthLine{"AA=="}), SmtpPhase::authenticating);
        add(response, transitions_.on(owed(), server::AuthLine{"*"}), SmtpPhase::authenticating);
        add(SmtpVerb::auth, transitions_.on(asked(), server::Challenge{}));
        add(SmtpVerb::auth,
            transitions_.on(asked(), AuthResult{AuthResult::Outcome::succeeded, "hanako"}));
        add(SmtpVerb::auth,
            transitions_.on(server::DelayingAuthFailure{client(), {}}, server::AuthFailureDue{}));
    }

private:
    // Else no transaction can ever be.
    [[nodiscard]] bool may_send_mail() const
    {
        const Command mail = MailFrom{sample_path("hanako", "client.example"), {}};
        return transitions_.on(server::Ready{client()}, mail).output.has_value();
    }

    void add_judgements()
    {
        const server::Judgement yes{};
        const server::Judgement no{SmtpReason::temporary_trouble};
        for (const auto& judgement : {yes, no}) {
            add(SmtpVerb::mail, transitions_.on(server::AwaitingSender{transaction()}, judgement));
            add(SmtpVerb::rcpt,
                transitions_.on(server::AwaitingRecipient{transaction(), {}}, judgement));
            add(SmtpVerb::text, transitions_.on(server::AwaitingMessage{client()}, judgement));
        }
        add_chunk();
        server::ReceivingText text{transaction(), TextDecoder{LineEnds::strict, {}}};
        add(SmtpVerb::text,
            transitions_.on(std::move(text), server::EndOfText{}),
            SmtpPhase::receiving_text);
    }

    // The octets behind a BDAT that is not the last are there; behind the last it goes as after
    // DATA.
    void add_chunk()
    {
        if (!transitions_.config.extensions.chunking) return;
        server::ReceivingChunk chunk;
        chunk.transaction = transaction();
        chunk.transaction->chunks.emplace(LineEnds::strict, TextLimits{}, never);
        add(SmtpVerb::bdat,
            transitions_.on(std::move(chunk), server::EndOfChunk{}),
            SmtpPhase::receiving_text);
    }

    [[nodiscard]] ClientFacts client() const
    {
        return {"client.example", true, transitions_.encrypted, known_ ? "hanako" : ""};
    }

    [[nodiscard]] server::TransactionPointer transaction() const
    {
        auto transaction = std::make_unique<server::Transaction>();
        transaction->client = client();
        transaction->envelope.recipients.emplace_back();
        return transaction;
    }

    void add(const Sample& sample, ServerState from)
    {
        const SmtpPhase before = phase_of(from);
        add(sample.verb, transitions_.on(std::move(from), sample.command), before);
    }

    void add(SmtpVerb verb, const server::Step& step, SmtpPhase from = SmtpPhase::awaiting_verdict)
    {
        table_.push_back(Transition{from,
                                    transitions_.encrypted,
                                    known_,
                                    verb,
                                    phase_of(step.next),
                                    step.reply ? step.reply->code : std::uint16_t{0},
                                    step.reason});
    }

    std::vector<Transition>& table_;
    server::Transitions transitions_;
    bool known_; // the client has logged in
    std::string mechanism_;
};

} // namespace

std::vector<Transition> ServerSession::transition_table(const ServerConfig& config)
{
    std::vector<Transition> table;
    for (const bool encrypted : {false, true}) {
        const bool has_tls = config.tls != TlsUse::absent || !config.mechanisms_under_tls.empty();
        if (encrypted && !has_tls) continue;
        const bool takes_logins =
            !(encrypted ? config.mechanisms_under_tls : config.mechanisms_in_clear).empty();
        Part stranger{table, config, encrypted, false};
        stranger.add_commands();
        if (takes_logins) {
            stranger.add_exchanges();
            Part user{table, config, encrypted, true};
            user.add_commands();
        }
    }
    return table;
}

} // namespace sim::smtp
