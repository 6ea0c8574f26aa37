// What the network takes at most, so that no program and no peer can make it grow without bound.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sim::net {

// One datagram that is not cut into fragments: Ethernet's 1500 octets less IP's and UDP's headers.
inline constexpr std::size_t max_datagram_bytes = 1472;
// What one end of a connection may have queued and not acknowledged; beyond it the connection is
// aborted.
inline constexpr std::uint64_t max_queued_bytes = std::uint64_t{256} * 1024 * 1024;

// Connections open at a time in one world.
inline constexpr std::uint32_t max_connections = 1U << 18U;
// Nodes of one world, and those of them that have more than one cable: the routing table has a cell
// for each pair of these.
inline constexpr std::size_t max_hosts = 1U << 14U;
inline constexpr std::size_t max_routers = 2048;

} // namespace sim::net
