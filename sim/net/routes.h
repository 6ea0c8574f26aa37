// Which way packets go: over the fewest hops, then the least latency, then the link that was laid
// first. Fixed when the network is built; a link that fails changes nothing. One value, asked by
// the wire for each packet and by whoever wants to know the way without sending anything.
//
// A node with one cable has one way, over its neighbour. Only the others, the routers, stand in the
// table, so that it grows with the square of the routers and not of the hosts.
#pragma once

#include "sim/net/link.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sim::net {

class Routes {
public:
    Routes() = default;
    // Nodes are numbered from 0, links by their place. At most max_routers of the nodes may have
    // more than one cable.
    Routes(std::size_t nodes, std::span<const LinkConfig> links);

    // The link that a packet for `to` leaves `from` by; none when there is no way, or when it is
    // there already.
    [[nodiscard]] LinkId next(HostId from, HostId to) const
    {
        if (from == to) return {};
        const Place& here = places_[from.value];
        const Place& there = places_[to.value];
        if (here.router == there.router) return here.only.exists() ? here.only : there.only;
        const LinkId onward = table_[std::size_t{here.router} * routers_ + there.router];
        return here.only.exists() && onward.exists() ? here.only : onward;
    }

    // The nodes on the way, both ends included; empty when there is none.
    [[nodiscard]] std::vector<HostId> way(HostId from, HostId to) const;

private:
    struct Place {
        std::uint32_t router = 0; // of its neighbour, when it has one cable; else its own
        LinkId only;              // that cable
    };
    struct Cable { // between two routers, as seen from one of them
        LinkId id;
        std::uint32_t to = 0;
        Duration latency{};
    };
    void find_routes_to(std::uint32_t destination, const std::vector<std::vector<Cable>>& cables);

    std::vector<Place> places_; // by node
    std::vector<LinkConfig> links_;
    std::size_t routers_ = 0;
    std::vector<LinkId> table_; // [from * routers_ + to]
};

} // namespace sim::net
