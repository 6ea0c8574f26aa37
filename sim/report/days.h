// Which day it is, said wherever a view goes on to another day: its lines show the time of day
// alone.
#pragma once

#include "sim/report/text.h"

#include <chrono>
#include <string>

namespace sim::report {

// "2026-04-02, day 2", counted from the day on which the scenario begins.
std::string day_of(Instant at, const Source& source);

// Goes with a view from its first line to its last, which begins on the scenario's first day.
class Days {
public:
    explicit Days(const Source& source);

    // To be called before the lines about what happened then: adds one that names the day, when it
    // is not the day of the line before.
    void before(Instant at, Lines& lines);

private:
    const Source& source_;
    std::chrono::sys_days shown_;
};

} // namespace sim::report
