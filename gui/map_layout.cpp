#include "gui/map_layout.h"

#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"
#include "sim/scenario/index.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace gui {

namespace s = sim::scenario;
using sim::HostId;

namespace {

constexpr float largest_card_height = 74; // design pixels, as all lengths here
constexpr float smallest_gap = 6;
constexpr float zone_pad = 8;
constexpr float router_share = 0.75F; // of a server's width, where both stand in a row
constexpr float gate_width = 12;

const s::Host& host_of(HostId id, const s::Scenario& scenario)
{
    return scenario.hosts.at(id.value);
}

// A PC stands where its line is.
const std::string& area_of(HostId id, const s::Scenario& scenario)
{
    const s::Host& host = host_of(id, scenario);
    if (host.line.empty()) return host.area;
    const auto line = std::ranges::find(scenario.lines, host.line, &s::AccessLine::key);
    return line == scenario.lines.end() ? host.area : line->area;
}

std::size_t column_of(s::AreaKind kind)
{
    switch (kind) {
    case s::AreaKind::home:
        return 0;
    case s::AreaKind::isp:
        return 1;
    case s::AreaKind::elsewhere:
        return 2;
    case s::AreaKind::provider:
    case s::AreaKind::recipient:
        return 3;
    }
    return 2;
}

constexpr std::size_t grid_columns = 4;
constexpr std::size_t isp_column = 1;  // and behind it the Internet
constexpr std::size_t wide_column = 3; // routers on its left, servers in two rows beside them

HostId client_of(const s::Scenario& scenario)
{
    const auto program =
        std::ranges::find(scenario.programs, scenario.client, &s::MailProgram::key);
    if (program == scenario.programs.end()) return HostId{0};
    return sim::explain::host_called(program->host, scenario);
}

// One area and who stands in it.
struct Household {
    std::size_t area = 0;
    std::vector<HostId> routers;
    std::vector<HostId> others;
    [[nodiscard]] std::size_t count() const { return routers.size() + others.size(); }
};

class LayoutMaker {
public:
    LayoutMaker(const MapGraph& graph,
                const s::Scenario& scenario,
                const Rect& space,
                const std::vector<float>& titles,
                float unit)
        : graph_{graph}, scenario_{scenario}, space_{space}, titles_{titles}, unit_{unit}
    {
    }

    MapLayout make()
    {
        gather();
        // Where nobody's ISP stands between them, more stands at the left and on the Internet.
        const bool has_isp = !columns_[isp_column].empty();
        const std::array<float, grid_columns> share{
            has_isp ? 1.0F : 1.2F, 1.05F, has_isp ? 1.05F : 1.25F, 3.1F};
        float total = 0;
        float gaps = 0;
        for (std::size_t c = 0; c < grid_columns; ++c) {
            if (columns_[c].empty()) continue;
            total += share.at(c);
            gaps += gap_behind(c);
        }
        float x = space_.min.x;
        for (std::size_t c = 0; c < grid_columns; ++c) {
            if (columns_[c].empty()) continue;
            const float width = (space_.width() - gaps) * share.at(c) / total;
            place_column(c, x, width);
            x += width + gap_behind(c);
        }
        cables();
        gates();
        return std::move(made_);
    }

private:
    // The gate of a column's routers stands in the gap behind it.
    [[nodiscard]] float gap_behind(std::size_t column) const
    {
        const bool last = std::all_of(columns_.begin() + static_cast<std::ptrdiff_t>(column) + 1,
                                      columns_.end(),
                                      [](const auto& one) { return one.empty(); });
        return last ? 0 : unit_ * 18;
    }

    void gather()
    {
        std::map<std::string, Household> by_area;
        for (std::size_t i = 0; i < scenario_.areas.size(); ++i)
            by_area[scenario_.areas[i].key].area = i;
        for (const HostId id : graph_.hosts) {
            const auto at = by_area.find(area_of(id, scenario_));
            if (at == by_area.end()) continue;
            const bool router = host_of(id, scenario_).kind == s::HostKind::router;
            (router ? at->second.routers : at->second.others).push_back(id);
        }
        const auto nearer = [&](HostId a, HostId b) {
            return graph_.distance.at(a) < graph_.distance.at(b);
        };
        for (const s::Area& area : scenario_.areas) {
            Household& household = by_area[area.key];
            if (household.count() == 0) continue;
            std::ranges::stable_sort(household.routers, nearer);
            const std::size_t column = column_of(area);
            if (column != wide_column) {
                // One below the other, in the order in which mail from the learner's PC meets them.
                household.routers.insert(
                    household.routers.end(), household.others.begin(), household.others.end());
                household.others.clear();
                std::ranges::stable_sort(household.routers, nearer);
            }
            columns_.at(column).push_back(household);
        }
        // Who meets the Internet first stands highest.
        std::ranges::stable_sort(columns_[isp_column + 1], {}, [&](const Household& one) {
            return scenario_.areas[one.area].kind == s::AreaKind::isp;
        });
    }

