// The JSON Schema (draft 2020-12) of scenario files, so that editors complete and check them while
// they are written.
#pragma once

#include <string>
#include <vector>

namespace sim::scenario {

// The text of assets/scenario.schema.json. It knows exactly the keys and values that load_scenario
// knows; what joins one part of a file to another only load_scenario checks.
std::string scenario_schema_json();

// A key that some table cannot do without, as in Needed, and what it is in English.
struct NeededKey {
    std::string key;
    std::string is;
};
std::vector<NeededKey> needed_keys();

} // namespace sim::scenario
