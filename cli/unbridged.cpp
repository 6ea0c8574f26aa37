// Stands in for the bridge where the program was built without it (-DHIKYAKU_BRIDGE=OFF).

#include "cli/command.h"

namespace cli {

ExitCode open_bridge(const Command& command, const BridgeOptions&)
{
    command.complain(command.text("error.no_bridge"));
    return ExitCode::unusable;
}

ExitCode send(const Command& command, const SendOptions&)
{
    command.complain(command.text("error.no_bridge"));
    return ExitCode::unusable;
}

} // namespace cli
