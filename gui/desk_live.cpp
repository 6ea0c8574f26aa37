// The desk while real mail programs take part in the run on it.

#include "gui/desk.h"

#include <algorithm>
#include <utility>

namespace gui {

namespace {

using Clock = std::chrono::steady_clock;

// A run is kept whole; so many events are some 100 MB.
constexpr std::size_t most_events = 1'000'000;
// So much of the time may go into looking.
constexpr int looking_share = 4; // a quarter

} // namespace

void Desk::on(const action::Bridge& bridge)
{
    if (!is_open()) return;
    if (!bridge.open) {
        if (!live_) return;
        end_live();
        sheet_ = Sheet::none;
        notice_ = language().text("gui.notice.live_over");
        return;
    }
    if (live_ || !facilities_.open_bridge) return;
    sim::scenario::Scenario lesson = *plan_anew().scenario;
    for (const sim::scenario::Setting& setting : settings()) // as they are seen
        (void)sim::scenario::apply_setting(lesson, setting.key, setting.value);
    auto opened = facilities_.open_bridge(lesson);
    if (!opened) {
        notice_ = language().text(opened.error().key, opened.error().arguments);
        return;
    }
    before_live_ = plan_anew();
    live_ = std::move(*opened);
    next_look_ = {};
    playing_ = false;
    notice_.clear();
    show(std::make_unique<RunPane>(live_->plan(), live_->world(), ++runs_));
}

sim::Plan Desk::plan_anew() const
{
    return before_live_ ? *before_live_ : playback().plan();
}

void Desk::end_live()
{
    if (!live_) return;
    live_->stop();
    next_look_ = {};
    (void)follow({});
    live_.reset();
}

bool Desk::follow(std::chrono::milliseconds span)
{
    if (!live_) return false;
    live_->run_for(span);
    const Clock::time_point begin = Clock::now();
    const bool was_at_end = at_end();
    if (begin < next_look_ || !pane_->catch_up()) return false;
    look();
    if (was_at_end) {
        pane_->to_end();
        moved();
    }
    next_look_ = Clock::now() + (looking_share - 1) * (Clock::now() - begin);
    if (playback().end() >= most_events) {
        end_live();
        notice_ = language().text("cli.bridge.full", {{"count", std::to_string(playback().end())}});
    }
    return true;
}

// As far as a running world can be changed; the program that sends is not ours.
void Desk::change_live(const std::vector<std::pair<std::string, std::string>>& settings)
{
    const bool fits = std::ranges::all_of(settings, [this](const auto& changed) {
        const auto* const now = setting(changed.first);
        return now != nullptr && now->takes_effect == sim::scenario::TakesEffect::now;
    });
    notice_ = language().text(fits ? "gui.notice.live_changed" : "gui.notice.live_fixed");
    if (!fits) return;
    for (const auto& [key, value] : settings)
        (void)live_->apply({key, value});
}

bool Desk::can_cure(std::size_t card) const
{
    const auto& settings = view().card(card).cure.settings;
    if (settings.empty() || (is_recording() && !live_)) return false;
    return !live_ || std::ranges::all_of(settings, [this](const auto& cure) {
        const auto* const now = setting(cure.first);
        return now != nullptr && now->takes_effect == sim::scenario::TakesEffect::now;
    });
}

} // namespace gui
