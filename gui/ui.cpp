#include "gui/ui.h"

#include "gui/strokes.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

namespace gui {

std::string Ui::say(std::string_view name, const sim::explain::Arguments& arguments) const
{
    return desk_.language().text(fmt::format("gui.{}", name), arguments);
}

const std::string& Ui::pick(const sim::scenario::Text& text) const
{
    return sim::explain::pick(text, desk_.language());
}

void Ui::tell(const std::string& view, sim::EventId event) const
{
    if (probe_ != nullptr) probe_->told.insert_or_assign(view, event);
}

void Ui::remember(const std::string& path, const Rect& rect) const
{
    if (probe_ != nullptr) probe_->items.push_back({path, rect.min, rect.max});
}

// ---- type ---------------------------------------------------------------------------------------

float Ui::line(ImDrawList* list,
               ImVec2 at,
               const TextStyle& style,
               std::string_view text,
               float width,
               Overflow overflow) const
{
    std::string shown{text};
    float taken = text_width(style, text);
    if (taken > width + 0.5F) {
        if (overflow == Overflow::report && probe_ != nullptr) probe_->misfits.push_back(shown);
        shown = ellipsis(style, text, width);
        taken = text_width(style, shown);
    }
    // What is typed on a wire stays as it is.
    const std::string set = style.font == fonts_.mono ? shown : with_opening_quotes(shown);
    list->AddText(style.font,
                  style.size,
                  {std::round(at.x), std::round(at.y)},
                  style.colour,
                  set.data(),
                  set.data() + set.size());
    if (probe_ != nullptr && !shown.empty()) {
        probe_->texts.push_back({shown,
                                 at,
                                 {at.x + taken, at.y + style.size},
                                 list->GetClipRectMin(),
                                 list->GetClipRectMax()});
    }
    return taken;
}

void Ui::line_centred(ImDrawList* list,
                      const Rect& rect,
                      const TextStyle& style,
                      std::string_view text,
                      Overflow overflow) const
{
    const float width = std::min(text_width(style, text), rect.width());
    line(list,
         {rect.min.x + (rect.width() - width) / 2, rect.min.y + (rect.height() - style.size) / 2},
         style,
         text,
         rect.width(),
         overflow);
}

Ui::Name Ui::name(TextStyle largest, std::string_view text, float width, float height) const
{
    const float smallest = px(12);
    Name name{largest, {}, false};
    // Before a class, first as large as the last row can read. Where a word would have to be broken
    // (a small window, a large zoom), smaller still.
    for (const float least : {std::max(smallest, theme_.small() * 0.917F), smallest, px(9)}) {
        for (;;) {
            auto lines = wrap_words(name.style, text, width);
            if (lines) name.lines = std::move(*lines);
            if (lines && name.height() <= height) return name;
            if (name.style.size <= least) break;
            name.style.size = std::max(least, name.style.size - px(1));
        }
    }
    name.is_torn = true;
    name.style = largest;
    for (;;) {
        name.lines = wrap_evenly(name.style, text, width);
        const bool fits = !breaks_words(name.lines) && name.height() <= height;
        if (fits || name.style.size <= smallest) break;
        name.style.size = std::max(smallest, name.style.size - px(1));
    }
    if (name.height() > height + 1 && probe_ != nullptr) probe_->misfits.emplace_back(text);
    if (breaks_words(name.lines) && probe_ != nullptr) probe_->torn.emplace_back(text);
    return name;
}

float Ui::paragraph_at(
    ImDrawList* list, ImVec2 at, const TextStyle& style, std::string_view text, float width) const
{
    const float height = line_height(style);
    float y = at.y + (height - style.size) / 2;
    const auto lines = wrap(style, text, width);
    for (const std::string_view one : lines) {
        line(list, {at.x, y}, style, one, width, Overflow::report);
        y += height;
    }
    return height * static_cast<float>(lines.size());
}

float Ui::explained_at(
    ImDrawList* list, ImVec2 at, const TextStyle& style, std::string_view text, float width) const
{
    const float height = line_height(style);
    float top = at.y + (height - style.size) / 2;
    const auto words = desk_.glossary().in(text);
    const ImVec2 cursor = ImGui::GetCursorScreenPos();
    ImGui::PushID(text.data(), text.data() + text.size()); // a word may stand in many texts
    for (const std::string_view one : wrap(style, text, width)) {
        line(list, {at.x, top}, style, one, width, Overflow::report);
        const auto begin = static_cast<std::size_t>(one.data() - text.data());
        for (const Glossary::Found& found : words) {
            // One that is in two lines is not underlined.
            if (found.begin < begin || found.end > begin + one.size()) continue;
            const float left = at.x + text_width(style, one.substr(0, found.begin - begin));
            const float right = at.x + text_width(style, one.substr(0, found.end - begin));
            const float y = std::round(top + style.size + px(1));
            dashed(list, {{left, y}, {right, y}}, theme_.quiet, px(1), px(2), px(2));
            (void)area("word/" + found.word->word, {{left, top}, {right, y}});
            const bool is_walked_to = ImGui::IsItemFocused() && ImGui::GetIO().NavVisible;
            if (!ImGui::IsItemHovered() && !is_walked_to) continue;
            if (is_walked_to) ImGui::SetNextWindowPos({left, y + px(8)});
            ImGui::BeginTooltip();
            paragraph(bold(), found.word->word, px(320));
            paragraph(body(), found.word->meaning, px(320));
            ImGui::EndTooltip();
        }
        top += height;
    }
    ImGui::PopID();
    ImGui::SetCursorScreenPos(cursor);
    return top - at.y - (height - style.size) / 2;
}

float Ui::paragraph_height(const TextStyle& style, std::string_view text, float width) const
{
    return line_height(style) * static_cast<float>(wrap(style, text, width).size());
}

void Ui::paragraph(const TextStyle& style, std::string_view text, float width) const
{
    const float room = width > 0 ? width : ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = paragraph_at(ImGui::GetWindowDrawList(), at, style, text, room);
    ImGui::Dummy({room, height});
}

void Ui::rule() const
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::GetWindowDrawList()->AddLine(
        {at.x, at.y + px(4)}, {at.x + width, at.y + px(4)}, theme_.rule, px(1));
    ImGui::Dummy({width, px(8)});
}

