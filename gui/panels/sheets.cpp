// What comes up over the window and goes again: all keys, run until, export; and what is wrong with
// a file.

#include "gui/panels/panels.h"
#include "gui/panels/sheet.h"
#include "sim/explain/problem_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace gui {

namespace {

// With a title, and a button that closes it.
template <typename Draw>
void sheet(const Ui& ui, const std::string& title, float width, Draw draw)
{
    if (begin_sheet(ui, "##sheet", in_the_middle(width))) {
        TextStyle style = ui.bold();
        style.size *= 1.15F;
        ui.paragraph(style, title);
        draw();
        ImGui::Dummy({0, ui.px(4)});
        if (ui.button("sheet/close", ui.say("close"), ImGui::GetContentRegionAvail().x))
            ui.ask(action::ShowSheet{Sheet::none});
    }
    end_sheet(ui);
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
                              Key{"search", "/"},
                              Key{"file", "O"},
                              Key{"bridge", "B"},
                              Key{"level", "1  2  3"},
                              Key{"language", "L"},
                              Key{"fork", "F"},
                              Key{"restart", "R"},
                              Key{"presenter", "P"},
                              Key{"black", "B"},
                              Key{"map", "0  Ctrl ← → ↑ ↓"},
                              Key{"zoom", "Ctrl + / Ctrl -"},
                              Key{"walk", "Tab  ← → ↑ ↓"},
                              Key{"legend", "G"},
                              Key{"help", "?"}};
    const float column = ui.px(150) * ui.theme().type_scale;
    const float lead = (ui.line_height(ui.body()) - ui.mono().size) / 2; // on the words' line
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(5)});
    for (const Key& key : list) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImDrawList* draw = ImGui::GetWindowDrawList();
        ui.line(draw, {at.x, at.y + lead}, ui.mono(), key.keys, column);
        const float width = ImGui::GetContentRegionAvail().x - column;
        const float height = ui.paragraph_at(draw,
                                             {at.x + column, at.y},
                                             ui.body(),
                                             ui.say(fmt::format("keys.{}", key.name)),
                                             width);
        ImGui::Dummy({column + width, height});
    }
    ImGui::PopStyleVar();
}

// A folder or a file, to be opened.
bool entry(const Ui& ui, const std::string& path, const char* sign, const std::string& name)
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const Rect place{at, {at.x + width, at.y + ui.theme().body() + ui.px(13)}};
    const bool pressed = ui.area(path, place);
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (ImGui::IsItemHovered() || ImGui::IsItemFocused())
        list->AddRectFilled(place.min, place.max, ui.theme().selection, ui.px(5));
    const float y = at.y + ui.px(6);
    const float icons = ui.theme().body() * 1.7F;
    ui.line(list, {at.x + ui.px(8), y}, ui.in(ui.body(), ui.theme().quiet), sign, icons);
    ui.line(list,
            {at.x + ui.px(8) + icons, y},
            ui.body(),
            name,
            width - icons - ui.px(16),
            Overflow::shorten);
    return pressed;
}

