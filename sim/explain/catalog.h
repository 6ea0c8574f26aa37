// What can be said: every key that code asks a Language for, with the arguments that it gives.
// Made from the enumerations of sim/core, so that a new reason without words is a failing test.
#pragma once

#include "sim/core/named_enum.h"

#include <string>
#include <string_view>
#include <vector>

namespace sim::explain {

// Story: the postal metaphor, hop by hop. Standard: what the programs say. Expert: every packet.
SIM_NAMED_ENUM(Level, story, standard, expert);

// Messages of one prefix that are given the same arguments: "event.dns_resolved" with the variants
// "found", "timed_out", ...; `by_level` ones have three texts each.
struct MessageGroup {
    std::string prefix;
    std::vector<std::string> variants;
    std::vector<std::string_view> arguments;
    bool by_level = false;
};

std::vector<MessageGroup> catalog();

// The keys of a group as they stand in a language file: prefix.variant[.level].
std::vector<std::string> keys_of(const MessageGroup& group);

} // namespace sim::explain
