#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"
#include "tests/scenario/files.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace sim;
using namespace sim::scenario;

namespace {

const std::vector<std::string> lessons{"path",
                                       "op25b",
                                       "submission-587",
                                       "submissions-465",
                                       "own-isp-25",
                                       "fixed-ip",
                                       "plain-password"};

Scenario lesson(const std::string& key)
{
    auto loaded = load_scenario(files::in_repository("scenarios/" + key + "/scenario.toml"),
                                files::read_disk);
    INFO(files::listed(loaded));
    REQUIRE(loaded);
    return *std::move(loaded);
}

} // namespace

TEST_SUITE("scenario.lessons")
{
    TEST_CASE("every lesson loads")
    {
        for (const std::string& key : lessons) {
            CAPTURE(key);
            const Scenario scenario = lesson(key);
            CHECK(scenario.key == key);
            CHECK(scenario.client == "hanako");
            CHECK(scenario.prediction.has_value());
        }
    }
}
