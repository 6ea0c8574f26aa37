// The sockets of a host as `netstat` would list them.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>

namespace sim::net {

using sim::SocketState;

struct SocketRow {
    Transport transport = Transport::tcp;
    SocketState state = SocketState::closed;
    Endpoint local;                 // address 0.0.0.0: any of the host's
    Endpoint remote;                // 0.0.0.0:0 when there is none
    std::uint64_t queued_bytes = 0; // handed to send() and not acknowledged yet
    ConnectionId connection;
};

} // namespace sim::net
