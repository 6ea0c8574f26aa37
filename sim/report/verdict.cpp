#include "sim/report/verdict.h"

#include "sim/evaluate.h"
#include "sim/explain/nouns.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace sim::report {

namespace {

using explain::WhyCard;

class Judge {
public:
    Judge(const Trace& trace,
          std::size_t end,
          const scenario::Scenario& scenario,
          const std::vector<Hop>& journey,
          std::span<const WhyCard> cards)
        : trace_{trace}, end_{end}, scenario_{scenario}, journey_{journey}, cards_{cards}
    {
    }

    RunVerdict judge()
    {
        count();
        it_.ending = ending();
        const bool arrived = !it_.card && !it_.event.exists() && tone_of(it_.ending) != Tone::open;
        if (arrived || it_.ending == Ending::partly) it_.event = last_delivery();
        return it_;
    }

private:
    // Of what people sent. The lesson is about its client: what others sent counts where she sent
    // nothing.
    void count()
    {
        const Outcome outcome = outcome_of(trace_, end_);
        for (const bool hers : {true, false}) {
            for (const MailResult& mail : outcome.mails) {
                if (!mail.by_server && (!hers || is_clients(sender_of(mail.mail))))
                    mails_.push_back(mail.mail);
            }
            if (!mails_.empty()) break;
        }
        for (const MailResult& mail : outcome.mails) {
            if (!counts(mail.mail)) continue;
            for (const RecipientOutcome& recipient : mail.recipients) {
                ++it_.wanted;
                if (recipient.became >= Became::delivered) ++it_.reached;
                undecided_ = undecided_ || recipient.became == Became::under_way;
            }
        }
        it_.hops = static_cast<std::size_t>(std::ranges::count_if(
            journey_, [&](const Hop& hop) { return hop.end == HopEnd::carried && carries(hop); }));
    }

    [[nodiscard]] HostId sender_of(MailId mail) const
    {
        for (const EventId id : trace_.index().of(mail)) {
            const Event& event = trace_.at(id);
            if (event.kind() == Kind::mail_composed) return event.host;
        }
        return {};
    }
    [[nodiscard]] bool is_clients(HostId host) const
    {
        const auto* program = explain::program_at(host, scenario_);
        return program != nullptr && program->key == scenario_.client;
    }
    [[nodiscard]] bool counts(MailId mail) const
    {
        return std::ranges::find(mails_, mail) != mails_.end();
    }
    [[nodiscard]] bool carries(const Hop& hop) const
    {
        return std::ranges::any_of(hop.mails, [&](MailId mail) { return counts(mail); });
    }

    Ending ending()
    {
        const WhyCard* card = first_card(false);
        const WhyCard* fetch = first_card(true);
        if (card != nullptr) {
            use(*card);
            if (it_.reached > 0) return Ending::partly;
            return why_not(*card);
        }
        if (undecided_) return Ending::under_way;
        if (fetch != nullptr) {
            use(*fetch);
            it_.who = fetch->who;
            return Ending::fetch_failed;
        }
        if (it_.wanted == 0) return Ending::nothing_sent;
        return delivered();
    }

    // Of the mails that count, or of whoever fetches; the client first.
    const WhyCard* first_card(bool fetch)
    {
        const WhyCard* first = nullptr;
        for (const WhyCard& card : cards_) {
            if ((trace_.at(card.outcome).kind() == Kind::fetch_finished) != fetch) continue;
            if (!fetch && card.mail.exists() && !counts(card.mail)) continue;
            if (is_clients(card.sender)) return &card;
            if (first == nullptr) first = &card;
        }
        return first;
    }

    void use(const WhyCard& card)
    {
        it_.card = static_cast<std::size_t>(&card - cards_.data());
        it_.event = card.outcome;
        it_.who = card.who;
        it_.person = card.sender;
        const Hop* hop = hop_of(journey_, trace_.at(card.stopped).connection);
        if (hop != nullptr) note(*hop);
    }

