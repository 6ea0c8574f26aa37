#include "sim/playback.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace sim {

bool is_hearing(const Event& event)
{
    return std::visit(
        [](const auto& what) {
            if constexpr (requires { what.side; }) return what.side == Side::received;
            return false;
        },
        event.what);
}

bool is_echo(const Trace& trace, const Event& event)
{
    // The network is simulated at both ends, whoever uses it.
    if (const auto* opened = std::get_if<ConnectionOpened>(&event.what)) return opened->accepted;
    if (trace.leads_outside(event.connection)) return false;
    if (const auto* started = std::get_if<TlsStarted>(&event.what))
        return started->role == TlsRole::server;
    return is_hearing(event);
}

bool is_stop(const Trace& trace, const Event& event, Unit unit)
{
    const auto coarsest = coarsest_unit(event.kind());
    return coarsest && *coarsest >= unit && !is_echo(trace, event);
}

Playback::Playback(Plan plan) : Playback{begin(std::move(plan))}
{
    running_->run();
    stop();
    catch_up();
}

Playback Playback::begin(Plan plan)
{
    auto world = std::make_shared<World>(world_of(plan));
    return Playback{std::move(plan), std::move(world)};
}

Playback::Playback(Plan plan, std::shared_ptr<World> running)
    : plan_{std::move(plan)}, running_{std::move(running)}, world_{running_}, end_{trace().size()}
{
}

Playback::Playback(Plan plan, std::shared_ptr<const World> world)
    : plan_{std::move(plan)}, world_{std::move(world)}, end_{world_->trace().size()}
{
}

bool Playback::catch_up()
{
    const std::size_t before = std::exchange(end_, trace().size());
    return end_ != before;
}

bool Playback::advance(std::size_t steps)
{
    bool more = running_ != nullptr;
    for (std::size_t i = 0; more && i < steps; ++i)
        more = running_->step();
    if (!more) running_.reset();
    return more;
}

void Playback::stop()
{
    running_.reset();
}

float Playback::progress() const
{
    if (is_complete()) return 1;
    const std::chrono::duration<float> passed = world_->now() - plan_.scenario->start;
    const std::chrono::duration<float> all = plan_.scenario->limit;
    return all.count() > 0 ? std::clamp(passed / all, 0.0F, 1.0F) : 0.0F;
}

Instant Playback::time() const
{
    return cursor_ == 0 ? plan_.scenario->start : trace()[cursor_ - 1].at;
}

void Playback::seek(std::size_t cursor)
{
    cursor_ = std::min(cursor, end_);
}

void Playback::seek_time(Instant at)
{
    std::size_t low = 0;
    std::size_t high = end_;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (trace()[middle].at <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    cursor_ = low;
}

const std::vector<std::uint32_t>& Playback::stops(Unit unit) const
{
    Stops& stops = stops_.at(static_cast<std::size_t>(unit));
    for (; stops.looked_at < end_; ++stops.looked_at) {
        if (is_stop(trace(), trace()[stops.looked_at], unit))
            stops.list.push_back(static_cast<std::uint32_t>(stops.looked_at));
    }
    return stops.list;
}

bool Playback::step(Unit unit)
{
    const auto& list = stops(unit);
    const auto next = std::ranges::lower_bound(list, cursor_);
    if (next == list.end()) {
        to_end();
        return false;
    }
    cursor_ = std::size_t{*next} + 1;
    return true;
}

bool Playback::step_back(Unit unit)
{
    const auto& list = stops(unit);
    const auto next = std::ranges::lower_bound(list, cursor_);
    if (next == list.begin()) {
        to_start();
        return false;
    }
    cursor_ = *std::prev(next);
    return true;
}

bool Playback::run_until(const std::function<bool(const Event&)>& wanted)
{
    for (std::size_t i = cursor_; i < end_; ++i) {
        if (!wanted(trace()[i])) continue;
        cursor_ = i + 1;
        return true;
    }
    return false;
}

bool Playback::would_count(const scenario::Setting& setting) const
{
    if (setting.takes_effect != scenario::TakesEffect::next_send)
        return setting.takes_effect == scenario::TakesEffect::now;
    std::vector<bool> begun(scenario().steps.size()); // no later than the change, see fork()
    std::vector<bool> begins(scenario().steps.size(), !is_complete()); // or may, for all we know
    for (const EventId id : events_before(trace().index().of(Kind::step_started), end_)) {
        const Event& event = trace().at(id);
        const std::size_t step = std::get<StepStarted>(event.what).index;
        (event.at <= time() ? begun : begins).at(step) = true;
    }
    for (std::size_t i = 0; i < begun.size(); ++i) {
        if (begins[i] && !begun[i] &&
            scenario::reads_account(scenario(), scenario().steps[i], setting.is.group))
            return true;
    }
    return false;
}

const std::vector<scenario::Setting>& Playback::settings_at(std::size_t cursor) const
{
    const auto changes = events_before(trace().index().of(Kind::setting_changed), cursor);
    if (held_ && held_->changes == changes.size()) return held_->settings;
    scenario::Scenario then = *plan_.scenario;
    for (const EventId id : changes) {
        const auto& change = std::get<SettingChanged>(trace().at(id).what);
        // It has been made in the world already.
        (void)scenario::apply_setting(then, trace().view(change.key), trace().view(change.value));
    }
    held_ = Held{changes.size(), scenario::settings_of(then)};
    return held_->settings;
}

tl::expected<Plan, scenario::SettingProblem> Playback::fork(const SettingChange& change) const
{
    // One nanosecond later: all that the cursor stands behind has happened just as before.
    const Instant at = time() + 1ns;
    return with(cut(plan_, at), {&change, 1}, at);
}

} // namespace sim
