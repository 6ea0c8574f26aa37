#include "sim/explain/reach.h"

#include "sim/explain/nouns.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace sim::explain {

namespace {

constexpr std::uint16_t first_ephemeral_port = 49152;

struct Edge {
    HostId to;
    Duration latency{};
};

std::vector<std::vector<Edge>> edges_of(const scenario::Scenario& scenario)
{
    std::vector<std::vector<Edge>> edges(scenario.hosts.size());
    const auto join = [&](HostId a, HostId b, Duration latency) {
        if (!a.exists() || !b.exists()) return;
        edges[a.value].push_back({b, latency});
        edges[b.value].push_back({a, latency});
    };
    for (const scenario::Link& link : scenario.links)
        join(host_called(link.a, scenario), host_called(link.b, scenario), link.latency);
    for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i) {
        for (const scenario::AccessLine& line : scenario.lines) {
            if (!line.key.empty() && scenario.hosts[i].line == line.key)
                join(HostId{i}, host_called(line.router, scenario), line.latency);
        }
    }
    return edges;
}

// Whether one of `keys` means the address; an empty list means any.
bool meant_by(const std::vector<std::string>& keys,
              Ipv4 address,
              const scenario::Scenario& scenario)
{
    return keys.empty() || std::ranges::any_of(keys, [&](const std::string& key) {
               return is_meant(key, address, scenario);
           });
}

bool matches(const scenario::FirewallRule& rule,
             Ipv4 source,
             Endpoint destination,
             const scenario::Scenario& scenario)
{
    if (!rule.enabled) return false;
    if (rule.transport && *rule.transport != Transport::tcp) return false;
    if (!rule.ports.empty() && !std::ranges::any_of(rule.ports, [&](scenario::PortRange range) {
            return range.first <= destination.port && destination.port <= range.last;
        }))
        return false;
    if (!meant_by(rule.from, source, scenario)) return false;
    if (!meant_by(rule.to, destination.address, scenario)) return false;
    return rule.except_to.empty() || !meant_by(rule.except_to, destination.address, scenario);
}

// The rule of this node that decides about the packet, when it does not let it pass.
std::optional<RuleId>
stopping_rule(HostId node, Ipv4 source, Endpoint destination, const scenario::Scenario& scenario)
{
    for (std::uint32_t i = 0; i < scenario.rules.size(); ++i) {
        const scenario::FirewallRule& rule = scenario.rules[i];
        if (rule.host != scenario.hosts[node.value].key) continue;
        if (!matches(rule, source, destination, scenario)) continue;
        if (rule.verdict == Verdict::pass) return std::nullopt;
        return RuleId{i};
    }
    return std::nullopt;
}

} // namespace

std::optional<Ipv4> address_of(HostId host, const scenario::Scenario& scenario)
{
    const scenario::Host* found = host_at(host, scenario);
    if (found == nullptr) return std::nullopt;
    for (const scenario::AccessLine& line : scenario.lines)
        if (!found->line.empty() && line.key == found->line) return line.address;
    if (found->addresses.empty()) return std::nullopt;
    return found->addresses.front();
}

bool is_meant(std::string_view key, Ipv4 address, const scenario::Scenario& scenario)
{
    for (const scenario::Group& group : scenario.groups) {
        if (group.key == key) {
            return std::ranges::any_of(group.networks, [&](const Ipv4Network& network) {
                return network.contains(address);
            });
        }
    }
    const HostId host = host_called(key, scenario);
    if (!host.exists()) return false;
    const std::vector<Ipv4>& own = scenario.hosts[host.value].addresses;
    return std::ranges::find(own, address) != own.end() || address_of(host, scenario) == address;
}

std::vector<HostId> way_between(HostId from, HostId to, const scenario::Scenario& scenario)
{
    if (!from.exists() || !to.exists()) return {};
    const std::vector<std::vector<Edge>> edges = edges_of(scenario);
    struct Reached {
        std::size_t hops = 0;
        Duration latency{};
        HostId next; // towards `to`
        bool done = false;
    };
    // From the far end, so that `next` is what each node's routing table says.
    std::vector<std::optional<Reached>> reached(edges.size());
    reached[to.value] = Reached{};
    for (;;) {
        HostId nearest;
        for (std::uint32_t i = 0; i < reached.size(); ++i) {
            if (!reached[i] || reached[i]->done) continue;
            if (!nearest.exists() ||
                std::tuple{reached[i]->hops, reached[i]->latency} <
                    std::tuple{reached[nearest.value]->hops, reached[nearest.value]->latency})
                nearest = HostId{i};
        }
        if (!nearest.exists()) break;
        reached[nearest.value]->done = true;
        const Reached here = *reached[nearest.value];
        for (const Edge& edge : edges[nearest.value]) {
            const Reached candidate{here.hops + 1, here.latency + edge.latency, nearest, false};
            std::optional<Reached>& there = reached[edge.to.value];
            if (!there || std::tuple{candidate.hops, candidate.latency, candidate.next} <
                              std::tuple{there->hops, there->latency, there->next})
                there = candidate;
        }
    }
    if (!reached[from.value]) return {};
    std::vector<HostId> way{from};
    while (way.back() != to)
        way.push_back(reached[way.back().value]->next);
    return way;
}

std::optional<RuleId>
rule_that_stops(HostId from, HostId to, std::uint16_t port, const scenario::Scenario& scenario)
{
    const std::optional<Ipv4> source = address_of(from, scenario);
    const std::optional<Ipv4> target = address_of(to, scenario);
    if (!source || !target) return std::nullopt;
    const std::vector<HostId> way = way_between(from, to, scenario);
    for (const HostId node : way)
        if (const auto rule = stopping_rule(node, *source, {*target, port}, scenario)) return rule;
    // The answers come back to an ephemeral port; a rule may stop those instead.
    for (auto node = way.rbegin(); node != way.rend(); ++node) {
        if (const auto rule =
                stopping_rule(*node, *target, {*source, first_ephemeral_port}, scenario))
            return rule;
    }
    return std::nullopt;
}

} // namespace sim::explain
