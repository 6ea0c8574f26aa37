// Small typed numbers for the things of a world. A default-made id is `none`.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace sim {

template <typename Tag>
struct Id {
    static constexpr std::uint32_t no_value = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t value = no_value;

    [[nodiscard]] constexpr bool exists() const { return value != no_value; }
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using EventId = Id<struct EventTag>;           // position in the trace
using HostId = Id<struct HostTag>;             // a node of the network: PC, router or server
using LinkId = Id<struct LinkTag>;             // a cable between two nodes
using ConnectionId = Id<struct ConnectionTag>; // one TCP connection; both ends share the number
using RuleId = Id<struct RuleTag>;             // a firewall rule, unique in the world
using MailId = Id<struct MailTag>;             // one mail on its way, the same at every hop

} // namespace sim
