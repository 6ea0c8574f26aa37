#include "sim/report/width.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace sim::report;

TEST_SUITE("report.width")
{
    TEST_CASE("Japanese characters take two columns, combining marks none, all others one")
    {
        CHECK(display_width("") == 0);
        CHECK(display_width("EHLO") == 4);
        CHECK(display_width("花子のPC") == 8);
        CHECK(display_width("「送信」、。") == 12);
        CHECK(display_width("ｶﾀｶﾅ") == 4);    // half-width forms
        CHECK(display_width("ＡＢ") == 4);    // full-width forms
        CHECK(display_width("→ ✕ … ─") == 7); // ambiguous ones are narrow
        CHECK(display_width("が") == 2);      // か with a combining mark
        CHECK(display_width("µ") == 1);
    }

    TEST_CASE("a byte that is no UTF-8 counts as one column and stops nothing")
    {
        CHECK(display_width("a\xff\xe3\x81z") == 5);
        CHECK(wrap("\xff\xfe\xfd", 2).size() == 2);
    }

    TEST_CASE("a text is filled up or cut to exactly its columns")
    {
        CHECK(fit("ab", 4) == "ab  ");
        CHECK(fit("花子", 5) == "花子 ");
        CHECK(fit("花子のPC", 8) == "花子のPC");
        CHECK(fit("花子のPC", 6) == "花子… "); // half of の does not fit
        CHECK(fit("abcdef", 4) == "abc…");
        CHECK(fit("abc", 0).empty());
        for (std::size_t columns = 1; columns < 30; ++columns)
            CHECK(display_width(fit("さくらの border ルーター", columns)) == columns);
    }

    TEST_CASE("English breaks at blanks, and a word that is too long is cut")
    {
        CHECK(wrap("The letter was stopped at the gate.", 12) ==
              std::vector<std::string>{"The letter", "was stopped", "at the gate."});
        CHECK(wrap("192.0.2.10:49152", 8) == std::vector<std::string>{"192.0.2.", "10:49152"});
        CHECK(wrap("", 10) == std::vector<std::string>{""});
    }

    TEST_CASE("Japanese breaks between characters, but not in front of a closing mark")
    {
        CHECK(wrap("手紙は町の門で、止まる。", 14) ==
              std::vector<std::string>{"手紙は町の門", "で、止まる。"});
        CHECK(wrap("門番は「通さない」", 8) ==
              std::vector<std::string>{"門番は", "「通さな", "い」"});
        CHECK(wrap("25番の道で587へ", 8) == std::vector<std::string>{"25番の道", "で587へ"});
    }

    TEST_CASE("no line is wider than asked, none begins with 。 and nothing is lost")
    {
        const std::string text =
            "花子さんのメールソフトは「サーバーに接続できません（タイムアウト）」と表示します（mail"
            "."
            "kumo.example:25）。Rule #3, \"動的IP → 外部 tcp/25 を破棄\", dropped the SYN.";
        for (std::size_t columns = 2; columns < 90; ++columns) {
            std::string joined;
            for (const std::string& line : wrap(text, columns)) {
                CHECK(display_width(line) <= columns);
                if (columns > 8) {
                    for (const std::string_view mark : {"。", "、", "）", "」"})
                        CHECK_FALSE(line.starts_with(mark));
                }
                joined += line;
            }
            std::string without_blanks = text;
            std::erase(without_blanks, ' ');
            std::erase(joined, ' ');
            CHECK(joined == without_blanks);
        }
    }
}
