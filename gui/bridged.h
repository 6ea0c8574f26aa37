// A LiveRun on real ports of this machine.
#pragma once

#include "gui/live_run.h"

#include <tl/expected.hpp>

#include <memory>

namespace gui {

// On the loopback address, at the ports that `hikyaku bridge` takes, or others where those are
// taken; with keys that nobody can predict.
tl::expected<std::unique_ptr<LiveRun>, LiveProblem>
open_bridge(const sim::scenario::Scenario& lesson);

} // namespace gui
