// A run as JSON: scenario, outcome, why cards and every event with its fields; keys in one fixed
// order, bytes that are no UTF-8 as Base64. Secrets are masked unless asked for.
#pragma once

#include "sim/explain/why.h"
#include "sim/report/text.h"

#include <span>
#include <string>

namespace sim::report {

struct JsonOptions {
    bool events = true;       // every event, not only what became of the mail
    bool descriptions = true; // a sentence for each event at source.level
};

// Two blanks of indentation, a line feed at the end.
std::string
json(const Source& source, std::span<const explain::WhyCard> cards, JsonOptions options = {});

} // namespace sim::report
