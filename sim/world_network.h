// The network of a scenario: hosts, cables, routes and firewalls, made of the same parts whether a
// World sends packets over it or somebody asks beforehand where they would go. Pure conversions.
#pragma once

#include "sim/net/firewall.h"
#include "sim/net/host.h"
#include "sim/net/link.h"
#include "sim/scenario/index.h"

#include <string>
#include <vector>

namespace sim::build {

// Every host, line and group of a loaded scenario can be found: what cannot is our own mistake.
[[nodiscard]] net::HostConfig host_config(const scenario::Index& index, const scenario::Host& host);
// The scenario's links, then one for each PC that is plugged into a line, in the order of the
// hosts.
[[nodiscard]] std::vector<net::LinkConfig> links(const scenario::Scenario& scenario,
                                                 const scenario::Index& index);
// The addresses that group and host keys stand for.
[[nodiscard]] std::vector<Prefix> networks(const scenario::Scenario& scenario,
                                           const scenario::Index& index,
                                           const std::vector<std::string>& keys);
[[nodiscard]] net::Rule
rule(const scenario::Scenario& scenario, const scenario::Index& index, RuleId id);

} // namespace sim::build
