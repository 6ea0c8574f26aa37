// The plain lists: every event on a line, the why cards, and what became of each mail.
#pragma once

#include "sim/explain/why.h"
#include "sim/report/text.h"

#include <span>

namespace sim::report {

// One line an event: number, cause, time, host, what happened.
Lines events(const Source& source);

// full: everything. brief: who, why and the cure, without addresses, codes beyond the first and the
// settings, which stand in a command below it; at story level without the rule, too.
SIM_NAMED_ENUM(CardDetail, full, brief);

// The cards of everything that failed; empty when nothing did.
Lines why(const Source& source, std::span<const explain::WhyCard> cards);
Lines why_card(const explain::WhyCard& card,
               const Source& source,
               CardDetail detail = CardDetail::full);
// "✕ Kumo's submission server (Kumo Mail): the login failed"
Lines why_line(const explain::WhyCard& card, const Source& source);

// A line or two for each mail: delivered, waiting, bounced, not sent; and for each fetch.
Lines outcome(const Source& source);

} // namespace sim::report
