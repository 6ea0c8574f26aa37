// How the window looks, as far as a machine can tell: every text fits its place, every character
// has a glyph, nothing on the map stands on anything else.

#include "sim/explain/nouns.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using test::Window;
namespace action = gui::action;

namespace {

bool overlap(const gui::Rect& a, const gui::Rect& b)
{
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

bool inside(const gui::Rect& inner, const gui::Rect& outer)
{
    return inner.min.x >= outer.min.x && inner.max.x <= outer.max.x && inner.min.y >= outer.min.y &&
           inner.max.y <= outer.max.y;
}

// Whether the cable runs over the card, looked at every few pixels.
bool runs_over(const std::vector<ImVec2>& points, const gui::Rect& card)
{
    for (std::size_t i = 1; i < points.size(); ++i) {
        for (int k = 0; k <= 100; ++k) {
            const float f = static_cast<float>(k) / 100;
            const float x = points[i - 1].x + (points[i].x - points[i - 1].x) * f;
            const float y = points[i - 1].y + (points[i].y - points[i - 1].y) * f;
            if (x > card.min.x + 1 && x < card.max.x - 1 && y > card.min.y + 1 &&
                y < card.max.y - 1)
                return true;
        }
    }
    return false;
}

// Where the ink of a text can be seen: letters do not fill the height of their line.
std::optional<gui::Rect> ink_of(const gui::Probe::Text& text)
{
    const float trim = (text.max.y - text.min.y) * 0.15F;
    const gui::Rect ink{
        {std::max(text.min.x + 1, text.clip_min.x), std::max(text.min.y + trim, text.clip_min.y)},
        {std::min(text.max.x - 1, text.clip_max.x), std::min(text.max.y - trim, text.clip_max.y)}};
    if (ink.width() <= 0 || ink.height() <= 0) return std::nullopt;
    return ink;
}

std::vector<std::string> overlaps(const gui::Probe& probe)
{
    std::vector<std::pair<gui::Rect, const std::string*>> seen;
    for (const auto& text : probe.texts)
        if (const auto ink = ink_of(text)) seen.emplace_back(*ink, &text.text);
    std::vector<std::string> found;
    for (auto a = seen.begin(); a != seen.end(); ++a) {
        for (auto b = std::next(a); b != seen.end(); ++b) {
            if (!overlap(a->first, b->first)) continue;
            found.push_back(fmt::format("\"{}\" and \"{}\" at {:.0f},{:.0f}",
                                        *a->second,
                                        *b->second,
                                        b->first.min.x,
                                        b->first.min.y));
        }
    }
    return found;
}

// The lesson at its beginning, where something is stopped, where TLS stands, and at its end, at
// every level; `look` is called with each.
template <typename Look>
void moments_of(Window& window, const std::string& lesson, Look look)
{
    window.desk().act(action::Open{lesson});
    for (const auto level : sim::values_of<sim::explain::Level>()) {
        window.desk().act(action::SetLevel{level});
        window.desk().act(action::ToStart{});
        for (const auto until : {std::optional<gui::Until>{},
                                 std::optional{gui::Until::block},
                                 std::optional{gui::Until::tls},
                                 std::optional{gui::Until::end}}) {
            if (until) {
                window.desk().act(action::ToStart{});
                window.desk().act(action::RunUntil{*until});
            }
            window.frame();
            window.frame(); // ImGui scrolls a frame later
            look();
        }
    }
}

std::set<ImWchar> characters_of(std::string_view text)
{
    std::set<ImWchar> found;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        unsigned code = size == 1 ? lead : lead & (0x7FU >> size);
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        if (code >= 0x20) found.insert(static_cast<ImWchar>(code));
        i += size;
    }
    return found;
}

} // namespace

