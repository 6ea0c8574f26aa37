// One run as a pane of the window shows it: the run, the cursor in it, and what is drawn of it,
// kept until something of the question changes. A long run is played on while the window is drawn.
#pragma once

#include "gui/run_view.h"
#include "sim/explain/language.h"
#include "sim/playback.h"
#include "sim/report/ends.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gui {

// How a person looks at runs.
struct Look {
    const sim::explain::Language* language = nullptr;
    sim::explain::Level level = sim::explain::Level::standard;
    sim::explain::Secrets secrets = sim::explain::Secrets::masked;
    friend bool operator==(const Look&, const Look&) = default;
};

class RunPane {
public:
    // Of a run that begins, to be shown from `start` on as soon as it has come so far.
    RunPane(sim::Plan plan, std::uint64_t number, std::size_t start);
    // Of a world that somebody else moves.
    RunPane(sim::Plan plan, std::shared_ptr<const sim::World> world, std::uint64_t number);

    [[nodiscard]] const sim::Playback& playback() const { return playback_; }
    [[nodiscard]] const RunView& view() const { return *view_; }
    // Another one for each run.
    [[nodiscard]] std::uint64_t number() const { return number_; }
    // Draws it in another way; or, when there is more of the run, goes on. Of a long run some at a
    // time, so that no frame waits for all of it.
    void look(const Look& look);

    // ---- a run that is not over -----------------------------------------------------------------

    // It is over, and all of it can be seen.
    [[nodiscard]] bool is_complete() const
    {
        return playback_.is_complete() && view_->is_complete();
    }
    // Plays on for about so long. True when there is something new to be seen: look() at it.
    bool work(std::chrono::milliseconds span);
    void stop();
    // What the world has done since. True when that is something: look() at it.
    bool catch_up();

    // ---- where the cursor is --------------------------------------------------------------------

    [[nodiscard]] std::size_t cursor() const { return playback_.cursor(); }
    // The farthest that it has been: what may be shown of the future.
    [[nodiscard]] std::size_t reached() const { return reached_; }
    [[nodiscard]] sim::EventId selected() const; // none at the start
    [[nodiscard]] bool at_end() const;           // nothing more will happen

    void seek(std::size_t cursor);
    void seek_time(sim::Instant at);
    void to_start() { seek(0); }
    void to_end() { seek(playback_.end()); }
    // By one row that is shown, or so far that another hop is told. False at either end.
    bool step(int direction, bool hop = false);
    // Opens or closes what is folded into one row, by the event that it begins with.
    void open_fold(sim::EventId fold, bool open);
    // Opens what keeps the event in front of the cursor from sight.
    void reveal();
    // Behind the next event that `wanted` accepts, or at the end when there is none.
    void run_until(const std::function<bool(const sim::Event&)>& wanted);

    // ---- kept until something of the question changes -------------------------------------------

    // How many events the cure of a card of view() keeps.
    [[nodiscard]] std::size_t kept_by_cure(std::size_t card) const;
    // What both ends of a cable said; `source` is of this run, at its cursor.
    [[nodiscard]] const std::optional<sim::report::SaidOnLink>&
    last_said(const sim::report::Source& source, const sim::report::TappedLink& link) const;
    [[nodiscard]] const sim::report::Lines& said_by_ends(const sim::report::Source& source,
                                                         const sim::report::TappedLink& link) const;

private:
    struct EndsOf {
        sim::LinkId link;
        std::size_t end = 0;
        std::size_t columns = 0;
        friend bool operator==(const EndsOf&, const EndsOf&) = default;
    };

    sim::Playback playback_;
    std::uint64_t number_ = 0;
    std::optional<Look> looked_; // as view_ is made
    std::unique_ptr<RunView> view_;
    bool live_ = false;            // somebody else moves the world
    std::set<std::uint32_t> open_; // folds
    std::size_t start_ = 0;        // where it is to be shown from
    std::size_t reached_ = 0;
    mutable std::optional<std::pair<std::size_t, std::size_t>> rewind_of_; // card, what is kept
    mutable EndsOf last_said_of_;
    mutable std::optional<sim::report::SaidOnLink> last_said_;
    mutable EndsOf ends_of_;
    mutable sim::report::Lines ends_;
};

} // namespace gui
