#include "sim/plan.h"

#include <algorithm>
#include <utility>

namespace sim {

namespace {

bool is_live(const std::vector<scenario::Setting>& settings, const std::string& key)
{
    const auto setting = std::ranges::find(settings, key, &scenario::Setting::key);
    return setting != settings.end() && setting->is_live();
}

tl::expected<void, scenario::SettingProblem> apply(scenario::Scenario& scenario,
                                                   std::span<const SettingChange> changes)
{
    for (const SettingChange& change : changes) {
        auto applied = scenario::begin_with(scenario, change.key, change.value);
        if (!applied) return applied;
    }
    return {};
}

} // namespace

tl::expected<Plan, scenario::SettingProblem>
with(const Plan& plan, std::span<const SettingChange> changes, Instant at)
{
    auto changed = std::make_shared<scenario::Scenario>(*plan.scenario);
    if (auto applied = apply(*changed, changes); !applied)
        return tl::make_unexpected(std::move(applied.error()));

    const auto settings = scenario::settings_of(*plan.scenario);
    const bool anew = at <= plan.scenario->start ||
                      !std::ranges::all_of(changes, [&](const SettingChange& change) {
                          return is_live(settings, change.key);
                      });
    Plan made = plan;
    std::erase_if(made.changes, [&](const TimedChange& timed) {
        return (anew || timed.at >= at) &&
               std::ranges::count(changes, timed.change.key, &SettingChange::key) > 0;
    });
    if (anew) {
        made.scenario = std::move(changed);
        return made;
    }
    for (const SettingChange& change : changes)
        made.changes.push_back({at, change});
    std::ranges::stable_sort(made.changes, {}, &TimedChange::at);
    return made;
}

Plan cut(Plan plan, Instant at)
{
    std::erase_if(plan.changes, [&](const TimedChange& timed) { return timed.at >= at; });
    return plan;
}

bool sets_the_same(const Plan& a, const Plan& b)
{
    const auto same_changes = [](const TimedChange& x, const TimedChange& y) {
        return x.at == y.at && x.change.key == y.change.key && x.change.value == y.change.value;
    };
    const auto same_step = [](const scenario::Step& x, const scenario::Step& y) {
        return x.value == y.value;
    };
    const auto same_setting = [](const scenario::Setting& x, const scenario::Setting& y) {
        return x.key == y.key && x.value == y.value;
    };
    return std::ranges::equal(a.changes, b.changes, same_changes) &&
           (a.scenario == b.scenario ||
            (std::ranges::equal(a.scenario->steps, b.scenario->steps, same_step) &&
             std::ranges::equal(scenario::settings_of(*a.scenario),
                                scenario::settings_of(*b.scenario),
                                same_setting)));
}

World world_of(const Plan& plan)
{
    WorldOptions options;
    options.seed = plan.seed;
    options.changes = plan.changes;
    options.keys = plan.keys;
    return World{plan.scenario, std::move(options)};
}

} // namespace sim
