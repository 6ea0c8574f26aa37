#include "sim/net/host.h"

namespace sim::net {

ConnectSchedule windows_connect_schedule()
{
    return {{0s, 3s, 9s}, 21s, 5};
}

ConnectSchedule linux_connect_schedule()
{
    return {{0s, 1s, 3s, 7s, 15s, 31s, 63s}, 127s, 15};
}

} // namespace sim::net
