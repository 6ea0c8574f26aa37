// Left: the goal, the prediction, the mail program's account settings, the world's switches.

#include "gui/panels/panels.h"
#include "gui/panels/setting_rows.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

namespace s = sim::scenario;

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
    const TextStyle title = ui.in(ui.note(), ui.theme().secret);
    y += ui.paragraph_at(list,
                         {at.x + pad, y},
                         title,
                         fmt::format("{} · {}", ui.say("predict.title"), ui.say("predict.before")),
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
    const RowPlace place =
        row_place(ui, label, std::max(ui.segmented_width(options), width * 0.6F));
    if (const auto pressed = ui.segmented("account/" + setting.key, options, chosen, place.width))
        ui.ask(action::ChangeSetting{setting.key, options.at(*pressed).first});
}

void account(const Ui& ui)
{
    heading(ui, ui.say("account.title"));
    for (const s::Setting& setting : ui.model().settings()) {
        // Seldom changed and no row of a mail program's usual dialog: it stands with the servers'.
        if (!setting.key.starts_with("client.") || setting.key == "client.tls_min") continue;
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
    if (ui.model().live() != nullptr) {
        if (ui.primary(
                "bridge/show", icon::plug, ui.say("bridge.show"), ImGui::GetContentRegionAvail().x))
            ui.ask(action::ShowSheet{Sheet::bridge});
        return;
    }
    if (ui.primary(
            "account/send", icon::send, ui.say("account.send"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::Send{});
}

// ---- the world ----------------------------------------------------------------------------------

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
        const std::string whole = "server." + last;
        std::string words = ui.model().language().has("gui." + whole) ? ui.say(whole) : last;
        if (!before.empty()) words = fmt::format("{} {}", before, words);
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

// Somebody wants to fork: the next control takes the keyboard, once, and is scrolled into sight.
void take_keyboard(const Ui& ui)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID("fork_wanted");
    const int wanted = ui.model().fork_wanted();
    if (storage->GetInt(id, 0) == wanted) return;
    storage->SetInt(id, wanted);
    ImGui::SetKeyboardFocusHere();
    ImGui::SetNavCursorVisible(true);
}

void rules(const Ui& ui)
{
    take_keyboard(ui);
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
    faults(ui);
    ui.rule();
    if (has_settings(ui, "fetch.") && fold(ui, "world/fetch", ui.say("world.fetch"))) {
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
    if (has_settings(ui, "server.") && fold(ui, "world/servers", ui.say("world.servers"))) {
        if (const s::Setting* oldest = ui.model().setting("client.tls_min")) {
            ui.paragraph(ui.in(ui.bold(), ui.theme().ink), ui.say("account.title"));
            choice_row(ui, *oldest, ui.say("account.tls_min"));
        }
        settings_of_hosts(ui, "server.");
    }
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
    if (ui.begin_scrolled("settings", {width, ImGui::GetContentRegionAvail().y - below}))
        all_settings(ui);
    ImGui::EndChild();
    send(ui);
}

} // namespace gui
