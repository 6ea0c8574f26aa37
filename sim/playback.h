// A run as a value (scenario, seed, changes), its trace, and a cursor in it: what every view
// reads. Running is cheap, so a run is played to its end at once; stepping only moves the cursor.
#pragma once

#include "sim/outcome.h"
#include "sim/plan.h"
#include "sim/world.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace sim {

// Whether the event's host is told something by its peer: a command, a reply, a handshake message.
bool is_hearing(const Event& event);

// What both ends of a connection report is told once: where it is said, and of the connection
// itself by the end that called. The other end's report is an echo; there is none where the one
// that says it is outside of the simulation (Trace::leads_outside).
bool is_echo(const Trace& trace, const Event& event);

// Whether an event is a stop of the cursor at this unit. An echo is none.
bool is_stop(const Trace& trace, const Event& event, Unit unit);

class Playback {
public:
    explicit Playback(Plan plan); // played to its end
    // At its beginning: it is played by advance().
    static Playback begin(Plan plan);
    // Of a world that somebody else moves, as a bridge does, and that began as `plan` says. What
    // happens in it is seen from the next catch_up() on.
    Playback(Plan plan, std::shared_ptr<const World> world);

    // False when there is nothing new. The cursor stays.
    bool catch_up();

    // Plays on, by so many steps of the world at most; what happened is seen from the next
    // catch_up() on. False when the run is at its end, or was ended by stop().
    bool advance(std::size_t steps);
    // What is there is all that there will be.
    void stop();
    [[nodiscard]] bool is_complete() const { return running_ == nullptr; }
    // How much of the time that the run may take has passed in it, 0 to 1; most end earlier.
    [[nodiscard]] float progress() const;

    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] const World& world() const { return *world_; }
    [[nodiscard]] const Trace& trace() const { return world_->trace(); }
    [[nodiscard]] const scenario::Scenario& scenario() const { return *plan_.scenario; }

    // Events before the cursor have happened; 0 is the start, end() the end.
    [[nodiscard]] std::size_t cursor() const { return cursor_; }
    // Of the trace, what is seen: all of it, unless the world has gone on since catch_up().
    [[nodiscard]] std::size_t end() const { return end_; }
    [[nodiscard]] Instant time() const; // of the last event before the cursor, or the start
    void seek(std::size_t cursor);      // cut to what there is
    void seek_time(Instant at);         // behind the last event at or before `at`

    // Behind the next stop, or in front of the last one; false (and at the end) when there is none.
    bool step(Unit unit);
    bool step_back(Unit unit);
    void to_start() { cursor_ = 0; }
    void to_end() { cursor_ = end_; }
    // Behind the next event that `wanted` accepts; false, and not moved, when there is none.
    bool run_until(const std::function<bool(const Event&)>& wanted);

    // The stops of a unit as event positions, in order; each event is looked at once.
    [[nodiscard]] const std::vector<std::uint32_t>& stops(Unit unit) const;

    // The same run up to the cursor's time, then `change`, then as it goes; what was changed later
    // goes. With a setting that cannot change under way it is another run from the start on, of
    // another scenario (see with).
    [[nodiscard]] tl::expected<Plan, scenario::SettingProblem>
    fork(const SettingChange& change) const;

    // Whether this setting, changed at the cursor, would count in what is still to come: at once,
    // or, of an account, because its program begins to send or to fetch once more.
    [[nodiscard]] bool would_count(const scenario::Setting& setting) const;

    // What held when so many events had happened: what the plan, the lesson's script and, on a
    // bridge, a person had changed before. Valid until it is asked for another moment.
    [[nodiscard]] const std::vector<scenario::Setting>& settings_at(std::size_t cursor) const;

    [[nodiscard]] std::vector<MailOutcome> outcomes_so_far() const
    {
        return outcomes(trace(), cursor_);
    }

private:
    Playback(Plan plan, std::shared_ptr<World> running);

    Plan plan_;
    std::shared_ptr<World> running_; // while there is more to be played
    std::shared_ptr<const World> world_;
    std::size_t cursor_ = 0;
    std::size_t end_ = 0;
    struct Stops {
        std::vector<std::uint32_t> list;
        std::size_t looked_at = 0; // events
    };
    mutable std::array<Stops, count_of<Unit>()> stops_;
    struct Held {
        std::size_t changes = 0; // of settings, that had been made
        std::vector<scenario::Setting> settings;
    };
    mutable std::optional<Held> held_;
};

} // namespace sim
