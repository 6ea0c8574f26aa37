// Joins connections of a simulated host to real ones, octet by octet: what either peer says, its
// FIN and its RST come out at the other. Where the simulated ones come from, or lead to, is the
// business of a Gateway or an Outlet.
//
// One thread; a peer that is slow, silent or hostile costs its own connection and nobody else's.
#pragma once

#include "platform/bridge/live_world.h"

#include <asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace platform::bridge {

struct JunctionLimits {
    std::size_t connections = 2000;                         // at a time
    std::size_t buffer_bytes = std::size_t{16} << 20U;      // held for one real peer
    std::size_t all_buffer_bytes = std::size_t{512} << 20U; // and for all of them
    std::chrono::seconds idle{900}; // without an octet either way; servers' own limits are shorter
};

struct JunctionCounts {
    std::uint64_t connections = 0;
    std::uint64_t bytes_in = 0;  // from real peers
    std::uint64_t bytes_out = 0; // to them
    std::uint64_t given_up = 0;  // for a limit of ours
    std::size_t most_at_once = 0;
};

// What the simulated host hears that belongs to no joined connection.
struct JunctionEvents {
    std::function<void(const sim::mail::visit::Accepted&, sim::mail::Visitor&)> accepted;
    std::function<void(const sim::mail::visit::Datagram&)> datagram;
};

class Junction {
public:
    // `host` is one of the world's visited hosts.
    Junction(asio::io_context& loop,
             sim::HostId host,
             JunctionLimits limits,
             JunctionEvents events);
    ~Junction();
    Junction(const Junction&) = delete;
    Junction& operator=(const Junction&) = delete;

    void start(LiveWorld& world);
    // A simulated connection of the host, standing already or not; what it says is kept until it
    // has its real end.
    void add(sim::ConnectionId connection, bool established);
    void attach(sim::ConnectionId connection, asio::ip::tcp::socket socket);
    // Takes what the simulated network said; to be called when the world has advanced.
    void drain();
    void stop(); // resets what there is

    // In visit(), for the world is brought up to date first.
    void visit(const std::function<void(sim::mail::Visitor&)>& act) { world_->visit(host_, act); }
    [[nodiscard]] bool is_full() const { return joints_.size() >= limits_.connections; }
    [[nodiscard]] bool stopped() const { return stopped_; }
    [[nodiscard]] std::size_t size() const { return joints_.size(); }
    [[nodiscard]] JunctionCounts& counts() { return counts_; }
    [[nodiscard]] const JunctionCounts& counts() const { return counts_; }

private:
    class Joint;

    void handle(const sim::mail::visit::Output& output, sim::mail::Visitor& visitor);
    void forget(sim::ConnectionId connection);
    void close_idle();

    asio::io_context& loop_;
    sim::HostId host_;
    JunctionLimits limits_;
    JunctionEvents events_;
    LiveWorld* world_ = nullptr;
    std::map<sim::ConnectionId, std::unique_ptr<Joint>> joints_;
    std::set<sim::ConnectionId> paused_; // of these: so much was read that no more is for a while
    std::size_t buffered_bytes_ = 0;
    asio::steady_timer sweep_;
    JunctionCounts counts_;
    bool stopped_ = false;
};

} // namespace platform::bridge
