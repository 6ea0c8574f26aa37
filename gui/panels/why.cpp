// "Why did it stop?": the card of what stopped last before the cursor, and the button that cures
// it.

#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

// One row: the label on the left, its lines on the right.
float card_row(const Ui& ui,
               const sim::explain::CardText::Row& row,
               ImVec2 at,
               float width,
               float label_width,
               ImDrawList* list)
{
    const float label =
        ui.paragraph_at(list, at, ui.in(ui.note(), ui.theme().quiet), row.label, label_width);
    float y = at.y;
    bool first = true;
    for (const std::string& words : row.lines) {
        const TextStyle style = first ? ui.body() : ui.mono();
        y += ui.paragraph_at(
            list, {at.x + label_width + ui.px(8), y}, style, words, width - label_width - ui.px(8));
        first = false;
    }
    return std::max(label, y - at.y) + ui.px(5);
}

} // namespace

void why_panel(const Ui& ui)
{
    const auto cards = ui.model().view().cards_before(ui.model().cursor());
    if (cards.empty()) return;
    const sim::explain::WhyCard& card = *cards.back();
    const auto text = sim::explain::describe(card, ui.model().source().context());
    const float width = ImGui::GetContentRegionAvail().x;
    const float pad = ui.px(14);
    const float inner = width - 2 * pad;
    float label_width = 0;
    for (const auto& row : text.rows)
        label_width = std::max(label_width, text_width(ui.note(), row.label));
    label_width = std::min(label_width, inner * 0.3F);

    ImGui::Dummy({0, ui.px(2)});
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    TextStyle title = ui.bold();
    title.size *= 1.1F;
    float y = at.y + pad;
    y += ui.paragraph_at(list, {at.x + pad, y}, title, text.title, inner) + ui.px(6);
    for (const auto& row : text.rows)
        y += card_row(ui, row, {at.x + pad, y}, inner, label_width, list);
    if (!card.cure.settings.empty()) {
        ImGui::SetCursorScreenPos({at.x + pad, y + ui.px(4)});
        const auto& all = ui.model().view().cards();
        const auto number = static_cast<std::size_t>(&card - all.data());
        const bool forks = ui.model().kept_by_cure(number) > 0;
        if (ui.primary("why/cure", icon::undo, ui.say(forks ? "why.fork" : "why.apply"), inner))
            ui.ask(action::ApplyCure{number});
        y = ImGui::GetItemRectMax().y;
    }
    y += pad;
    list->AddRect(at, {at.x + width, y}, ui.theme().ink, ui.px(9), 0, ui.px(1.5F));
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, y - at.y});
}

} // namespace gui