    // An ISP through which nobody of the lesson goes online is one of many on the Internet.
    [[nodiscard]] std::size_t column_of(const s::Area& area) const
    {
        const std::size_t column = gui::column_of(area.kind);
        if (column != isp_column) return column;
        const bool serves = std::ranges::any_of(graph_.hosts, [&](HostId id) {
            const auto line = std::ranges::find(
                scenario_.lines, host_of(id, scenario_).line, &s::AccessLine::key);
            if (line == scenario_.lines.end()) return false;
            const HostId router = sim::explain::host_called(line->router, scenario_);
            return area_of(router, scenario_) == area.key;
        });
        return serves ? isp_column : isp_column + 1;
    }

    static std::size_t rows(const Household& household, std::size_t column)
    {
        if (column != wide_column) return std::max<std::size_t>(household.count(), 1);
        return household.others.size() > 1 ? 2 : 1;
    }

    void place_column(std::size_t column, float x, float width)
    {
        std::size_t all_rows = 0;
        for (const Household& one : columns_.at(column))
            all_rows += rows(one, column);
        const float gap = unit_ * 10;
        const auto count = static_cast<float>(columns_.at(column).size());
        float fixed = count * unit_ * zone_pad * 2 + (count - 1) * gap;
        for (const Household& one : columns_.at(column))
            fixed += titles_.at(one.area);
        const float row = (space_.height() - fixed) / static_cast<float>(all_rows);
        float y = space_.min.y;
        for (const Household& one : columns_.at(column)) {
            const float height = titles_.at(one.area) + unit_ * zone_pad * 2 +
                                 row * static_cast<float>(rows(one, column));
            const Rect rect{{x, y}, {x + width, y + height}};
            made_.zones.push_back({one.area, rect});
            if (column == wide_column) {
                place_wide(one, inside(rect, titles_.at(one.area)));
            } else {
                place_stack(one.routers, inside(rect, titles_.at(one.area)));
            }
            y += height + gap;
        }
    }

    [[nodiscard]] Rect inside(const Rect& zone, float title) const
    {
        const float pad = unit_ * zone_pad;
        return {{zone.min.x + pad, zone.min.y + title + pad}, {zone.max.x - pad, zone.max.y - pad}};
    }

    void place_stack(const std::vector<HostId>& hosts, const Rect& space)
    {
        const float cell =
            space.height() / static_cast<float>(std::max<std::size_t>(hosts.size(), 1));
        const float height = std::min(cell - unit_ * smallest_gap, unit_ * largest_card_height);
        float y = space.min.y;
        for (const HostId id : hosts) {
            const float top = y + (cell - height) / 2;
            made_.cards[id] = {{space.min.x, top}, {space.max.x, top + height}};
            y += cell;
        }
    }

    void place_wide(const Household& household, Rect space)
    {
        const std::size_t grid = (household.others.size() + 1) / 2;
        const bool has_router = !household.routers.empty();
        const float gap = unit_ * 10;
        const auto servers = static_cast<float>(grid);
        const float gaps = gap * (servers - (has_router ? 0.0F : 1.0F));
        const float width = (space.width() - gaps) / (servers + (has_router ? router_share : 0.0F));
        if (has_router) {
            const float own = grid > 0 ? width * router_share : space.width();
            place_stack(household.routers, {space.min, {space.min.x + own, space.max.y}});
            space.min.x += own + gap;
        }
        for (std::size_t i = 0; i < household.others.size(); ++i) {
            const std::size_t column = i / 2;
            const float x = space.min.x + static_cast<float>(column) * (width + gap);
            const bool alone = household.others.size() == 1;
            const float half = alone ? 0 : space.height() / 2;
            const float y = space.min.y + (i % 2 == 1 ? half : 0);
            place_stack({household.others[i]},
                        {{x, y}, {x + width, alone ? space.max.y : y + half}});
            row_of_[household.others[i]] = alone ? -1 : static_cast<int>(i % 2);
            trunk_of_[household.others[i]] = space.min.y + half;
        }
    }

