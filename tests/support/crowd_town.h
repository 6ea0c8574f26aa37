// A small world with a crowd of infected PCs in it: an ISP with OP25B and a mail server of its own,
// a provider whose user's password is stolen, an MX that looks at what comes, and an open relay.
#pragma once

#include "tests/support/small_world.h"

#include <algorithm>
#include <chrono>

namespace test {

inline sim::scenario::MailServer& server_at(sim::scenario::Scenario& s, std::string_view host)
{
    return *std::ranges::find(s.mail_servers, host, &sim::scenario::MailServer::host);
}

// The PCs on lines of Hanako's ISP, behind the router whose rule op25b is switched off.
inline sim::scenario::Scenario crowd_town(std::uint32_t attempts = 200, std::uint32_t pcs = 50)
{
    using namespace sim::scenario;
    Scenario s = small_world();
    s.steps.clear();
    s.rules.front().kind = RuleKind::op25b;
    s.rules.front().from = {"dynamic"};
    s.rules.front().enabled = false;
    s.groups.front().networks.push_back({ip("198.18.0.0"), 16});
    AccessLine line;
    line.key = "homes";
    line.area = "area";
    line.router = "router";
    line.address = ip("192.0.2.99");
    line.resolver = ip("198.51.100.53");
    s.lines.push_back(line);

    Crowd bots;
    bots.key = "bots";
    bots.name = {"感染したPC", "infected PCs"};
    bots.network = {ip("198.18.0.0"), 16};
    bots.count = pcs;
    bots.line = "homes";
    bots.duration = std::chrono::minutes{10};
    bots.attempts = attempts;
    bots.sender = "hanako@kumo.example";
    bots.known = {"taro@umi.example"};
    bots.guessed = {"umi.example"};
    bots.known_percent = 30;
    bots.isp = "isp.example";
    bots.open_relay = "open.example";
    bots.stolen = StolenLogins{"mail.kumo.example", 587, {"hanako"}};
    s.crowds = {bots};
    server_at(s, "mail.kumo.example").give_up = std::chrono::hours{1};
    for (const char* host : {"isp.example", "open.example"}) {
        const bool is_open = std::string_view{host} == "open.example";
        s.hosts.push_back(
            small_host(host, HostKind::mail_server, is_open ? "203.0.113.60" : "203.0.113.61"));
        s.links.push_back({host, host, "router", std::chrono::milliseconds{5}, 100'000'000});
        MailServer relay;
        relay.host = host;
        relay.listeners = {SmtpListener{}};
        relay.local_domains = {host};
        relay.open_relay = is_open;
        if (!is_open) relay.relay_for = {"dynamic"};
        relay.give_up = std::chrono::hours{1};
        s.mail_servers.push_back(relay);
        s.name_servers.front().zones.push_back(
            {host,
             {{host, "A", is_open ? "203.0.113.60" : "203.0.113.61"},
              {host, "MX", std::string{"10 "} + host}}});
    }
    s.hosts.push_back(node_of(bots));
    s.hosts.back().area = "area";
    return s;
}

} // namespace test
