// A TOML file as plain values: tables in the order of the file, each key and value with its place.
// Scenarios and languages are read through it: document.cpp is the one place where toml++ is used,
// because its functions may be defined in one way only in a program.
#pragma once

#include "sim/core/time.h"
#include "sim/scenario/problems.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::scenario {

struct Node;
struct Entry;

using Array = std::vector<Node>;
using Table = std::vector<Entry>; // in the order of the file; keys are unique

struct Moment { // a date and time with its offset
    Instant at;
    int utc_offset_minutes = 0;
};
struct Unsupported { // a float, or a date or time without an offset
    ProblemTerm kind = ProblemTerm::local_date;
};

using Value = std::variant<std::string, std::int64_t, bool, Moment, Array, Table, Unsupported>;

struct Node {
    Place place;
    Value value;
};

struct Entry {
    std::string key;
    Place key_place;
    Node node;
};

// What to call it in a message.
ProblemTerm kind_of(const Node& node);

inline constexpr std::size_t max_file_octets = std::size_t{1024} * 1024;

// Nothing, and what is wrong in `problems`, when the text is no TOML or beyond the limits.
std::optional<Table> parse_document(std::string_view text, std::size_t file, Problems& problems);

// `base` changed by `overlay`: tables are joined key by key, anything else is replaced. What is new
// stands behind what is there.
void merge(Table& base, Table overlay);

} // namespace sim::scenario
