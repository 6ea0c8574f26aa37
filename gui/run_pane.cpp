#include "gui/run_pane.h"

#include "sim/explain/rewind.h"

#include <algorithm>
#include <utility>

namespace gui {

namespace {

// Steps of a world. So many are played before a run is seen at all: every lesson is over by then,
// in a few milliseconds.
constexpr std::size_t first_steps = 10'000;
constexpr std::size_t steps_at_once = 64;
constexpr std::size_t first_events = 40'000; // that are in the view at once: more than a lesson has
constexpr std::size_t more_events = 4'000;   // in each further frame
constexpr std::size_t most_said = 400; // lines by the ends: put into words when the cursor moves

} // namespace

RunPane::RunPane(sim::Plan plan, std::uint64_t number, std::size_t start)
    : playback_{sim::Playback::begin(std::move(plan))}, number_{number}, start_{start}
{
    (void)playback_.advance(first_steps);
    (void)catch_up();
}

RunPane::RunPane(sim::Plan plan, std::shared_ptr<const sim::World> world, std::uint64_t number)
    : playback_{std::move(plan), std::move(world)}, number_{number}, live_{true}
{
}

void RunPane::look(const Look& look)
{
    if (looked_ == look) {
        view_->follow(more_events);
    } else {
        looked_ = look;
        view_ = std::make_unique<RunView>(
            playback_, *look.language, look.level, look.secrets, !live_, first_events, view_.get());
    }
    rewind_of_.reset();
    last_said_of_ = {};
    ends_of_ = {};
}

// ---- a run that is not over ---------------------------------------------------------------------

bool RunPane::work(std::chrono::milliseconds span)
{
    if (is_complete()) return false;
    const auto until = std::chrono::steady_clock::now() + span;
    while (playback_.advance(steps_at_once)) {
        if (std::chrono::steady_clock::now() >= until) return false;
    }
    return catch_up() || !view_->is_complete();
}

void RunPane::stop()
{
    playback_.stop();
}

bool RunPane::catch_up()
{
    const bool not_there_yet = cursor() == playback_.end() && cursor() < start_;
    if (!playback_.catch_up()) return false;
    if (not_there_yet) seek(start_);
    return true;
}

// ---- where the cursor is ------------------------------------------------------------------------

sim::EventId RunPane::selected() const
{
    return view_->last_before(cursor());
}

bool RunPane::at_end() const
{
    return is_complete() && !view_->next_after(cursor()).exists();
}

void RunPane::seek(std::size_t cursor)
{
    playback_.seek(cursor);
    reached_ = std::max(reached_, playback_.cursor());
}

void RunPane::seek_time(sim::Instant at)
{
    playback_.seek_time(at);
    reached_ = std::max(reached_, cursor());
}

bool RunPane::step(int direction, bool hop)
{
    const auto& stops = view_->stops();
    const auto behind = [&](std::size_t at) {
        return static_cast<std::size_t>(std::ranges::lower_bound(stops, at) - stops.begin());
    };
    std::size_t told = behind(cursor()); // rows in front of the cursor
    if (direction > 0) {
        if (hop) {
            const auto& hops = playback_.stops(sim::Unit::hop);
            const auto next = std::ranges::lower_bound(hops, cursor());
            told = next == hops.end() ? stops.size() : behind(*next);
        }
        if (told >= stops.size()) {
            to_end();
            return false;
        }
        seek(std::size_t{stops[told]} + 1);
        return true;
    }
    if (told == 0) {
        to_start();
        return false;
    }
    --told; // in front of the row that was told last
    if (hop) {
        const auto& hops = playback_.stops(sim::Unit::hop);
        const auto next = std::ranges::lower_bound(hops, stops[told]);
        told = next == hops.begin() ? 0 : std::min(told, behind(*std::prev(next)) + 1);
    }
    seek(told == 0 ? 0 : std::size_t{stops[told - 1]} + 1);
    return true;
}

void RunPane::open_fold(sim::EventId fold, bool open)
{
    const bool changed = open ? open_.insert(fold.value).second : open_.erase(fold.value) > 0;
    if (changed) view_->open_folds(open_);
}

void RunPane::reveal()
{
    const std::size_t rows = view_->rows_before(cursor());
    if (rows == 0) return;
    if (const Fold* fold = view_->hiding(view_->ladder().rows[rows - 1].event))
        open_fold(fold->id, true);
}

void RunPane::run_until(const std::function<bool(const sim::Event&)>& wanted)
{
    if (!playback_.run_until(wanted)) playback_.to_end();
    reached_ = std::max(reached_, cursor());
}

// ---- kept until something of the question changes -----------------------------------------------

std::size_t RunPane::kept_by_cure(std::size_t card) const
{
    if (!rewind_of_ || rewind_of_->first != card) {
        rewind_of_ = {
            card,
            sim::explain::rewind_to(view_->card(card), playback_.trace(), playback_.scenario())};
    }
    return rewind_of_->second;
}

const std::optional<sim::report::SaidOnLink>&
RunPane::last_said(const sim::report::Source& source, const sim::report::TappedLink& link) const
{
    const EndsOf now{link.link, cursor(), source.columns};
    if (last_said_of_ != now) {
        last_said_of_ = now;
        last_said_ = sim::report::last_said(source, view_->said_on(link));
    }
    return last_said_;
}

const sim::report::Lines& RunPane::said_by_ends(const sim::report::Source& source,
                                                const sim::report::TappedLink& link) const
{
    const EndsOf now{link.link, cursor(), source.columns};
    if (ends_of_ != now) {
        ends_of_ = now;
        ends_ = sim::report::said_by_ends(source, view_->said_on(link), most_said);
    }
    return ends_;
}

} // namespace gui
