// Whether the parts of a scenario fit together: names that exist, addresses that are unique,
// servers that can be reached, settings that can be set. Internal to sim/scenario.
//
// Each check says everything that it finds, and keeps quiet about what the Reader has found
// already.
#pragma once

#include "sim/scenario/index.h"
#include "sim/scenario/reader.h"
#include "sim/scenario/scenario.h"

namespace sim::scenario {

// What all checks share. Ten thousand PCs are no reason to search ten thousand times.
struct Checking : Index {
    Checking(const Scenario& whole, Reading& read) : Index{whole}, scenario{whole}, reading{read} {}

    // Whether a name server runs on a host with this address.
    [[nodiscard]] bool is_name_server(Address address) const;

    const Scenario& scenario;
    Reading& reading;
};

void check_references(Checking& c);
void check_network(Checking& c);
void check_rules(Checking& c);
void check_names(Checking& c);
void check_mail(Checking& c);
void check_crowds(Checking& c);
void check_lesson(Checking& c);

} // namespace sim::scenario
