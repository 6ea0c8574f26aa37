// A host that was pressed on the map: its sockets, its queue, its mailbox, its log.

#include "gui/panels/panels.h"
#include "gui/panels/setting_rows.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

using sim::HostId;

constexpr std::size_t most_lines = 60; // of the log; the ladder has all

void sockets(const Ui& ui, HostId host)
{
    const auto all = ui.desk().view().hosts().sockets(host, ui.desk().cursor());
    if (all.empty()) return;
    ui.paragraph(ui.note(), ui.say("host.sockets"));
    for (const auto& socket : all) {
        const bool listens = socket.remote.port == 0;
        ui.paragraph(ui.mono(),
                     listens ? fmt::format("{} {} {}",
                                           sim::name_of(socket.transport),
                                           socket.local.port,
                                           sim::report::netstat_word(socket.state))
                             : fmt::format("{} ⇄ {}  {}",
                                           to_string(socket.local),
                                           to_string(socket.remote),
                                           sim::report::netstat_word(socket.state)));
    }
}

void queue(const Ui& ui, HostId host)
{
    const auto waiting = ui.desk().view().hosts().queue(host, ui.desk().cursor());
    if (waiting.empty()) return;
    const auto context = ui.desk().source().context();
    ui.paragraph(ui.note(), ui.say("host.queue"));
    for (const auto& entry : waiting) {
        ui.paragraph(ui.body(), entry.recipient);
        if (entry.deferred.exists()) {
            const auto& event = ui.desk().playback().trace().at(entry.deferred);
            ui.paragraph(ui.in(ui.note(), ui.theme().quiet),
                         sim::explain::headline(event, context));
        }
    }
}

void mailbox(const Ui& ui, HostId host)
{
    const auto mails = ui.desk().view().hosts().mailbox(host, ui.desk().cursor());
    if (mails.empty()) return;
    const auto context = ui.desk().source().context();
    ui.paragraph(ui.note(), ui.say("host.mailbox"));
    for (const auto& entry : mails) {
        const auto& event = ui.desk().playback().trace().at(entry.delivered);
        ui.paragraph(ui.in(ui.body(), ui.theme().accepted),
                     fmt::format("{} {}", icon::check, sim::explain::headline(event, context)));
        if (entry.junked.exists() && entry.junked.value < ui.desk().cursor()) {
            const auto& junked = ui.desk().playback().trace().at(entry.junked);
            ui.paragraph(ui.in(ui.note(), ui.theme().quiet),
                         sim::explain::headline(junked, context));
        }
        if (entry.was_retrieved(ui.desk().cursor()))
            ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.say("host.fetched"));
    }
}

void log(const Ui& ui, HostId host)
{
    const auto events = ui.desk().view().hosts().log(
        host, ui.desk().cursor(), unit_of(ui.desk().preferences().level));
    ui.paragraph(ui.note(), ui.say("host.log"));
    if (events.empty()) ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("host.nothing"));
    const auto context = ui.desk().source().context();
    const std::size_t begin = events.size() > most_lines ? events.size() - most_lines : 0;
    const float width = ImGui::GetContentRegionAvail().x;
    for (std::size_t i = begin; i < events.size(); ++i) {
        const auto& event = ui.desk().playback().trace().at(events[i]);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = ui.theme().note() + ui.px(8);
        if (ui.area(fmt::format("host/log/{}", event.id.value),
                    {at, {at.x + width, at.y + height}},
                    i == begin))
            ui.ask(action::Select{event.id});
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float clock = ui.line(
            list, {at.x, at.y + ui.px(4)}, ui.small(), ui.desk().time_of_run(event.at), width);
        ui.line(list,
                {at.x + clock + ui.px(10), at.y + ui.px(3)},
                ui.in(ui.mono(), ui.theme().of(sim::explain::mark_of(event, context))),
                sim::explain::headline(event, context),
                width - clock - ui.px(10),
                Overflow::shorten);
    }
}

} // namespace

void host_sheet(const Ui& ui)
{
    const HostId host = ui.desk().shown_host();
    if (!host.exists() || !ui.desk().is_open()) return;
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float width = std::min(ui.px(470) * ui.theme().type_scale, display.x * 0.6F);
    ImGui::SetNextWindowPos({display.x / 2, display.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
    ImGui::SetNextWindowSize({width, std::min(ui.px(520), display.y * 0.8F)});
    ImGui::SetNextWindowFocus();
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(10));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, ui.px(1.5F));
    if (ImGui::Begin("##host",
                     nullptr,
                     ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                         ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings)) {
        const auto& it = ui.desk().scenario().hosts.at(host.value);
        TextStyle style = ui.bold();
        style.size *= 1.15F;
        ui.paragraph(style, ui.pick(it.name));
        ui.paragraph(ui.in(ui.mono(), ui.theme().quiet), it.key);
        const float close = ui.theme().body() + ui.px(40);
        if (ImGui::BeginChild("host",
                              {0, ImGui::GetContentRegionAvail().y - close},
                              ImGuiChildFlags_NavFlattened)) {
            if (rule_rows(ui, host, "host/rules")) ui.rule();
            sockets(ui, host);
            queue(ui, host);
            mailbox(ui, host);
            log(ui, host);
        }
        ImGui::EndChild();
        if (ui.button("host/close", ui.say("close"), ImGui::GetContentRegionAvail().x))
            ui.ask(action::ShowHost{});
    }
    ImGui::End();
    ImGui::PopStyleVar(2);
}

} // namespace gui
