#include "sim/explain/rewind.h"

#include "sim/scenario/settings.h"

#include <algorithm>
#include <string_view>
#include <variant>

namespace sim::explain {

namespace {

// When the program that failed began: it pressed Send, or its fetch step started.
Instant began(const WhyCard& card, const Trace& trace, const scenario::Scenario& scenario)
{
    const TraceIndex& index = trace.index();
    const auto composed = [](const Event& event) { return event.kind() == Kind::mail_composed; };
    const auto fetches = [&](const Event& event) {
        const auto step = std::get<StepStarted>(event.what).index;
        return step < scenario.steps.size() &&
               scenario.steps[step].action == scenario::StepAction::fetch;
    };
    const Event* event =
        card.mail.exists()
            ? last_of(trace, index.of(card.mail), card.outcome.value, composed)
            : last_of(trace, index.of(Kind::step_started), card.outcome.value, fetches);
    return event != nullptr ? event->at : scenario.start;
}

// The same fault may have struck before in this conversation: EHLO refused, then HELO, too.
const Event& first_strike(const Event& fault, const Trace& trace)
{
    if (!fault.connection.exists()) return fault;
    const std::string_view detail = trace.view(std::get<FaultInjected>(fault.what).detail);
    for (const EventId id : trace.index().of(fault.connection)) {
        const auto* injected = std::get_if<FaultInjected>(&trace.at(id).what);
        if (injected != nullptr && trace.view(injected->detail) == detail) return trace.at(id);
    }
    return fault;
}

} // namespace

std::size_t rewind_to(const WhyCard& card, const Trace& trace, const scenario::Scenario& scenario)
{
    return rewind_to(card, card.cure.settings, trace, scenario);
}

std::size_t rewind_to(const WhyCard& card,
                      const Settings& settings,
                      const Trace& trace,
                      const scenario::Scenario& scenario)
{
    if (settings.empty() || !card.outcome.exists()) return 0;
    Instant when = trace.at(card.outcome).at;
    for (const auto& setting : settings) {
        const auto known = scenario::setting_of(scenario, setting.first);
        if (!known || !known->is_live()) return 0;
        if (known->is.group == SettingGroup::fault && card.fault.exists()) {
            when = std::min(when, first_strike(trace.at(card.fault), trace).at);
        } else if (known->is.group == SettingGroup::rule && card.stopped.exists()) {
            when = std::min(when, trace.at(card.stopped).at);
        } else {
            when = std::min(when, began(card, trace, scenario));
        }
    }
    // What is due at the same moment comes behind a command, so all of that moment goes.
    std::size_t position = 0;
    std::size_t behind = trace.size();
    while (position < behind) {
        const std::size_t middle = position + (behind - position) / 2;
        if (trace[middle].at < when) {
            position = middle + 1;
        } else {
            behind = middle;
        }
    }
    return position;
}

} // namespace sim::explain
