// What is known of a way beforehand is what happens on it: on made-up networks of every shape, with
// rules of every kind, each way and each rule that stops something is compared with what packets
// met.
#include "sim/core/rng.h"
#include "sim/explain/reach.h"
#include "sim/mail/visitor.h"
#include "sim/net/fabric.h"
#include "sim/world.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace sim;

// Small numbers, so that much is equal by chance.
class MadeUp {
public:
    explicit MadeUp(std::uint64_t seed) : chance_{rng_stream(seed, "networks")}
    {
        const std::uint32_t routers = 2 + below(6);
        for (std::uint32_t i = 0; i < routers; ++i)
            add_host();
        // Each hangs on an earlier one, so that all hang together; then some more cables.
        for (std::uint32_t i = 1; i < routers; ++i)
            join(below(i), i);
        for (std::uint32_t more = below(2 * routers); more > 0; --more)
            join(below(routers), below(routers));
        const std::uint32_t ends = 2 + below(4);
        for (std::uint32_t i = 0; i < ends; ++i)
            add_end(below(routers));
        add_groups();
        for (std::uint32_t rules = below(8); rules > 0; --rules)
            add_rule();
    }

    [[nodiscard]] std::uint32_t below(std::uint32_t limit)
    {
        return limit == 0 ? 0 : static_cast<std::uint32_t>(chance_.below(limit));
    }

    std::shared_ptr<scenario::Scenario> made = std::make_shared<scenario::Scenario>();

private:
    void add_host()
    {
        scenario::Host host;
        const auto number = static_cast<std::uint32_t>(made->hosts.size());
        host.key = fmt::format("host-{}", number);
        host.addresses = {Address{0xC6120000U + number * 256U + 1U}};
        made->hosts.push_back(host);
    }

    // At the end of its own cable; or on a line, as home PCs are.
    void add_end(std::uint32_t router)
    {
        add_host();
        const auto number = static_cast<std::uint32_t>(made->hosts.size() - 1);
        if (below(3) != 0) {
            join(router, number);
            if (below(4) == 0) join(below(router + 1), number); // two cables: it is on the way
            return;
        }
        scenario::Host& host = made->hosts.back();
        scenario::AccessLine line;
        line.key = fmt::format("line-{}", number);
        line.router = made->hosts[router].key;
        line.address = host.addresses.front();
        line.latency = std::chrono::milliseconds{1 + below(3)};
        host.addresses.clear();
        host.line = line.key;
        made->lines.push_back(line);
    }

    void join(std::uint32_t a, std::uint32_t b)
    {
        if (a == b || !joined_.insert(std::minmax(a, b)).second) return;
        scenario::Link link;
        link.key = fmt::format("link-{}", made->links.size());
        link.a = made->hosts[a].key;
        link.b = made->hosts[b].key;
        link.latency = std::chrono::milliseconds{1 + below(2)};
        made->links.push_back(link);
        std::swap(made->links[below(static_cast<std::uint32_t>(made->links.size()))],
                  made->links.back());
    }

    void add_groups()
    {
        for (std::uint32_t i = 0; i < 2; ++i) {
            scenario::Group group;
            group.key = fmt::format("group-{}", i);
            group.networks = {{Address{0xC6120000U + below(2) * 1024U}, 22}};
            made->groups.push_back(group);
        }
    }

    std::vector<std::string> some_keys()
    {
        std::vector<std::string> keys;
        for (std::uint32_t count = below(3); count > 0; --count) {
            keys.push_back(
                below(2) == 0
                    ? made->groups[below(2)].key
                    : made->hosts[below(static_cast<std::uint32_t>(made->hosts.size()))].key);
        }
        return keys;
    }

    void add_rule()
    {
        scenario::FirewallRule rule;
        rule.key = fmt::format("rule-{}", made->rules.size());
        rule.host = made->hosts[below(static_cast<std::uint32_t>(made->hosts.size()))].key;
        rule.from = some_keys();
        rule.to = some_keys();
        if (below(3) == 0) rule.except_to = some_keys();
        if (below(3) != 0) rule.transport = Transport::tcp;
        if (below(8) == 0) rule.transport = Transport::udp;
        if (below(4) != 0) rule.ports = {{25, 25}};
        if (below(6) == 0) rule.ports = {{49152, 65535}}; // what comes back
        rule.enabled = below(5) != 0;
        rule.verdict =
            values_of<Verdict>().at(below(static_cast<std::uint32_t>(count_of<Verdict>())));
        made->rules.push_back(rule);
    }

    Rng chance_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> joined_;
};

