// The first minute: where to begin, what the signs mean, and words that are explained where they
// stand.

#include "gui/glossary.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using test::in;
using test::Window;
namespace action = gui::action;

namespace {

constexpr const char* table = "## Mail\n"
                              "| English | 日本語 | what it is | 説明 | RFC |\n"
                              "| --- | --- | --- | --- | --- |\n"
                              "| port | ポート | a door | 入口 | 6335 |\n"
                              "| submission port | 投稿のポート | 587 | 587番 | |\n"
                              "| TLS | TLS | a seal | 封 | |\n"
                              "| A, BB | か、き（く） | two | 二つ | |\n"
                              "## In the simulator\n"
                              "| English | 日本語 | what it is | 説明 |\n"
                              "| --- | --- | --- | --- |\n"
                              "| step | 手順 | ours | 私たちの |\n";

std::vector<std::string> found_in(const gui::Glossary& glossary, const std::string& text)
{
    std::vector<std::string> words;
    for (const auto& found : glossary.in(text))
        words.push_back(text.substr(found.begin, found.end - found.begin));
    return words;
}

} // namespace

TEST_SUITE("gui.first_minute")
{
    TEST_CASE("words of the glossary are found as words, the longer first and each once")
    {
        using Words = std::vector<std::string>;
        const gui::Glossary en{table, "en"};
        CHECK(found_in(en, "A submission port, two ports, a report and STARTTLS.") ==
              Words{"A", "submission port", "port"});
        CHECK(found_in(en, "TLS and TLS, BB, step") == Words{"TLS", "BB"});
        const gui::Glossary ja{table, "ja"};
        CHECK(found_in(ja, "投稿のポートとポート、STARTTLSとTLSとき。") ==
              Words{"投稿のポート", "ポート", "TLS", "き"});
        CHECK(found_in(gui::Glossary{}, "port").empty());
    }

    TEST_CASE("the glossary's own file is read in both languages")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language)};
            const auto& words = window.desk().glossary().words();
            CHECK(words.size() > 60);
            const auto op25b = std::ranges::find(words, "OP25B", &gui::Glossary::Word::word);
            REQUIRE(op25b != words.end());
            CHECK(op25b->meaning.find("25") != std::string::npos);
        }
    }

    TEST_CASE("a word in the sentence is explained where the mouse rests on it")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::RunUntil{gui::Until::block});
            window.settle();
            const auto word = window.find("word/OP25B");
            REQUIRE(word);
            const auto& words = window.desk().glossary().words();
            const std::string meaning =
                std::ranges::find(words, "OP25B", &gui::Glossary::Word::word)->meaning;
            CHECK_FALSE(window.shows(meaning.substr(0, 18)));
            ImGui::GetIO().AddMousePosEvent((word->min.x + word->max.x) / 2,
                                            (word->min.y + word->max.y) / 2);
            window.settle();
            CHECK(window.shows(meaning.substr(0, 18)));
        }
    }

    TEST_CASE("a word is explained to whoever walks there with Tab")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(action::RunUntil{gui::Until::block});
        window.settle();
        const auto& words = window.desk().glossary().words();
        for (int tabs = 0; tabs < 120; ++tabs) {
            window.key(ImGuiKey_Tab);
            window.frame();
            const std::string& on = window.probe().focused;
            if (!on.starts_with("word/")) continue;
            const auto word = std::ranges::find(words, on.substr(5), &gui::Glossary::Word::word);
            REQUIRE(word != words.end());
            CHECK(window.shows(word->meaning.substr(0, 12)));
            return;
        }
        FAIL("no word was reached");
    }

    TEST_CASE("the start sheet has three doors, and three marks that show where to look")
    {
        for (const char* language : {"ja", "en"}) {
            for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1440, 900}}) {
                CAPTURE(language);
                Window window{in(language), size};
                window.open(test::lesson_path("submission-587"));
                window.desk().act(action::ShowSheet{gui::Sheet::start});
                window.settle();
                for (const std::string& misfit : window.probe().misfits)
                    FAIL_CHECK("no room for " << misfit);
                // The map that it explains stays to be seen, and each mark is at its place.
                const auto sheet = window.find("sheet");
                REQUIRE(sheet);
                for (const auto& item : window.probe().items) {
                    if (!item.path.starts_with("map/")) continue;
                    CAPTURE(item.path);
                    CHECK((item.max.y <= sheet->min.y || item.max.x <= sheet->min.x));
                }
                const auto mark = window.find("start/mark/send");
                const auto send = window.find("account/send");
                REQUIRE(mark);
                REQUIRE(send);
                CHECK(mark->min.x > send->min.x);
                CHECK(mark->min.y < send->max.y);
                CHECK(mark->max.y > send->min.y);
                for (const char* number : {"1", "2", "3"}) { // in the sheet, and in the window
                    CHECK(std::ranges::count(
                              window.probe().texts, number, &gui::Probe::Text::text) >= 2);
                }
                REQUIRE(window.click("start/block"));
                CHECK(window.desk().sheet() == gui::Sheet::none);
                CHECK(window.desk().path() == test::lesson_path("op25b"));
                CHECK(window.desk().playing());
                window.desk().act(action::ShowSheet{gui::Sheet::start});
                window.settle();
                REQUIRE(window.click("start/watch"));
                CHECK(window.desk().path() == test::lesson_path("path"));
                window.desk().act(action::ShowSheet{gui::Sheet::start});
                window.settle();
                REQUIRE(window.click("start/choose"));
                CHECK(window.desk().sheet() == gui::Sheet::lessons);
            }
        }
    }

    TEST_CASE("the legend is opened from everywhere and names every sign")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language), {1280, 720}};
            window.open(test::lesson_path("op25b"));
            window.key(ImGuiKey_G);
            window.settle();
            CHECK(window.desk().sheet() == gui::Sheet::legend);
            for (const std::string& misfit : window.probe().misfits)
                FAIL_CHECK("no room for " << misfit);
            for (const char* name : {"clear",
                                     "encrypted",
                                     "blocked",
                                     "secret",
                                     "accepted",
                                     "connection",
                                     "delivered"}) {
                const std::string words =
                    window.desk().language().text("gui.legend." + std::string{name});
                CHECK(window.shows(words.substr(0, 12)));
            }
            CHECK(window.probe().told.contains("legend/octagon")); // as on the map
            CHECK(window.shows(window.desk().language().text("gui.legend.stopped")));
            window.key(ImGuiKey_G);
            CHECK(window.desk().sheet() == gui::Sheet::none);
            window.desk().act(action::ShowSheet{gui::Sheet::export_menu});
            window.settle();
            REQUIRE(window.click("menu/legend"));
            CHECK(window.desk().sheet() == gui::Sheet::legend);
        }
    }
}
