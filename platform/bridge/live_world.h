// A World whose clock follows the machine's: it does what is due when it is due, on an Asio loop.
//
// One thread. What comes from outside goes through visit(), which first brings the world up to
// date.
#pragma once

#include "sim/mail/visitor.h"
#include "sim/world.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace platform::bridge {

class LiveWorld {
public:
    // `scenario` starts at the machine's now: see present(). `advanced` is called, outside of
    // visit(), whenever something may have happened.
    LiveWorld(asio::io_context& loop,
              const std::shared_ptr<const sim::scenario::Scenario>& scenario,
              sim::WorldOptions options,
              std::function<void()> advanced);

    // From here on time passes. What is due at the start waits for it.
    void begin();

    [[nodiscard]] const sim::World& world() const { return world_; }
    // Brings the world to now, lets `act` use the host's sockets, and plans what follows.
    void visit(sim::HostId host, const std::function<void(sim::mail::Visitor&)>& act);
    // When the world has advanced: lets `handle` take what the host heard since, one thing after
    // the other. Hearing nothing plans nothing, so that an idle world sleeps.
    using Handler =
        std::function<void(const sim::mail::visit::Output& output, sim::mail::Visitor& visitor)>;
    void drain(sim::HostId host, const Handler& handle);
    // Changes a live setting now.
    tl::expected<void, sim::scenario::SettingProblem> apply(const sim::SettingChange& change);
    // See sim::World.
    void let_go_of_events(std::size_t but_the_newest) { world_.let_go_of_events(but_the_newest); }
    void let_go_of_messages() { world_.let_go_of_messages(); }
    // No more is done; what was planned is forgotten.
    void stop();

    // The machine's date in whole milliseconds, for Scenario::start.
    [[nodiscard]] static sim::Instant present();

private:
    [[nodiscard]] sim::Instant now() const;
    void plan();
    void advance();

    asio::io_context& loop_;
    asio::steady_timer timer_;
    std::function<void()> advanced_;
    sim::Instant timer_due_ = sim::never; // what the timer waits for
    sim::Instant virtual_start_;
    std::chrono::steady_clock::time_point real_start_;
    sim::World world_;
    bool begun_ = false;
    bool planned_ = false;
    bool stopped_ = false;
};

} // namespace platform::bridge
