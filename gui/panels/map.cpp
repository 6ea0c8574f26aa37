// The map: who there is, how they are wired, where the gates stand, and what is on its way now.

#include "gui/map_gates.h"
#include "gui/panels/panels.h"
#include "gui/strokes.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

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

bool contains(const Rect& rect, ImVec2 at)
{
    return rect.min.x <= at.x && at.x < rect.max.x && rect.min.y <= at.y && at.y < rect.max.y;
}

struct MapPlace {
    Rect seen;
    Rect buttons; // in it
};

class MapDrawing {
public:
    // `whole` is where the map lies, `place` what is seen of it; `words` has the measures of what
    // is not part of the map but said about it.
    MapDrawing(const Ui& ui,
               const Ui& words,
               const MapGraph& graph,
               const Rect& whole,
               const MapPlace& place)
        : ui_{ui},
          words_{words},
          scenario_{ui.desk().scenario()},
          space_{place.seen},
          labels_{words, ui, layout_, place.seen},
          list_{ImGui::GetWindowDrawList()},
          now_{ui.desk().view().row_at(ui.desk().cursor())}
    {
        // First with one line for each area's name, then with as many as each turned out to need.
        std::vector<float> titles(scenario_.areas.size(), ui.line_height(ui.note()) + ui.px(4));
        layout_ = map_layout(graph, scenario_, whole, titles, ui.px(1));
        for (const auto& zone : layout_.zones)
            titles.at(zone.area) = title(zone).height() + ui.px(6);
        layout_ = map_layout(graph, scenario_, whole, titles, ui.px(1));
        labels_.keep_free(place.buttons);
        for (const auto& [host, rect] : layout_.cards)
            labels_.keep_free(rect);
        for (const auto& zone : layout_.zones)
            labels_.keep_free(place_of_title(zone));
    }

