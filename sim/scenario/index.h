// Finds the parts of a scenario by their keys and addresses: made once for what would otherwise
// search through all hosts again and again. The scenario must outlive it and keep its hosts, lines
// and servers.
#pragma once

#include "sim/core/ids.h"
#include "sim/scenario/scenario.h"

#include <map>
#include <string_view>

namespace sim::scenario {

class Index {
public:
    explicit Index(const Scenario& scenario);

    [[nodiscard]] HostId host_id(std::string_view key) const; // none: no such host
    [[nodiscard]] const Host* host(std::string_view key) const;
    [[nodiscard]] const AccessLine* line(std::string_view key) const;
    [[nodiscard]] const MailServer* mail_server(std::string_view key) const; // by host
    [[nodiscard]] const Crowd* crowd(std::string_view key) const;
    // That a PC, or each PC of a crowd, is plugged into; nullptr: none.
    [[nodiscard]] const AccessLine* line_of(const Host& host) const;
    // The addresses of a host; a PC on a line has the line's, a crowd's node one for each PC.
    [[nodiscard]] std::vector<Address> addresses_of(const Host& host) const;

private:
    const Scenario& scenario_;
    std::map<std::string_view, HostId> hosts_;
    std::map<std::string_view, const AccessLine*> lines_;
    std::map<std::string_view, const MailServer*> mail_servers_;
    std::map<std::string_view, const Crowd*> crowds_;
};

} // namespace sim::scenario