    void note(const Hop& hop)
    {
        it_.hop = hop.number;
        it_.exposed = hop.exposed;
        it_.reader = hop.exposed.empty() || hop.readers.empty() ? HostId{}
                     : hop.tampered.exists()                    ? hop.tampered
                                                                : hop.readers.front();
        it_.more_readers = hop.readers.size() > 1;
    }

    Ending why_not(const WhyCard& card)
    {
        const Event& outcome = trace_.at(card.outcome);
        if (const auto* deferred = std::get_if<MailDeferred>(&outcome.what)) {
            it_.who = outcome.host;
            it_.until = deferred->until;
            return Ending::waiting;
        }
        it_.returned = outcome.kind() == Kind::mail_bounced;
        if (card.dns && !card.rule.exists()) return Ending::not_found;
        if (!card.who.exists()) return Ending::unanswered;
        if (card.rule.exists() || card.obstacle == explain::Obstacle::tampered)
            return Ending::stopped;
        if (card.who == card.sender) return Ending::held_back;
        return says_no(card) ? Ending::refused : Ending::stopped_at;
    }

    // By a reply, a closed port, a TLS alert; not whoever fell silent or lacks what is needed.
    static bool says_no(const WhyCard& card)
    {
        return card.code != 0 || card.pop3_reason || card.tls == TlsFailure::peer_alert ||
               card.obstacle == explain::Obstacle::port_closed ||
               card.obstacle == explain::Obstacle::client_certificate;
    }

    Ending delivered()
    {
        if (was_split()) return Ending::delivered_split;
        for (const EventId id : events_before(trace_.index().of(Kind::mail_junked), end_)) {
            const Event& event = trace_.at(id);
            if (!counts(std::get<MailJunked>(event.what).mail)) continue;
            it_.event = id;
            it_.who = event.host;
            return Ending::junked;
        }
        for (const Hop& hop : journey_) {
            if (hop.exposed.empty() || !carries(hop)) continue;
            note(hop);
            return Ending::delivered_readable;
        }
        for (const Hop& hop : journey_) {
            if (!hop.unproved || !carries(hop)) continue;
            note(hop);
            it_.who = hop.fetches ? hop.from : hop.to;
            return Ending::delivered_unproved;
        }
        return Ending::delivered;
    }

    // A server queues as many mails as it is given texts; one that has queued more of them has read
    // more mails into a text than its sender put there.
    bool was_split()
    {
        for (const MailId mail : mails_) {
            for (const EventId id : events_before(trace_.index().of(mail), end_)) {
                const Event& event = trace_.at(id);
                if (event.kind() != Kind::mail_queued || !event.connection.exists()) continue;
                const std::size_t more = queued_beyond_texts(event);
                if (more == 0) continue;
                it_.who = event.host;
                it_.person = sender_of(mail);
                it_.copies = more + 1;
            }
            if (it_.copies > 0) return true;
        }
        return false;
    }

    // By the server that queues this one, on the same connection so far.
    [[nodiscard]] std::size_t queued_beyond_texts(const Event& last) const
    {
        std::size_t queued = 0;
        std::size_t given = 0;
        for (const EventId id : trace_.index().of(last.connection)) {
            const Event& event = trace_.at(id);
            const bool here = event.host == last.host;
            const auto* text = std::get_if<SmtpText>(&event.what);
            if (text != nullptr && text->side == Side::sent && !here) ++given;
            if (here && event.kind() == Kind::mail_queued) ++queued;
            if (id == last.id) break;
        }
        // Of what a real program gives nothing but what arrives is seen.
        return given > 0 && queued > given ? queued - given : 0;
    }

    [[nodiscard]] EventId last_delivery() const
    {
        const auto all = events_before(trace_.index().of(Kind::mail_delivered), end_);
        return all.empty() ? EventId{} : all.back();
    }

