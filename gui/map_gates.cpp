#include "gui/map_gates.h"

#include "gui/strokes.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace gui {

namespace {

constexpr std::size_t most_marks = 24; // places: as many as a map can show
constexpr float opening = 15;          // half of a gate's, in design pixels

// Where a way crosses the upright line at x; nothing when it does not.
std::optional<float> crossing(const std::vector<ImVec2>& way, float x)
{
    for (std::size_t i = 1; i < way.size(); ++i) {
        const ImVec2 a = way[i - 1];
        const ImVec2 b = way[i];
        if (std::min(a.x, b.x) > x || std::max(a.x, b.x) < x || a.x == b.x) continue;
        return a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
    }
    return std::nullopt;
}

} // namespace

// ---- what stays ---------------------------------------------------------------------------------

std::size_t MapGates::times(const Moment& moment) const
{
    const std::size_t all = moment.times_before(ui_.desk().cursor());
    const bool on_its_way = all > 0 && now_ != nullptr && ui_.desk().progress() < 1 &&
                            moment.events[all - 1] == now_->event.value;
    return on_its_way ? all - 1 : all;
}

const MapLayout::Gate* MapGates::gate_of(sim::HostId host) const
{
    const auto gate = std::ranges::find(layout_.gates, host, &MapLayout::Gate::host);
    return gate == layout_.gates.end() ? nullptr : &*gate;
}

std::vector<ImVec2> MapGates::way_to(const Moment& moment) const
{
    if (!moment.from.exists() || !moment.at.exists() || moment.from == moment.at) return {};
    auto points = path_on_map(layout_, ui_.desk().view().way(moment.from, moment.at));
    const MapLayout::Gate* gate = gate_of(moment.at);
    if (moment.kind == MomentKind::blocked && gate != nullptr && !points.empty())
        points.push_back({gate->rect.centre().x, layout_.cards.at(moment.at).centre().y});
    return points;
}

ImVec2 MapGates::place_of(const Moment& moment) const
{
    const auto way = way_to(moment);
    const auto card = layout_.cards.find(moment.at);
    if (moment.kind == MomentKind::read && way.size() > 1) // on the cable of who said it
        return cut(way, length_of(way) - std::min(ui_.px(22), length_of(way) / 2)).back();
    if (moment.kind == MomentKind::blocked && !way.empty()) return way.back();
    if (card == layout_.cards.end()) return way.empty() ? ImVec2{} : way.back();
    return {card->second.max.x - ui_.px(4), card->second.min.y + ui_.px(4)};
}

void MapGates::trails() const
{
    std::size_t left = most_marks;
    for (const Moment& moment : ui_.desk().view().moments().all()) {
        if (times(moment) == 0 || left-- == 0) continue;
        const auto way = way_to(moment);
        if (way.size() < 2) continue;
        if (moment.encrypted) {
            solid(ImGui::GetWindowDrawList(), way, ui_.theme().encrypted, ui_.px(3));
        } else {
            dashed(ImGui::GetWindowDrawList(),
                   way,
                   ui_.theme().clear,
                   ui_.px(3),
                   ui_.px(7),
                   ui_.px(5));
        }
    }
}

void MapGates::ghosts()
{
    const RunPane* before = ui_.desk().before();
    if (before == nullptr) return;
    const auto& now = ui_.desk().view().moments().all();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImU32 pale = ui_.theme().quiet;
    for (const Moment& moment : before->view().moments().all()) {
        if (moment.kind != MomentKind::blocked && moment.kind != MomentKind::refused) continue;
        const bool again = std::ranges::any_of(now, [&](const Moment& one) {
            return one.kind == moment.kind && one.at == moment.at && times(one) > 0;
        });
        if (again) continue;
        const ImVec2 at = place_of(moment);
        const float radius = ui_.px(13);
        octagon(list, at, radius, ui_.theme().card, pale);
        labels_.keep_free(Rect{{at.x - radius, at.y - radius}, {at.x + radius, at.y + radius}});
        (void)labels_.box(words_.say("map.before"),
                          {at.x, at.y - ui_.px(28)},
                          words_.theme().card,
                          words_.theme().quiet,
                          words_.px(120));
        ui_.tell("map/ghost", {});
        return; // the first tells enough
    }
}

