#include "sim/outcome.h"

#include <algorithm>
#include <utility>

namespace sim {

namespace {

// What is known of one mail.
class Known {
public:
    void note(const Event& event)
    {
        std::visit([&](const auto& what) { on(event.id, what); }, event.what);
    }

    // The first that tells of it; none when nothing does.
    [[nodiscard]] EventId first() const { return first_; }
    [[nodiscard]] EventId composed() const { return composed_; }

    // A mail to several people can be delivered to one and bounce for another: the bad news wins,
    // because it is what its sender has to know.
    [[nodiscard]] Fate judge() const
    {
        if (bounced_.exists()) return Bounced{bounced_};
        if (deferred_.exists()) return Deferred{deferred_, until_};
        if (failed_to_send_.exists()) return NotSent{failed_to_send_, error_};
        if (delivered_.exists()) return Delivered{delivered_, retrieved_};
        return UnderWay{};
    }

    // As MailOutcome has them.
    [[nodiscard]] std::vector<EventId> shares() const
    {
        std::vector<EventId> all = shares_;
        if (deferred_.exists()) all.push_back(deferred_);
        if (all.size() < 2) all.clear();
        return all;
    }

private:
    void see(EventId id)
    {
        if (!first_.exists()) first_ = id;
    }

    void on(EventId id, const MailComposed& /*what*/)
    {
        see(id);
        composed_ = id;
    }
    void on(EventId id, const MailQueued& /*what*/) { see(id); }
    void on(EventId id, const MailHandedOver& /*what*/)
    {
        see(id);
        deferred_ = {};
    }
    void on(EventId id, const MailRetrieved& /*what*/)
    {
        see(id);
        retrieved_ = true;
    }
    void on(EventId id, const RecipientRefused& /*what*/)
    {
        see(id);
        shares_.push_back(id);
    }
    void on(EventId id, const MailBounced& /*what*/)
    {
        see(id);
        bounced_ = id;
        shares_.push_back(id);
        deferred_ = {};
    }
    void on(EventId id, const MailDelivered& /*what*/)
    {
        see(id);
        delivered_ = id;
        shares_.push_back(id);
        deferred_ = {};
    }
    void on(EventId id, const MailDeferred& what)
    {
        see(id);
        deferred_ = id;
        until_ = what.until;
    }
    void on(EventId id, const SendFinished& what)
    {
        if (what.error == UserError::none) return;
        see(id);
        failed_to_send_ = id;
        error_ = what.error;
    }
    void on(EventId /*id*/, const auto& /*other*/) {}

    EventId first_;
    EventId composed_;
    EventId failed_to_send_;
    UserError error_ = UserError::none;
    EventId deferred_;
    Instant until_{};
    EventId bounced_;
    EventId delivered_;
    bool retrieved_ = false;
    std::vector<EventId> shares_; // that are settled
};

} // namespace

std::vector<MailOutcome> outcomes(const Trace& trace, std::size_t end)
{
    std::vector<std::pair<EventId, MailOutcome>> found;
    for (std::uint32_t i = 0; i < trace.index().mails(); ++i) {
        const MailId mail{i};
        Known known;
        for (const EventId id : events_before(trace.index().of(mail), end))
            known.note(trace.at(id));
        if (known.first().exists()) {
            found.push_back({known.first(),
                             MailOutcome{mail, known.composed(), known.judge(), known.shares()}});
        }
    }
    std::ranges::sort(found, {}, [](const auto& each) { return each.first; });
    std::vector<MailOutcome> all;
    all.reserve(found.size());
    for (auto& [first, outcome] : found)
        all.push_back(std::move(outcome));
    return all;
}

} // namespace sim
