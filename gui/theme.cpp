#include "gui/theme.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <system_error>

namespace gui {

namespace fs = std::filesystem;

namespace {

constexpr ImU32 rgb(unsigned value)
{
    return IM_COL32((value >> 16U) & 0xFFU, (value >> 8U) & 0xFFU, value & 0xFFU, 0xFF);
}

// One colour of every theme, in the order of ThemeName.
template <typename What>
using OfThemes = std::array<What, sim::count_of<ThemeName>()>;

struct Colour {
    ImU32 Theme::*what;
    OfThemes<unsigned> values;
};

constexpr std::array<Colour, 15> colours{{{&Theme::paper, {0xF6F3EA, 0x1B1D20, 0xFFFFFF}},
                                          {&Theme::card, {0xFFFDF8, 0x25282C, 0xFFFFFF}},
                                          {&Theme::rule, {0xD9D2C1, 0x464A50, 0x8A8A8A}},
                                          {&Theme::ink, {0x22262B, 0xF0ECE0, 0x000000}},
                                          {&Theme::quiet, {0x6B6A63, 0xB0ACA0, 0x404040}},
                                          {&Theme::selection, {0xEFE7CF, 0x3D3A2C, 0xFFE9A8}},
                                          {&Theme::on_ink, {0xFFFDF8, 0x1B1D20, 0xFFFFFF}},
                                          {&Theme::clear, {0xB93E16, 0xFF9A70, 0xA82C05}},
                                          {&Theme::clear_tint, {0xFBE5DC, 0x4A2A1E, 0xFBE5DC}},
                                          {&Theme::encrypted, {0x1F5A94, 0x8CC0F2, 0x0B4680}},
                                          {&Theme::encrypted_tint, {0xDCE7F2, 0x203349, 0xDCE7F2}},
                                          {&Theme::secret, {0x8F5B0C, 0xF0C060, 0x7A4B00}},
                                          {&Theme::secret_tint, {0xFBEFD3, 0x453717, 0xFBEFD3}},
                                          {&Theme::accepted, {0x2F6B4A, 0x8AD0A8, 0x1B5A38}},
                                          {&Theme::line, {0xA9A392, 0x7C7A72, 0x6A6A6A}}}};

constexpr OfThemes<std::array<unsigned, sim::count_of<sim::scenario::AreaKind>()>> areas{
    {{{0xEFE9DA, 0xE6EDF0, 0xEDEFE2, 0xF1EAE6, 0xEDEDEC}},
     {{0x2A2822, 0x22292D, 0x272A22, 0x2C2725, 0x282828}},
     {{0xF7F3E6, 0xEAF2F6, 0xF1F5E6, 0xF8EFEA, 0xF2F2F2}}}};

Theme coloured(ThemeName name)
{
    const auto at = static_cast<std::size_t>(name);
    Theme theme;
    theme.name = name;
    for (const Colour& colour : colours)
        theme.*colour.what = rgb(colour.values.at(at));
    std::ranges::transform(areas.at(at), theme.area.begin(), rgb);
    return theme;
}

} // namespace

std::optional<FontFiles> find_fonts(const fs::path& beside)
{
    const auto find = [&](const char* name, const char* folder) -> std::string {
        for (const fs::path& place : {beside / "fonts", fs::path{folder}}) {
            std::error_code error;
            if (fs::is_regular_file(place / name, error)) return (place / name).string();
        }
        return {};
    };
    constexpr const char* bizud = "/usr/share/fonts/truetype/bizud-gothic";
    FontFiles files{find("BIZUDPGothic-Regular.ttf", bizud),
                    find("BIZUDPGothic-Bold.ttf", bizud),
                    find("BIZUDGothic-Regular.ttf", bizud),
                    find("fontawesome-webfont.ttf", "/usr/share/fonts/truetype/font-awesome")};
    if (files.text.empty() || files.bold.empty() || files.mono.empty() || files.icons.empty())
        return std::nullopt;
    return files;
}

Fonts load_fonts(const FontFiles& files)
{
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    const auto load = [&](const std::string& path) {
        ImFontConfig face;
        face.OversampleH = 1;
        face.OversampleV = 1;
        ImFont* font = atlas.AddFontFromFileTTF(path.c_str(), 15, &face);
        ImFontConfig icons = face;
        icons.MergeMode = true;
        icons.DstFont = font;
        // The two faces agree nowhere but in these: icons live in the private use area.
        icons.PixelSnapH = true;
        atlas.AddFontFromFileTTF(files.icons.c_str(), 15, &icons);
        return font;
    };
    return {load(files.text), load(files.bold), load(files.mono)};
}

Theme make_theme(ThemeName name, float display, float zoom, ImVec2 size)
{
    Theme theme = coloured(name);
    theme.scale = display * zoom;
    if (name == ThemeName::projector) {
        // The picture of 1280x720, as large as the window: body type of 3 % of its height. Narrow
        // windows have smaller type, else names would not fit.
        theme.scale = zoom * std::min(size.y / 720, size.x / 1152);
        theme.type_scale = 1.44F;
    }
    return theme;
}

Theme presenter_theme(float height)
{
    constexpr float body_share = 0.032F;
    Theme theme = coloured(ThemeName::projector);
    theme.scale = body_share * height / 15; // Theme::body() is 15 design pixels
    return theme;
}

void apply(const Theme& theme)
{
    ImGuiStyle& style = ImGui::GetStyle();
    style = ImGuiStyle{};
    style.WindowPadding = {theme.px(16), theme.px(14)};
    style.FramePadding = {theme.px(10), theme.px(7)};
    style.ItemSpacing = {theme.px(8), theme.px(8)};
    style.ItemInnerSpacing = {theme.px(6), theme.px(4)};
    style.WindowRounding = 0;
    style.ChildRounding = theme.px(8);
    style.FrameRounding = theme.px(7);
    style.PopupRounding = theme.px(8);
    style.ScrollbarRounding = theme.px(6);
    style.GrabRounding = theme.px(6);
    style.ScrollbarSize = theme.px(12);
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 0;
    style.FrameBorderSize = 1;
    style.PopupBorderSize = 1;
    style.AntiAliasedLinesUseTex = false;
    style.FontSizeBase = theme.body();
    style.HoverDelayNormal = 0.3F;

    const auto set = [&](ImGuiCol which, ImU32 colour) {
        style.Colors[which] = ImGui::ColorConvertU32ToFloat4(colour);
    };
    set(ImGuiCol_Text, theme.ink);
    set(ImGuiCol_TextDisabled, theme.quiet);
    set(ImGuiCol_WindowBg, theme.card);
    set(ImGuiCol_ChildBg, 0);
    set(ImGuiCol_PopupBg, theme.card);
    set(ImGuiCol_Border, theme.rule);
    set(ImGuiCol_FrameBg, theme.card);
    set(ImGuiCol_FrameBgHovered, theme.selection);
    set(ImGuiCol_FrameBgActive, theme.selection);
    set(ImGuiCol_Button, theme.card);
    set(ImGuiCol_ButtonHovered, theme.selection);
    set(ImGuiCol_ButtonActive, theme.selection);
    set(ImGuiCol_Header, theme.selection);
    set(ImGuiCol_HeaderHovered, theme.selection);
    set(ImGuiCol_HeaderActive, theme.selection);
    set(ImGuiCol_ScrollbarBg, 0);
    set(ImGuiCol_ScrollbarGrab, theme.rule);
    set(ImGuiCol_ScrollbarGrabHovered, theme.line);
    set(ImGuiCol_ScrollbarGrabActive, theme.line);
    set(ImGuiCol_CheckMark, theme.ink);
    set(ImGuiCol_SliderGrab, theme.ink);
    set(ImGuiCol_SliderGrabActive, theme.ink);
    set(ImGuiCol_Separator, theme.rule);
    set(ImGuiCol_TextSelectedBg, theme.selection);
    set(ImGuiCol_NavCursor, theme.encrypted);
    set(ImGuiCol_ModalWindowDimBg, IM_COL32(0, 0, 0, 90));
}

ImU32 Theme::of(sim::explain::Mark mark) const
{
    return of(sim::report::role_of(mark));
}

ImU32 Theme::of(sim::report::Role role) const
{
    using sim::report::Role;
    switch (role) {
    case Role::quiet:
        return quiet;
    case Role::clear:
        return clear;
    case Role::encrypted:
        return encrypted;
    case Role::secret:
        return secret;
    case Role::accepted:
        return accepted;
    case Role::plain:
    case Role::heading:
    case Role::emphasis:
    case Role::blocked:
        return ink;
    }
    return ink;
}

const char* icon_of(sim::explain::Mark mark)
{
    using sim::explain::Mark;
    switch (mark) {
    case Mark::clear:
        return icon::eye;
    case Mark::encrypted:
        return icon::lock;
    case Mark::blocked:
        return icon::cross;
    case Mark::secret:
        return icon::key;
    case Mark::accepted:
        return icon::check;
    case Mark::none:
    case Mark::quiet:
        return "";
    }
    return "";
}

} // namespace gui
