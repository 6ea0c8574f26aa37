// Lets real connections into a simulated network: each Opening is a real listening socket, each
// connection to it a connection from one simulated host to a simulated port.
//
// The real TCP handshake is the kernel's: a client whose simulated SYN is dropped sees an open
// connection on which nothing is ever said, until the simulated attempt gives up.
#pragma once

#include "platform/bridge/junction.h"
#include "platform/bridge/plan.h"

#include <memory>
#include <string>
#include <vector>

namespace platform::bridge {

class Gateway {
public:
    // Connections come from `from`, one of the world's visited hosts. More than the limit wait to
    // be accepted.
    Gateway(asio::io_context& loop, sim::HostId from, JunctionLimits limits);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    // Listens; an Opening that was not wished takes any free port when its own is taken, and says
    // so in `taken_port`. The real port is filled in. Before start().
    tl::expected<Opening, Problem> open(Opening opening, sim::Address simulated);
    void start(LiveWorld& world);
    void drain() { junction_.drain(); }
    // Accepts no more and resets what there is.
    void stop();

    [[nodiscard]] const JunctionCounts& counts() const { return junction_.counts(); }
    [[nodiscard]] std::size_t connections() const { return junction_.size(); } // open now

private:
    class Door;
    class DatagramDoor;

    void admit(asio::ip::tcp::socket socket, sim::Endpoint to);

    asio::io_context& loop_;
    Junction junction_;
    std::vector<std::unique_ptr<Door>> doors_;
    std::vector<std::unique_ptr<DatagramDoor>> datagram_doors_;
};

} // namespace platform::bridge
