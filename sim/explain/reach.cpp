#include "sim/explain/reach.h"

#include "sim/explain/nouns.h"
#include "sim/net/port_set.h"
#include "sim/world_network.h"

#include <algorithm>
#include <string>

namespace sim::explain {

Reach::Reach(const scenario::Scenario& scenario)
    : index_{scenario},
      scenario_{scenario},
      routes_{scenario.hosts.size(), build::links(scenario, index_)}
{
    for (std::uint32_t i = 0; i < scenario.rules.size(); ++i) {
        const HostId host = index_.host_id(scenario.rules[i].host);
        firewalls_[host].add(build::rule(scenario, index_, RuleId{i}));
    }
}

std::vector<HostId> Reach::way(HostId from, HostId to) const
{
    if (!from.exists() || !to.exists()) return {};
    return routes_.way(from, to);
}

std::optional<RuleId>
Reach::stopping(HostId from, HostId to, Endpoint source, Endpoint destination) const
{
    PacketHead packet;
    packet.source = source.address;
    packet.source_port = source.port;
    packet.destination = destination.address;
    packet.destination_port = destination.port;
    for (const HostId node : way(from, to)) {
        const auto firewall = firewalls_.find(node);
        if (firewall == firewalls_.end()) continue;
        const net::Direction direction = node == from ? net::Direction::out
                                         : node == to ? net::Direction::in
                                                      : net::Direction::forward;
        const net::Rule* rule = firewall->second.match(packet, direction);
        if (rule != nullptr && rule->verdict != Verdict::pass) return rule->id;
    }
    return std::nullopt;
}

std::optional<RuleId> Reach::rule_that_stops(HostId from, HostId to, std::uint16_t port) const
{
    if (from == to || way(from, to).empty()) return std::nullopt;
    const auto address = [&](HostId host) {
        return index_.addresses_of(scenario_.hosts[host.value]).front();
    };
    const Endpoint client{address(from), net::first_ephemeral_port};
    const Endpoint server{address(to), port};
    const auto there = stopping(from, to, client, server);
    return there ? there : stopping(to, from, server, client);
}

std::vector<HostId> way_between(HostId from, HostId to, const scenario::Scenario& scenario)
{
    return Reach{scenario}.way(from, to);
}

std::optional<RuleId>
rule_that_stops(HostId from, HostId to, std::uint16_t port, const scenario::Scenario& scenario)
{
    return Reach{scenario}.rule_that_stops(from, to, port);
}

std::optional<Address> address_of(HostId host, const scenario::Scenario& scenario)
{
    const scenario::Host* found = host_at(host, scenario);
    if (found == nullptr) return std::nullopt;
    const std::vector<Address> addresses = scenario::Index{scenario}.addresses_of(*found);
    return addresses.empty() ? std::nullopt : std::optional{addresses.front()};
}

bool is_meant(std::string_view key, Address address, const scenario::Scenario& scenario)
{
    const scenario::Index index{scenario};
    if (std::ranges::find(scenario.groups, key, &scenario::Group::key) == scenario.groups.end() &&
        !index.host_id(key).exists())
        return false;
    const auto networks = build::networks(scenario, index, {std::string{key}});
    return std::ranges::any_of(networks,
                               [&](const Prefix& network) { return network.contains(address); });
}

} // namespace sim::explain
