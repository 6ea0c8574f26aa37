// What a program on a host hears from its sockets.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>
#include <variant>

namespace sim::net {

struct Accepted { // a client connected to a port that this host listens on
    Endpoint local;
    Endpoint remote;
};
struct Connected { // the connect() of this host succeeded
};
struct Received {
    Blob payload;
    std::uint64_t stream_offset = 0; // of its first octet in this direction
};
struct PeerFinished { // the peer will send no more; finish() or abort() is still to be called
};
struct Ended { // the last word about an accepted or connected connection, said once to each end
    ConnectionEnd how = ConnectionEnd::closed;
};
struct Failed { // the last word about a connect() that came to nothing
    ConnectFailure why = ConnectFailure::timed_out;
};
struct Datagram {
    std::uint16_t local_port = 0;
    Endpoint remote;
    Blob payload;
    Address local_address; // the one of the host's that it was sent to
};
struct DatagramUnreachable { // ICMP came back for a datagram sent from local_port to remote
    std::uint16_t local_port = 0;
    Endpoint remote;
};

struct SocketEvent {
    HostId host;
    ConnectionId connection; // none for datagrams
    EventId cause;           // for what the program does about it
    std::variant<Accepted,
                 Connected,
                 Received,
                 PeerFinished,
                 Ended,
                 Failed,
                 Datagram,
                 DatagramUnreachable>
        what;
};

} // namespace sim::net
