// The map: who there is, how they are wired, where the gates stand, and what is on its way now.

#include "gui/panels/panels.h"
#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gui {

namespace {

namespace s = sim::scenario;
using sim::HostId;
using sim::explain::Mark;

const char* icon_of(const s::Host& host, const s::Scenario& scenario)
{
    switch (host.kind) {
    case s::HostKind::pc:
        return icon::laptop;
    case s::HostKind::router:
        return icon::router;
    case s::HostKind::mailbox:
        return icon::inbox;
    case s::HostKind::name_server:
        return icon::compass;
    case s::HostKind::other:
        return icon::server;
    case s::HostKind::mail_server:
        break;
    }
    const auto server = std::ranges::find(scenario.mail_servers, host.key, &s::MailServer::host);
    if (server == scenario.mail_servers.end()) return icon::server;
    for (const auto& listener : server->listeners)
        if (listener.role == s::ListenerRole::submission) return icon::mail;
    return server->recipients.empty() && server->mailboxes.empty() ? icon::shuffle : icon::shield;
}

float length_of(const std::vector<ImVec2>& points)
{
    float length = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
        length += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    return length;
}

// The first `length` of the way.
std::vector<ImVec2> cut(const std::vector<ImVec2>& points, float length)
{
    std::vector<ImVec2> part;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i > 0) {
            const float piece =
                std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
            if (piece > length) {
                const float f = piece > 0 ? length / piece : 0;
                part.push_back({points[i - 1].x + (points[i].x - points[i - 1].x) * f,
                                points[i - 1].y + (points[i].y - points[i - 1].y) * f});
                return part;
            }
            length -= piece;
        }
        part.push_back(points[i]);
    }
    return part;
}

void dashed(ImDrawList* list,
            const std::vector<ImVec2>& points,
            ImU32 colour,
            float thickness,
            float dash,
            float space)
{
    bool on = true;
    float left = dash;
    for (std::size_t i = 1; i < points.size(); ++i) {
        ImVec2 at = points[i - 1];
        float piece = std::hypot(points[i].x - at.x, points[i].y - at.y);
        while (piece > 0.01F) {
            const float step = std::min(left, piece);
            const float f = step / piece;
            const ImVec2 next{at.x + (points[i].x - at.x) * f, at.y + (points[i].y - at.y) * f};
            if (on) list->AddLine(at, next, colour, thickness);
            at = next;
            piece -= step;
            left -= step;
            if (left > 0.01F) continue;
            on = !on;
            left = on ? dash : space;
        }
    }
}

void solid(ImDrawList* list, const std::vector<ImVec2>& points, ImU32 colour, float thickness)
{
    list->AddPolyline(points.data(), static_cast<int>(points.size()), colour, 0, thickness);
}

void stripes(ImDrawList* list, const Rect& rect, ImU32 dark, ImU32 light, float step)
{
    list->AddRectFilled(rect.min, rect.max, light);
    list->PushClipRect(rect.min, rect.max, true);
    const float top = rect.min.y - rect.width();
    const int count = static_cast<int>(std::ceil((rect.max.y - top) / (2 * step)));
    for (int i = 0; i < count; ++i) {
        const float y = top + 2 * step * static_cast<float>(i);
        list->AddQuadFilled({rect.min.x, y + rect.width()},
                            {rect.max.x, y},
                            {rect.max.x, y + step},
                            {rect.min.x, y + rect.width() + step},
                            dark);
    }
    list->PopClipRect();
    list->AddRect(rect.min, rect.max, dark);
}

void octagon(ImDrawList* list, ImVec2 at, float radius, ImU32 fill, ImU32 edge)
{
    list->AddNgonFilled(at, radius, fill, 8);
    list->AddNgon(at, radius, edge, 8, 1.5F);
    const float arm = radius * 0.38F;
    list->AddLine({at.x - arm, at.y - arm}, {at.x + arm, at.y + arm}, edge, 2);
    list->AddLine({at.x - arm, at.y + arm}, {at.x + arm, at.y - arm}, edge, 2);
}

