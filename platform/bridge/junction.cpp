#include "platform/bridge/junction.h"

#include "platform/bridge/pipe_end.h"
#include "sim/net/fabric.h"

#include <asio/post.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace platform::bridge {

namespace {

using asio::ip::tcp;
namespace visit = sim::mail::visit;

// How much of what a real peer sent may wait for the simulated network.
constexpr std::uint64_t most_queued_bytes = std::uint64_t{256} * 1024;

} // namespace

// ---- one connection -----------------------------------------------------------------------------

// Lives until both its ends are over, so that its pipe never calls one that is gone.
class Junction::Joint {
public:
    Joint(Junction& junction, sim::ConnectionId connection, bool established)
        : junction_{junction}, connection_{connection}, connected_{established}
    {
        PipeEvents events;
        events.received = [this](std::string_view bytes) { on_received(bytes); };
        events.finished = [this] { on_finished(); };
        events.broken = [this] { on_broken(); };
        events.closed = [this] { pipe_is_over(); };
        events.written = [this](std::size_t bytes) { junction_.buffered_bytes_ -= bytes; };
        pipe_ = std::make_shared<PipeEnd>(junction.loop_, std::move(events));
    }

    void attach(tcp::socket socket) { pipe_->attach(std::move(socket)); }
    // Whether the real peer has had its time: it was silent, or does not hang up though all is
    // over.
    [[nodiscard]] bool is_overdue() const
    {
        const auto silent = std::chrono::steady_clock::now() - pipe_->last_used();
        return silent > (simulated_over_ ? std::chrono::seconds{10} : junction_.limits_.idle);
    }

    // From the simulated network.
    void handle_connected(sim::mail::Visitor& visitor)
    {
        connected_ = true;
        visitor.send(connection_, early_);
        early_.clear();
        if (finished_early_) visitor.finish(connection_);
        pipe_->pause(false);
    }
    void handle_bytes(std::string_view bytes, sim::mail::Visitor& visitor)
    {
        if (pipe_over_) return;
        const std::size_t waiting = pipe_->waiting_bytes() + bytes.size();
        if (waiting > junction_.limits_.buffer_bytes ||
            junction_.buffered_bytes_ + bytes.size() > junction_.limits_.all_buffer_bytes) {
            ++junction_.counts_.given_up;
            reset();
            visitor.abort(connection_);
            return;
        }
        junction_.buffered_bytes_ += bytes.size();
        junction_.counts_.bytes_out += bytes.size();
        pipe_->write(bytes);
    }
    void handle_finished() { pipe_->finish(); }
    // Nothing more comes of the simulated connection.
    void handle_ended(bool in_order)
    {
        simulated_over_ = true;
        if (pipe_over_) {
            junction_.forget(connection_);
        } else if (in_order) {
            pipe_->finish();
        } else {
            reset();
        }
    }
    void reset()
    {
        if (pipe_over_) return;
        junction_.buffered_bytes_ -= pipe_->waiting_bytes();
        pipe_->reset();
        pipe_is_over();
    }
    // Reads on when the simulated network has taken enough of what was read; whether it does.
    bool look_at_queue(const sim::net::Fabric& network)
    {
        if (network.queued_bytes(junction_.host_, connection_) > most_queued_bytes / 2)
            return false;
        pipe_->pause(false);
        return true;
    }

private:
    void on_received(std::string_view bytes)
    {
        junction_.counts_.bytes_in += bytes.size();
        if (simulated_over_) return; // it goes on talking though nobody listens any more
        if (!connected_) {
            early_ += bytes;
            if (early_.size() >= most_queued_bytes) pipe_->pause(true);
            return;
        }
        junction_.visit([&](sim::mail::Visitor& visitor) { visitor.send(connection_, bytes); });
        const auto& network = junction_.world_->world().network();
        if (network.queued_bytes(junction_.host_, connection_) > most_queued_bytes) {
            junction_.paused_.insert(connection_);
            pipe_->pause(true);
        }
    }
    void on_finished()
    {
        if (simulated_over_) return;
        if (!connected_ && early_.empty()) { // it has waited for a greeting, and waits no longer
            junction_.visit([&](sim::mail::Visitor& visitor) { visitor.abort(connection_); });
            return;
        }
        if (!connected_) {
            finished_early_ = true;
            return;
        }
        junction_.visit([&](sim::mail::Visitor& visitor) { visitor.finish(connection_); });
    }
    void on_broken()
    {
        junction_.buffered_bytes_ -= pipe_->waiting_bytes();
        pipe_is_over();
        if (simulated_over_) return;
        junction_.visit([&](sim::mail::Visitor& visitor) { visitor.abort(connection_); });
    }

