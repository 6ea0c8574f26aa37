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

    TEST_CASE("every character reads as it was written")
    {
        for (char32_t character = 0; character < 0x110000; ++character) {
            if (character >= 0xD800 && character < 0xE000) continue; // surrogates are none
            std::string text;
            append_utf8(text, character);
            const bool good =
                utf8_character_size(text) == text.size() && utf8_character(text) == character;
            if (!good) FAIL(static_cast<unsigned>(character));
        }
        CHECK(utf8_character("\xff") == 0xFFFD);
        CHECK(utf8_character("") == 0xFFFD);
    }

    TEST_CASE("what steers a display is written out, and nothing else is changed")
    {
        CHECK(printable("\x1b[31m\r\n\t\x7f\0"s) == "\\x1b[31m\\x0d\\x0a\\x09\\x7f\\x00");
        CHECK(printable("\u0085\u009b1m\u061c\u200f\u2028\u2029\u202e\u2066") ==
              "\\u0085\\u009b1m\\u061c\\u200f\\u2028\\u2029\\u202e\\u2066");
        CHECK(printable("\xff\xe3\x81") == "\\xff\\xe3\\x81");
        CHECK(printable("海苔 \u200d é ~ \\") == "海苔 \u200d é ~ \\");
        for (char32_t character = 0; character < 0x110000; ++character) {
            if (character >= 0xD800 && character < 0xE000) continue;
            std::string text;
            append_utf8(text, character);
            const std::string shown = printable(text);
            const bool good = steers_display(character) ? shown != text && printable(shown) == shown
                                                        : shown == text;
            if (!good) FAIL(static_cast<unsigned>(character));
        }
    }
}
