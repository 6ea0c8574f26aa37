#include "sim/net/firewall.h"

#include "sim/core/assert.h"

#include <algorithm>
#include <utility>

namespace sim::net {

namespace {

bool lists(const std::vector<Prefix>& networks, Address address)
{
    return std::any_of(networks.begin(), networks.end(), [&](const Prefix& network) {
        return network.contains(address);
    });
}

bool looks_at(const Directions& directions, Direction direction)
{
    switch (direction) {
    case Direction::in:
        return directions.in;
    case Direction::out:
        return directions.out;
    case Direction::forward:
        break;
    }
    return directions.forward;
}

bool names_port(const Rule& rule, const PacketHead& packet)
{
    if (rule.destination_ports.empty()) return true;
    if (packet.transport == Transport::icmp) return false;
    return std::any_of(
        rule.destination_ports.begin(), rule.destination_ports.end(), [&](const PortRange& range) {
            return range.contains(packet.destination_port);
        });
}

// The cheap questions first: most packets are settled by their port.
bool matches(const Rule& rule, const PacketHead& packet, Direction direction)
{
    return rule.enabled && looks_at(rule.directions, direction) &&
           (!rule.transport || *rule.transport == packet.transport) && names_port(rule, packet) &&
           rule.source.contains(packet.source) && rule.destination.contains(packet.destination);
}

} // namespace

bool AddressSet::contains(Address address) const
{
    return (any || lists(networks, address)) && !lists(exceptions, address);
}

void Firewall::add(Rule rule)
{
    SIM_ASSERT(find(rule.id) == nullptr);
    rules_.push_back(std::move(rule));
}

const Rule* Firewall::find(RuleId id) const
{
    const auto found =
        std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.id == id; });
    return found == rules_.end() ? nullptr : &*found;
}

Rule& Firewall::at(RuleId id)
{
    const auto found =
        std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.id == id; });
    SIM_ASSERT(found != rules_.end());
    return *found;
}

void Firewall::set_enabled(RuleId id, bool enabled)
{
    at(id).enabled = enabled;
}

void Firewall::set_verdict(RuleId id, Verdict verdict)
{
    at(id).verdict = verdict;
}

void Firewall::set_source(RuleId id, AddressSet source)
{
    at(id).source = std::move(source);
}

void Firewall::set_destination(RuleId id, AddressSet destination)
{
    at(id).destination = std::move(destination);
}

const Rule* Firewall::match(const PacketHead& packet, Direction direction) const
{
    const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
        return matches(rule, packet, direction);
    });
    return found == rules_.end() ? nullptr : &*found;
}

std::optional<Firewall::Match> Firewall::judge(const PacketHead& packet, Direction direction)
{
    const Rule* rule = match(packet, direction);
    if (rule == nullptr) return std::nullopt;
    ++rules_[static_cast<std::size_t>(rule - rules_.data())].hits;
    return Match{rule->id, rule->verdict};
}

} // namespace sim::net
