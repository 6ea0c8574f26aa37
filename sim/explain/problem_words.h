// What is wrong with a scenario file or a setting, in words.
#pragma once

#include "sim/explain/language.h"
#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"

#include <string>

namespace sim::explain {

// One line of bounded length, whatever stands in the file: what is wrong, what was expected and,
// where a word looks like a slip, what was perhaps meant.
std::string words_of(const scenario::Wrong& wrong, const Language& language);

// "lesson/scenario.toml:12:11: step[1].program: ...": as editors and terminals take it for a place.
std::string words_of(const scenario::Problem& problem, const Language& language);

} // namespace sim::explain
