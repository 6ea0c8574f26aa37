// Which change of settings would have let the mail through, computed from the scenario: the ports
// where servers really listen, the rules on the way there, the accounts that exist.
#pragma once

#include "sim/explain/why.h"

namespace sim::explain {

// The card must be filled in but for its cure.
Cure cure_for(const WhyCard& card, const Trace& trace, const scenario::Scenario& scenario);

} // namespace sim::explain
