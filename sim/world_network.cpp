#include "sim/world_network.h"

#include "sim/core/assert.h"

#include <algorithm>

namespace sim::build {

namespace {

// What scenario files can say at most.
constexpr std::uint64_t most_bits_per_second = 1'000'000'000'000;

HostId existing(const scenario::Index& index, std::string_view key)
{
    const HostId id = index.host_id(key);
    SIM_ASSERT(id.exists());
    return id;
}

} // namespace

net::HostConfig host_config(const scenario::Index& index, const scenario::Host& host)
{
    const net::ConnectSchedule schedule = host.system == scenario::System::windows
                                              ? net::windows_connect_schedule()
                                              : net::linux_connect_schedule();
    net::HostConfig config;
    config.name = host.key;
    config.addresses = index.addresses_of(host);
    config.syn_times = schedule.syn_times;
    config.connect_timeout = schedule.connect_timeout;
    config.data_retransmissions = schedule.data_retransmissions;
    return config;
}

std::vector<net::LinkConfig> links(const scenario::Scenario& scenario, const scenario::Index& index)
{
    std::vector<net::LinkConfig> all;
    for (const scenario::Link& link : scenario.links) {
        all.push_back(
            {existing(index, link.a), existing(index, link.b), link.latency, link.bits_per_second});
    }
    for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i) {
        const scenario::Host& host = scenario.hosts[i];
        const scenario::AccessLine* line = index.line_of(host);
        SIM_ASSERT(line != nullptr || (host.line.empty() && !host.is_crowd));
        if (line == nullptr) continue;
        // A crowd's PCs have a line each, and so together as much as all of these.
        const scenario::Crowd* crowd = host.is_crowd ? index.crowd(host.key) : nullptr;
        const std::uint64_t lines = crowd != nullptr ? crowd->count : 1;
        all.push_back({HostId{i},
                       existing(index, line->router),
                       line->latency,
                       std::min(line->bits_per_second * lines, most_bits_per_second)});
    }
    return all;
}

std::vector<Prefix> networks(const scenario::Scenario& scenario,
                             const scenario::Index& index,
                             const std::vector<std::string>& keys)
{
    std::vector<Prefix> all;
    for (const std::string& key : keys) {
        const auto group = std::ranges::find(scenario.groups, key, &scenario::Group::key);
        if (group != scenario.groups.end()) {
            all.insert(all.end(), group->networks.begin(), group->networks.end());
            continue;
        }
        const scenario::Host* host = index.host(key);
        SIM_ASSERT(host != nullptr);
        if (const scenario::Crowd* crowd = host->is_crowd ? index.crowd(key) : nullptr) {
            all.push_back(crowd->network);
            continue;
        }
        for (const Address address : index.addresses_of(*host))
            all.push_back({address, 32});
    }
    return all;
}

net::Rule rule(const scenario::Scenario& scenario, const scenario::Index& index, RuleId id)
{
    const scenario::FirewallRule& from = scenario.rules[id.value];
    net::Rule rule;
    rule.id = id;
    rule.key = from.key;
    rule.enabled = from.enabled;
    rule.source.any = from.from.empty();
    rule.source.networks = networks(scenario, index, from.from);
    rule.destination.any = from.to.empty();
    rule.destination.networks = networks(scenario, index, from.to);
    rule.destination.exceptions = networks(scenario, index, from.except_to);
    rule.transport = from.transport;
    for (const scenario::PortRange& range : from.ports)
        rule.destination_ports.push_back({range.first, range.last});
    rule.verdict = from.verdict;
    return rule;
}

} // namespace sim::build