    // ---- cables ---------------------------------------------------------------------------------

    void cables()
    {
        for (const MapGraph::Cable& cable : graph_.cables) {
            if (!made_.cards.contains(cable.a) || !made_.cards.contains(cable.b)) continue;
            made_.routes.push_back({cable, route(cable.a, cable.b)});
        }
    }

    [[nodiscard]] std::vector<ImVec2> route(HostId a, HostId b) const
    {
        const Rect& from = made_.cards.at(a);
        const Rect& to = made_.cards.at(b);
        const bool same_zone = area_of(a, scenario_) == area_of(b, scenario_);
        const auto row_a = row_of_.find(a);
        const auto row_b = row_of_.find(b);
        if (same_zone && row_a == row_of_.end() && row_b != row_of_.end() && row_b->second >= 0)
            return along_trunk(from, to, row_b->second, trunk_of_.at(b));
        if (same_zone && row_b == row_of_.end() && row_a != row_of_.end() && row_a->second >= 0) {
            auto points = along_trunk(to, from, row_a->second, trunk_of_.at(a));
            std::ranges::reverse(points);
            return points;
        }
        if (from.max.x <= to.min.x) return across(from, to);
        if (to.max.x <= from.min.x) {
            auto points = across(to, from);
            std::ranges::reverse(points);
            return points;
        }
        return in_stack(from, to);
    }

    // From one column to another: straight, or in the nearest gap between the cards of the columns
    // in the middle.
    [[nodiscard]] std::vector<ImVec2> across(const Rect& left, const Rect& right) const
    {
        const ImVec2 from{left.max.x, left.centre().y};
        const ImVec2 to{right.min.x, right.centre().y};
        std::vector<Rect> between;
        for (const auto& [host, rect] : made_.cards)
            if (rect.min.x >= from.x && rect.max.x <= to.x) between.push_back(rect);
        const auto y_at = [&](float x) {
            return from.y + (to.y - from.y) * (x - from.x) / (to.x - from.x);
        };
        const bool is_free = std::ranges::none_of(between, [&](const Rect& rect) {
            const auto [high, low] = std::minmax({y_at(rect.min.x), y_at(rect.max.x)});
            return low > rect.min.y && high < rect.max.y;
        });
        if (is_free) return {from, to};
        const float aside = unit_ * smallest_gap / 2;
        const float wanted = (from.y + to.y) / 2;
        float lane = space_.max.y;
        ImVec2 ends{to.x, from.x};
        for (const Rect& rect : between) {
            ends = {std::min(ends.x, rect.min.x - aside), std::max(ends.y, rect.max.x + aside)};
            for (const float y : {rect.min.y - aside, rect.max.y + aside}) {
                const bool covered = std::ranges::any_of(
                    between, [&](const Rect& other) { return other.min.y < y && y < other.max.y; });
                if (!covered && std::abs(y - wanted) < std::abs(lane - wanted)) lane = y;
            }
        }
        return {from, {ends.x, lane}, {ends.y, lane}, to};
    }

    // From a router sideways into the gap between two rows, and up or down to the server.
    static std::vector<ImVec2> along_trunk(const Rect& router, const Rect& server, int row, float y)
    {
        const float x = server.centre().x;
        return {{router.max.x, y}, {x, y}, {x, row == 0 ? server.max.y : server.min.y}};
    }

    // One above the other: straight down, or around those between.
    [[nodiscard]] std::vector<ImVec2> in_stack(const Rect& from, const Rect& to) const
    {
        const Rect& upper = from.min.y < to.min.y ? from : to;
        const Rect& lower = from.min.y < to.min.y ? to : from;
        const float x = upper.centre().x;
        const bool between = std::ranges::any_of(made_.cards, [&](const auto& card) {
            const Rect& rect = card.second;
            return rect.min.x < x && x < rect.max.x && rect.min.y >= upper.max.y &&
                   rect.max.y <= lower.min.y;
        });
        std::vector<ImVec2> points{{x, upper.max.y}, {x, lower.min.y}};
        if (between) {
            const float aside = upper.min.x - unit_ * 5;
            points = {{upper.min.x, upper.centre().y},
                      {aside, upper.centre().y},
                      {aside, lower.centre().y},
                      {lower.min.x, lower.centre().y}};
        }
        if (from.min.y > to.min.y) std::ranges::reverse(points);
        return points;
    }

    // ---- gates ----------------------------------------------------------------------------------

