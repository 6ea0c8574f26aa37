#include "sim/core/address.h"

#include <doctest/doctest.h>

using namespace sim;

TEST_SUITE("core.address")
{
    TEST_CASE("an address is read from dotted decimal and written back the same")
    {
        for (const char* text : {"0.0.0.0", "192.0.2.1", "198.51.100.254", "255.255.255.255"}) {
            const auto address = parse_address(text);
            REQUIRE(address);
            CHECK(to_string(*address) == text);
        }
        CHECK(parse_address("192.0.2.1")->value == 0xC0000201);
    }

    TEST_CASE("what is not exactly four numbers from 0 to 255 is no address")
    {
        for (const char* text : {"",
                                 "192.0.2",
                                 "192.0.2.1.5",
                                 "192.0.2.",
                                 ".192.0.2",
                                 "192..2.1",
                                 "192.0.2.256",
                                 "192.0.2.1000",
                                 "192.0.2.01",
                                 "00.0.0.0",
                                 "192.0.2.1 ",
                                 " 192.0.2.1",
                                 "+192.0.2.1",
                                 "192.0.2.-1",
                                 "0xC0.0.2.1",
                                 "192.0.2.a",
                                 "3221225985"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_address(text));
        }
    }

    TEST_CASE("a network is an address with a prefix length, its host bits zero")
    {
        const auto network = parse_prefix("198.51.100.0/24");
        REQUIRE(network);
        CHECK(to_string(*network) == "198.51.100.0/24");
        CHECK(network->contains(Address{0xC6336400}));
        CHECK(network->contains(Address{0xC63364FF}));
        CHECK_FALSE(network->contains(Address{0xC6336500}));
        CHECK_FALSE(network->contains(Address{0xC63363FF}));

        CHECK(parse_prefix("192.0.2.7")->prefix_bits == 32);
        for (const char* text : {"198.51.100.1/24",
                                 "198.51.100.0/33",
                                 "198.51.100.0/",
                                 "198.51.100.0/024",
                                 "198.51.100.0/24/",
                                 "198.51.100.0/-1",
                                 "/24",
                                 "128.0.0.0/0"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_prefix(text));
        }
    }

    TEST_CASE("the shortest and the longest prefix hold everything and one address")
    {
        const auto everything = parse_prefix("0.0.0.0/0");
        REQUIRE(everything);
        CHECK(everything->contains(Address{0}));
        CHECK(everything->contains(Address{0xFFFFFFFF}));
        const auto one = parse_prefix("192.0.2.7/32");
        REQUIRE(one);
        CHECK(one->contains(Address{0xC0000207}));
        CHECK_FALSE(one->contains(Address{0xC0000206}));
    }

    TEST_CASE("an endpoint is written as address, colon, port")
    {
        CHECK(to_string(Endpoint{Address{0xC000020A}, 49152}) == "192.0.2.10:49152");
    }
}
