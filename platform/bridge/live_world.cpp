#include "platform/bridge/live_world.h"

#include <asio/post.hpp>

#include <algorithm>
#include <utility>

namespace platform::bridge {

LiveWorld::LiveWorld(asio::io_context& loop,
                     const std::shared_ptr<const sim::scenario::Scenario>& scenario,
                     sim::WorldOptions options,
                     std::function<void()> advanced)
    : loop_{loop},
      timer_{loop},
      advanced_{std::move(advanced)},
      virtual_start_{scenario->start},
      world_{scenario, std::move(options)}
{
}

void LiveWorld::begin()
{
    real_start_ = std::chrono::steady_clock::now();
    begun_ = true;
    plan();
}

sim::Instant LiveWorld::present()
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return sim::Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since)};
}

sim::Instant LiveWorld::now() const
{
    if (!begun_) return virtual_start_;
    return virtual_start_ + std::chrono::duration_cast<sim::Duration>(
                                std::chrono::steady_clock::now() - real_start_);
}

void LiveWorld::visit(sim::HostId host, const std::function<void(sim::mail::Visitor&)>& act)
{
    if (stopped_) return;
    if (begun_) world_.advance_to(now());
    world_.visit(host, act);
    if (begun_) plan();
}

void LiveWorld::drain(sim::HostId host, const Handler& handle)
{
    if (stopped_) return;
    bool heard = false;
    world_.visit(host, [&](sim::mail::Visitor& visitor) {
        while (auto output = visitor.poll_output()) {
            heard = true;
            handle(*output, visitor);
        }
    });
    if (heard && begun_) plan();
}

tl::expected<void, sim::scenario::SettingProblem> LiveWorld::apply(const sim::SettingChange& change)
{
    if (begun_ && !stopped_) world_.advance_to(now());
    auto applied = world_.apply(change);
    if (begun_ && !stopped_) plan();
    return applied;
}

// One look at the world for all that came in at once.
void LiveWorld::plan()
{
    if (std::exchange(planned_, true)) return;
    asio::post(loop_, [this] {
        planned_ = false;
        advance();
    });
}

void LiveWorld::advance()
{
    if (stopped_) return;
    world_.advance_to(now());
    advanced_();
    if (stopped_ || planned_) return;
    const sim::Instant due = world_.next_due();
    if (due == timer_due_) return; // as mostly: it waits for that already
    timer_due_ = due;
    if (due == sim::never) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::max(due - now(), sim::Duration{0}));
    timer_.async_wait([this](const asio::error_code& error) {
        if (error) return;
        timer_due_ = sim::never;
        advance();
    });
}

void LiveWorld::stop()
{
    stopped_ = true;
    timer_.cancel();
}

} // namespace platform::bridge
