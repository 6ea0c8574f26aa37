#include "sim/outcome.h"

namespace sim {

namespace {

// What is known of one mail while walking along the trace.
struct Known {
    bool seen = false;
    EventId composed;
    EventId failed_to_send;
    UserError error = UserError::none;
    EventId deferred;
    Instant until{};
    EventId bounced;
    EventId delivered;
    bool retrieved = false;
};

class Walk {
public:
    void note(const Event& event)
    {
        std::visit([&](const auto& what) { on(event.id, what); }, event.what);
    }

    [[nodiscard]] std::vector<MailOutcome> list() const
    {
        std::vector<MailOutcome> all;
        all.reserve(order_.size());
        for (const MailId mail : order_) {
            const Known& fate = fates_[mail.value];
            all.push_back(MailOutcome{mail, fate.composed, judge(fate)});
        }
        return all;
    }

private:
    Known& of(MailId mail)
    {
        if (fates_.size() <= mail.value) fates_.resize(std::size_t{mail.value} + 1);
        Known& fate = fates_[mail.value];
        if (!fate.seen) {
            fate.seen = true;
            order_.push_back(mail);
        }
        return fate;
    }

    void on(EventId id, const MailComposed& what) { of(what.mail).composed = id; }
    void on(EventId /*id*/, const MailQueued& what) { of(what.mail); }
    void on(EventId /*id*/, const MailHandedOver& what) { of(what.mail).deferred = {}; }
    void on(EventId /*id*/, const MailRetrieved& what) { of(what.mail).retrieved = true; }
    void on(EventId id, const MailBounced& what)
    {
        Known& fate = of(what.mail);
        fate.bounced = id;
        fate.deferred = {};
    }
    void on(EventId id, const MailDelivered& what)
    {
        Known& fate = of(what.mail);
        fate.delivered = id;
        fate.deferred = {};
    }
    void on(EventId id, const MailDeferred& what)
    {
        Known& fate = of(what.mail);
        fate.deferred = id;
        fate.until = what.until;
    }
    void on(EventId id, const SendFinished& what)
    {
        if (what.error == UserError::none) return;
        Known& fate = of(what.mail);
        fate.failed_to_send = id;
        fate.error = what.error;
    }
    void on(EventId /*id*/, const auto& /*other*/) {}

    // A mail to several people can be delivered to one and bounce for another: the bad news wins,
    // because it is what its sender has to know.
    static Fate judge(const Known& fate)
    {
        if (fate.bounced.exists()) return Bounced{fate.bounced};
        if (fate.deferred.exists()) return Deferred{fate.deferred, fate.until};
        if (fate.failed_to_send.exists()) return NotSent{fate.failed_to_send, fate.error};
        if (fate.delivered.exists()) return Delivered{fate.delivered, fate.retrieved};
        return UnderWay{};
    }

    std::vector<Known> fates_; // by MailId, which counts from 0
    std::vector<MailId> order_;
};

} // namespace

std::vector<MailOutcome> outcomes(const Trace& trace, std::size_t end)
{
    Walk walk;
    const std::size_t count = end < trace.size() ? end : trace.size();
    for (std::size_t i = 0; i < count; ++i)
        walk.note(trace[i]);
    return walk.list();
}

} // namespace sim