    void draw()
    {
        for (const auto& zone : layout_.zones)
            draw_zone(zone);
        for (const auto& route : layout_.routes)
            solid(list_, route.points, ui_.theme().line, ui_.px(1.5F));
        MapGates gates{ui_, words_, layout_, labels_, now_};
        const auto points = way();
        labels_.keep_free(points);
        gates.trails();
        const bool over = ui_.desk().shows_verdict();
        if (over) {
            whole_way();
        } else {
            way_of_now();
        }
        gates.gates(points);
        for (const auto& [host, rect] : layout_.cards)
            card(host, rect);
        gates.ghosts();
        gates.marks();
        if (over) {
            numbers();
        } else {
            traveller();
        }
        if (now_ != nullptr) ui_.tell("map", now_->event);
        listener();
        cables();
        gates.labels();
        if (now_ != nullptr && !over && points.size() < 2) happening();
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

    [[nodiscard]] Rect place_of_title(const MapLayout::Zone& zone) const
    {
        const auto name = title(zone);
        float width = 0;
        for (const std::string_view one : name.lines)
            width = std::max(width, text_width(name.style, one));
        const ImVec2 at{zone.rect.min.x + ui_.px(8), zone.rect.min.y + ui_.px(6)};
        return {at, {at.x + width, at.y + name.height()}};
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
        const float inner = rect.width() - ui_.px(6);
        const auto name = ui_.name(ui_.in(ui_.small(), ui_.theme().ink),
                                   ui_.pick(it.name),
                                   inner,
                                   rect.height() - ui_.px(2));
        // The icon above the name; where the card is low, in front of its first line.
        const float icon = ui_.theme().body();
        const float gap = ui_.px(5);
        const float first = text_width(name.style, name.lines.front());
        const bool above = icon + gap + name.height() <= rect.height() - ui_.px(6);
        const bool before = !above && icon * 1.2F + gap + first <= inner;
        const float height = name.height() + (above ? icon + gap : 0);
        float y = rect.min.y + (rect.height() - height) / 2;
        if (above) {
            ui_.line_centred(list_,
                             {{rect.min.x, y}, {rect.max.x, y + icon}},
                             ui_.body(),
                             icon_of(it, scenario_));
            y += icon + gap;
        }
        float indent = 0; // of the first line
        if (before) {
            indent = icon * 1.2F + gap;
            const float left = rect.centre().x - (indent + first) / 2;
            ui_.line_centred(list_,
                             {{left, y}, {left + icon * 1.2F, y + name.line()}},
                             ui_.body(),
                             icon_of(it, scenario_));
        }
        for (const std::string_view one : name.lines) {
            ui_.line_centred(
                list_, {{rect.min.x + indent, y}, {rect.max.x, y + name.line()}}, name.style, one);
            y += name.line();
            indent = 0;
        }
    }

    // ---- cables ---------------------------------------------------------------------------------

    // A press on one puts the eavesdropper there; for the keyboard the wiretap has a list of them.
    void cables()
    {
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        const bool is_free = ImGui::IsWindowHovered() && !ImGui::IsAnyItemHovered() &&
                             contains(space_, mouse) && !ui_.desk().presentation();
        float nearest = ui_.px(7);
        const MapLayout::Route* pointed = nullptr;
        for (const auto& route : layout_.routes) {
            const ImVec2 middle = cut(route.points, length_of(route.points) / 2).back();
            ui_.remember(fmt::format("cable/{}", route.cable.link.value), {middle, middle});
            const float away = distance(route.points, mouse);
            if (!is_free || away > nearest) continue;
            nearest = away;
            pointed = &route;
        }
        if (pointed == nullptr) return;
        solid(list_, pointed->points, ui_.theme().ink, ui_.px(3));
        ImGui::BeginTooltip();
        words_.paragraph(words_.body(), words_.say("hint.cable"), words_.px(320));
        ImGui::EndTooltip();
        if (!ImGui::IsMouseClicked(ImGuiMouseButton_Left)) return;
        ui_.ask(action::Tap{pointed->cable.link});
        ui_.ask(action::ShowTab{Tab::wiretap});
    }

    // Where the wiretap listens, as long as that is looked at.
    void listener()
    {
        if (ui_.desk().tab() != Tab::wiretap || ui_.desk().presentation()) return;
        const auto route = std::ranges::find_if(
            layout_.routes, [&](const auto& one) { return one.cable.link == ui_.desk().tapped(); });
        if (route == layout_.routes.end()) return;
        const float radius = ui_.px(9);
        const auto at = free_on(route->points, length_of(route->points) / 2, radius);
        if (!at) return;
        const Rect sign{{at->x - radius, at->y - radius}, {at->x + radius, at->y + radius}};
        list_->AddCircleFilled(*at, radius, ui_.theme().card);
        list_->AddCircle(*at, radius, ui_.theme().ink, 0, ui_.px(1.5F));
        TextStyle style = ui_.in(ui_.small(), ui_.theme().ink);
        style.size = ui_.px(10);
        ui_.line_centred(list_, sign, style, icon::eye);
        labels_.keep_free(sign);
        ui_.tell("map/listener", {});
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
        auto points = path_on_map(layout_, ui_.desk().view().way(now_->from, now_->to));
        if (const auto* gate = gate_that_stopped(); gate != nullptr && !points.empty())
            points.push_back({gate->rect.centre().x, layout_.cards.at(now_->to).centre().y});
        return points;
    }

    void way_of_now()
    {
        const auto points = way();
        if (points.size() < 2) return;
        const Mark mark = now_->stopped ? Mark::clear : now_->mark;
        const auto part = cut(points, length_of(points) * ui_.desk().progress());
        const ImU32 colour = ui_.theme().of(mark);
        if (mark == Mark::encrypted || mark == Mark::secret) {
            solid(list_, part, colour, ui_.px(4));
        } else if (mark == Mark::quiet) {
            dashed(list_, part, colour, ui_.px(2), ui_.px(2), ui_.px(4));
        } else {
            dashed(list_, part, colour, ui_.px(3), ui_.px(7), ui_.px(5));
        }
    }

    // All hops of the run, each as it was protected.
    void whole_way() const
    {
        for (const auto& hop : ui_.desk().view().journey()) {
            const auto points = way_of(hop);
            if (points.size() < 2 || hop.end == sim::report::HopEnd::unreached) continue;
            if (is_sealed(hop)) {
                solid(list_, points, ui_.theme().encrypted, ui_.px(4));
            } else {
                dashed(list_, points, ui_.theme().clear, ui_.px(3), ui_.px(7), ui_.px(5));
            }
        }
    }

    // By which the journey below the map calls them.
    void numbers()
    {
        for (const auto& hop : ui_.desk().view().journey()) {
            const auto points = way_of(hop);
            if (points.size() < 2) continue;
            const float radius = ui_.px(10);
            // Of what got nowhere, where it set out.
            const bool unreached = hop.end == sim::report::HopEnd::unreached;
            const float near = length_of(points) * (unreached ? 0.12F : 0.5F);
            auto at = free_on(points, near, radius);
            if (!at) at = free_corner(hop.to, radius); // of a way that names cover
            if (!at) continue;
            const bool readable = !hop.exposed.empty();
            const ImU32 colour = readable         ? ui_.theme().clear
                                 : is_sealed(hop) ? ui_.theme().encrypted
                                                  : ui_.theme().ink;
            list_->AddCircleFilled(*at, radius, ui_.theme().card);
            list_->AddCircle(*at, radius, colour, 0, ui_.px(2));
            const Rect badge{{at->x - radius, at->y - radius}, {at->x + radius, at->y + radius}};
            ui_.line_centred(list_, badge, ui_.in(ui_.small(), colour), std::to_string(hop.number));
            labels_.keep_free(badge);
            badges_.push_back(badge);
            ui_.tell(fmt::format("map/hop/{}", hop.number), hop.first);
        }
    }

    // On the way, near this far along it, where no name and no other number stands; nothing where
    // it is all taken.
    [[nodiscard]] std::optional<ImVec2>
    free_on(const std::vector<ImVec2>& way, float near, float radius) const
    {
        const float length = length_of(way);
        const float step = ui_.px(4);
        const int steps = static_cast<int>(length / step);
        for (int i = 0; i <= steps; ++i) {
            const float off = static_cast<float>(i) * step;
            for (const float place : {near + off, near - off}) {
                if (place < 0 || place > length) continue;
                const ImVec2 at = cut(way, place).back();
                const Rect badge{{at.x - radius, at.y - radius}, {at.x + radius, at.y + radius}};
                if (!labels_.covers_names(badge)) return at;
            }
        }
        return std::nullopt;
    }

    // At a corner of the card of whom it leads to, most of it outside: names stand inside.
    [[nodiscard]] std::optional<ImVec2> free_corner(HostId host, float radius) const
    {
        const auto card = layout_.cards.find(host);
        if (card == layout_.cards.end()) return std::nullopt;
        const float out = radius * 0.55F;
        const Rect rect{{card->second.min.x - out, card->second.min.y - out},
                        {card->second.max.x + out, card->second.max.y + out}};
        for (const ImVec2 corner : {ImVec2{rect.min.x, rect.min.y},
                                    ImVec2{rect.min.x, rect.max.y},
                                    ImVec2{rect.max.x, rect.min.y},
                                    ImVec2{rect.max.x, rect.max.y}}) {
            const Rect badge{{corner.x - radius, corner.y - radius},
                             {corner.x + radius, corner.y + radius}};
            const bool free = std::ranges::none_of(
                badges_, [&](const Rect& other) { return overlap(badge, other); });
            if (free && badge.min.x >= space_.min.x && badge.max.x <= space_.max.x) return corner;
        }
        return std::nullopt;
    }

    [[nodiscard]] static bool is_sealed(const sim::report::Hop& hop)
    {
        return hop.shield == sim::report::Shield::starttls ||
               hop.shield == sim::report::Shield::tls;
    }

    [[nodiscard]] std::vector<ImVec2> way_of(const sim::report::Hop& hop) const
    {
        if (!hop.from.exists() || !hop.to.exists() || hop.from == hop.to) return {};
        return path_on_map(layout_, ui_.desk().view().way(hop.from, hop.to));
    }

    void traveller()
    {
        const auto points = way();
        if (points.size() < 2) return;
        // It sets out and comes to rest beside a card, not on it.
        const float length = length_of(points);
        const float margin = std::min(ui_.px(20), length / 2);
        const float w = ui_.px(15);
        const float h = ui_.px(10);
        ImVec2 at = cut(points, margin + (length - 2 * margin) * ui_.desk().progress()).back();
        const Mark mark = now_->stopped ? Mark::clear : now_->mark;
        const ImU32 colour = ui_.theme().of(mark);
        const bool arrived = ui_.desk().progress() >= 1;
        if (!(now_->stopped && arrived)) {
            if (arrived) at = free_on(points, length - margin, w).value_or(at);
            const Rect envelope{{at.x - w, at.y - h}, {at.x + w, at.y + h}};
            labels_.keep_free(envelope);
            list_->AddRectFilled(
                {at.x - w, at.y - h}, {at.x + w, at.y + h}, ui_.theme().card, ui_.px(3));
            list_->AddRect(
                {at.x - w, at.y - h}, {at.x + w, at.y + h}, colour, ui_.px(3), 0, ui_.px(2));
            if (mark == Mark::secret) {
                key(list_, at, ui_.px(12), colour);
            } else if (mark == Mark::encrypted) {
                padlock(list_, at, ui_.px(12), colour);
            } else {
                list_->AddLine({at.x - w, at.y - h}, {at.x, at.y + h * 0.2F}, colour, ui_.px(1.5F));
                list_->AddLine({at.x + w, at.y - h}, {at.x, at.y + h * 0.2F}, colour, ui_.px(1.5F));
            }
        }
        label(points, colour);
    }

    // What travels, in a box of its own so that it can be read. It stays where it is for the whole
    // way, near the way's middle, beside all that has a name.
    void label(const std::vector<ImVec2>& way, ImU32 colour)
    {
        const float length = length_of(way);
        label_at(now_->stopped ? way.back() : cut(way, length / 2).back(), colour);
    }

    // What happened at one host, beside it.
    void happening()
    {
        const auto card = layout_.cards.find(now_->from);
        if (card == layout_.cards.end()) return;
        label_at({card->second.centre().x, card->second.min.y}, ui_.theme().of(now_->mark));
    }

    void label_at(ImVec2 middle, ImU32 colour)
    {
        const TextStyle style = words_.in(words_.mono(), colour);
        // Shorter where there is no room for all of it, and none at all on a crowded map: the
        // ladder beside it has the words, and a name that cannot be read helps nobody.
        for (const float share : {1.0F, 0.6F, 0.35F}) {
            const std::string words = ellipsis(
                style, now_->text, share * std::min(space_.width() * 0.6F, words_.px(330)));
            const ImVec2 size{text_width(style, words) + words_.px(12), style.size + words_.px(8)};
            const float away = words_.px(18) + size.y / 2;
            const Rect box = labels_.free_place({middle.x, middle.y - away}, size);
            if (labels_.covers_names(box)) continue;
            labels_.keep_free(box);
            list_->AddRectFilled(box.min, box.max, words_.theme().card, words_.px(5));
            list_->AddRect(box.min, box.max, colour, words_.px(5), 0, words_.px(1));
            words_.line(list_,
                        {box.min.x + words_.px(6), box.min.y + words_.px(4)},
                        style,
                        words,
                        box.width());
            return;
        }
    }

    const Ui& ui_;
    const Ui& words_;
    const s::Scenario& scenario_;
    Rect space_;
    MapLayout layout_;
    std::vector<Rect> badges_; // of hops
    MapLabels labels_;
    ImDrawList* list_;
    const sim::report::LadderRow* now_;
};

// ---- moving it ----------------------------------------------------------------------------------

// The wheel enlarges what is under the pointer, the right button drags.
void by_mouse(const Ui& ui, const Rect& space, const Rect& whole)
{
    if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem)) return;
    const ImGuiIO& io = ImGui::GetIO();
    MapView view = ui.desk().map_view();
    if (contains(space, io.MousePos) && io.MouseWheel != 0 && !io.KeyCtrl) {
        const float x = (io.MousePos.x - whole.min.x) / whole.width();
        const float y = (io.MousePos.y - whole.min.y) / whole.height();
        const float before = view.zoom;
        constexpr float notch = 1.15F;
        view.zoom = std::clamp(before * std::pow(notch, io.MouseWheel), 1.0F, 4.0F);
        view.x = x + (view.x - x) * before / view.zoom;
        view.y = y + (view.y - y) * before / view.zoom;
    }
    const bool dragged = ImGui::IsMouseDown(ImGuiMouseButton_Right) &&
                         contains(space, io.MouseClickedPos[ImGuiMouseButton_Right]);
    if (dragged) {
        view.x -= io.MouseDelta.x / whole.width();
        view.y -= io.MouseDelta.y / whole.height();
    }
    if (view != ui.desk().map_view()) ui.ask(action::MoveMap{view});
}

