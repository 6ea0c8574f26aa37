// Rules that can never match, because the rules of the same host before them take every packet that
// they mean: a mistake in a file that nothing else would show, since such a rule is simply silent.
#pragma once

#include "sim/scenario/scenario.h"

#include <string>
#include <vector>

namespace sim {

struct ShadowedRule {
    std::string rule;            // key
    std::vector<std::string> by; // keys in their order; empty: the rule itself means no packet
};

// In the order of the file. Only what is certain is told: the rule never matches in the scenario as
// it is, nor with any line of the client, nor in any variation in which it is switched on; a rule
// that a step may switch takes nothing away from those behind it.
std::vector<ShadowedRule> shadowed_rules(const scenario::Scenario& scenario);

} // namespace sim
