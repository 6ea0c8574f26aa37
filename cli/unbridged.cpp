// Stands in for the bridge where the program was built without it (-DHIKYAKU_BRIDGE=OFF).

#include "cli/context.h"

namespace cli {

ExitCode open_bridge(const Context& context, const BridgeOptions&)
{
    context.complain(context.text("error.no_bridge"));
    return ExitCode::unusable;
}

ExitCode send(const Context& context, const SendOptions&)
{
    context.complain(context.text("error.no_bridge"));
    return ExitCode::unusable;
}

} // namespace cli
