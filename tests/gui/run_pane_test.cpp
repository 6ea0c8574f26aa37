// A long run is played on while the window is drawn; and what the controls show is what held at the
// cursor.
#include "sim/explain/nouns.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace {

// The lesson with its mail sent again and again, once a minute.
gui::Facilities with_mails(const std::string& lesson, std::size_t count)
{
    gui::Facilities around = test::facilities();
    around.load = [=, load = around.load](const std::string& /*path*/) {
        auto loaded = load(test::lesson_path(lesson));
        const sim::scenario::Step send = loaded->steps.front();
        for (std::size_t i = 1; i < count; ++i) {
            loaded->steps.push_back(send);
            loaded->steps.back().delay += std::chrono::minutes{i};
        }
        loaded->limit = std::chrono::hours{24 * 30};
        return loaded;
    };
    return around;
}

const std::string tamper = "fault.hotel-router.tamper";

} // namespace

TEST_SUITE("gui.run_pane")
{
    TEST_CASE("a long run says how far it is, and is whole after some frames")
    {
        test::Window window{test::in("en"), {1440, 900}, with_mails("own-isp-25", 200)};
        window.desk().act(gui::action::Open{test::lesson_path("own-isp-25")});
        REQUIRE_FALSE(window.desk().is_complete());
        const std::size_t first = window.desk().playback().end();
        window.desk().act(gui::action::ToEnd{});
        window.frame();
        CHECK(window.find("player/stop").has_value());
        CHECK(window.shows("Still running:"));
        CHECK_FALSE(window.desk().at_end());
        for (int i = 0; i < 100'000 && !window.desk().is_complete(); ++i)
            window.unwatched_frame();
        CHECK(window.desk().is_complete());
        window.frame();
        CHECK(window.desk().playback().end() > first);
        CHECK(window.desk().cursor() == first);
        CHECK(window.find("player/until").has_value());
        window.desk().act(gui::action::ToEnd{});
        CHECK(window.desk().at_end());
    }

    TEST_CASE("a long run can be stopped: what happened so far stays to be looked through")
    {
        test::Window window{test::in("ja"), {1440, 900}, with_mails("own-isp-25", 200)};
        window.desk().act(gui::action::Open{test::lesson_path("own-isp-25")});
        REQUIRE_FALSE(window.desk().is_complete());
        window.settle();
        REQUIRE(window.click("player/stop"));
        CHECK(window.desk().is_complete());
        CHECK_FALSE(window.desk().notice().empty());
        CHECK(window.desk().playback().world().next_due() != sim::never);
        window.settle();
        CHECK(window.find("player/until").has_value());
    }

    TEST_CASE("a change in a long run is another run; a fork of one begins where it was made")
    {
        test::Window window{test::in("en"), {1440, 900}, with_mails("own-isp-25", 200)};
        window.desk().act(gui::action::Open{test::lesson_path("own-isp-25")});
        REQUIRE_FALSE(window.desk().is_complete());
        window.desk().act(gui::action::Seek{100});
        const auto run = window.desk().run_number();
        window.desk().act(gui::action::ChangeSetting{"rule.op25b", "off"});
        CHECK(window.desk().run_number() != run);
        CHECK(window.desk().is_forked());
        CHECK(window.desk().cursor() == 100);
    }

    TEST_CASE("an account that is changed between two mails counts from the second on")
    {
        test::Window window{test::in("en"), {1440, 900}, with_mails("own-isp-25", 2)};
        window.open(test::lesson_path("own-isp-25"));
        const auto start = window.desk().scenario().start;
        window.desk().act(gui::action::RunUntilTime{"09:00:45"});
        const std::size_t cursor = window.desk().cursor();
        REQUIRE(window.desk().playback().time() > start);
        window.desk().act(gui::action::Fork{});
        CHECK(window.desk().notice().find("next sending") != std::string::npos);
        window.desk().act(gui::action::ChangeSetting{"client.server", "mail.kumo.example"});
        CHECK(window.desk().is_forked());
        CHECK(window.desk().cursor() == cursor);
        CHECK(window.desk().notice() == window.desk().language().text("gui.notice.forked_next"));
        // Behind the last one nothing of it would count: the run starts anew.
        window.desk().act(gui::action::RunUntilTime{"09:01:01"});
        window.desk().act(gui::action::ChangeSetting{"client.port", "587"});
        CHECK_FALSE(window.desk().at_end());
        CHECK(window.desk().cursor() == 0);
    }

    TEST_CASE("the clock says the date once the run is past midnight")
    {
        gui::Facilities around = with_mails("own-isp-25", 2);
        around.load = [load = around.load](const std::string& path) {
            auto loaded = load(path);
            loaded->steps.back().delay = std::chrono::hours{24};
            return loaded;
        };
        test::Window window{test::in("ja"), {1440, 900}, around};
        window.open(test::lesson_path("own-isp-25"));
        const std::string today =
            sim::explain::date_of(window.desk().scenario().start, window.desk().scenario());
        CHECK_FALSE(window.shows(today));
        window.desk().act(gui::action::ToEnd{});
        window.settle();
        CHECK(window.shows(
            sim::explain::date_of(window.desk().playback().time(), window.desk().scenario()) +
            " 0"));
        CHECK_FALSE(window.shows(today));
        CHECK(window.probe().misfits.empty());
    }

    TEST_CASE("no frame waits for the view of a whole long run")
    {
        test::Window window{test::in("en"), {1440, 900}, with_mails("own-isp-25", 300)};
        window.desk().act(gui::action::Open{test::lesson_path("own-isp-25")});
        for (int i = 0; i < 100'000 && !window.desk().is_complete(); ++i)
            window.desk().work();
        REQUIRE(window.desk().is_complete());
        const std::size_t events = window.desk().playback().end();
        REQUIRE(events > 60'000);
        const auto rows = [&] { return window.desk().view().ladder().rows.size(); };
        const std::size_t all = rows();

        window.desk().act(gui::action::SetLanguage{"ja"});
        CHECK_FALSE(window.desk().is_complete());
        CHECK(rows() < all);
        window.unwatched_frame();
        int frames = 0;
        for (; !window.desk().is_complete(); ++frames) {
            const std::size_t before = rows();
            window.desk().work();
            CHECK(rows() - before < all / 4);
        }
        CHECK(frames > 3);
        CHECK(rows() == all);
    }

    TEST_CASE("at the end of a lesson its scripted fault is shown as active, and can be taken away")
    {
        test::Window window{test::in("en")};
        window.open(test::lesson_path("starttls-stripped"));
        CHECK(window.desk().setting(tamper)->value == "off");
        window.desk().act(gui::action::ToEnd{});
        window.settle();
        CHECK(window.desk().setting(tamper)->value == "starttls");
        CHECK(window.desk().is_as_given());
        REQUIRE(window.click("fault/off/" + tamper));
        CHECK_FALSE(window.desk().is_as_given());
        window.desk().act(gui::action::ToEnd{});
        CHECK(window.desk().setting(tamper)->value == "off");
        window.desk().act(gui::action::ChangeSetting{tamper, "starttls"});
        window.desk().act(gui::action::ToEnd{});
        CHECK(window.desk().setting(tamper)->value == "starttls");
    }
}
