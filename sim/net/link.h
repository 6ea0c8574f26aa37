// A cable between two nodes.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/time.h"

#include <cstdint>

namespace sim::net {

struct LinkConfig {
    HostId a;
    HostId b;
    Duration latency{};
    std::uint64_t bits_per_second = 0; // in each direction; 0: sending takes no time
};

} // namespace sim::net
