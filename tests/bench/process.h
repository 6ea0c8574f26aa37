// Runs a program from its start to its end, for benchmarks of what a person waits for.
#pragma once

#include <initializer_list>

namespace bench {

// Seconds until the process has ended; its output goes nowhere. Negative when it failed.
double seconds_of(const char* program, std::initializer_list<const char*> words);

} // namespace bench
