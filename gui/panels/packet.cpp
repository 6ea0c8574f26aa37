// The packet that the selected event has to do with: layers and their fields, each explained, the
// octets with the pressed field marked; and the TLS inspector of its connection.

#include "gui/panels/panels.h"
#include "sim/report/packet_view.h"
#include "sim/report/tls_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gui {

namespace {

using sim::report::Field;

constexpr std::size_t octets_a_row = 16;

// Which octets are marked, kept by ImGui for this tab.
struct Marked {
    int offset = -1;
    int size = 0;
};

Marked marked(const std::string& of)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    return {storage->GetInt(ImGui::GetID((of + "/offset").c_str()), -1),
            storage->GetInt(ImGui::GetID((of + "/size").c_str()), 0)};
}

void mark(const std::string& of, const Field& field)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    storage->SetInt(ImGui::GetID((of + "/offset").c_str()), static_cast<int>(field.offset));
    storage->SetInt(ImGui::GetID((of + "/size").c_str()), static_cast<int>(field.size));
}

void hex(const Ui& ui, const std::vector<std::uint8_t>& bytes, Marked mark, std::size_t most_rows)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    TextStyle style = ui.mono();
    style.size = ui.theme().small();
    const float cell = text_width(style, "00") * 1.25F;
    const float width = ImGui::GetContentRegionAvail().x;
    // Eight a row where sixteen have no room.
    const std::size_t per_row =
        cell * static_cast<float>(octets_a_row) <= width ? octets_a_row : octets_a_row / 2;
    const float line = style.size * 1.4F;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::size_t rows = std::min((bytes.size() + per_row - 1) / per_row, most_rows);
    for (std::size_t i = 0; i < std::min(bytes.size(), rows * per_row); ++i) {
        const std::size_t row = i / per_row;
        const ImVec2 place{at.x + cell * static_cast<float>(i % per_row),
                           at.y + line * static_cast<float>(row)};
        const int position = static_cast<int>(i);
        const bool lit = position >= mark.offset && position < mark.offset + mark.size;
        if (lit)
            list->AddRectFilled(place, {place.x + cell, place.y + line}, ui.theme().secret_tint);
        ui.line(list,
                {place.x + ui.px(2), place.y + ui.px(1)},
                ui.in(style, lit ? ui.theme().secret : ui.theme().ink),
                fmt::format("{:02x}", bytes[i]),
                cell + ui.px(2));
    }
    ImGui::Dummy({width, line * static_cast<float>(rows)});
    if (rows * per_row < bytes.size()) {
        ui.paragraph(
            ui.small(),
            ui.say("packet.more", {{"count", std::to_string(bytes.size() - rows * per_row)}}));
    }
}

// The name on the left, the value in a column of its own.
void field_row(const Ui& ui, const std::string& of, std::size_t number, const Field& field)
{
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float indent = ui.px(4) + ui.px(12) * static_cast<float>(field.depth);
    const float column = field.value.empty() ? width : std::round(width * 0.44F);
    const TextStyle name = ui.note();
    const TextStyle value = ui.mono();
    const float name_room = column - indent - ui.px(8);
    const float value_room = width - column - ui.px(4);
    float height = ui.paragraph_height(name, field.name, name_room);
    if (!field.value.empty())
        height = std::max(height, ui.paragraph_height(value, field.value, value_room));
    height += ui.px(4);
    const Marked now = marked(of);
    const bool chosen = now.offset == static_cast<int>(field.offset) &&
                        now.size == static_cast<int>(field.size) && field.size > 0;
    const Rect rect{at, {at.x + width, at.y + height}};
    if (ui.area(fmt::format("{}/field/{}", of, number), rect, number == 0)) mark(of, field);
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (chosen || ImGui::IsItemHovered())
        list->AddRectFilled(rect.min, rect.max, ui.theme().selection, ui.px(5));
    ui.paragraph_at(list, {at.x + indent, at.y + ui.px(2)}, name, field.name, name_room);
    if (!field.value.empty())
        ui.paragraph_at(list, {at.x + column, at.y + ui.px(2)}, value, field.value, value_room);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, height});
    if (chosen && !field.meaning.empty())
        ui.paragraph(ui.in(ui.note(), ui.theme().ink), field.meaning);
}

