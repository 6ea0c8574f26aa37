// The zone of a block list (RFC 5782): its entries as names of addresses written backwards.
#pragma once

#include "sim/dns/zone.h"
#include "sim/scenario/index.h"
#include "sim/scenario/scenario.h"

namespace sim::build {

// With the test entry 127.0.0.2, which every list has; 127.0.0.1 is on none (§5).
[[nodiscard]] dns::Zone block_list_zone(const scenario::Scenario& scenario,
                                        const scenario::Index& index,
                                        const scenario::BlockList& list);

} // namespace sim::build