constexpr float button_side = 24; // design pixels
constexpr float button_gap = 3;

// Along the lower edge, or in the upper corner on the right, where no card and no gate stands as
// long as the map fits its place: there they stay.
Rect place_of_buttons(const Ui& ui, const MapGraph& graph, const Rect& space)
{
    const auto& scenario = ui.desk().scenario();
    const std::vector<float> titles(scenario.areas.size(), ui.line_height(ui.note()) + ui.px(4));
    const MapLayout layout = map_layout(graph, scenario, space, titles, ui.px(1));
    const float width = ui.px(3 * button_side + 2 * button_gap);
    const auto at = [&](float x, float y) {
        return Rect{{x, y}, {x + width, y + ui.px(button_side)}};
    };
    const auto is_free = [&](const Rect& place) {
        return std::ranges::none_of(
                   layout.cards, [&](const auto& card) { return overlap(place, card.second); }) &&
               std::ranges::none_of(layout.gates,
                                    [&](const auto& gate) { return overlap(place, gate.rect); });
    };
    const float edge = ui.px(5);
    const float top = space.max.y - ui.px(button_side) - edge;
    const float first = space.min.x + edge;
    const int places = static_cast<int>((space.max.x - width - first) / ui.px(12));
    for (int i = 0; i <= places; ++i) {
        const Rect place = at(first + static_cast<float>(i) * ui.px(12), top);
        if (is_free(place)) return place;
    }
    const Rect corner = at(space.max.x - width - edge, space.min.y + edge);
    return is_free(corner) ? corner : at(first, top);
}

