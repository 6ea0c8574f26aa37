// Japanese as mails carried it before UTF-8, beside Python's own decoders.
#include "sim/core/utf8.h"
#include "sim/report/charset.h"
#include "sim/report/jis_x_0208.h"
#include "tests/support/output_of.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace sim;
using namespace sim::report;

TEST_SUITE("report.charset")
{
    TEST_CASE("the table is JIS X 0208 as Python has it, with NEC's row 13")
    {
        std::string ours;
        for (unsigned row = 1; row <= 94; ++row) {
            for (unsigned cell = 1; cell <= 94; ++cell)
                ours += fmt::format("{:x}\n", static_cast<unsigned>(jis_x_0208(row, cell)));
        }
        const std::string python = R"(
def character(row, cell):
    try:
        if row != 13:
            return ord(bytes([0xa0 + row, 0xa0 + cell]).decode('euc_jp'))
        return ord(bytes([0x87, cell + 0x3f + (cell >= 0x40)]).decode('cp932'))
    except UnicodeDecodeError:
        return 0
for row in range(1, 95):
    for cell in range(1, 95):
        print('%x' % character(row, cell))
)";
        CHECK(ours == test::output_of("python3 -c \"" + python + "\""));
        for (const unsigned beyond : {0U, 95U, 4294967264U}) {
            CHECK(jis_x_0208(beyond, 1) == 0);
            CHECK(jis_x_0208(1, beyond) == 0);
        }
    }

    TEST_CASE("both encodings of every character read as that character")
    {
        for (unsigned row = 1; row <= 94; ++row) {
            for (unsigned cell = 1; cell <= 94; ++cell) {
                const char32_t character = jis_x_0208(row, cell);
                if (character == 0) continue;
                std::string wanted;
                append_utf8(wanted, character);
                const std::string jis{static_cast<char>(row + 0x20),
                                      static_cast<char>(cell + 0x20)};
                const unsigned lead = (row - 1) / 2 + (row <= 62 ? 0x81U : 0xC1U);
                const unsigned trail =
                    row % 2 == 0 ? cell + 0x9EU : cell + 0x3FU + (cell >= 0x40 ? 1U : 0U);
                const std::string sjis{static_cast<char>(lead), static_cast<char>(trail)};
                const bool good = decode_iso_2022_jp("\x1b$B" + jis + "\x1b(B") == wanted &&
                                  decode_shift_jis(sjis) == wanted;
                if (!good) FAIL(row, "-", cell);
            }
        }
    }

    TEST_CASE("ISO-2022-JP")
    {
        CHECK_FALSE(decode_iso_2022_jp("Subject: ASCII"));
        CHECK(decode_iso_2022_jp("Subject: \x1b$B$4CmJ8\x1b(B.") == "Subject: ご注文.");
        CHECK(decode_iso_2022_jp("\x1b$@$4\x1b(Ja\\~") == "ごa¥‾");
        CHECK(decode_iso_2022_jp("\x1b(I1\x1b(B1") == "ｱ1");
        CHECK(decode_iso_2022_jp("\x1b$B$4C") == "ご〓");    // cut in a character
        CHECK(decode_iso_2022_jp("\x1b$B)!\x1b(B") == "〓"); // where there is none
    }

    TEST_CASE("Shift_JIS")
    {
        CHECK_FALSE(decode_shift_jis("Subject: ASCII"));
        CHECK(decode_shift_jis("\x96\x7b\x93\xfa\x82\xc5\x82\xb7\x81\x42") == "本日です。");
        CHECK(decode_shift_jis("\xb1\xb2 = \x83\x5c") == "ｱｲ = ソ"); // 0x5C is no backslash here
        CHECK_FALSE(decode_shift_jis("\x96"));                       // cut
        CHECK_FALSE(decode_shift_jis("caf\xe9 au lait"));            // Latin-1
        CHECK_FALSE(decode_shift_jis("\xff"));
    }

    TEST_CASE("a mail says that it is written in Shift_JIS")
    {
        CHECK(declares_shift_jis("Content-Type: text/plain; charset=Shift_JIS\r\n"));
        CHECK(declares_shift_jis("\tcharset=\"SHIFT_JIS\""));
        CHECK(declares_shift_jis("Content-Type: text/plain;charset=x-sjis"));
        CHECK_FALSE(declares_shift_jis("Content-Type: text/plain; charset=utf-8"));
        CHECK_FALSE(declares_shift_jis(""));
    }
}
