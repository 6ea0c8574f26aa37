// The transcript: what was said, line by line, each marked clear or encrypted; a heading wherever
// another pair of hosts goes on.

#include "gui/panels/panels.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

using sim::report::LadderRow;

std::string heading_of(const Ui& ui, const LadderRow& row)
{
    const auto context = ui.desk().source().context();
    std::string from = sim::explain::host_name(row.from, context);
    if (!row.to.exists() || row.to == row.from) return from;
    return fmt::format("{} → {}", from, sim::explain::host_name(row.to, context));
}

} // namespace

void transcript_tab(const Ui& ui)
{
    const auto& rows = ui.desk().view().ladder().rows;
    const std::size_t done = ui.desk().view().rows_before(ui.desk().cursor());
    if (done == 0) {
        ui.paragraph(ui.in(ui.body(), ui.theme().quiet),
                     ui.say(ui.desk().live() != nullptr ? "bridge.waiting" : "transcript.empty"));
        return;
    }
    const float height = ui.theme().note() + ui.px(15);
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID("followed");
    if (storage->GetInt(id, -1) != static_cast<int>(done)) {
        storage->SetInt(id, static_cast<int>(done));
        const float room = ImGui::GetWindowHeight();
        ImGui::SetScrollY(std::max(0.0F, height * static_cast<float>(done) - room));
    }
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float top = ImGui::GetCursorScreenPos().y;
    const float left = ImGui::GetCursorScreenPos().x;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(done), height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const LadderRow& row = rows[static_cast<std::size_t>(i)];
            const float y = top + height * static_cast<float>(i);
            if (row.shape == LadderRow::Shape::gap) {
                const std::string words = row.day.empty() ? row.text : row.text + "  " + row.day;
                ui.line(list, {left + ui.px(6), y + ui.px(6)}, ui.note(), words, width);
                continue;
            }
            const Rect rect{{left, y}, {left + width, y + height}};
            const bool at_cursor = static_cast<std::size_t>(i) + 1 == done;
            if (ui.area(fmt::format("transcript/{}", row.event.value), rect, at_cursor))
                ui.ask(action::Select{row.event});
            if (at_cursor || ImGui::IsItemHovered())
                list->AddRectFilled(rect.min, rect.max, ui.theme().selection, ui.px(6));
            if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal))
                (void)ui.hovered_hint(heading_of(ui, row) + "\n" + row.text);
            float x = left + ui.px(6);
            const float chip = ui.chip(list, {x, y + ui.px(4)}, row.mark);
            x += chip > 0 ? chip + ui.px(6) : 0;
            TextStyle style = ui.in(ui.mono(), ui.theme().ink);
            ui.line(list,
                    {x, y + (height - style.size) / 2},
                    style,
                    row.text,
                    left + width - x - ui.px(6),
                    Overflow::shorten);
        }
    }
    ImGui::SetCursorScreenPos({left, top + height * static_cast<float>(done)});
    ImGui::Dummy({1, 1});
    ImGui::PopStyleVar();
}

} // namespace gui
