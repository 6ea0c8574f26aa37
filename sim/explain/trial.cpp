#include "sim/explain/trial.h"

#include "sim/core/ascii.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <variant>

namespace sim::explain {

namespace {

// How many events of this kind happened at the host before.
std::size_t count_before(const Trace& trace, Kind kind, HostId host, EventId before)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(events_before(trace.index().of(kind), before.value),
                              [&](EventId id) { return trace.at(id).host == host; }));
}

} // namespace

std::optional<std::size_t> step_behind(const Event& event, const Trace& trace)
{
    for (EventId cause = event.id; cause.exists(); cause = trace.at(cause).cause) {
        if (const auto* started = std::get_if<StepStarted>(&trace.at(cause).what))
            return started->index;
    }
    return std::nullopt;
}

Aim aim_at_mail(const Trace& trace, MailId mail, std::vector<std::string> recipients)
{
    const Event* composed =
        last_of(trace, trace.index().of(mail), trace.size(), [](const Event& event) {
            return event.kind() == Kind::mail_composed;
        });
    if (composed == nullptr) return {};
    return {composed->host,
            count_before(trace, Kind::mail_composed, composed->host, composed->id),
            false,
            std::move(recipients)};
}

Aim aim_at_fetch(const Trace& trace, const Event& finished)
{
    return {finished.host,
            count_before(trace, Kind::fetch_finished, finished.host, finished.id),
            true,
            {}};
}

bool Reached::is_beyond(const Reached& other) const
{
    const auto far = [](const Reached& each) {
        // A mail that waits or bounced was taken by a server; to wait or not is no distance.
        const bool taken = each.became != Became::not_sent;
        return std::tuple{each.arrived(), taken, distance(each.setback.step)};
    };
    return far(*this) > far(other);
}

Reached reached(const Outcome& outcome, const Aim& aim)
{
    const Job* job = nullptr;
    std::size_t number = 0;
    for (const Job& each : outcome.jobs) {
        if (each.host != aim.host || each.fetches != aim.fetches) continue;
        if (aim.number == Aim::last || number == aim.number) job = &each;
        ++number;
    }
    if (job == nullptr) return {Became::under_way, {}};
    if (aim.fetches) {
        const bool done = job->error == UserError::none;
        return {done ? Became::fetched : Became::not_sent, job->setback};
    }
    const auto mail = std::ranges::find(outcome.mails, job->mail, &MailResult::mail);
    if (mail == outcome.mails.end()) return {Became::under_way, {}};
    Reached least{Became::fetched, {}};
    for (const RecipientOutcome& each : mail->recipients) {
        const bool is_meant =
            aim.recipients.empty() || std::ranges::any_of(aim.recipients, [&](const auto& address) {
                return is_same_address(address, each.address);
            });
        const Reached this_one{each.became, each.setback};
        if (is_meant && (least.is_beyond(this_one) || least.arrived())) least = this_one;
    }
    return least;
}

std::optional<Plan>
once_more(const Plan& plan, const Trace& trace, const Event& begun, Instant when)
{
    const std::optional<std::size_t> index = step_behind(begun, trace);
    if (!index || *index >= plan.scenario->steps.size()) return std::nullopt;
    auto changed = std::make_shared<scenario::Scenario>(*plan.scenario);
    scenario::Step step = changed->steps[*index];
    step.when = scenario::StepWhen::at;
    step.delay = std::max(when - changed->start, Duration{0});
    changed->limit += step.delay;
    changed->steps.push_back(std::move(step));
    Plan again = plan;
    again.scenario = std::move(changed);
    return again;
}

bool is_same_address(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace sim::explain