// What became of one attempt.
struct Met {
    std::vector<HostId> way; // of its first packet, as far as it got
    bool opened = false;
    RuleId stopped_by;
};

Met attempt(World& world, HostId from, HostId to, std::uint16_t port)
{
    ConnectionId connection;
    const Endpoint at{world.network().host(to).addresses.front(), port};
    world.visit(from, [&](mail::Visitor& visitor) { connection = visitor.connect(at); });
    world.run_until(world.now() + 130s); // Linux gives up after 127
    Met met;
    met.way = {from};
    std::uint32_t first = 0;
    const Trace& trace = world.trace();
    for (std::size_t i = 0; i < trace.size(); ++i) {
        if (trace[i].connection != connection) continue;
        if (const auto* sent = std::get_if<PacketSent>(&trace[i].what)) {
            if (first == 0) first = sent->packet.number;
            if (sent->packet.number == first) met.way.push_back(sent->to);
        } else if (const auto* dropped = std::get_if<PacketDropped>(&trace[i].what)) {
            if (first == 0) first = dropped->packet.number;
            if (!met.stopped_by.exists()) met.stopped_by = dropped->rule;
        } else if (const auto* opened = std::get_if<ConnectionOpened>(&trace[i].what)) {
            if (!opened->accepted) met.opened = true;
        }
    }
    return met;
}

} // namespace

TEST_SUITE("explain.reach")
{
    TEST_CASE("the way and the rule that are known beforehand are those that a packet meets")
    {
        std::size_t attempts = 0;
        std::size_t stopped = 0;
        std::size_t stopped_on_the_way_back = 0;
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            MadeUp network{seed};
            const scenario::Scenario& scenario = *network.made;
            const auto hosts = static_cast<std::uint32_t>(scenario.hosts.size());
            WorldOptions options;
            for (std::uint32_t i = 0; i < hosts; ++i)
                options.visited.emplace_back(HostId{i});
            World world{network.made, std::move(options)};
            for (std::uint32_t i = 0; i < hosts; ++i)
                world.visit(HostId{i}, [](mail::Visitor& visitor) { visitor.listen(25); });
            for (int tries = 0; tries < 6; ++tries) {
                const HostId from{network.below(hosts)};
                const HostId to{network.below(hosts)};
                if (from == to) continue;
                INFO("seed " << seed << ", " << from.value << " to " << to.value);
                const Met met = attempt(world, from, to, 25);
                const auto way = explain::way_between(from, to, scenario);
                const auto rule = explain::rule_that_stops(from, to, 25, scenario);
                CHECK(rule.value_or(RuleId{}) == met.stopped_by);
                CHECK(met.opened == !rule.has_value());
                const bool as_far = met.way.size() <= way.size() &&
                                    std::equal(met.way.begin(), met.way.end(), way.begin());
                CHECK(as_far);
                if (!rule) CHECK(met.way == way);
                ++attempts;
                if (rule) ++stopped;
                if (rule && met.way == way) ++stopped_on_the_way_back;
            }
        }
        MESSAGE(attempts << " attempts, " << stopped << " stopped by a rule, of these "
                         << stopped_on_the_way_back << " at their end or on the way back");
        CHECK(attempts > 800);
        CHECK(stopped > attempts / 10);
        CHECK(stopped < attempts);
    }

    TEST_CASE("of two ways that are equally long, the wire's is the one that is known")
    {
        scenario::Scenario world;
        const auto add = [&](const char* key, std::uint32_t address) {
            scenario::Host host;
            host.key = key;
            host.addresses = {Address{0xC6120000U + address}};
            world.hosts.push_back(host);
        };
        add("pc", 1);
        add("border", 2);
        add("left", 3); // the lower number; but the cable of the other was laid first
        add("right", 4);
        add("server", 5);
        const auto join = [&](const char* a, const char* b) {
            scenario::Link link;
            link.a = a;
            link.b = b;
            world.links.push_back(link);
        };
        join("pc", "border");
        join("border", "right");
        join("border", "left");
        join("right", "server");
        join("left", "server");
        scenario::FirewallRule rule;
        rule.key = "port-25";
        rule.host = "right";
        rule.transport = Transport::tcp;
        rule.ports = {{25, 25}};
        rule.verdict = Verdict::drop;
        world.rules = {rule};
        CHECK(explain::way_between(HostId{0}, HostId{4}, world) ==
              std::vector<HostId>{HostId{0}, HostId{1}, HostId{3}, HostId{4}});
        CHECK(explain::rule_that_stops(HostId{0}, HostId{4}, 25, world) == RuleId{0});
        CHECK_FALSE(explain::rule_that_stops(HostId{0}, HostId{4}, 587, world));
    }
}