bool Ui::begin_scrolled(const char* name, ImVec2 size) const
{
    const float gap = px(2);
    ImGui::SetNextWindowContentSize({size.x, 0});
    const bool seen = ImGui::BeginChild(name,
                                        {size.x + gap + ImGui::GetStyle().ScrollbarSize, size.y},
                                        ImGuiChildFlags_NavFlattened);
    // Another lesson begins at its top.
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID("openings");
    if (storage->GetInt(id, 0) != desk_.openings()) ImGui::SetScrollY(0);
    storage->SetInt(id, desk_.openings());
    return seen;
}

// ---- controls -----------------------------------------------------------------------------------

bool Ui::show_focus(const std::string& path, const Rect& rect) const
{
    if (!ImGui::IsItemFocused() || !ImGui::GetIO().NavVisible) return false;
    if (probe_ != nullptr) probe_->focused = path;
    // Over all else, with a gap, so that it is seen beside a surface of any colour; it may stand
    // out of its list by its own width.
    const ImDrawList& drawn_in = *ImGui::GetWindowDrawList();
    const float gap = px(2);
    const float thick = px(3);
    const float out = gap + thick;
    const ImVec2 min = drawn_in.GetClipRectMin();
    const ImVec2 max = drawn_in.GetClipRectMax();
    ImDrawList* list = ImGui::GetForegroundDrawList();
    list->PushClipRect({min.x - out, min.y - out}, {max.x + out, max.y + out});
    list->AddRect({rect.min.x - gap, rect.min.y - gap},
                  {rect.max.x + gap, rect.max.y + gap},
                  theme_.encrypted,
                  px(9),
                  0,
                  thick);
    list->PopClipRect();
    return true;
}

