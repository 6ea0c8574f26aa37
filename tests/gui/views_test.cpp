// What the views put first: what a listener knows, states by their names, whole rows, how far
// somebody has come.

#include "gui/preferences.h"
#include "gui/theme.h"
#include "sim/core/named_enum.h"
#include "sim/core/smtp_words.h"
#include "sim/explain/nouns.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <variant>
#include <vector>

using test::in;
using test::Window;
namespace action = gui::action;

TEST_SUITE("gui.views")
{
    TEST_CASE("the wiretap begins with what the listener knows and what he does not")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("starttls-stripped"));
            window.desk().act(action::ShowTab{gui::Tab::wiretap});
            window.desk().act(action::ToEnd{});
            window.settle();
            const auto& words = window.desk().language();
            CHECK(window.probe().told.contains("wiretap/known"));
            CHECK(window.probe().told.contains("wiretap/hidden"));
            const auto& texts = window.probe().texts;
            const auto known = std::ranges::find(
                texts, words.text("report.wire.learned"), &gui::Probe::Text::text);
            const auto hidden =
                std::ranges::find(texts, words.text("report.wire.hidden"), &gui::Probe::Text::text);
            const auto bytes = window.find("wiretap/view/last");
            REQUIRE(known != texts.end());
            REQUIRE(hidden != texts.end());
            REQUIRE(bytes);
            CHECK(known->min.y < hidden->min.y);
            CHECK(hidden->min.y < bytes->min.y);
            for (const std::string& misfit : window.probe().misfits)
                FAIL_CHECK("no room for " << misfit);
            // It grows with the cursor: nothing is known at the start.
            window.desk().act(action::ToStart{});
            window.settle();
            CHECK_FALSE(window.probe().told.contains("wiretap/known"));
        }
    }

    TEST_CASE("states have names of the language, not of the code")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language), {1440, 1600}};
            window.open(test::lesson_path("submission-587"));
            window.desk().act(action::ShowTab{gui::Tab::state});
            window.desk().act(action::RunUntil{gui::Until::tls});
            window.settle();
            const auto& words = window.desk().language();
            CHECK(window.shows(words.text("noun.phase.awaiting_hello")));
            CHECK_FALSE(window.shows("awaiting_hello"));
            window.desk().act(action::ToEnd{}); // the fetch
            window.settle();
            CHECK(window.shows(words.text("noun.pop3_phase.authorization")));
        }
    }

    TEST_CASE("no row stands half below the ladder's names, however one scrolls")
    {
        Window window{in("en"), {1280, 720}};
        window.open(test::lesson_path("submission-587"));
        window.desk().act(action::Step{1});
        window.settle();
        const auto& items = window.probe().items;
        const auto found = std::ranges::find_if(
            items, [](const auto& item) { return item.path.starts_with("ladder/"); });
        REQUIRE(found != items.end());
        const float top = found->min.y;
        const float height = found->max.y - found->min.y;
        const float middle = (found->min.x + found->max.x) / 2;
        const auto check = [&](const char* when) {
            CAPTURE(when);
            for (const auto& item : window.probe().items) {
                if (!item.path.starts_with("ladder/")) continue;
                const float rows = (item.min.y - top) / height;
                CHECK(std::abs(rows - std::round(rows)) < 0.02F);
            }
        };
        for (int i = 0; i < 25; ++i) {
            window.desk().act(action::Step{1});
            window.frame();
        }
        window.settle();
        check("stepped");
        window.wheel({middle, top + 20}, 1.3F);
        window.settle();
        check("scrolled up");
        window.wheel({middle, top + 20}, -0.4F);
        window.settle();
        check("scrolled down");
    }

    TEST_CASE("at 720 lines the verdict leaves some of the conversation to be seen")
    {
        for (const char* language : {"ja", "en"}) {
            for (const char* lesson : {"op25b", "path", "starttls-stripped"}) {
                CAPTURE(language);
                CAPTURE(lesson);
                Window window{in(language), {1280, 720}};
                window.open(test::lesson_path(lesson));
                window.desk().act(action::ToEnd{});
                window.settle();
                REQUIRE(window.desk().shows_verdict());
                const auto rows = std::ranges::count_if(window.probe().items, [](const auto& item) {
                    return item.path.starts_with("ladder/");
                });
                // A gap is a row too.
                const auto gaps = std::ranges::count_if(window.probe().texts, [](const auto& text) {
                    return text.text == gui::icon::fold && text.min.x < 400 && text.min.y < 640;
                });
                CHECK_MESSAGE(rows + gaps >= 2, std::string{lesson}, " ", rows, " rows");
                for (const auto level : sim::values_of<sim::explain::Level>()) {
                    window.desk().act(action::SetLevel{level});
                    window.settle();
                    for (const std::string& misfit : window.probe().misfits)
                        FAIL_CHECK("no room for " << misfit);
                }
            }
        }
    }

    TEST_CASE("the ladder tells one talk at a time: two wide lanes, everybody else aside")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language), {1280, 720}};
            window.open(test::lesson_path("submission-587"));
            window.desk().act(action::RunUntil{gui::Until::tls});
            window.settle();
            const auto& talks = window.desk().view().talks();
            REQUIRE_FALSE(talks.empty());
            const auto name = [&](sim::HostId host) {
                return sim::explain::host_name(host, window.desk().source().context());
            };
            // In one line, so whoever reads a name in two has its last word here.
            const auto x_of = [&](const std::string& words) {
                const auto& texts = window.probe().texts;
                const auto found = std::ranges::find_if(texts, [&](const auto& text) {
                    return text.min.y > 370 && text.min.x > 380 && words.ends_with(text.text);
                });
                REQUIRE_MESSAGE(found != texts.end(), words);
                return (found->min.x + found->max.x) / 2;
            };
            const float client = x_of(name(talks[0].client));
            const float server = x_of(name(talks[0].server) + " :587");
            CHECK(server - client > 250); // of the 620 that the middle has
            REQUIRE(talks[0].aside.size() == 1);
            CHECK(x_of(name(talks[0].aside.front())) > server);
        }
    }

    TEST_CASE("another talk has a heading of its own, an opened hop its two lanes")
    {
        Window window{in("en"), {1440, 900}};
        window.open(test::lesson_path("retry-and-bounce"));
        window.desk().act(action::RunUntil{gui::Until::refusal});
        window.settle();
        CHECK(window.probe().told.contains("ladder/talk"));
        const auto& view = window.desk().view();
        const auto talk =
            std::ranges::find(view.shown(), gui::ShownRow::Kind::talk, &gui::ShownRow::kind);
        REQUIRE(talk != view.shown().end());
        CHECK(view.talks().at(talk->talk).server_at.port == 25);
        for (std::size_t i = 1; i < view.shown().size(); ++i) {
            const auto& row = view.shown()[i];
            if (row.kind != gui::ShownRow::Kind::talk) continue;
            CHECK(view.shown()[i - 1].talk != row.talk);
            CHECK(view.shown()[i - 1].kind != gui::ShownRow::Kind::heading);
        }
    }

    TEST_CASE("what a server offers stands in its reply, piece by piece")
    {
        for (const char* language : {"ja", "en"}) {
            Window window{in(language), {1440, 900}};
            window.open(test::lesson_path("starttls-stripped"));
            const auto& trace = window.desk().playback().trace();
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const auto* reply = std::get_if<sim::SmtpReply>(&trace[i].what);
                if (reply == nullptr || reply->to != sim::SmtpVerb::ehlo) continue;
                window.desk().act(action::Seek{i + 1});
                break;
            }
            window.settle();
            CHECK(window.probe().told.contains("ladder/offers"));
            const auto& texts = window.probe().texts;
            for (const char* chip : {"STARTTLS", "AUTH PLAIN LOGIN CRAM-MD5"})
                CHECK(std::ranges::find(texts, chip, &gui::Probe::Text::text) != texts.end());
        }
    }

    TEST_CASE("in the transcript each connection has a heading, and each line a direction")
    {
        Window window{in("en"), {1440, 900}};
        window.open(test::lesson_path("path"));
        window.desk().act(action::ToEnd{});
        window.settle();
        CHECK(window.probe().told.contains("transcript/heading"));
        CHECK(window.shows("Taro's PC → Umi's mailbox server :995"));
        CHECK(window.shows("→ RETR 1"));
        CHECK(window.shows("← +OK Bye"));
    }

    TEST_CASE("every hop has its number on the map")
    {
        for (const char* lesson : {"path", "starttls-stripped", "op25b"}) {
            CAPTURE(lesson);
            Window window{in("ja"), {1280, 720}};
            window.open(test::lesson_path(lesson));
            window.desk().act(action::ToEnd{});
            window.settle();
            for (const auto& hop : window.desk().view().journey())
                CHECK(window.probe().told.contains("map/hop/" + std::to_string(hop.number)));
        }
    }

    TEST_CASE("the dots tell what was seen and what was guessed, and that is remembered")
    {
        Window window{in("en"), {1920, 1080}};
        const auto told = [&](const std::string& dot) {
            return window.probe().told.contains("dot/" + dot);
        };
        window.open(test::lesson_path("op25b"));
        CHECK(told("op25b/unseen"));
        window.desk().act(action::ToEnd{});
        window.settle();
        CHECK(told("op25b/seen"));
        CHECK(told("path/unseen")); // it comes before, and was not looked at

        window.open(test::lesson_path("path"));
        const auto& choices = window.desk().scenario().prediction->choices;
        const auto right = std::ranges::find_if(choices, [](const auto& it) { return it.right; });
        window.desk().act(action::Predict{static_cast<int>(right - choices.begin())});
        window.desk().act(action::ToEnd{});
        window.settle();
        CHECK(told("path/guessed"));
        window.desk().act(action::Restart{});
        window.desk().act(action::ToEnd{});
        CHECK(window.desk().preferences().lessons.at("path") == gui::Progress::guessed);

        const std::string kept = gui::write_preferences(window.desk().preferences());
        const gui::Preferences read = gui::read_preferences(kept, {});
        CHECK(read.lessons == window.desk().preferences().lessons);
        CHECK(gui::read_preferences(R"({"lessons": {"a": "none", "b": 1, "c": "seen"}})", {})
                  .lessons == std::map<std::string, gui::Progress>{{"c", gui::Progress::seen}});
        CHECK(gui::read_preferences(R"({"lessons": 3})", {}).lessons.empty());
    }

    TEST_CASE("the run that was cured stays as a ghost to compare with")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::ToEnd{});
            const std::string before =
                sim::report::words_of(window.desk().view().verdict(), window.desk().source());
            const auto card = window.desk().view().last_card_before(window.desk().cursor());
            REQUIRE(card);
            CHECK(window.desk().before() == nullptr);
            window.desk().act(action::ApplyCure{*card});
            window.settle();
            REQUIRE(window.desk().before() != nullptr);
            CHECK(window.probe().told.contains("map/ghost"));
            window.desk().act(action::ToEnd{});
            window.settle();
            CHECK(window.desk().shows_verdict());
            CHECK(window.probe().told.contains("verdict/before"));
            CHECK(window.desk().source_before().end == window.desk().before()->playback().end());
            CHECK(sim::report::words_of(window.desk().before()->view().verdict(),
                                        window.desk().source_before()) == before);
            // In the language that is chosen now.
            window.desk().act(action::SetLanguage{language == std::string{"ja"} ? "en" : "ja"});
            window.settle();
            CHECK(sim::report::words_of(window.desk().before()->view().verdict(),
                                        window.desk().source_before()) != before);
            window.desk().act(action::Restart{});
            CHECK(window.desk().before() == nullptr);
        }
    }

    TEST_CASE("locks and eyes stand in one column of the ladder")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        window.desk().act(action::RunUntil{gui::Until::tls});
        window.settle();
        std::vector<float> middles;
        for (const auto& text : window.probe().texts) {
            const bool in_ladder = text.min.y > 500 && text.min.x > 290 && text.max.x < 1070;
            if (in_ladder && (text.text == gui::icon::eye || text.text == gui::icon::lock))
                middles.push_back((text.min.x + text.max.x) / 2);
        }
        REQUIRE(middles.size() > 2);
        for (const float middle : middles)
            CHECK(middle == doctest::Approx(middles.front()).epsilon(0.01));
    }

    TEST_CASE("marks of quotation open and close, and an apostrophe stays")
    {
        CHECK(gui::with_opening_quotes(R"(says "250" ("ok"))") == R"(says “250" (“ok"))");
        CHECK(gui::with_opening_quotes(R"("cannot connect")") == R"(“cannot connect")");
        CHECK(gui::with_opening_quotes("Hanako's PC") == "Hanako's PC");
    }
}
