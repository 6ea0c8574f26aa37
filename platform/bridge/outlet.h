// Lets a simulated network out: whoever connects to one simulated host's port is connected to a
// real server.
//
// Before the world runs, the real server is tried once: if it refuses, the simulated port refuses
// too, as it would have; later connections are joined while the real one is still being made.
#pragma once

#include "platform/bridge/junction.h"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace platform::bridge {

struct RealServer {
    std::string host; // name or numeric address
    std::uint16_t port = 0;
    std::vector<asio::ip::tcp::endpoint> endpoints; // at least one, in the order of trying
};

// Asks the machine's resolver; blocks. In place of a server: the system's reason, in English.
tl::expected<RealServer, std::string> look_up(const std::string& host, std::uint16_t port);

enum class Reachable { yes, refused, silent };

class Outlet {
public:
    Outlet(asio::io_context& loop, sim::HostId host, RealServer server);

    // Runs the loop for at most `patience`. `problem` is the system's word for what went wrong.
    Reachable try_server(std::chrono::seconds patience, std::string& problem);
    // Listens at the simulated host if the server was reached.
    void start(LiveWorld& world);
    void drain() { junction_.drain(); }
    // No connection is joined any more; those that stand go on.
    void close_door() { door_closed_ = true; }
    void stop() { junction_.stop(); }
    [[nodiscard]] bool reached() const { return reached_; } // in try_server()
    [[nodiscard]] bool has_heard() const { return junction_.counts().bytes_in > 0; }
    [[nodiscard]] std::size_t open_connections() const { return junction_.size(); }

private:
    void accept(sim::ConnectionId connection);
    void connect(sim::ConnectionId connection);

    asio::io_context& loop_;
    RealServer server_;
    Junction junction_;
    std::optional<asio::ip::tcp::socket> ready_; // from try_server()
    bool reached_ = false;
    bool door_closed_ = false;
};

} // namespace platform::bridge
