// What a real window must show: does the same keys and clicks in a window without a display, and
// says where its controls stand and how it looks. And compares a display's picture with that.
//
//   gui_stand_in play LESSON WIDTHxHEIGHT PICTURE.ppm [key:NAME | click:PATH | to:PATH]...
//   gui_stand_in compare EXPECTED.ppm SCREEN.xwd ACTUAL.png
//
// `play` presses keys and controls one after the other ("to": the right arrow until the control is
// there) and prints what came of it as JSON, with what the mouse did for the last of them.
// `compare` prints the largest difference of any tile.

#include "tests/gui/compare.h"
#include "tests/gui/driver.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr int most_steps = 500;

ImGuiKey key_called(std::string_view name)
{
    constexpr std::array names{std::pair{std::string_view{"Right"}, ImGuiKey_RightArrow},
                               std::pair{std::string_view{"Left"}, ImGuiKey_LeftArrow},
                               std::pair{std::string_view{"Home"}, ImGuiKey_Home},
                               std::pair{std::string_view{"End"}, ImGuiKey_End},
                               std::pair{std::string_view{"Escape"}, ImGuiKey_Escape},
                               std::pair{std::string_view{"b"}, ImGuiKey_B},
                               std::pair{std::string_view{"r"}, ImGuiKey_R}};
    const auto found = std::ranges::find(names, name, [](const auto& each) { return each.first; });
    if (found == names.end()) throw std::runtime_error{fmt::format("no key {}", name)};
    return found->second;
}

void calm(test::Window& window)
{
    // Nothing moves any more, and nothing is hovered.
    ImGui::GetIO().AddMousePosEvent(-1, -1);
    for (int i = 0; i < most_steps && (window.desk().progress() < 1 || window.desk().playing());
         ++i)
        window.frame(2);
    window.settle();
}

void write_ppm(const std::string& path, const gui::Picture& picture)
{
    std::ofstream file{path, std::ios::binary};
    file << fmt::format("P6 {} {} 255\n", picture.width, picture.height);
    file.write(reinterpret_cast<const char*>(picture.rgb.data()),
               static_cast<std::streamsize>(picture.rgb.size()));
    if (!file) throw std::runtime_error{path + " cannot be written"};
}

std::string octets_of(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{path + " cannot be read"};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

gui::Picture read_ppm(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    std::string magic;
    int most = 0;
    gui::Picture picture;
    file >> magic >> picture.width >> picture.height >> most;
    file.get();
    if (!file || magic != "P6" || most != 255) throw std::runtime_error{path + " is no picture"};
    picture.rgb.resize(static_cast<std::size_t>(picture.width) *
                       static_cast<std::size_t>(picture.height) * 3);
    file.read(reinterpret_cast<char*>(picture.rgb.data()),
              static_cast<std::streamsize>(picture.rgb.size()));
    if (!file) throw std::runtime_error{path + " is cut off"};
    return picture;
}

// The upper left of the screen as Xvfb keeps it: XWD version 7, 32 bits a pixel.
gui::Picture read_xwd(const std::string& path, int width, int height)
{
    const std::string bytes = octets_of(path);
    const auto word = [&](std::size_t index) {
        std::size_t value = 0;
        for (std::size_t i = 0; i < 4; ++i)
            value = (value << 8U) | static_cast<std::uint8_t>(bytes.at(index * 4 + i));
        return value;
    };
    const std::size_t header = word(0);
    const bool most_significant_first = word(7) == 1;
    const std::size_t bits = word(11);
    const std::size_t row = word(12);
    const std::size_t colours = word(19);
    if (word(1) != 7 || bits != 32) throw std::runtime_error{"not the kind of screen we expect"};
    if (word(4) < static_cast<std::size_t>(width) || word(5) < static_cast<std::size_t>(height))
        throw std::runtime_error{"the screen is too small"};
    const std::size_t begin = header + colours * 12;
    gui::Picture picture{width, height, {}};
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
            const std::size_t at = begin + y * row + x * 4;
            for (std::size_t channel = 0; channel < 3; ++channel) {
                const std::size_t place = most_significant_first ? channel + 1 : 2 - channel;
                picture.rgb.push_back(static_cast<std::uint8_t>(bytes.at(at + place)));
            }
        }
    }
    return picture;
}

int compare(const std::vector<std::string>& words)
{
    const gui::Picture expected = read_ppm(words.at(1));
    const gui::Picture actual = read_xwd(words.at(2), expected.width, expected.height);
    const auto difference = test::largest_difference(test::tiles(expected), test::tiles(actual));
    (void)gui::write_png(words.at(3), actual);
    fmt::print("{} {} {}\n", difference.value, difference.x, difference.y);
    return 0;
}

int play(const std::vector<std::string>& words)
{
    const std::string& size = words.at(2);
    const std::size_t cross = size.find('x');
    const ImVec2 display{std::stof(size.substr(0, cross)), std::stof(size.substr(cross + 1))};
    gui::Preferences preferences;
    preferences.language = "en";
    test::Window window{preferences, display};
    window.open(test::lesson_path(words.at(1)));
    const auto before = window.desk().settings();
    int steps = 0;
    std::size_t mouse_before = 0; // the last thing that was done
    for (std::size_t i = 4; i < words.size(); ++i) {
        const std::string what = words[i].substr(0, words[i].find(':'));
        const std::string which = words[i].substr(words[i].find(':') + 1);
        mouse_before = window.mouse().size();
        if (what == "key") window.key(key_called(which));
        if (what == "click" && !window.click(which))
            throw std::runtime_error{"there is no " + which};
        for (; what == "to" && !window.find(which) && steps < most_steps; ++steps)
            window.key(ImGuiKey_RightArrow);
        calm(window);
    }
    calm(window);
    nlohmann::json told;
    told["steps"] = steps;
    told["cursor"] = window.desk().cursor();
    told["mouse"] = nlohmann::json::array();
    for (std::size_t i = mouse_before; i < window.mouse().size(); ++i) {
        const auto& did = window.mouse()[i];
        told["mouse"].push_back(
            {static_cast<int>(did.at.x), static_cast<int>(did.at.y), did.wheel});
    }
    told["changed"] = nlohmann::json::object();
    for (const auto& setting : window.desk().settings()) {
        const auto was = std::ranges::find(before, setting.key, &sim::scenario::Setting::key);
        if (was == before.end() || was->value != setting.value)
            told["changed"][setting.key] = setting.value;
    }
    write_ppm(words.at(3), gui::draw_picture(*ImGui::GetDrawData()));
    fmt::print("{}\n", told.dump());
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const std::vector<std::string> words{argv + 1, argv + argc};
        return words.at(0) == "compare" ? compare(words) : play(words);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
