// Reads scenario files (TOML) into a Scenario, or says everything that is wrong with them at once.
// Touches no file itself: the caller says how to read one, so that it works in a browser too.
#pragma once

#include "sim/scenario/problem.h"
#include "sim/scenario/scenario.h"

#include <tl/expected.hpp>

#include <functional>
#include <string>
#include <vector>

namespace sim::scenario {

// One thing wrong with a file, with the place and what to do about it.
struct Problem {
    std::string file;
    int line = 0; // from 1; 0: the file as a whole
    int column = 0;
    std::string key; // dotted, as in "host.hanako-pc.kind"
    Wrong wrong;
};

// "file:line:column: key: " and the wrong in short; explain says it in words.
std::string to_string(const Problem& problem);

// The content of the file at `path`, or nothing when it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

using LoadResult = tl::expected<Scenario, std::vector<Problem>>;

// Reads the scenario at `path` and the world file that it names (relative to its own folder).
// Problems come in the order of the files and their lines.
LoadResult load_scenario(const std::string& path, const ReadFile& read);

} // namespace sim::scenario
