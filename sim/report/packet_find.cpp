#include "sim/report/packet_find.h"

#include <algorithm>
#include <variant>

namespace sim::report {

namespace {

// Along the longest chain of causes from an event back to its packet there are a few commands and
// replies of one instant; along a packet's way, its hops.
constexpr int most_causes = 64;

struct PacketOf {
    const PacketHead* operator()(const PacketSent& what) const { return &what.packet; }
    const PacketHead* operator()(const PacketPassedRule& what) const { return &what.packet; }
    const PacketHead* operator()(const PacketAltered& what) const { return &what.packet; }
    const PacketHead* operator()(const PacketDropped& what) const { return &what.packet; }
    const PacketHead* operator()(const PacketDelivered& what) const { return &what.packet; }
    const PacketHead* operator()(const auto& /*other*/) const { return nullptr; }
};

// What an event says about octets of its connection: whose, from where on, and whether the place is
// among the octets inside TLS.
struct Said {
    Side side = Side::sent;
    std::uint64_t offset = 0;
    bool encrypted = false;
};

struct SaidIn {
    std::optional<Said> operator()(const SmtpCommand& what) const
    {
        return Said{what.side, what.line.stream_offset, what.encrypted};
    }
    std::optional<Said> operator()(const SmtpReply& what) const
    {
        return Said{what.side, what.line.stream_offset, what.encrypted};
    }
    std::optional<Said> operator()(const Pop3Command& what) const
    {
        return Said{what.side, what.line.stream_offset, what.encrypted};
    }
    std::optional<Said> operator()(const Pop3Reply& what) const
    {
        return Said{what.side, what.line.stream_offset, what.encrypted};
    }
    std::optional<Said> operator()(const TlsRecord& what) const
    {
        return Said{what.side, what.stream_offset, false};
    }
    std::optional<Said> operator()(const auto& /*other*/) const { return std::nullopt; }
};

bool covers(std::uint64_t begin, std::uint64_t size, std::uint64_t offset)
{
    return offset >= begin && offset - begin < size;
}

// Sequence numbers wrap; streams of a simulated mail never come near four gigabytes.
std::uint64_t stream_begin(std::uint32_t sequence, std::uint32_t first_sequence)
{
    return static_cast<std::uint32_t>(sequence - first_sequence - 1U);
}

class Finder {
public:
    Finder(const Source& source, const Event& event)
        : trace_{source.trace}, event_{event}, conversation_{trace_.index().of(event.connection)}
    {
        // What leaves in the instant of the event is on its way already, wherever the cursor is.
        end_ = std::min(source.end, trace_.size());
        while (end_ < trace_.size() && trace_[end_].at == event.at)
            ++end_;
        conversation_ = events_before(conversation_, end_);
    }

    [[nodiscard]] std::optional<FoundPacket> find() const
    {
        if (packet_in(event_) != nullptr) return found(event_, explain::PacketRelation::is_it);
        switch (event_.kind()) {
        case Kind::dns_asked:
        case Kind::dns_served:
            return caused_by_it(explain::PacketRelation::carries_it);
        case Kind::connection_attempted:
        case Kind::segment_retransmitted:
        case Kind::port_closed:
            return caused_by_it(explain::PacketRelation::came_of_it);
        case Kind::tls_handshake_message:
            return of_record(std::get<TlsHandshakeMessage>(event_.what).side);
        case Kind::tls_alert:
            return of_record(std::get<TlsAlert>(event_.what).side);
        case Kind::smtp_text:
            return of_text(std::get<SmtpText>(event_.what));
        case Kind::dns_resolved:
            if (std::get<DnsResolved>(event_.what).from_cache) return std::nullopt;
            return that_led_to_it();
        case Kind::mail_composed:
        case Kind::step_started:
        case Kind::setting_changed:
        case Kind::rule_switched:
        case Kind::fault_injected:
            return std::nullopt;
        default:
            break;
        }
        const std::optional<Said> said = std::visit(SaidIn{}, event_.what);
        if (!said) return that_led_to_it();
        const auto carrier = that_carries(*said);
        return carrier ? carrier : that_led_to_it();
    }

private:
    static FoundPacket found(const Event& event, explain::PacketRelation relation)
    {
        return {&event, relation};
    }