void MapGates::marks()
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    std::size_t left = most_marks;
    for (const Moment& moment : ui_.desk().view().moments().all()) {
        if (times(moment) == 0 || left-- == 0) continue;
        const ImVec2 at = place_of(moment);
        const bool seen = moment.kind == MomentKind::read || moment.kind == MomentKind::altered;
        const float radius = ui_.px(13);
        if (seen) {
            list->AddCircleFilled(at, radius, ui_.theme().card);
            list->AddCircle(at, radius, ui_.theme().clear, 0, ui_.px(2));
            TextStyle style = ui_.in(ui_.body(), ui_.theme().clear);
            style.size = ui_.px(13);
            ui_.line_centred(list,
                             {{at.x - radius, at.y - radius}, {at.x + radius, at.y + radius}},
                             style,
                             icon::eye);
        } else {
            octagon(list, at, radius, ui_.theme().ink, ui_.theme().on_ink);
        }
        labels_.keep_free(Rect{{at.x - radius, at.y - radius}, {at.x + radius, at.y + radius}});
        ui_.tell(seen ? "map/eye" : "map/octagon", sim::EventId{moment.events.front()});
    }
}

std::string MapGates::words_of(const Moment& moment, std::size_t times) const
{
    const sim::explain::Arguments arguments{
        {"number", std::to_string(sim::explain::number_of(moment.rule, ui_.desk().scenario()))},
        {"code", std::to_string(moment.code)},
        {"times", std::to_string(times)}};
    std::string key{sim::name_of(moment.kind)};
    if (moment.kind == MomentKind::blocked) {
        const auto* rule = sim::explain::rule_at(moment.rule, ui_.desk().scenario());
        key = rule == nullptr ? "silent" : std::string{sim::name_of(rule->kind)};
    }
    if (moment.kind == MomentKind::refused && moment.code == 0) key = "closed";
    return words_.say("map.moment." + key, arguments);
}

void MapGates::labels()
{
    std::size_t left = most_marks;
    for (const Moment& moment : ui_.desk().view().moments().all()) {
        const std::size_t count = times(moment);
        if (count == 0 || left-- == 0) continue;
        const Theme& theme = words_.theme();
        const bool seen = moment.kind == MomentKind::read || moment.kind == MomentKind::altered;
        const ImVec2 at = place_of(moment);
        const MapLayout::Gate* gate =
            moment.kind == MomentKind::blocked ? gate_of(moment.at) : nullptr;
        const float below = gate != nullptr ? gate->rect.max.y + words_.px(12) : at.y + ui_.px(28);
        (void)labels_.box(words_of(moment, count),
                          {at.x, below},
                          seen ? theme.clear : theme.ink,
                          seen ? theme.card : theme.on_ink,
                          words_.px(160) * theme.type_scale);
    }
}

// ---- gates --------------------------------------------------------------------------------------

bool MapGates::blocks(sim::RuleId rule) const
{
    const auto& it = ui_.desk().scenario().rules[rule.value];
    const auto* setting = ui_.desk().setting(sim::rule_setting(it.key));
    if (setting != nullptr) return setting->value != "off" && setting->value != "pass";
    return it.enabled && it.verdict != sim::Verdict::pass;
}

// Of what the lesson has closed.
bool MapGates::is_switched_off(sim::RuleId rule) const
{
    const auto& it = ui_.desk().scenario().rules[rule.value];
    return it.enabled && it.verdict != sim::Verdict::pass && !blocks(rule);
}

bool MapGates::is_there(const MapLayout::Gate& gate) const
{
    return std::ranges::any_of(gate.rules, [&](sim::RuleId rule) {
        return blocks(rule) || is_switched_off(rule) ||
               ui_.desk().scenario().rules[rule.value].verdict == sim::Verdict::pass;
    });
}

std::string MapGates::name_of(sim::RuleId rule) const
{
    const auto& scenario = ui_.desk().scenario();
    return words_.say(fmt::format("map.gate.{}", sim::name_of(scenario.rules[rule.value].kind)),
                      {{"number", std::to_string(sim::explain::number_of(rule, scenario))}});
}

