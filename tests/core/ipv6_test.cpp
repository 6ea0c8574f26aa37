#include "sim/core/ipv6.h"

#include <doctest/doctest.h>

using namespace sim;

TEST_SUITE("ipv6")
{
    TEST_CASE("IPv6 addresses are written as RFC 5952 asks")
    {
        struct Row {
            const char* in;
            const char* out;
        };
        for (const Row& row : {Row{"2001:0db8::0001", "2001:db8::1"},
                               Row{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
                               Row{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
                               Row{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
                               Row{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
                               Row{"2001:DB8::AAAA", "2001:db8::aaaa"},
                               Row{"::", "::"},
                               Row{"::1", "::1"},
                               Row{"1::", "1::"},
                               Row{"0:0:0:0:0:0:0:0", "::"},
                               Row{"::ffff:192.0.2.1", "::ffff:c000:201"}}) {
            const auto address = parse_ipv6(row.in);
            REQUIRE_MESSAGE(address, row.in);
            CHECK(to_string(*address) == row.out);
            CHECK(parse_ipv6(to_string(*address)) == address);
        }
        for (const char* bad : {"",
                                ":",
                                ":::",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1::2::3",
                                "12345::",
                                "g::",
                                "1:2:3:4:5:6:7:8::",
                                "1.2.3.4::",
                                "1:",
                                ":1"})
            CHECK_MESSAGE(!parse_ipv6(bad), bad);
    }
}
