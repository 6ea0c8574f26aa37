#include "sim/report/packet_view.h"

#include "sim/report/dns_fields.h"
#include "sim/report/packet_find.h"
#include "sim/report/packet_octets.h"
#include "sim/report/payload_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::report {

namespace {

using explain::PacketField;
using explain::PacketLayer;
using explain::PortMeaning;

constexpr std::uint16_t dns_port = 53;
constexpr std::uint16_t first_ephemeral_port = 49152; // RFC 6335 §6

PortMeaning meaning_of_port(std::uint64_t port)
{
    switch (port) {
    case 25:
        return PortMeaning::smtp;
    case dns_port:
        return PortMeaning::dns;
    case 110:
        return PortMeaning::pop3;
    case 465:
        return PortMeaning::submissions;
    case 587:
        return PortMeaning::submission;
    case 995:
        return PortMeaning::pop3s;
    default:
        return port >= first_ephemeral_port ? PortMeaning::ephemeral : PortMeaning::other;
    }
}

std::string protocol_name(std::uint64_t protocol)
{
    switch (protocol) {
    case 1:
        return "ICMP (1)";
    case 6:
        return "TCP (6)";
    case 17:
        return "UDP (17)";
    default:
        return fmt::format("{}", protocol);
    }
}

std::string address_name(std::uint64_t address)
{
    return to_string(Address{static_cast<std::uint32_t>(address)});
}

std::string flag_names(std::uint64_t bits)
{
    std::string names;
    for (const auto& [bit, name] : {std::pair<std::uint64_t, std::string_view>{2, "SYN"},
                                    {16, "ACK"},
                                    {1, "FIN"},
                                    {4, "RST"},
                                    {8, "PSH"}}) {
        if ((bits & bit) == 0) continue;
        if (!names.empty()) names += ' ';
        names += name;
    }
    return names;
}

// Reads the headers back from the octets, so that what is shown is what is there.
class PacketReader {
public:
    PacketReader(const Source& source, const Event& event, const PacketHead& head)
        : source_{source}, event_{event}, head_{head}
    {
        const PacketHead* answered = packet_answered_by(event, source.trace);
        if (answered != nullptr) {
            const QuotedPacket quoted{*answered, source.trace.view(answered->payload)};
            octets_ = packet_octets(head, source.trace.view(head.payload), &quoted);
        } else {
            octets_ = packet_octets(head, source.trace.view(head.payload), nullptr);
        }
    }

    void read(PacketView& view)
    {
        Octets rest{octets_, 0};
        ipv4(rest, PacketLayer::ipv4);
        switch (head_.transport) {
        case Transport::tcp:
            tcp(rest);
            break;
        case Transport::udp:
            udp(rest);
            break;
        case Transport::icmp:
            icmp(rest);
            break;
        }
        if (!rest.empty()) payload(rest);
        for (const OctetRange& secret : masked_)
            std::fill_n(octets_.begin() + secret.offset, secret.size, '*');
        view.bytes.assign(octets_.begin(), octets_.end());
        view.masked = std::move(masked_);
        view.layers = std::move(layers_);
    }

private:
    void begin(PacketLayer kind, const Octets& rest)
    {
        layers_.push_back(make_layer(kind, source_.language));
        layers_.back().offset = rest.offset();
    }
    void end(FieldList& fields, const Octets& rest, std::string summary)
    {
        Layer& layer = layers_.back();
        layer.size = rest.offset() - layer.offset;
        layer.summary = std::move(summary);
        std::vector<Field> made = fields.take();
        layer.fields.insert(layer.fields.end(), made.begin(), made.end());
    }

    // Headers are as long as packet_octets made them, so that nothing can be missing.
    static std::uint64_t take(Octets& rest, std::size_t width)
    {
        return rest.number(width).value();
    }

