// Where the map's areas, hosts, cables and gates stand: computed from a scenario for a given space,
// nothing drawn. Areas stand in columns in the order in which mail meets them: homes, ISPs, the
// Internet and places elsewhere, and on the right providers above recipients.
#pragma once

#include "gui/ui.h"
#include "sim/core/ids.h"
#include "sim/scenario/scenario.h"
#include "sim/world.h"

#include <cstddef>
#include <map>
#include <vector>

namespace gui {

// What is shown of a world: the hosts that mail, its fetching and the names it needs can meet, and
// the cables between them.
struct MapGraph {
    struct Cable {
        sim::LinkId link;
        sim::HostId a;
        sim::HostId b;
    };
    std::vector<sim::HostId> hosts;
    std::vector<Cable> cables;
    std::map<sim::HostId, std::size_t> distance; // hops from the learner's PC
};

MapGraph map_graph(const sim::World& world, const sim::scenario::Scenario& scenario);

struct MapLayout {
    struct Zone {
        std::size_t area = 0; // position in scenario.areas
        Rect rect;
    };
    struct Route { // along a cable, from a's card to b's
        MapGraph::Cable cable;
        std::vector<ImVec2> points;
    };
    struct Gate { // the rules of one host
        sim::HostId host;
        std::vector<sim::RuleId> rules;
        Rect rect;
    };
    std::vector<Zone> zones;
    std::map<sim::HostId, Rect> cards;
    std::vector<Route> routes;
    std::vector<Gate> gates;
};

// `titles` are the heights of the areas' names, as in scenario.areas; `unit` is the length of a
// design pixel.
MapLayout map_layout(const MapGraph& graph,
                     const sim::scenario::Scenario& scenario,
                     const Rect& space,
                     const std::vector<float>& titles,
                     float unit);

// The way between two hosts over the cables, as points; empty when there is none on the map.
std::vector<ImVec2> path_on_map(const MapLayout& layout, const std::vector<sim::HostId>& hosts);

} // namespace gui
