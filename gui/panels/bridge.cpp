// Real mail programs: how they are let in, and what has to be typed into them.

#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

std::string protection_words(const Ui& ui, const LivePort& port)
{
    if (port.protection.empty()) return {};
    return ui.desk().language().text("cli.bridge.tls." + port.protection);
}

// Who connects, and from which line: "花子のPC", "動的IPの回線".
sim::explain::Arguments place_of_client(const Ui& ui)
{
    const auto& scenario = ui.desk().scenario();
    const auto program =
        std::ranges::find(scenario.programs, scenario.client, &sim::scenario::MailProgram::key);
    std::string line = "-";
    std::string place = "-";
    if (program != scenario.programs.end()) {
        const auto host =
            std::ranges::find(scenario.hosts, program->host, &sim::scenario::Host::key);
        if (host != scenario.hosts.end()) {
            place = ui.pick(host->name);
            const auto access =
                std::ranges::find(scenario.lines, host->line, &sim::scenario::AccessLine::key);
            if (access != scenario.lines.end()) line = ui.pick(access->name);
        }
    }
    return {{"place", place}, {"line", line}};
}

// Two columns of typed text, each row at a height of its own.
class Table {
public:
    Table(const Ui& ui, float left) : ui_{ui}, left_{left} {}

    void row(std::string_view left, std::string_view right) const
    {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float width = ImGui::GetContentRegionAvail().x;
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float a = ui_.paragraph_at(list, at, ui_.mono(), left, left_ - ui_.px(10));
        const float b =
            ui_.paragraph_at(list, {at.x + left_, at.y}, ui_.mono(), right, width - left_);
        ImGui::Dummy({width, std::max(a, b)});
    }

private:
    const Ui& ui_;
    float left_;
};

// All that has to be typed into a mail program, as text.
std::string as_text(const Ui& ui, const LiveRun& live)
{
    std::string text;
    for (const LivePort& port : live.ports()) {
        text += fmt::format(
            "{} -> {}:{} {}\n", port.real, port.host, port.port, protection_words(ui, port));
    }
    for (const LiveAccount& account : live.accounts()) {
        text += fmt::format(
            "{} {} {} {}\n", account.host, account.protocol, account.user, account.password);
        if (!account.token.empty()) text += account.token + "\n";
    }
    return text + live.certificate_file() + "\n";
}

void closed(const Ui& ui)
{
    ui.paragraph(ui.body(), ui.say("bridge.what"));
    ui.paragraph(ui.body(), ui.say("bridge.who", place_of_client(ui)));
    ui.paragraph(ui.note(), ui.say("bridge.clock"));
    if (!ui.desk().notice().empty()) ui.paragraph(ui.note(), ui.desk().notice());
    ImGui::Dummy({0, ui.px(2)});
    if (ui.primary(
            "bridge/open", icon::plug, ui.say("bridge.open"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::Bridge{true});
}

void ports(const Ui& ui, const LiveRun& live, const Table& table)
{
    ui.paragraph(ui.bold(), ui.say("bridge.ports"));
    for (const LivePort& port : live.ports()) {
        const std::string protection = protection_words(ui, port);
        table.row(port.real,
                  fmt::format("→ {}:{}{}",
                              port.host,
                              port.port,
                              protection.empty() ? "" : fmt::format("  ({})", protection)));
    }
}

void accounts(const Ui& ui, const LiveRun& live, const Table& table)
{
    const auto all = live.accounts();
    if (all.empty()) return;
    ui.paragraph(ui.bold(), ui.say("bridge.accounts"));
    for (const LiveAccount& account : all) {
        table.row(account.host,
                  fmt::format("{}  {}{}",
                              account.user,
                              account.password,
                              account.protocol == "pop3" ? "  (POP3)" : ""));
    }
}

void opened(const Ui& ui, const LiveRun& live)
{
    ui.paragraph(ui.body(), ui.say("bridge.who", place_of_client(ui)));
    const Table table{ui, ImGui::GetContentRegionAvail().x * 0.36F};
    // The buttons below stay in sight.
    const float height = std::min(ui.px(420), ImGui::GetIO().DisplaySize.y * 0.42F);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(3)});
    if (ui.begin_scrolled("ports", {ImGui::GetContentRegionAvail().x, height})) {
        ports(ui, live, table);
        accounts(ui, live, table);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
    ui.paragraph(ui.bold(), ui.say("bridge.certificate"));
    ui.paragraph(ui.mono(), live.certificate_file());
    ui.paragraph(ui.note(), ui.say("bridge.trust"));
    const float half = (ImGui::GetContentRegionAvail().x - ui.px(8)) / 2;
    if (ui.button("bridge/copy", ui.say("bridge.copy"), half))
        ImGui::SetClipboardText(as_text(ui, live).c_str());
    ImGui::SameLine(0, ui.px(8));
    if (ui.button("bridge/close", ui.say("bridge.close"), half)) ui.ask(action::Bridge{false});
}

} // namespace

void bridge(const Ui& ui)
{
    if (!ui.desk().is_open()) return;
    if (const LiveRun* live = ui.desk().live()) {
        opened(ui, *live);
    } else {
        closed(ui);
    }
}

} // namespace gui
