// From what the clock on the wall shows in a scenario back to the moment.
#pragma once

#include "sim/core/time.h"
#include "sim/scenario/scenario.h"

#include <optional>
#include <string_view>

namespace sim::explain {

// "9:05", "09:00:21" or "09:00:21.031": the first such moment at or after the scenario's start.
std::optional<Instant> moment_of(std::string_view clock, const scenario::Scenario& scenario);

} // namespace sim::explain
