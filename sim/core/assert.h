// SIM_ASSERT: a rule of our own code, checked in every build. Never for what a peer or a file does.
#pragma once

namespace sim {

// Writes what was broken and where to standard error, then aborts.
[[noreturn]] void fail_assertion(const char* condition, const char* file, int line);

} // namespace sim

#define SIM_ASSERT(condition)                                                                      \
    ((condition) ? static_cast<void>(0) : ::sim::fail_assertion(#condition, __FILE__, __LINE__))
