// The window as a person uses it: what is pressed is done, and what is done can be seen.

#include "gui/preferences.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <fstream>

using gui::Until;
using test::in;
using test::Window;
namespace action = gui::action;

namespace {

bool delivered(const gui::Desk& desk)
{
    for (const auto& mail : desk.playback().outcomes_so_far())
        if (std::holds_alternative<sim::Delivered>(mail.outcome)) return true;
    return false;
}

} // namespace

TEST_SUITE("gui.window")
{
    TEST_CASE("the student changes port 25 to 587, and the mail passes the gate")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::ToEnd{});
            CHECK_FALSE(delivered(window.desk()));
            window.settle();
            REQUIRE(window.click("account/client.port/587"));
            CHECK(window.desk().setting("client.port")->value == "587");
            CHECK(window.desk().cursor() == 0);
            for (const char* path : {"account/client.protection", "account/client.auth"}) {
                CAPTURE(std::string{path});
                // Side by side or as a list: whichever the width allows.
                const std::string wanted =
                    std::string{path}.ends_with("auth") ? "/plain" : "/starttls";
                if (!window.find(path + wanted)) REQUIRE(window.click(path));
                REQUIRE(window.click(path + wanted));
            }
            REQUIRE(window.click("account/send"));
            CHECK(window.desk().playing());
            window.desk().act(action::ToEnd{});
            CHECK(delivered(window.desk()));
        }
    }

    TEST_CASE("the cure on the why card is applied by pressing its button")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::RunUntil{Until::block});
            window.settle();
            REQUIRE(window.click("why/cure"));
            CHECK(window.desk().playing());
            for (int i = 0; i < 2000 && window.desk().playing(); ++i)
                window.frame(2);
            CHECK_FALSE(window.desk().playing());
            CHECK(delivered(window.desk()));
        }
    }

    TEST_CASE("stepping back over the block takes it back from the screen")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(action::RunUntil{Until::block});
        window.settle();
        CHECK(window.find("why/cure"));
        REQUIRE(window.click("player/back"));
        window.settle();
        CHECK_FALSE(window.find("why/cure"));
        REQUIRE(window.click("player/forward"));
        window.settle();
        CHECK(window.find("why/cure"));
    }

    TEST_CASE("a rule that is switched off under way forks the run at the cursor")
    {
        Window window{in("ja")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(action::RunUntil{Until::block});
        const std::size_t cursor = window.desk().cursor();
        window.settle();
        REQUIRE(window.click("world/rule.op25b"));
        REQUIRE(window.click("world/rule.op25b/off"));
        CHECK(window.desk().is_forked());
        CHECK(window.desk().cursor() == cursor);
        CHECK_FALSE(window.desk().notice().empty());
    }

    TEST_CASE("the language changes in the middle of a run and nothing else does")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        window.desk().act(action::RunUntil{Until::tls});
        window.settle();
        const std::size_t cursor = window.desk().cursor();
        CHECK(window.shows("Send"));
        REQUIRE(window.click("top/language/ja"));
        window.settle();
        CHECK(window.shows("送信する"));
        CHECK(window.desk().cursor() == cursor);
        window.key(ImGuiKey_L);
        window.settle();
        CHECK(window.shows("Send"));
    }

    TEST_CASE("a broken file says what is wrong, and what was open stays")
    {
        const auto path = std::filesystem::temp_directory_path() / "hikyaku-broken.toml";
        std::ofstream{path} << "world = \"none.toml\"\ntitel = 1\n";
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.open(path.string());
        CHECK(window.shows("hikyaku-broken.toml:"));
        CHECK(window.desk().path() == test::lesson_path("op25b"));
        window.open(test::lesson_path("path"));
        CHECK(window.desk().problems().empty());
        std::filesystem::remove(path);
    }

    TEST_CASE("every key does what the list of keys says")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        window.key(ImGuiKey_RightArrow);
        const std::size_t one = window.desk().cursor();
        CHECK(one > 0);
        window.key(ImGuiKey_RightArrow, true);
        CHECK(window.desk().cursor() > one);
        window.key(ImGuiKey_Home);
        CHECK(window.desk().cursor() == 0);
        window.key(ImGuiKey_End);
        CHECK(window.desk().at_end());
        window.key(ImGuiKey_LeftArrow);
        CHECK_FALSE(window.desk().at_end());
        window.key(ImGuiKey_1);
        CHECK(window.desk().preferences().level == sim::explain::Level::story);
        window.key(ImGuiKey_3);
        CHECK(window.desk().preferences().level == sim::explain::Level::expert);
        window.key(ImGuiKey_2);
        window.key(ImGuiKey_R);
        CHECK(window.desk().cursor() == 0);
        window.key(ImGuiKey_Period);
        CHECK(window.desk().playing());
        window.key(ImGuiKey_Space);
        CHECK_FALSE(window.desk().playing());
        window.key(ImGuiKey_P);
        CHECK(window.desk().presentation());
        window.key(ImGuiKey_P);
        CHECK_FALSE(window.desk().presentation());
        window.key(ImGuiKey_PageDown);
        CHECK(window.desk().path() == test::lesson_path("submissions-465"));
        window.key(ImGuiKey_PageUp);
        CHECK(window.desk().path() == test::lesson_path("submission-587"));
        window.type("?");
        CHECK(window.desk().sheet() == gui::Sheet::keys);
        window.key(ImGuiKey_Escape);
        CHECK(window.desk().sheet() == gui::Sheet::none);
    }

    TEST_CASE("letters typed into a field are text, not keys")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        REQUIRE(window.click("account/client.server"));
        window.key(ImGuiKey_L);
        window.type("漢");
        CHECK(window.desk().preferences().language == "en");
        window.key(ImGuiKey_Escape);
        CHECK(window.desk().setting("client.server")->value == "mail.kumo.example");
    }

    TEST_CASE("tabs, levels, themes, players and sheets answer in both languages")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("submission-587"));
            REQUIRE(window.click("predict/1"));
            CHECK(window.desk().prediction() == 0);
            window.desk().act(action::RunUntil{Until::tls});
            window.settle();
            for (const gui::Tab tab : sim::values_of<gui::Tab>()) {
                const std::string path = "tab/" + std::string{sim::name_of(tab)};
                CAPTURE(path);
                REQUIRE(window.click(path));
                window.settle();
                CHECK(window.desk().tab() == tab);
            }
            for (const char* path : {"top/level/story",
                                     "top/level/expert",
                                     "top/level/standard",
                                     "top/theme",
                                     "top/theme",
                                     "player/start",
                                     "player/forward",
                                     "player/back",
                                     "player/end",
                                     "player/play",
                                     "player/play",
                                     "top/menu",
                                     "sheet/close",
                                     "top/keys",
                                     "sheet/close",
                                     "player/until",
                                     "until/delivered",
                                     "map/mail.kumo.example",
                                     "host/close"}) {
                CAPTURE(path);
                CHECK(window.click(path));
                window.settle();
            }
            REQUIRE(window.click("top/presenter"));
            CHECK(window.desk().presentation());
        }
    }

    TEST_CASE("selecting an event in one view selects it in all")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        for (int i = 0; i < 8; ++i) // into the first hop, whose rows are not folded
            window.desk().act(action::Step{});
        window.settle();
        std::string row;
        for (const auto& item : window.probe().items)
            if (item.path.starts_with("ladder/")) row = item.path;
        REQUIRE_FALSE(row.empty());
        const auto event = static_cast<std::uint32_t>(std::stoul(row.substr(7)));
        REQUIRE(window.click(row));
        CHECK(window.desk().selected() == sim::EventId{event});
    }

    TEST_CASE("watching a run does not change it")
    {
        for (const auto& lesson : test::all_lessons()) {
            CAPTURE(lesson.path);
            sim::Plan plan;
            plan.scenario = std::make_shared<const sim::scenario::Scenario>(
                platform::load_scenario(lesson.path).value());
            const sim::Playback alone{plan};
            Window window{in("ja")};
            window.open(lesson.path);
            for (int i = 0; i < 5; ++i)
                window.key(ImGuiKey_RightArrow);
            window.desk().act(action::ToEnd{});
            window.settle();
            CHECK(window.desk().playback().trace().hash() == alone.trace().hash());
        }
    }

    TEST_CASE("a window of no size, or a tiny one, is survived")
    {
        for (const ImVec2 size :
             {ImVec2{0, 0}, ImVec2{1, 900}, ImVec2{300, 250}, ImVec2{641, 481}}) {
            Window window{in("en"), size};
            window.open(test::lesson_path("path"));
            window.desk().act(action::ToEnd{});
            window.settle();
        }
    }

    TEST_CASE("what is remembered is read back, and rubbish is not believed")
    {
        gui::Preferences preferences;
        preferences.language = "ja";
        preferences.theme = gui::ThemeName::dark;
        preferences.level = sim::explain::Level::expert;
        preferences.zoom = 1.5F;
        preferences.motion = false;
        preferences.folder = "/home/hanako/lessons";
        preferences.window = {10, 20, 1280, 720};
        CHECK(gui::read_preferences(gui::write_preferences(preferences), {}) == preferences);
        for (const char* rubbish :
             {"",
              "{",
              "[]",
              "{\"zoom\": 1e9, \"theme\": 3, \"window\": [1], \"language\": \"fr\"}"}) {
            const auto read = gui::read_preferences(rubbish, {});
            CHECK(read.zoom <= 2);
            CHECK(read.language == "en");
            CHECK(read.window == gui::Preferences{}.window);
        }
    }
}
