#include "sim/core/utf8.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace sim;
using namespace std::string_literals;

TEST_SUITE("core.utf8")
{
    TEST_CASE("RFC 3629 section 4: the first and the last character of each length")
    {
        const std::vector<std::pair<std::string, std::size_t>> good{{"\0"s, 1},
                                                                    {"\x7f", 1},
                                                                    {"\xc2\x80", 2},
                                                                    {"\xdf\xbf", 2},
                                                                    {"\xe0\xa0\x80", 3},
                                                                    {"\xed\x9f\xbf", 3},
                                                                    {"\xee\x80\x80", 3},
                                                                    {"\xef\xbf\xbf", 3},
                                                                    {"\xf0\x90\x80\x80", 4},
                                                                    {"\xf4\x8f\xbf\xbf", 4}};
        std::string all;
        for (const auto& each : good) {
            CAPTURE(each.first);
            CHECK(utf8_character_size(each.first) == each.second);
            CHECK(utf8_character_size(each.first + "\x80") == each.second);
            all += each.first;
            for (std::size_t cut = 1; cut < each.first.size(); ++cut) {
                CHECK(utf8_character_size(each.first.substr(0, cut)) == 0);
                CHECK(utf8_character_size(each.first.substr(0, cut) + "a") == 0);
            }
        }
        CHECK(is_utf8(all));
        CHECK(is_utf8(""));
        CHECK(utf8_character_size("") == 0);
    }

    TEST_CASE("overlong forms, surrogates, octets above U+10FFFF and stray ones are none")
    {
        for (const char* bad : {"\x80",
                                "\xbf",
                                "\xc0\xaf",
                                "\xc1\xbf",
                                "\xe0\x9f\xbf",
                                "\xed\xa0\x80",
                                "\xed\xbf\xbf",
                                "\xf0\x8f\xbf\xbf",
                                "\xf4\x90\x80\x80",
                                "\xf5\x80\x80\x80",
                                "\xff"}) {
            CAPTURE(bad);
            CHECK(utf8_character_size(bad) == 0);
            CHECK_FALSE(is_utf8("海"s + bad));
            CHECK_FALSE(is_utf8(bad + "海"s));
        }
    }
}
