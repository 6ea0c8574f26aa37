// The command line: parses the arguments, does what they ask, and says how it went.
#pragma once

#include "platform/environment.h"
#include "platform/resources.h"

#include <string>
#include <vector>

namespace cli {

// 0: it went as expected; 1: it did not; 2: the command line or a file is wrong; 130: Ctrl-C, as
// shells have it.
enum class ExitCode { ok = 0, unexpected = 1, unusable = 2, interrupted = 130 };

// `arguments` without the program's name.
ExitCode run(const std::vector<std::string>& arguments,
             const platform::Environment& environment,
             platform::Languages& languages);

} // namespace cli