class MapDrawing {
public:
    MapDrawing(const Ui& ui, const MapGraph& graph, const Rect& space)
        : ui_{ui},
          scenario_{ui.model().scenario()},
          space_{space},
          list_{ImGui::GetWindowDrawList()}
    {
        // First with one line for each area's name, then with as many as each turned out to need.
        std::vector<float> titles(scenario_.areas.size(), ui.line_height(ui.note()) + ui.px(4));
        layout_ = map_layout(graph, scenario_, space, titles, ui.px(1));
        for (const auto& zone : layout_.zones)
            titles.at(zone.area) = title(zone).height() + ui.px(6);
        layout_ = map_layout(graph, scenario_, space, titles, ui.px(1));
        const auto& view = ui.model().view();
        std::size_t rows = view.rows_before(ui.model().cursor());
        while (rows > 0 && !view.ladder().rows[rows - 1].event.exists())
            --rows;
        if (rows > 0) now_ = &view.ladder().rows[rows - 1];
    }

    void draw()
    {
        for (const auto& zone : layout_.zones)
            draw_zone(zone);
        for (const auto& route : layout_.routes)
            solid(list_, route.points, ui_.theme().line, ui_.px(1.5F));
        way_of_now();
        for (const auto& gate : layout_.gates)
            draw_gate(gate);
        for (const auto& [host, rect] : layout_.cards)
            card(host, rect);
        for (const auto& gate : layout_.gates)
            active_gate(gate);
        traveller();
    }

private:
    void draw_zone(const MapLayout::Zone& zone)
    {
        const s::Area& area = scenario_.areas[zone.area];
        list_->AddRectFilled(zone.rect.min,
                             zone.rect.max,
                             ui_.theme().area.at(static_cast<std::size_t>(area.kind)),
                             ui_.px(10));
        const auto name = title(zone);
        float y = zone.rect.min.y + ui_.px(6);
        for (const std::string_view one : name.lines) {
            ui_.line(list_,
                     {zone.rect.min.x + ui_.px(8), y},
                     name.style,
                     one,
                     zone.rect.width() - ui_.px(8));
            y += name.line();
        }
    }

    [[nodiscard]] Ui::Name title(const MapLayout::Zone& zone) const
    {
        return ui_.name(ui_.note(),
                        ui_.pick(scenario_.areas[zone.area].name),
                        zone.rect.width() - ui_.px(12),
                        ui_.px(44));
    }

    void card(HostId host, const Rect& rect)
    {
        const s::Host& it = scenario_.hosts[host.value];
        const std::string path = "map/" + it.key;
        if (ui_.area(path, rect)) ui_.ask(action::ShowHost{host});
        const bool involved = now_ != nullptr && (now_->from == host || now_->to == host);
        list_->AddRectFilled(rect.min,
                             rect.max,
                             ImGui::IsItemHovered() ? ui_.theme().selection : ui_.theme().card,
                             ui_.px(9));
        list_->AddRect(rect.min,
                       rect.max,
                       involved ? ui_.theme().ink : ui_.theme().rule,
                       ui_.px(9),
                       0,
                       ui_.px(involved ? 2 : 1));
        const float inner = rect.width() - ui_.px(4);
        const auto name =
            ui_.name(ui_.in(ui_.small(), ui_.theme().ink), ui_.pick(it.name), inner, rect.height());
        const float icon_size = ui_.theme().body();
        const bool with_icon = icon_size + ui_.px(6) + name.height() <= rect.height();
        const float height = name.height() + (with_icon ? icon_size + ui_.px(5) : 0);
        float y = rect.min.y + (rect.height() - height) / 2;
        if (with_icon) {
            ui_.line_centred(list_,
                             {{rect.min.x, y}, {rect.max.x, y + icon_size}},
                             ui_.body(),
                             icon_of(it, scenario_));
            y += icon_size + ui_.px(5);
        }
        for (const std::string_view one : name.lines) {
            ui_.line_centred(
                list_, {{rect.min.x, y}, {rect.max.x, y + name.line()}}, name.style, one);
            y += name.line();
        }
    }

    // ---- what is on its way ---------------------------------------------------------------------

    [[nodiscard]] const MapLayout::Gate* gate_that_stopped() const
    {
        if (now_ == nullptr || !now_->stopped) return nullptr;
        const auto gate = std::ranges::find(layout_.gates, now_->to, &MapLayout::Gate::host);
        return gate == layout_.gates.end() ? nullptr : &*gate;
    }