void buttons(const Ui& ui, const Rect& place)
{
    constexpr float step = 1.25F;
    const MapView view = ui.desk().map_view();
    MapView larger = view;
    larger.zoom *= step;
    MapView smaller = view;
    smaller.zoom /= step;
    struct Button {
        const char* name = "";
        const char* icon = "";
        MapView view;
        bool idle = false; // nothing would change
    };
    const std::array all{Button{"smaller", icon::minus, smaller, view.zoom <= 1},
                         Button{"larger", icon::plus, larger, view.zoom >= 4},
                         Button{"fit", icon::fit, MapView{}, view == MapView{}}};
    ImDrawList* list = ImGui::GetWindowDrawList();
    float x = place.min.x;
    for (const Button& button : all) {
        const Rect rect{{x, place.min.y}, {x + ui.px(button_side), place.max.y}};
        if (ui.area(fmt::format("mapview/{}", button.name), rect))
            ui.ask(action::MoveMap{button.view});
        list->AddRectFilled(rect.min,
                            rect.max,
                            ImGui::IsItemHovered() ? ui.theme().selection : ui.theme().card,
                            ui.px(6));
        list->AddRect(rect.min, rect.max, ui.theme().rule, ui.px(6), 0, ui.px(1));
        TextStyle style = ui.in(ui.small(), button.idle ? ui.theme().line : ui.theme().ink);
        style.size = ui.px(12);
        ui.line_centred(list, rect, style, button.icon);
        (void)ui.hovered_hint(ui.say(fmt::format("hint.map_{}", button.name)));
        x += ui.px(button_side + button_gap);
    }
}

} // namespace

