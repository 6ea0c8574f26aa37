// Left: the goal, the prediction, the mail program's account settings, the world's switches.

#include "gui/panels/panels.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>
#include <imgui_stdlib.h>

#include <algorithm>

namespace gui {

namespace {

namespace s = sim::scenario;
using Options = std::vector<std::pair<std::string, std::string>>;

void heading(const Ui& ui, std::string_view words)
{
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), words);
}

void goal(const Ui& ui)
{
    heading(ui, ui.say("goal"));
    ui.paragraph(ui.body(), ui.pick(ui.model().scenario().goal));
}

void prediction(const Ui& ui)
{
    const auto& asked = ui.model().scenario().prediction;
    if (!asked) return;
    const float pad = ui.px(10);
    const float width = ImGui::GetContentRegionAvail().x;
    const float inner = width - 2 * pad;
    const float mark = ui.theme().body() * 1.4F;
    const auto answer = ui.model().prediction();

    ImDrawList* list = ImGui::GetWindowDrawList();
    list->ChannelsSplit(2);
    list->ChannelsSetCurrent(1);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    float y = at.y + pad;
    y += ui.paragraph_at(list,
                         {at.x + pad, y},
                         ui.in(ui.note(), ui.theme().ink),
                         fmt::format("{}  {}", ui.say("predict.title"), ui.say("predict.before")),
                         inner);
    y += ui.paragraph_at(list, {at.x + pad, y}, ui.bold(), ui.pick(asked->question), inner);
    y += ui.px(4);
    for (std::size_t i = 0; i < asked->choices.size(); ++i) {
        const auto& choice = asked->choices[i];
        const bool chosen = answer && static_cast<std::size_t>(*answer) == i;
        const std::string& words = ui.pick(choice.text);
        const TextStyle style = chosen ? ui.bold() : ui.body();
        const float height = ui.paragraph_height(style, words, inner - mark) + ui.px(4);
        const Rect rect{{at.x + pad, y}, {at.x + width - pad, y + height}};
        if (ui.area(fmt::format("predict/{}", i + 1), rect))
            ui.ask(action::Predict{static_cast<int>(i)});
        if (ImGui::IsItemHovered()) list->AddRectFilled(rect.min, rect.max, ui.theme().selection);
        const ImVec2 dot{rect.min.x + mark / 2, y + ui.line_height(style) / 2};
        list->AddCircle(dot, ui.px(6), ui.theme().ink, 0, ui.px(1.2F));
        if (chosen) list->AddCircleFilled(dot, ui.px(3.5F), ui.theme().ink);
        ui.paragraph_at(list, {rect.min.x + mark, y}, style, words, inner - mark);
        y += height;
    }
    if (answer && !ui.model().prediction_settled() && !ui.model().is_as_given()) {
        y += ui.px(4);
        y += ui.paragraph_at(list, {at.x + pad, y}, ui.note(), ui.say("predict.changed"), inner);
    }
    if (answer && ui.model().prediction_settled()) {
        const bool right = asked->choices.at(static_cast<std::size_t>(*answer)).right;
        std::string right_words;
        for (const auto& choice : asked->choices)
            if (choice.right) right_words = ui.pick(choice.text);
        y += ui.px(4);
        y += ui.paragraph_at(
            list,
            {at.x + pad, y},
            ui.in(ui.bold(), right ? ui.theme().accepted : ui.theme().clear),
            right ? fmt::format("{} {}", icon::check, ui.say("predict.right"))
                  : fmt::format(
                        "{} {}", icon::cross, ui.say("predict.wrong", {{"answer", right_words}})),
            inner);
    }
    y += pad;
    list->ChannelsSetCurrent(0);
    list->AddRectFilled(at, {at.x + width, y}, ui.theme().secret_tint, ui.px(8));
    list->ChannelsMerge();
    ImGui::SetCursorScreenPos(at);
    ImGui::Dummy({width, y - at.y});
}

// ---- account ------------------------------------------------------------------------------------

// How the values of a setting are called.
std::string label_of(const Ui& ui, const s::Setting& setting, const std::string& value)
{
    const auto& scenario = ui.model().scenario();
    if (setting.key == "client.line") {
        const auto line = std::ranges::find(scenario.lines, value, &s::AccessLine::key);
        if (line != scenario.lines.end()) return ui.pick(line->name);
    }
    if (setting.key.starts_with("fault.")) {
        const std::string key = "fault_value." + value;
        if (ui.model().language().has("gui." + key)) return ui.say(key);
        return value;
    }
    if (setting.key.starts_with("rule.")) return ui.say("verdict." + value);
    const std::size_t dot = setting.key.rfind('.');
    const std::string last = setting.key.substr(dot + 1);
    const std::string key = fmt::format("value.{}.{}", last, value);
    return ui.model().language().has("gui." + key) ? ui.say(key) : value;
}

