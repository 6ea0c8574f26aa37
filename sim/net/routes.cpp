#include "sim/net/routes.h"

#include "sim/core/assert.h"
#include "sim/net/limits.h"

namespace sim::net {

namespace {

// Of two nodes that have only each other, both are routers.
std::vector<bool> leaves_of(std::size_t nodes, std::span<const LinkConfig> links)
{
    std::vector<std::uint32_t> cables(nodes);
    for (const LinkConfig& link : links) {
        ++cables[link.a.value];
        ++cables[link.b.value];
    }
    std::vector<bool> leaves(nodes);
    for (const LinkConfig& link : links) {
        const std::uint32_t at_a = cables[link.a.value];
        const std::uint32_t at_b = cables[link.b.value];
        if (at_a == 1 && at_b > 1) leaves[link.a.value] = true;
        if (at_b == 1 && at_a > 1) leaves[link.b.value] = true;
    }
    return leaves;
}

} // namespace

Routes::Routes(std::size_t nodes, std::span<const LinkConfig> links)
    : places_(nodes), links_{links.begin(), links.end()}
{
    const std::vector<bool> leaves = leaves_of(nodes, links);
    for (std::size_t i = 0; i < nodes; ++i)
        if (!leaves[i]) places_[i].router = static_cast<std::uint32_t>(routers_++);
    SIM_ASSERT(routers_ <= max_routers);
    std::vector<std::vector<Cable>> cables(routers_);
    for (std::uint32_t i = 0; i < links.size(); ++i) {
        const LinkConfig& link = links[i];
        Place& a = places_[link.a.value];
        Place& b = places_[link.b.value];
        if (leaves[link.a.value]) {
            a = {b.router, LinkId{i}};
        } else if (leaves[link.b.value]) {
            b = {a.router, LinkId{i}};
        } else {
            cables[a.router].push_back({LinkId{i}, b.router, link.latency});
            cables[b.router].push_back({LinkId{i}, a.router, link.latency});
        }
    }
    table_.resize(routers_ * routers_);
    for (std::uint32_t i = 0; i < routers_; ++i)
        find_routes_to(i, cables);
}

// Outward from the destination, ring by ring: whoever is n hops away knows the best way onward from
// the routers that are n - 1 hops away.
void Routes::find_routes_to(std::uint32_t destination,
                            const std::vector<std::vector<Cable>>& cables)
{
    struct Distance {
        std::uint32_t hops = HostId::no_value;
        Duration latency{};
    };
    std::vector<Distance> distances(routers_);
    distances[destination] = {0, Duration{}};
    std::vector<std::uint32_t> order{destination};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t at = order[i];
        Distance& distance = distances[at];
        LinkId& best = table_[at * routers_ + destination];
        for (const Cable& cable : cables[at]) {
            Distance& beyond = distances[cable.to];
            if (beyond.hops == HostId::no_value) {
                beyond.hops = distance.hops + 1;
                order.push_back(cable.to);
            } else if (beyond.hops + 1 == distance.hops) {
                // Cables come in the order of their ids, so that of equals the lowest stays.
                const Duration latency = cable.latency + beyond.latency;
                if (best.exists() && latency >= distance.latency) continue;
                best = cable.id;
                distance.latency = latency;
            }
        }
    }
}

std::vector<HostId> Routes::way(HostId from, HostId to) const
{
    std::vector<HostId> nodes{from};
    while (nodes.back() != to) {
        const LinkId id = next(nodes.back(), to);
        if (!id.exists()) return {};
        const LinkConfig& link = links_[id.value];
        nodes.push_back(link.a == nodes.back() ? link.b : link.a);
    }
    return nodes;
}

} // namespace sim::net
