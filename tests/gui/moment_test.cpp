// Playing: one thing that can be seen at a time, of which all views speak; what a lesson exists for
// is held and stays; and nothing takes longer to watch than a class has patience for.

#include "tests/gui/driver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using test::in;
using test::Window;
namespace action = gui::action;

namespace {

constexpr float frame = 1.0F / 30;

sim::EventId told(const Window& window, const std::string& view)
{
    const auto& all = window.probe().told;
    const auto found = all.find(view);
    return found == all.end() ? sim::EventId{} : found->second;
}

bool tells(const Window& window, const std::string& view)
{
    return window.probe().told.contains(view);
}

bool lies_in_mailbox(const gui::Desk& desk)
{
    for (const auto& mail : desk.playback().outcomes_so_far())
        if (std::holds_alternative<sim::Delivered>(mail.outcome)) return true;
    return false;
}

// Plays to the end; the seconds that it took.
template <typename Look>
float play(Window& window, const Look& look, float between = frame)
{
    float seconds = 0;
    while (window.desk().playing() && seconds < 300) {
        window.frame(between);
        seconds += between;
        look(seconds);
    }
    return seconds;
}

} // namespace

TEST_SUITE("gui.moment")
{
    TEST_CASE("at every stop map, row and sentence speak of one event, and of another than before")
    {
        for (const auto& lesson : test::all_lessons()) {
            for (const char* language : {"ja", "en"}) {
                Window window{in(language)};
                window.open(lesson.path);
                for (const auto level : sim::values_of<sim::explain::Level>()) {
                    CAPTURE(lesson.path);
                    CAPTURE(language);
                    CAPTURE(sim::name_of(level));
                    window.desk().act(action::SetLevel{level});
                    window.desk().act(action::ToStart{});
                    // Packets are many: of those, some.
                    const int stride = level == sim::explain::Level::expert ? 23 : 1;
                    sim::EventId before;
                    for (int i = 0; i < 5'000 && !window.desk().at_end(); ++i) {
                        window.desk().act(action::Step{1});
                        if (i % stride != 0) continue;
                        window.frame();
                        window.frame();
                        const sim::EventId now = window.desk().selected();
                        REQUIRE(now.exists());
                        CHECK(now != before);
                        CHECK(told(window, "map") == now);
                        CHECK((told(window, "ladder") == now || window.desk().shows_verdict()));
                        CHECK(told(window, "sentence") == now);
                        before = now;
                    }
                }
            }
        }
    }

    TEST_CASE("back is as good as forward: the same stops, the other way round")
    {
        Window window{in("en")};
        window.open(test::lesson_path("path"));
        std::vector<std::size_t> forward{0};
        while (!window.desk().at_end()) {
            window.desk().act(action::Step{1});
            forward.push_back(window.desk().cursor());
        }
        for (std::size_t i = forward.size() - 1; i-- > 0;) {
            window.desk().act(action::Step{-1});
            CHECK(window.desk().cursor() == forward[i]);
        }
    }

    TEST_CASE("what travels does so once")
    {
        Window window{in("en")};
        window.open(test::lesson_path("own-isp-25"));
        window.desk().act(action::Send{});
        std::map<std::uint32_t, float> come; // by event
        play(window, [&](float /*seconds*/) {
            const sim::EventId now = window.desk().selected();
            if (!now.exists()) return;
            float& far = come[now.value];
            CHECK(window.desk().progress() >= far);
            far = window.desk().progress();
        });
        CHECK(come.size() > 10);
        // Nor when somebody stops to look, and goes on.
        window.desk().act(action::ToStart{});
        window.desk().act(action::Step{1});
        for (int i = 0; i < 60; ++i)
            window.frame(frame);
        const sim::EventId there = window.desk().selected();
        window.desk().act(action::PlayPause{});
        CHECK(window.desk().selected() == there);
        CHECK(window.desk().progress() == 1);
    }

    TEST_CASE("op25b: within four seconds it is stopped, for two that is held, and then it stays")
    {
        for (const bool motion : {true, false}) {
            CAPTURE(motion);
            gui::Preferences preferences = in("en");
            preferences.motion = motion;
            Window window{preferences};
            window.open(test::lesson_path("op25b"));
            window.desk().act(action::Send{});
            float shown = 0;
            std::size_t at = 0;
            float held = 0;
            play(window, [&](float seconds) {
                const bool octagon = tells(window, "map/octagon");
                if (shown == 0 && octagon) {
                    shown = seconds;
                    at = window.desk().cursor();
                    CHECK(window.shows("OP25B · rule #3 · ×1"));
                }
                if (shown > 0) CHECK(octagon);
                if (shown > 0 && window.desk().cursor() == at) held = seconds - shown;
            });
            CHECK(shown > 0);
            CHECK(shown <= 4);
            CHECK(held >= 2);
            CHECK(window.desk().at_end());
            window.settle();
            CHECK(window.shows("OP25B · rule #3 · ×3"));
        }
    }

    TEST_CASE("wherever the cursor is behind it, the mark is there, and nowhere before")
    {
        for (const char* lesson : {"op25b",
                                   "wrong-certificate",
                                   "retry-and-bounce",
                                   "plain-password",
                                   "starttls-stripped"}) {
            CAPTURE(lesson);
            Window window{in("ja"), {1280, 720}};
            window.open(test::lesson_path(lesson));
            const auto first = window.desk().view().moments().first();
            REQUIRE(first);
            for (const std::size_t cursor : window.desk().view().stops()) {
                window.desk().act(action::Seek{cursor + 1});
                window.frame();
                const bool marked = tells(window, "map/octagon") || tells(window, "map/eye");
                CHECK(marked == (cursor + 1 > *first));
            }
        }
    }

    TEST_CASE("every lesson is told in half a minute, the one with retries in three quarters")
    {
        for (const auto& lesson : test::all_lessons()) {
            CAPTURE(lesson.path);
            Window window{in("en")};
            window.open(lesson.path);
            window.desk().act(action::Send{});
            // Nobody looks at the frames here, so there may be fewer.
            const float seconds = play(
                window, [](float) {}, 3 * frame);
            MESSAGE(lesson.path << ": " << seconds << " s");
            CHECK(window.desk().at_end());
            const bool retries = lesson.path.find("retry-and-bounce") != std::string::npos;
            CHECK(seconds <= (retries ? 45 : 30));
        }
    }

    TEST_CASE("op25b's cure is seen to deliver within half a minute")
    {
        Window window{in("en")};
        window.open(test::lesson_path("op25b"));
        window.desk().act(action::RunUntil{gui::Until::block});
        window.settle();
        REQUIRE(window.click("why/cure"));
        float seen = 0;
        play(window, [&](float seconds) {
            if (seen == 0 && lies_in_mailbox(window.desk())) seen = seconds;
        });
        CHECK(seen > 0);
        CHECK(seen <= 30);
    }

    TEST_CASE("a later hop is one row, which opens and closes; selecting what it hides opens it")
    {
        Window window{in("en"), {1440, 900}};
        window.open(test::lesson_path("path"));
        const auto& view = window.desk().view();
        const auto press = [&](const std::string& path) {
            const auto item = window.find(path);
            REQUIRE(item);
            window.press({(item->min.x + item->max.x) / 2, (item->min.y + item->max.y) / 2});
            window.settle();
        };
        const gui::Fold* fold = nullptr;
        for (const gui::ShownRow& row : view.shown())
            if (fold == nullptr && row.kind == gui::ShownRow::Kind::fold) fold = view.fold(row);
        REQUIRE(fold != nullptr);
        CHECK(fold->lines > 1);
        const auto told_rows = [&] { // headings of talks that come with it not counted
            return view.shown().size() -
                   static_cast<std::size_t>(std::ranges::count(
                       view.shown(), gui::ShownRow::Kind::talk, &gui::ShownRow::kind));
        };
        const auto before = told_rows();
        const auto lines = fold->lines;
        const sim::EventId id = fold->id;
        const std::string row = "ladder/" + std::to_string(fold->row.event.value);
        window.desk().act(action::Seek{std::size_t{fold->row.event.value} + 1});
        window.settle();
        press(row);
        CHECK(told_rows() == before + lines);
        window.desk().act(action::OpenFold{id, false});
        CHECK(told_rows() == before);
        REQUIRE(view.hiding(id) != nullptr);
        window.desk().act(action::Select{id});
        window.settle();
        CHECK(view.hiding(id) == nullptr);
        CHECK(window.desk().selected() == id);
        CHECK(told(window, "ladder") == id);
        press("ladder/close/" + std::to_string(id.value));
        CHECK(told_rows() == before);
    }

    TEST_CASE("nothing passes a closed gate, and the gate counts whom it let pass")
    {
        Window window{in("en")};
        window.open(test::lesson_path("submission-587"));
        window.settle();
        CHECK(tells(window, "map/closed/sakura-router"));
        CHECK(window.shows("OP25B"));
        window.desk().act(action::RunUntil{gui::Until::tls});
        window.settle();
        CHECK(tells(window, "map/open/sakura-router"));
        window.desk().act(action::ToEnd{});
        window.settle();
        CHECK(window.shows("rule #1 let it pass ×1"));
    }
}
