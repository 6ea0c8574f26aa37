// A run ends on what it came to, not on the last packet.

#include "sim/report/verdict.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <string>

using test::in;
using test::Window;
namespace action = gui::action;

TEST_SUITE("gui.verdict")
{
    TEST_CASE("every lesson ends on its verdict, with a line for each hop")
    {
        for (const auto& lesson : test::all_lessons()) {
            for (const char* language : {"ja", "en"}) {
                CAPTURE(lesson.path);
                CAPTURE(language);
                Window window{in(language), {1280, 720}};
                window.open(lesson.path);
                CHECK_FALSE(window.desk().shows_verdict());
                window.desk().act(action::ToEnd{});
                window.settle();
                CHECK(window.desk().shows_verdict());
                CHECK(window.probe().told.contains("verdict"));
                for (const std::string& misfit : window.probe().misfits)
                    FAIL_CHECK("no room for " << misfit);
                CHECK_FALSE(window.desk().view().journey().empty());
                sim::report::Source source = window.desk().source();
                const auto& view = window.desk().view();
                const std::string words = sim::report::words_of(view.verdict(), source);
                CHECK(window.shows(words.substr(0, 12)));
                for (const auto& hop : view.journey())
                    CHECK(window.shows(sim::report::words_of(hop, source).port));
                window.key(ImGuiKey_LeftArrow);
                CHECK_FALSE(window.desk().shows_verdict());
            }
        }
    }

    TEST_CASE("from the verdict the cure is tried, and the next lesson opened")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            REQUIRE(window.click("predict/2"));
            window.desk().act(action::ToEnd{});
            window.settle();
            CHECK(window.shows(window.desk().language().text("gui.predict.right")));
            REQUIRE(window.click("verdict/cure"));
            CHECK(window.desk().playing());
            CHECK_FALSE(window.desk().shows_verdict());
            window.desk().act(action::ToEnd{});
            window.settle();
            CHECK(window.desk().shows_verdict());
            CHECK_FALSE(window.find("verdict/cure"));
            const int number = window.desk().lesson_number();
            REQUIRE(window.click("verdict/next"));
            CHECK(window.desk().lesson_number() == number + 1);
        }
    }

    TEST_CASE("what was delivered, but readable, is told in another colour and with another sign")
    {
        using sim::report::Tone;
        const auto tone = [](const char* lesson) {
            Window window{in("en")};
            window.open(test::lesson_path(lesson));
            window.desk().act(action::ToEnd{});
            window.settle();
            return sim::report::tone_of(window.desk().view().verdict().ending);
        };
        CHECK(tone("op25b") == Tone::bad);
        CHECK(tone("starttls-stripped") == Tone::warned);
        CHECK(tone("submissions-465") != Tone::bad);
    }
}
