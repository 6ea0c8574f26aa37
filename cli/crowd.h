// What `hikyaku run` does with a scenario that has crowds: it counts where their attempts end.
#pragma once

#include "cli/context.h"
#include "sim/plan.h"
#include "sim/report/text.h"

namespace cli {

// Whether these options ask for that, and not for all that happens.
[[nodiscard]] bool counts_attempts(const sim::scenario::Scenario& scenario,
                                   const RunOptions& options);

// Whether so many attempts can be kept with all that happens; else it says so.
[[nodiscard]] bool can_be_seen_whole(const Context& context,
                                     const sim::scenario::Scenario& scenario);

// What stands around the counts.
struct CrowdLesson {
    sim::report::Lines opening;
    const sim::scenario::Expectation* expect = nullptr; // nullptr: it was changed
};

ExitCode run_crowd(const Context& context,
                   const sim::Plan& plan,
                   const RunOptions& options,
                   CrowdLesson lesson);

} // namespace cli