bool Ui::area(const std::string& path, const Rect& rect, bool is_tab_stop) const
{
    remember(path, rect);
    ImGui::SetCursorScreenPos(rect.min);
    ImGui::PushStyleColor(ImGuiCol_NavCursor, 0); // ours is drawn instead
    ImGui::PushItemFlag(ImGuiItemFlags_NoTabStop, !is_tab_stop);
    const bool pressed =
        ImGui::InvisibleButton(path.c_str(),
                               {std::max(rect.width(), 1.0F), std::max(rect.height(), 1.0F)},
                               ImGuiButtonFlags_EnableNav);
    ImGui::PopItemFlag();
    ImGui::PopStyleColor();
    (void)show_focus(path, rect);
    return pressed;
}

bool Ui::hovered_hint(std::string_view hint) const
{
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) return false;
    ImGui::BeginTooltip();
    paragraph(body(), hint, px(320));
    ImGui::EndTooltip();
    return true;
}

bool Ui::button(const std::string& path, std::string_view label, float width) const
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float inner = width - px(16);
    const TextStyle style = body();
    const auto lines = wrap(style, label, inner);
    const float height = px(14) + line_height(style) * static_cast<float>(lines.size());
    const Rect rect{at, {at.x + width, at.y + height}};
    const bool pressed = area(path, rect);
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(
        rect.min, rect.max, ImGui::IsItemHovered() ? theme_.selection : theme_.card, px(7));
    list->AddRect(rect.min, rect.max, theme_.rule, px(7), 0, px(1));
    float y = at.y + px(7);
    for (const std::string_view one : lines) {
        line_centred(
            list, {{at.x + px(8), y}, {at.x + width - px(8), y + line_height(style)}}, style, one);
        y += line_height(style);
    }
    return pressed;
}

float Ui::primary_height(std::string_view icon, std::string_view label, float width) const
{
    const auto lines = wrap(bold(), fmt::format("{}  {}", icon, label), width - px(20)).size();
    return std::max(px(40), px(18) + line_height(bold()) * static_cast<float>(lines));
}

bool Ui::primary(const std::string& path,
                 std::string_view icon,
                 std::string_view label,
                 float width) const
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const TextStyle style = in(bold(), theme_.on_ink);
    const std::string words = fmt::format("{}  {}", icon, label);
    const auto lines = wrap(style, words, width - px(20));
    const float height = primary_height(icon, label, width);
    const Rect rect{at, {at.x + width, at.y + height}};
    const bool pressed = area(path, rect);
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(
        rect.min, rect.max, ImGui::IsItemHovered() ? theme_.ink : theme_.encrypted, px(7));
    float y = at.y + (height - line_height(style) * static_cast<float>(lines.size())) / 2;
    for (const std::string_view one : lines) {
        line_centred(list, {{at.x, y}, {at.x + width, y + line_height(style)}}, style, one);
        y += line_height(style);
    }
    return pressed;
}

bool Ui::icon_button(const std::string& path, std::string_view icon, std::string_view hint) const
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float side = theme_.body() + px(16);
    const Rect rect{at, {at.x + side, at.y + side}};
    const bool pressed = area(path, rect);
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (ImGui::IsItemHovered()) list->AddRectFilled(rect.min, rect.max, theme_.selection, px(7));
    list->AddRect(rect.min, rect.max, theme_.rule, px(7), 0, px(1));
    line_centred(list, rect, body(), icon);
    (void)hovered_hint(hint);
    return pressed;
}

float Ui::segmented_width(const Choices& options) const
{
    float width = 0;
    for (const auto& [name, label] : options)
        width += text_width(body(), label) + px(20);
    return width;
}

