#include "gui/panels/setting_rows.h"

#include "sim/explain/nouns.h"

#include <fmt/format.h>
#include <imgui_stdlib.h>

#include <algorithm>

namespace gui {

namespace s = sim::scenario;

namespace {

// What a fault does, in words: "550 (for good)", "5 s", "at RCPT TO".
std::string fault_words(const Ui& ui, const sim::SettingKey& is, const std::string& value)
{
    const std::string words = "fault_value." + value;
    if (ui.desk().language().has("gui." + words)) return ui.say(words);
    if (is.name == "cut") return ui.say("fault.at", {{"point", ui.say("fault_point." + value)}});
    if (value.starts_with('4')) return ui.say("fault.for_now", {{"code", value}});
    if (value.starts_with('5')) return ui.say("fault.for_good", {{"code", value}});
    return value;
}

} // namespace

void heading(const Ui& ui, std::string_view words)
{
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), words);
}

// How the values of a setting are called.
std::string label_of(const Ui& ui, const s::Setting& setting, const std::string& value)
{
    const auto& scenario = ui.desk().scenario();
    using sim::SettingGroup;
    if (setting.is.group == SettingGroup::client && setting.is.name == "line") {
        const auto line = std::ranges::find(scenario.lines, value, &s::AccessLine::key);
        if (line != scenario.lines.end()) return ui.pick(line->name);
    }
    if (setting.is.group == SettingGroup::fault) return fault_words(ui, setting.is, value);
    if (setting.is.group == SettingGroup::rule) return ui.say("verdict." + value);
    if (setting.is.group == SettingGroup::check) return ui.say("check_action." + value);
    const std::string key = fmt::format("value.{}.{}", setting.is.name, value);
    return ui.desk().language().has("gui." + key) ? ui.say(key) : value;
}

std::string setting_name(const Ui& ui, const s::Setting& setting)
{
    using sim::SettingGroup;
    if (setting.is.group == SettingGroup::rule) {
        const auto& rules = ui.desk().scenario().rules;
        const auto rule = std::ranges::find(rules, setting.is.name, &s::FirewallRule::key);
        if (rule != rules.end()) return ui.pick(rule->name);
    }
    const char* group = setting.is.group == SettingGroup::server  ? "server"
                        : setting.is.group == SettingGroup::fault ? "fault"
                                                                  : "account";
    const std::string key = fmt::format("{}.{}", group, setting.is.name);
    return ui.desk().language().has("gui." + key) ? ui.say(key) : setting.key;
}

void outline_row(const Ui& ui, const s::Setting& setting, ImVec2 top)
{
    const float flash = ui.desk().flash(setting.key);
    const bool blamed = ui.desk().is_blamed(setting.key);
    if (flash <= 0 && !blamed) return;
    const ImVec2 now = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float out = ui.px(4);
    const float gap = ImGui::GetStyle().ItemSpacing.y;
    ImU32 colour = ui.theme().clear;
    if (flash > 0) {
        const auto alpha = static_cast<ImU32>(flash * 255);
        colour = (ui.theme().accepted & ~IM_COL32_A_MASK) | (alpha << IM_COL32_A_SHIFT);
    }
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 min = list->GetClipRectMin();
    const ImVec2 max = list->GetClipRectMax();
    list->PushClipRect({min.x - 2 * out, min.y}, {max.x + 2 * out, max.y}); // into the margin
    list->AddRect({top.x - out, top.y - out / 2},
                  {top.x + width + out, now.y - gap + out / 2},
                  colour,
                  ui.px(7),
                  0,
                  ui.px(flash > 0 ? 3 : 1.5F));
    list->PopClipRect();
    ui.tell((flash > 0 ? "flash/" : "blamed/") + setting.key, {});
}

Choices options_of(const Ui& ui, const s::Setting& setting)
{
    Choices options;
    for (const std::string& choice : setting.choices)
        options.emplace_back(choice, label_of(ui, setting, choice));
    return options;
}

std::optional<std::size_t> chosen_of(const s::Setting& setting)
{
    const auto found = std::ranges::find(setting.choices, setting.value);
    if (found == setting.choices.end()) return std::nullopt;
    return static_cast<std::size_t>(found - setting.choices.begin());
}

// The label on the left and the place of its control on the right; one below the other when the
// words are long.
RowPlace row_place(const Ui& ui, std::string_view label, float control)
{
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float room = width - control - ui.px(8);
    const float height = ui.theme().body() + ui.px(16);
    const TextStyle style = ui.body();
    if (text_width(style, label) <= room) {
        ui.line(ImGui::GetWindowDrawList(),
                {at.x, at.y + (height - style.size) / 2},
                style,
                label,
                room);
        ImGui::SetCursorScreenPos({at.x + width - control, at.y});
        return {control};
    }
    ui.paragraph(style, label);
    return {width};
}

void choice_row(const Ui& ui,
                const s::Setting& setting,
                std::string_view label,
                const std::string& group)
{
    const Choices options = options_of(ui, setting);
    const float width = ImGui::GetContentRegionAvail().x;
    const float segments = ui.segmented_width(options);
    const std::string path = group + "/" + setting.key;
    std::optional<std::size_t> pressed;
    // Side by side where there is room beside the label, else as a list to open.
    const bool fits = segments + text_width(ui.body(), label) + ui.px(8) <= width;
    if (options.size() <= 4 && fits) {
        const RowPlace place = row_place(ui, label, std::max(segments, width * 0.56F));
        pressed = ui.segmented(path, options, chosen_of(setting), place.width);
    } else {
        const RowPlace place = row_place(ui, label, width * 0.6F);
        pressed = ui.combo(path, options, chosen_of(setting), place.width);
    }
    if (pressed) ui.ask(action::ChangeSetting{setting.key, setting.choices.at(*pressed)});
}