    void gates()
    {
        const s::Index by_key{scenario_};
        for (std::uint32_t i = 0; i < scenario_.rules.size(); ++i) {
            const HostId host = by_key.host_id(scenario_.rules[i].host);
            const auto card = made_.cards.find(host);
            if (card == made_.cards.end()) continue;
            auto gate = std::ranges::find(made_.gates, host, &MapLayout::Gate::host);
            if (gate == made_.gates.end())
                gate = made_.gates.insert(made_.gates.end(), {host, {}, place_of_gate(host)});
            gate->rules.push_back(sim::RuleId{i});
        }
    }

    [[nodiscard]] Rect place_of_gate(HostId host) const
    {
        const Rect& card = made_.cards.at(host);
        const float half = unit_ * gate_width / 2;
        float x = card.max.x; // a PC's own firewall stands at its door
        for (const MapLayout::Zone& zone : made_.zones) {
            const bool here = zone.rect.min.x <= card.min.x && card.max.x <= zone.rect.max.x &&
                              zone.rect.min.y <= card.min.y && card.max.y <= zone.rect.max.y;
            if (!here || host_of(host, scenario_).kind != s::HostKind::router) continue;
            const s::Area& area = scenario_.areas[zone.area];
            const bool among_others =
                area.kind == s::AreaKind::isp && column_of(area) != isp_column;
            x = column_of(area) == wide_column || among_others ? zone.rect.min.x : zone.rect.max.x;
        }
        const float tall = unit_ * 14;
        return {{x - half, card.min.y - tall}, {x + half, card.max.y + tall}};
    }

    const MapGraph& graph_;
    const s::Scenario& scenario_;
    Rect space_;
    const std::vector<float>& titles_;
    float unit_;
    MapLayout made_;
    std::array<std::vector<Household>, grid_columns> columns_;
    std::map<HostId, int> row_of_; // of servers in a wide column; -1: a row of its own
    std::map<HostId, float> trunk_of_;
};

} // namespace

MapGraph map_graph(const sim::World& world, const s::Scenario& scenario)
{
    const s::Index by_key{scenario};
    std::vector<HostId> ends;
    const auto add = [&](const std::string& key) {
        const HostId host = by_key.host_id(key);
        if (host.exists() && std::ranges::find(ends, host) == ends.end()) ends.push_back(host);
    };
    for (const auto& program : scenario.programs)
        add(program.host);
    for (const auto& server : scenario.mail_servers)
        add(server.host);
    for (const auto& server : scenario.pop_servers)
        add(server.host);
    for (const auto& server : scenario.name_servers)
        add(server.host);
    const HostId client = client_of(scenario);
    const sim::explain::Reach reach{scenario};
    std::set<HostId> shown;
    MapGraph graph;
    for (const HostId end : ends) {
        const auto way = reach.way(client, end);
        for (std::size_t i = 0; i < way.size(); ++i) {
            shown.insert(way[i]);
            graph.distance.try_emplace(way[i], i);
        }
        shown.insert(end);
        graph.distance.try_emplace(end, scenario.hosts.size());
    }
    graph.hosts.assign(shown.begin(), shown.end());
    for (std::uint32_t i = 0; i < world.links().size(); ++i) {
        const sim::net::LinkConfig& place = world.links()[i];
        if (shown.contains(place.a) && shown.contains(place.b))
            graph.cables.push_back({sim::LinkId{i}, place.a, place.b});
    }
    return graph;
}

MapLayout map_layout(const MapGraph& graph,
                     const s::Scenario& scenario,
                     const Rect& space,
                     const std::vector<float>& titles,
                     float unit)
{
    return LayoutMaker{graph, scenario, space, titles, unit}.make();
}

std::vector<ImVec2> path_on_map(const MapLayout& layout, const std::vector<HostId>& hosts)
{
    std::vector<ImVec2> points;
    for (std::size_t i = 1; i < hosts.size(); ++i) {
        const auto route = std::ranges::find_if(layout.routes, [&](const MapLayout::Route& one) {
            return (one.cable.a == hosts[i - 1] && one.cable.b == hosts[i]) ||
                   (one.cable.b == hosts[i - 1] && one.cable.a == hosts[i]);
        });
        if (route == layout.routes.end()) return {};
        std::vector<ImVec2> part = route->points;
        if (route->cable.a != hosts[i - 1]) std::ranges::reverse(part);
        points.insert(points.end(), part.begin(), part.end());
    }
    return points;
}

} // namespace gui
