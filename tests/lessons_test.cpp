// Every lesson that comes along: loads, goes as it expects, and leaves the trace that was reviewed.
// HIKYAKU_REWRITE_GOLDEN=1 writes the traces anew; the difference is then read like any other.

#include "platform/files.h"
#include "platform/resources.h"
#include "sim/playback.h"
#include "sim/report/check.h"
#include "sim/report/golden.h"
#include "tests/support/lesson_names.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace sim;

namespace {

const std::filesystem::path repository{HIKYAKU_SOURCE_DIR};

std::shared_ptr<const scenario::Scenario> load(const std::filesystem::path& file)
{
    auto scenario = platform::load_scenario(file.string());
    std::string problems;
    if (!scenario) {
        for (const auto& problem : scenario.error())
            problems += to_string(problem) + "\n";
    }
    INFO(problems);
    REQUIRE(scenario.has_value());
    return std::make_shared<const scenario::Scenario>(std::move(*scenario));
}

Playback play(std::shared_ptr<const scenario::Scenario> scenario, std::uint64_t seed = 1)
{
    Plan plan;
    plan.scenario = std::move(scenario);
    plan.seed = seed;
    Playback playback{std::move(plan)};
    playback.to_end();
    return playback;
}

std::string text_of(const std::vector<report::Mismatch>& mismatches)
{
    std::string all;
    for (const auto& mismatch : mismatches)
        all += mismatch.what.en + "\n";
    return all;
}

// The first line that is not as expected, both ways; empty when the texts are equal.
std::string first_difference(const std::string& expected, const std::string& found)
{
    std::istringstream left{expected};
    std::istringstream right{found};
    for (int number = 1;; ++number) {
        std::string wanted;
        std::string is;
        const bool more = static_cast<bool>(std::getline(left, wanted));
        const bool also = static_cast<bool>(std::getline(right, is));
        if (!more && !also) return {};
        if (wanted != is) return fmt::format("line {}:\n- {}\n+ {}", number, wanted, is);
    }
}

} // namespace

TEST_SUITE("lessons")
{
    TEST_CASE("the lessons of the first course are there")
    {
        for (const std::string& name : test::lesson_names) {
            INFO(name);
            CHECK(platform::find_scenario(repository, name).has_value());
        }
    }

    TEST_CASE("every lesson goes as it expects, and so does each of its variations")
    {
        for (const auto& file : platform::lesson_files(repository)) {
            INFO(file.string());
            const auto scenario = load(file);
            CHECK(text_of(report::compare(scenario->expect, play(scenario))) == "");
            for (const auto& variation : scenario->variations) {
                INFO(variation.key);
                auto changed = std::make_shared<scenario::Scenario>(*scenario);
                for (const auto& [key, value] : variation.settings)
                    REQUIRE(scenario::begin_with(*changed, key, value).has_value());
                CHECK(text_of(report::compare(variation.expect, play(changed))) == "");
            }
        }
    }

    TEST_CASE("every lesson leaves the trace that was reviewed")
    {
        const bool rewrite = std::getenv("HIKYAKU_REWRITE_GOLDEN") != nullptr;
        for (const auto& file : platform::lesson_files(repository)) {
            INFO(file.string());
            const auto scenario = load(file);
            const Playback playback = play(scenario);
            const std::string trace = report::golden(playback.trace(), *scenario);
            const auto golden = file.parent_path() / "expected.trace";
            if (rewrite) {
                std::ofstream{golden, std::ios::binary} << trace;
                continue;
            }
            const auto expected = platform::read_file(golden.string());
            REQUIRE(expected.has_value());
            CHECK(first_difference(*expected, trace) == "");
        }
    }

    TEST_CASE("a lesson repeats to the byte, also while it is looked at")
    {
        for (const auto& file : platform::lesson_files(repository)) {
            INFO(file.string());
            const auto scenario = load(file);
            const std::uint64_t once = play(scenario).trace().hash();
            CHECK(play(scenario).trace().hash() == once);
            CHECK(play(scenario, 2).trace().hash() != once);
            World watched{scenario, {}};
            std::uint64_t looked_at = 0;
            while (watched.step())
                looked_at ^= watched.trace().hash() + watched.stored_messages().size();
            CHECK(watched.trace().hash() == once);
            CHECK(looked_at != 0);
        }
    }

    TEST_CASE("every lesson can be stepped through at every unit, forward and back")
    {
        for (const auto& file : platform::lesson_files(repository)) {
            INFO(file.string());
            Playback playback = play(load(file));
            for (const Unit unit : values_of<Unit>()) {
                playback.to_start();
                std::size_t forward = 0;
                while (playback.step(unit))
                    ++forward;
                CHECK(forward == playback.stops(unit).size());
                std::size_t back = 0;
                while (playback.step_back(unit))
                    ++back;
                CHECK(back == forward);
                CHECK(playback.cursor() == 0);
            }
        }
    }

    TEST_CASE("a fork has the same past and another future")
    {
        const auto scenario = load(*platform::find_scenario(repository, "op25b"));
        Playback blocked = play(scenario);
        blocked.to_start();
        REQUIRE(blocked.run_until(
            [](const Event& event) { return event.kind() == Kind::packet_dropped; }));
        const std::size_t here = blocked.cursor();
        const auto plan = blocked.fork({"rule.op25b", "off"});
        REQUIRE(plan.has_value());
        CHECK(plan->scenario == blocked.plan().scenario);
        const Playback fork{*plan};
        for (std::size_t i = 0; i < here; ++i) {
            CHECK(fork.trace()[i].at == blocked.trace()[i].at);
            CHECK(fork.trace()[i].kind() == blocked.trace()[i].kind());
        }
        CHECK(fork.trace().count(Kind::packet_dropped) == 1);
        CHECK(fork.trace().count(Kind::connection_opened) > 0);
    }
}
