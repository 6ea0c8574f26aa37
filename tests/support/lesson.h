// The lessons of this source tree, changed by settings and played to their end.
#pragma once

#include "sim/playback.h"
#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace test {

using Settings = std::vector<std::pair<std::string, std::string>>;

inline sim::scenario::Scenario load_lesson(const std::string& name)
{
    const auto read = [](const std::string& path) -> std::optional<std::string> {
        std::ifstream file{path, std::ios::binary};
        if (!file) return std::nullopt;
        return std::string{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    };
    auto loaded = sim::scenario::load_scenario(
        HIKYAKU_SOURCE_DIR "/scenarios/" + name + "/scenario.toml", read);
    if (!loaded) {
        for (const sim::scenario::Problem& problem : loaded.error())
            FAIL_CHECK(to_string(problem));
    }
    REQUIRE(loaded);
    return std::move(*loaded);
}

inline sim::Playback play(sim::scenario::Scenario scenario, const Settings& settings = {})
{
    for (const auto& setting : settings) {
        const auto applied = sim::scenario::begin_with(scenario, setting.first, setting.second);
        REQUIRE_MESSAGE(applied, setting.first, "=", setting.second);
    }
    sim::Plan plan;
    plan.scenario = std::make_shared<const sim::scenario::Scenario>(std::move(scenario));
    sim::Playback playback{std::move(plan)};
    playback.to_end();
    return playback;
}

inline sim::Playback play_lesson(const std::string& name, const Settings& settings = {})
{
    return play(load_lesson(name), settings);
}

} // namespace test
