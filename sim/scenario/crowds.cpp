#include "sim/scenario/scenario.h"

#include <algorithm>
#include <limits>

namespace sim::scenario {

std::uint32_t attempts_of(const Crowd& crowd)
{
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() / 2;
    if (crowd.attempts > 0) return crowd.attempts;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(crowd.duration).count();
    const std::uint64_t all = static_cast<std::uint64_t>(seconds) * crowd.rate / 60;
    return static_cast<std::uint32_t>(std::min(all, most));
}

std::vector<CrowdWay> ways_of(const Crowd& crowd)
{
    std::vector<CrowdWay> ways{CrowdWay::direct};
    if (!crowd.isp.empty()) ways.push_back(CrowdWay::isp);
    if (crowd.stolen) ways.push_back(CrowdWay::stolen);
    if (!crowd.open_relay.empty()) ways.push_back(CrowdWay::open_relay);
    return ways;
}

Host node_of(const Crowd& crowd)
{
    Host node;
    node.key = crowd.key;
    node.name = crowd.name;
    node.story = crowd.story;
    node.kind = HostKind::pc;
    node.system = crowd.system;
    node.is_crowd = true;
    return node;
}

} // namespace sim::scenario
