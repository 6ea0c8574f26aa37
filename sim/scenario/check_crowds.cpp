#include "sim/scenario/checks.h"
#include "sim/scenario/quantities.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::scenario {

namespace {

constexpr int percent = 100;

void check_shares(Checking& c, const Crowd& crowd, const std::string& path)
{
    const int named = crowd.known_percent + crowd.trap_percent;
    if (named > percent) c.reading.add(path + ".known_percent", ProblemKind::crowd_above_all);
    if (crowd.retries > percent) c.reading.add(path + ".retries", ProblemKind::crowd_above_all);
    const auto need = [&](bool wanted, const std::vector<std::string>& all, const char* key) {
        if (wanted && all.empty() && !c.reading.problems.concern(path + "." + key))
            c.reading.add(path, ProblemKind::crowd_without_recipients, {{"key", std::string{key}}});
    };
    need(crowd.known_percent > 0, crowd.known, "known");
    need(crowd.trap_percent > 0, crowd.traps, "traps");
    need(named < percent, crowd.guessed, "guessed");
}

void check_server(Checking& c, const std::string& host, std::uint16_t port, const std::string& path)
{
    if (host.empty()) return;
    const MailServer* server = c.mail_server(host);
    if (server == nullptr) {
        if (c.host(host) != nullptr)
            c.reading.add(path, ProblemKind::no_mail_server, {{"host", host}});
    } else if (std::ranges::count(server->listeners, port, &SmtpListener::port) == 0) {
        c.reading.add(
            path, ProblemKind::port_not_answered, {{"host", host}, {"port", std::to_string(port)}});
    }
}

void check_stolen(Checking& c, const StolenLogins& stolen, const std::string& path)
{
    check_server(c, stolen.server, stolen.port, path + ".server");
    const MailServer* server = c.mail_server(stolen.server);
    if (server == nullptr) return;
    for (std::size_t i = 0; i < stolen.users.size(); ++i) {
        const auto user = std::ranges::find(server->users, stolen.users[i], &User::name);
        if (user != server->users.end() && !user->addresses.empty()) continue;
        c.reading.add(fmt::format("{}.users[{}]", path, i + 1),
                      ProblemKind::no_such_user,
                      {{"user", stolen.users[i]}, {"host", stolen.server}});
    }
    if (stolen.users.empty())
        c.reading.add(path + ".users", ProblemKind::crowd_without_server, {{"way", "stolen"}});
}

void check_way(Checking& c, const Crowd& crowd, CrowdWay way, const std::string& path)
{
    if (std::ranges::count(ways_of(crowd), way) > 0) return;
    c.reading.add(path, ProblemKind::crowd_without_server, {{"way", std::string{name_of(way)}}});
}

} // namespace

void check_crowds(Checking& c)
{
    for (const Crowd& crowd : c.scenario.crowds) {
        const std::string path = join("crowd", crowd.key);
        check_shares(c, crowd, path);
        check_server(c, crowd.isp, 25, path + ".isp");
        check_server(c, crowd.open_relay, 25, path + ".open_relay");
        if (crowd.stolen) check_stolen(c, *crowd.stolen, path + ".stolen");
        check_way(c, crowd, crowd.way, path + ".way");
        if (crowd.turn) {
            check_way(c, crowd, crowd.turn->way, path + ".turn.way");
            if (crowd.turn->percent > percent)
                c.reading.add(path + ".turn.percent", ProblemKind::crowd_above_all);
        }
        if (crowd.begins + crowd.duration > c.scenario.limit) {
            c.reading.add(path + ".duration",
                          ProblemKind::later_than_limit,
                          {{"limit", to_text(c.scenario.limit)}});
        }
    }
}

} // namespace sim::scenario
