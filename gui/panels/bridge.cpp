// Real mail programs: how they are let in, and what has to be typed into them.

#include "gui/panels/panels.h"
#include "gui/panels/setting_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

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

// By which a mail program gets in as the lesson means it: the account to send with, and of its
// server's ports the one with the best protection.
struct WayIn {
    LiveAccount account;
    LivePort port;
};

std::optional<WayIn> way_in(const LiveRun& live)
{
    std::optional<WayIn> best;
    const auto rank = [](const std::string& protection) {
        return protection == "starttls" ? 2 : protection == "implicit" ? 1 : 0;
    };
    for (const LiveAccount& account : live.accounts()) {
        if (account.protocol != "smtp") continue;
        for (const LivePort& port : live.ports()) {
            if (port.host != account.host || port.protection.empty()) continue;
            const bool better = !best || rank(port.protection) > rank(best->port.protection);
            if (better) best = WayIn{account, port};
        }
        if (best) break;
    }
    return best;
}

// As a shell takes it for one word.
std::string one_word(const std::string& text)
{
    const bool plain = std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"@%_+=:,./-"}.find(c) != std::string_view::npos;
    });
    if (plain && !text.empty()) return text;
    std::string word = "'";
    for (const char c : text)
        word += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return word + "'";
}

// One line for each program, ready to be typed: what it is called, and the line.
std::vector<std::pair<std::string, std::string>> ready_lines(const Ui& ui, const LiveRun& live)
{
    const auto way = way_in(live);
    if (!way) return {};
    const auto& scenario = ui.desk().scenario();
    const auto program =
        std::ranges::find(scenario.programs, scenario.client, &sim::scenario::MailProgram::key);
    if (program == scenario.programs.end()) return {};
    const std::string from = one_word(program->address);
    std::string to = from;
    for (const auto& step : scenario.steps) {
        if (step.program == program->key && !step.message.to.empty())
            to = one_word(step.message.to.front());
    }
    std::string address = way->port.real;
    if (constexpr std::string_view loopback = "127.0.0.1:"; address.starts_with(loopback))
        address = "localhost:" + address.substr(loopback.size()); // as the certificate calls it
    const std::string user = one_word(way->account.user);
    const std::string& protection = way->port.protection;
    const bool implicit = protection == "implicit";
    return {{"Thunderbird",
             ui.say("bridge.thunderbird",
                    {{"server", address.substr(0, address.rfind(':'))},
                     {"port", address.substr(address.rfind(':') + 1)},
                     {"protection", protection_words(ui, way->port)},
                     {"user", way->account.user}})},
            {"curl",
             fmt::format("curl --cacert {}{} --user {} --mail-from {} --mail-rcpt {} "
                         "--upload-file my.eml {}://{}",
                         one_word(live.certificate_file()),
                         protection == "starttls" ? " --ssl-reqd" : "",
                         one_word(way->account.user + ":" + way->account.password),
                         from,
                         to,
                         implicit ? "smtps" : "smtp",
                         address)},
            {"swaks",
             fmt::format("swaks --server {}{} --auth PLAIN --auth-user {} --auth-password {} "
                         "--from {} --to {}",
                         address,
                         implicit                   ? " --tls-on-connect"
                         : protection == "starttls" ? " --tls"
                                                    : "",
                         user,
                         one_word(way->account.password),
                         from,
                         to)}};
}

void ready(const Ui& ui, const LiveRun& live)
{
    const auto lines = ready_lines(ui, live);
    if (lines.empty()) return;
    ui.paragraph(ui.bold(), ui.say("bridge.ready"));
    for (const auto& [name, line] : lines) {
        ui.paragraph(ui.note(), name);
        ui.paragraph(name == "Thunderbird" ? ui.body() : ui.mono(), line);
    }
}

// All that has to be typed into a mail program, as text.
std::string as_text(const Ui& ui, const LiveRun& live)
{
    std::string text;
    for (const auto& [name, line] : ready_lines(ui, live))
        text += fmt::format("{}: {}\n", name, line);
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
    if (!fold(ui, "bridge/ports", ui.say("bridge.ports"))) return;
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
        accounts(ui, live, table);
        ready(ui, live);
        ports(ui, live, table);
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
