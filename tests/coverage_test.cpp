// docs/coverage.md: every statement that is taught is seen in a run, and what the table points at
// is there. A row whose lesson, variation, event, rule or setting is gone fails.

#include "platform/files.h"
#include "platform/resources.h"
#include "sim/core/happening.h"
#include "sim/playback.h"
#include "sim/scenario/settings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace sim;

namespace {

const std::filesystem::path top{HIKYAKU_SOURCE_DIR};

struct CoverageRow {
    std::string statement;
    std::string run; // "lesson" or "lesson/variation"
    std::vector<std::string> look_at;
};

// What stands between backticks.
std::vector<std::string> in_backticks(const std::string& text)
{
    std::vector<std::string> all;
    std::size_t at = text.find('`');
    while (at != std::string::npos) {
        const std::size_t end = text.find('`', at + 1);
        all.push_back(text.substr(at + 1, end - at - 1));
        at = text.find('`', end + 1);
    }
    return all;
}

std::vector<CoverageRow> coverage_rows()
{
    std::vector<CoverageRow> rows;
    std::istringstream file{platform::read_file((top / "docs/coverage.md").string()).value()};
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| ") || line[2] < '0' || line[2] > '9') continue;
        std::vector<std::string> cells;
        std::istringstream columns{line.substr(1)};
        for (std::string cell; std::getline(columns, cell, '|');)
            cells.push_back(cell);
        REQUIRE(cells.size() == 5);
        rows.push_back({cells[1], in_backticks(cells[3]).at(0), in_backticks(cells[4])});
    }
    return rows;
}

// The run that a row names, or nothing.
std::shared_ptr<const Playback> played(const std::string& run)
{
    const std::size_t slash = run.find('/');
    const auto file = platform::find_scenario(top, run.substr(0, slash));
    if (!file) return nullptr;
    auto scenario = platform::load_scenario(*file);
    if (!scenario) return nullptr;
    if (slash != std::string::npos) {
        const auto variation = std::ranges::find(
            scenario->variations, run.substr(slash + 1), &scenario::Variation::key);
        if (variation == scenario->variations.end()) return nullptr;
        const auto settings = variation->settings;
        for (const auto& [key, value] : settings)
            REQUIRE(scenario::begin_with(*scenario, key, value).has_value());
    }
    Plan plan;
    plan.scenario = std::make_shared<const scenario::Scenario>(std::move(*scenario));
    Playback playback{std::move(plan)};
    playback.to_end();
    return std::make_shared<const Playback>(std::move(playback));
}

// Whether that rule dropped, rejected or let something pass.
bool decided(const Playback& playback, const std::string& key)
{
    const auto& rules = playback.plan().scenario->rules;
    const auto is_it = [&](RuleId rule) { return rule.exists() && rules[rule.value].key == key; };
    for (std::size_t i = 0; i < playback.trace().size(); ++i) {
        const Event& event = playback.trace()[i];
        if (const auto* dropped = std::get_if<PacketDropped>(&event.what);
            dropped != nullptr && is_it(dropped->rule))
            return true;
        if (const auto* passed = std::get_if<PacketPassedRule>(&event.what);
            passed != nullptr && is_it(passed->rule))
            return true;
    }
    return false;
}

bool is_there(const Playback& playback, const std::string& what)
{
    if (const std::size_t equals = what.find('='); equals != std::string::npos) {
        const auto setting =
            scenario::setting_of(*playback.plan().scenario, what.substr(0, equals));
        return setting && setting->value == what.substr(equals + 1);
    }
    if (what.starts_with("rule.")) return decided(playback, what.substr(5));
    for (const Kind kind : values_of<Kind>())
        if (name_of(kind) == what) return playback.trace().count(kind) > 0;
    return false;
}

} // namespace

TEST_SUITE("coverage")
{
    TEST_CASE("every statement that is taught is seen where docs/coverage.md says")
    {
        const auto rows = coverage_rows();
        CHECK(rows.size() >= 75);
        std::map<std::string, std::shared_ptr<const Playback>> runs;
        for (const CoverageRow& row : rows) {
            INFO(row.statement, " ", row.run);
            const auto [run, is_new] = runs.try_emplace(row.run);
            if (is_new) run->second = played(row.run);
            REQUIRE(run->second != nullptr);
            CHECK_FALSE(row.look_at.empty());
            for (const std::string& what : row.look_at) {
                INFO(what);
                CHECK(is_there(*run->second, what));
            }
        }
    }

    TEST_CASE("every lesson is in docs/coverage.md")
    {
        const auto rows = coverage_rows();
        for (const auto& file : platform::lesson_files(top)) {
            const std::string key = file.parent_path().filename().string();
            INFO(key);
            CHECK(std::ranges::any_of(rows, [&](const CoverageRow& row) {
                return row.run == key || row.run.starts_with(key + "/");
            }));
        }
    }

    TEST_CASE("a pointer to what is not there is found")
    {
        CHECK(played("op25b/flying-pigs") == nullptr);
        CHECK(played("op26b") == nullptr);
        const auto run = played("op25b");
        REQUIRE(run != nullptr);
        CHECK(is_there(*run, "rule.op25b"));
        CHECK_FALSE(is_there(*run, "rule.submission"));
        CHECK_FALSE(is_there(*run, "client.port=587"));
        CHECK_FALSE(is_there(*run, "mail_delivered"));
        CHECK_FALSE(is_there(*run, "pigs_flew"));
    }
}
