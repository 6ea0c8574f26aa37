// A run of a scenario with crowds: too long to be kept as a whole. It keeps where each attempt
// ended (Tally) and, when asked for one attempt, all that belongs to that one as a trace of its
// own.
//
// From a number to a session behind it: the run is made once for the tally, and once more, the same
// to the last packet, with the name of an attempt that the tally remembers.
#pragma once

#include "sim/plan.h"
#include "sim/tally.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace sim {

// How many attempts its crowds make, all together.
[[nodiscard]] std::uint64_t attempts_in(const scenario::Scenario& scenario);
// Whether so many can be kept with all that happens, as a Playback does: a few hundred events each.
inline constexpr std::uint64_t most_attempts_in_full = 5'000;
[[nodiscard]] bool fits_in_a_trace(const scenario::Scenario& scenario);

class CrowdRun {
public:
    explicit CrowdRun(Plan plan, std::optional<Tally::AttemptName> sample = std::nullopt);
    ~CrowdRun();
    CrowdRun(CrowdRun&&) noexcept;
    CrowdRun& operator=(CrowdRun&&) noexcept;

    // Plays on, by so many steps of the world at most. False when the run is at its end, or when
    // all that belongs to the sample has happened.
    bool advance(std::size_t steps);
    void run(); // until that

    [[nodiscard]] const Tally& tally() const;
    // Its trace holds the sample and nothing else.
    [[nodiscard]] const World& world() const;
    [[nodiscard]] const Plan& plan() const { return plan_; }

private:
    class Observer;

    Plan plan_;
    std::unique_ptr<Observer> observer_;
    std::unique_ptr<World> world_;
};

} // namespace sim
