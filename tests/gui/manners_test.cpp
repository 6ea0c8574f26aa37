// Small things that spoil a lesson when they go wrong: another lesson is opened, a guess comes
// late, a key is held, a file is broken, something is saved twice.

#include "gui/exports.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using gui::Until;
using test::in;
using test::Window;
namespace action = gui::action;

namespace {

void hold(Window& window, ImGuiKey key, int frames)
{
    ImGui::GetIO().AddKeyEvent(key, true);
    for (int i = 0; i < frames; ++i)
        window.frame();
    ImGui::GetIO().AddKeyEvent(key, false);
    window.frame();
}

} // namespace

TEST_SUITE("gui.manners")
{
    TEST_CASE("another lesson stops what plays, begins at its top, and asks for a guess of its own")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language), {1280, 720}};
            window.open(test::lesson_path("submission-587"));
            const auto top = window.find("account/client.line");
            REQUIRE(window.click("predict/1"));
            window.wheel({100, 300}, -20);
            window.settle();
            REQUIRE(window.find("account/client.line")->min.y != top->min.y);
            window.desk().act(action::Send{});
            window.key(ImGuiKey_PageDown);
            window.settle();
            CHECK_FALSE(window.desk().playing());
            CHECK(window.desk().cursor() == 0);
            CHECK_FALSE(window.desk().prediction());
            REQUIRE(window.find("predict/1"));
            CHECK(window.find("predict/1")->min.y > 60); // not scrolled away
            window.key(ImGuiKey_PageUp);
            window.settle();
            CHECK(window.desk().prediction() == 0); // kept on the way back
        }
    }

    TEST_CASE("a guess that comes when all has been seen says why it does not count")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            const std::string words = window.desk().language().text("gui.predict.late");
            window.desk().act(action::ToEnd{});
            window.settle();
            REQUIRE(window.click("predict/2"));
            CHECK_FALSE(window.desk().prediction());
            CHECK(window.desk().guessed_late());
            window.desk().act(action::ToStart{});
            window.settle();
            REQUIRE(window.click("predict/2")); // nor later on
            CHECK_FALSE(window.desk().prediction());
            window.open(test::lesson_path("path"));
            CHECK_FALSE(window.desk().guessed_late());
        }
    }

    TEST_CASE("of keys that are held down, only the arrows go on")
    {
        Window window{in("en")};
        window.open(window.desk().lessons().front().path);
        hold(window, ImGuiKey_PageDown, 120);
        CHECK(window.desk().lesson_number() == 2);
        hold(window, ImGuiKey_RightArrow, 120);
        const std::size_t one = window.desk().view().stops().front() + 1;
        CHECK(window.desk().cursor() > one);
        const bool ja = window.desk().preferences().language == "ja";
        hold(window, ImGuiKey_L, 120);
        CHECK((window.desk().preferences().language == "ja") != ja);
    }

    TEST_CASE("a question mark shows the keys and a slash the lessons, however they are typed")
    {
        Window window{in("ja")};
        window.open(test::lesson_path("path"));
        for (const char* typed : {"?", "？"}) {
            window.type(typed);
            CHECK(window.desk().sheet() == gui::Sheet::keys);
            window.key(ImGuiKey_Escape);
        }
        // Shift is up again before the frame comes.
        window.key(ImGuiKey_Slash);
        CHECK(window.desk().sheet() == gui::Sheet::none);
        window.type("/");
        CHECK(window.desk().sheet() == gui::Sheet::lessons);
    }

    TEST_CASE("behind a file that cannot be opened nothing is sent")
    {
        const auto path = std::filesystem::temp_directory_path() / "hikyaku-unsent.toml";
        std::ofstream{path} << "titel = 1\n";
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.open(path.string());
        CHECK_FALSE(window.find("account/send"));
        CHECK_FALSE(window.find("player/play"));
        window.key(ImGuiKey_Space);
        window.key(ImGuiKey_RightArrow);
        window.desk().act(action::Send{});
        CHECK_FALSE(window.desk().playing());
        CHECK(window.desk().cursor() == 0);
        window.open(test::lesson_path("op25b"));
        CHECK(window.find("account/send"));
        std::filesystem::remove(path);
    }

    TEST_CASE(
        "what is saved again has another name; a text says what it is about and why it stopped")
    {
        const auto folder = std::filesystem::temp_directory_path() / "hikyaku-saved";
        std::filesystem::create_directories(folder);
        CHECK(gui::free_path(folder, "a", ".txt").filename() == "a.txt");
        std::ofstream{folder / "a.txt"} << "mine";
        CHECK(gui::free_path(folder, "a", ".txt").filename() == "a-2.txt");
        std::ofstream{folder / "a-2.txt"} << "mine, too";
        CHECK(gui::free_path(folder, "a", ".txt").filename() == "a-3.txt");
        CHECK(gui::free_path(folder, "a", ".json").filename() == "a.json");
        std::filesystem::remove_all(folder);

        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(action::ToEnd{});
        const std::string text = gui::export_octets(window.desk(), action::ExportKind::transcript);
        CHECK(text.starts_with(window.desk().scenario().title.en));
        CHECK(text.find("OP25B") != std::string::npos);
        CHECK(text.find(window.desk().language().text("why.title")) != std::string::npos);
    }

    TEST_CASE("a long path goes on behind one of its folders")
    {
        Window window{in("en")};
        window.open(test::lesson_path("path"));
        ImGui::NewFrame();
        const gui::TextStyle style{ImGui::GetFont(), 15, 0};
        const std::string path = "/home/hanako/lessons/mail/hikyaku-op25b.json";
        for (const std::string_view line : gui::wrap(style, path, 180))
            CHECK((line.ends_with('/') || line.ends_with(".json")));
        ImGui::EndFrame();
    }

    TEST_CASE("the fields that a cure changes flash, and then are quiet again")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(action::RunUntil{Until::block});
        window.settle();
        CHECK(window.probe().told.contains("blamed/client.port"));
        CHECK(window.shows("Port  25 → 587"));
        REQUIRE(window.click("why/cure"));
        CHECK(window.probe().told.contains("flash/client.port"));
        CHECK_FALSE(window.probe().told.contains("flash/client.user"));
        for (int i = 0; i < 40; ++i)
            window.frame(0.1F);
        CHECK_FALSE(window.probe().told.contains("flash/client.port"));
        CHECK_FALSE(window.probe().told.contains("blamed/client.port"));
    }

    TEST_CASE("a world with a crowd is not opened, and the window says who counts it")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language)};
            const std::string open = test::lesson_path("op25b");
            window.open(open);
            window.open(test::lesson_path("spam-flood"));
            CHECK(window.desk().path() == open);
            CHECK(window.desk().notice().find("hikyaku run") != std::string::npos);
            CHECK(window.shows(language[0] == 'j' ? "この世界には群れ" : "This world has a"));
        }
        for (const auto& lesson : test::all_lessons())
            CHECK(lesson.name() != "spam-flood");
    }
}
