// Left: the goal, the prediction, the mail program's account settings, the world's switches.

#include "gui/panels/panels.h"
#include "gui/panels/prose.h"
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
    ui.paragraph(ui.body(), ui.pick(ui.desk().scenario().goal));
}

// Once somebody has seen what comes of the lesson: why, and what else there is to know, in the
// place of the goal.
void explanation(const Ui& ui)
{
    using sim::report::LessonPart;
    const sim::report::LessonText& text = ui.desk().text();
    heading(ui, ui.say("text.title"));
    const auto [first, rest] = sim::report::opening(text.part(LessonPart::idea));
    prose(ui, first);
    if (!fold(ui, "text/more", ui.say("text.more"))) return;
    prose(ui, rest);
    const auto section = [&](std::string_view title, std::string_view markdown) {
        if (markdown.empty()) return;
        ui.paragraph(ui.in(ui.bold(), ui.theme().secret), title);
        prose(ui, markdown);
    };
    section(ui.say("text.goal"), ui.pick(ui.desk().scenario().goal));
    const auto title_of = [&](LessonPart part) {
        return ui.desk().language().text("report.lesson_part." + std::string{sim::name_of(part)});
    };
    section(title_of(LessonPart::cure), text.part(LessonPart::cure));
    prose(ui, text.other);
    if (!text.questions.empty())
        ui.paragraph(ui.in(ui.bold(), ui.theme().secret), title_of(LessonPart::questions));
    // First think, then look.
    for (std::size_t i = 0; i < text.questions.size(); ++i) {
        const auto& question = text.questions[i];
        if (fold(ui, fmt::format("text/question/{}", i + 1), question.asked))
            prose(ui, question.answer);
    }
    section(title_of(LessonPart::limits), text.part(LessonPart::limits));
    ui.rule();
}

void prediction(const Ui& ui)
{
    const auto& asked = ui.desk().scenario().prediction;
    if (!asked) return;
    const float pad = ui.px(10);
    const float width = ImGui::GetContentRegionAvail().x;
    const float inner = width - 2 * pad;
    const float mark = ui.theme().body() * 1.4F;
    const auto answer = ui.desk().prediction();

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
    if (ui.desk().guessed_late()) {
        y += ui.px(4);
        y += ui.paragraph_at(list, {at.x + pad, y}, ui.note(), ui.say("predict.late"), inner);
    } else if (answer && !ui.desk().prediction_settled() && !ui.desk().is_as_given()) {
        y += ui.px(4);
        y += ui.paragraph_at(list, {at.x + pad, y}, ui.note(), ui.say("predict.changed"), inner);
    }
    if (answer && ui.desk().prediction_settled()) {
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

// An account's rows as they stand in a mail program's dialog, or those that none has.
void account(const Ui& ui, sim::SettingGroup group, bool unusual = false)
{
    for (const s::Setting& setting : ui.desk().settings()) {
        if (setting.is.group == group && setting.unusual == unusual)
            setting_row(ui, setting, ui.say("account." + setting.is.name));
    }
}

// Always in sight, below what scrolls.
void send(const Ui& ui)
{
    if (!ui.desk().notice().empty())
        ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.desk().notice());
    if (ui.desk().live() != nullptr) {
        if (ui.primary(
                "bridge/show", icon::plug, ui.say("bridge.show"), ImGui::GetContentRegionAvail().x))
            ui.ask(action::ShowSheet{Sheet::bridge});
        return;
    }
    if (ui.primary(
            "account/send", icon::send, ui.say("account.send"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::Send{});
    const ImVec2 corner{ImGui::GetItemRectMax().x, ImGui::GetItemRectMin().y};
    start_mark(ui, StartMark::send, corner);
}

// ---- the world ----------------------------------------------------------------------------------

// "587 TLS"
std::string server_words(const Ui& ui, const sim::SettingKey& is)
{
    if (is.group == sim::SettingGroup::check)
        return ui.desk().language().text("noun.check." + is.name);
    const std::string key = "server." + is.name;
    std::string words = ui.desk().language().has("gui." + key) ? ui.say(key) : is.name;
    return is.port == 0 ? words : fmt::format("{} {}", is.port, words);
}

void servers(const Ui& ui)
{
    std::string host;
    for (const s::Setting& setting : ui.desk().settings()) {
        const bool is_check = setting.is.group == sim::SettingGroup::check && !setting.unusual;
        if (setting.is.group != sim::SettingGroup::server && !is_check) continue;
        if (setting.is.host != host) {
            host = setting.is.host;
            const sim::HostId id = sim::explain::host_called(host, ui.desk().scenario());
            ui.paragraph(ui.in(ui.bold(), ui.theme().ink),
                         sim::explain::host_name(id, ui.desk().source().context()));
        }
        setting_row(ui, setting, server_words(ui, setting.is));
    }
}

bool has_settings(const Ui& ui, sim::SettingGroup group, bool unusual = false)
{
    return std::ranges::any_of(ui.desk().settings(), [&](const s::Setting& setting) {
        return setting.is.group == group && setting.unusual == unusual;
    });
}

// Somebody wants to fork: the next control takes the keyboard, once, and is scrolled into sight.
void take_keyboard(const Ui& ui)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID("fork_wanted");
    const int wanted = ui.desk().fork_wanted();
    if (storage->GetInt(id, 0) == wanted) return;
    storage->SetInt(id, wanted);
    ImGui::SetKeyboardFocusHere();
    ImGui::SetNavCursorVisible(true);
}

void rules(const Ui& ui)
{
    take_keyboard(ui);
    rule_rows(ui, {}, "world");
}

void all_settings(const Ui& ui)
{
    using enum sim::SettingGroup;
    const bool told = ui.desk().outcome_seen() && !ui.desk().text().is_empty();
    if (told) {
        explanation(ui);
    } else {
        goal(ui);
    }
    prediction(ui);
    ui.rule();
    heading(ui, ui.say("account.title"));
    account(ui, client);
    ui.rule();
    heading(ui, ui.say("world.title"));
    rules(ui);
    faults(ui);
    ui.rule();
    if (has_settings(ui, fetch) && fold(ui, "world/fetch", ui.say("world.fetch"))) {
        account(ui, fetch);
        account(ui, fetch, true);
    }
    if (has_settings(ui, server) && fold(ui, "world/servers", ui.say("world.servers"))) {
        if (has_settings(ui, client, true)) {
            ui.paragraph(ui.in(ui.bold(), ui.theme().ink), ui.say("account.title"));
            account(ui, client, true);
        }
        servers(ui);
    }
}

} // namespace

void settings_panel(const Ui& ui)
{
    if (!ui.desk().is_shown()) return;
    const float width = ImGui::GetContentRegionAvail().x;
    const std::string& notice = ui.desk().notice();
    const float below =
        ui.px(56) + (ui.theme().type_scale - 1) * ui.px(20) +
        (notice.empty() ? 0 : ui.paragraph_height(ui.note(), notice, width) + ui.px(8));
    if (ui.begin_scrolled("settings", {width, ImGui::GetContentRegionAvail().y - below}))
        all_settings(ui);
    ImGui::EndChild();
    send(ui);
}

} // namespace gui
