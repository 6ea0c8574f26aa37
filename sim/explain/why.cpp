#include "sim/explain/why.h"

#include "sim/core/recipients.h"
#include "sim/explain/card_messages.h"
#include "sim/explain/nouns.h"
#include "sim/explain/stop_search.h"
#include "sim/explain/trial.h"
#include "sim/outcome.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

WhyCard begin(const Event& outcome, MailId mail, std::uint16_t code, std::string_view reply)
{
    WhyCard card;
    card.mail = mail;
    card.outcome = outcome.id;
    card.stopped = outcome.id;
    card.code = code;
    card.reply = std::string{reply};
    return card;
}

// ---- what became of a mail for each of its recipients -----------------------------------------

struct Copy {
    std::string recipient;
    EventId failed; // SendFinished, MailDeferred or MailBounced; none while nothing has
    bool queued = false;
    bool delivered = false;
};

// Reads one mail's own events in order.
class Copies {
public:
    explicit Copies(const Trace& trace) : trace_{trace} {}

    void note(const Event& event)
    {
        std::visit([&](const auto& what) { on(event, what); }, event.what);
    }
    [[nodiscard]] const std::vector<Copy>& list() const { return copies_; }
    [[nodiscard]] HostId sender() const { return sender_; }

private:
    template <typename Change>
    void change(const Blob& recipients, Change&& change)
    {
        for (const std::string_view recipient : split_recipients(trace_.view(recipients))) {
            const auto known = std::ranges::find_if(copies_, [&](const Copy& copy) {
                return is_same_address(copy.recipient, recipient);
            });
            if (known != copies_.end()) {
                change(*known);
            } else {
                copies_.push_back({std::string{recipient}, {}, false, false});
                change(copies_.back());
            }
        }
    }

    void on(const Event& event, const MailComposed& what)
    {
        sender_ = event.host;
        change(what.recipients, [](Copy& /*copy*/) {});
    }
    void on(const Event& /*event*/, const MailQueued& what)
    {
        change(what.recipients, [](Copy& copy) { copy.queued = true; });
    }
    void on(const Event& /*event*/, const MailHandedOver& what)
    {
        change(what.recipients, [](Copy& copy) { copy.failed = {}; });
    }
    void on(const Event& /*event*/, const MailDelivered& what)
    {
        change(what.mailbox, [](Copy& copy) {
            copy.delivered = true;
            copy.failed = {};
        });
    }
    void on(const Event& event, const MailDeferred& what)
    {
        change(what.recipients, [&](Copy& copy) { copy.failed = event.id; });
    }
    void on(const Event& event, const MailBounced& what)
    {
        change(what.recipients, [&](Copy& copy) { copy.failed = event.id; });
    }
    void on(const Event& event, const SendFinished& what)
    {
        if (what.error == UserError::none) return;
        for (Copy& copy : copies_)
            if (!copy.queued && !copy.delivered) copy.failed = event.id;
    }
    static void on(const Event& /*event*/, const auto& /*other*/) {}

    const Trace& trace_;
    HostId sender_;
    std::vector<Copy> copies_;
};

// ---- the cards --------------------------------------------------------------------------------

// Whether anything of it happened at this place or behind it.
bool goes_on(TraceIndex::Events events, std::size_t since)
{
    return !events.empty() && events.back().value >= since;
}

class Cards {
public:
    Cards(const Trace& trace,
          std::size_t since,
          std::size_t end,
          const scenario::Scenario& scenario)
        : trace_{trace},
          since_{since},
          end_{std::min(end, trace.size())},
          scenario_{scenario},
          search_{trace, scenario}
    {
    }

    std::vector<WhyCard> take()
    {
        add_mails();
        const auto fetches = events_before(trace_.index().of(Kind::fetch_finished), end_);
        for (const EventId id : events_from(fetches, since_))
            add_fetch(trace_.at(id));
        add_outside();
        return std::move(cards_);
    }

private:
    // In the order in which they appeared.
    void add_mails()
    {
        std::vector<std::pair<EventId, MailId>> mails;
        for (std::uint32_t i = 0; i < trace_.index().mails(); ++i) {
            const auto events = events_before(trace_.index().of(MailId{i}), end_);
            if (is_of_a_crowd(MailId{i}, trace_)) continue;
            if (goes_on(events, since_)) mails.emplace_back(events.front(), MailId{i});
        }
        std::ranges::sort(mails);
        for (const auto& [first, mail] : mails)
            add_mail(mail);
    }

    void add_mail(MailId mail)
    {
        Copies copies{trace_};
        for (const EventId id : events_before(trace_.index().of(mail), end_))
            copies.note(trace_.at(id));
        std::vector<std::string> reached;
        std::vector<EventId> failures; // in the order of the recipients
        for (const Copy& copy : copies.list()) {
            if (copy.delivered && !copy.failed.exists()) reached.push_back(copy.recipient);
            if (copy.failed.exists() && std::ranges::find(failures, copy.failed) == failures.end())
                failures.push_back(copy.failed);
        }
        for (const EventId failed : failures) {
            std::vector<std::string> recipients;
            for (const Copy& copy : copies.list())
                if (copy.failed == failed) recipients.push_back(copy.recipient);
            add_failure(trace_.at(failed), copies, std::move(recipients), reached);
        }
    }

