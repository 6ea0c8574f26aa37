// The lessons to choose from: a field to search in, and what was found, below the box in the top
// bar that shows the one that is open.

#include "gui/panels/panels.h"
#include "gui/panels/sheet.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

// One line of the list; true when it was pressed.
bool row(const Ui& ui, const std::string& path, std::string_view words, bool picked)
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const Rect place{at, {at.x + width, at.y + ui.theme().body() + ui.px(16)}};
    const bool pressed = ui.area(path, place);
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (picked || ImGui::IsItemHovered())
        list->AddRectFilled(place.min, place.max, ui.theme().selection, ui.px(5));
    ui.line(list,
            {at.x + ui.px(10), at.y + ui.px(8)},
            picked ? ui.bold() : ui.body(),
            words,
            width - ui.px(20));
    return pressed;
}

std::string words_of(const Ui& ui, std::size_t lesson)
{
    return fmt::format("{}. {}", lesson + 1, ui.pick(ui.desk().lessons()[lesson].title));
}

void search(const Ui& ui)
{
    if (ImGui::IsWindowAppearing()) ImGui::SetKeyboardFocusHere();
    std::string words = ui.desk().search();
    const auto typed = ui.field(
        "lessons/search", words, ui.say("lessons.search"), ImGui::GetContentRegionAvail().x);
    const auto& found = ui.desk().found();
    if (typed.changed && words != ui.desk().search()) ui.ask(action::Search{words});
    if (typed.step != 0) ui.ask(action::Pick{typed.step});
    if (typed.entered && !found.empty())
        ui.ask(action::Open{ui.desk().lessons()[found[ui.desk().picked()]].path});
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ui.ask(action::ShowSheet{Sheet::none});
}

} // namespace

void lesson_sheet(const Ui& ui, const Rect& box)
{
    float width = box.width();
    for (std::size_t i = 0; i < ui.desk().lessons().size(); ++i)
        width = std::max(width, text_width(ui.bold(), words_of(ui, i)) + ui.px(56));
    if (begin_sheet(ui, "##lessons", {{box.min.x, box.max.y + ui.px(4)}, {0, 0}, width})) {
        search(ui);
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
        const auto& found = ui.desk().found();
        for (std::size_t i = 0; i < found.size(); ++i) {
            const std::string path = fmt::format("lessons/{}", found[i] + 1);
            if (row(ui, path, words_of(ui, found[i]), i == ui.desk().picked()))
                ui.ask(action::Open{ui.desk().lessons()[found[i]].path});
        }
        ImGui::PopStyleVar();
        if (found.empty()) ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("lessons.none"));
        ui.rule();
        if (row(ui, "lessons/file", ui.say("lessons.file"), false))
            ui.ask(action::ShowSheet{Sheet::files});
    }
    end_sheet(ui, box);
}

} // namespace gui