    const Trace& trace_;
    std::size_t end_;
    const scenario::Scenario& scenario_;
    const std::vector<Hop>& journey_;
    std::span<const WhyCard> cards_;
    RunVerdict it_;
    std::vector<MailId> mails_; // that count
    bool undecided_ = false;
};

} // namespace

RunVerdict verdict(const Trace& trace,
                   std::size_t end,
                   const scenario::Scenario& scenario,
                   const std::vector<Hop>& journey,
                   std::span<const explain::WhyCard> cards)
{
    return Judge{trace, end, scenario, journey, cards}.judge();
}

Tone tone_of(Ending ending)
{
    switch (ending) {
    case Ending::nothing_sent:
    case Ending::under_way:
        return Tone::open;
    case Ending::delivered:
        return Tone::good;
    case Ending::waiting:
    case Ending::partly:
    case Ending::delivered_unproved:
    case Ending::delivered_readable:
    case Ending::delivered_split:
    case Ending::junked:
        return Tone::warned;
    case Ending::stopped:
    case Ending::refused:
    case Ending::stopped_at:
    case Ending::not_found:
    case Ending::held_back:
    case Ending::unanswered:
    case Ending::fetch_failed:
        return Tone::bad;
    }
    return Tone::open;
}

std::string_view mark_of(Tone tone)
{
    switch (tone) {
    case Tone::good:
        return "○";
    case Tone::warned:
        return "△";
    case Tone::bad:
        return "✕";
    case Tone::open:
        break;
    }
    return "";
}

Role role_of(Tone tone)
{
    switch (tone) {
    case Tone::good:
        return Role::accepted;
    case Tone::warned:
        return Role::clear;
    case Tone::bad:
        return Role::blocked;
    case Tone::open:
        break;
    }
    return Role::heading;
}

std::string words_of(const RunVerdict& verdict, const Source& source)
{
    const explain::Context context = source.context();
    const auto name = [&](HostId host) { return explain::host_name(host, context); };
    const auto phrase = [&](std::string_view key, const explain::Arguments& arguments) {
        const bool story = source.level == Level::story;
        return source.language.text(
            fmt::format("report.verdict.{}.{}", story ? "story" : "plain", key), arguments);
    };
    std::string reader =
        verdict.reader.exists() ? name(verdict.reader) : phrase("anybody_at_cable", {});
    if (verdict.more_readers) reader = phrase("and_others", {{"reader", reader}});
    const bool waits = verdict.ending == Ending::waiting;
    std::string until;
    if (waits) {
        until = explain::clock_time_from(
            source.trace.at(verdict.event).at, verdict.until, source.scenario);
        until.erase(std::min(until.find('.'), until.size()));
    }
    const std::string person = explain::person_at(verdict.person, context);
    return phrase(name_of(verdict.ending),
                  {{"who", name(verdict.who)},
                   {"person", person},
                   {"now", phrase(verdict.returned ? "returned" : "kept", {{"person", person}})},
                   {"reader", reader},
                   {"what", exposed_words(verdict.exposed, source)},
                   {"hops", fmt::format("{}", verdict.hops)},
                   {"reached", fmt::format("{}", verdict.reached)},
                   {"wanted", fmt::format("{}", verdict.wanted)},
                   {"until", until},
                   {"copies", fmt::format("{}", verdict.copies)}});
}

Lines verdict_lines(const RunVerdict& verdict, const Source& source)
{
    const Tone tone = tone_of(verdict.ending);
    const std::string_view mark = mark_of(tone);
    const std::string front = mark.empty() ? std::string{} : fmt::format("{} ", mark);
    const std::size_t indent = display_width(front);
    Lines lines;
    for (const std::string& part : wrap(words_of(verdict, source), source.columns - indent)) {
        lines.push_back(
            {{{(lines.empty() ? front : std::string(indent, ' ')) + part, role_of(tone)}},
             verdict.event});
    }
    return lines;
}

} // namespace sim::report
