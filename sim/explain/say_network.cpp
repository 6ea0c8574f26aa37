// Packets, rules and connections in words.
#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::explain {

namespace {

std::string endpoint_text(Address address, std::uint16_t port, Transport transport)
{
    return transport == Transport::icmp ? to_string(address) : to_string(Endpoint{address, port});
}

void add_packet(Facts& facts, const PacketHead& packet, const Context& context)
{
    facts.add("source", endpoint_text(packet.source, packet.source_port, packet.transport))
        .add("destination",
             endpoint_text(packet.destination, packet.destination_port, packet.transport))
        .add("sender", host_or_address(packet.source, context))
        .add("receiver", host_or_address(packet.destination, context))
        .add("port", fmt::format("{}", packet.destination_port))
        .add("number", fmt::format("{}", packet.number))
        .add("size", fmt::format("{}", packet.payload.size))
        .add("hop_limit", fmt::format("{}", packet.hop_limit))
        .add("sequence", fmt::format("{}", packet.sequence))
        .add("acknowledgement", fmt::format("{}", packet.acknowledgement))
        .add("owner", person_at(host_at(packet.source, context.scenario), context))
        .add("transport", std::string{name_of(packet.transport)});
}

std::vector<std::string_view> with_packet(std::vector<std::string_view> more)
{
    for (const std::string_view name : {"source",
                                        "destination",
                                        "sender",
                                        "receiver",
                                        "port",
                                        "number",
                                        "size",
                                        "hop_limit",
                                        "sequence",
                                        "acknowledgement",
                                        "owner",
                                        "transport"})
        more.push_back(name);
    return more;
}

void add_rule(Facts& facts, RuleId id, const Context& context)
{
    const scenario::FirewallRule* rule = rule_at(id, context.scenario);
    facts.add("rule", rule_name(id, context))
        .add("rule_number", fmt::format("{}", number_of(id, context.scenario)))
        .add("purpose", rule != nullptr ? pick(rule->purpose, context.language) : std::string{"-"});
}

// The ports that a person has heard of get sentences of their own.
std::string port_variant(std::uint16_t port)
{
    switch (port) {
    case 25:
    case 110:
    case 465:
    case 587:
    case 995:
        return fmt::format("port_{}", port);
    default:
        return "port_other";
    }
}

std::vector<std::string> port_variants()
{
    return {"port_25", "port_110", "port_465", "port_587", "port_995", "port_other"};
}

void add_ends(Facts& facts, Endpoint local, Endpoint remote, const Context& context)
{
    facts.add("local", to_string(local))
        .add("remote", to_string(remote))
        .add("peer", host_or_address(remote.address, context))
        .add("port", fmt::format("{}", remote.port))
        .add("local_port", fmt::format("{}", local.port));
}

std::vector<std::string_view> with_ends(std::vector<std::string_view> more)
{
    for (const std::string_view name : {"local", "remote", "peer", "port", "local_port"})
        more.push_back(name);
    return more;
}

// What became of the connection whose SYN was dropped: when it was repeated and given up, read from
// what the trace recorded later. Empty where it did not record it.
struct Patience {
    std::string repeats; // "3 s, 9 s"
    std::string gives_up;
};

Patience patience_of(const Event& event, ConnectionId connection, const Context& context)
{
    Patience patience;
    std::vector<std::string> repeats;
    const TraceIndex::Events events = context.trace.index().of(connection);
    // Counted from the attempt itself, as an operating system counts.
    const Instant start = events.empty() ? event.at : context.trace.at(events.front()).at;
    for (const EventId id : events_from(events, event.id.value)) {
        const Event& later = context.trace.at(id);
        if (later.kind() == Kind::segment_retransmitted) {
            repeats.push_back(context.language.text(
                "noun.after", {{"span", describe(later.at - start, context.language)}}));
        }
        if (const auto* failed = std::get_if<ConnectionFailed>(&later.what)) {
            patience.gives_up = describe(failed->elapsed, context.language);
            break;
        }
    }
    for (std::size_t i = 0; i < repeats.size(); ++i) {
        if (i > 0) {
            patience.repeats += context.language.text(
                i + 1 == repeats.size() ? "noun.last_separator" : "noun.list_separator");
        }
        patience.repeats += repeats[i];
    }
    return patience;
}

std::string drop_variant(const PacketDropped& what, const Context& context)
{
    if (what.reason != DropReason::rule) return std::string{name_of(what.reason)};
    const scenario::FirewallRule* rule = rule_at(what.rule, context.scenario);
    scenario::RuleKind kind = scenario::RuleKind::firewall;
    // A rule against port 25 that is switched on in the middle stops other packets than SYNs too;
    // those sentences speak of packets, not of asking to be let in.
    if (rule != nullptr && what.packet.flags.syn && !what.packet.flags.ack) kind = rule->kind;
    const Verdict verdict = what.verdict == Verdict::pass ? Verdict::drop : what.verdict;
    return fmt::format("{}_{}", name_of(kind), name_of(verdict));
}

std::vector<std::string> drop_variants()
{
    std::vector<std::string> variants;
    for (const scenario::RuleKind kind : values_of<scenario::RuleKind>()) {
        for (const Verdict verdict : {Verdict::drop, Verdict::reject_icmp, Verdict::reject_rst})
            variants.push_back(fmt::format("{}_{}", name_of(kind), name_of(verdict)));
    }
    variants.emplace_back("op25b_drop_patience"); // the same with what the sender does about it
    variants.emplace_back("ip25b_drop_patience");
    variants.emplace_back("firewall_drop_patience");
    for (const DropReason reason : values_of<DropReason>())
        if (reason != DropReason::rule) variants.emplace_back(name_of(reason));
    return variants;
}

} // namespace