std::optional<std::size_t> Ui::segmented(const std::string& path,
                                         const Choices& options,
                                         std::optional<std::size_t> chosen,
                                         float width) const
{
    std::optional<std::size_t> pressed;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    // Each as wide as its word needs, what is left over shared evenly; smaller when that makes it
    // one row, else in rows.
    const auto count = static_cast<float>(std::max<std::size_t>(options.size(), 1));
    constexpr float smallest = 0.72F; // of the usual size
    TextStyle style = body();
    float pad = px(20);
    if (const float words = segmented_width(options) - count * pad; words + count * pad > width) {
        const float fitting = (width - count * px(12)) / std::max(words, 1.0F);
        if (fitting >= smallest) {
            pad = px(12);
            style.size *= std::min(fitting * 0.99F, 1.0F);
        }
    }
    float needed = 0;
    for (const auto& option : options)
        needed += text_width(style, option.second) + pad;
    const float spare = std::max(0.0F, width - needed) / count;
    const float height = theme_.body() + px(16);
    // Where each stands; a row is one box with lines between its parts.
    std::vector<Rect> parts;
    float x = at.x;
    float y = at.y;
    for (const auto& option : options) {
        const float own = std::min(text_width(style, option.second) + pad + spare, width);
        if (x > at.x && x + own > at.x + width + 1) {
            x = at.x;
            y += height + px(4);
        }
        parts.push_back({{std::round(x), y}, {std::round(x + own), y + height}});
        x += own;
    }
    for (std::size_t i = 0; i < options.size(); ++i) {
        const Rect& rect = parts[i];
        if (area(fmt::format("{}/{}", path, options[i].first), rect)) pressed = i;
        const bool is_chosen = chosen == i;
        const bool is_first = i == 0 || parts[i - 1].min.y < rect.min.y;
        const bool is_last = i + 1 == options.size() || parts[i + 1].min.y > rect.min.y;
        ImDrawFlags corners = ImDrawFlags_RoundCornersNone;
        if (is_first) corners |= ImDrawFlags_RoundCornersLeft;
        if (is_last) corners |= ImDrawFlags_RoundCornersRight;
        const ImU32 fill = is_chosen                ? theme_.ink
                           : ImGui::IsItemHovered() ? theme_.selection
                                                    : theme_.card;
        list->AddRectFilled(rect.min, rect.max, fill, px(7), corners);
        if (!is_first && !is_chosen && chosen != i - 1)
            list->AddLine(rect.min, {rect.min.x, rect.max.y}, theme_.rule, px(1));
        if (is_last) {
            std::size_t first = i;
            while (first > 0 && parts[first - 1].min.y == rect.min.y)
                --first;
            list->AddRect(parts[first].min, rect.max, theme_.rule, px(7), 0, px(1));
        }
        TextStyle shown = is_chosen ? in(bold(), theme_.on_ink) : body();
        shown.size = style.size;
        line_centred(list,
                     {{rect.min.x + px(4), rect.min.y}, {rect.max.x - px(4), rect.max.y}},
                     shown,
                     options[i].second);
    }
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, y + height - at.y});
    return pressed;
}

bool Ui::box(const std::string& path, std::string_view shown, float width) const
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = theme_.body() + px(16);
    const Rect rect{at, {at.x + width, at.y + height}};
    ImDrawList* list = ImGui::GetWindowDrawList();
    const bool pressed = area(path, rect);
    list->AddRectFilled(
        rect.min, rect.max, ImGui::IsItemHovered() ? theme_.selection : theme_.card, px(7));
    list->AddRect(rect.min, rect.max, theme_.rule, px(7), 0, px(1));
    // Smaller before it is cut: what is chosen is what lessons are about.
    const float room = width - px(34);
    TextStyle style = body();
    while (text_width(style, shown) > room && style.size > theme_.small())
        style.size = std::max(theme_.small(), style.size - 1);
    line(list,
         {at.x + px(10), at.y + (height - style.size) / 2},
         style,
         shown,
         room,
         Overflow::shorten);
    const ImVec2 tip{rect.max.x - px(15), rect.centre().y + px(3)};
    list->AddTriangleFilled(
        {tip.x - px(5), tip.y - px(5)}, {tip.x + px(5), tip.y - px(5)}, tip, theme_.ink);
    if (text_width(style, shown) > room) (void)hovered_hint(shown);
    return pressed;
}

