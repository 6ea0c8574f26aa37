// Whether a packet would get from one host to another by a scenario's rules, without running
// anything. Made of the same routes and firewalls that a World's packets meet; a test compares the
// two on made-up networks.
#pragma once

#include "sim/core/address.h"
#include "sim/core/ids.h"
#include "sim/net/firewall.h"
#include "sim/net/routes.h"
#include "sim/scenario/index.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace sim::explain {

class Reach {
public:
    // The scenario must outlive it and not change meanwhile.
    explicit Reach(const scenario::Scenario& scenario);

    // The hosts on the way, both ends included; empty when there is none.
    [[nodiscard]] std::vector<HostId> way(HostId from, HostId to) const;

    // The rule that would stop a TCP connection attempt, there or on the way back; none when
    // nothing does. Also none when there is no way at all.
    [[nodiscard]] std::optional<RuleId>
    rule_that_stops(HostId from, HostId to, std::uint16_t port) const;

private:
    [[nodiscard]] std::optional<RuleId>
    stopping(HostId from, HostId to, Endpoint source, Endpoint destination) const;

    scenario::Index index_;
    const scenario::Scenario& scenario_;
    net::Routes routes_;
    std::map<HostId, net::Firewall> firewalls_; // of those that have rules
};

// The same for a single question.
std::vector<HostId> way_between(HostId from, HostId to, const scenario::Scenario& scenario);
std::optional<RuleId>
rule_that_stops(HostId from, HostId to, std::uint16_t port, const scenario::Scenario& scenario);

// The address that a host sends from; nothing for a PC that is plugged in nowhere.
std::optional<Address> address_of(HostId host, const scenario::Scenario& scenario);

// Whether an address belongs to a group, host or line key that a rule or relay list speaks of.
bool is_meant(std::string_view key, Address address, const scenario::Scenario& scenario);

} // namespace sim::explain