    // Those for whom the same failed at once; who was refused in words of his own has his own card.
    void add_failure(const Event& failed,
                     const Copies& copies,
                     std::vector<std::string> recipients,
                     const std::vector<std::string>& reached)
    {
        struct Refused {
            const Event* event = nullptr; // RecipientRefused
            std::vector<std::string> recipients;
        };
        std::map<std::string_view, Refused> refused; // by the reply
        std::vector<std::string> others;
        for (std::string& recipient : recipients) {
            const Event* own = refusal_of(recipient, failed);
            if (own == nullptr) {
                others.push_back(std::move(recipient));
                continue;
            }
            Refused& group = refused[trace_.view(std::get<RecipientRefused>(own->what).reply)];
            group.event = own;
            group.recipients.push_back(std::move(recipient));
        }
        const auto add = [&](std::vector<std::string> whom, const Event* own) {
            const bool all = whom.size() == copies.list().size();
            WhyCard card = of_failure(failed, copies.sender(), std::move(whom), own);
            if (all) {
                card.recipients.clear();
            } else {
                card.reached = reached;
            }
            cards_.push_back(std::move(card));
        };
        if (!others.empty()) add(std::move(others), nullptr);
        for (auto& [words, group] : refused)
            add(std::move(group.recipients), group.event);
    }

    // What the mail program says of this recipient alone; nullptr where it says one thing of all.
    const Event* refusal_of(std::string_view recipient, const Event& failed) const
    {
        const auto* unsent = std::get_if<SendFinished>(&failed.what);
        if (unsent == nullptr) return nullptr;
        return last_of(
            trace_, trace_.index().of(unsent->mail), failed.id.value, [&](const Event& event) {
                const auto* refused = std::get_if<RecipientRefused>(&event.what);
                return refused != nullptr && event.connection == failed.connection &&
                       is_same_address(trace_.view(refused->recipient), recipient);
            });
    }

    WhyCard of_failure(const Event& failed,
                       HostId sender,
                       std::vector<std::string> recipients,
                       const Event* refusal) const
    {
        WhyCard card;
        FailureStep step = FailureStep::local;
        const auto take = [&](const auto& what) {
            card = begin(failed, what.mail, what.code, trace_.view(what.reply));
            step = what.step;
        };
        if (refusal != nullptr) {
            take(std::get<RecipientRefused>(refusal->what));
        } else if (const auto* unsent = std::get_if<SendFinished>(&failed.what)) {
            take(*unsent);
        } else if (const auto* deferred = std::get_if<MailDeferred>(&failed.what)) {
            take(*deferred);
        } else if (const auto* bounced = std::get_if<MailBounced>(&failed.what)) {
            take(*bounced);
        }
        if (const auto* unsent = std::get_if<SendFinished>(&failed.what))
            card.shown = unsent->error;
        card.sender = sender;
        card.recipients = std::move(recipients);
        search_.find(card, failed, step);
        return card;
    }

    void add_fetch(const Event& finished)
    {
        const auto& what = std::get<FetchFinished>(finished.what);
        if (what.error == UserError::none) return;
        WhyCard card = begin(finished, MailId{}, 0, trace_.view(what.reply));
        card.shown = what.error;
        card.sender = finished.host;
        search_.find(card, finished, what.step);
        cards_.push_back(std::move(card));
    }

    // ---- a real program on a bridge
    // It tells nobody what became of its mail: each thing that went wrong on its connections.

    void add_outside()
    {
        std::vector<EventId> events;
        for (std::uint32_t i = 0; i < trace_.index().connections(); ++i) {
            const ConnectionId connection{i};
            if (!trace_.leads_outside(connection)) continue;
            const auto said = events_before(trace_.index().of(connection), end_);
            if (goes_on(said, since_)) events.insert(events.end(), said.begin(), said.end());
        }
        std::ranges::sort(events);
        for (const EventId id : events) {
            const Event& event = trace_.at(id);
            if (auto card =
                    std::visit([&](const auto& what) { return outside(event, what); }, event.what))
                cards_.push_back(std::move(*card));
        }
    }

