#include "sim/plan.h"

#include <algorithm>
#include <utility>

namespace sim {

namespace {

bool is_live(const std::vector<scenario::Setting>& settings, const std::string& key)
{
    const auto setting = std::ranges::find(settings, key, &scenario::Setting::key);
    return setting != settings.end() && setting->live;
}

tl::expected<void, scenario::SettingProblem> apply(scenario::Scenario& scenario,
                                                   std::span<const Command> changes)
{
    for (const Command& change : changes) {
        auto applied = scenario::apply_setting(scenario, change.key, change.value);
        if (!applied) return applied;
    }
    return {};
}

} // namespace

tl::expected<Plan, scenario::SettingProblem>
with(const Plan& plan, std::span<const Command> changes, Instant at)
{
    auto changed = std::make_shared<scenario::Scenario>(*plan.scenario);
    if (auto applied = apply(*changed, changes); !applied)
        return tl::make_unexpected(std::move(applied.error()));

    const auto settings = scenario::settings_of(*plan.scenario);
    const bool anew =
        at <= plan.scenario->start || !std::ranges::all_of(changes, [&](const Command& change) {
            return is_live(settings, change.key);
        });
    Plan made = plan;
    std::erase_if(made.commands, [&](const TimedCommand& timed) {
        return (anew || timed.at >= at) &&
               std::ranges::count(changes, timed.command.key, &Command::key) > 0;
    });
    if (anew) {
        made.scenario = std::move(changed);
        return made;
    }
    for (const Command& change : changes)
        made.commands.push_back({at, change});
    std::ranges::stable_sort(made.commands, {}, &TimedCommand::at);
    return made;
}

Plan cut(Plan plan, Instant at)
{
    std::erase_if(plan.commands, [&](const TimedCommand& timed) { return timed.at >= at; });
    return plan;
}

scenario::Scenario scenario_after(const Plan& plan)
{
    scenario::Scenario scenario = *plan.scenario;
    for (const TimedCommand& timed : plan.commands) // one that no longer fits changes nothing
        (void)scenario::apply_setting(scenario, timed.command.key, timed.command.value);
    return scenario;
}

World world_of(const Plan& plan)
{
    WorldOptions options;
    options.seed = plan.seed;
    options.commands = plan.commands;
    return World{plan.scenario, std::move(options)};
}

} // namespace sim
