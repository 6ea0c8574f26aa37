// Right: the tabs, and below them the sentence about the selected event and the why card.

#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace gui {

namespace {

void selected_sentence(const Ui& ui)
{
    const sim::EventId selected = ui.desk().selected();
    const float pad = ui.px(10);
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    std::string words = ui.say(ui.desk().live() != nullptr ? "bridge.waiting" : "selected.none");
    if (selected.exists()) {
        ui.tell("sentence", selected);
        const auto source = ui.desk().source();
        words = sim::explain::describe(source.trace.at(selected), source.level, source.context());
    }
    const float height = ui.paragraph_height(ui.body(), words, width - 2 * pad) + 2 * pad;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, {at.x + width, at.y + height}, ui.theme().paper, ui.px(8));
    if (ui.theme().paper == ui.theme().card) // as on a projector: a frame instead of a ground
        list->AddRect(at, {at.x + width, at.y + height}, ui.theme().rule, ui.px(8), 0, ui.px(1));
    ui.explained_at(list, {at.x + pad, at.y + pad}, ui.body(), words, width - 2 * pad);
    start_mark(ui, StartMark::words, {at.x + width, at.y - ui.theme().body() * 2});
    ImGui::Dummy({width, height});
}

} // namespace

void side_panel(const Ui& ui)
{
    if (!ui.desk().is_shown()) return;
    const float width = ImGui::GetContentRegionAvail().x;
    Choices tabs;
    for (const auto name : enum_names(Tab{}))
        tabs.emplace_back(name, ui.say(fmt::format("tab.{}", name)));
    if (const auto pressed =
            ui.segmented("tab", tabs, static_cast<std::size_t>(ui.desk().tab()), width))
        ui.ask(action::ShowTab{static_cast<Tab>(*pressed)});

    // The tab has what the sentence and the card leave; each part scrolls by itself.
    const bool has_card = !ui.desk().view().cards_before(ui.desk().cursor()).empty();
    const float height = ImGui::GetContentRegionAvail().y;
    // Beside a card, what was said last is enough of the conversation; whoever looks at a packet or
    // a state wants more of it.
    const bool is_list = ui.desk().tab() == Tab::transcript;
    const float upper = height * (!has_card ? 0.75F : is_list ? 0.24F : 0.46F);
    // In large type the card has the room of both.
    const bool both = !has_card || !is_list || ui.theme().name != ThemeName::projector;
    if (both && ui.begin_scrolled("tab", {width, upper})) {
        constexpr std::array<void (*)(const Ui&), sim::count_of<Tab>()> draw{
            transcript_tab, wiretap_tab, packet_tab, state_tab};
        draw.at(static_cast<std::size_t>(ui.desk().tab()))(ui);
    }
    if (both) ImGui::EndChild();
    const float button = cure_height(ui);
    const float below = ImGui::GetContentRegionAvail().y - button;
    if (ui.begin_scrolled("below", {width, below})) {
        selected_sentence(ui);
        if (has_card) why_panel(ui);
    }
    ImGui::EndChild();
    cure_button(ui);
}

} // namespace gui