    std::optional<WhyCard> outside(const Event& event, const ConnectionFailed& what) const
    {
        // Who hangs up at once was in a hurry; who had to ask again had a reason.
        const auto asked_again = [](const Event& earlier) {
            return earlier.kind() == Kind::segment_retransmitted;
        };
        if (what.why == ConnectFailure::called_off &&
            last_before(trace_, event, asked_again) == nullptr)
            return std::nullopt;
        WhyCard card = begin_outside(event, 0, {});
        search_.at_connect(card, event, what);
        return card;
    }
    std::optional<WhyCard> outside(const Event& event, const SmtpReply& what) const
    {
        // To a browser even the refusal is a goodbye, 221.
        if (what.side != Side::sent || (what.code < 400 && !is_refusal(what.reason)))
            return std::nullopt;
        WhyCard card = begin_outside(event, what.code, trace_.view(what.line.bytes));
        search_.at_reply(card, event, what);
        return card;
    }
    std::optional<WhyCard> outside(const Event& event, const Pop3Reply& what) const
    {
        if (what.ok || what.side != Side::sent) return std::nullopt;
        WhyCard card = begin_outside(event, 0, trace_.view(what.line.bytes));
        search_.at_reply(card, event, what);
        return card;
    }
    std::optional<WhyCard> outside(const Event& event, const TlsFailed& what) const
    {
        // A program of ours that called a real server tells itself what became of its mail.
        const HostId client = trace_.index().connection(event.connection).ends.client;
        if (client == event.host) return std::nullopt;
        WhyCard card = begin_outside(event, 0, {});
        search_.at_tls(card, event, what);
        if (what.why == TlsFailure::peer_alert) card.who = card.sender;
        return card;
    }
    static std::optional<WhyCard> outside(const Event& /*event*/, const auto& /*other*/)
    {
        return std::nullopt;
    }

    WhyCard begin_outside(const Event& event, std::uint16_t code, std::string_view reply) const
    {
        WhyCard card = begin(event, MailId{}, code, reply);
        const TraceIndex::Ends& ends = trace_.index().connection(event.connection).ends;
        card.outside = ends.server_at;
        card.sender = ends.client;
        card.hit = HitServer{ends.server_at};
        if (const scenario::Host* host = host_at(card.sender, scenario_))
            card.system = host->system;
        return card;
    }

    const Trace& trace_;
    std::size_t since_; // only what something has come of since
    std::size_t end_;
    const scenario::Scenario& scenario_;
    StopSearch search_;
    std::vector<WhyCard> cards_;
};

} // namespace

bool is_temporary(const WhyCard& card)
{
    if (card.code != 0) return card.code / 100 == 4;
    return card.obstacle == Obstacle::connection_lost || card.obstacle == Obstacle::reply_late ||
           card.obstacle == Obstacle::silence || card.obstacle == Obstacle::name_server_failed ||
           card.obstacle == Obstacle::name_server_silent;
}

// RFC 8446 §6.2: bad_certificate, unsupported_, _revoked, _expired, _unknown and unknown_ca.
bool is_about_certificate(const WhyCard& card)
{
    if (card.tls != TlsFailure::peer_alert || !card.alert) return false;
    return (*card.alert >= 42 && *card.alert <= 46) || *card.alert == 48;
}

std::vector<WhyCard>
why_cards(const Trace& trace, std::size_t end, const scenario::Scenario& scenario)
{
    return Cards{trace, 0, end, scenario}.take();
}

std::vector<WhyCard> new_why_cards(const Trace& trace,
                                   std::size_t since,
                                   std::size_t end,
                                   const scenario::Scenario& scenario)
{
    return Cards{trace, since, end, scenario}.take();
}

bool is_out_of_date(const WhyCard& card, const Trace& trace, std::size_t since, std::size_t end)
{
    if (card.mail.exists()) return goes_on(events_before(trace.index().of(card.mail), end), since);
    if (!card.outside) return false; // a fetch that is over
    const ConnectionId connection = trace.at(card.outcome).connection;
    return goes_on(events_before(trace.index().of(connection), end), since);
}

// Only what is documented or was seen by many is written down: the socket errors of Windows, those
// that Outlook Express gave for them, and the names and texts of Linux.
std::vector<std::string> error_codes(UserError error, scenario::System system)
{
    const bool windows = system == scenario::System::windows;
    switch (error) {
    case UserError::server_not_found:
        return windows ? std::vector<std::string>{"11001", "0x800CCC0D"}
                       : std::vector<std::string>{"Name or service not known"};
    case UserError::connect_timed_out:
        return windows ? std::vector<std::string>{"10060", "0x800CCC0E"}
                       : std::vector<std::string>{"ETIMEDOUT", "Connection timed out"};
    case UserError::connect_refused:
        return windows ? std::vector<std::string>{"10061", "0x800CCC0E"}
                       : std::vector<std::string>{"ECONNREFUSED", "Connection refused"};
    case UserError::connect_unreachable:
        return windows ? std::vector<std::string>{"10051", "0x800CCC0E"}
                       : std::vector<std::string>{"EHOSTUNREACH", "No route to host"};
    case UserError::connection_lost:
        return windows ? std::vector<std::string>{"10054", "0x800CCC0F"}
                       : std::vector<std::string>{"ECONNRESET", "Connection reset by peer"};
    case UserError::reply_timed_out:
        return windows ? std::vector<std::string>{"0x800CCC19"} : std::vector<std::string>{};
    case UserError::sender_refused:
        return windows ? std::vector<std::string>{"0x800CCC78"} : std::vector<std::string>{};
    case UserError::recipient_refused:
        return windows ? std::vector<std::string>{"0x800CCC79"} : std::vector<std::string>{};
    case UserError::login_failed:
        return windows ? std::vector<std::string>{"0x800CCC92"} : std::vector<std::string>{};
    default:
        return {};
    }
}

} // namespace sim::explain
