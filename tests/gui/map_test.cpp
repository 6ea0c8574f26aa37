// The map: who stands where, and what a press on it does.

#include "gui/map_labels.h"
#include "gui/strokes.h"
#include "sim/explain/nouns.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using test::in;
using test::Window;
namespace action = gui::action;

namespace {

const sim::scenario::MailProgram& sender_of(const gui::Desk& desk)
{
    const auto& scenario = desk.scenario();
    return *std::ranges::find(scenario.programs, scenario.client, &sim::scenario::MailProgram::key);
}

} // namespace

TEST_SUITE("gui.map")
{
    TEST_CASE("the sender stands left of all servers, on whatever line")
    {
        for (const gui::LessonEntry& lesson : test::all_lessons()) {
            CAPTURE(lesson.name());
            Window window{in("en")};
            window.open(lesson.path);
            const auto& desk = window.desk();
            const auto sender = window.find("map/" + sender_of(desk).host);
            REQUIRE(sender);
            for (const auto& button : window.probe().items) {
                if (!button.path.starts_with("mapview/")) continue;
                for (const auto& card : window.probe().items) {
                    if (!card.path.starts_with("map/")) continue;
                    CAPTURE(card.path);
                    CHECK_FALSE(gui::overlap({button.min, button.max}, {card.min, card.max}));
                }
            }
            for (const auto& server : desk.scenario().mail_servers) {
                const auto card = window.find("map/" + server.host);
                if (!card) continue;
                CAPTURE(server.host);
                const auto& hosts = desk.scenario().hosts;
                const auto host = std::ranges::find(hosts, server.host, &sim::scenario::Host::key);
                if (host->area == "home") continue; // a server of one's own
                CHECK(sender->max.x < card->min.x);
            }
        }
    }

    TEST_CASE("a press on a cable puts the eavesdropper there")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        window.desk().act(action::ToEnd{});
        window.settle();
        const sim::LinkId before = window.desk().tapped();
        const auto& links = window.desk().view().links();
        const auto other =
            std::ranges::find_if(links, [&](const auto& link) { return link.link != before; });
        REQUIRE(other != links.end());
        const auto cable = window.find("cable/" + std::to_string(other->link.value));
        REQUIRE(cable);
        window.press(cable->min);
        CHECK(window.desk().tapped() == other->link);
        CHECK(window.desk().tab() == gui::Tab::wiretap);
        CHECK(window.probe().told.contains("map/listener"));
    }

    TEST_CASE("a press on a gate shows its rules, and they are switched there")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        REQUIRE(window.click("gate/sakura-router"));
        window.settle();
        CHECK(window.desk().shown_host() ==
              sim::explain::host_called("sakura-router", window.desk().scenario()));
        REQUIRE(window.click("host/rules/rule.op25b/off"));
        CHECK(window.desk().setting("rule.op25b")->value == "off");
    }

    TEST_CASE("how far a place is from a way is measured to the nearest of its points")
    {
        CHECK(gui::distance({{0, 0}, {10, 0}, {10, 10}}, {4, 3}) == doctest::Approx(3));
        CHECK(gui::distance({{0, 0}, {10, 0}, {10, 10}}, {13, 14}) == doctest::Approx(5));
        CHECK(gui::distance({{2, 2}, {2, 2}}, {2, 5}) == doctest::Approx(3));
    }
}
