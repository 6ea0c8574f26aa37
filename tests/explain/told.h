// A run of the small world, its cards, and the run with a card's cure.
#pragma once

#include "sim/explain/cure.h"
#include "sim/explain/rewind.h"
#include "sim/playback.h"
#include "sim/scenario/settings.h"
#include "tests/support/small_world.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace test {

struct Told {
    explicit Told(sim::scenario::Scenario world, const sim::explain::Settings& settings = {})
    {
        for (const auto& setting : settings) {
            REQUIRE_MESSAGE(sim::scenario::apply_setting(world, setting.first, setting.second),
                            setting.first);
        }
        plan.scenario = std::make_shared<const sim::scenario::Scenario>(std::move(world));
        run = std::make_unique<sim::Playback>(plan);
        cards = sim::explain::cured_cards(run->trace(), run->trace().size(), plan);
    }

    [[nodiscard]] const sim::explain::WhyCard& card() const
    {
        REQUIRE(cards.size() == 1);
        return cards.front();
    }
    [[nodiscard]] std::string who() const
    {
        const sim::HostId host = card().who;
        return host.exists() ? plan.scenario->hosts.at(host.value).key : "nobody";
    }
    [[nodiscard]] std::string text(const sim::explain::WhyCard& card,
                                   sim::explain::CardRow row,
                                   const char* code = "en") const
    {
        const sim::explain::Language words = language(code);
        std::string all;
        const sim::explain::Context context{*plan.scenario, run->trace(), words};
        for (const sim::explain::CardText::Row& each : sim::explain::describe(card, context).rows) {
            if (each.row != row) continue;
            for (const std::string& line : each.lines)
                all += line + "\n";
        }
        return all;
    }
    void check_cure() const
    {
        CHECK(card().cure.proof == sim::explain::Proof::delivers);
        const std::size_t kept = sim::explain::rewind_to(card(), run->trace(), *plan.scenario);
        std::vector<sim::SettingChange> changes;
        for (const auto& [key, value] : card().cure.settings)
            changes.push_back({key, value});
        const auto cured =
            sim::with(plan, changes, kept > 0 ? run->trace()[kept].at : plan.scenario->start);
        REQUIRE(cured);
        CHECK(sim::Playback{*cured}.trace().count(sim::Kind::mail_delivered) > 0);
    }

    sim::Plan plan;
    std::unique_ptr<sim::Playback> run;
    std::vector<sim::explain::WhyCard> cards;
};

} // namespace test