std::string MapGates::describe(sim::RuleId rule) const
{
    const auto& it = ui_.desk().scenario().rules[rule.value];
    const auto* setting = ui_.desk().setting(sim::rule_setting(it.key));
    const std::string verdict =
        setting != nullptr ? setting->value : std::string{sim::name_of(it.verdict)};
    const auto seen = ui_.desk().view().hosts().rule(rule, ui_.desk().cursor());
    return fmt::format("#{} {} → {}  {}",
                       sim::explain::number_of(rule, ui_.desk().scenario()),
                       ui_.pick(it.name),
                       ui_.say("verdict." + verdict),
                       ui_.say("map.count",
                               {{"passed", std::to_string(seen.passed)},
                                {"dropped", std::to_string(seen.dropped)}}));
}

void MapGates::gates(const std::vector<ImVec2>& way)
{
    for (const auto& gate : layout_.gates)
        if (is_there(gate)) draw(gate, way);
}

void MapGates::draw(const MapLayout::Gate& gate, const std::vector<ImVec2>& way)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Theme& theme = ui_.theme();
    const bool closed =
        std::ranges::any_of(gate.rules, [&](sim::RuleId rule) { return blocks(rule); });
    const float x = gate.rect.centre().x;
    const bool stops = now_ != nullptr && now_->stopped && now_->to == gate.host;
    const auto through = stops ? std::nullopt : crossing(way, x);
    const bool in_gate = through && gate.rect.min.y < *through && *through < gate.rect.max.y;
    if (closed && !in_gate) {
        stripes(list, gate.rect, theme.ink, theme.card, ui_.px(5));
    } else { // two posts, and what passes between them
        const float y = in_gate ? *through : gate.rect.centre().y;
        const float wide = closed ? 0 : gate.rect.height() / 2 - ui_.px(26);
        const float half = std::max(ui_.px(opening), wide);
        const ImU32 dark = closed ? theme.ink : theme.line;
        const Rect upper{gate.rect.min, {gate.rect.max.x, y - half}};
        const Rect lower{{gate.rect.min.x, y + half}, gate.rect.max};
        for (const Rect& post : {upper, lower})
            if (post.height() > 0) stripes(list, post, dark, theme.card, ui_.px(5));
    }
    const std::string key = ui_.desk().scenario().hosts[gate.host.value].key;
    if (ui_.area("gate/" + key, gate.rect)) ui_.ask(action::ShowHost{gate.host});
    if (ImGui::IsItemHovered()) {
        ImGui::BeginTooltip();
        for (const sim::RuleId rule : gate.rules)
            ui_.paragraph(ui_.body(), describe(rule), ui_.px(420));
        ImGui::EndTooltip();
    }
    name(gate);
    ui_.tell(closed && !in_gate ? "map/closed/" + key : "map/open/" + key, {});
}

// What it would stop; who let through, and how often. Where it has stopped something, the mark
// there says so.
void MapGates::name(const MapLayout::Gate& gate)
{
    const Theme& theme = words_.theme();
    const sim::Trace& trace = ui_.desk().playback().trace();
    const std::size_t cursor = ui_.desk().cursor();
    std::string words;
    bool has_stopped = false;
    sim::EventId last;
    for (const sim::RuleId rule : gate.rules) {
        const auto seen = ui_.desk().view().hosts().rule(rule, cursor);
        has_stopped = has_stopped || seen.dropped > 0;
        const auto passes = sim::events_before(trace.index().passes(rule), cursor);
        if (!passes.empty() && (!last.exists() || last < passes.back())) {
            last = passes.back();
            words = words_.say(
                "map.passed",
                {{"number", std::to_string(sim::explain::number_of(rule, ui_.desk().scenario()))},
                 {"times", std::to_string(seen.passed)}});
        }
    }
    const float x = gate.rect.centre().x;
    if (last.exists()) {
        (void)labels_.box(
            words, {x, gate.rect.min.y - words_.px(12)}, theme.card, theme.accepted, words_.px(90));
    }
    if (has_stopped) return;
    for (const sim::RuleId rule : gate.rules) {
        const bool off = is_switched_off(rule);
        if (!blocks(rule) && !off) continue;
        (void)labels_.box(off ? words_.say("map.off", {{"rule", name_of(rule)}}) : name_of(rule),
                          {x, gate.rect.max.y + words_.px(12)},
                          theme.card,
                          off ? theme.quiet : theme.ink,
                          words_.px(60));
        return;
    }
}

} // namespace gui
