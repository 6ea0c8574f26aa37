// A run as a value (scenario, seed, commands), its trace, and a cursor in it: what every view
// reads. Running is cheap, so a run is played to its end at once; stepping only moves the cursor.
#pragma once

#include "sim/outcome.h"
#include "sim/world.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace sim {

struct Plan {
    std::shared_ptr<const scenario::Scenario> scenario;
    std::uint64_t seed = 1;
    std::vector<TimedCommand> commands;
};

// What one step of the cursor passes, finest first: every packet; one command, reply, DNS answer,
// TLS handshake or whole connection event; or one hop of the mail.
SIM_NAMED_ENUM(Unit, packet, command, hop);

// Whether an event is a stop of the cursor at this unit. What both ends report is a stop at one of
// them, unless the other end is outside of the trace (a real mail program on a bridge).
SIM_NAMED_ENUM(Ends, both, one);
bool is_stop(const Event& event, Unit unit, Ends reported = Ends::both);

class Playback {
public:
    explicit Playback(Plan plan);

    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] const World& world() const { return *world_; }
    [[nodiscard]] const Trace& trace() const { return world_->trace(); }
    [[nodiscard]] const scenario::Scenario& scenario() const { return *plan_.scenario; }

    // Events before the cursor have happened; 0 is the start, trace().size() the end.
    [[nodiscard]] std::size_t cursor() const { return cursor_; }
    [[nodiscard]] Instant time() const; // of the last event before the cursor, or the start
    void seek(std::size_t cursor);      // cut to what there is
    void seek_time(Instant at);         // behind the last event at or before `at`

    // Behind the next stop, or in front of the last one; false (and at the end) when there is none.
    bool step(Unit unit);
    bool step_back(Unit unit);
    void to_start() { cursor_ = 0; }
    void to_end() { cursor_ = trace().size(); }
    // Behind the next event that `wanted` accepts; false, and not moved, when there is none.
    bool run_until(const std::function<bool(const Event&)>& wanted);

    // The stops of a unit as event positions, in order; computed once for each unit.
    [[nodiscard]] const std::vector<std::uint32_t>& stops(Unit unit) const;

    // The same run up to the cursor's time, then `command`, then as it goes. The cursor stays.
    // A setting that is not live changes the scenario and starts anew.
    [[nodiscard]] tl::expected<Playback, scenario::SettingProblem>
    fork(const Command& command) const;

    [[nodiscard]] std::vector<MailOutcome> outcomes_so_far() const
    {
        return outcomes(trace(), cursor_);
    }

private:
    Plan plan_;
    std::shared_ptr<const World> world_;
    std::size_t cursor_ = 0;
    mutable std::array<std::vector<std::uint32_t>, count_of<Unit>()> stops_;
};

} // namespace sim
