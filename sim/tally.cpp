#include "sim/tally.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>
#include <variant>

namespace sim {

namespace {

// Each is a multiple of the one before.
constexpr std::array<Duration, 9> widths{1s,
                                         5s,
                                         15s,
                                         1min,
                                         5min,
                                         15min,
                                         std::chrono::hours{1},
                                         std::chrono::hours{6},
                                         std::chrono::hours{24}};
constexpr std::size_t most_slots = 240; // but for the last width

// Not a refusal of the mail: the client asks in another way, or goes on without.
bool may_go_on_after(SmtpVerb verb)
{
    return verb == SmtpVerb::ehlo || verb == SmtpVerb::starttls || verb == SmtpVerb::rset ||
           verb == SmtpVerb::noop || verb == SmtpVerb::quit;
}

} // namespace

std::uint64_t Tally::Counts::ended() const
{
    return std::accumulate(endings.begin(), endings.end(), std::uint64_t{0});
}

Tally::Tally(const scenario::Scenario& scenario)
    : start_{scenario.start}, crowds_(scenario.crowds.size())
{
    rules_.reserve(scenario.rules.size());
    for (const scenario::FirewallRule& rule : scenario.rules)
        rules_.push_back(ending_of(rule.kind));
}

bool Tally::wants(Kind kind)
{
    switch (kind) {
    case Kind::crowd_attempt:
    case Kind::crowd_attempt_ended:
    case Kind::delivery_attempted:
    case Kind::connection_attempted:
    case Kind::connection_failed:
    case Kind::packet_dropped:
    case Kind::smtp_command:
    case Kind::smtp_reply:
    case Kind::mail_delivered:
    case Kind::mail_junked:
    case Kind::mail_bounced:
        return true;
    default:
        return false;
    }
}

void Tally::handle_event(const Event& event)
{
    std::visit([&](const auto& what) { on(event, what); }, event.what);
}

// ---- time -------------------------------------------------------------------------------------

Duration Tally::slot_width() const
{
    return widths.at(width_);
}

Tally::Counts& Tally::slot(Instant at)
{
    auto place = static_cast<std::size_t>((at - start_) / slot_width());
    while (place >= most_slots && width_ + 1 < widths.size()) {
        const auto times = static_cast<std::size_t>(widths.at(width_ + 1) / slot_width());
        ++width_;
        std::vector<Counts> wider((curve_.size() + times - 1) / times);
        for (std::size_t i = 0; i < curve_.size(); ++i) {
            Counts& into = wider[i / times];
            into.attempts += curve_[i].attempts;
            for (std::size_t k = 0; k < into.endings.size(); ++k)
                into.endings.at(k) += curve_[i].endings.at(k);
        }
        curve_ = std::move(wider);
        place = static_cast<std::size_t>((at - start_) / slot_width());
    }
    if (place >= curve_.size()) curve_.resize(place + 1);
    return curve_[place];
}

// ---- attempts ---------------------------------------------------------------------------------

std::optional<Tally::AttemptName> Tally::first(CrowdEnding ending) const
{
    return first_.at(static_cast<std::size_t>(ending));
}

void Tally::note_first(AttemptName name, CrowdEnding ending)
{
    std::optional<AttemptName>& first = first_.at(static_cast<std::size_t>(ending));
    const bool is_earlier = first && first->crowd == name.crowd && name.number < first->number;
    if (!first || is_earlier) first = name;
}

const Tally::Counts& Tally::by(CrowdWay way) const
{
    return ways_.at(static_cast<std::size_t>(way));
}

const Tally::Counts& Tally::to(CrowdTarget target) const
{
    return targets_.at(static_cast<std::size_t>(target));
}

// Wherever an attempt of this kind is counted.
template <typename F>
void Tally::for_each_counts(const Attempt& attempt, Instant at, F&& change)
{
    change(all_);
    change(crowds_.at(attempt.name.crowd));
    change(ways_.at(static_cast<std::size_t>(attempt.way)));
    change(targets_.at(static_cast<std::size_t>(attempt.target)));
    change(slot(at));
}

void Tally::on(const Event& event, const CrowdAttempt& what)
{
    const Attempt attempt{{what.crowd, what.number}, what.way, what.target};
    for_each_counts(attempt, event.at, [](Counts& counts) { ++counts.attempts; });
    attempts_.emplace(what.mail, attempt);
}

void Tally::end(Attempts::iterator attempt, CrowdEnding ending, Instant at)
{
    const auto which = static_cast<std::size_t>(ending);
    for_each_counts(attempt->second, at, [=](Counts& counts) { ++counts.endings.at(which); });
    note_first(attempt->second.name, ending);
    connections_.erase(attempt->second.connection);
    attempts_.erase(attempt);
}

// A server that took the mail may still send it on: then it ends where that comes to an end.
void Tally::on(const Event& event, const CrowdAttemptEnded& what)
{
    const auto attempt = attempts_.find(what.mail);
    if (attempt == attempts_.end() || what.accepted) return;
    const std::optional<CrowdEnding> obstacle = attempt->second.obstacle;
    const bool unnamed = what.step == FailureStep::name_lookup;
    const CrowdEnding unsaid = unnamed ? CrowdEnding::no_such_name : CrowdEnding::broken;
    end(attempt, obstacle.value_or(unsaid), event.at);
}

void Tally::on(const Event& event, const MailDelivered& what)
{
    const auto attempt = attempts_.find(what.mail);
    if (attempt == attempts_.end()) return;
    delivered_ = Delivered{what.mail, attempt->second, first(CrowdEnding::mailbox)};
    end(attempt, CrowdEnding::mailbox, event.at);
}

// Said right behind MailDelivered, at the same time: what was counted just now as in the mailbox
// lies in the Junk folder.
void Tally::on(const Event& event, const MailJunked& what)
{
    if (!delivered_ || delivered_->mail != what.mail) return;
    constexpr auto junk = static_cast<std::size_t>(CrowdEnding::junk);
    constexpr auto mailbox = static_cast<std::size_t>(CrowdEnding::mailbox);
    for_each_counts(delivered_->attempt, event.at, [](Counts& counts) {
        --counts.endings.at(mailbox);
        ++counts.endings.at(junk);
    });
    first_.at(mailbox) = delivered_->first_before;
    note_first(delivered_->attempt.name, CrowdEnding::junk);
    delivered_.reset();
}

void Tally::on(const Event& event, const MailBounced& what)
{
    const auto attempt = attempts_.find(what.mail);
    if (attempt == attempts_.end()) return;
    const bool unnamed = what.step == FailureStep::name_lookup;
    const CrowdEnding unsaid = unnamed ? CrowdEnding::no_such_name : CrowdEnding::broken;
    end(attempt, attempt->second.obstacle.value_or(unsaid), event.at);
}

// ---- connections ------------------------------------------------------------------------------

// Whoever sets out with a mail says so first, and what he then does on a connection is caused by
// it.
void Tally::on(const Event& event, const DeliveryAttempted& what)
{
    setting_out_ = event.id;
    who_sets_out_ = what.mail;
}

void Tally::bind(const Event& event)
{
    if (!event.cause.exists() || event.cause != setting_out_) return;
    const auto attempt = attempts_.find(who_sets_out_);
    if (attempt == attempts_.end() || attempt->second.connection == event.connection) return;
    connections_.erase(attempt->second.connection);
    attempt->second.connection = event.connection;
    attempt->second.obstacle.reset();
    attempt->second.refused = false;
    connections_.insert_or_assign(event.connection, who_sets_out_);
}

Tally::Attempt* Tally::attempt_on(ConnectionId connection)
{
    const auto mail = connections_.find(connection);
    return mail == connections_.end() ? nullptr : &attempts_.at(mail->second);
}

void Tally::on(const Event& event, const ConnectionAttempted& /*what*/)
{
    bind(event);
}

// A relay may send another mail over a connection that stands.
void Tally::on(const Event& event, const SmtpCommand& what)
{
    if (what.side == Side::sent && what.verb == SmtpVerb::mail) bind(event);
}

void Tally::on(const Event& event, const ConnectionFailed& /*what*/)
{
    bind(event);
    Attempt* attempt = attempt_on(event.connection);
    if (attempt != nullptr && !attempt->obstacle) attempt->obstacle = CrowdEnding::no_connection;
}

void Tally::on(const Event& event, const PacketDropped& what)
{
    if (what.reason != DropReason::rule) return;
    Attempt* attempt = attempt_on(event.connection);
    if (attempt == nullptr || attempt->refused) return;
    attempt->obstacle = rules_.at(what.rule.value);
}

// The first refusal is the one that counts: what comes behind it is out of sequence.
void Tally::on(const Event& event, const SmtpReply& what)
{
    constexpr std::uint16_t first_refusal = 400;
    if (what.side != Side::sent || what.code < first_refusal || may_go_on_after(what.to)) return;
    Attempt* attempt = attempt_on(event.connection);
    if (attempt == nullptr || attempt->refused) return;
    attempt->obstacle = ending_of(what.reason);
    attempt->refused = true;
}

Tally tally_of(const Trace& trace, const scenario::Scenario& scenario, std::size_t end)
{
    Tally tally{scenario};
    for (std::size_t i = 0; i < std::min(end, trace.size()); ++i)
        tally.handle_event(trace[i]);
    return tally;
}

} // namespace sim
