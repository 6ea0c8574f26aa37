#include "sim/net/limits.h"
#include "sim/scenario/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace sim::scenario {

namespace {

// Nothing in a lesson may point at somebody's real machine.
constexpr std::array<Prefix, 8> allowed_networks{{
    {{0xC0000200}, 24}, // 192.0.2.0/24, documentation, RFC 5737
    {{0xC6336400}, 24}, // 198.51.100.0/24
    {{0xCB007100}, 24}, // 203.0.113.0/24
    {{0x0A000000}, 8},  // 10.0.0.0/8, private, RFC 1918
    {{0xAC100000}, 12}, // 172.16.0.0/12
    {{0xC0A80000}, 16}, // 192.168.0.0/16
    {{0x64400000}, 10}, // 100.64.0.0/10, shared, RFC 6598
    {{0xC6120000}, 15}, // 198.18.0.0/15, benchmarks, RFC 2544
}};

class AddressBook {
public:
    explicit AddressBook(Reading& reading) : reading_{reading} {}

    void add(Address address, const std::string& path)
    {
        if (!is_allowed(address, address)) tell_real(address, path);
        const auto [there, is_new] = owners_.emplace(address, path);
        if (!is_new) {
            reading_.add(path,
                         ProblemKind::address_twice,
                         {{"address", to_string(address)}, {"other", there->second}});
        }
    }

    // All from first to last.
    void add(Address first, Address last, const std::string& path)
    {
        if (!is_allowed(first, last)) tell_real(first, path);
        const auto other = owners_.lower_bound(first);
        if (other != owners_.end() && other->first <= last) {
            reading_.add(path,
                         ProblemKind::address_twice,
                         {{"address", to_string(other->first)}, {"other", other->second}});
        }
        // Another range that meets this one has an end within it, or the other way round.
        for (const auto& [begin, end, whose] : ranges_) {
            if (end < first || last < begin) continue;
            reading_.add(path,
                         ProblemKind::address_twice,
                         {{"address", to_string(std::max(begin, first))}, {"other", whose}});
        }
        ranges_.push_back({first, last, path});
    }

private:
    struct Range {
        Address first;
        Address last;
        std::string path;
    };

    static bool is_allowed(Address first, Address last)
    {
        return std::ranges::any_of(allowed_networks, [&](const Prefix& network) {
            return network.contains(first) && network.contains(last);
        });
    }
    void tell_real(Address address, const std::string& path)
    {
        reading_.add(path, ProblemKind::real_address, {{"address", to_string(address)}});
    }

    Reading& reading_;
    std::map<Address, std::string> owners_;
    std::vector<Range> ranges_;
};

// What a World could not be built of.
void check_size(Checking& c)
{
    const std::vector<Host>& hosts = c.scenario.hosts;
    if (hosts.size() > net::max_hosts) {
        c.reading.add(
            join("host", hosts[net::max_hosts].key),
            ProblemKind::too_many_hosts,
            {{"most", std::to_string(net::max_hosts)}, {"found", std::to_string(hosts.size())}});
    }
    std::vector<std::uint32_t> cables(hosts.size());
    const auto count = [&](std::string_view key) {
        if (const HostId host = c.host_id(key); host.exists()) ++cables[host.value];
    };
    for (const Link& link : c.scenario.links) {
        count(link.a);
        count(link.b);
    }
    for (const Host& host : hosts)
        if (const AccessLine* line = c.line_of(host)) count(line->router);
    std::size_t routers = 0;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (cables[i] < 2 || ++routers <= net::max_routers) continue;
        c.reading.add(join("host", hosts[i].key),
                      ProblemKind::too_many_routers,
                      {{"most", std::to_string(net::max_routers)}});
        break;
    }
}

void check_addresses(Checking& c)
{
    AddressBook book{c.reading};
    for (const Host& host : c.scenario.hosts) {
        const std::string path = join("host", host.key);
        for (std::size_t i = 0; i < host.addresses.size(); ++i)
            book.add(host.addresses[i], fmt::format("{}.addresses[{}]", path, i + 1));
        if (host.is_crowd) continue;
        if (host.line.empty() && host.addresses.empty()) {
            c.reading.add(path, ProblemKind::host_without_address);
        }
        if (!host.line.empty() && !host.addresses.empty()) {
            c.reading.add(path + ".addresses", ProblemKind::address_on_line);
        }
        if (host.line.empty() && host.area.empty())
            c.reading.add(path + ".area", ProblemKind::host_without_area);
    }
    for (const AccessLine& line : c.scenario.lines)
        book.add(line.address, join("line", line.key) + ".address");
    for (const Crowd& crowd : c.scenario.crowds) {
        const std::string path = join("crowd", crowd.key);
        const std::uint64_t room = std::min<std::uint64_t>(room_of(crowd), max_pcs);
        if (crowd.count > room) {
            c.reading.add(
                path + ".count", ProblemKind::crowd_too_big, {{"room", std::to_string(room)}});
        } else if (!c.reading.problems.concern(path + ".network")) {
            book.add(address_of(crowd, 0), address_of(crowd, crowd.count - 1), path + ".network");
        }
    }
}

