// Whether a run went as its lesson says: told to the person, and as an exit code.
#pragma once

#include "cli/app.h"
#include "cli/context.h"
#include "sim/report/check.h"
#include "sim/report/text.h"

#include <vector>

namespace cli {

ExitCode add_mismatches(const Context& context,
                        const std::vector<sim::report::Mismatch>& mismatches,
                        sim::report::Lines& lines);

} // namespace cli
