// Virtual time: nanoseconds since 1970-01-01T00:00:00Z, moved only by the World. There is no now().
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace sim {

struct VirtualClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<VirtualClock>;
    static constexpr bool is_steady = true;
};

using Instant = VirtualClock::time_point;
using Duration = VirtualClock::duration;
using namespace std::chrono_literals;

// No deadline: later than anything that is ever scheduled.
inline constexpr Instant never = Instant::max();

} // namespace sim
