// What may go wrong in this world, by kind, and where: replies turned into refusals, connections
// cut, replies held back, certificates made wrong, name servers failing, words made unreadable on
// the way. Above them, all that is wrong now.

#include "gui/panels/panels.h"
#include "gui/panels/setting_rows.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gui {

namespace {

namespace s = sim::scenario;

// What kind of fault a setting is; empty when it is none.
std::string kind_of(const s::Setting& setting)
{
    const bool certificate =
        setting.is.group == sim::SettingGroup::server && setting.is.name == "certificate";
    return setting.is.group == sim::SettingGroup::fault || certificate ? setting.is.name : "";
}

std::string name_of_host(const Ui& ui, const std::string& key)
{
    const auto& scenario = ui.desk().scenario();
    return sim::explain::host_name(sim::explain::host_called(key, scenario),
                                   ui.desk().source().context());
}

// Which reply of a mail server: to RCPT, or to one recipient's.
std::string name_of_point(const Ui& ui, const sim::SettingKey& is)
{
    const std::string point = ui.say("fault_point." + is.point);
    return is.recipient.empty() ? point : fmt::format("{} · {}", point, is.recipient);
}

// Whatever is not as it should be, each with a button that puts it right.
void active(const Ui& ui)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    for (const s::Setting& setting : ui.desk().settings()) {
        const std::string kind = kind_of(setting);
        const std::string right = kind == "certificate" ? "good" : "off";
        if (kind.empty() || setting.value == right) continue;
        const std::string what =
            setting.is.point.empty() ? ui.say("fault." + kind) : name_of_point(ui, setting.is);
        const std::string words = fmt::format("{} · {}: {}",
                                              name_of_host(ui, setting.is.host),
                                              what,
                                              label_of(ui, setting, setting.value));
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float width = ImGui::GetContentRegionAvail().x;
        const float side = ui.theme().body() + ui.px(16);
        const float inner = width - side - ui.px(16);
        const TextStyle style = ui.in(ui.note(), ui.theme().ink);
        const float height = std::max(side, ui.paragraph_height(style, words, inner)) + ui.px(8);
        list->AddRectFilled(at, {at.x + width, at.y + height}, ui.theme().clear_tint, ui.px(8));
        ui.paragraph_at(list, {at.x + ui.px(8), at.y + ui.px(4)}, style, words, inner);
        ImGui::SetCursorScreenPos({at.x + width - side - ui.px(4), at.y + ui.px(4)});
        if (ui.icon_button("fault/off/" + setting.key, icon::cross, ui.say("fault.off")))
            ui.ask(action::ChangeSetting{setting.key, right});
        ImGui::SetCursorScreenPos(at);
        ImGui::Dummy({width, height});
    }
}

// A choice that only says what is looked at next: kept where ImGui keeps what is folded.
std::size_t
look_at(const Ui& ui, const std::string& path, std::string_view label, const Choices& all)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID(path.c_str());
    const int last = static_cast<int>(all.size()) - 1;
    // At first the server that the mail program is set to.
    int first = 0;
    if (const auto* dialled = ui.desk().setting(sim::client_setting("server"));
        dialled != nullptr) {
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].first == dialled->value) first = static_cast<int>(i);
    }
    auto chosen = static_cast<std::size_t>(std::clamp(storage->GetInt(id, first), 0, last));
    const RowPlace place = row_place(ui, label, ImGui::GetContentRegionAvail().x * 0.64F);
    if (const auto pressed = ui.combo(path, all, chosen, place.width)) {
        chosen = *pressed;
        storage->SetInt(id, static_cast<int>(chosen));
    }
    return chosen;
}

// Where, which reply, and what becomes of it: the settings of one kind are many.
void one_of(const Ui& ui, const std::string& kind)
{
    Choices servers;
    for (const s::Setting& setting : ui.desk().settings()) {
        if (kind_of(setting) != kind) continue;
        const std::string& host = setting.is.host;
        if (servers.empty() || servers.back().first != host)
            servers.emplace_back(host, name_of_host(ui, host));
    }
    if (servers.empty()) return;
    const std::string& server =
        servers[look_at(ui, "fault/" + kind + "/server", ui.say("fault.where"), servers)].first;
    std::vector<const s::Setting*> there;
    Choices points;
    for (const s::Setting& setting : ui.desk().settings()) {
        if (kind_of(setting) != kind || setting.is.host != server) continue;
        there.push_back(&setting);
        const sim::SettingKey& is = setting.is;
        if (!is.point.empty()) {
            points.emplace_back(is.recipient.empty() ? is.point : is.recipient,
                                name_of_point(ui, is));
        }
    }
    std::size_t which = 0;
    if (there.size() > 1)
        which = look_at(ui, "fault/" + kind + "/point", ui.say("fault.which"), points);
    const s::Setting& setting = *there.at(which);
    const Choices options = options_of(ui, setting);
    const RowPlace place =
        row_place(ui, ui.say("fault.what"), ImGui::GetContentRegionAvail().x * 0.64F);
    if (const auto pressed =
            ui.combo("fault/" + setting.key, options, chosen_of(setting), place.width))
        ui.ask(action::ChangeSetting{setting.key, setting.choices.at(*pressed)});
}

} // namespace

void faults(const Ui& ui)
{
    constexpr std::array kinds{"reply", "cut", "delay", "certificate", "dns", "tamper"};
    bool titled = false;
    for (const char* name : kinds) {
        const std::string kind{name};
        const bool there =
            std::ranges::any_of(ui.desk().settings(), [&](const s::Setting& setting) {
                return kind_of(setting) == kind;
            });
        if (!there) continue;
        if (!titled) {
            ui.rule();
            heading(ui, ui.say("world.faults"));
            active(ui);
            titled = true;
        }
        if (fold(ui, "fault/" + kind, ui.say("fault." + kind))) one_of(ui, kind);
    }
}

} // namespace gui
