// The state of the conversation that the selected event belongs to: the session's own transition
// table as a picture, the state it is in, what may come next, and the sockets at both ends.

#include "gui/panels/panels.h"
#include "sim/core/pop3_words.h"
#include "sim/core/smtp_words.h"
#include "sim/explain/nouns.h"
#include "sim/world_diagram.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

namespace {

using sim::ConnectionId;
using sim::report::SessionSeen;

std::string end_of(const Ui& ui, sim::HostId host)
{
    return sim::explain::host_name(host, ui.desk().source().context());
}

// The last conversation before the cursor.
ConnectionId current_connection(const Ui& ui)
{
    const sim::Trace& trace = ui.desk().playback().trace();
    const std::size_t cursor = ui.desk().cursor();
    // How many events right before the cursor belong to no connection: a run of the last ones of
    // that list, each of which stands next to the one behind it.
    const auto beside = events_before(trace.index().beside_connections(), cursor);
    std::size_t shortest = 0;
    std::size_t longest = beside.size();
    while (shortest < longest) {
        const std::size_t tried = longest - (longest - shortest) / 2;
        if (beside[beside.size() - tried].value == cursor - tried) {
            shortest = tried;
        } else {
            longest = tried - 1;
        }
    }
    return shortest == cursor ? ConnectionId{} : trace[cursor - shortest - 1].connection;
}

void arrow_down(const Ui& ui, ImVec2 from, ImVec2 to, ImU32 colour)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddLine(from, to, colour, ui.px(1.5F));
    list->AddTriangleFilled(
        to, {to.x - ui.px(4), to.y - ui.px(6)}, {to.x + ui.px(4), to.y - ui.px(6)}, colour);
}

// Keeps the state that is lit in sight when another one is, and only then.
void follow(const Ui& ui, std::string_view state, const Rect& rect)
{
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID("followed state");
    const auto now = static_cast<int>(ImGui::GetID(state.data(), state.data() + state.size()));
    if (storage->GetInt(id, 0) == now) return;
    storage->SetInt(id, now);
    const float top = ImGui::GetWindowPos().y;
    const float bottom = top + ImGui::GetWindowHeight();
    const float margin = ui.px(40); // the state after it, too
    if (rect.min.y < top) ImGui::SetScrollY(ImGui::GetScrollY() + rect.min.y - top - margin);
    if (rect.max.y + margin > bottom)
        ImGui::SetScrollY(ImGui::GetScrollY() + rect.max.y + margin - bottom);
}

// In the language; they are one protocol's or the other's.
std::string words_of(const Ui& ui, const sim::StateDiagram& machine, std::string_view state)
{
    const bool is_pop3 =
        std::ranges::find(machine.states, sim::name_of(sim::Pop3Phase::authorization)) !=
        machine.states.end();
    return ui.desk().language().text(
        fmt::format("noun.{}.{}", is_pop3 ? "pop3_phase" : "phase", state));
}

// The states below each other. From the one that is lit, each way out with what leads there.
void diagram(const Ui& ui, const sim::StateDiagram& machine, std::string_view now)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float width = ImGui::GetContentRegionAvail().x;
    TextStyle style = ui.body();
    style.size = ui.theme().note();
    for (const std::string_view state : machine.states) {
        const std::string words = words_of(ui, machine, state);
        const bool lit = state == now;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = style.size + ui.px(10);
        const float wide = std::min(width, text_width(style, words) + ui.px(24));
        const Rect rect{at, {at.x + wide, at.y + height}};
        if (lit) {
            list->AddRectFilled(rect.min, rect.max, ui.theme().ink, ui.px(9));
            follow(ui, state, rect);
        }
        list->AddRect(rect.min, rect.max, lit ? ui.theme().ink : ui.theme().line, ui.px(9));
        ui.line_centred(list, rect, lit ? ui.in(style, ui.theme().on_ink) : style, words);
        const auto way = std::ranges::find_if(machine.edges, [&](const sim::DiagramEdge& edge) {
            return edge.from == now && edge.to == state && !edge.labels.empty();
        });
        float below = height;
        if (way != machine.edges.end()) {
            const std::string labels = fmt::format("← {}", fmt::join(way->labels, ", "));
            const float room = width - wide - ui.px(10);
            if (text_width(ui.small(), labels) <= room) {
                ui.line(list,
                        {rect.max.x + ui.px(8), at.y + (height - ui.theme().small()) / 2},
                        ui.small(),
                        labels,
                        room);
            } else {
                below += ui.paragraph_at(
                    list, {at.x + ui.px(22), at.y + height}, ui.small(), labels, width - ui.px(24));
            }
        }
        const bool last = state == machine.states.back();
        if (!last) {
            arrow_down(ui,
                       {at.x + ui.px(12), at.y + height},
                       {at.x + ui.px(12), at.y + below + ui.px(10)},
                       ui.theme().line);
        }
        ImGui::Dummy({width, below + (last ? ui.px(4) : ui.px(2))});
    }
}

std::optional<sim::StateDiagram> server_machine(const Ui& ui, const SessionSeen& session)
{
    if (!session.server.exists()) return std::nullopt;
    const auto& scenario = ui.desk().scenario();
    auto machine = sim::server_diagram(
        scenario, scenario.hosts.at(session.server.value).key, session.server_at.port);
    if (machine.states.empty()) return std::nullopt;
    return machine;
}

void sockets(const Ui& ui, const SessionSeen& session, ConnectionId connection)
{
    bool titled = false;
    for (const sim::HostId host : {session.client, session.server}) {
        for (const auto& socket : ui.desk().view().hosts().sockets(host, ui.desk().cursor())) {
            if (connection.exists() && socket.connection != connection) continue;
            if (!titled) ui.paragraph(ui.note(), ui.say("state.sockets"));
            titled = true;
            ui.paragraph(ui.mono(),
                         fmt::format("{}  {} ⇄ {}",
                                     sim::report::netstat_word(socket.state),
                                     to_string(socket.local),
                                     to_string(socket.remote)));
        }
    }
}

} // namespace

void state_tab(const Ui& ui)
{
    const ConnectionId connection = current_connection(ui);
    if (!connection.exists()) {
        ui.paragraph(ui.in(ui.body(), ui.theme().quiet), ui.say("state.empty"));
        return;
    }
    const SessionSeen session = ui.desk().view().hosts().session(connection, ui.desk().cursor());
    ui.paragraph(ui.bold(),
                 fmt::format("{} → {}:{}",
                             end_of(ui, session.client),
                             end_of(ui, session.server),
                             session.server_at.port));
    const bool begins =
        !session.encrypted && session.server_phase == sim::name_of(sim::SmtpPhase::awaiting_tls);
    ui.paragraph(
        ui.in(ui.note(), session.encrypted || begins ? ui.theme().encrypted : ui.theme().clear),
        fmt::format("{} {}",
                    session.encrypted || begins ? icon::lock : icon::eye,
                    ui.say(session.encrypted ? "state.encrypted"
                           : begins          ? "state.begins"
                                             : "state.clear")));
    sockets(ui, session, connection);
    if (const auto machine = server_machine(ui, session)) {
        ui.paragraph(ui.note(), ui.say("state.machine", {{"host", end_of(ui, session.server)}}));
        diagram(ui, *machine, session.server_phase);
    }
}

} // namespace gui