    [[nodiscard]] std::optional<FoundPacket> caused_by_it(explain::PacketRelation relation) const
    {
        for (std::size_t i = event_.id.value + std::size_t{1}; i < end_; ++i) {
            if (trace_[i].cause == event_.id && packet_in(trace_[i]) != nullptr)
                return found(trace_[i], relation);
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<FoundPacket> that_led_to_it() const
    {
        const Event* at = &event_;
        for (int steps = 0; steps < most_causes && at->cause.exists(); ++steps) {
            at = &trace_.at(at->cause);
            if (packet_in(*at) != nullptr) return found(*at, explain::PacketRelation::led_to_it);
        }
        return std::nullopt;
    }

    // From the event on, the first of its connection that `wanted` takes.
    template <typename Wanted>
    [[nodiscard]] const Event* next(Wanted&& wanted) const
    {
        for (const EventId id : events_from(conversation_, event_.id.value))
            if (wanted(trace_.at(id))) return &trace_.at(id);
        return nullptr;
    }

    // A message or an alert is told right before the record that it leaves in, and right after the
    // one that it came in.
    [[nodiscard]] std::optional<FoundPacket> of_record(Side side) const
    {
        const auto is_record = [&](const Event& event) {
            const auto* record = std::get_if<TlsRecord>(&event.what);
            return record != nullptr && record->side == side && event.host == event_.host;
        };
        const Event* record =
            side == Side::sent ? next(is_record) : last_before(trace_, event_, is_record);
        if (record == nullptr) return that_led_to_it();
        const auto& what = std::get<TlsRecord>(record->what);
        const auto carrier = that_carries(Said{side, what.stream_offset, false});
        return carrier ? carrier : that_led_to_it();
    }

    // The end of the text is what its receiver waits for; its sender sends it from here on.
    [[nodiscard]] std::optional<FoundPacket> of_text(const SmtpText& text) const
    {
        if (text.side == Side::received) return that_led_to_it();
        const Event* packet = next([&](const Event& event) {
            const PacketHead* head = packet_in(event);
            return head != nullptr && event.host == event_.host && head->payload.size > 0 &&
                   event.kind() != Kind::packet_delivered;
        });
        if (packet == nullptr) return that_led_to_it();
        return found(*packet, explain::PacketRelation::carries_it);
    }

    // From a place among the octets inside TLS to one on the wire.
    [[nodiscard]] std::optional<std::uint64_t> on_wire(const Said& said) const
    {
        if (!said.encrypted) return said.offset;
        for (const EventId id : conversation_) {
            const Event& event = trace_.at(id);
            const auto* record = std::get_if<TlsRecord>(&event.what);
            if (record != nullptr && event.host == event_.host && record->side == said.side &&
                covers(record->plaintext_offset, record->plaintext.size, said.offset))
                return record->stream_offset;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<FoundPacket> that_carries(const Said& said) const
    {
        const std::optional<std::uint64_t> offset = on_wire(said);
        if (!offset || !event_.connection.exists()) return std::nullopt;
        const TraceIndex::Ends& ends = trace_.index().connection(event_.connection).ends;
        const bool from_client = (event_.host == ends.client) == (said.side == Side::sent);
        const Endpoint sender = from_client ? ends.client_at : ends.server_at;
        std::optional<std::uint32_t> first_sequence;
        for (const EventId id : conversation_) {
            const Event& event = trace_.at(id);
            const PacketHead* packet = packet_in(event);
            if (packet == nullptr || packet->transport != Transport::tcp ||
                Endpoint{packet->source, packet->source_port} != sender)
                continue;
            if (packet->flags.syn) first_sequence = packet->sequence;
            if (first_sequence && covers(stream_begin(packet->sequence, *first_sequence),
                                         packet->payload.size,
                                         *offset))
                return found(event, explain::PacketRelation::carries_it);
        }
        return std::nullopt;
    }

    const Trace& trace_;
    const Event& event_;
    TraceIndex::Events conversation_; // all of it, up to the end
    std::size_t end_ = 0;
};

} // namespace

const PacketHead* packet_in(const Event& event)
{
    return std::visit(PacketOf{}, event.what);
}

std::optional<FoundPacket> find_packet(const Source& source, EventId selected)
{
    if (selected.value >= std::min(source.end, source.trace.size())) return std::nullopt;
    return Finder{source, source.trace.at(selected)}.find();
}

std::vector<const Event*> conversation_until(const Trace& trace, const Event& last)
{
    std::vector<const Event*> events;
    for (const EventId id :
         events_before(trace.index().of(last.connection), last.id.value + std::size_t{1}))
        events.push_back(&trace.at(id));
    return events;
}

std::optional<StreamPlace> place_in_stream(const std::vector<const Event*>& conversation,
                                           const PacketHead& packet)
{
    if (packet.transport != Transport::tcp) return std::nullopt;
    const Endpoint source{packet.source, packet.source_port};
    std::optional<Endpoint> client;
    for (const Event* event : conversation) {
        if (const auto* attempted = std::get_if<ConnectionAttempted>(&event->what))
            client = attempted->local;
        const PacketHead* head = packet_in(*event);
        if (head == nullptr || head->transport != Transport::tcp || !head->flags.syn) continue;
        if (!client) client = Endpoint{head->source, head->source_port};
        if (Endpoint{head->source, head->source_port} != source) continue;
        return StreamPlace{
            event->host, source == *client, stream_begin(packet.sequence, head->sequence)};
    }
    return std::nullopt;
}

const PacketHead* packet_answered_by(const Event& packet, const Trace& trace)
{
    const PacketHead* icmp = packet_in(packet);
    if (icmp == nullptr || icmp->transport != Transport::icmp) return nullptr;
    const Event* at = &packet;
    for (int steps = 0; steps < most_causes && at->cause.exists(); ++steps) {
        at = &trace.at(at->cause);
        const PacketHead* head = packet_in(*at);
        if (head == nullptr) return nullptr;
        if (head->transport != Transport::icmp && head->number == icmp->sequence) return head;
    }
    return nullptr;
}

} // namespace sim::report