    [[nodiscard]] std::vector<ImVec2> way() const
    {
        if (now_ == nullptr || !now_->to.exists() || now_->from == now_->to) return {};
        auto points =
            path_on_map(layout_, sim::explain::way_between(now_->from, now_->to, scenario_));
        if (const auto* gate = gate_that_stopped(); gate != nullptr && !points.empty())
            points.push_back({gate->rect.centre().x, layout_.cards.at(now_->to).centre().y});
        return points;
    }

    void way_of_now()
    {
        const auto points = way();
        if (points.size() < 2) return;
        const Mark mark = now_->stopped ? Mark::clear : now_->mark;
        const auto part = cut(points, length_of(points) * ui_.model().progress());
        const ImU32 colour = ui_.theme().of(mark);
        if (mark == Mark::encrypted || mark == Mark::secret) {
            solid(list_, part, colour, ui_.px(4));
        } else if (mark == Mark::quiet) {
            dashed(list_, part, colour, ui_.px(2), ui_.px(2), ui_.px(4));
        } else {
            dashed(list_, part, colour, ui_.px(3), ui_.px(7), ui_.px(5));
        }
    }

    void traveller()
    {
        const auto points = way();
        if (points.size() < 2) return;
        const auto part = cut(points, length_of(points) * ui_.model().progress());
        const ImVec2 at = part.back();
        const Mark mark = now_->stopped ? Mark::clear : now_->mark;
        const ImU32 colour = ui_.theme().of(mark);
        const bool arrived = ui_.model().progress() >= 1;
        if (!(now_->stopped && arrived)) {
            const float w = ui_.px(15);
            const float h = ui_.px(10);
            list_->AddRectFilled(
                {at.x - w, at.y - h}, {at.x + w, at.y + h}, ui_.theme().card, ui_.px(3));
            list_->AddRect(
                {at.x - w, at.y - h}, {at.x + w, at.y + h}, colour, ui_.px(3), 0, ui_.px(2));
            if (mark == Mark::encrypted || mark == Mark::secret) {
                ui_.line_centred(list_,
                                 {{at.x - w, at.y - h}, {at.x + w, at.y + h}},
                                 ui_.in(ui_.small(), colour),
                                 mark == Mark::secret ? icon::key : icon::lock);
            } else {
                list_->AddLine({at.x - w, at.y - h}, {at.x, at.y + h * 0.2F}, colour, ui_.px(1.5F));
                list_->AddLine({at.x + w, at.y - h}, {at.x, at.y + h * 0.2F}, colour, ui_.px(1.5F));
            }
        }
        label(at, colour);
    }

    // What travels, in a box of its own so that it can be read over anything.
    void label(ImVec2 at, ImU32 colour)
    {
        TextStyle style = ui_.in(ui_.mono(), colour);
        const std::string words =
            ellipsis(style, now_->text, std::min(space_.width() * 0.6F, ui_.px(330)));
        const float width = text_width(style, words) + ui_.px(12);
        const float height = style.size + ui_.px(8);
        const float x = std::clamp(at.x - width / 2, space_.min.x, space_.max.x - width);
        // Above what travels or below it, out of the way of the cards when there is such a place.
        float y = at.y - ui_.px(18) - height;
        for (int step = 0; step < 8; ++step) {
            const int further = step / 2;
            const float away = ui_.px(18) + static_cast<float>(further) * ui_.px(16);
            const float place = step % 2 == 0 ? at.y - away - height : at.y + away;
            if (place < space_.min.y || place + height > space_.max.y) continue;
            if (covers_card({{x, place}, {x + width, place + height}})) continue;
            y = place;
            break;
        }
        y = std::clamp(y, space_.min.y, space_.max.y - height);
        list_->AddRectFilled({x, y}, {x + width, y + height}, ui_.theme().card, ui_.px(5));
        list_->AddRect({x, y}, {x + width, y + height}, colour, ui_.px(5), 0, ui_.px(1));
        ui_.line(list_, {x + ui_.px(6), y + ui_.px(4)}, style, words, width);
    }

