// What a node of the network is: its name, its addresses, and how patient its TCP is.
#pragma once

#include "sim/core/address.h"
#include "sim/core/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sim::net {

// How an operating system's TCP insists, and when it gives up.
struct ConnectSchedule {
    std::vector<Duration> syn_times;       // when SYNs are sent, counted from connect; first is 0
    Duration connect_timeout{};            // when connect gives up, counted from connect
    std::uint8_t data_retransmissions = 0; // repetitions of one unanswered segment; then it ends
};

// Windows: SYN at 0, 3, 9 s, giving up at 21 s; TcpMaxDataRetransmissions is 5.
[[nodiscard]] ConnectSchedule windows_connect_schedule();

// Linux: SYN at 0, 1, 3, 7, 15, 31, 63 s, giving up at 127 s; tcp_retries2 is 15.
[[nodiscard]] ConnectSchedule linux_connect_schedule();

struct HostConfig {
    std::string name;
    std::vector<Address> addresses; // at least one; each belongs to one host of the world only
    std::vector<Duration> syn_times = windows_connect_schedule().syn_times;
    Duration connect_timeout = windows_connect_schedule().connect_timeout;
    std::uint8_t data_retransmissions = windows_connect_schedule().data_retransmissions;
};

} // namespace sim::net
