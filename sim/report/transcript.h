// The conversations of a run as text: per connection, each line with who says it, whether others on
// the way can read it, when, and below it what it means at the chosen level.
#pragma once

#include "sim/report/text.h"

namespace sim::report {

struct TranscriptOptions {
    bool explanations = true;
};

// Connections in the order in which they began, DNS questions and what happened to the mail
// between them. At level story: the hops of the mail instead of the lines of a protocol.
Lines transcript(const Source& source, TranscriptOptions options = {});

} // namespace sim::report
