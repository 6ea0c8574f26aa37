// docs/failures.md: of ten failing situations, after how many lines of `hikyaku run` a reader knows
// who stopped the mail, why, and what helps. The table is what the program prints, or this fails;
// with HIKYAKU_REWRITE_GOLDEN set it is written anew.
#include "platform/files.h"
#include "tests/cli/program.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

using namespace test;

namespace {

const std::string table_file = HIKYAKU_SOURCE_DIR "/docs/failures.md";

struct Failure {
    std::string number;
    std::string situation;
    std::string in_japanese;
    std::string run;       // "lesson" or "lesson/variation"
    std::string in_window; // cells that tests/gui/failures_test.cpp measures
};

// What stands between the bars of a row, without the blanks around it.
std::vector<std::string> cells_of(const std::string& row)
{
    std::vector<std::string> cells;
    std::istringstream columns{row.substr(1)};
    for (std::string cell; std::getline(columns, cell, '|');) {
        const std::size_t begin = cell.find_first_not_of(' ');
        const std::size_t end = cell.find_last_not_of(' ');
        cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    return cells;
}

// The first line that has this, counted from 1; 0 when none has.
std::size_t line_with(const std::vector<std::string>& lines, const std::string& what)
{
    const auto found =
        std::ranges::find_if(lines, [&](const std::string& line) { return has(line, what); });
    return found == lines.end() ? 0 : static_cast<std::size_t>(found - lines.begin()) + 1;
}

// The row as the program has it.
std::string measured(const Failure& failure)
{
    const std::size_t slash = failure.run.find('/');
    std::vector<std::string> typed{"run", failure.run.substr(0, slash)};
    if (slash != std::string::npos) {
        typed.emplace_back("--variation");
        typed.push_back(failure.run.substr(slash + 1));
    }
    const std::vector<std::string> lines = lines_of(hikyaku(typed).out);
    const std::string label = "│ Stopped by  ";
    const std::size_t row = line_with(lines, label);
    REQUIRE_MESSAGE(row > 0, failure.run);
    std::string who = lines[row - 1].substr(label.size());
    who = who.substr(0, std::min(who.find(" ("), who.find("  ")));
    const auto verdict =
        std::ranges::find_if(lines, [](const std::string& line) { return line.starts_with("✕ "); });
    REQUIRE_MESSAGE(verdict != lines.end(), failure.run);
    const bool at_once = has(*verdict, who);
    const std::size_t known = at_once ? static_cast<std::size_t>(verdict - lines.begin()) + 1 : row;
    const std::size_t command = line_with(lines, "  hikyaku run");
    return fmt::format("| {} | {} | {} | `{}` | {} | {} | {} | {} | {} | {} | {} |",
                       failure.number,
                       failure.situation,
                       failure.in_japanese,
                       failure.run,
                       who,
                       known,
                       line_with(lines, "│ Rule"),
                       line_with(lines, "│ Cure"),
                       command == 0 ? "none" : fmt::format("{}", command),
                       lines.size(),
                       failure.in_window);
}

} // namespace

TEST_SUITE("cli.failures")
{
    TEST_CASE("of ten failing situations the table says after how many lines what is known")
    {
        const bool rewrite = std::getenv("HIKYAKU_REWRITE_GOLDEN") != nullptr;
        std::string written;
        int rows = 0;
        for (const std::string& line : lines_of(platform::read_file(table_file).value())) {
            const bool is_row = line.starts_with("| ") && line[2] >= '0' && line[2] <= '9';
            std::string now = line;
            if (is_row) {
                ++rows;
                const auto cells = cells_of(line);
                REQUIRE(cells.size() == 13);
                REQUIRE(cells[3].size() > 2);
                now = measured({cells[0],
                                cells[1],
                                cells[2],
                                cells[3].substr(1, cells[3].size() - 2),
                                fmt::format("{} | {} | {}", cells[10], cells[11], cells[12])});
                if (!rewrite) CHECK(line == now);
                for (std::size_t i = 5; i < 8; ++i) // each is told at all
                    CHECK(cells_of(now)[i] != "0");
            }
            written += now + "\n";
        }
        CHECK(rows == 10);
        if (rewrite) REQUIRE(platform::write_file(table_file, written));
    }
}
