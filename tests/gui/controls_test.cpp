// Every control of the window, used as a person uses it, in both languages: found by its path,
// pressed, dragged or typed into; and what it did is looked at in the desk and on the screen.

#include "gui/exports.h"
#include "gui/search.h"
#include "sim/report/pcapng.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

using gui::Until;
using test::in;
using test::Window;
namespace action = gui::action;

namespace {

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
            window.type("/");
            window.settle();
            CHECK(window.desk().sheet() == gui::Sheet::lessons);
            CHECK(window.desk().found().size() == window.desk().lessons().size());
            window.type("587");
            window.frame();
            CHECK(window.desk().search() == "587");
            CHECK(window.desk().found().size() < window.desk().lessons().size());
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.desk().path() == test::lesson_path("submission-587"));
            CHECK(window.desk().sheet() == gui::Sheet::none);
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
            CHECK(window.desk().picked() == 1);
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.desk().path() == window.desk().lessons()[1].path);

            window.type("/");
            window.settle();
            window.key(ImGuiKey_Escape);
            window.settle();
            CHECK(window.desk().sheet() == gui::Sheet::none);

            REQUIRE(window.click("top/lesson"));
            window.settle();
            window.press({700, 600});
            CHECK(window.desk().sheet() == gui::Sheet::none);
            REQUIRE(window.click("top/lesson"));
            window.settle();
            REQUIRE(window.click("top/lesson"));
            CHECK(window.desk().sheet() == gui::Sheet::none);

            REQUIRE(window.click("top/lesson"));
            window.settle();
            REQUIRE(window.click("lessons/4"));
            window.settle();
            CHECK(window.desk().path() == window.desk().lessons()[3].path);
        });
    }

    TEST_CASE("a file with mistakes is read again once they are put right")
    {
        const auto path = std::filesystem::temp_directory_path() / "hikyaku-mended.toml";
        std::string text = platform::read_file(test::lesson_path("op25b")).value();
        const std::string relative = "../../assets";
        const auto assets = std::filesystem::relative(test::home() / "assets", path.parent_path());
        text.replace(text.rfind(relative), relative.size(), assets.string());
        std::ofstream{path} << "titel = 1\n" << text;
        Window window{in("en")};
        window.open(test::lesson_path("path"));
        window.open(path.string());
        CHECK_FALSE(window.desk().problems().empty());
        CHECK(window.desk().path() == test::lesson_path("path"));
        CHECK(window.desk().wanted() == path.string());
        std::ofstream{path} << text;
        window.desk().reload(); // as when the window notices that the file has changed
        CHECK(window.desk().problems().empty());
        CHECK(window.desk().path() == path.string());
        std::filesystem::remove(path);
    }

    TEST_CASE("the map is enlarged under the pointer, dragged, and fits again")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("op25b"));
            const auto card = [&] { return window.find("map/mail.kumo.example").value(); };
            const gui::Probe::Item before = card();
            const ImVec2 pointer{(before.min.x + before.max.x) / 2,
                                 (before.min.y + before.max.y) / 2};
            window.wheel(pointer, 3);
            window.settle();
            const gui::Probe::Item large = card();
            CHECK(window.desk().map_view().zoom > 1.4F);
            CHECK(large.max.x - large.min.x > 1.4F * (before.max.x - before.min.x));
            CHECK((large.min.x <= pointer.x && pointer.x < large.max.x));
            CHECK((large.min.y <= pointer.y && pointer.y < large.max.y));

            window.drag({pointer.x, 150}, {pointer.x + 60, 190}, 1);
            CHECK(card().min.x == doctest::Approx(large.min.x + 60).epsilon(0.01));
            CHECK(card().min.y == doctest::Approx(large.min.y + 40).epsilon(0.05));

            const gui::MapView view = window.desk().map_view();
            window.desk().act(action::Send{});
            for (int i = 0; i < 20; ++i)
                window.frame(0.3F);
            window.desk().act(action::SetLevel{sim::explain::Level::expert});
            window.settle();
            CHECK(window.desk().map_view() == view); // stays put while it plays

            window.key(ImGuiKey_0);
            window.settle();
            CHECK(card().min.x == doctest::Approx(before.min.x));
            window.wheel({700, 700}, 3); // over the ladder
            CHECK(window.desk().map_view() == gui::MapView{});
        });
    }

    TEST_CASE("the map's buttons and keys do what the mouse does; another lesson begins fitted")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("op25b"));
            REQUIRE(window.click("mapview/larger"));
            REQUIRE(window.click("mapview/larger"));
            CHECK(window.desk().map_view().zoom == doctest::Approx(1.5625F));
            REQUIRE(window.click("mapview/smaller"));
            CHECK(window.desk().map_view().zoom == doctest::Approx(1.25F));
            const float x = window.desk().map_view().x;
            window.ctrl(ImGuiKey_LeftArrow);
            CHECK(window.desk().map_view().x < x);
            for (int i = 0; i < 20; ++i)
                window.ctrl(ImGuiKey_LeftArrow); // nothing beside the map is ever seen
            CHECK(window.desk().map_view().x == doctest::Approx(0.4F));
            REQUIRE(window.click("mapview/fit"));
            CHECK(window.desk().map_view() == gui::MapView{});
            REQUIRE(window.click("mapview/larger"));
            window.desk().act(action::Restart{});
            CHECK(window.desk().map_view().zoom > 1);
            window.key(ImGuiKey_PageDown);
            CHECK(window.desk().map_view() == gui::MapView{});
        });
    }

    TEST_CASE("the wiretap sets what the ends have against what is on the cable")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("plain-password"));
            const auto& trace = window.desk().playback().trace();
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const auto* command = std::get_if<sim::SmtpCommand>(&trace[i].what);
                if (command == nullptr || command->verb != sim::SmtpVerb::auth) continue;
                window.desk().act(action::Seek{i + 1});
                break;
            }
            REQUIRE(window.click("tab/wiretap"));
            window.settle();
            CHECK(window.shows("AUTH PLAIN ********"));
            CHECK(window.shows("AGhh")); // readable for anyone who listens
            REQUIRE(window.click("wiretap/secrets"));
            CHECK(window.desk().shows_secrets());
            window.settle();
            CHECK_FALSE(window.shows("AUTH PLAIN ********"));
            REQUIRE(window.click("wiretap/secrets"));
            CHECK_FALSE(window.desk().shows_secrets());

            REQUIRE(window.click("wiretap/view/ends"));
            window.settle();
            CHECK(window.desk().tap_view() == gui::TapView::ends);
            CHECK(window.shows("EHLO"));
            REQUIRE(window.click("wiretap/view/wire"));
            window.settle();
            CHECK(window.shows("SYN"));
            REQUIRE(window.click("wiretap/view/last"));

            const sim::LinkId before = window.desk().tapped();
            REQUIRE(window.click("wiretap/link"));
            window.settle();
            REQUIRE(window.click("wiretap/link/5"));
            CHECK(window.desk().tapped() != before);
            CHECK(window.probe().misfits.empty());
        });
    }

    TEST_CASE("a cure forks just before the failure where it can, else it starts anew and says so")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("submission-587"));
            window.desk().act(action::ChangeSetting{"fault.mail.kumo.example.reply.rcpt", "550"});
            window.desk().act(action::ToEnd{});
            window.settle();
            REQUIRE(window.desk().view().card_count() > 0);
            const std::size_t kept = window.desk().kept_by_cure(0);
            CHECK(kept > 0);
            REQUIRE(window.click("why/cure"));
            CHECK(window.desk().is_forked());
            CHECK(window.desk().playing());
            CHECK(window.desk().cursor() >= kept);
            CHECK(window.desk().cursor() < window.desk().playback().trace().size());
            window.desk().act(action::ToEnd{});
            CHECK(window.desk().playback().trace().count(sim::Kind::mail_delivered) == 1);
            CHECK_FALSE(window.desk().notice().empty());

            window.open(test::lesson_path("op25b"));
            window.desk().act(action::ToEnd{});
            window.settle();
            CHECK(window.desk().kept_by_cure(0) == 0); // an account counts from the next sending
            REQUIRE(window.click("why/cure"));
            CHECK_FALSE(window.desk().is_forked());
            window.desk().act(action::ToEnd{});
            CHECK(window.desk().playback().trace().count(sim::Kind::mail_delivered) == 1);
        });
    }

    TEST_CASE("a guess is compared with the lesson as it is given, not with a changed run")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("op25b"));
            REQUIRE(window.click("predict/1"));
            REQUIRE(window.desk().prediction() == 0);
            window.desk().act(action::ChangeSetting{"client.port", "587"});
            window.desk().act(action::ToEnd{});
            CHECK_FALSE(window.desk().is_as_given());
            CHECK_FALSE(window.desk().prediction_settled());
            window.desk().act(action::ChangeSetting{"client.port", "25"});
            CHECK(window.desk().is_as_given());
            CHECK_FALSE(window.desk().prediction_settled()); // not yet seen
            window.desk().act(action::ToEnd{});
            CHECK(window.desk().prediction_settled());
            window.desk().act(action::ApplyCure{0});
            CHECK(window.desk().prediction_settled()); // what was learned stays
        });
    }

    TEST_CASE("the run goes on until each thing that can be waited for, and until a time")
    {
        in_both_languages([](Window& window) {
            const auto last = [&] {
                const auto& playback = window.desk().playback();
                return playback.trace()[playback.cursor() - 1].kind();
            };
            const auto until = [&](const char* path) {
                REQUIRE(window.click("player/until"));
                window.settle();
                REQUIRE(window.click(path));
                CHECK(window.desk().sheet() == gui::Sheet::none);
            };
            window.open(test::lesson_path("op25b"));
            until("until/block");
            CHECK(last() == sim::Kind::packet_dropped);
            window.open(test::lesson_path("submission-587"));
            until("until/tls");
            CHECK(last() == sim::Kind::tls_established);
            until("until/delivered");
            CHECK(last() == sim::Kind::mail_delivered);
            until("until/end");
            CHECK(window.desk().at_end());
            window.desk().act(action::ChangeSetting{"fault.mail.kumo.example.reply.rcpt", "550"});
            window.desk().act(action::ToStart{});
            window.settle();
            until("until/refusal");
            CHECK(last() == sim::Kind::smtp_reply);

            window.desk().act(action::ToStart{});
            const auto at_time = [&](const char* clock) {
                REQUIRE(window.click("player/until"));
                window.settle();
                REQUIRE(window.click("until/time"));
                window.type(clock);
                window.key(ImGuiKey_Enter);
                window.settle();
            };
            at_time("09:00:00.1");
            CHECK(window.desk().sheet() == gui::Sheet::none);
            CHECK(window.desk().cursor() > 0);
            const auto& playback = window.desk().playback();
            CHECK(playback.time() - playback.scenario().start <= std::chrono::milliseconds{100});
            at_time("soon");
            CHECK(window.desk().sheet() == gui::Sheet::until);
            CHECK_FALSE(window.desk().notice().empty());
        });
    }

    TEST_CASE("each kind of fault is chosen in the left column, strikes, and is put right again")
    {
        struct Kind {
            const char* fold;
            const char* setting;
            const char* value;
            sim::Fault fault;
        };
        const std::array kinds{
            Kind{"fault/reply",
                 "fault.mail.kumo.example.reply.rcpt",
                 "550",
                 sim::Fault::reply_replaced},
            Kind{"fault/cut", "fault.mail.kumo.example.cut", "auth", sim::Fault::connection_cut},
            Kind{"fault/delay", "fault.mail.kumo.example.delay", "10m", sim::Fault::delayed},
            Kind{"fault/dns", "fault.ns.example.dns", "servfail", sim::Fault::dns_failing}};
        in_both_languages([&](Window& window) {
            for (const Kind& kind : kinds) {
                CAPTURE(kind.setting);
                window.open(test::lesson_path("submission-587"));
                REQUIRE(window.click(kind.fold));
                window.settle();
                const std::string path = std::string{"fault/"} + kind.setting;
                const auto choose = [&](const std::string& list, const std::string& choice) {
                    REQUIRE(window.click(list));
                    window.settle();
                    REQUIRE(window.click(fmt::format("{}/{}", list, choice)));
                    window.settle();
                };
                const std::string fold = kind.fold;
                if (fold != "fault/dns") choose(fold + "/server", "mail.kumo.example");
                if (fold == "fault/reply") choose(fold + "/point", "rcpt");
                choose(path, kind.value);
                REQUIRE(window.desk().setting(kind.setting)->value == kind.value);
                bool struck = false;
                const auto& trace = window.desk().playback().trace();
                for (std::size_t i = 0; i < trace.size(); ++i) {
                    const auto* fault = std::get_if<sim::FaultInjected>(&trace[i].what);
                    struck = struck || (fault != nullptr && fault->fault == kind.fault);
                }
                CHECK(struck);
                REQUIRE(window.click(std::string{"fault/off/"} + kind.setting));
                CHECK(window.desk().setting(kind.setting)->value == "off");
                CHECK(window.click(kind.fold)); // closed again
                window.settle();
            }
        });
    }

    TEST_CASE("a certificate is made wrong, the mail program refuses it, and it is put right")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("submission-587"));
            REQUIRE(window.click("fault/certificate"));
            window.settle();
            REQUIRE(window.click("fault/certificate/server"));
            window.settle();
            REQUIRE(window.click("fault/certificate/server/mail.kumo.example"));
            window.settle();
            const std::string path = "fault/server.mail.kumo.example.certificate";
            REQUIRE(window.click(path));
            window.settle();
            REQUIRE(window.click(path + "/expired"));
            window.desk().act(action::ToEnd{});
            CHECK(window.desk().view().card_count() > 0);
            CHECK(window.desk().view().card(0).obstacle == sim::explain::Obstacle::certificate);
            window.settle();
            REQUIRE(window.click("fault/off/server.mail.kumo.example.certificate"));
            CHECK(window.desk().setting("server.mail.kumo.example.certificate")->value == "good");
        });
    }

    TEST_CASE("a file is opened from the list of files, with the mouse and with the keyboard")
    {
        namespace fs = std::filesystem;
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("op25b"));
            window.type("/");
            window.settle();
            REQUIRE(window.click("lessons/file"));
            window.settle();
            CHECK(window.desk().sheet() == gui::Sheet::files);
            const fs::path lesson{test::lesson_path("op25b")};
            CHECK(window.desk().folder().path == lesson.parent_path().string());
            REQUIRE(window.find("files/scenario.toml"));
            REQUIRE(window.click("files/.."));
            window.settle();
            REQUIRE(window.click("files/path/"));
            window.settle();
            REQUIRE(window.click("files/scenario.toml"));
            window.settle();
            CHECK(window.desk().path() == test::lesson_path("path"));
            CHECK(window.desk().sheet() == gui::Sheet::none);

            window.key(ImGuiKey_O); // where it was left: the first entry is the folder above
            window.settle();
            CHECK(fs::path{window.desk().folder().path}.filename() == "path");
            window.key(ImGuiKey_Tab);
            window.key(ImGuiKey_UpArrow);
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(fs::path{window.desk().folder().path}.filename() == "scenarios");
            CHECK(window.desk().preferences().folder == window.desk().folder().path);
            window.key(ImGuiKey_Escape);
            CHECK(window.desk().sheet() == gui::Sheet::none);
        });
    }

    TEST_CASE("a folder that cannot be read says so")
    {
        const auto none = gui::list_folder("/hikyaku/not/there");
        CHECK_FALSE(none.problem.empty());
        CHECK(none.above == "/hikyaku/not");
        CHECK(gui::list_folder("/").above.empty());
        in_both_languages([&](Window& window) {
            window.open(test::lesson_path("op25b"));
            window.key(ImGuiKey_O);
            window.desk().act(action::ShowFolder{"/hikyaku/not/there"});
            window.settle();
            CHECK(window.shows(none.problem.substr(0, 7)));
            CHECK(window.desk().preferences().folder != "/hikyaku/not/there");
            window.key(ImGuiKey_Escape);
        });
    }

    TEST_CASE("F stops here and gives the keyboard to what can change under way")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::RunUntil{Until::block});
            window.settle();
            const std::size_t cursor = window.desk().cursor();
            window.key(ImGuiKey_F);
            window.settle();
            CHECK_FALSE(window.desk().playing());
            CHECK(window.desk().notice().find("09:00:00.036") != std::string::npos);
            window.key(ImGuiKey_Enter); // opens the first rule's list
            window.settle();
            std::string first;
            for (const auto& item : window.probe().items) {
                if (item.path.starts_with("world/rule.") && item.path.ends_with("/off"))
                    first = item.path;
            }
            REQUIRE_FALSE(first.empty());
            REQUIRE(window.click(first));
            CHECK(window.desk().is_forked());
            CHECK(window.desk().cursor() == cursor);
        });
    }

    TEST_CASE("speed is dragged, the time line is pressed and dragged")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("path"));
            const auto speed = window.find("player/speed");
            REQUIRE(speed);
            const float middle = (speed->min.y + speed->max.y) / 2;
            window.drag({speed->min.x + 1, middle}, {speed->max.x + 60, middle});
            CHECK(window.desk().preferences().speed == doctest::Approx(32));
            window.drag({speed->max.x - 1, middle}, {speed->min.x - 60, middle});
            CHECK(window.desk().preferences().speed == doctest::Approx(0.25));

            const auto time = window.find("player/time");
            REQUIRE(time);
            const float line = (time->min.y + time->max.y) / 2;
            window.drag({time->min.x + 4, line}, {time->max.x + 60, line});
            CHECK(window.desk().at_end());
            window.press({(time->min.x + time->max.x) / 2, line});
            const std::size_t half = window.desk().cursor();
            CHECK(half > 0);
            CHECK_FALSE(window.desk().at_end());
            window.drag({(time->min.x + time->max.x) / 2, line}, {time->min.x - 60, line});
            CHECK(window.desk().cursor() == 0);
            // Nothing that was set or done is lost by looking elsewhere.
            CHECK_FALSE(window.desk().is_forked());
        });
    }

    TEST_CASE("how mail is fetched is set as in a mail program")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("path"));
            REQUIRE(window.click("world/fetch"));
            window.settle();
            const std::string path = "account/fetch.protection";
            if (!window.find(path + "/none")) REQUIRE(window.click(path));
            window.settle();
            REQUIRE(window.click(path + "/none"));
            window.settle();
            CHECK(window.desk().setting("fetch.protection")->value == "none");
            REQUIRE(window.click("account/fetch.server"));
            window.ctrl(ImGuiKey_A);
            window.type("nowhere.example");
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.desk().setting("fetch.server")->value == "nowhere.example");
        });
    }

    TEST_CASE(
        "each export is asked for with what is shown, and says where it went or that it failed")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            std::vector<action::ExportKind> asked;
            std::size_t cursor = 0;
            gui::Facilities around = test::facilities();
            around.export_to = [&](const gui::Desk& desk, action::ExportKind kind) {
                asked.push_back(kind);
                cursor = desk.cursor();
                return kind == action::ExportKind::json ? std::string{} : "/tmp/kept-here";
            };
            Window window{in(language), {1440, 900}, std::move(around)};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::RunUntil{Until::block});
            window.settle();
            for (const auto kind : sim::values_of<action::ExportKind>()) {
                if (!window.find("export/json")) REQUIRE(window.click("top/menu"));
                window.settle();
                REQUIRE(window.click("export/" + std::string{sim::name_of(kind)}));
                window.settle();
                CHECK(cursor == window.desk().cursor());
                const bool kept = kind != action::ExportKind::json;
                CHECK((window.desk().notice().find("/tmp/kept-here") != std::string::npos) == kept);
                CHECK_FALSE(window.desk().notice().empty());
            }
            CHECK(asked.size() == sim::count_of<action::ExportKind>());
        }
    }

    TEST_CASE("a capture saved from the menu has the octets that `hikyaku run --pcap` writes")
    {
        namespace fs = std::filesystem;
        in_both_languages([](Window& window) {
            const fs::path folder = fs::temp_directory_path();
            window.open(test::lesson_path("submission-587"));
            window.desk().act(action::ToEnd{});
            window.settle();
            const auto& trace = window.desk().playback().trace();
            const sim::report::Source whole{trace,
                                            window.desk().scenario(),
                                            window.desk().language(),
                                            trace.size(),
                                            sim::explain::Level::standard};
            const auto capture = action::ExportKind::capture;
            const std::string file =
                (folder / fmt::format("hikyaku-capture{}", gui::suffix_of(capture))).string();
            REQUIRE(platform::write_file(file, gui::export_octets(window.desk(), capture)));
            const std::string written = platform::read_file(file).value();
            CHECK(written.substr(0, 4) == "\x0a\x0d\x0d\x0a"); // a section header block
            CHECK(written.size() > 10'000);
            CHECK(written == sim::report::pcapng(whole, std::nullopt));
            window.desk().act(action::ToStart{}); // nothing has happened yet: nothing is in it
            CHECK(gui::export_octets(window.desk(), capture).size() < written.size() / 10);
            fs::remove(file);
            CHECK_FALSE(platform::write_file((folder / "hikyaku-none" / "a.pcapng").string(), "a"));
        });
    }

    TEST_CASE("a line of the ladder that ends in dots is read in full where the mouse rests on it")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language), {700, 600}};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::RunUntil{Until::block});
            window.settle();
            std::string row; // the first: what was sent, from whom to whom
            for (const auto& item : window.probe().items)
                if (row.empty() && item.path.starts_with("ladder/")) row = item.path;
            const auto place = window.find(row);
            REQUIRE(place);
            const auto in_row = [&](const gui::Probe::Text& text) {
                return text.min.y >= place->min.y && text.max.y <= place->max.y + 1 &&
                       text.min.x >= place->min.x && text.max.x <= place->max.x;
            };
            const auto cut = [&] {
                return std::ranges::any_of(window.probe().texts, [&](const auto& text) {
                    return in_row(text) && text.text.ends_with("…");
                });
            };
            REQUIRE(cut());
            REQUIRE_FALSE(window.shows("taro@umi.example"));
            ImGui::GetIO().AddMousePosEvent(place->min.x + 200, (place->min.y + place->max.y) / 2);
            for (int i = 0; i < 40; ++i)
                window.frame(1.0F / 60);
            CHECK(window.shows("taro@umi.example"));
            ImGui::GetIO().AddMousePosEvent(300, 590); // elsewhere: it goes again
            window.settle();
            CHECK_FALSE(window.shows("taro@umi.example"));
        }
    }

    TEST_CASE("motion, another seed, the theme and the size of everything")
    {
        in_both_languages([](Window& window) {
            window.open(test::lesson_path("op25b"));
            REQUIRE(window.click("top/menu"));
            window.settle();
            REQUIRE(window.click("export/motion"));
            window.settle();
            CHECK_FALSE(window.desk().preferences().motion);
            if (!window.find("export/seed")) REQUIRE(window.click("top/menu"));
            window.settle();
            const auto seed = window.desk().playback().plan().seed;
            REQUIRE(window.click("export/seed"));
            window.settle();
            CHECK(window.desk().playback().plan().seed != seed);
            window.key(ImGuiKey_Escape);
            REQUIRE(window.click("top/theme"));
            window.settle();
            CHECK(window.desk().preferences().theme == gui::ThemeName::dark);
            window.ctrl(ImGuiKey_Equal);
            CHECK(window.desk().preferences().zoom > 1);
            window.ctrl(ImGuiKey_0);
            CHECK(window.desk().preferences().zoom == 1);
            window.ctrl(ImGuiKey_Minus);
            CHECK(window.desk().preferences().zoom < 1);
        });
    }
}
