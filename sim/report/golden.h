// A trace as a text file to compare with: what a reviewer wants to read of it, and the hash of all
// of it. One line for each stop at Unit::command: commands and replies, DNS, connections, drops,
// TLS, logins, what became of each mail. Times in whole seconds, nothing that counts octets on the
// wire, so that one longer line of a conversation changes that line and not all behind it
// (docs/decisions/0018). Independent of language and level.
#pragma once

#include "sim/core/trace.h"
#include "sim/scenario/scenario.h"

#include <string>

namespace sim::report {

std::string golden(const Trace& trace, const scenario::Scenario& scenario);

} // namespace sim::report
