// The window without a mouse: Tab and the arrows lead to every control, in the order in which one
// reads the window, and what they are on has a ring around it in every theme.

#include "tests/gui/driver.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using test::in;
using test::Window;
namespace action = gui::action;

namespace {

// Rows of lists: Tab stops at one of them, arrows lead to the others.
bool is_row(std::string_view path)
{
    return path.starts_with("ladder/") || path.starts_with("transcript/") ||
           path.starts_with("host/log/") || path.find("/field/") != std::string_view::npos;
}

// The panes, as one reads them.
int pane_of(std::string_view path)
{
    constexpr std::array<std::pair<std::string_view, int>, 17> panes{{{"top/", 0},
                                                                      {"predict/", 1},
                                                                      {"account/", 1},
                                                                      {"world/", 1},
                                                                      {"fault/", 1},
                                                                      {"mapview/", 2},
                                                                      {"map/", 2},
                                                                      {"gate/", 2},
                                                                      {"verdict/", 3},
                                                                      {"ladder/", 3},
                                                                      {"tab/", 4},
                                                                      {"transcript/", 4},
                                                                      {"wiretap/", 4},
                                                                      {"packet/", 4},
                                                                      {"tls/", 4},
                                                                      {"why/", 4},
                                                                      {"player/", 5}}};
    for (const auto& [start, pane] : panes)
        if (path.starts_with(start)) return pane;
    return -1;
}

struct Walk {
    std::vector<std::string> stops; // in their order, until the first comes again
    std::set<std::string> drawn;
};

Walk walk_by_tab(Window& window)
{
    Walk walk;
    for (int i = 0; i < 400; ++i) {
        window.key(ImGuiKey_Tab);
        window.frame();
        for (const auto& item : window.probe().items)
            walk.drawn.insert(item.path);
        const std::string& on = window.probe().focused;
        if (!walk.stops.empty() && on == walk.stops.front()) break;
        walk.stops.push_back(on);
    }
    // Where the walk began does not matter: it goes round.
    const auto first = std::ranges::find(walk.stops, "top/lesson");
    std::rotate(walk.stops.begin(), first, walk.stops.end());
    return walk;
}

void check_walk(Window& window)
{
    const Walk forward = walk_by_tab(window);
    const std::set<std::string> reached(forward.stops.begin(), forward.stops.end());
    for (const std::string& path : forward.drawn) {
        // A cable is in the wiretap's list, too.
        if (is_row(path) || path.starts_with("cable/")) continue;
        CHECK_MESSAGE(reached.contains(path), path);
    }
    CHECK(forward.stops.size() > 40);
    int pane = 0;
    std::set<std::string> kinds; // of lists that Tab stops at
    for (const std::string& path : forward.stops) {
        if (path.starts_with("word/")) continue; // wherever there are words
        CAPTURE(path);
        CHECK(pane_of(path) >= pane);
        pane = pane_of(path);
        if (is_row(path)) kinds.insert(path.substr(0, path.find('/')));
    }
    for (const std::string& path : forward.drawn)
        if (is_row(path)) CHECK_MESSAGE(kinds.contains(path.substr(0, path.find('/'))), path);
}

} // namespace

