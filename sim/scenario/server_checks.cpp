// Which checks a mail server has, in what order, and what comes of each.
#include "sim/auth/domain.h"
#include "sim/scenario/scenario.h"

#include <algorithm>

namespace sim::scenario {

namespace {

bool is_named(const MailServer& server, PolicyCheck check)
{
    return std::ranges::find(server.checks, check) != server.checks.end();
}

} // namespace

auth::CheckAction action_at(const MailServer& server, PolicyCheck check)
{
    const auto chosen = server.check_actions.find(check);
    if (chosen != server.check_actions.end()) return chosen->second;
    // Its file, or else nothing but a setting, switches it on.
    const bool is_on = auth::is_own(check) || is_named(server, check);
    return is_on ? auth::usual_action(check) : auth::CheckAction::off;
}

auth::CheckActions actions_at(const MailServer& server)
{
    auth::CheckActions actions;
    for (const PolicyCheck check : values_of<PolicyCheck>())
        actions[check] = action_at(server, check);
    return actions;
}

std::vector<PolicyCheck> checks_at(const MailServer& server)
{
    std::vector<PolicyCheck> checks = server.checks;
    for (const PolicyCheck check : values_of<PolicyCheck>())
        if (!is_named(server, check)) checks.push_back(check);
    std::erase_if(checks, [](PolicyCheck check) { return auth::is_own(check); });
    return checks;
}

std::string zone_around(const Scenario& scenario, std::string_view name)
{
    std::string closest;
    for (const NameServer& server : scenario.name_servers) {
        for (const DnsZone& zone : server.zones) {
            if (auth::is_at_or_below(name, zone.origin) && zone.origin.size() > closest.size())
                closest = zone.origin;
        }
    }
    return closest;
}

} // namespace sim::scenario
