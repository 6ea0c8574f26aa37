#include "gui/theme.h"

#include <algorithm>
#include <system_error>

namespace gui {

namespace fs = std::filesystem;

namespace {

constexpr ImU32 rgb(unsigned value)
{
    return IM_COL32((value >> 16U) & 0xFFU, (value >> 8U) & 0xFFU, value & 0xFFU, 0xFF);
}

Theme paper_theme()
{
    Theme theme;
    theme.paper = rgb(0xF6F3EA);
    theme.card = rgb(0xFFFDF8);
    theme.rule = rgb(0xD9D2C1);
    theme.ink = rgb(0x22262B);
    theme.quiet = rgb(0x6B6A63);
    theme.selection = rgb(0xEFE7CF);
    theme.on_ink = rgb(0xFFFDF8);
    theme.clear = rgb(0xB93E16);
    theme.clear_tint = rgb(0xFBE5DC);
    theme.encrypted = rgb(0x1F5A94);
    theme.encrypted_tint = rgb(0xDCE7F2);
    theme.secret = rgb(0x8F5B0C);
    theme.secret_tint = rgb(0xFBEFD3);
    theme.accepted = rgb(0x2F6B4A);
    theme.line = rgb(0xA9A392);
    theme.area = {rgb(0xEFE9DA), rgb(0xE6EDF0), rgb(0xEDEFE2), rgb(0xF1EAE6), rgb(0xEDEDEC)};
    return theme;
}

Theme dark_theme()
{
    Theme theme;
    theme.paper = rgb(0x1B1D20);
    theme.card = rgb(0x25282C);
    theme.rule = rgb(0x464A50);
    theme.ink = rgb(0xF0ECE0);
    theme.quiet = rgb(0xB0ACA0);
    theme.selection = rgb(0x3D3A2C);
    theme.on_ink = rgb(0x1B1D20);
    theme.clear = rgb(0xFF9A70);
    theme.clear_tint = rgb(0x4A2A1E);
    theme.encrypted = rgb(0x8CC0F2);
    theme.encrypted_tint = rgb(0x203349);
    theme.secret = rgb(0xF0C060);
    theme.secret_tint = rgb(0x453717);
    theme.accepted = rgb(0x8AD0A8);
    theme.line = rgb(0x7C7A72);
    theme.area = {rgb(0x2A2822), rgb(0x22292D), rgb(0x272A22), rgb(0x2C2725), rgb(0x282828)};
    return theme;
}

Theme projector_theme()
{
    Theme theme = paper_theme();
    theme.paper = rgb(0xFFFFFF);
    theme.card = rgb(0xFFFFFF);
    theme.rule = rgb(0x8A8A8A);
    theme.ink = rgb(0x000000);
    theme.quiet = rgb(0x404040);
    theme.selection = rgb(0xFFE9A8);
    theme.on_ink = rgb(0xFFFFFF);
    theme.clear = rgb(0xA82C05);
    theme.encrypted = rgb(0x0B4680);
    theme.secret = rgb(0x7A4B00);
    theme.accepted = rgb(0x1B5A38);
    theme.line = rgb(0x6A6A6A);
    theme.area = {rgb(0xF7F3E6), rgb(0xEAF2F6), rgb(0xF1F5E6), rgb(0xF8EFEA), rgb(0xF2F2F2)};
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

Theme make_theme(ThemeName name, float user_scale, float height)
{
    Theme theme;
    switch (name) {
    case ThemeName::paper:
        theme = paper_theme();
        break;
    case ThemeName::dark:
        theme = dark_theme();
        break;
    case ThemeName::projector:
        theme = projector_theme();
        // Where there is less height than in the design, larger type would tear the map's names.
        theme.type_scale = std::clamp(1.5F * height / (900 * user_scale), 1.2F, 1.5F);
        break;
    }
    theme.name = name;
    theme.scale = user_scale;
    return theme;
}

Theme presenter_theme(float height)
{
    constexpr float body_share = 0.032F;
    Theme theme = projector_theme();
    theme.name = ThemeName::projector;
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
    using sim::explain::Mark;
    switch (mark) {
    case Mark::clear:
        return clear;
    case Mark::encrypted:
        return encrypted;
    case Mark::secret:
        return secret;
    case Mark::accepted:
        return accepted;
    case Mark::quiet:
        return quiet;
    case Mark::none:
    case Mark::blocked:
        return ink;
    }
    return ink;
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