namespace {

// 25, 587 and 465 as buttons, any other by typing.
void suggested_row(const Ui& ui, const s::Setting& setting, std::string_view label)
{
    Choices options;
    for (const std::string& usual : setting.suggestions)
        options.emplace_back(usual, usual);
    if (std::ranges::count(setting.suggestions, setting.value) == 0)
        options.emplace_back(setting.value, setting.value);
    const auto now =
        std::ranges::find(options, setting.value, &std::pair<std::string, std::string>::first);
    const auto chosen = static_cast<std::size_t>(now - options.begin());
    const float width = ImGui::GetContentRegionAvail().x;
    const RowPlace place =
        row_place(ui, label, std::max(ui.segmented_width(options), width * 0.6F));
    if (const auto pressed = ui.segmented("account/" + setting.key, options, chosen, place.width))
        ui.ask(action::ChangeSetting{setting.key, options.at(*pressed).first});
}

} // namespace

bool rule_rows(const Ui& ui, sim::HostId of, const std::string& group)
{
    bool any = false;
    for (const s::Setting& setting : ui.desk().settings()) {
        if (setting.is.group != sim::SettingGroup::rule) continue;
        const auto& all = ui.desk().scenario().rules;
        const auto rule = std::ranges::find(all, setting.is.name, &s::FirewallRule::key);
        if (rule == all.end()) continue;
        const sim::HostId host = sim::explain::host_called(rule->host, ui.desk().scenario());
        if (of.exists() && host != of) continue;
        any = true;
        const std::string label =
            fmt::format("{} · {}",
                        sim::explain::host_name(host, ui.desk().source().context()),
                        ui.pick(rule->name));
        const ImVec2 top = ImGui::GetCursorScreenPos();
        ui.paragraph(ui.body(), of.exists() ? ui.pick(rule->name) : label);
        const Choices options = options_of(ui, setting);
        const float width = ImGui::GetContentRegionAvail().x;
        const std::string path = group + "/" + setting.key;
        // A list that opens would close again below a sheet that keeps itself on top.
        const auto pressed = of.exists() ? ui.segmented(path, options, chosen_of(setting), width)
                                         : ui.combo(path, options, chosen_of(setting), width);
        if (pressed) ui.ask(action::ChangeSetting{setting.key, setting.choices.at(*pressed)});
        outline_row(ui, setting, top);
    }
    return any;
}

void setting_row(const Ui& ui, const s::Setting& setting, std::string_view label)
{
    const ImVec2 top = ImGui::GetCursorScreenPos();
    if (setting.choices.empty()) {
        text_row(ui, setting, label);
    } else {
        choice_row(ui, setting, label);
    }
    outline_row(ui, setting, top);
}

void text_row(const Ui& ui, const s::Setting& setting, std::string_view label)
{
    if (!setting.suggestions.empty()) {
        suggested_row(ui, setting, label);
        return;
    }
    const float width = ImGui::GetContentRegionAvail().x;
    const RowPlace place = row_place(ui, label, width * 0.6F);
    std::string text = setting.value;
    const std::string path = "account/" + setting.key;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::SetNextItemWidth(place.width);
    ImGuiInputTextFlags flags = ImGuiInputTextFlags_EnterReturnsTrue;
    if (setting.secret) flags |= ImGuiInputTextFlags_Password;
    ImGui::PushFont(ui.mono().font, ui.mono().size);
    const bool entered = ImGui::InputText(("##" + path).c_str(), &text, flags);
    const bool left = ImGui::IsItemDeactivatedAfterEdit();
    ImGui::PopFont();
    const Rect rect{at, {at.x + place.width, at.y + ImGui::GetItemRectSize().y}};
    ui.remember(path, rect);
    (void)ui.show_focus(path, rect);
    if ((entered || left) && text != setting.value)
        ui.ask(action::ChangeSetting{setting.key, text});
}

// A fold of further settings: "Fetching mail", "Servers", "Faults".
bool fold(const Ui& ui, const std::string& path, const std::string& words)
{
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float room = width - ui.px(28);
    const float height = ui.paragraph_height(ui.body(), words, room) + ui.px(8);
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID(("fold/" + path).c_str());
    bool open = storage->GetBool(id, false);
    const Rect rect{at, {at.x + width, at.y + height}};
    if (ui.area(path, rect)) {
        open = !open;
        storage->SetBool(id, open);
    }
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (ImGui::IsItemHovered())
        list->AddRectFilled(rect.min, rect.max, ui.theme().selection, ui.px(6));
    ui.paragraph_at(list, {at.x, at.y + ui.px(4)}, ui.body(), words, room);
    ui.line_centred(list,
                    {{rect.max.x - ui.px(24), at.y}, {rect.max.x, rect.max.y}},
                    ui.body(),
                    open ? icon::minus : icon::plus);
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, height});
    return open;
}

} // namespace gui
