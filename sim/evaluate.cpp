#include "sim/evaluate.h"

#include "sim/core/ascii.h"
#include "sim/core/recipients.h"
#include "sim/sasl/mechanism.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

namespace sim {

namespace {

bool is_same_text(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

// Walks along a trace.
class Walker {
public:
    explicit Walker(const Trace& trace) : trace_{trace} {}

    void note(const Event& event)
    {
        outcome_.end = event.at;
        std::visit([&](const auto& what) { on(event, what); }, event.what);
    }

    Outcome finish()
    {
        for (const auto& [connection, call] : calls_) {
            const bool crossed_a_cable = call.readable.from != call.server;
            const Readable& it = call.readable;
            if (crossed_a_cable && (it.password || it.token || it.text))
                outcome_.readable.push_back(it);
        }
        return std::move(outcome_);
    }

private:
    struct Call {
        HostId server;
        Mechanism mechanism = Mechanism::plain; // of the AUTH that was begun last
        Readable readable;
    };

    [[nodiscard]] std::string text(const Blob& blob) const
    {
        return std::string{trace_.view(blob)};
    }

    // ---- mails --------------------------------------------------------------------------------

    MailResult& mail(MailId id)
    {
        const auto [place, is_new] = places_.try_emplace(id, outcome_.mails.size());
        if (is_new) outcome_.mails.push_back({id, true, {}});
        return outcome_.mails[place->second];
    }

    static RecipientOutcome* known(MailResult& mail, std::string_view address)
    {
        const auto found = std::ranges::find_if(
            mail.recipients, [&](const auto& each) { return is_same_text(each.address, address); });
        return found == mail.recipients.end() ? nullptr : &*found;
    }
    static RecipientOutcome& recipient(MailResult& mail, std::string_view address)
    {
        if (RecipientOutcome* const found = known(mail, address)) return *found;
        // A server may write the address in another way than the sender did.
        if (mail.recipients.size() == 1) return mail.recipients.front();
        mail.recipients.emplace_back().address = address;
        return mail.recipients.back();
    }

    static void
    become(RecipientOutcome& recipient, Became what, Setback why = {}, Instant until = {})
    {
        recipient.became = what;
        recipient.setback = std::move(why);
        recipient.until = until;
    }

    // What happened to these recipients: a change of each.
    template <typename Change>
    void each(MailId id, const Blob& addresses, const Change& change)
    {
        MailResult& result = mail(id);
        for (const std::string_view address : split_recipients(trace_.view(addresses)))
            change(recipient(result, address));
    }

    void on(const Event& /*event*/, const MailComposed& what)
    {
        MailResult& composed = mail(what.mail);
        composed.by_server = false;
        for (const std::string_view address : split_recipients(trace_.view(what.recipients))) {
            if (known(composed, address) == nullptr)
                composed.recipients.emplace_back().address = address;
        }
    }
    void on(const Event& /*event*/, const MailQueued& what)
    {
        each(what.mail, what.recipients, [](RecipientOutcome& recipient) {
            if (recipient.became == Became::not_sent) become(recipient, Became::under_way);
        });
    }
    void on(const Event& /*event*/, const MailHandedOver& what)
    {
        each(what.mail, what.recipients, [](RecipientOutcome& recipient) {
            if (recipient.became < Became::junked) become(recipient, Became::under_way);
        });
    }
    void on(const Event& /*event*/, const MailDelivered& what)
    {
        become(recipient(mail(what.mail), trace_.view(what.mailbox)), Became::delivered);
    }
    // Nobody who waits for a mail looks there: no cure leads to it.
    void on(const Event& /*event*/, const MailJunked& what)
    {
        become(recipient(mail(what.mail), trace_.view(what.mailbox)), Became::junked);
    }
    void on(const Event& /*event*/, const MailDeferred& what)
    {
        each(what.mail, what.recipients, [&](RecipientOutcome& recipient) {
            become(recipient, Became::waiting, setback(what), what.until);
        });
    }
    void on(const Event& /*event*/, const MailBounced& what)
    {
        each(what.mail, what.recipients, [&](RecipientOutcome& recipient) {
            become(recipient, Became::bounced, setback(what));
        });
    }
    void on(const Event& /*event*/, const MailRetrieved& what)
    {
        if (!what.mail.exists()) return;
        recipient(mail(what.mail), trace_.view(what.mailbox)).became = Became::fetched;
    }

    [[nodiscard]] Setback setback(const auto& what) const
    {
        return {what.step, what.code, text(what.said_by), text(what.reply)};
    }

    // ---- jobs -----------------------------------------------------------------------------------

    void on(const Event& event, const SendFinished& what)
    {
        Job job{false, event.host, what.mail, server_of(event), what.error, {}, 0};
        if (what.error != UserError::none) {
            job.setback = {what.step, what.code, text(what.server), text(what.reply)};
            for (RecipientOutcome& recipient : mail(what.mail).recipients) {
                if (recipient.became == Became::under_way)
                    become(recipient, Became::not_sent, job.setback);
            }
        }
        outcome_.jobs.push_back(std::move(job));
    }
    void on(const Event& event, const FetchFinished& what)
    {
        Job job{true, event.host, {}, server_of(event), what.error, {}, what.messages};
        if (what.error != UserError::none)
            job.setback = {what.step, 0, text(what.server), text(what.reply)};
        outcome_.jobs.push_back(std::move(job));
    }

    [[nodiscard]] HostId server_of(const Event& event) const
    {
        const auto call = calls_.find(event.connection);
        return call == calls_.end() ? HostId{} : call->second.server;
    }

    // ---- on the way -----------------------------------------------------------------------------

    void on(const Event& event, const PacketDropped& what)
    {
        if (what.reason != DropReason::rule) return;
        const auto known = std::ranges::find(outcome_.stopped, what.rule, &StoppedByRule::rule);
        if (known != outcome_.stopped.end()) {
            ++known->packets;
            return;
        }
        const PacketHead& packet = what.packet;
        outcome_.stopped.push_back({what.rule,
                                    event.host,
                                    what.verdict,
                                    {packet.source, packet.source_port},
                                    {packet.destination, packet.destination_port},
                                    1});
    }

    void on(const Event& event, const ConnectionOpened& what)
    {
        Call& call = calls_[event.connection];
        if (what.accepted) {
            call.server = event.host;
            return;
        }
        call.readable.connection = event.connection;
        call.readable.from = event.host;
        call.readable.to = what.remote;
    }
    void on(const Event& event, const SmtpCommand& what)
    {
        Call& call = calls_[event.connection];
        if (what.verb == SmtpVerb::auth) {
            call.mechanism =
                sasl::mechanism_in_command(trace_.view(what.line.bytes)).value_or(Mechanism::plain);
        }
        if (what.encrypted || what.line.secret_size == 0) return;
        if (sasl::uses_token(call.mechanism)) {
            call.readable.token = true;
        } else if (sasl::reveals_password(call.mechanism)) {
            call.readable.password = true;
        }
    }
    void on(const Event& event, const Pop3Command& what)
    {
        if (!what.encrypted && what.line.secret_size > 0)
            calls_[event.connection].readable.password = true;
    }
    void on(const Event& event, const SmtpText& what)
    {
        if (!what.encrypted) calls_[event.connection].readable.text = true;
    }
    void on(const Event& event, const Pop3Reply& what)
    {
        if (!what.encrypted && what.ok && what.to == Pop3Verb::retr)
            calls_[event.connection].readable.text = true;
    }

    void on(const Event& /*event*/, const auto& /*other*/) {}

    const Trace& trace_;
    Outcome outcome_;
    std::map<MailId, std::size_t> places_; // in outcome_.mails
    std::map<ConnectionId, Call> calls_;
};

} // namespace

bool Outcome::is_success() const
{
    const bool jobs_done =
        std::ranges::all_of(jobs, [](const Job& job) { return job.error == UserError::none; });
    return jobs_done && std::ranges::all_of(mails, [](const MailResult& mail) {
               return mail.by_server ||
                      std::ranges::all_of(mail.recipients, [](const RecipientOutcome& recipient) {
                          return recipient.became >= Became::delivered;
                      });
           });
}

Outcome outcome_of(const Trace& trace, std::size_t end)
{
    Walker tally{trace};
    for (std::size_t i = 0; i < std::min(end, trace.size()); ++i)
        tally.note(trace[i]);
    return tally.finish();
}

Outcome evaluate(const Plan& plan, const Limits& limits)
{
    World world = world_of(plan);
    std::uint64_t steps = 0;
    bool more = true;
    while (more && steps < limits.steps && world.next_due() <= limits.until) {
        more = world.step();
        steps += more ? 1 : 0;
    }
    Outcome outcome = outcome_of(world.trace(), world.trace().size());
    outcome.steps = steps;
    outcome.cut_off = world.cut_off() || (more && world.next_due() != never);
    return outcome;
}

int distance(FailureStep step)
{
    // What a program cannot send at all, nobody was asked about.
    return step == FailureStep::local ? 0 : static_cast<int>(step) + 1;
}

} // namespace sim
