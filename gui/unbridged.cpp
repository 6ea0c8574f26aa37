// Stands in for the bridge where the window was built without it (-DHIKYAKU_BRIDGE=OFF).

#include "gui/bridged.h"

namespace gui {

tl::expected<std::unique_ptr<LiveRun>, LiveProblem> open_bridge(const sim::scenario::Scenario&)
{
    return tl::make_unexpected(LiveProblem{"cli.error.no_bridge", {}});
}

} // namespace gui