// Rows that stand close together.
void field_rows(const Ui& ui,
                const std::string& of,
                const std::vector<Field>& fields,
                std::size_t& number)
{
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(1)});
    for (const Field& field : fields)
        field_row(ui, of, number++, field);
    ImGui::PopStyleVar();
    ImGui::Dummy({1, ui.px(2)});
}

void packet(const Ui& ui, const sim::report::PacketView& view)
{
    ui.paragraph(ui.mono(), view.title);
    if (!view.relation_words.empty())
        ui.paragraph(ui.in(ui.note(), ui.theme().quiet), view.relation_words);
    hex(ui, view.bytes, marked("packet"), 12);
    std::size_t number = 0;
    for (const auto& layer : view.layers) {
        ui.paragraph(ui.in(ui.bold(), layer.encrypted ? ui.theme().encrypted : ui.theme().ink),
                     layer.encrypted ? fmt::format("{} {}", icon::lock, layer.title) : layer.title);
        field_rows(ui, "packet", layer.fields, number);
    }
}

void facts(const Ui& ui, const std::vector<std::string>& sentences, ImU32 colour)
{
    for (const std::string& sentence : sentences)
        ui.paragraph(ui.in(ui.body(), colour), sentence);
}

void inspector(const Ui& ui, const sim::report::TlsView& view)
{
    ui.paragraph(ui.bold(), ui.say("packet.inspector"));
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), view.heading);
    if (view.agreed) ui.paragraph(ui.body(), view.agreed->sentence);
    if (!view.failure_sentence.empty())
        ui.paragraph(ui.in(ui.body(), ui.theme().clear), view.failure_sentence);
    for (std::size_t i = 0; i < view.messages.size(); ++i) {
        const auto& message = view.messages[i];
        const std::string name = fmt::format("{} {}. {} {}  {}",
                                             message.encrypted ? icon::lock : icon::eye,
                                             i + 1,
                                             message.from_client ? "→" : "←",
                                             message.name,
                                             message.sender);
        const float width = ImGui::GetContentRegionAvail().x;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = ui.paragraph_height(ui.body(), name, width) + ui.px(6);
        ImGuiStorage* storage = ImGui::GetStateStorage();
        const std::string path = fmt::format("tls/{}", i + 1);
        const ImGuiID id = ImGui::GetID(path.c_str());
        bool open = storage->GetBool(id, false);
        if (ui.area(path, {at, {at.x + width, at.y + height}})) {
            open = !open;
            storage->SetBool(id, open);
        }
        ImDrawList* list = ImGui::GetWindowDrawList();
        if (ImGui::IsItemHovered())
            list->AddRectFilled(at, {at.x + width, at.y + height}, ui.theme().selection, ui.px(5));
        ui.paragraph_at(
            list,
            {at.x, at.y + ui.px(3)},
            ui.in(ui.body(), message.encrypted ? ui.theme().encrypted : ui.theme().clear),
            name,
            width);
        ImGui::SetCursorScreenPos(at);
        ImGui::Dummy({width, height});
        if (!open) continue;
        ui.paragraph(ui.note(), message.meaning);
        std::size_t number = 0;
        field_rows(ui, path, message.fields, number);
        hex(ui, message.bytes, marked(path), 8);
    }
    if (view.judgement) ui.paragraph(ui.body(), view.judgement->sentence);
    facts(ui, view.onlooker_saw, ui.theme().clear);
    facts(ui, view.onlooker_missed, ui.theme().encrypted);
}

} // namespace

void packet_tab(const Ui& ui)
{
    const auto source = ui.desk().source();
    const sim::EventId selected = ui.desk().selected();
    if (!selected.exists()) {
        ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("packet.empty"));
        return;
    }
    const auto& view = ui.desk().view().packet(source, selected);
    if (view) {
        packet(ui, *view);
    } else {
        ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("packet.none"));
    }
    const sim::ConnectionId connection = source.trace.at(selected).connection;
    if (!connection.exists()) return;
    if (const auto& tls = ui.desk().view().tls(source, connection)) {
        ui.rule();
        inspector(ui, *tls);
    }
}

} // namespace gui
