#include "sim/scenario/quantities.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::scenario;

TEST_SUITE("scenario.quantities")
{
    TEST_CASE("a duration is a whole number and one unit")
    {
        CHECK(parse_duration("10ms") == 10ms);
        CHECK(parse_duration("0s") == 0s);
        CHECK(parse_duration("500us") == 500us);
        CHECK(parse_duration("1ns") == 1ns);
        CHECK(parse_duration("15m") == 15min);
        CHECK(parse_duration("4h") == 4h);
        CHECK(parse_duration("5d") == 120h);
        CHECK(parse_duration("3650d") == 87'600h);
        for (const char* wrong : {"",
                                  "s",
                                  "5",
                                  "5 s",
                                  "-5s",
                                  "1.5s",
                                  "5S",
                                  "5s ",
                                  "1m30s",
                                  "3651d",
                                  "99999999999999999999s",
                                  "5sec"}) {
            CAPTURE(wrong);
            CHECK_FALSE(parse_duration(wrong));
        }
    }

    TEST_CASE("a duration is written in its largest unit and reads back the same")
    {
        CHECK(to_text(90s) == "90s");
        CHECK(to_text(15min) == "15m");
        CHECK(to_text(0s) == "0s");
        CHECK(to_text(48h) == "2d");
        CHECK(to_text(1'500us) == "1500us");
        for (const Duration d : {Duration{1}, Duration{31ms}, Duration{21s}, Duration{26h}})
            CHECK(parse_duration(to_text(d)) == d);
    }

    TEST_CASE("bandwidths and sizes")
    {
        CHECK(parse_bandwidth("100Mbit/s") == 100'000'000);
        CHECK(parse_bandwidth("56kbit/s") == 56'000);
        CHECK(parse_bandwidth("1000Gbit/s") == 1'000'000'000'000);
        for (const char* wrong : {"100", "100Mbps", "999bit/s", "1001Gbit/s", "100mbit/s"}) {
            CAPTURE(wrong);
            CHECK_FALSE(parse_bandwidth(wrong));
        }
        CHECK(parse_size("10MiB") == 10'485'760);
        CHECK(parse_size("512B") == 512);
        CHECK(parse_size("1GiB") == 1'073'741'824);
        for (const char* wrong : {"10", "10MB", "2GiB", "1.5MiB"}) {
            CAPTURE(wrong);
            CHECK_FALSE(parse_size(wrong));
        }
    }

    TEST_CASE("ports are one or a range")
    {
        CHECK(parse_port_range("25")->last == 25);
        CHECK(parse_port_range("1-65535")->first == 1);
        for (const char* wrong : {"", "0", "65536", "2-1", "1-", "-1", "1-2-3", "a"}) {
            CAPTURE(wrong);
            CHECK_FALSE(parse_port_range(wrong));
        }
    }
}
