// The state machines of the sessions as plain data, for drawing: computed from the very transition
// tables that the sessions run by, with the settings of the server or account in question.
#pragma once

#include "sim/scenario/scenario.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

// From one phase to another, or back to the same. Labels are protocol, not prose, and so the same
// in every language: at a server "MAIL 250" (a command and its reply), "MAIL" (the host is asked
// first) or "TLS"; at a client "2yz MAIL" (a reply and what the client says then).
struct DiagramEdge {
    std::string_view from;
    std::string_view to;
    std::vector<std::string> labels; // each once, in the order of the table
};

struct StateDiagram {
    std::vector<std::string_view> states; // names of phases, in the order in which they come
    std::vector<DiagramEdge> edges;       // each pair of phases once
};

// Of the mail or POP3 server that listens there; empty when none does.
StateDiagram
server_diagram(const scenario::Scenario& scenario, std::string_view host, std::uint16_t port);

// Of a mail program with this account, sending or fetching.
StateDiagram sending_diagram(const scenario::AccountSettings& account);
StateDiagram fetching_diagram(const scenario::AccountSettings& account);
// Of a mail server that sends on.
StateDiagram relaying_diagram();

} // namespace sim
