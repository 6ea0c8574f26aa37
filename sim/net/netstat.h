// The sockets of a host as `netstat` would list them.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>

namespace sim::net {

// RFC 9293 §3.3.2. `bound` is said of UDP.
SIM_NAMED_ENUM(SocketState,
               closed,
               bound,
               listen,
               syn_sent,
               syn_received,
               established,
               fin_wait_1,
               fin_wait_2,
               close_wait,
               closing,
               last_ack,
               time_wait);

struct SocketRow {
    Transport transport = Transport::tcp;
    SocketState state = SocketState::closed;
    Endpoint local;                 // address 0.0.0.0: any of the host's
    Endpoint remote;                // 0.0.0.0:0 when there is none
    std::uint64_t queued_bytes = 0; // handed to send() and not acknowledged yet
    ConnectionId connection;
};

} // namespace sim::net
