// Whether a packet would get from one host to another by a scenario's rules, without running
// anything: what a cure is chosen by. A test compares it with what the network really does.
#pragma once

#include "sim/core/address.h"
#include "sim/core/ids.h"
#include "sim/scenario/scenario.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::explain {

// The hosts on the way, both ends included; empty when there is none. Fewest hops, then least
// latency, then lowest ids, as net::Fabric routes.
std::vector<HostId> way_between(HostId from, HostId to, const scenario::Scenario& scenario);

// The address that a host sends from; nothing for a PC that is plugged in nowhere.
std::optional<Ipv4> address_of(HostId host, const scenario::Scenario& scenario);

// The rule that would stop a TCP connection attempt; none when nothing does. Also none when there
// is no way at all: see way_between.
std::optional<RuleId>
rule_that_stops(HostId from, HostId to, std::uint16_t port, const scenario::Scenario& scenario);

// Whether an address belongs to a group, host or line key that a rule or relay list speaks of.
bool is_meant(std::string_view key, Ipv4 address, const scenario::Scenario& scenario);

} // namespace sim::explain
