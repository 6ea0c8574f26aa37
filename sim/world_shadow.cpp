#include "sim/world_shadow.h"

#include "sim/scenario/settings.h"
#include "sim/world_network.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace sim {

namespace {

struct Interval { // both ends included
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
};

// A set of packets: one interval each of source, destination, transport and destination port.
constexpr std::size_t dimensions = 4;
using Box = std::array<Interval, dimensions>;

constexpr std::uint32_t last_address = ~std::uint32_t{0};
// More than a teacher's file has; beyond it nothing is certain in reasonable time.
constexpr std::size_t most_boxes = 5'000;

Interval interval_of(const Prefix& network)
{
    const std::uint32_t size_mask = network.prefix_bits == 0 ? last_address
                                    : network.prefix_bits == 32
                                        ? 0U
                                        : (std::uint32_t{1} << (32U - network.prefix_bits)) - 1U;
    return {network.base.value & ~size_mask, network.base.value | size_mask};
}

std::vector<Interval> without(const std::vector<Interval>& all, const Interval& taken)
{
    std::vector<Interval> left;
    for (const Interval& each : all) {
        if (taken.last < each.first || each.last < taken.first) {
            left.push_back(each);
            continue;
        }
        if (each.first < taken.first) left.push_back({each.first, taken.first - 1});
        if (taken.last < each.last) left.push_back({taken.last + 1, each.last});
    }
    return left;
}

std::vector<Interval> intervals_of(const net::AddressSet& set)
{
    std::vector<Interval> all;
    if (set.any) all.push_back({0, last_address});
    if (!set.any) {
        for (const Prefix& network : set.networks)
            all.push_back(interval_of(network));
    }
    for (const Prefix& network : set.exceptions)
        all = without(all, interval_of(network));
    return all;
}

// As net::Firewall asks: ICMP has no ports, so a rule with ports never means it.
std::vector<Interval> ports_of(const net::Rule& rule, Transport transport)
{
    const bool has_ports = transport != Transport::icmp;
    if (rule.destination_ports.empty()) return {{0, has_ports ? 65'535U : 0U}};
    std::vector<Interval> all;
    for (const net::PortRange& range : rule.destination_ports)
        if (has_ports) all.push_back({range.first, range.last});
    return all;
}

std::vector<Box> boxes_of(const net::Rule& rule)
{
    const std::vector<Interval> sources = intervals_of(rule.source);
    const std::vector<Interval> destinations = intervals_of(rule.destination);
    std::vector<Box> boxes;
    for (const Transport transport : values_of<Transport>()) {
        if (rule.transport && *rule.transport != transport) continue;
        const auto kind = static_cast<std::uint32_t>(transport);
        for (const Interval& ports : ports_of(rule, transport)) {
            for (const Interval& source : sources) {
                for (const Interval& destination : destinations)
                    boxes.push_back({source, destination, Interval{kind, kind}, ports});
            }
        }
    }
    return boxes;
}

// What is left of `box` without `taken`, appended to `left`: at most two pieces a dimension.
void cut_away(Box box, const Box& taken, std::vector<Box>& left)
{
    for (std::size_t i = 0; i < dimensions; ++i) {
        if (taken.at(i).last < box.at(i).first || box.at(i).last < taken.at(i).first) {
            left.push_back(box);
            return;
        }
    }
    for (std::size_t i = 0; i < dimensions; ++i) {
        Interval& here = box.at(i);
        const Interval& there = taken.at(i);
        if (here.first < there.first) {
            left.push_back(box);
            left.back().at(i).last = there.first - 1;
            here.first = there.first;
        }
        if (there.last < here.last) {
            left.push_back(box);
            left.back().at(i).first = there.last + 1;
            here.last = there.last;
        }
    }
}

// What is left of `boxes` without these; nothing when that became too much to say.
std::optional<std::vector<Box>> cut(std::vector<Box> boxes, std::span<const Box> taken)
{
    for (const Box& each : taken) {
        std::vector<Box> left;
        for (const Box& box : boxes)
            cut_away(box, each, left);
        boxes = std::move(left);
        if (boxes.size() > most_boxes) return std::nullopt;
    }
    return boxes;
}

using Shadows = std::map<std::string, std::vector<std::string>>; // by rule, as ShadowedRule::by

bool is_switched_by_step(const scenario::Scenario& scenario, const std::string& rule)
{
    return std::ranges::count(scenario.steps, rule_setting(rule), &scenario::Step::key) > 0;
}

// Which of the rules before it, in their order, leave nothing of these packets; nothing when some
// are left. One that does it alone is named alone.
std::optional<std::vector<std::string>> takers(const std::vector<Box>& packets,
                                               std::span<const net::Rule> before)
{
    if (packets.empty()) return std::vector<std::string>{};
    for (const net::Rule& rule : before) {
        const auto left = cut(packets, boxes_of(rule));
        if (left && left->empty()) return std::vector<std::string>{rule.key};
    }
    std::vector<Box> left = packets;
    std::vector<std::string> by;
    for (const net::Rule& rule : before) {
        const std::vector<Box> taken = boxes_of(rule);
        auto rest = cut(left, taken);
        if (!rest) return std::nullopt;
        const auto is_touched = [&](const Box& box) {
            const auto outside = cut({box}, taken);
            return outside && (outside->size() != 1 || outside->front() != box);
        };
        if (std::ranges::any_of(left, is_touched)) by.push_back(rule.key);
        left = *std::move(rest);
        if (left.empty()) return by;
    }
    return std::nullopt;
}

// The rules that are on and never match, and those that are on and may, by key.
struct Findings {
    Shadows shadowed;
    std::vector<std::string> alive;
};

Findings look_at(const scenario::Scenario& scenario)
{
    Findings found;
    const scenario::Index index{scenario};
    std::map<std::string, std::vector<net::Rule>> before; // by host
    for (std::uint32_t i = 0; i < scenario.rules.size(); ++i) {
        const net::Rule rule = build::rule(scenario, index, RuleId{i});
        if (!rule.enabled) continue;
        std::vector<net::Rule>& earlier = before[scenario.rules[i].host];
        const std::vector<Box> packets = boxes_of(rule);
        const bool is_too_much = packets.size() > most_boxes;
        auto by = is_too_much ? std::nullopt : takers(packets, earlier);
        if (by) {
            found.shadowed.emplace(rule.key, *std::move(by));
        } else {
            found.alive.push_back(rule.key);
        }
        if (!is_too_much && !is_switched_by_step(scenario, rule.key)) earlier.push_back(rule);
    }
    return found;
}

// The scenario with each line of the client, the one that it has first.
std::vector<scenario::Scenario> on_each_line(const scenario::Scenario& scenario)
{
    std::vector<scenario::Scenario> all{scenario};
    const auto setting = scenario::setting_of(scenario, client_setting("line"));
    if (!setting) return all;
    for (const std::string& line : setting->choices) {
        scenario::Scenario changed = scenario;
        if (line != setting->value && scenario::apply_setting(changed, setting->key, line))
            all.push_back(std::move(changed));
    }
    return all;
}

} // namespace

std::vector<ShadowedRule> shadowed_rules(const scenario::Scenario& scenario)
{
    std::vector<scenario::Scenario> ways = on_each_line(scenario);
    for (const scenario::Variation& variation : scenario.variations) {
        scenario::Scenario changed = scenario;
        for (const auto& [key, value] : variation.settings) // checked by the loader
            static_cast<void>(scenario::begin_with(changed, key, value));
        ways.push_back(std::move(changed));
    }
    Shadows shadowed; // as it was found first: in the scenario as it is
    std::vector<std::string> alive;
    for (const scenario::Scenario& way : ways) {
        Findings found = look_at(way);
        shadowed.merge(found.shadowed);
        alive.insert(alive.end(), found.alive.begin(), found.alive.end());
    }
    std::vector<ShadowedRule> all;
    for (const scenario::FirewallRule& rule : scenario.rules) {
        const auto there = shadowed.find(rule.key);
        if (there == shadowed.end() || std::ranges::count(alive, rule.key) > 0) continue;
        all.push_back({rule.key, there->second});
    }
    return all;
}

} // namespace sim
