// What may stand behind hikyaku-gui, and what is said to what may not.
#include "gui/options.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

TEST_SUITE("gui.options")
{
    TEST_CASE("a lesson, how it looks, and a picture")
    {
        const auto options = gui::parse_options({"path",
                                                 "--lang=ja",
                                                 "--theme",
                                                 "dark",
                                                 "--at",
                                                 "tls",
                                                 "--set",
                                                 "a=b",
                                                 "--set=c=d"})
                                 .value();
        CHECK(options.lesson == "path");
        CHECK(options.lang == "ja");
        CHECK(options.theme == "dark");
        CHECK(options.screenshot.at == "tls");
        CHECK(options.screenshot.settings == std::vector<std::string>{"a=b", "c=d"});
        CHECK(gui::parse_options({"--lesson", "path"}).value().lesson == "path");
        CHECK(gui::parse_options({"-h"}).value().help);
    }

    TEST_CASE("what is wrong is said in both languages")
    {
        const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
            {{"--lagn", "ja"}, "cli.error.unknown_argument"},
            {{"--lang", "fr"}, "cli.error.not_a_choice"},
            {{"--lang"}, "cli.error.option_values"},
            {{"op25b", "path"}, "gui.option.one_lesson"}};
        for (const auto& each : wrong) {
            const auto& arguments = each.first;
            const std::string& key = each.second;
            INFO(key);
            const auto options = gui::parse_options(arguments);
            REQUIRE_FALSE(options.has_value());
            CHECK(options.error().key == key);
            for (const char* code : {"ja", "en"}) {
                const auto language = platform::load_language(HIKYAKU_SOURCE_DIR, code).value();
                const std::string text = language.text(key, options.error().arguments);
                CHECK(text.find(arguments.back().substr(2)) != std::string::npos);
                CHECK(text.find('{') == std::string::npos);
            }
        }
    }

    TEST_CASE("the help names every option in both languages")
    {
        for (const char* code : {"ja", "en"}) {
            const std::string help =
                gui::options_help(platform::load_language(HIKYAKU_SOURCE_DIR, code).value());
            for (const char* name : {"--lesson",
                                     "--lang",
                                     "--theme",
                                     "--level",
                                     "--screenshot",
                                     "--at",
                                     "--tab",
                                     "--set",
                                     "--size",
                                     "--help"})
                CHECK(help.find(name) != std::string::npos);
            CHECK(help.find("gui.option") == std::string::npos);
        }
    }
}