    template <typename Say>
    static std::uint64_t
    field(FieldList& fields, Octets& rest, PacketField what, std::size_t width, Say&& say)
    {
        const OctetRange at{rest.offset(), static_cast<std::uint32_t>(width)};
        const std::uint64_t value = take(rest, width);
        fields.add(what, say(value), at);
        return value;
    }
    static std::uint64_t field(FieldList& fields, Octets& rest, PacketField what, std::size_t width)
    {
        return field(
            fields, rest, what, width, [](std::uint64_t v) { return fmt::format("{}", v); });
    }
    static void hex_field(FieldList& fields, Octets& rest, PacketField what)
    {
        field(fields, rest, what, 2, [](std::uint64_t v) { return fmt::format("0x{:04x}", v); });
    }
    static std::uint64_t port(FieldList& fields, Octets& rest, PacketField what)
    {
        const OctetRange at{rest.offset(), 2};
        const std::uint64_t port = take(rest, 2);
        fields.add(what,
                   fmt::format("{}", port),
                   at,
                   0,
                   fmt::format("report.packet.port.{}", name_of(meaning_of_port(port))));
        return port;
    }

    // The protocol that follows. `kind`: the packet's own header, or one that ICMP quotes, which
    // shares its layer with what follows it.
    std::uint64_t ipv4(Octets& rest, PacketLayer kind)
    {
        begin(kind, rest);
        FieldList fields{source_.language};
        field(fields, rest, PacketField::ipv4_version, 1, [&](std::uint64_t v) {
            return fmt::format("{} ({})", v >> 4U, fields.octets((v & 0xfU) * 4));
        });
        field(fields, rest, PacketField::ipv4_service, 1);
        field(fields, rest, PacketField::ipv4_total_length, 2, [&](std::uint64_t v) {
            return fields.octets(v);
        });
        field(fields, rest, PacketField::ipv4_identification, 2);
        field(fields, rest, PacketField::ipv4_flags, 2, [](std::uint64_t v) {
            return fmt::format("0x{:04x}{}", v, (v & 0x4000U) != 0 ? " (DF)" : "");
        });
        field(fields, rest, PacketField::ipv4_ttl, 1);
        const std::uint64_t protocol =
            field(fields, rest, PacketField::ipv4_protocol, 1, protocol_name);
        hex_field(fields, rest, PacketField::ipv4_checksum);
        const std::uint64_t from = field(fields, rest, PacketField::ipv4_source, 4, address_name);
        const std::uint64_t to =
            field(fields, rest, PacketField::ipv4_destination, 4, address_name);
        end(fields, rest, fmt::format("{} → {}", address_name(from), address_name(to)));
        return protocol;
    }

    void tcp(Octets& rest)
    {
        begin(PacketLayer::tcp, rest);
        FieldList fields{source_.language};
        const std::uint64_t from = port(fields, rest, PacketField::source_port);
        const std::uint64_t to = port(fields, rest, PacketField::destination_port);
        field(fields, rest, PacketField::tcp_sequence, 4);
        field(fields, rest, PacketField::tcp_acknowledgement, 4);
        field(fields, rest, PacketField::tcp_header_length, 1, [&](std::uint64_t v) {
            return fields.octets((v >> 4U) * 4);
        });
        const OctetRange flags_at{rest.offset(), 1};
        const std::uint64_t flags = field(fields, rest, PacketField::tcp_flags, 1, flag_names);
        for (const auto& [bit, what] :
             {std::pair<std::uint64_t, PacketField>{2, PacketField::tcp_flag_syn},
              {16, PacketField::tcp_flag_ack},
              {1, PacketField::tcp_flag_fin},
              {4, PacketField::tcp_flag_rst},
              {8, PacketField::tcp_flag_psh}}) {
            if ((flags & bit) != 0) fields.add(what, "1", flags_at, 1);
        }
        field(fields, rest, PacketField::tcp_window, 2);
        hex_field(fields, rest, PacketField::tcp_checksum);
        field(fields, rest, PacketField::tcp_urgent, 2);
        end(fields, rest, fmt::format("{} → {} {}", from, to, flag_names(flags)));
    }