Options options_of(const Ui& ui, const s::Setting& setting)
{
    Options options;
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
struct Row {
    float width = 0;
};

Row row(const Ui& ui, std::string_view label, float control)
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

void choice_row(const Ui& ui, const s::Setting& setting, std::string_view label)
{
    const Options options = options_of(ui, setting);
    const float width = ImGui::GetContentRegionAvail().x;
    const float segments = ui.segmented_width(options);
    const std::string path = "account/" + setting.key;
    std::optional<std::size_t> pressed;
    // Side by side where there is room beside the label, else as a list to open.
    const bool fits = segments + text_width(ui.body(), label) + ui.px(8) <= width;
    if (options.size() <= 4 && fits) {
        const Row place = row(ui, label, std::max(segments, width * 0.56F));
        pressed = ui.segmented(path, options, chosen_of(setting), place.width);
    } else {
        const Row place = row(ui, label, width * 0.6F);
        pressed = ui.combo(path, options, chosen_of(setting), place.width);
    }
    if (pressed) ui.ask(action::ChangeSetting{setting.key, setting.choices.at(*pressed)});
}

void text_row(const Ui& ui, const s::Setting& setting, std::string_view label, bool secret)
{
    const float width = ImGui::GetContentRegionAvail().x;
    const Row place = row(ui, label, width * 0.6F);
    std::string text = setting.value;
    const std::string path = "account/" + setting.key;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::SetNextItemWidth(place.width);
    ImGuiInputTextFlags flags = ImGuiInputTextFlags_EnterReturnsTrue;
    if (secret) flags |= ImGuiInputTextFlags_Password;
    ImGui::PushFont(ui.mono().font, ui.mono().size);
    const bool entered = ImGui::InputText(("##" + path).c_str(), &text, flags);
    const bool left = ImGui::IsItemDeactivatedAfterEdit();
    ImGui::PopFont();
    ui.remember(path, {at, {at.x + place.width, at.y + ImGui::GetItemRectSize().y}});
    if ((entered || left) && text != setting.value)
        ui.ask(action::ChangeSetting{setting.key, text});
}

// 25, 587 and 465 as buttons, any other by typing.
void port_row(const Ui& ui, const s::Setting& setting, std::string_view label)
{
    Options options{{"25", "25"}, {"587", "587"}, {"465", "465"}};
    const auto known =
        std::ranges::find(options, setting.value, &std::pair<std::string, std::string>::first);
    std::optional<std::size_t> chosen = static_cast<std::size_t>(known - options.begin());
    if (known == options.end()) {
        chosen = options.size();
        options.emplace_back(setting.value, setting.value);
    }
    const float width = ImGui::GetContentRegionAvail().x;
    const Row place = row(ui, label, std::max(ui.segmented_width(options), width * 0.6F));
    if (const auto pressed = ui.segmented("account/" + setting.key, options, chosen, place.width))
        ui.ask(action::ChangeSetting{setting.key, options.at(*pressed).first});
}

void account(const Ui& ui)
{
    heading(ui, ui.say("account.title"));
    for (const s::Setting& setting : ui.model().settings()) {
        if (!setting.key.starts_with("client.")) continue;
        const std::string label = ui.say("account." + setting.key.substr(7));
        if (setting.key == "client.port") {
            port_row(ui, setting, label);
        } else if (setting.choices.empty()) {
            text_row(ui, setting, label, setting.key == "client.password");
        } else {
            choice_row(ui, setting, label);
        }
    }
}

// Always in sight, below what scrolls.
void send(const Ui& ui)
{
    if (!ui.model().notice().empty())
        ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.model().notice());
    if (ui.primary(
            "account/send", icon::send, ui.say("account.send"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::Send{});
}

// ---- the world ----------------------------------------------------------------------------------

// A fold of further settings: "Fetching mail", "Servers", "Faults".
bool fold(const Ui& ui, const std::string& name, const std::string& words)
{
    const float width = ImGui::GetContentRegionAvail().x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ui.theme().body() + ui.px(14);
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID(("fold/" + name).c_str());
    bool open = storage->GetBool(id, false);
    const Rect rect{at, {at.x + width, at.y + height}};
    if (ui.area("world/" + name, rect)) {
        open = !open;
        storage->SetBool(id, open);
    }
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (ImGui::IsItemHovered())
        list->AddRectFilled(rect.min, rect.max, ui.theme().selection, ui.px(6));
    ui.line(
        list, {at.x, at.y + (height - ui.theme().body()) / 2}, ui.body(), words, width - ui.px(28));
    ui.line_centred(list,
                    {{rect.max.x - ui.px(24), at.y}, {rect.max.x, rect.max.y}},
                    ui.body(),
                    open ? icon::minus : icon::plus);
    return open;
}

// "server.mail.kumo.example.587.require_tls" -> host and what is set there.
struct HostSetting {
    std::string host;
    std::string what; // "587 TLS"
};

HostSetting split_host(const Ui& ui, const std::string& key)
{
    const std::string inner = key.substr(key.find('.') + 1);
    for (const s::Host& host : ui.model().scenario().hosts) {
        if (!inner.starts_with(host.key + ".")) continue;
        const std::string rest = inner.substr(host.key.size() + 1);
        const std::size_t dot = rest.rfind('.');
        const std::string last = dot == std::string::npos ? rest : rest.substr(dot + 1);
        const std::string before = dot == std::string::npos ? "" : rest.substr(0, dot);
        const std::string group = key.starts_with("fault.") ? "fault" : "server";
        std::string words;
        const std::string whole = fmt::format("{}.{}", group, last);
        if (group == "fault" && before == "reply") {
            words = ui.say("fault.reply", {{"verb", last}});
        } else if (ui.model().language().has("gui." + whole)) {
            words = ui.say(whole);
        } else {
            words = last;
        }
        if (group == "server" && !before.empty()) words = fmt::format("{} {}", before, words);
        return {ui.pick(host.name), words};
    }
    return {"", inner};
}

void settings_of_hosts(const Ui& ui, std::string_view prefix)
{
    std::string host;
    for (const s::Setting& setting : ui.model().settings()) {
        if (!setting.key.starts_with(prefix)) continue;
        const HostSetting place = split_host(ui, setting.key);
        if (place.host != host) {
            host = place.host;
            ui.paragraph(ui.in(ui.bold(), ui.theme().ink), host);
        }
        if (setting.choices.empty()) {
            text_row(ui, setting, place.what, false);
        } else {
            choice_row(ui, setting, place.what);
        }
    }
}

bool has_settings(const Ui& ui, std::string_view prefix)
{
    return std::ranges::any_of(ui.model().settings(), [&](const s::Setting& setting) {
        return setting.key.starts_with(prefix);
    });
}

void rules(const Ui& ui)
{
    for (const s::Setting& setting : ui.model().settings()) {
        if (!setting.key.starts_with("rule.")) continue;
        const auto& all = ui.model().scenario().rules;
        const auto rule = std::ranges::find(all, setting.key.substr(5), &s::FirewallRule::key);
        if (rule == all.end()) continue;
        const sim::HostId host = sim::explain::host_called(rule->host, ui.model().scenario());
        const std::string label =
            fmt::format("{} · {}",
                        sim::explain::host_name(host, ui.model().source().context()),
                        ui.pick(rule->name));
        ui.paragraph(ui.body(), label);
        Options options = options_of(ui, setting);
        const float width = ImGui::GetContentRegionAvail().x;
        if (const auto pressed =
                ui.combo("world/" + setting.key, options, chosen_of(setting), width))
            ui.ask(action::ChangeSetting{setting.key, setting.choices.at(*pressed)});
    }
}

void all_settings(const Ui& ui)
{
    goal(ui);
    prediction(ui);
    ui.rule();
    account(ui);
    ui.rule();
    heading(ui, ui.say("world.title"));
    rules(ui);
    if (has_settings(ui, "fetch.") && fold(ui, "fetch", ui.say("world.fetch"))) {
        for (const s::Setting& setting : ui.model().settings()) {
            if (!setting.key.starts_with("fetch.")) continue;
            const std::string label = ui.say("account." + setting.key.substr(6));
            if (setting.choices.empty()) {
                text_row(ui, setting, label, setting.key == "fetch.password");
            } else {
                choice_row(ui, setting, label);
            }
        }
    }
    if (has_settings(ui, "server.") && fold(ui, "servers", ui.say("world.servers")))
        settings_of_hosts(ui, "server.");
    if (has_settings(ui, "fault.") && fold(ui, "faults", ui.say("world.faults")))
        settings_of_hosts(ui, "fault.");
}

} // namespace

void settings_panel(const Ui& ui)
{
    if (!ui.model().is_open()) return;
    const float width = ImGui::GetContentRegionAvail().x;
    const std::string& notice = ui.model().notice();
    const float below =
        ui.px(56) + (ui.theme().type_scale - 1) * ui.px(20) +
        (notice.empty() ? 0 : ui.paragraph_height(ui.note(), notice, width) + ui.px(8));
    if (ImGui::BeginChild("settings", {width, ImGui::GetContentRegionAvail().y - below}))
        all_settings(ui);
    ImGui::EndChild();
    send(ui);
}

} // namespace gui