    void pipe_is_over()
    {
        pipe_over_ = true;
        if (simulated_over_) junction_.forget(connection_);
    }

    Junction& junction_;
    sim::ConnectionId connection_;
    std::shared_ptr<PipeEnd> pipe_;
    std::string early_; // sent before the simulated connection stood
    bool connected_;
    bool finished_early_ = false;
    bool simulated_over_ = false;
    bool pipe_over_ = false;
};

// ---- all of them --------------------------------------------------------------------------------

Junction::Junction(asio::io_context& loop,
                   sim::HostId host,
                   JunctionLimits limits,
                   JunctionEvents events)
    : loop_{loop}, host_{host}, limits_{limits}, events_{std::move(events)}, sweep_{loop}
{
}

Junction::~Junction() = default;

void Junction::start(LiveWorld& world)
{
    world_ = &world;
    close_idle();
}

void Junction::add(sim::ConnectionId connection, bool established)
{
    joints_[connection] = std::make_unique<Joint>(*this, connection, established);
    ++counts_.connections;
    counts_.most_at_once = std::max(counts_.most_at_once, joints_.size());
}

void Junction::attach(sim::ConnectionId connection, tcp::socket socket)
{
    const auto joint = joints_.find(connection);
    if (joint != joints_.end()) joint->second->attach(std::move(socket));
}

// Not at once: the joint may be the one that says so.
void Junction::forget(sim::ConnectionId connection)
{
    asio::post(loop_, [this, connection] {
        joints_.erase(connection);
        paused_.erase(connection);
    });
}

void Junction::drain()
{
    if (stopped_) return;
    world_->drain(host_, [this](const visit::Output& output, sim::mail::Visitor& visitor) {
        handle(output, visitor);
    });
    const auto& network = world_->world().network();
    std::erase_if(paused_, [&](sim::ConnectionId connection) {
        return joints_.at(connection)->look_at_queue(network);
    });
}

void Junction::handle(const visit::Output& output, sim::mail::Visitor& visitor)
{
    const auto joint_of = [this](sim::ConnectionId connection) -> Joint* {
        const auto found = joints_.find(connection);
        return found == joints_.end() ? nullptr : found->second.get();
    };
    if (const auto* datagram = std::get_if<visit::Datagram>(&output)) {
        if (events_.datagram) events_.datagram(*datagram);
    } else if (const auto* accepted = std::get_if<visit::Accepted>(&output)) {
        if (events_.accepted) events_.accepted(*accepted, visitor);
    } else if (const auto* connected = std::get_if<visit::Connected>(&output)) {
        if (Joint* joint = joint_of(connected->connection)) joint->handle_connected(visitor);
    } else if (const auto* received = std::get_if<visit::Received>(&output)) {
        if (Joint* joint = joint_of(received->connection))
            joint->handle_bytes(received->bytes, visitor);
    } else if (const auto* finished = std::get_if<visit::PeerFinished>(&output)) {
        if (Joint* joint = joint_of(finished->connection)) joint->handle_finished();
    } else if (const auto* failed = std::get_if<visit::ConnectFailed>(&output)) {
        if (Joint* joint = joint_of(failed->connection)) joint->handle_ended(false);
    } else if (const auto* ended = std::get_if<visit::Ended>(&output)) {
        if (Joint* joint = joint_of(ended->connection))
            joint->handle_ended(ended->how == sim::ConnectionEnd::closed);
    }
}

void Junction::close_idle()
{
    for (const auto& [connection, joint] : joints_) {
        if (!joint->is_overdue()) continue;
        ++counts_.given_up;
        joint->reset();
        const sim::ConnectionId id = connection; // RST to the simulated peer; ignored if it is gone
        visit([id](sim::mail::Visitor& visitor) { visitor.abort(id); });
    }
    sweep_.expires_after(std::chrono::seconds{5});
    sweep_.async_wait([this](const asio::error_code& error) {
        if (!error && !stopped_) close_idle();
    });
}

void Junction::stop()
{
    if (std::exchange(stopped_, true)) return;
    sweep_.cancel();
    for (const auto& [connection, joint] : joints_)
        joint->reset();
}

} // namespace platform::bridge
