// The tally as table, JSON and CSV: the numbers are those of the tally, in both languages.
#include "sim/playback_crowd.h"
#include "sim/report/tally.h"
#include "tests/support/crowd_town.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

using namespace sim;

namespace {

struct Flood {
    Flood()
    {
        scenario::Scenario s = test::crowd_town(120);
        s.rules.front().enabled = true;
        scenario::Step off;
        off.action = scenario::StepAction::set;
        off.delay = std::chrono::minutes{5};
        off.key = "rule.op25b";
        off.value = "off";
        s.steps = {off};
        plan.scenario = std::make_shared<const scenario::Scenario>(std::move(s));
        CrowdRun run{plan};
        run.run();
        tally.emplace(run.tally());
    }
    Plan plan;
    std::optional<Tally> tally;
};

std::string text_of(const report::Lines& lines)
{
    return report::to_text(lines, report::plain_style());
}

} // namespace

TEST_SUITE("report.tally")
{
    TEST_CASE("the table names each ending with its count, and adds up to the attempts")
    {
        const Flood flood;
        for (const char* code : {"ja", "en"}) {
            CAPTURE(code);
            const explain::Language language = test::language(code);
            const std::string table =
                text_of(report::tally_table(*flood.tally, *flood.plan.scenario, language));
            for (const CrowdEnding ending : values_of<CrowdEnding>()) {
                const std::string name =
                    language.text("report.crowd_ending." + std::string{name_of(ending)});
                const bool is_there = table.find("\n" + name) != std::string::npos;
                CHECK(is_there == (flood.tally->all().of(ending) > 0));
            }
            CHECK(table.find(language.text("report.tally.attempts")) != std::string::npos);
            CHECK(table.find(" 120 100.0 %") != std::string::npos);
            CHECK(table.find("09:00:00") != std::string::npos); // the course of time
        }
    }

    TEST_CASE("the JSON says the counts, and its curve adds up to them")
    {
        const Flood flood;
        const auto json =
            nlohmann::json::parse(report::tally_json(*flood.tally, *flood.plan.scenario));
        const auto& tally = json["tally"];
        CHECK(tally["attempts"] == 120);
        CHECK(tally["open"] == 0);
        std::uint64_t ended = 0;
        for (const auto& one : tally["endings"]) {
            const auto ending = parse_enum<CrowdEnding>(one["ending"].get<std::string>());
            REQUIRE(ending.has_value());
            CHECK(one["count"] == flood.tally->all().of(*ending));
            ended += one["count"].get<std::uint64_t>();
            std::uint64_t in_curve = 0;
            for (const auto& slot : tally["curve"])
                in_curve += slot.value(one["ending"].get<std::string>(), std::uint64_t{0});
            CHECK(in_curve == one["count"]);
        }
        CHECK(ended == 120);
        REQUIRE(tally["crowds"].size() == 1);
        CHECK(tally["crowds"][0]["crowd"] == "bots");
        CHECK(tally["crowds"][0]["endings"] == tally["endings"]);
    }

    TEST_CASE("the CSV has a line for each slot, as many fields in each")
    {
        const Flood flood;
        std::istringstream lines{report::tally_csv(*flood.tally)};
        std::size_t count = 0;
        for (std::string line; std::getline(lines, line); ++count) {
            CHECK(line.ends_with('\r'));
            CHECK(std::ranges::count(line, ',') == 1 + count_of<CrowdEnding>());
            if (count == 0) CHECK(line.starts_with("at_s,attempts,op25b,"));
        }
        CHECK(count == flood.tally->curve().size() + 1);
    }
}
