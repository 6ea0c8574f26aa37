// The transcript: what was said, line by line, each marked clear or encrypted; a heading wherever
// another connection goes on.

#include "gui/panels/panels.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace gui {

namespace {

using sim::report::LadderRow;

class Transcript {
public:
    explicit Transcript(const Ui& ui)
        : ui_{ui},
          view_{ui.desk().view()},
          height_{ui.theme().note() + ui.px(15)},
          width_{ImGui::GetContentRegionAvail().x}
    {
    }

    void draw()
    {
        const std::size_t done = view_.transcript_before(ui_.desk().cursor());
        if (done == 0) {
            ui_.paragraph(
                ui_.in(ui_.body(), ui_.theme().quiet),
                ui_.say(ui_.desk().live() != nullptr ? "bridge.waiting" : "transcript.empty"));
            return;
        }
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
        follow(done);
        const ImVec2 top = ImGui::GetCursorScreenPos();
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(done), height_);
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                const auto entry = static_cast<std::size_t>(i);
                const ImVec2 at{top.x, top.y + height_ * static_cast<float>(i)};
                const TranscriptEntry& said = view_.transcript()[entry];
                const LadderRow& row = view_.ladder().rows[said.row];
                if (said.is_heading) {
                    heading(row, at);
                } else if (row.shape == LadderRow::Shape::gap) {
                    const std::string words =
                        row.day.empty() ? row.text : row.text + "  " + row.day;
                    ui_.line(ImGui::GetWindowDrawList(),
                             {at.x + ui_.px(6), at.y + ui_.px(6)},
                             ui_.note(),
                             words,
                             width_);
                } else {
                    line(row, at, entry + 1 == done);
                }
            }
        }
        ImGui::SetCursorScreenPos({top.x, top.y + height_ * static_cast<float>(done)});
        ImGui::Dummy({1, 1});
        ImGui::PopStyleVar();
    }

private:
    // Keeps the last line in sight when another one has become it.
    void follow(std::size_t done) const
    {
        ImGuiStorage* storage = ImGui::GetStateStorage();
        const ImGuiID id = ImGui::GetID("followed");
        if (storage->GetInt(id, -1) == static_cast<int>(done)) return;
        storage->SetInt(id, static_cast<int>(done));
        const float room = ImGui::GetWindowHeight();
        ImGui::SetScrollY(std::max(0.0F, height_ * static_cast<float>(done) - room));
    }

    [[nodiscard]] std::string name(sim::HostId host) const
    {
        return sim::explain::host_name(host, ui_.desk().source().context());
    }

    // Who called whom.
    [[nodiscard]] std::string talk_of(const LadderRow& row) const
    {
        const auto& event = ui_.desk().playback().trace().at(row.event);
        const auto ends = sim::explain::ends_of(event, ui_.desk().source().context());
        if (!ends) return name(row.from);
        const std::string server =
            ends->server.exists() ? name(ends->server) : sim::to_string(ends->server_at.address);
        return fmt::format("{} → {} :{}", name(ends->client), server, ends->server_at.port);
    }

    void heading(const LadderRow& row, ImVec2 at) const
    {
        TextStyle style = ui_.in(ui_.bold(), ui_.theme().quiet);
        style.size = ui_.theme().note();
        const std::string words = talk_of(row);
        const float room = width_ - ui_.px(12);
        while (text_width(style, words) > room && style.size > ui_.theme().small())
            style.size = std::max(ui_.theme().small(), style.size - 1);
        ui_.line(ImGui::GetWindowDrawList(),
                 {at.x + ui_.px(6), at.y + height_ - style.size - ui_.px(4)},
                 style,
                 words,
                 room,
                 Overflow::shorten);
        ui_.tell("transcript/heading", row.event);
    }

    // Which way it went, seen from who called.
    [[nodiscard]] std::string arrow_of(const LadderRow& row) const
    {
        if (row.shape != LadderRow::Shape::arrow || !row.to.exists() || row.to == row.from)
            return {};
        const auto& event = ui_.desk().playback().trace().at(row.event);
        if (!event.connection.exists()) return {};
        const auto ends = sim::explain::ends_of(event, ui_.desk().source().context());
        return ends && row.from == ends->server ? "← " : "→ ";
    }

    void line(const LadderRow& row, ImVec2 at, bool at_cursor) const
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const Rect rect{at, {at.x + width_, at.y + height_}};
        if (ui_.area(fmt::format("transcript/{}", row.event.value), rect, at_cursor))
            ui_.ask(action::Select{row.event});
        const bool hovered = ImGui::IsItemHovered();
        if (at_cursor) {
            list->AddRectFilled(rect.min, rect.max, ui_.theme().selection, ui_.px(6));
        } else if (hovered) { // another sign than that of the cursor
            list->AddRect(rect.min, rect.max, ui_.theme().line, ui_.px(6), 0, ui_.px(1));
        }
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal))
            (void)ui_.hovered_hint(talk_of(row) + "\n" + row.text);
        float x = at.x + ui_.px(6);
        const float chip = ui_.chip(list, {x, at.y + ui_.px(4)}, row.mark);
        x += chip > 0 ? chip + ui_.px(6) : 0;
        const TextStyle style = ui_.in(ui_.mono(), ui_.theme().ink);
        ui_.line(list,
                 {x, at.y + (height_ - style.size) / 2},
                 style,
                 arrow_of(row) + row.text,
                 at.x + width_ - x - ui_.px(6),
                 Overflow::shorten);
    }

    const Ui& ui_;
    const RunView& view_;
    float height_;
    float width_;
};

} // namespace

void transcript_tab(const Ui& ui)
{
    Transcript{ui}.draw();
}

} // namespace gui
