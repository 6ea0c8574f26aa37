// Whether the parts of a scenario fit together: names that exist, addresses that are unique,
// servers that can be reached, settings that can be set. Internal to sim/scenario.
//
// Each check says everything that it finds, and keeps quiet about what the Reader has found
// already.
#pragma once

#include "sim/scenario/reader.h"
#include "sim/scenario/scenario.h"

#include <map>
#include <string_view>

namespace sim::scenario {

// What all checks share. Ten thousand PCs are no reason to search ten thousand times.
struct Checking {
    Checking(const Scenario& whole, Reading& read);

    [[nodiscard]] const Host* host(std::string_view key) const;              // null: no such host
    [[nodiscard]] const AccessLine* line(std::string_view key) const;        // null: no such line
    [[nodiscard]] const MailServer* mail_server(std::string_view key) const; // by host
    // Whether a name server runs on a host with this address.
    [[nodiscard]] bool is_name_server(Ipv4 address) const;

    const Scenario& scenario;
    Reading& reading;
    std::map<std::string_view, const Host*> hosts;
    std::map<std::string_view, const AccessLine*> lines;
    std::map<std::string_view, const MailServer*> mail_servers;
};

void check_references(Checking& c);
void check_network(Checking& c);
void check_rules(Checking& c);
void check_names(Checking& c);
void check_mail(Checking& c);
void check_lesson(Checking& c);

} // namespace sim::scenario
