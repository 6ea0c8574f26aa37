#include "sim/net/wire.h"

#include "sim/core/assert.h"
#include "sim/net/limits.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace sim::net {

namespace {

// A division for each packet would be felt, so that a link's speed is kept as the time an octet
// takes. Rounded up to a nanosecond; at most one off for speeds that do not divide evenly.
constexpr unsigned octet_time_bits = 16;

std::uint64_t octet_time(std::uint64_t bits_per_second)
{
    if (bits_per_second == 0) return 0;
    return (std::uint64_t{8'000'000'000} << octet_time_bits) / bits_per_second;
}

Duration sending_time(std::uint64_t octet_time, std::uint64_t octets)
{
    const std::uint64_t round_up = (std::uint64_t{1} << octet_time_bits) - 1;
    return Duration{static_cast<std::int64_t>((octets * octet_time + round_up) >> octet_time_bits)};
}

} // namespace

// ---- nodes, links, faults -----------------------------------------------------------------------

HostId Wire::add_host(HostConfig config)
{
    SIM_ASSERT(!finished_);
    SIM_ASSERT(!config.addresses.empty() && hosts_.size() < max_hosts);
    const HostId id{static_cast<std::uint32_t>(hosts_.size())};
    hosts_.push_back(Node{std::move(config), {}, false});
    return id;
}

LinkId Wire::add_link(LinkConfig config)
{
    SIM_ASSERT(!finished_);
    SIM_ASSERT(config.a.value < hosts_.size() && config.b.value < hosts_.size());
    SIM_ASSERT(config.a != config.b && config.latency >= Duration{});
    const LinkId id{static_cast<std::uint32_t>(links_.size())};
    links_.push_back(Cable{config, octet_time(config.bits_per_second), {}, false});
    return id;
}

const Wire::Node& Wire::node(HostId id) const
{
    SIM_ASSERT(id.value < hosts_.size());
    return hosts_[id.value];
}

Wire::Node& Wire::node(HostId id)
{
    SIM_ASSERT(id.value < hosts_.size());
    return hosts_[id.value];
}

Firewall& Wire::firewall(HostId id)
{
    return node(id).firewall;
}

const LinkConfig& Wire::link(LinkId id) const
{
    SIM_ASSERT(id.value < links_.size());
    return links_[id.value].config;
}

bool Wire::is_cut(LinkId id) const
{
    SIM_ASSERT(id.value < links_.size());
    return links_[id.value].cut;
}

void Wire::set_cut(LinkId id, bool cut)
{
    SIM_ASSERT(id.value < links_.size());
    links_[id.value].cut = cut;
}

void Wire::set_down(HostId id, bool down)
{
    node(id).down = down;
}

void Wire::set_strips_starttls(HostId id, bool strips)
{
    node(id).strips_starttls = strips;
}

// ---- routes -------------------------------------------------------------------------------------

void Wire::finish_topology()
{
    SIM_ASSERT(!finished_);
    finished_ = true;
    std::vector<LinkConfig> links;
    links.reserve(links_.size());
    for (const Cable& cable : links_)
        links.push_back(cable.config);
    routes_ = Routes{hosts_.size(), links};
    for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
        for (const Address address : hosts_[i].config.addresses)
            owners_.push_back(Owner{address, HostId{i}});
    }
    std::sort(owners_.begin(), owners_.end(), [](const Owner& a, const Owner& b) {
        return a.address < b.address;
    });
    const auto twice =
        std::adjacent_find(owners_.begin(), owners_.end(), [](const Owner& a, const Owner& b) {
            return a.address == b.address;
        });
    SIM_ASSERT(twice == owners_.end());
}

std::optional<HostId> Wire::host_with(Address address) const
{
    const auto found = std::lower_bound(
        owners_.begin(), owners_.end(), address, [](const Owner& owner, Address a) {
            return owner.address < a;
        });
    if (found == owners_.end() || found->address != address) return std::nullopt;
    return found->host;
}

std::vector<HostId> Wire::route(HostId from, Address to) const
{
    const auto destination = host_with(to);
    return destination ? routes_.way(from, *destination) : std::vector<HostId>{};
}

// ---- sending ------------------------------------------------------------------------------------

Wire::Draft Wire::draft()
{
    SIM_ASSERT(finished_);
    const std::uint32_t number = packets_.take();
    static constexpr Packet blank{}; // copied: cheaper than made anew
    packets_[number] = blank;
    return {number, packets_[number]};
}

void Wire::forget(std::uint32_t packet)
{
    trace_.payloads().release(packets_[packet].head.payload);
    packets_.give_back(packet);
}

Wire::Launch Wire::drop(std::uint32_t packet, HostId at, DropReason reason)
{
    const PacketHead& head = packets_[packet].head;
    const EventId event =
        trace_.append(at, head.connection, PacketDropped{head, reason, Verdict::drop, RuleId{}});
    forget(packet);
    return {event, reason == DropReason::no_route ? Fate::no_route : Fate::dropped};
}

Wire::Launch Wire::send(const Draft& draft, HostId from, Instant now)
{
    return launch(draft, from, Judged::yes, now);
}

Wire::Launch Wire::launch(const Draft& draft, HostId from, Judged judged, Instant now)
{
    Packet& packet = draft.packet;
    packet.head.number = ++last_number_;
    packet.at = from;
    if (!packet.destination.exists())
        packet.destination = host_with(packet.head.destination).value_or(HostId{});
    const HostId to = packet.destination;
    if (node(from).down) return drop(draft.number, from, DropReason::link_cut);
    if (to == from) return put_on_itself(draft.number, from, now);
    if (!to.exists() || !routes_.next(from, to).exists())
        return drop(draft.number, from, DropReason::no_route);
    if (judged == Judged::yes && has_rules(from)) {
        const EventId stopped = stop_by_rule(draft.number, from, Direction::out, now);
        if (stopped.exists()) return {stopped, Fate::dropped};
    }
    return put_on_link(draft.number, from, now);
}

// What a host sends to itself never leaves it: no link, no rules, no time.
Wire::Launch Wire::put_on_itself(std::uint32_t number, HostId from, Instant now)
{
    Packet& packet = packets_[number];
    packet.from_itself = true;
    packet.sent =
        trace_.emplace<PacketSent>(from, packet.head.connection, packet.head, LinkId{}, from, now);
    tasks_.add(now,
               {TaskOwner::network,
                static_cast<std::uint8_t>(NetworkTask::packet_arrives),
                number,
                packet.head.number});
    return {packet.sent, Fate::under_way};
}

Wire::Launch Wire::put_on_link(std::uint32_t number, HostId from, Instant now)
{
    Packet& packet = packets_[number];
    const LinkId id = routes_.next(from, packet.destination);
    Cable& cable = links_[id.value];
    if (cable.cut) return drop(number, from, DropReason::link_cut);
    const bool from_a = cable.config.a == from;
    const HostId to = from_a ? cable.config.b : cable.config.a;
    // Packets leave one after the other: each waits until the cable is free.
    Instant& busy_until = cable.busy_until.at(from_a ? 0 : 1);
    busy_until =
        std::max(busy_until, now) + sending_time(cable.octet_time, wire_bytes(packet.head));
    const Instant arrives = busy_until + cable.config.latency;
    packet.at = to;
    packet.sent =
        trace_.emplace<PacketSent>(from, packet.head.connection, packet.head, id, to, arrives);
    tasks_.add(arrives,
               {TaskOwner::network,
                static_cast<std::uint8_t>(NetworkTask::packet_arrives),
                number,
                packet.head.number});
    return {packet.sent, Fate::under_way};
}

// ---- on the way ---------------------------------------------------------------------------------

EventId Wire::handle_arrival(std::uint32_t number, Instant now)
{
    Packet& packet = packets_[number];
    const CauseScope scope{trace_, packet.sent};
    const HostId at = packet.at;
    if (node(at).down) {
        drop(number, at, DropReason::link_cut);
        return {};
    }
    if (packet.destination != at) {
        forward(number, now);
        return {};
    }
    if (!packet.from_itself && has_rules(at) &&
        stop_by_rule(number, at, Direction::in, now).exists())
        return {};
    return trace_.emplace<PacketDelivered>(at, packet.head.connection, packet.head);
}

// RFC 1812 §5.3.1: a packet whose hop limit is used up goes no further, and its origin is told.
void Wire::forward(std::uint32_t number, Instant now)
{
    Packet& packet = packets_[number];
    const HostId at = packet.at;
    if (packet.head.hop_limit <= 1) {
        const EventId event = trace_.append(
            at,
            packet.head.connection,
            PacketDropped{packet.head, DropReason::hop_limit, Verdict::drop, RuleId{}});
        const CauseScope scope{trace_, event};
        answer_with_icmp(at, packet, Icmp::time_exceeded, Judged::yes, now);
        forget(number);
        return;
    }
    if (has_rules(at) && stop_by_rule(number, at, Direction::forward, now).exists()) return;
    --packet.head.hop_limit;
    if (node(at).strips_starttls) strip_starttls(number, at);
    put_on_link(number, at, now);
}

// As middleboxes did that wanted to read all mail, and as thieves do: RFC 3207 §6. A keyword that
// lies across two segments gets through.
void Wire::strip_starttls(std::uint32_t number, HostId at)
{
    constexpr std::string_view keyword = "STARTTLS";
    PacketHead& head = packets_[number].head;
    if (head.transport != Transport::tcp || head.payload.size < keyword.size()) return;
    std::string text{trace_.view(head.payload)};
    const auto found =
        std::search(text.begin(), text.end(), keyword.begin(), keyword.end(), [](char a, char b) {
            return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
        });
    if (found == text.end()) return;
    const bool is_reply = text.front() >= '0' && text.front() <= '9';
    std::fill_n(found, keyword.size(), 'X');
    const Blob before = head.payload;
    head.payload = trace_.payloads().store(text);
    // What becomes of it from here on comes of this.
    trace_.set_cause(trace_.append(
        at,
        head.connection,
        PacketAltered{
            head, before, is_reply ? Tampering::starttls_offer : Tampering::starttls_command}));
    trace_.payloads().release(before);
}

EventId Wire::stop_by_rule(std::uint32_t number, HostId at, Direction direction, Instant now)
{
    Firewall& firewall = node(at).firewall;
    const Packet& packet = packets_[number];
    const PacketHead& head = packet.head;
    const auto match = firewall.judge(head, direction);
    if (!match) return {};
    if (match->verdict == Verdict::pass) {
        if (opens_connection(head) || head.transport == Transport::udp)
            trace_.append(at, head.connection, PacketPassedRule{head, match->rule});
        return {};
    }
    const EventId event = trace_.append(
        at, head.connection, PacketDropped{head, DropReason::rule, match->verdict, match->rule});
    const CauseScope scope{trace_, event};
    // Only TCP knows RST; what else is to be refused is refused by ICMP.
    if (match->verdict == Verdict::reject_rst && head.transport == Transport::tcp) {
        answer_with_reset(at, packet, Judged::no, now);
    } else if (match->verdict != Verdict::drop) {
        answer_with_icmp(at, packet, Icmp::prohibited, Judged::no, now);
    }
    forget(number);
    return event;
}

// ---- answers ------------------------------------------------------------------------------------

void Wire::answer_with_icmp(
    HostId from, const Packet& offending, Icmp what, Judged judged, Instant now)
{
    const PacketHead& about = offending.head;
    if (about.transport == Transport::icmp) return;
    const Draft answer = draft();
    PacketHead& head = answer.packet.head;
    head.transport = Transport::icmp;
    head.source = node(from).config.addresses.front();
    head.destination = about.source;
    head.icmp = what;
    head.sequence = about.number;
    head.connection = about.connection;
    answer.packet.place = offending.place;
    answer.packet.to_end = static_cast<std::uint8_t>(1 - offending.to_end);
    answer.packet.quoted_transport = about.transport;
    answer.packet.quoted_source = {about.source, about.source_port};
    answer.packet.quoted_destination = {about.destination, about.destination_port};
    launch(answer, from, judged, now);
}

void Wire::answer_with_reset(HostId from, const Packet& offending, Judged judged, Instant now)
{
    if (offending.head.flags.rst) return;
    const Draft answer = draft();
    answer.packet.head = reset_answering(offending.head);
    answer.packet.place = offending.place;
    answer.packet.to_end = static_cast<std::uint8_t>(1 - offending.to_end);
    launch(answer, from, judged, now);
}

} // namespace sim::net
