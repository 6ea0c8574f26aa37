// The wiretap: choose a cable and read what can be read there.

#include "gui/panels/panels.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

using sim::report::Lines;
using sim::report::TextLine;

void lines_in_cells(const Ui& ui, const Lines& lines)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    const TextStyle mono = ui.mono();
    const float height = mono.size * 1.4F;
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(lines.size()), height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const TextLine& line = lines[static_cast<std::size_t>(i)];
            const float y = at.y + height * static_cast<float>(i);
            float x = at.x;
            for (const auto& span : line.spans) {
                TextStyle style = ui.in(mono, ui.theme().of(span.role));
                x += ui.line(list, {x, y}, style, span.text, at.x + width - x, Overflow::shorten);
            }
        }
    }
    ImGui::SetCursorScreenPos({at.x, at.y + height * static_cast<float>(lines.size())});
    ImGui::Dummy({1, 1});
}

} // namespace

void wiretap_tab(const Ui& ui)
{
    const auto& links = ui.model().view().links();
    const auto context = ui.model().source().context();
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.say("wiretap.where"));
    std::vector<std::pair<std::string, std::string>> options;
    std::optional<std::size_t> chosen;
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (links[i].link == ui.model().tapped()) chosen = i;
        options.emplace_back(std::to_string(i),
                             fmt::format("{} ⇄ {}",
                                         sim::explain::host_name(links[i].a, context),
                                         sim::explain::host_name(links[i].b, context)));
    }
    if (options.empty()) {
        ui.paragraph(ui.body(), ui.say("wiretap.nothing"));
        return;
    }
    if (const auto pressed =
            ui.combo("wiretap/link", options, chosen, ImGui::GetContentRegionAvail().x))
        ui.ask(action::Tap{links.at(*pressed).link});
    const std::vector<std::pair<std::string, std::string>> secrets{
        {"masked", ui.say("wiretap.masked")}, {"shown", ui.say("wiretap.shown")}};
    if (const auto pressed = ui.segmented("wiretap/secrets",
                                          secrets,
                                          ui.model().shows_secrets() ? 1 : 0,
                                          ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowSecrets{*pressed == 1});
    if (!chosen) return;
    const float cell = text_width(ui.mono(), "0");
    const auto columns = static_cast<std::size_t>(
        std::max(40.0F, (ImGui::GetContentRegionAvail().x - ui.px(14)) / cell));
    lines_in_cells(ui, ui.model().view().wire(ui.model().source(columns), links.at(*chosen)));
}

} // namespace gui
