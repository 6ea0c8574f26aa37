// Keeps the sockets of all hosts as they were at any time: what the hosts' own TCP and UDP said of
// them, and what is spoken there. For host_view.cpp.
#pragma once

#include "sim/core/trace.h"
#include "sim/report/history.h"
#include "sim/report/host_view.h"

#include <map>
#include <utility>
#include <vector>

namespace sim::report {

class SocketTrack {
public:
    // The scenario must outlive it.
    explicit SocketTrack(const scenario::Scenario& scenario);

    void follow(const Event& event);

    [[nodiscard]] std::vector<SocketSeen> sockets(HostId host, std::size_t cursor) const;
    [[nodiscard]] std::vector<SocketSeen>
    closed(HostId host, std::size_t cursor, std::size_t at_most) const;

    // What is spoken on a connection to there, whether or not anybody is there.
    [[nodiscard]] Application application_at(Endpoint server) const;

private:
    struct Host {
        std::vector<SocketSeen> listening; // UDP port 53 first, then TCP by number
        History<SocketSeen> bound;         // further UDP ports
        History<SocketSeen> connections;
        std::vector<SocketSeen> closed; // in the order in which they closed
    };

    void list_ports();
    void on(Host& host, const Event& event, const SocketChanged& what);
    void on(Host& host, const Event& event, const TlsEstablished& what);
    void on(Host& /*host*/, const Event& /*event*/, const auto& /*else*/) {}

    const scenario::Scenario& scenario_;
    std::map<std::pair<HostId, std::uint16_t>, Application> applications_;
    std::vector<Host> hosts_;
};

} // namespace sim::report