void map_panel(const Ui& ui, const MapGraph& graph, const Rect& space)
{
    const MapView& view = ui.desk().map_view();
    const ImVec2 size{space.width() * view.zoom, space.height() * view.zoom};
    const ImVec2 middle = space.centre();
    const ImVec2 corner{middle.x - view.x * size.x, middle.y - view.y * size.y};
    const Rect whole{corner, {corner.x + size.x, corner.y + size.y}};
    Theme larger = ui.theme();
    larger.scale *= view.zoom;
    const Ui drawn = ui.with(larger);

    // What is pressed goes to who asks first; what is drawn last lies on top.
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->ChannelsSplit(2);
    list->ChannelsSetCurrent(1);
    // Before a class nobody looks at controls.
    const bool has_buttons = !ui.desk().presentation();
    const Rect own = has_buttons ? place_of_buttons(ui, graph, space) : Rect{};
    if (has_buttons) buttons(ui, own);
    list->ChannelsSetCurrent(0);
    ImGui::PushClipRect(space.min, space.max, true);
    MapDrawing{drawn, ui, graph, whole, {space, own}}.draw();
    ImGui::PopClipRect();
    list->ChannelsMerge();
    by_mouse(ui, space, whole);
    const float lower = ui.theme().body();
    start_mark(ui, StartMark::map, {space.max.x, space.max.y - lower});
}

} // namespace gui
