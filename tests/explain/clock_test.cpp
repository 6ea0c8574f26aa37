// What the clock shows, and the moment that it means.
#include "sim/explain/clock.h"
#include "sim/explain/describe.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::explain;

TEST_SUITE("explain.clock")
{
    TEST_CASE("a time of day is the first such moment of the run, and is shown as it was typed")
    {
        const auto scenario = test::load_lesson("op25b"); // begins at nine
        for (const char* clock : {"09:00:00.000", "09:00:21.031", "23:59:59.999"})
            CHECK(clock_time(moment_of(clock, scenario).value(), scenario) == clock);
        CHECK(moment_of("9:00", scenario) == scenario.start);
        CHECK(moment_of("9:00:00.5", scenario).value() - scenario.start ==
              std::chrono::milliseconds{500});
        CHECK(moment_of("8:59", scenario).value() - scenario.start ==
              std::chrono::hours{24} - std::chrono::minutes{1});
    }

    TEST_CASE("what is no time of day is none")
    {
        const auto scenario = test::load_lesson("op25b");
        for (const char* text : {"",
                                 "9",
                                 "9:",
                                 ":00",
                                 "-9:00",
                                 "24:00",
                                 "9:60",
                                 "9:00:60",
                                 "9:00:00.",
                                 "9:00:00.1234",
                                 "9:00 ",
                                 "nine",
                                 "99999999999:00"}) {
            CAPTURE(text);
            CHECK_FALSE(moment_of(text, scenario));
        }
    }
}
