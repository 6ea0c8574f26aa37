// docs/failures.md: of ten failing situations, how many seconds after Send the window shows who
// stopped the mail, why, and what helps, played at the speed and level that it begins with. With
// HIKYAKU_REWRITE_GOLDEN set the three columns are written anew.
#include "platform/files.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace {

const std::string table_of_failures = HIKYAKU_SOURCE_DIR "/docs/failures.md";
constexpr std::size_t first_seconds = 11; // bars in front of the three columns
constexpr float a_tenth = 0.1F;

// The texts between the bars, as they are.
std::vector<std::string> columns_of(const std::string& row)
{
    std::vector<std::string> columns;
    std::istringstream from{row};
    for (std::string column; std::getline(from, column, '|');)
        columns.push_back(column);
    return columns;
}

bool is_in_sight(const test::Window& window, const std::string& words)
{
    return std::ranges::any_of(window.probe().texts, [&](const gui::Probe::Text& text) {
        return text.text == words && text.min.y >= text.clip_min.y && text.max.y <= text.clip_max.y;
    });
}

// Who, why, what helps: in seconds. Those that are not seen while it plays are -1.
std::array<float, 3> seconds_until_known(const std::string& run)
{
    const std::size_t slash = run.find('/');
    test::Window window{test::in("en")};
    window.open(test::lesson_path(run.substr(0, slash)));
    if (slash != std::string::npos) {
        const auto& variations = window.desk().scenario().variations;
        const auto variation =
            std::ranges::find(variations, run.substr(slash + 1), &sim::scenario::Variation::key);
        REQUIRE(variation != variations.end());
        const auto settings = variation->settings;
        for (const auto& [key, value] : settings)
            window.desk().act(gui::action::ChangeSetting{key, value});
    }
    const auto& language = window.desk().language();
    const std::array words{language.text("why.label.who"),
                           language.text("why.label.rule"),
                           language.text("why.label.cure")};
    std::array<float, 3> seen{-1, -1, -1};
    window.desk().act(gui::action::Send{});
    float seconds = 0;
    while (window.desk().playing() && seconds < 60 &&
           std::ranges::any_of(seen, [](float one) { return one < 0; })) {
        window.frame(a_tenth);
        seconds += a_tenth;
        for (std::size_t i = 0; i < seen.size(); ++i)
            if (seen.at(i) < 0 && is_in_sight(window, words.at(i))) seen.at(i) = seconds;
    }
    return seen;
}

} // namespace

TEST_SUITE("gui.failures")
{
    TEST_CASE("of ten failing situations the table says after how many seconds what is known")
    {
        const bool rewrite = std::getenv("HIKYAKU_REWRITE_GOLDEN") != nullptr;
        std::string written;
        int rows = 0;
        std::istringstream table{platform::read_file(table_of_failures).value()};
        for (std::string line; std::getline(table, line);) {
            if (line.starts_with("| ") && line[2] >= '0' && line[2] <= '9') {
                ++rows;
                auto columns = columns_of(line);
                REQUIRE(columns.size() == first_seconds + 3);
                const std::string run = columns[4].substr(2, columns[4].size() - 4);
                CAPTURE(run);
                const auto seconds = seconds_until_known(run);
                for (std::size_t i = 0; i < seconds.size(); ++i) {
                    CHECK(seconds.at(i) > 0);
                    CHECK(seconds.at(i) <= 30);
                    columns[first_seconds + i] = fmt::format(" {:.1f} ", seconds.at(i));
                }
                std::string now;
                for (const std::string& column : columns)
                    now += column + "|";
                if (!rewrite) CHECK(line == now);
                line = now;
            }
            written += line + "\n";
        }
        CHECK(rows == 10);
        if (rewrite) REQUIRE(platform::write_file(table_of_failures, written));
    }
}
