// What the World's one queue holds: a note of whose turn it is at that time. Owners give `kind`,
// `subject` and `number` their own meaning.
#pragma once

#include "sim/core/event_queue.h"

#include <cstdint>

namespace sim {

enum class TaskOwner : std::uint8_t { network, program, script };

struct Task {
    TaskOwner owner = TaskOwner::network;
    std::uint8_t kind = 0;
    std::uint32_t subject = 0;
    std::uint64_t number = 0;
};

using TaskQueue = EventQueue<Task>;

} // namespace sim