    void udp(Octets& rest)
    {
        begin(PacketLayer::udp, rest);
        FieldList fields{source_.language};
        const std::uint64_t from = port(fields, rest, PacketField::source_port);
        const std::uint64_t to = port(fields, rest, PacketField::destination_port);
        field(fields, rest, PacketField::udp_length, 2, [&](std::uint64_t v) {
            return fields.octets(v);
        });
        hex_field(fields, rest, PacketField::udp_checksum);
        end(fields, rest, fmt::format("{} → {}", from, to));
    }

    void icmp(Octets& rest)
    {
        begin(PacketLayer::icmp, rest);
        FieldList fields{source_.language};
        const std::uint64_t type = field(fields, rest, PacketField::icmp_type, 1);
        const std::uint64_t code = field(fields, rest, PacketField::icmp_code, 1);
        hex_field(fields, rest, PacketField::icmp_checksum);
        field(fields, rest, PacketField::icmp_unused, 4);
        end(fields, rest, fmt::format("{}/{}", type, code));
        if (rest.empty()) return;
        const bool quotes_tcp = ipv4(rest, PacketLayer::icmp_quoted) == 6;
        FieldList quoted{source_.language};
        port(quoted, rest, PacketField::source_port);
        port(quoted, rest, PacketField::destination_port);
        if (quotes_tcp) {
            field(quoted, rest, PacketField::tcp_sequence, 4);
        } else {
            field(quoted, rest, PacketField::udp_length, 2, [&](std::uint64_t v) {
                return quoted.octets(v);
            });
            hex_field(quoted, rest, PacketField::udp_checksum);
        }
        end(quoted, rest, layers_.back().summary);
    }

    void payload(const Octets& rest)
    {
        if (head_.transport == Transport::udp &&
            (head_.destination_port == dns_port || head_.source_port == dns_port)) {
            layers_.push_back(dns_layer(rest.rest(), rest.offset(), source_.language));
            return;
        }
        const std::vector<const Event*> conversation = conversation_until(source_.trace, event_);
        const auto place = place_in_stream(conversation, head_);
        if (place) {
            Payload read =
                payload_layers(source_, conversation, *place, rest.rest(), rest.offset());
            masked_ = std::move(read.secrets);
            layers_.insert(layers_.end(), read.layers.begin(), read.layers.end());
            return;
        }
        Layer layer = make_layer(PacketLayer::octets, source_.language);
        layer.offset = rest.offset();
        layer.size = static_cast<std::uint32_t>(rest.left());
        FieldList fields{source_.language};
        fields.add(PacketField::octets, fields.octets(rest.left()), rest.range());
        layer.fields = fields.take();
        layers_.push_back(std::move(layer));
    }

    const Source& source_;
    const Event& event_;
    const PacketHead& head_;
    std::string octets_;
    std::vector<OctetRange> masked_;
    std::vector<Layer> layers_;
};

std::string title_of(const PacketHead& head)
{
    if (head.transport == Transport::icmp)
        return fmt::format("{} → {}", to_string(head.source), to_string(head.destination));
    return fmt::format("{} → {}",
                       to_string(Endpoint{head.source, head.source_port}),
                       to_string(Endpoint{head.destination, head.destination_port}));
}

} // namespace

std::optional<PacketView> packet_view(const Source& source, EventId selected)
{
    const std::optional<FoundPacket> found = find_packet(source, selected);
    if (!found) return std::nullopt;
    const PacketHead& head = *packet_in(*found->event);
    PacketView view;
    view.event = found->event->id;
    view.relation = found->relation;
    view.relation_words =
        source.language.text(fmt::format("report.packet.relation.{}", name_of(found->relation)));
    view.title = title_of(head);
    PacketReader{source, *found->event, head}.read(view);
    return view;
}

} // namespace sim::report
