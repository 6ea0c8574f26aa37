// A node's packet filter: ordered rules, the first one that matches decides, none means pass. It
// knows no connections: a rule sees each packet alone, so a reply is only stopped by a rule that
// names the reply, and whoever wants "25 outward" stopped writes a rule for the packets outward.
//
// Rules may be switched while the world runs; the next packet meets the new rule. Whoever switches
// one appends RuleSwitched to the trace: the filter itself writes nothing.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sim::net {

// Any address, or those in one of `networks`; in both cases without those in `exceptions`.
struct AddressSet {
    bool any = true;
    std::vector<Prefix> networks;   // looked at only when `any` is false
    std::vector<Prefix> exceptions; // "own mail server exempt" is one of these

    [[nodiscard]] bool contains(Address address) const;
};

struct PortRange { // both ends included
    std::uint16_t first = 0;
    std::uint16_t last = 65535;
    [[nodiscard]] bool contains(std::uint16_t port) const { return first <= port && port <= last; }
};

// How a packet meets the node: on its way through it, or as one of the node's own.
SIM_NAMED_ENUM(Direction, in, out, forward);

struct Directions { // which of them a rule looks at
    bool in = true;
    bool out = true;
    bool forward = true;
};

struct Rule {
    RuleId id;       // unique in the world; given by whoever builds it
    std::string key; // its name in files and language keys
    bool enabled = true;
    Directions directions;
    AddressSet source;
    AddressSet destination;
    std::optional<Transport> transport;       // none: any
    std::vector<PortRange> destination_ports; // none: any. A rule with ports never matches ICMP
    Verdict verdict = Verdict::drop;
    std::uint64_t hits = 0; // packets that it decided about
};

class Firewall {
public:
    void add(Rule rule); // behind those that are there
    [[nodiscard]] std::span<const Rule> rules() const { return rules_; }
    [[nodiscard]] const Rule* find(RuleId id) const; // nullptr: not on this node

    // The rule must be on this node.
    void set_enabled(RuleId id, bool enabled);
    void set_verdict(RuleId id, Verdict verdict);
    void set_source(RuleId id, AddressSet source);
    void set_destination(RuleId id, AddressSet destination);

    // The first enabled rule that matches; nullptr when the packet passes unnamed.
    [[nodiscard]] const Rule* match(const PacketHead& packet, Direction direction) const;

    struct Match {
        RuleId rule;
        Verdict verdict = Verdict::pass;
    };
    // The same for a packet that is really there: the rule's hit is counted.
    std::optional<Match> judge(const PacketHead& packet, Direction direction);

private:
    Rule& at(RuleId id);

    std::vector<Rule> rules_;
};

} // namespace sim::net