Ui::Typed
Ui::field(const std::string& path, std::string& text, std::string_view hint, float width) const
{
    Typed typed;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const std::string before = text;
    const auto walk = [](ImGuiInputTextCallbackData* data) {
        *static_cast<int*>(data->UserData) += data->EventKey == ImGuiKey_UpArrow ? -1 : 1;
        return 0;
    };
    ImGui::SetNextItemWidth(width);
    typed.entered = ImGui::InputTextWithHint(("##" + path).c_str(),
                                             std::string{hint}.c_str(),
                                             &text,
                                             ImGuiInputTextFlags_EnterReturnsTrue |
                                                 ImGuiInputTextFlags_CallbackHistory,
                                             walk,
                                             &typed.step);
    typed.changed = text != before;
    const Rect rect{at, {at.x + width, at.y + ImGui::GetItemRectSize().y}};
    remember(path, rect);
    (void)show_focus(path, rect);
    return typed;
}

std::optional<std::size_t> Ui::combo(const std::string& path,
                                     const Choices& options,
                                     std::optional<std::size_t> chosen,
                                     float width) const
{
    std::optional<std::size_t> pressed;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = theme_.body() + px(16);
    const std::string popup = path + "/list";
    if (box(path, chosen ? options.at(*chosen).second : std::string{}, width))
        ImGui::OpenPopup(popup.c_str());
    float widest = width;
    for (const auto& [name, label] : options)
        widest = std::max(widest, text_width(body(), label) + px(28));
    ImGui::SetNextWindowPos({at.x, at.y + height + px(2)}, ImGuiCond_Appearing);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(6), px(6)});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    if (ImGui::BeginPopup(popup.c_str())) {
        for (std::size_t i = 0; i < options.size(); ++i) {
            const ImVec2 row = ImGui::GetCursorScreenPos();
            const Rect place{row, {row.x + widest, row.y + height}};
            if (area(fmt::format("{}/{}", path, options[i].first), place)) {
                pressed = i;
                ImGui::CloseCurrentPopup();
            }
            ImDrawList* popup_list = ImGui::GetWindowDrawList();
            if (ImGui::IsItemHovered() || chosen == i)
                popup_list->AddRectFilled(place.min, place.max, theme_.selection, px(5));
            line(popup_list,
                 {row.x + px(10), row.y + (height - theme_.body()) / 2},
                 chosen == i ? bold() : body(),
                 options[i].second,
                 widest - px(14));
        }
        ImGui::EndPopup();
    }
    ImGui::PopStyleVar(2);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, height});
    return pressed;
}

float Ui::chip(ImDrawList* list, ImVec2 at, sim::explain::Mark mark) const
{
    using sim::explain::Mark;
    const std::string word = sim::explain::label(mark, desk_.language());
    if (word.empty()) return 0;
    const std::string text = fmt::format("{} {}", icon_of(mark), word);
    const TextStyle style = small();
    const float width = text_width(style, text) + px(12);
    const float height = style.size + px(6);
    ImU32 fill = theme_.selection;
    ImU32 colour = theme_.of(mark);
    if (mark == Mark::clear) fill = theme_.clear_tint;
    if (mark == Mark::encrypted) fill = theme_.encrypted_tint;
    if (mark == Mark::secret) fill = theme_.secret_tint;
    if (mark == Mark::blocked) {
        fill = theme_.ink;
        colour = theme_.on_ink;
    }
    list->AddRectFilled(at, {at.x + width, at.y + height}, fill, px(5));
    line(list, {at.x + px(6), at.y + px(3)}, in(style, colour), text, width);
    return width;
}

} // namespace gui
