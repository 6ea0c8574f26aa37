// Where the attempts of a run's crowds ended, as a table for people, as JSON and as CSV.
#pragma once

#include "sim/report/text.h"
#include "sim/tally.h"

#include <string>

namespace sim::report {

// Each ending that came about, with its count, its share and a bar; what is still open; the sum.
// Below it a line for each part of the course of time; for each ISP and each way, if there are
// several; and how many guessed names exist.
Lines tally_table(const Tally& tally,
                  const scenario::Scenario& scenario,
                  const explain::Language& language,
                  std::size_t columns = 80);

// `complete`: the run is at its end, and was not broken off.
// {"scenario": ..., "tally": {"complete": true, "attempts": N, "open": n,
//  "endings": [{"ending": "op25b", "count": n}, ...],
//  "crowds": [{"crowd": "bots", "attempts": n, "open": n, "endings": [...]}, ...],
//  "isps": [{"isp": "sakura", ...}], "ways": [{"way": "direct", ...}],
//  "targets": [{"target": "guessed", ...}],
//  "slot_ns": n, "curve": [{"at_ns": 0, "attempts": n, "op25b": n, ...}, ...]}}
// Two blanks of indentation, a line feed at the end.
std::string
tally_json(const Tally& tally, const scenario::Scenario& scenario, bool complete = true);

// The curve: a line for each slot, with the seconds at which it begins, the attempts that began and
// how many ended in which ending. RFC 4180, with a header line.
std::string tally_csv(const Tally& tally);

} // namespace sim::report
