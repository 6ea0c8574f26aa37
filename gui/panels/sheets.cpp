// What comes up over the window and goes again: all keys, run until, export; and what is wrong with
// a file.

#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <array>

namespace gui {

namespace {

// A card in the middle of the window; a press beside it, or Escape, closes it.
template <typename Draw>
void sheet(const Ui& ui, const std::string& title, float width, Draw draw)
{
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    ImGui::GetBackgroundDrawList();
    ImGui::SetNextWindowPos({display.x / 2, display.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
    ImGui::SetNextWindowSize({width, 0});
    ImGui::SetNextWindowSizeConstraints({width, 0}, {width, display.y * 0.9F});
    ImGui::SetNextWindowFocus();
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(10));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, ui.px(1.5F));
    ImGui::PushStyleColor(ImGuiCol_Border, ui.theme().ink);
    if (ImGui::Begin("##sheet",
                     nullptr,
                     ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                         ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings)) {
        TextStyle style = ui.bold();
        style.size *= 1.15F;
        ui.paragraph(style, title);
        draw();
        ImGui::Dummy({0, ui.px(4)});
        if (ui.button("sheet/close", ui.say("close"), ImGui::GetContentRegionAvail().x))
            ui.ask(action::ShowSheet{ui.model().sheet()});
        const bool beside = ImGui::IsMouseClicked(ImGuiMouseButton_Left) &&
                            !ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByPopup) &&
                            !ImGui::IsWindowAppearing();
        if (beside) ui.ask(action::ShowSheet{ui.model().sheet()});
    }
    ImGui::End();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
}

void keys(const Ui& ui)
{
    struct Key {
        const char* name; // of the words
        const char* keys;
    };
    constexpr std::array list{Key{"play", "Space  ."},
                              Key{"step", "← →"},
                              Key{"hop", "Shift ← →"},
                              Key{"ends", "Home  End"},
                              Key{"lesson", "PageUp  PageDown"},
                              Key{"level", "1  2  3"},
                              Key{"language", "L"},
                              Key{"restart", "R"},
                              Key{"presenter", "P"},
                              Key{"zoom", "Ctrl + / Ctrl -"},
                              Key{"help", "?"}};
    const float column = ui.px(190) * ui.theme().type_scale;
    for (const Key& key : list) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImDrawList* draw = ImGui::GetWindowDrawList();
        ui.line(draw, at, ui.mono(), key.keys, column);
        const float width = ImGui::GetContentRegionAvail().x - column;
        const float height = ui.paragraph_at(draw,
                                             {at.x + column, at.y},
                                             ui.body(),
                                             ui.say(fmt::format("keys.{}", key.name)),
                                             width);
        ImGui::Dummy({column + width, height});
    }
}

void until(const Ui& ui)
{
    for (const Until what : sim::values_of<Until>()) {
        const std::string name{sim::name_of(what)};
        if (ui.button("until/" + name, ui.say("until." + name), ImGui::GetContentRegionAvail().x))
            ui.ask(action::RunUntil{what});
    }
}

void exports(const Ui& ui)
{
    for (const auto kind : sim::values_of<action::ExportKind>()) {
        const std::string name{sim::name_of(kind)};
        if (ui.button("export/" + name, ui.say("export." + name), ImGui::GetContentRegionAvail().x))
            ui.ask(action::Export{kind});
    }
    if (ui.button("export/seed", ui.say("export.seed"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::Restart{true});
    if (ui.button("export/motion",
                  ui.say(ui.model().preferences().motion ? "export.still" : "export.moving"),
                  ImGui::GetContentRegionAvail().x))
        ui.ask(action::SetMotion{!ui.model().preferences().motion});
}

} // namespace

void problems_panel(const Ui& ui)
{
    ui.paragraph(ui.bold(), ui.say("problems.title"));
    for (const std::string& problem : ui.model().problems())
        ui.paragraph(ui.mono(), problem);
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.say("problems.next"));
}

void sheets(const Ui& ui)
{
    switch (ui.model().sheet()) {
    case Sheet::none:
        return;
    case Sheet::keys:
        sheet(ui, ui.say("keys.title"), ui.px(460) * ui.theme().type_scale, [&] { keys(ui); });
        return;
    case Sheet::until:
        sheet(ui, ui.say("until.title"), ui.px(320) * ui.theme().type_scale, [&] { until(ui); });
        return;
    case Sheet::export_menu:
        sheet(ui, ui.say("export.title"), ui.px(340) * ui.theme().type_scale, [&] { exports(ui); });
        return;
    }
}

} // namespace gui
