// From where on a cure still helps: as much of the run as can stay is kept. A rule or a fault takes
// effect at once, so the run goes on just before what they stopped; a mail program reads its
// account when it begins to send or to fetch, so it goes back to there; what a run cannot change
// under way (a line, a server) means the start.
#pragma once

#include "sim/explain/why.h"

#include <cstddef>

namespace sim::explain {

// The events before this position stay; 0 when the cure means the start. The settings of the cure
// have to be applied at the time of the event at this position.
std::size_t rewind_to(const WhyCard& card, const Trace& trace, const scenario::Scenario& scenario);
// The same with other settings than those of the card's cure.
std::size_t rewind_to(const WhyCard& card,
                      const Settings& settings,
                      const Trace& trace,
                      const scenario::Scenario& scenario);

} // namespace sim::explain
