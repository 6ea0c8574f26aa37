// What may go wrong in this world, by kind, and where: replies turned into refusals, connections
// cut, replies held back, certificates made wrong, name servers failing, words made unreadable on
// the way. Above them, all that is wrong now.

#include "gui/panels/panels.h"
#include "gui/panels/setting_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gui {

namespace {

namespace s = sim::scenario;

// The parts of "fault.mail.kumo.example.reply.rcpt" or "server.mail.kumo.example.certificate".
struct FaultKey {
    std::string kind; // reply, cut, delay, certificate, dns, tamper; empty: no fault
    const s::Host* host = nullptr;
    std::string point; // of a reply
};

FaultKey parse(const Ui& ui, const std::string& key)
{
    const bool is_fault = key.starts_with("fault.");
    if (!is_fault && !(key.starts_with("server.") && key.ends_with(".certificate"))) return {};
    const std::string inner = key.substr(key.find('.') + 1);
    for (const s::Host& host : ui.model().scenario().hosts) {
        if (!inner.starts_with(host.key + ".")) continue;
        const std::string rest = inner.substr(host.key.size() + 1);
        const std::size_t dot = rest.find('.');
        return {rest.substr(0, dot), &host, dot == std::string::npos ? "" : rest.substr(dot + 1)};
    }
    return {};
}

// Whatever is not as it should be, each with a button that puts it right.
void active(const Ui& ui)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    for (const s::Setting& setting : ui.model().settings()) {
        const FaultKey key = parse(ui, setting.key);
        const std::string right = key.kind == "certificate" ? "good" : "off";
        if (key.kind.empty() || setting.value == right) continue;
        std::string what = ui.say("fault." + key.kind);
        if (!key.point.empty()) what = ui.say("fault_point." + key.point);
        const std::string words = fmt::format(
            "{} · {}: {}", ui.pick(key.host->name), what, label_of(ui, setting, setting.value));
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
look_at(const Ui& ui, const std::string& path, std::string_view label, const Options& all)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID(path.c_str());
    const int last = static_cast<int>(all.size()) - 1;
    // At first the server that the mail program is set to.
    int first = 0;
    if (const auto* dialled = ui.model().setting("client.server"); dialled != nullptr) {
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
    Options servers;
    for (const s::Setting& setting : ui.model().settings()) {
        const FaultKey key = parse(ui, setting.key);
        if (key.kind != kind) continue;
        if (servers.empty() || servers.back().first != key.host->key)
            servers.emplace_back(key.host->key, ui.pick(key.host->name));
    }
    if (servers.empty()) return;
    const std::string& server =
        servers[look_at(ui, "fault/" + kind + "/server", ui.say("fault.where"), servers)].first;
    std::vector<const s::Setting*> there;
    Options points;
    for (const s::Setting& setting : ui.model().settings()) {
        const FaultKey key = parse(ui, setting.key);
        if (key.kind != kind || key.host->key != server) continue;
        there.push_back(&setting);
        if (!key.point.empty()) points.emplace_back(key.point, ui.say("fault_point." + key.point));
    }
    std::size_t which = 0;
    if (there.size() > 1)
        which = look_at(ui, "fault/" + kind + "/point", ui.say("fault.which"), points);
    const s::Setting& setting = *there.at(which);
    const Options options = options_of(ui, setting);
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
            std::ranges::any_of(ui.model().settings(), [&](const s::Setting& setting) {
                return parse(ui, setting.key).kind == kind;
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
