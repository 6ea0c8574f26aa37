// Large worlds: the same lesson among two thousand neighbours.
#include "sim/net/fabric.h"
#include "sim/outcome.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

using namespace sim;

// Each neighbour is a host of its own, with a cable to the ISP's router.
scenario::Scenario with_neighbours(scenario::Scenario scenario, std::uint32_t count)
{
    for (std::uint32_t i = 0; i < count; ++i) {
        scenario::Host host = scenario.hosts.front();
        host.key = fmt::format("neighbour-{}", i);
        host.line.clear();
        host.addresses = {Address{0x0A000000U + i + 1}};
        scenario::Link link;
        link.key = host.key;
        link.a = "sakura-router";
        link.b = host.key;
        scenario.hosts.push_back(std::move(host));
        scenario.links.push_back(std::move(link));
    }
    return scenario;
}

} // namespace

TEST_SUITE("size")
{
    TEST_CASE("a lesson goes the same way among 2,100 and among 10,000 hosts")
    {
        const scenario::Scenario lesson = test::load_lesson("path");
        const Playback alone = test::play(lesson);
        for (const std::uint32_t neighbours : {2'100U, 10'000U}) {
            INFO(neighbours);
            const Playback among = test::play(with_neighbours(lesson, neighbours));
            CHECK(among.trace().size() == alone.trace().size());
            const auto found = outcomes(among.trace(), among.trace().size());
            REQUIRE_FALSE(found.empty());
            CHECK(std::holds_alternative<Delivered>(found.front().outcome));
            const HostId last{static_cast<std::uint32_t>(among.scenario().hosts.size() - 1)};
            const auto way = among.world().network().route(last, Address{0x0A000001U});
            CHECK(way.size() == 3);
        }
    }
}
