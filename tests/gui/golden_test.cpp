// What the window looks like in fifteen moments, against pictures that a person looked at.
// HIKYAKU_REWRITE_GOLDEN=1 writes them anew; the difference is then looked at like any other. They
// are kept at a quarter of their size: what differs by less than the tolerance in the average of
// four by four pixels is the blur of another compiler, not another picture.

#include "gui/screenshot.h"
#include "tests/gui/compare.h"
#include "tests/gui/driver.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#define STBI_ONLY_PNG
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

namespace {

// Room for another compiler's or processor's arithmetic and another release of the typefaces. Seen
// to agree so far: g++ without optimisation, and with the sanitizers.
constexpr int tolerance = 12; // of 255

struct Moment {
    const char* name;
    const char* lesson;
    const char* language;
    gui::ThemeName theme;
    sim::explain::Level level;
    gui::Tab tab;
    const char* at;
    std::vector<std::string> settings;
    const char* sheet = "";
    const char* present = "";
};

std::vector<Moment> moments()
{
    using enum gui::ThemeName;
    using enum sim::explain::Level;
    using gui::Tab;
    constexpr Tab tap = Tab::wiretap;
    const std::vector<std::string> cure{"client.port=587"};
    return {
        {"op25b-start-ja", "op25b", "ja", paper, standard, Tab::transcript, "start", {}},
        {"op25b-blocked-ja", "op25b", "ja", paper, standard, Tab::transcript, "blocked", {}},
        {"op25b-blocked-en", "op25b", "en", paper, standard, Tab::transcript, "blocked", {}},
        {"op25b-cured-en", "op25b", "en", paper, standard, Tab::transcript, "delivered", cure},
        {"submission-tls-ja", "submission-587", "ja", paper, standard, Tab::wiretap, "tls", {}},
        {"path-delivered-dark-ja", "path", "ja", dark, story, Tab::state, "delivered", {}},
        {"op25b-blocked-projector-en",
         "op25b",
         "en",
         projector,
         standard,
         Tab::transcript,
         "blocked",
         {}},
        {"submission-packet-en", "submission-587", "en", paper, expert, Tab::packet, "tls", {}},
        {"stripped-verdict-ja", "starttls-stripped", "ja", paper, standard, tap, "end", {}},
        {"stripped-verdict-en", "starttls-stripped", "en", paper, standard, tap, "end", {}},
        {"start-sheet-ja", "path", "ja", paper, standard, Tab::transcript, "start", {}, "start"},
        {"start-sheet-en", "path", "en", paper, standard, Tab::transcript, "start", {}, "start"},
        {"legend-en", "path", "en", paper, standard, Tab::transcript, "start", {}, "legend"},
        {"presenter-ja", "op25b", "ja", paper, standard, tap, "start", {}, "", "watch"},
        {"presenter-en", "op25b", "en", paper, standard, tap, "start", {}, "", "why"}};
}

gui::Picture draw(const Moment& moment, const std::string& file)
{
    gui::Preferences preferences;
    preferences.language = moment.language;
    preferences.theme = moment.theme;
    preferences.level = moment.level;
    gui::ScreenshotOptions options;
    options.file = file;
    options.at = moment.at;
    options.tab = sim::name_of(moment.tab);
    options.size = "1280x720";
    options.settings = moment.settings;
    options.sheet = moment.sheet;
    options.present = moment.present;
    gui::Picture picture;
    const std::string problem = gui::make_screenshot(gui::Desk{test::facilities(), preferences},
                                                     test::lesson_path(moment.lesson),
                                                     gui::find_fonts({}).value(),
                                                     options,
                                                     &picture);
    CHECK_MESSAGE(problem.empty(), problem);
    return picture;
}

std::optional<gui::Picture> read_png(const std::string& path)
{
    gui::Picture picture;
    int channels = 0;
    const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> octets{
        stbi_load(path.c_str(), &picture.width, &picture.height, &channels, 3), stbi_image_free};
    if (!octets) return std::nullopt;
    const auto size =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 3;
    picture.rgb.assign(octets.get(), octets.get() + size);
    return picture;
}

// Black where both are alike, brighter the more they differ.
gui::Picture difference_of(const gui::Picture& a, const gui::Picture& b)
{
    gui::Picture made = a;
    for (std::size_t i = 0; i < std::min(a.rgb.size(), b.rgb.size()); ++i) {
        made.rgb[i] =
            static_cast<std::uint8_t>(std::min(255, 4 * std::abs(int{a.rgb[i]} - int{b.rgb[i]})));
    }
    return made;
}

} // namespace

TEST_SUITE("gui.golden")
{
    TEST_CASE("fifteen moments look as they did when a person last looked at them")
    {
        const bool rewrite = std::getenv("HIKYAKU_REWRITE_GOLDEN") != nullptr;
        for (const Moment& moment : moments()) {
            const std::string build = fmt::format("{}/golden-{}", HIKYAKU_BINARY_DIR, moment.name);
            const std::string kept =
                fmt::format("{}/tests/gui/golden/{}.png", HIKYAKU_SOURCE_DIR, moment.name);
            const gui::Picture small = test::tiles(draw(moment, build + "-actual.png"));
            if (rewrite) {
                CHECK(gui::write_png(kept, small));
                continue;
            }
            const auto expected = read_png(kept);
            CAPTURE(kept);
            REQUIRE(expected);
            const auto differs = test::largest_difference(*expected, small);
            if (differs.value <= tolerance) continue;
            (void)gui::write_png(build + "-expected.png", *expected);
            (void)gui::write_png(build + "-difference.png", difference_of(*expected, small));
            FAIL_CHECK(fmt::format("{} differs by {} of 255 at {},{}: look at {}-actual.png, "
                                   "-expected.png and -difference.png",
                                   moment.name,
                                   differs.value,
                                   differs.x * test::tile,
                                   differs.y * test::tile,
                                   build));
        }
    }

    TEST_CASE("a word that is missing, and a colour that changed, are seen")
    {
        const Moment moment = moments().at(1);
        const std::string file = HIKYAKU_BINARY_DIR "/golden-check.png";
        const gui::Picture whole = draw(moment, file);
        gui::Picture spoilt = whole;
        // The height and width of one small character.
        for (std::size_t y = 24; y < 36; ++y) {
            for (std::size_t x = 62; x < 70; ++x) {
                for (std::size_t channel = 0; channel < 3; ++channel) {
                    spoilt.rgb[(y * 1280 + x) * 3 + channel] =
                        whole.rgb[(std::size_t{2} * 1280 + 2) * 3];
                }
            }
        }
        CHECK(test::largest_difference(test::tiles(whole), test::tiles(spoilt)).value > tolerance);
        CHECK(test::largest_difference(test::tiles(whole), test::tiles(whole)).value == 0);
    }
}
