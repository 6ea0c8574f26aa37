// A lesson before a class: what is seen, how large it is, and what the keys do.

#include "gui/screenshot.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using sim::report::LessonStop;
using test::in;
using test::Window;
namespace action = gui::action;

namespace {

LessonStop stop_of(Window& window)
{
    REQUIRE(window.desk().presentation());
    return window.desk().presentation()->stop();
}

} // namespace

TEST_SUITE("gui.presenter")
{
    TEST_CASE("every stop of every lesson is told in large type, with room for all of it")
    {
        for (const auto& lesson : test::all_lessons()) {
            for (const char* language : {"ja", "en"}) {
                for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1920, 1080}}) {
                    Window window{in(language), size};
                    window.open(lesson.path);
                    window.key(ImGuiKey_P);
                    window.settle();
                    const std::size_t count = window.desk().presentation()->stops.size();
                    CHECK(count >= 4);
                    for (std::size_t i = 0; i < count; ++i) {
                        CAPTURE(lesson.path);
                        CAPTURE(language);
                        CAPTURE(size.y);
                        CAPTURE(i);
                        for (const std::string& misfit : window.probe().misfits)
                            FAIL_CHECK("no room for " << misfit);
                        float smallest = size.y;
                        float largest = 0;
                        for (const auto& text : window.probe().texts) {
                            smallest = std::min(smallest, text.max.y - text.min.y);
                            largest = std::max(largest, text.max.y - text.min.y);
                        }
                        CHECK(smallest >= size.y * 0.022F);
                        CHECK(largest >= size.y * 0.03F);
                        window.key(ImGuiKey_PageDown);
                        window.settle();
                    }
                }
            }
        }
    }

    TEST_CASE("the keys go through the stops, and the run stands where each of them is about")
    {
        Window window{in("en"), {1280, 720}};
        window.open(test::lesson_path("op25b"));
        window.key(ImGuiKey_PageDown); // outside: another lesson
        window.key(ImGuiKey_PageUp);
        window.key(ImGuiKey_P);
        CHECK(stop_of(window) == LessonStop::hook);
        CHECK(window.desk().cursor() == 0);
        window.key(ImGuiKey_PageUp);
        CHECK(stop_of(window) == LessonStop::hook);
        window.key(ImGuiKey_PageDown);
        CHECK(stop_of(window) == LessonStop::predict);
        CHECK(window.desk().cursor() == 0);
        window.key(ImGuiKey_PageDown);
        CHECK(stop_of(window) == LessonStop::watch);
        CHECK(window.desk().selected() == window.desk().view().climax());
        CHECK(window.probe().told.contains("sentence"));
        window.key(ImGuiKey_PageDown);
        CHECK(stop_of(window) == LessonStop::why);
        window.key(ImGuiKey_PageDown);
        CHECK(stop_of(window) == LessonStop::cure);
        CHECK(window.desk().shows_verdict());
        CHECK(sim::report::tone_of(window.desk().view().verdict().ending) ==
              sim::report::Tone::good);
        CHECK(window.shows("587"));
        window.key(ImGuiKey_PageDown);
        CHECK(stop_of(window) == LessonStop::cure);
        window.key(ImGuiKey_PageUp); // the lesson as it is given, once more
        CHECK(stop_of(window) == LessonStop::why);
        CHECK(window.desk().is_as_given());
        CHECK(window.desk().selected() == window.desk().view().climax());
        CHECK(window.desk().path() == test::lesson_path("op25b"));
        REQUIRE(window.click("presenter/hook"));
        CHECK(stop_of(window) == LessonStop::hook);
        window.key(ImGuiKey_Period);
        CHECK(window.desk().playing());
        window.key(ImGuiKey_P);
        CHECK_FALSE(window.desk().presentation());
        CHECK_FALSE(window.desk().playing());
    }

    TEST_CASE("B is a black screen before a class, and the bridge elsewhere")
    {
        Window window{in("ja"), {1280, 720}};
        window.open(test::lesson_path("op25b"));
        window.key(ImGuiKey_P);
        CHECK_FALSE(window.probe().texts.empty());
        window.key(ImGuiKey_B);
        window.settle();
        CHECK(window.desk().presentation()->is_black);
        CHECK(window.probe().texts.empty());
        window.key(ImGuiKey_B);
        window.settle();
        CHECK_FALSE(window.probe().texts.empty());
        window.key(ImGuiKey_B);
        window.key(ImGuiKey_PageDown); // and there is light
        CHECK_FALSE(window.desk().presentation()->is_black);
        window.key(ImGuiKey_Escape);
        CHECK_FALSE(window.desk().presentation());
        window.key(ImGuiKey_B);
        CHECK(window.desk().sheet() == gui::Sheet::bridge);
    }

    TEST_CASE("letters that change something elsewhere do nothing before a class")
    {
        Window window{in("en"), {1280, 720}};
        window.open(test::lesson_path("op25b"));
        window.key(ImGuiKey_P);
        for (const ImGuiKey key : {ImGuiKey_R, ImGuiKey_F, ImGuiKey_O, ImGuiKey_3})
            window.key(key);
        window.type("/");
        CHECK(window.desk().sheet() == gui::Sheet::none);
        CHECK(window.desk().preferences().level == sim::explain::Level::standard);
        CHECK(stop_of(window) == LessonStop::hook);
        window.key(ImGuiKey_L);
        CHECK(window.desk().preferences().language == "ja");
    }

    TEST_CASE("whoever shows the notes is told where the presentation is")
    {
        Window window{in("en"), {1280, 720}};
        window.open(test::lesson_path("op25b"));
        CHECK_FALSE(gui::presented_by(window.desk()));
        gui::present_from(window.desk(), "watch");
        const auto presented = gui::presented_by(window.desk());
        REQUIRE(presented);
        CHECK(presented->lesson == test::lesson_path("op25b"));
        CHECK(presented->stops.at(presented->at) == "watch");
        CHECK(presented->stops.size() == 5);
    }
}
