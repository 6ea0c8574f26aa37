// The crowd of tests/crowds/flood.toml: what a class is to see when OP25B is switched off and on.

#include "platform/resources.h"
#include "sim/playback_crowd.h"
#include "sim/scenario/settings.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace sim;

namespace {

Tally flood(const std::vector<std::pair<std::string, std::string>>& settings)
{
    auto loaded = platform::load_scenario(HIKYAKU_SOURCE_DIR "/tests/crowds/flood.toml");
    REQUIRE(loaded.has_value());
    for (const auto& [key, value] : settings)
        REQUIRE(scenario::begin_with(*loaded, key, value).has_value());
    Plan plan;
    plan.scenario = std::make_shared<const scenario::Scenario>(std::move(*loaded));
    CrowdRun run{std::move(plan)};
    run.run();
    CHECK(run.tally().all().open() == 0);
    return run.tally();
}

} // namespace

TEST_SUITE("crowds")
{
    TEST_CASE("OP25B switched off for a while lets in what the receiver's checks then meet")
    {
        const Tally tally = flood({{"crowd.bots.attempts", "600"}, {"crowd.bots.count", "600"}});
        CHECK(tally.all().attempts == 600);
        CHECK(tally.all().of(CrowdEnding::op25b) > 380);
        CHECK(tally.all().of(CrowdEnding::block_list) > 50);
        CHECK(tally.all().of(CrowdEnding::no_such_user) > 10);
        CHECK(tally.all().of(CrowdEnding::mailbox) > 0);
    }

    TEST_CASE("OP25B on or off throughout, also where a step would switch it")
    {
        const Tally on = flood({{"rule.op25b", "drop"}, {"crowd.bots.attempts", "200"}});
        CHECK(on.all().of(CrowdEnding::op25b) == 200);
        const Tally off = flood({{"rule.op25b", "off"}, {"crowd.bots.attempts", "200"}});
        CHECK(off.all().of(CrowdEnding::op25b) == 0);
        const Tally stolen = flood(
            {{"rule.op25b", "drop"}, {"crowd.bots.attempts", "40"}, {"crowd.bots.way", "stolen"}});
        CHECK(stolen.all().of(CrowdEnding::op25b) == 0);
    }
}
