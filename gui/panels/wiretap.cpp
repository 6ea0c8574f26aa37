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

// Lines in a box of their own, all of them.
void box(const Ui& ui, const Lines& lines, ImU32 fill, ImU32 edge)
{
    const TextStyle mono = ui.mono();
    const float height = mono.size * 1.45F;
    const float pad = ui.px(10);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float whole = height * static_cast<float>(lines.size()) + 2 * pad;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, {at.x + width, at.y + whole}, fill, ui.px(8));
    list->AddRect(at, {at.x + width, at.y + whole}, edge, ui.px(8), 0, ui.px(1));
    float y = at.y + pad;
    for (const TextLine& line : lines) {
        float x = at.x + pad;
        for (const auto& span : line.spans) {
            const TextStyle style = ui.in(mono, ui.theme().of(span.role));
            x += ui.line(list, {x, y}, style, span.text, at.x + width - pad - x, Overflow::shorten);
        }
        y += height;
    }
    ImGui::Dummy({width, whole});
}

void last(const Ui& ui, const sim::report::TappedLink& link, std::size_t columns)
{
    const auto& said = ui.desk().last_said(link, columns);
    if (!said) {
        ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("wiretap.nothing_said"));
        return;
    }
    const Theme& theme = ui.theme();
    ui.paragraph(ui.note(), said->ends_title);
    box(ui, said->ends, theme.card, theme.rule);
    ui.paragraph(ui.note(), said->wire_title);
    box(ui,
        said->wire,
        said->encrypted ? theme.encrypted_tint : theme.clear_tint,
        said->encrypted ? theme.encrypted : theme.clear);
    ui.paragraph(ui.body(), said->conclusion);
}

// What the listener knows by now, and what was kept from him: a box each, a line a fact.
void learned(const Ui& ui, const sim::report::TappedLink& link)
{
    using sim::report::Role;
    const Lines& lines = ui.desk().view().learned(ui.desk().source(), link);
    const Theme& theme = ui.theme();
    const float pad = ui.px(10);
    const float sign = ui.theme().body() * 1.6F;
    const float width = ImGui::GetContentRegionAvail().x;
    ImDrawList* list = ImGui::GetWindowDrawList();
    for (auto at = lines.begin(); at != lines.end();) {
        const auto title = std::find_if(at, lines.end(), [](const TextLine& line) {
            return !line.spans.empty() && line.spans.front().role == Role::heading;
        });
        if (title == lines.end()) break;
        const auto end = std::find_if(
            title, lines.end(), [](const TextLine& line) { return line.spans.empty(); });
        at = end;
        const bool is_known = title + 1 != end && (title + 1)->spans.back().role == Role::clear;
        const ImU32 colour = is_known ? theme.clear : theme.encrypted;
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        list->ChannelsSplit(2);
        list->ChannelsSetCurrent(1);
        float y = corner.y + pad / 2;
        y += ui.paragraph_at(list,
                             {corner.x + pad, y},
                             ui.in(ui.bold(), colour),
                             title->spans.front().text,
                             width - 2 * pad);
        for (auto fact = title + 1; fact != end; ++fact) {
            const std::string& words = fact->spans.back().text;
            ui.line(list,
                    {corner.x + pad, y + ui.px(3)},
                    ui.in(ui.note(), colour),
                    is_known ? icon::eye : icon::lock,
                    sign);
            y += ui.paragraph_at(
                list, {corner.x + pad + sign, y}, ui.body(), words, width - 2 * pad - sign);
        }
        y += pad / 2;
        list->ChannelsSetCurrent(0);
        list->AddRectFilled(corner,
                            {corner.x + width, y},
                            is_known ? theme.clear_tint : theme.encrypted_tint,
                            ui.px(8));
        list->ChannelsMerge();
        ImGui::Dummy({width, y - corner.y});
        ui.tell(is_known ? "wiretap/known" : "wiretap/hidden", {});
    }
}

// Which cable, and whether secrets are masked at the ends.
std::optional<std::size_t> choices(const Ui& ui)
{
    const auto& links = ui.desk().view().links();
    const auto context = ui.desk().source().context();
    Choices options;
    std::optional<std::size_t> chosen;
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (links[i].link == ui.desk().tapped()) chosen = i;
        options.emplace_back(std::to_string(i),
                             fmt::format("{} ⇄ {}",
                                         sim::explain::host_name(links[i].a, context),
                                         sim::explain::host_name(links[i].b, context)));
    }
    if (options.empty()) {
        ui.paragraph(ui.body(), ui.say("wiretap.nothing"));
        return std::nullopt;
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float key = ui.theme().body() + ui.px(16);
    if (const auto pressed = ui.combo("wiretap/link", options, chosen, width - key - ui.px(8)))
        ui.ask(action::Tap{links.at(*pressed).link});
    const float next = ImGui::GetCursorScreenPos().y;
    ImGui::SetCursorScreenPos({at.x + width - key, at.y});
    const bool shown = ui.desk().shows_secrets();
    if (ui.icon_button("wiretap/secrets",
                       shown ? icon::eye : icon::key,
                       ui.say(shown ? "wiretap.mask" : "wiretap.show")))
        ui.ask(action::ShowSecrets{!shown});
    ImGui::SetCursorScreenPos({at.x, next});
    if (!chosen) ui.paragraph(ui.body(), ui.say("wiretap.nothing_said"));
    return chosen;
}

// What of the cable is shown.
void views(const Ui& ui)
{
    Choices views;
    for (const TapView view : sim::values_of<TapView>()) {
        const std::string name{sim::name_of(view)};
        views.emplace_back(name, ui.say("wiretap." + name));
    }
    if (const auto pressed = ui.segmented("wiretap/view",
                                          views,
                                          static_cast<std::size_t>(ui.desk().tap_view()),
                                          ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowTap{static_cast<TapView>(*pressed)});
}

} // namespace

void wiretap_tab(const Ui& ui)
{
    const auto chosen = choices(ui);
    if (!chosen) return;
    const auto& link = ui.desk().view().links().at(*chosen);
    learned(ui, link);
    views(ui);
    const float cell = text_width(ui.mono(), "0");
    const float room = ImGui::GetContentRegionAvail().x - ui.px(24);
    const auto columns = static_cast<std::size_t>(std::max(24.0F, room / cell));
    switch (ui.desk().tap_view()) {
    case TapView::last:
        last(ui, link, columns);
        break;
    case TapView::ends:
        lines_in_cells(ui, ui.desk().said_by_ends(link, columns));
        break;
    case TapView::wire:
        lines_in_cells(
            ui, ui.desk().view().wire(ui.desk().source(std::max<std::size_t>(columns, 40)), link));
        break;
    }
}

} // namespace gui
