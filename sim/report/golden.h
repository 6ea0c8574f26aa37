// A trace as a text file to compare with: one line an event, its time since the start, host and
// fields. Short printable bytes stand as they are, others as size and hash, TLS bytes only as size
// (they change with the TLS library). Independent of language and level.
#pragma once

#include "sim/core/trace.h"
#include "sim/scenario/scenario.h"

#include <string>

namespace sim::report {

std::string golden(const Trace& trace, const scenario::Scenario& scenario);

} // namespace sim::report
