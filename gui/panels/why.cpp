// "Why did it stop?": the card of what stopped last before the cursor, and the button that cures
// it, which is there without scrolling.

#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <variant>

namespace gui {

namespace {

// One row: the label on the left, its lines on the right.
float card_row(const Ui& ui,
               const sim::explain::CardText::Row& row,
               ImVec2 at,
               float width,
               float label_width,
               bool is_wire,
               ImDrawList* list)
{
    const float label =
        ui.paragraph_at(list, at, ui.in(ui.note(), ui.theme().quiet), row.label, label_width);
    float y = at.y;
    bool first = true;
    for (const std::string& words : row.lines) {
        // What a rule does is said in words; elsewhere, below the words stand codes and addresses.
        const bool is_rule = row.row == sim::explain::CardRow::rule;
        const bool is_typed = !is_rule && (!first || is_wire);
        const TextStyle style = is_typed ? ui.mono() : first ? ui.body() : ui.note();
        y += ui.paragraph_at(
            list, {at.x + label_width + ui.px(8), y}, style, words, width - label_width - ui.px(8));
        first = false;
    }
    return std::max(label, y - at.y) + ui.px(5);
}

// The number of the last card that there is a cure for.
std::optional<std::size_t> last_curable(const Ui& ui)
{
    const auto number = ui.desk().view().last_card_before(ui.desk().cursor());
    if (!number || !ui.desk().can_cure(*number)) return std::nullopt;
    return number;
}

std::string cure_words(const Ui& ui, std::size_t number)
{
    if (ui.desk().live() != nullptr) return ui.say("why.now");
    return ui.say(ui.desk().kept_by_cure(number) > 0 ? "why.fork" : "why.apply");
}

} // namespace

float cure_height(const Ui& ui)
{
    const auto number = last_curable(ui);
    if (!number) return 0;
    const float width = ImGui::GetContentRegionAvail().x;
    return ui.px(10) + ui.primary_height(icon::undo, cure_words(ui, *number), width);
}

void cure_button(const Ui& ui)
{
    const auto number = last_curable(ui);
    if (!number) return;
    const float width = ImGui::GetContentRegionAvail().x;
    if (ui.primary("why/cure", icon::undo, cure_words(ui, *number), width))
        ui.ask(action::ApplyCure{*number});
}

void why_panel(const Ui& ui)
{
    const auto number = ui.desk().view().last_card_before(ui.desk().cursor());
    if (!number) return;
    const sim::explain::WhyCard& card = ui.desk().view().card(*number);
    const auto text = sim::explain::describe(card, ui.desk().source().context());
    const float width = ImGui::GetContentRegionAvail().x;
    const float pad = ui.px(14);
    const float inner = width - 2 * pad;
    float label_width = 0;
    for (const auto& row : text.rows)
        label_width = std::max(label_width, text_width(ui.note(), row.label));
    label_width = std::min(label_width, inner * 0.3F);

    const bool hit_is_wire = std::holds_alternative<sim::explain::HitPacket>(card.hit) ||
                             std::holds_alternative<sim::explain::HitLine>(card.hit);

    ImGui::Dummy({0, ui.px(2)});
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    TextStyle title = ui.bold();
    title.size *= 1.1F;
    float y = at.y + pad;
    y += ui.paragraph_at(list, {at.x + pad, y}, title, text.title, inner) + ui.px(6);
    for (const auto& row : text.rows) {
        const bool is_wire = row.row == sim::explain::CardRow::hit && hit_is_wire;
        y += card_row(ui, row, {at.x + pad, y}, inner, label_width, is_wire, list);
    }
    y += pad - ui.px(5);
    list->AddRect(at, {at.x + width, y}, ui.theme().ink, ui.px(9), 0, ui.px(1.5F));
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, y - at.y});
}

} // namespace gui
