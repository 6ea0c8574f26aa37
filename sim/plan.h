// A run as a value, and what is done with such values: another plan is made of one by changing
// settings. Forks, cures and restarts are all `with` and `cut`; nobody else decides whether a
// change counts at once, or means a new beginning.
#pragma once

#include "sim/world.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sim {

struct Plan {
    std::shared_ptr<const scenario::Scenario> scenario;
    std::uint64_t seed = 1;
    std::vector<TimedChange> changes; // ordered by time
    auth::DkimKeys keys{};            // copies of a plan make each key once
};

// The same run with these settings changed at `at`, in front of all else that is due then. What
// was changed later in the same settings goes; everything else stays. When one of them cannot
// change while a world runs, or when `at` is not after the start, the run begins with them: they
// change the scenario, and where its script sets the same, it sets it to this. All of them or none:
// the problem is that of the first that does not fit.
[[nodiscard]] tl::expected<Plan, scenario::SettingProblem>
with(const Plan& plan, std::span<const SettingChange> changes, Instant at);

// Without what is changed at `at` or later.
[[nodiscard]] Plan cut(Plan plan, Instant at);

// Of two plans of one lesson: whether the same is set in both, at the start and under way.
[[nodiscard]] bool sets_the_same(const Plan& a, const Plan& b);

// A world that has not begun to run.
[[nodiscard]] World world_of(const Plan& plan);

} // namespace sim
