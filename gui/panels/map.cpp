// The map: who there is, how they are wired, where the gates stand, and what is on its way now.

#include "gui/panels/panels.h"
#include "gui/strokes.h"
#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
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

bool overlap(const Rect& a, const Rect& b)
{
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
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
          list_{ImGui::GetWindowDrawList()}
    {
        // First with one line for each area's name, then with as many as each turned out to need.
        std::vector<float> titles(scenario_.areas.size(), ui.line_height(ui.note()) + ui.px(4));
        layout_ = map_layout(graph, scenario_, whole, titles, ui.px(1));
        for (const auto& zone : layout_.zones)
            titles.at(zone.area) = title(zone).height() + ui.px(6);
        layout_ = map_layout(graph, scenario_, whole, titles, ui.px(1));
        taken_.push_back(place.buttons);
        for (const auto& [host, rect] : layout_.cards)
            taken_.push_back(rect);
        for (const auto& zone : layout_.zones)
            taken_.push_back(place_of_title(zone));
        const auto& view = ui.desk().view();
        std::size_t rows = view.rows_before(ui.desk().cursor());
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

    void traveller()
    {
        const auto points = way();
        if (points.size() < 2) return;
        // It sets out and comes to rest beside a card, not on it.
        const float length = length_of(points);
        const float margin = std::min(ui_.px(20), length / 2);
        const ImVec2 at =
            cut(points, margin + (length - 2 * margin) * ui_.desk().progress()).back();
        const Mark mark = now_->stopped ? Mark::clear : now_->mark;
        const ImU32 colour = ui_.theme().of(mark);
        const bool arrived = ui_.desk().progress() >= 1;
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
        label(points, colour);
    }

    // What travels, in a box of its own so that it can be read. It stays where it is for the whole
    // way, near the way's middle, beside all that has a name.
    void label(const std::vector<ImVec2>& way, ImU32 colour)
    {
        const float length = length_of(way);
        const ImVec2 middle = now_->stopped ? way.back() : cut(way, length / 2).back();
        const float step = words_.px(8);
        const int steps = static_cast<int>(length / step);
        for (int i = 0; i <= steps; ++i)
            passed_.push_back(cut(way, step * static_cast<float>(i)).back());
        const TextStyle style = words_.in(words_.mono(), colour);
        // Shorter where there is no room for all of it, and none at all on a crowded map: the
        // ladder beside it has the words, and a name that cannot be read helps nobody.
        for (const float share : {1.0F, 0.6F, 0.35F}) {
            const std::string words = ellipsis(
                style, now_->text, share * std::min(space_.width() * 0.6F, words_.px(330)));
            const ImVec2 size{text_width(style, words) + words_.px(12), style.size + words_.px(8)};
            const float away = words_.px(18) + size.y / 2;
            const Rect box = free_place({middle.x, middle.y - away}, size);
            if (covers_names(box)) continue;
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

    // The place of this size nearest to where its middle should be that covers neither cards nor
    // names; gates and the way only where there is no other place near by. When there is none at
    // all: there.
    [[nodiscard]] Rect free_place(ImVec2 middle, ImVec2 size) const
    {
        const ImVec2 last{space_.max.x - size.x, space_.max.y - size.y};
        const auto at = [&](float x, float y) {
            const ImVec2 min{
                std::round(std::clamp(x, space_.min.x, std::max(space_.min.x, last.x))),
                std::round(std::clamp(y, space_.min.y, std::max(space_.min.y, last.y)))};
            return Rect{min, {min.x + size.x, min.y + size.y}};
        };
        const ImVec2 wanted{middle.x - size.x / 2, middle.y - size.y / 2};
        Rect best = at(wanted.x, wanted.y);
        float least = 1e9F;
        const float step = words_.px(4);
        const int rows = static_cast<int>(space_.height() / step) + 1;
        const int columns = static_cast<int>(space_.width() / (2 * step)) + 1;
        for (int row = -rows; row <= rows; ++row) {
            const float y = wanted.y + step * static_cast<float>(row);
            if (y < space_.min.y - step || y > last.y + step) continue;
            for (int column = -columns; column <= columns; ++column) {
                const Rect box = at(wanted.x + 2 * step * static_cast<float>(column), y);
                float far = std::hypot(box.min.x - wanted.x, box.min.y - wanted.y);
                if (far >= least || covers_names(box)) continue;
                if (covers_gate(box)) far += words_.px(30);
                if (lies_on_way(box)) far += words_.px(30);
                if (far >= least) continue;
                least = far;
                best = box;
            }
        }
        return best;
    }

    [[nodiscard]] bool covers_names(const Rect& box) const
    {
        const float margin = words_.px(2);
        const Rect wide{{box.min.x - margin, box.min.y - margin},
                        {box.max.x + margin, box.max.y + margin}};
        return std::ranges::any_of(taken_, [&](const Rect& rect) { return overlap(wide, rect); });
    }

    // Whether what travels would come to lie under it.
    [[nodiscard]] bool lies_on_way(const Rect& box) const
    {
        const float w = ui_.px(15);
        const float h = ui_.px(10);
        const Rect wide{{box.min.x - w, box.min.y - h}, {box.max.x + w, box.max.y + h}};
        return std::ranges::any_of(passed_, [&](ImVec2 at) { return contains(wide, at); });
    }

    [[nodiscard]] bool covers_gate(const Rect& box) const
    {
        return std::ranges::any_of(layout_.gates,
                                   [&](const auto& gate) { return overlap(box, gate.rect); });
    }

    // ---- gates ----------------------------------------------------------------------------------

    [[nodiscard]] bool blocks(sim::RuleId rule) const
    {
        const auto* setting =
            ui_.desk().setting(sim::rule_setting(scenario_.rules[rule.value].key));
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
        const auto* setting = ui_.desk().setting(sim::rule_setting(it.key));
        const std::string verdict =
            setting != nullptr ? setting->value : std::string{sim::name_of(it.verdict)};
        return fmt::format("#{} {} → {}  ×{}",
                           sim::explain::number_of(rule, scenario_),
                           ui_.pick(it.name),
                           ui_.say("verdict." + verdict),
                           ui_.desk().view().hosts().rule(rule, ui_.desk().cursor()).dropped);
    }

    void active_gate(const MapLayout::Gate& gate)
    {
        if (&gate != gate_that_stopped() || ui_.desk().progress() < 1) return;
        const ImVec2 at{gate.rect.centre().x, layout_.cards.at(gate.host).centre().y};
        octagon(list_, at, ui_.px(13), ui_.theme().ink, ui_.theme().on_ink);
        const auto& event = ui_.desk().playback().trace().at(now_->event);
        const auto* dropped = std::get_if<sim::PacketDropped>(&event.what);
        if (dropped == nullptr || !dropped->rule.exists()) return;
        TextStyle style = words_.in(words_.bold(), words_.theme().on_ink);
        style.size = words_.theme().note();
        const auto number = sim::explain::number_of(dropped->rule, scenario_);
        const auto times =
            words_.desk().view().hosts().rule(dropped->rule, words_.desk().cursor()).dropped;
        std::string words = fmt::format(
            "#{} {}  ×{}", number, words_.pick(scenario_.rules[dropped->rule.value].name), times);
        // All its words when there is room for them near the gate, in one line or in two; else the
        // rule's number: the why card says the rest.
        const float line = words_.line_height(style);
        const float narrow =
            std::min(words_.px(230) * words_.theme().type_scale, space_.width() * 0.5F);
        const ImVec2 below{at.x, gate.rect.max.y + words_.px(6) + line / 2};
        const auto place = [&](const std::string& text, float widest) {
            float width = 0;
            const auto wrapped = wrap_evenly(style, text, widest);
            for (const auto one : wrapped)
                width = std::max(width, text_width(style, one));
            return free_place(
                below,
                {width + words_.px(20), line * static_cast<float>(wrapped.size()) + words_.px(8)});
        };
        const auto is_good = [&](const Rect& box) {
            const ImVec2 middle = box.centre();
            return !covers_names(box) &&
                   std::hypot(middle.x - below.x, middle.y - below.y) < words_.px(60);
        };
        float widest = space_.width() * 0.7F;
        if (!is_good(place(words, widest))) widest = narrow;
        if (!is_good(place(words, widest))) {
            words = words_.say(
                "map.rule", {{"number", std::to_string(number)}, {"times", std::to_string(times)}});
        }
        const auto lines = wrap_evenly(style, words, widest);
        const Rect box = place(words, widest);
        list_->AddRectFilled(box.min, box.max, words_.theme().ink, words_.px(7));
        float row = box.min.y + words_.px(4);
        for (const auto one : lines) {
            words_.line(list_,
                        {box.min.x + words_.px(10), row + (line - style.size) / 2},
                        style,
                        one,
                        box.width());
            row += line;
        }
        taken_.push_back(box);
    }

    const Ui& ui_;
    const Ui& words_;
    const s::Scenario& scenario_;
    Rect space_;
    std::vector<ImVec2> passed_; // by what travels
    std::vector<Rect> taken_;    // where cards and words lie that must stay readable
    MapLayout layout_;
    ImDrawList* list_;
    const sim::report::LadderRow* now_ = nullptr;
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

// Along the lower edge, where no card and no gate stands as long as the map fits its place: there
// they stay.
Rect place_of_buttons(const Ui& ui, const MapGraph& graph, const Rect& space)
{
    const auto& scenario = ui.desk().scenario();
    const std::vector<float> titles(scenario.areas.size(), ui.line_height(ui.note()) + ui.px(4));
    const MapLayout layout = map_layout(graph, scenario, space, titles, ui.px(1));
    const float width = ui.px(3 * button_side + 2 * button_gap);
    const float top = space.max.y - ui.px(button_side + 5);
    const auto at = [&](float x) { return Rect{{x, top}, {x + width, top + ui.px(button_side)}}; };
    const float first = space.min.x + ui.px(5);
    for (float x = first; x + width < space.max.x; x += ui.px(12)) {
        const Rect place = at(x);
        const bool free =
            std::ranges::none_of(layout.cards,
                                 [&](const auto& card) { return overlap(place, card.second); }) &&
            std::ranges::none_of(layout.gates,
                                 [&](const auto& gate) { return overlap(place, gate.rect); });
        if (free) return place;
    }
    return at(first);
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
    const Rect own = place_of_buttons(ui, graph, space);
    buttons(ui, own);
    list->ChannelsSetCurrent(0);
    ImGui::PushClipRect(space.min, space.max, true);
    MapDrawing{drawn, ui, graph, whole, {space, own}}.draw();
    ImGui::PopClipRect();
    list->ChannelsMerge();
    by_mouse(ui, space, whole);
}

} // namespace gui