std::vector<KindMessages> network_messages()
{
    std::vector<std::string> sent = all_names<PacketNature>();
    sent.emplace_back("forwarded");
    std::vector<std::string> packet_headlines = all_names<PacketNature>();
    return {
        {Kind::packet_sent, std::move(sent), packet_headlines, with_packet({"next", "packet"})},
        {Kind::packet_passed_rule,
         {""},
         {""},
         with_packet({"packet", "rule", "rule_number", "purpose", "area"})},
        {Kind::packet_altered,
         all_names<Tampering>(),
         all_names<Tampering>(),
         with_packet({"hearer"})},
        {Kind::packet_dropped,
         drop_variants(),
         [] {
             std::vector<std::string> names = all_names<DropReason>();
             std::erase(names, "rule");
             for (const Verdict verdict :
                  {Verdict::drop, Verdict::reject_icmp, Verdict::reject_rst})
                 names.push_back(fmt::format("rule_{}", name_of(verdict)));
             return names;
         }(),
         with_packet({"packet", "rule", "rule_number", "purpose", "area", "repeats", "gives_up"})},
        {Kind::packet_delivered,
         all_names<PacketNature>(),
         std::move(packet_headlines),
         with_packet({"packet"})},
        {Kind::connection_attempted, port_variants(), {""}, with_ends({})},
        {Kind::segment_retransmitted, {"syn", "data"}, {"syn", "data"}, {"attempt", "wait"}},
        {Kind::connection_opened, {"dialled", "accepted"}, {"dialled", "accepted"}, with_ends({})},
        {Kind::port_closed, {""}, {""}, with_ends({})},
        {Kind::connection_failed,
         all_names<ConnectFailure>(),
         all_names<ConnectFailure>(),
         with_ends({"elapsed"})},
        {Kind::peer_finished, {""}, {""}, {"peer"}},
        {Kind::connection_ended, all_names<ConnectionEnd>(), all_names<ConnectionEnd>(), {"peer"}},
        {Kind::socket_changed, all_names<SocketState>(), {""}, {"local", "remote", "state"}},
    };
}

Said say(const Event& event, const PacketSent& what, const Context& context)
{
    const PacketNature nature = nature_of(event, what.packet, context.trace);
    const HostId origin = host_at(what.packet.source, context.scenario);
    Facts facts{event, context};
    add_packet(facts, what.packet, context);
    facts.add("next", host_name(what.to, context))
        .add("packet", noun("packet", name_of(nature), context.language));
    const bool forwarded = origin.exists() && origin != event.host;
    return {forwarded ? "forwarded" : std::string{name_of(nature)},
            std::string{name_of(nature)},
            facts.take()};
}