void check_lines(Checking& c)
{
    std::map<std::string, std::string> plugged_in;
    for (const Host& host : c.scenario.hosts) {
        if (host.line.empty()) continue;
        const auto [there, is_new] = plugged_in.emplace(host.line, host.key);
        if (!is_new) {
            c.reading.add(join("host", host.key) + ".line",
                          ProblemKind::line_taken,
                          {{"other", there->second}, {"line", host.line}});
        }
    }
    for (const AccessLine& line : c.scenario.lines) {
        const Host* router = c.host(line.router);
        if (router != nullptr && !router->line.empty()) {
            c.reading.add(join("line", line.key) + ".router",
                          ProblemKind::router_on_line,
                          {{"router", line.router}});
        }
    }
}

void check_resolver(Checking& c, const std::optional<Address>& resolver, const std::string& path)
{
    if (resolver && !c.is_name_server(*resolver))
        c.reading.add(path, ProblemKind::no_name_server_at, {{"address", to_string(*resolver)}});
}

void check_links(Checking& c)
{
    std::map<std::pair<std::string, std::string>, std::string> seen;
    for (const Link& link : c.scenario.links) {
        if (link.a.empty() || link.b.empty()) continue;
        const std::string path = join("link", link.key) + ".between";
        if (link.a == link.b) c.reading.add(path, ProblemKind::link_to_itself);
        const auto [there, is_new] = seen.emplace(std::minmax(link.a, link.b), link.key);
        if (!is_new) {
            c.reading.add(path, ProblemKind::link_twice, {{"other", join("link", there->second)}});
        }
        for (const std::string& end : {link.a, link.b}) {
            const Host* host = c.host(end);
            if (host != nullptr && !host->line.empty())
                c.reading.add(path, ProblemKind::link_to_host_on_line, {{"host", end}});
        }
    }
}

// Which hosts hang together: the hosts that each host has a cable to.
using Neighbours = std::map<std::string, std::set<std::string>>;

Neighbours neighbours_in(const Checking& c)
{
    Neighbours neighbours;
    const auto join_hosts = [&](const std::string& a, const std::string& b) {
        neighbours[a].insert(b);
        neighbours[b].insert(a);
    };
    for (const Link& link : c.scenario.links)
        join_hosts(link.a, link.b);
    for (const Host& host : c.scenario.hosts)
        if (const AccessLine* line = c.line_of(host)) join_hosts(host.key, line->router);
    return neighbours;
}

std::set<std::string> reached_from(const std::string& start, const Neighbours& neighbours)
{
    std::set<std::string> reached{start};
    std::vector<std::string> open{start};
    while (!open.empty()) {
        const auto here = neighbours.find(open.back());
        open.pop_back();
        if (here == neighbours.end()) continue;
        for (const std::string& next : here->second)
            if (reached.insert(next).second) open.push_back(next);
    }
    return reached;
}

// Most hosts hang together; the others are the mistake. Nothing follows from wrong cables.
void check_connected(Checking& c)
{
    if (c.reading.problems.concern("link") || c.reading.problems.concern("line")) return;
    const Neighbours neighbours = neighbours_in(c);
    std::set<std::string> largest;
    std::set<std::string> seen;
    for (const Host& host : c.scenario.hosts) {
        if (seen.contains(host.key)) continue;
        std::set<std::string> reached = reached_from(host.key, neighbours);
        seen.insert(reached.begin(), reached.end());
        if (reached.size() > largest.size()) largest = std::move(reached);
    }
    for (const Host& host : c.scenario.hosts) {
        if (largest.contains(host.key)) continue;
        const bool is_alone = !neighbours.contains(host.key);
        c.reading.add(join("host", host.key),
                      is_alone ? ProblemKind::not_connected : ProblemKind::no_way_to,
                      {{"host", *largest.begin()}});
    }
}

} // namespace

void check_network(Checking& c)
{
    check_size(c);
    check_addresses(c);
    check_lines(c);
    for (const Host& host : c.scenario.hosts)
        check_resolver(c, host.resolver, join("host", host.key) + ".resolver");
    for (const AccessLine& line : c.scenario.lines)
        check_resolver(c, line.resolver, join("line", line.key) + ".resolver");
    check_links(c);
    check_connected(c);
}

void check_rules(Checking& c)
{
    for (const Group& group : c.scenario.groups) {
        if (c.host(group.key) != nullptr)
            c.reading.add(join("group", group.key), ProblemKind::group_like_host);
    }
    const Neighbours neighbours = neighbours_in(c);
    for (const FirewallRule& rule : c.scenario.rules) {
        const std::string path = join("rule", rule.key);
        if (c.host(rule.host) != nullptr && !neighbours.contains(rule.host)) {
            c.reading.add(path + ".host", ProblemKind::rule_without_links, {{"host", rule.host}});
        }
        if (!rule.ports.empty() && rule.transport == Transport::icmp)
            c.reading.add(path + ".ports", ProblemKind::icmp_ports);
        if (rule.verdict == Verdict::reject_rst && rule.transport != Transport::tcp) {
            c.reading.add(path + ".verdict", ProblemKind::rst_not_for_tcp);
        }
    }
    std::map<std::string, std::string> host_of;
    for (const FirewallRule& rule : c.scenario.rules)
        host_of[rule.key] = rule.host;
    for (const RuleOrder& order : c.reading.rule_orders) {
        const std::string& other = host_of[order.before];
        if (!other.empty() && other != host_of[order.rule]) {
            c.reading.add(join("rule", order.rule) + ".before",
                          ProblemKind::rule_of_other_host,
                          {{"rule", order.before}, {"host", other}});
        }
    }
}

} // namespace sim::scenario
