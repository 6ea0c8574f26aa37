#include "sim/core/assert.h"
#include "sim/world_build.h"

#include <algorithm>

namespace sim::build {

namespace {

mail::CrowdRoute stolen_route(const scenario::Scenario& scenario,
                              const scenario::StolenLogins& stolen)
{
    mail::CrowdRoute route;
    route.way = CrowdWay::stolen;
    route.server = stolen.server;
    route.port = stolen.port;
    route.protection = stolen.port == 465 ? Protection::tls : Protection::starttls_if_available;
    const auto server =
        std::ranges::find(scenario.mail_servers, stolen.server, &scenario::MailServer::host);
    SIM_ASSERT(server != scenario.mail_servers.end()); // the loader has checked it
    for (const std::string& name : stolen.users) {
        const auto user = std::ranges::find(server->users, name, &scenario::User::name);
        SIM_ASSERT(user != server->users.end() && !user->addresses.empty());
        route.accounts.push_back({user->name, user->password, user->addresses.front()});
    }
    return route;
}

} // namespace

mail::CrowdRoute
crowd_route(const scenario::Scenario& scenario, const scenario::Crowd& crowd, CrowdWay way)
{
    mail::CrowdRoute route;
    route.way = way;
    switch (way) {
    case CrowdWay::direct:
        break;
    case CrowdWay::isp:
        route.server = crowd.isp;
        break;
    case CrowdWay::open_relay:
        route.server = crowd.open_relay;
        break;
    case CrowdWay::stolen:
        SIM_ASSERT(crowd.stolen.has_value());
        return stolen_route(scenario, *crowd.stolen);
    }
    return route;
}

mail::CrowdConfig crowd(const scenario::Scenario& scenario, std::size_t index)
{
    const scenario::Crowd& from = scenario.crowds[index];
    mail::CrowdConfig config;
    config.number = static_cast<std::uint16_t>(index);
    config.attempts = attempts_of(from);
    config.start = scenario.start + from.begins;
    config.duration = from.duration;
    config.route = crowd_route(scenario, from, from.way);
    config.sender = from.sender;
    config.known = from.known;
    config.traps = from.traps;
    config.guessed = from.guessed;
    config.known_percent = static_cast<unsigned>(from.known_percent);
    config.trap_percent = static_cast<unsigned>(from.trap_percent);
    config.hello = from.hello;
    config.retry_percent = static_cast<unsigned>(from.retries);
    config.retry_after = from.retry_after;
    if (from.turn) {
        config.turn = mail::CrowdTurn{from.turn->after,
                                      static_cast<unsigned>(from.turn->percent),
                                      crowd_route(scenario, from, from.turn->way)};
    }
    return config;
}

} // namespace sim::build
