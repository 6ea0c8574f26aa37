// The JSON Schema (draft 2020-12) of scenario files, so that editors complete and check them while
// they are written.
#pragma once

#include <string>

namespace sim::scenario {

// The text of assets/scenario.schema.json. It knows exactly the keys and values that load_scenario
// knows; what joins one part of a file to another only load_scenario checks.
std::string scenario_schema_json();

} // namespace sim::scenario
