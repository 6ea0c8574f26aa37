// The plain lists: every event on a line, the why cards, and what became of each mail.
#pragma once

#include "sim/explain/why.h"
#include "sim/report/text.h"

#include <span>

namespace sim::report {

// One line an event: number, cause, time, host, what happened.
Lines events(const Source& source);

// The cards of everything that failed; empty when nothing did.
Lines why(const Source& source, std::span<const explain::WhyCard> cards);
Lines why_card(const explain::WhyCard& card, const Source& source);

// A line or two for each mail: delivered, waiting, bounced, not sent; and for each fetch.
Lines outcome(const Source& source);

} // namespace sim::report