void files(const Ui& ui)
{
    const Folder& folder = ui.desk().folder();
    ui.paragraph(ui.in(ui.mono(), ui.theme().quiet), folder.path);
    if (!folder.problem.empty())
        ui.paragraph(ui.body(), ui.say("files.problem", {{"problem", folder.problem}}));
    const auto inside = [&](const std::string& name) {
        return (std::filesystem::path{folder.path} / name).string();
    };
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    const float height = std::min(ui.px(380), ImGui::GetIO().DisplaySize.y * 0.5F);
    if (ImGui::BeginChild("files", {0, height}, ImGuiChildFlags_NavFlattened)) {
        if (!folder.above.empty() && entry(ui, "files/..", icon::up, ui.say("files.above")))
            ui.ask(action::ShowFolder{folder.above});
        for (const std::string& name : folder.folders) {
            if (entry(ui, "files/" + name + "/", icon::folder, name))
                ui.ask(action::ShowFolder{inside(name)});
        }
        for (const std::string& name : folder.files)
            if (entry(ui, "files/" + name, icon::file, name)) ui.ask(action::Open{inside(name)});
        if (folder.problem.empty() && folder.folders.empty() && folder.files.empty())
            ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("files.none"));
        if (folder.cut) ui.paragraph(ui.note(), ui.say("files.cut"));
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void until(const Ui& ui)
{
    for (const Until what : sim::values_of<Until>()) {
        const std::string name{sim::name_of(what)};
        if (ui.button("until/" + name, ui.say("until." + name), ImGui::GetContentRegionAvail().x))
            ui.ask(action::RunUntil{what});
    }
    const float width = ImGui::GetContentRegionAvail().x;
    std::string clock;
    if (ui.field("until/time", clock, ui.say("until.time"), width).entered)
        ui.ask(action::RunUntilTime{clock});
}

void exports(const Ui& ui)
{
    if (ui.button("menu/start", ui.say("start.title"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowSheet{Sheet::start});
    if (ui.button("menu/legend", ui.say("legend.title"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowSheet{Sheet::legend});
    if (ui.button("menu/bridge", ui.say("bridge.title"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowSheet{Sheet::bridge});
    ui.rule();
    for (const auto kind : sim::values_of<action::ExportKind>()) {
        const std::string name{sim::name_of(kind)};
        if (ui.button("export/" + name, ui.say("export." + name), ImGui::GetContentRegionAvail().x))
            ui.ask(action::Export{kind});
    }
    if (ui.button("export/seed", ui.say("export.seed"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::Restart{true});
    if (ui.button("export/motion",
                  ui.say(ui.desk().preferences().motion ? "export.still" : "export.moving"),
                  ImGui::GetContentRegionAvail().x))
        ui.ask(action::SetMotion{!ui.desk().preferences().motion});
}

} // namespace

SheetPlace in_the_middle(float width)
{
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    return {{display.x / 2, display.y / 2}, {0.5F, 0.5F}, width};
}

bool begin_sheet(const Ui& ui, const std::string& name, const SheetPlace& place)
{
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float width = std::min(place.width, display.x * 0.96F);
    ImGui::SetNextWindowPos(place.at, ImGuiCond_Always, place.pivot);
    ImGui::SetNextWindowSize({width, 0});
    const float most = place.most > 0 ? place.most : display.y * 0.9F;
    ImGui::SetNextWindowSizeConstraints({width, 0}, {width, most});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(10));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, ui.px(1.5F));
    ImGui::PushStyleColor(ImGuiCol_Border, ui.theme().ink);
    return ImGui::Begin(name.c_str(),
                        nullptr,
                        ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                            ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings);
}

void end_sheet(const Ui& ui, const std::optional<Rect>& own)
{
    const bool inside = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByPopup |
                                               ImGuiHoveredFlags_AllowWhenBlockedByActiveItem |
                                               ImGuiHoveredFlags_ChildWindows);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool on_own = own && own->min.x <= mouse.x && mouse.x < own->max.x &&
                        own->min.y <= mouse.y && mouse.y < own->max.y;
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !inside && !on_own &&
        !ImGui::IsWindowAppearing())
        ui.ask(action::ShowSheet{Sheet::none});
    const ImVec2 at = ImGui::GetWindowPos();
    const ImVec2 size = ImGui::GetWindowSize();
    ui.remember("sheet", {at, {at.x + size.x, at.y + size.y}});
    ImGui::End();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
}

void problems_panel(const Ui& ui)
{
    ui.paragraph(ui.bold(), ui.say("problems.title"));
    for (const sim::scenario::Problem& problem : ui.desk().problems())
        ui.paragraph(ui.mono(), words_of(problem, ui.desk().language()));
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.say("problems.next"));
}

void sheets(const Ui& ui, const Rect& below_map)
{
    // So wide at the usual size of type, wider with larger type.
    const auto titled = [&](const char* title, float width, const auto& draw) {
        sheet(ui, ui.say(title), ui.px(width) * ui.theme().type_scale, draw);
    };
    switch (ui.desk().sheet()) {
    case Sheet::none:
    case Sheet::lessons: // stands below its box: the top bar's
        return;
    case Sheet::bridge:
        titled("bridge.title", 620, [&] { bridge(ui); });
        return;
    case Sheet::start:
        start_sheet(ui, below_map);
        return;
    case Sheet::legend:
        titled("legend.title", 560, [&] { legend_sheet(ui); });
        return;
    case Sheet::files:
        titled("files.title", 520, [&] { files(ui); });
        return;
    case Sheet::keys:
        titled("keys.title", 580, [&] { keys(ui); });
        return;
    case Sheet::until:
        titled("until.title", 320, [&] { until(ui); });
        return;
    case Sheet::export_menu:
        titled("export.title", 340, [&] { exports(ui); });
        return;
    }
}

} // namespace gui
