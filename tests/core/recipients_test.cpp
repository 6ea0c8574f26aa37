#include "sim/core/recipients.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace sim;

TEST_SUITE("core.recipients")
{
    TEST_CASE("what was joined is split into the same, whatever stands in quotes")
    {
        for (const auto& list : std::vector<std::vector<std::string>>{
                 {},
                 {"taro@umi.example"},
                 {"taro@umi.example", "jiro@umi.example"},
                 {R"("x, y"@umi.example)", "taro@umi.example"},
                 {"taro@umi.example", R"("x, y"@umi.example)", R"("a, b"@kumo.example)"},
                 {R"("a\", b"@umi.example)", R"("c\\"@umi.example)", "d@umi.example"},
                 {R"(", "@umi.example)", R"("\""@umi.example)", "e@[192.0.2.1]"},
             }) {
            const std::string joined = join_recipients(list);
            INFO(joined);
            CHECK(std::ranges::equal(split_recipients(joined), list));
        }
    }
}

} // namespace
