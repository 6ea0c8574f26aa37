// Whether a run came out as its lesson expects: for `hikyaku check`, for the exit code of
// `hikyaku run`, and for grading.
#pragma once

#include "sim/core/trace.h"
#include "sim/playback.h"
#include "sim/scenario/scenario.h"
#include "sim/tally.h"

#include <string>
#include <vector>

namespace sim::report {

// One thing that came out otherwise.
struct Mismatch {
    std::string key;     // of the expectation, as in the file: "expect.sending", "expect.delivered"
    scenario::Text what; // what was expected and what came
};

// Nothing when all that is expected came true; else everything that did not, in the order of the
// file's format. The whole trace counts, wherever a cursor stands:
//   sending          the last result of the client's mail program
//   delivered        mailboxes that were given a message
//   fetched          mailboxes out of which a mail program fetched one
//   stopped_by_rule  the rule dropped or rejected a packet at least once
//   readable         in clear on some link: the payloads of one connection and direction joined
//   ended            where the attempts of the crowds ended
std::vector<Mismatch> compare(const scenario::Expectation& expectation,
                              const scenario::Scenario& scenario,
                              const Trace& trace);
std::vector<Mismatch> compare(const scenario::Expectation& expectation, const Playback& playback);

// What a run that keeps no trace can tell: `ended` alone.
std::vector<Mismatch> compare(const scenario::Expectation& expectation, const Tally& tally);

} // namespace sim::report