TEST_SUITE("gui.looks")
{
    TEST_CASE("every text fits its place and none stands on another: lessons, languages, levels, "
              "themes, two sizes")
    {
        std::set<std::string> found;
        for (const ImVec2 size : {ImVec2{1280, 720}, ImVec2{1440, 900}}) {
            for (const gui::ThemeName theme : sim::values_of<gui::ThemeName>()) {
                for (const char* language : {"ja", "en"}) {
                    gui::Preferences preferences;
                    preferences.language = language;
                    preferences.theme = theme;
                    preferences.motion = false;
                    Window window{preferences, size};
                    std::string where;
                    const auto look = [&] {
                        for (const std::string& text : window.probe().misfits)
                            found.insert(fmt::format("{}: no room for {}", where, text));
                        for (const std::string& pair : overlaps(window.probe()))
                            found.insert(fmt::format("{}: {}", where, pair));
                    };
                    for (const auto& lesson : test::all_lessons()) {
                        where = fmt::format(
                            "{} {} {} {}", size.x, sim::name_of(theme), language, lesson.path);
                        moments_of(window, lesson.path, look);
                    }
                }
            }
        }
        for (const std::string& one : found)
            MESSAGE(one);
        CHECK(found.empty());
    }

    TEST_CASE("before a class: body type of 3 % of the height, nothing below 2.1 %, a large map")
    {
        const auto is_icon = [](const std::string& text) {
            return characters_of(text).empty() || *characters_of(text).begin() >= 0xE000;
        };
        for (const ImVec2 size :
             {ImVec2{1280, 720}, ImVec2{1440, 900}, ImVec2{1920, 1080}, ImVec2{3840, 2160}}) {
            for (const char* language : {"ja", "en"}) {
                CAPTURE(size.y);
                CAPTURE(language);
                gui::Preferences preferences = test::in(language);
                preferences.theme = gui::ThemeName::projector;
                Window window{preferences, size};
                window.open(test::lesson_path("op25b"));
                // Names of a crowded map, in a window that is less wide, are smaller.
                const float smallest = size.x / size.y < 1.7F ? 0.0175F : 0.021F;
                const auto check = [&] {
                    for (const auto& text : window.probe().texts) {
                        CAPTURE(text.text);
                        if (!is_icon(text.text))
                            CHECK(text.max.y - text.min.y >= smallest * size.y);
                    }
                };
                check();
                ImVec2 first = size; // around all cards of the map
                ImVec2 last;
                for (const auto& item : window.probe().items) {
                    if (!item.path.starts_with("map/")) continue;
                    first = {std::min(first.x, item.min.x), std::min(first.y, item.min.y)};
                    last = {std::max(last.x, item.max.x), std::max(last.y, item.max.y)};
                }
                CHECK((last.x - first.x) * (last.y - first.y) >= 0.2F * size.x * size.y);
                const std::string send = window.desk().language().text("gui.account.send");
                const auto button =
                    std::ranges::find_if(window.probe().texts, [&](const auto& text) {
                        return text.text.find(send) != std::string::npos;
                    });
                REQUIRE(button != window.probe().texts.end());
                const float least = size.x / size.y < 1.6F ? 0.027F : 0.03F;
                CHECK(button->max.y - button->min.y >= least * size.y - 0.1F);
                window.desk().act(action::RunUntil{gui::Until::block});
                window.settle();
                check();
                CHECK(window.find("why/details")); // what happened has taken the settings' place
                REQUIRE(window.click("side/settings"));
                CHECK(window.find("account/send"));
            }
        }
    }

    TEST_CASE("in a narrow window no name on the map is broken inside a word")
    {
        for (const gui::ThemeName theme : sim::values_of<gui::ThemeName>()) {
            for (const char* language : {"ja", "en"}) {
                gui::Preferences preferences = test::in(language);
                preferences.theme = theme;
                Window window{preferences, {1000, 700}};
                for (const char* lesson : {"path", "op25b", "hotel", "starttls-stripped"}) {
                    CAPTURE(sim::name_of(theme));
                    CAPTURE(lesson);
                    window.open(test::lesson_path(lesson));
                    for (const std::string& name : window.probe().torn)
                        FAIL_CHECK("broken inside a word: " << name);
                }
            }
        }
    }

    TEST_CASE("every character of every text has a glyph")
    {
        const Window window;
        const gui::Facilities around = test::facilities();
        std::set<ImWchar> needed;
        for (const auto& language : {around.ja, around.en}) {
            for (const std::string& key : language->keys())
                needed.merge(characters_of(language->pattern(key)));
        }
        for (const auto& lesson : around.lessons) {
            const auto scenario = platform::load_scenario(lesson.path).value();
            for (const auto* text : {&scenario.title, &scenario.goal, &scenario.summary}) {
                needed.merge(characters_of(text->ja));
                needed.merge(characters_of(text->en));
            }
            for (const auto& host : scenario.hosts)
                needed.merge(characters_of(host.name.ja));
        }
        ImFont* font = ImGui::GetIO().Fonts->Fonts[0];
        std::string missing;
        for (const ImWchar character : needed)
            if (!font->IsGlyphInFont(character)) missing += fmt::format(" U+{:04X}", character);
        CHECK_MESSAGE(missing.empty(), missing);
    }

    TEST_CASE("on the map no card stands on another and no cable runs under a stranger's card")
    {
        for (const auto& lesson : test::all_lessons()) {
            CAPTURE(lesson.path);
            sim::Plan plan;
            plan.scenario = std::make_shared<const sim::scenario::Scenario>(
                platform::load_scenario(lesson.path).value());
            const sim::Playback playback{plan};
            const auto graph = gui::map_graph(playback.world(), playback.scenario());
            CHECK(graph.hosts.size() >= 10);
            for (const gui::Rect space :
                 {gui::Rect{{0, 0}, {592, 280}}, gui::Rect{{0, 0}, {752, 370}}}) {
                const std::vector<float> titles(playback.scenario().areas.size(), 18);
                const auto layout = gui::map_layout(graph, playback.scenario(), space, titles, 1);
                CHECK(layout.cards.size() == graph.hosts.size());
                for (auto a = layout.cards.begin(); a != layout.cards.end(); ++a) {
                    CHECK(inside(a->second, space));
                    CHECK(a->second.height() >= 30);
                    CHECK(a->second.width() >= 60);
                    for (auto b = std::next(a); b != layout.cards.end(); ++b)
                        CHECK_FALSE(overlap(a->second, b->second));
                    for (const auto& route : layout.routes) {
                        if (route.cable.a == a->first || route.cable.b == a->first) continue;
                        CHECK_FALSE(runs_over(route.points, a->second));
                    }
                }
            }
        }
    }

    TEST_CASE("the same moment gives the same picture, octet for octet, and not an empty one")
    {
        const auto picture = [] {
            Window window;
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::RunUntil{gui::Until::block});
            window.settle();
            return gui::draw_picture(*ImGui::GetDrawData());
        };
        const gui::Picture first = picture();
        CHECK(first.rgb == picture().rgb);
        CHECK(std::set<std::uint8_t>(first.rgb.begin(), first.rgb.end()).size() > 50);
    }
}