Said say(const Event& event, const PacketPassedRule& what, const Context& context)
{
    const PacketNature nature = nature_of(event, what.packet, context.trace);
    Facts facts{event, context};
    add_packet(facts, what.packet, context);
    add_rule(facts, what.rule, context);
    facts.add("packet", noun("packet", name_of(nature), context.language))
        .add("area", area_name(event.host, context));
    return {"", "", facts.take()};
}

Said say(const Event& event, const PacketAltered& what, const Context& context)
{
    Facts facts{event, context};
    add_packet(facts, what.packet, context);
    // For whom the altered words were meant.
    facts.add("hearer", person_at(host_at(what.packet.destination, context.scenario), context));
    const std::string how{name_of(what.how)};
    return {how, how, facts.take()};
}

Said say(const Event& event, const PacketDropped& what, const Context& context)
{
    const PacketNature nature = nature_of(event, what.packet, context.trace);
    std::string variant = drop_variant(what, context);
    Patience patience;
    if (nature == PacketNature::syn && variant.ends_with("_drop")) {
        patience = patience_of(event, what.packet.connection, context);
        if (!patience.repeats.empty() && !patience.gives_up.empty()) variant += "_patience";
    }
    Facts facts{event, context};
    add_packet(facts, what.packet, context);
    add_rule(facts, what.rule, context);
    facts.add("packet", noun("packet", name_of(nature), context.language))
        .add("area", area_name(event.host, context))
        .add("repeats", patience.repeats)
        .add("gives_up", patience.gives_up);
    const Verdict verdict = what.verdict == Verdict::pass ? Verdict::drop : what.verdict;
    std::string headline = what.reason == DropReason::rule
                               ? fmt::format("rule_{}", name_of(verdict))
                               : std::string{name_of(what.reason)};
    return {std::move(variant), std::move(headline), facts.take()};
}

Said say(const Event& event, const PacketDelivered& what, const Context& context)
{
    const std::string nature{name_of(nature_of(event, what.packet, context.trace))};
    Facts facts{event, context};
    add_packet(facts, what.packet, context);
    facts.add("packet", noun("packet", nature, context.language));
    return {nature, nature, facts.take()};
}

Said say(const Event& event, const ConnectionAttempted& what, const Context& context)
{
    Facts facts{event, context};
    add_ends(facts, what.local, what.remote, context);
    return {port_variant(what.remote.port), "", facts.take()};
}

Said say(const Event& event, const SegmentRetransmitted& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("attempt", fmt::format("{}", what.attempt))
        .add("wait", describe(what.next - event.at, context.language));
    const std::string variant = what.syn ? "syn" : "data";
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const ConnectionOpened& what, const Context& context)
{
    Facts facts{event, context};
    add_ends(facts, what.local, what.remote, context);
    const std::string variant = what.accepted ? "accepted" : "dialled";
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const PortClosed& what, const Context& context)
{
    Facts facts{event, context};
    add_ends(facts, what.local, what.remote, context);
    return {"", "", facts.take()};
}

Said say(const Event& event, const ConnectionFailed& what, const Context& context)
{
    Facts facts{event, context};
    add_ends(facts, what.local, what.remote, context);
    facts.add("elapsed", describe(what.elapsed, context.language));
    const std::string variant{name_of(what.why)};
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const PeerFinished& /*what*/, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context));
    return {"", "", facts.take()};
}

Said say(const Event& event, const ConnectionEnded& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("peer", host_name(peer_of(event, context), context));
    const std::string variant{name_of(what.how)};
    return {variant, variant, facts.take()};
}

Said say(const Event& event, const SocketChanged& what, const Context& context)
{
    // As netstat writes it.
    std::string state{name_of(what.state)};
    std::ranges::transform(state, state.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    Facts facts{event, context};
    facts.add("local", to_string(what.local))
        .add("remote", to_string(what.remote))
        .add("state", std::move(state));
    return {std::string{name_of(what.state)}, "", facts.take()};
}

} // namespace sim::explain
