// The lesson's text in the window: why it happened, once it has been seen.

#include "sim/report/reading.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using sim::report::LessonPart;
using test::in;
using test::Window;
namespace action = gui::action;

namespace {

// Whether the first line of what is read first begins somewhere.
bool tells_why(Window& window)
{
    constexpr std::size_t enough = 5; // octets
    const auto lines = sim::report::reading(
        sim::report::opening(window.desk().text().part(LessonPart::idea)).first, 10'000);
    REQUIRE_FALSE(lines.empty());
    REQUIRE_FALSE(lines.front().spans.empty());
    const std::string& first = lines.front().spans.front().text;
    return window.shows(window.desk().language().text("gui.text.title")) &&
           std::ranges::any_of(window.probe().texts, [&](const gui::Probe::Text& text) {
               return text.text.size() >= enough && first.starts_with(text.text);
           });
}

} // namespace

TEST_SUITE("gui.text")
{
    TEST_CASE("every lesson tells why it happened, after it was seen and not before")
    {
        for (const auto& lesson : test::all_lessons()) {
            for (const char* language : {"ja", "en"}) {
                CAPTURE(lesson.path);
                CAPTURE(language);
                Window window{in(language), {1280, 720}};
                window.open(lesson.path);
                CHECK_FALSE(window.find("text/more"));
                CHECK_FALSE(tells_why(window));
                window.desk().act(action::ToEnd{});
                window.settle();
                CHECK(tells_why(window));
                REQUIRE(window.find("text/more"));
                // Whoever looks at the run again still has it.
                window.desk().act(action::Step{-1});
                window.settle();
                CHECK(tells_why(window));
                for (const std::string& misfit : window.probe().misfits)
                    FAIL_CHECK("no room for " << misfit);
            }
        }
    }

    TEST_CASE(
        "the goal, the cure and the questions stand behind more; an answer behind its question")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language), {1280, 720}};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::ToEnd{});
            window.settle();
            CHECK_FALSE(window.find("text/question/1"));
            REQUIRE(window.click("text/more"));
            const auto& questions = window.desk().text().questions;
            REQUIRE(questions.size() > 2);
            REQUIRE(window.find("text/question/1"));
            const std::string answer = questions.front().answer.substr(0, 9);
            CHECK_FALSE(window.shows(answer));
            REQUIRE(window.click("text/question/1"));
            CHECK(window.shows(answer));
            CHECK(window.shows(window.desk().text().part(LessonPart::cure).substr(0, 6)));
            for (const std::string& misfit : window.probe().misfits)
                FAIL_CHECK("no room for " << misfit);
        }
    }

    TEST_CASE("another lesson begins with its goal; a lesson without a text keeps it")
    {
        {
            Window window{in("en")};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::ToEnd{});
            window.settle();
            REQUIRE(window.find("text/more"));
            window.desk().act(action::OpenNeighbour{1});
            window.settle();
            CHECK_FALSE(window.find("text/more"));
        }
        gui::Facilities bare = test::facilities();
        bare.read_text = [](const std::string&) { return std::nullopt; };
        Window without{in("en"), {1440, 900}, bare};
        without.open(test::lesson_path("op25b"));
        without.desk().act(action::ToEnd{});
        without.settle();
        CHECK_FALSE(without.find("text/more"));
        CHECK(without.shows(without.desk().language().text("gui.goal")));
    }
}
