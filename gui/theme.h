// Colours, type and measures of the window: three themes in which every meaning keeps its colour,
// line, icon and word. All lengths are given in design pixels and scaled here.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/explain/describe.h"
#include "sim/report/text.h"
#include "sim/scenario/scenario.h"

#include <imgui.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace gui {

SIM_NAMED_ENUM(ThemeName, paper, dark, projector);

// Files of the faces, found once at start.
struct FontFiles {
    std::string text;
    std::string bold;
    std::string mono; // half-width: whatever is typed on a wire
    std::string icons;
};

// Beside the program, else where the distribution keeps them. The error names what is missing.
std::optional<FontFiles> find_fonts(const std::filesystem::path& beside);

struct Fonts {
    ImFont* text = nullptr;
    ImFont* bold = nullptr;
    ImFont* mono = nullptr;
};

// Into the current ImGui context; icons are merged into each face.
Fonts load_fonts(const FontFiles& files);

struct Theme {
    ThemeName name = ThemeName::paper;
    float scale = 1;      // of all lengths
    float type_scale = 1; // of type, on top of `scale`

    ImU32 paper = 0;
    ImU32 card = 0;
    ImU32 rule = 0;
    ImU32 ink = 0;
    ImU32 quiet = 0;
    ImU32 selection = 0;
    ImU32 on_ink = 0; // text on a surface of ink
    ImU32 clear = 0;
    ImU32 clear_tint = 0;
    ImU32 encrypted = 0;
    ImU32 encrypted_tint = 0;
    ImU32 secret = 0;
    ImU32 secret_tint = 0;
    ImU32 accepted = 0;
    ImU32 line = 0; // cables
    std::array<ImU32, sim::count_of<sim::scenario::AreaKind>()> area{};

    [[nodiscard]] float px(float design) const { return design * scale; }
    [[nodiscard]] float body() const { return 15 * scale * type_scale; }
    [[nodiscard]] float note() const { return 13 * scale * type_scale; }
    [[nodiscard]] float small() const { return 12 * scale * type_scale; }

    [[nodiscard]] ImU32 of(sim::explain::Mark mark) const;
    [[nodiscard]] ImU32 of(sim::report::Role role) const;
};

// `display` is the display's scale, `zoom` the person's Ctrl + / Ctrl -. The projector's measures
// go by the window, `size` in pixels: whatever the beam makes of it, the last row reads it.
Theme make_theme(ThemeName name, float display, float zoom, ImVec2 size);

// Black on white, with type by the window's height alone: body 3.2 % of it, nothing below 2.5 %.
Theme presenter_theme(float height);

// Sets ImGui's own colours and spacing to the theme's.
void apply(const Theme& theme);

// Icons, as text of the icon face.
namespace icon {
inline constexpr const char* laptop = "\xef\x84\x89";
inline constexpr const char* router = "\xef\x83\xa8";
inline constexpr const char* mail = "\xef\x83\xa0";
inline constexpr const char* mail_open = "\xef\x80\x83";
inline constexpr const char* shuffle = "\xef\x81\xb4";
inline constexpr const char* shield = "\xef\x84\xb2";
inline constexpr const char* inbox = "\xef\x80\x9c";
inline constexpr const char* compass = "\xef\x85\x8e";
inline constexpr const char* server = "\xef\x88\xb3";
inline constexpr const char* question = "\xef\x81\x99";
inline constexpr const char* eye = "\xef\x81\xae";
inline constexpr const char* lock = "\xef\x80\xa3";
inline constexpr const char* key = "\xef\x82\x84";
inline constexpr const char* cross = "\xef\x80\x8d";
inline constexpr const char* check = "\xef\x80\x8c";
inline constexpr const char* send = "\xef\x87\x98";
inline constexpr const char* plug = "\xef\x87\xa6";
inline constexpr const char* undo = "\xef\x83\xa2";
inline constexpr const char* plus = "\xef\x81\xa7";
inline constexpr const char* minus = "\xef\x81\xa8";
inline constexpr const char* first = "\xef\x81\x88";
inline constexpr const char* back = "\xef\x81\x93";
inline constexpr const char* play = "\xef\x81\x8b";
inline constexpr const char* pause = "\xef\x81\x8c";
inline constexpr const char* forward = "\xef\x81\x94";
inline constexpr const char* last = "\xef\x81\x91";
inline constexpr const char* display = "\xef\x84\x88";
inline constexpr const char* bars = "\xef\x83\x89";
inline constexpr const char* fold = "\xef\x84\x81";
inline constexpr const char* fit = "\xef\x81\xa5";
inline constexpr const char* down = "\xef\x81\xb8";
inline constexpr const char* up = "\xef\x85\x88";
inline constexpr const char* folder = "\xef\x81\xbb";
inline constexpr const char* file = "\xef\x85\x9b";
inline constexpr const char* warning = "\xef\x81\xb1";
inline constexpr const char* sun = "\xef\x86\x85";
} // namespace icon

// The icon that goes with a mark; empty for none.
const char* icon_of(sim::explain::Mark mark);

} // namespace gui
