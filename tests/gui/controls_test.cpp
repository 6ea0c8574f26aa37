// Every control of the window, used as a person uses it, in both languages: found by its path,
// pressed, dragged or typed into; and what it did is looked at in the model and on the screen.

#include "gui/search.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using gui::Until;
using test::Window;
namespace action = gui::action;

namespace {

gui::Preferences in(const std::string& language)
{
    gui::Preferences preferences;
    preferences.language = language;
    return preferences;
}

// Runs `use` in a window of each language.
template <typename Use>
void in_both_languages(Use use)
{
    for (const char* language : {"ja", "en"}) {
        CAPTURE(language);
        Window window{in(language)};
        use(window);
    }
}

} // namespace

TEST_SUITE("gui.controls")
{
    TEST_CASE("a lesson is found by typing part of its title, its number or its name")
    {
        CHECK(gui::fits("3. 587番で送る submission-587", "５８７ SUBMISSION"));
        CHECK(gui::fits("3. 587番で送る submission-587", "番で　送"));
        CHECK(gui::fits("anything", ""));
        CHECK_FALSE(gui::fits("3. 587番で送る submission-587", "465"));

        in_both_languages([](Window& window) {
            window.open(test::lesson_path("path"));
            window.key(ImGuiKey_Slash);
            window.settle();
            CHECK(window.model().sheet() == gui::Sheet::lessons);
            CHECK(window.model().found().size() == window.model().lessons().size());
            window.type("587");
            window.frame();
            CHECK(window.model().search() == "587");
            CHECK(window.model().found().size() < window.model().lessons().size());
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.model().path() == test::lesson_path("submission-587"));
            CHECK(window.model().sheet() == gui::Sheet::none);
        });
    }

    TEST_CASE("in the list of lessons arrows walk, Enter opens, Escape and a press beside close")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("path"));
            REQUIRE(window.click("top/lesson"));
            window.settle();
            window.key(ImGuiKey_DownArrow);
            window.key(ImGuiKey_DownArrow);
            window.key(ImGuiKey_UpArrow);
            window.frame();
            CHECK(window.model().picked() == 1);
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.model().path() == window.model().lessons()[1].path);

            window.key(ImGuiKey_Slash);
            window.settle();
            window.key(ImGuiKey_Escape);
            window.settle();
            CHECK(window.model().sheet() == gui::Sheet::none);

            REQUIRE(window.click("top/lesson"));
            window.settle();
            window.press({700, 600});
            CHECK(window.model().sheet() == gui::Sheet::none);
            REQUIRE(window.click("top/lesson"));
            window.settle();
            REQUIRE(window.click("top/lesson"));
            CHECK(window.model().sheet() == gui::Sheet::none);

            REQUIRE(window.click("top/lesson"));
            window.settle();
            REQUIRE(window.click("lessons/4"));
            window.settle();
            CHECK(window.model().path() == window.model().lessons()[3].path);
        });
    }

    TEST_CASE("a file with mistakes is read again once they are put right")
    {
        const auto path = std::filesystem::temp_directory_path() / "hikyaku-mended.toml";
        std::string text = cli::read_file(test::lesson_path("op25b")).value();
        const std::string relative = "../../assets";
        const auto assets = std::filesystem::relative(test::home() / "assets", path.parent_path());
        text.replace(text.rfind(relative), relative.size(), assets.string());
        std::ofstream{path} << "titel = 1\n" << text;
        Window window{in("en")};
        window.open(test::lesson_path("path"));
        window.open(path.string());
        CHECK_FALSE(window.model().problems().empty());
        CHECK(window.model().path() == test::lesson_path("path"));
        CHECK(window.model().wanted() == path.string());
        std::ofstream{path} << text;
        window.model().reload(); // as when the window notices that the file has changed
        CHECK(window.model().problems().empty());
        CHECK(window.model().path() == path.string());
        std::filesystem::remove(path);
    }
}