TEST_SUITE("gui.keyboard")
{
    TEST_CASE("Tab leads to every control of every pane, from the top bar to the player")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language), {1280, 720}};
            window.open(test::lesson_path("op25b"));
            check_walk(window); // at the start: the guess is asked for
            window.desk().act(action::RunUntil{gui::Until::block});
            window.settle();
            check_walk(window); // the why card and its cure are there
            window.open(test::lesson_path("submission-587"));
            window.desk().act(action::RunUntil{gui::Until::tls});
            for (const gui::Tab tab : sim::values_of<gui::Tab>()) {
                CAPTURE(sim::name_of(tab));
                window.desk().act(action::ShowTab{tab});
                window.settle();
                check_walk(window);
            }
        }
    }

    TEST_CASE("Shift and Tab walk the same way back; a press or Escape ends the walk")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.key(ImGuiKey_Tab);
        window.frame();
        CHECK(window.probe().focused == "top/lesson");
        window.key(ImGuiKey_Tab);
        window.frame();
        CHECK(window.probe().focused == "top/level/story");
        window.key(ImGuiKey_Tab, true);
        window.frame();
        CHECK(window.probe().focused == "top/lesson");
        window.key(ImGuiKey_Escape);
        window.frame();
        CHECK(window.probe().focused.empty());
        window.key(ImGuiKey_RightArrow); // steps through the run again
        CHECK(window.desk().cursor() > 0);
        window.frame();
        CHECK(window.probe().focused.empty());
    }

    TEST_CASE("what the keyboard is on is pressed with Enter or Space, and only that")
    {
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            Window window{in(language)};
            window.open(test::lesson_path("op25b"));
            const auto go_to = [&](std::string_view path) {
                for (int i = 0; i < 400 && window.probe().focused != path; ++i) {
                    window.key(ImGuiKey_Tab);
                    window.frame();
                }
                REQUIRE(window.probe().focused == path);
            };
            go_to("top/level/expert");
            window.key(ImGuiKey_Space);
            window.settle();
            CHECK(window.desk().preferences().level == sim::explain::Level::expert);
            CHECK_FALSE(window.desk().playing());
            go_to("account/client.port/587");
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.desk().setting("client.port")->value == "587");
            go_to("tab/wiretap");
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.desk().tab() == gui::Tab::wiretap);
            go_to("map/mail.kumo.example");
            window.key(ImGuiKey_Enter);
            window.settle();
            CHECK(window.desk().shown_host().exists());
            window.key(ImGuiKey_Escape);
            window.settle();
            CHECK_FALSE(window.desk().shown_host().exists());
        }
    }

    TEST_CASE("arrows walk along the rows of a list, and move the speed and the cursor")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        window.desk().act(action::RunUntil{gui::Until::tls});
        window.settle();
        const auto go_to = [&](std::string_view start) {
            for (int i = 0; i < 400 && !window.probe().focused.starts_with(start); ++i) {
                window.key(ImGuiKey_Tab);
                window.frame();
            }
            REQUIRE(window.probe().focused.starts_with(start));
        };
        go_to("ladder/");
        std::set<std::string> rows;
        for (int i = 0; i < 100 && window.probe().focused.starts_with("ladder/"); ++i) {
            rows.insert(window.probe().focused);
            window.key(ImGuiKey_UpArrow);
            window.frame();
        }
        const auto& desk = window.desk();
        std::size_t all = 0;
        for (std::size_t i = 0; i < desk.view().shown_before(desk.reached()); ++i) {
            const gui::ShownRow& shown = desk.view().shown()[i];
            const auto& row = desk.view().row(shown);
            const bool still = shown.kind == gui::ShownRow::Kind::talk ||
                               row.shape == sim::report::LadderRow::Shape::gap;
            all += still ? 0 : 1;
        }
        CHECK(rows.size() == all);

        go_to("player/speed");
        const float speed = window.desk().preferences().speed;
        window.key(ImGuiKey_RightArrow);
        CHECK(window.desk().preferences().speed > speed);
        window.key(ImGuiKey_Space); // says nothing about where
        CHECK(window.desk().preferences().speed > speed);
        CHECK(window.probe().focused == "player/speed");
        go_to("player/time");
        const std::size_t cursor = window.desk().cursor();
        window.key(ImGuiKey_LeftArrow);
        CHECK(window.desk().cursor() < cursor);
        CHECK(window.probe().focused == "player/time");
    }

    TEST_CASE("what the keyboard is on looks different in every theme")
    {
        for (const gui::ThemeName theme : sim::values_of<gui::ThemeName>()) {
            CAPTURE(sim::name_of(theme));
            gui::Preferences preferences = in("en");
            preferences.theme = theme;
            Window window{preferences};
            window.open(test::lesson_path("op25b"));
            std::map<std::string, gui::Picture> pictures;
            std::map<std::string, gui::Rect> places;
            for (int i = 0; i < 14; ++i) {
                window.key(ImGuiKey_Tab);
                window.settle();
                const std::string on = window.probe().focused;
                const auto item = window.find(on);
                REQUIRE(item);
                pictures[on] = gui::draw_picture(*ImGui::GetDrawData());
                places[on] = {item->min, item->max};
            }
            window.key(ImGuiKey_Escape);
            window.settle();
            const gui::Picture none = gui::draw_picture(*ImGui::GetDrawData());
            for (const auto& [control, picture] : pictures) {
                // clang++ 14 captures no structured binding.
                const std::string& path = control;
                CAPTURE(path);
                // Along the ring, above the control, the picture is clearly another.
                const gui::Rect& place = places.at(path);
                const auto x = static_cast<std::size_t>((place.min.x + place.max.x) / 2);
                int most = 0;
                for (int up = 0; up < 6; ++up) {
                    const auto y =
                        static_cast<std::size_t>(place.min.y) - static_cast<std::size_t>(up);
                    const std::size_t at = (y * static_cast<std::size_t>(none.width) + x) * 3;
                    int change = 0;
                    for (std::size_t channel = 0; channel < 3; ++channel) {
                        change += std::abs(int{picture.rgb.at(at + channel)} -
                                           int{none.rgb.at(at + channel)});
                    }
                    most = std::max(most, change);
                }
                CHECK(most > 200);
            }
        }
    }
}