    [[nodiscard]] bool covers_card(const Rect& box) const
    {
        return std::ranges::any_of(layout_.cards, [&](const auto& card) {
            const Rect& rect = card.second;
            return box.min.x < rect.max.x && rect.min.x < box.max.x && box.min.y < rect.max.y &&
                   rect.min.y < box.max.y;
        });
    }

    // ---- gates ----------------------------------------------------------------------------------

    [[nodiscard]] bool blocks(sim::RuleId rule) const
    {
        const auto* setting = ui_.model().setting("rule." + scenario_.rules[rule.value].key);
        if (setting != nullptr) return setting->value != "off" && setting->value != "pass";
        const auto& it = scenario_.rules[rule.value];
        return it.enabled && it.verdict != sim::Verdict::pass;
    }

    void draw_gate(const MapLayout::Gate& gate)
    {
        const bool closed =
            std::ranges::any_of(gate.rules, [&](sim::RuleId rule) { return blocks(rule); });
        if (!closed) return;
        stripes(list_, gate.rect, ui_.theme().ink, ui_.theme().card, ui_.px(5));
        const std::string key = scenario_.hosts[gate.host.value].key;
        (void)ui_.area("gate/" + key, gate.rect);
        if (ImGui::IsItemHovered()) {
            ImGui::BeginTooltip();
            for (const sim::RuleId rule : gate.rules)
                ui_.paragraph(ui_.body(), describe(rule), ui_.px(360));
            ImGui::EndTooltip();
        }
    }

    [[nodiscard]] std::string describe(sim::RuleId rule) const
    {
        const auto& it = scenario_.rules[rule.value];
        const auto* setting = ui_.model().setting("rule." + it.key);
        const std::string verdict =
            setting != nullptr ? setting->value : std::string{sim::name_of(it.verdict)};
        return fmt::format("#{} {} → {}  ×{}",
                           sim::explain::number_of(rule, scenario_),
                           ui_.pick(it.name),
                           ui_.say("verdict." + verdict),
                           ui_.model().view().hosts().rule(rule, ui_.model().cursor()).dropped);
    }

    void active_gate(const MapLayout::Gate& gate)
    {
        if (&gate != gate_that_stopped() || ui_.model().progress() < 1) return;
        const ImVec2 at{gate.rect.centre().x, layout_.cards.at(gate.host).centre().y};
        octagon(list_, at, ui_.px(13), ui_.theme().ink, ui_.theme().on_ink);
        const auto& event = ui_.model().playback().trace().at(now_->event);
        const auto* dropped = std::get_if<sim::PacketDropped>(&event.what);
        if (dropped == nullptr || !dropped->rule.exists()) return;
        TextStyle style = ui_.in(ui_.bold(), ui_.theme().on_ink);
        style.size = ui_.theme().note();
        const std::string words = fmt::format(
            "#{} {}  ×{}",
            sim::explain::number_of(dropped->rule, scenario_),
            ui_.pick(scenario_.rules[dropped->rule.value].name),
            ui_.model().view().hosts().rule(dropped->rule, ui_.model().cursor()).dropped);
        const float room = std::min(ui_.px(230) * ui_.theme().type_scale, space_.width() * 0.5F);
        const auto lines = wrap(style, words, room);
        float width = 0;
        for (const auto one : lines)
            width = std::max(width, text_width(style, one));
        width += ui_.px(20);
        const float line = ui_.line_height(style);
        const float height = line * static_cast<float>(lines.size()) + ui_.px(10);
        const float x = std::clamp(at.x - width / 2, space_.min.x, space_.max.x - width);
        const float y = std::min(gate.rect.max.y + ui_.px(4), space_.max.y - height);
        list_->AddRectFilled({x, y}, {x + width, y + height}, ui_.theme().ink, ui_.px(7));
        float row = y + ui_.px(5);
        for (const auto one : lines) {
            ui_.line(list_, {x + ui_.px(10), row + (line - style.size) / 2}, style, one, width);
            row += line;
        }
    }

    const Ui& ui_;
    const s::Scenario& scenario_;
    Rect space_;
    MapLayout layout_;
    ImDrawList* list_;
    const sim::report::LadderRow* now_ = nullptr;
};

} // namespace

void map_panel(const Ui& ui, const MapGraph& graph, const Rect& space)
{
    MapDrawing{ui, graph, space}.draw();
}

} // namespace gui
