#include "sim/report/pcapng.h"

#include "sim/explain/describe.h"
#include "sim/report/packet_find.h"
#include "sim/report/packet_octets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

// Block types and options: draft-ietf-opsawg-pcapng, sections 4 and 10.
enum class Block : std::uint32_t {
    section_header = 0x0A0D0D0A,
    interface_description = 1,
    name_resolution = 4,
    enhanced_packet = 6,
    decryption_secrets = 10,
};
enum class Option : std::uint16_t {
    end = 0,
    comment = 1,
    interface_name = 2,
    interface_description = 3,
    user_application = 4,
    time_resolution = 9,
};
constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;
constexpr std::uint16_t link_type_ipv4 = 228; // the packet begins with its IPv4 header
constexpr std::uint32_t tls_key_log = 0x544c534b;
constexpr std::uint16_t ipv4_name_record = 1;
constexpr char nanoseconds = 9; // 10 to the power of minus this

void add16(std::string& to, std::uint32_t value)
{
    to += static_cast<char>(value & 0xffU);
    to += static_cast<char>((value >> 8U) & 0xffU);
}

void add32(std::string& to, std::uint32_t value)
{
    add16(to, value & 0xffffU);
    add16(to, value >> 16U);
}

void pad(std::string& to)
{
    while (to.size() % 4 != 0)
        to += '\0';
}

void add_option(std::string& to, Option option, std::string_view value)
{
    constexpr std::size_t longest = 0xffff;
    add16(to, static_cast<std::uint32_t>(option));
    add16(to, static_cast<std::uint32_t>(std::min(value.size(), longest)));
    to += value.substr(0, longest);
    pad(to);
}

void add_end_of_options(std::string& to)
{
    add16(to, static_cast<std::uint32_t>(Option::end));
    add16(to, 0);
}

// A block's body between its type and its length, which stands on both sides.
void add_block(std::string& to, Block type, std::string body)
{
    pad(body);
    const auto size = static_cast<std::uint32_t>(body.size() + 12);
    add32(to, static_cast<std::uint32_t>(type));
    add32(to, size);
    to += body;
    add32(to, size);
}

// What stopped each packet.
class Drops {
public:
    Drops(const Trace& trace, std::size_t end)
    {
        for (std::size_t i = 0; i < end; ++i) {
            const Event& event = trace[i];
            if (const auto* dropped = std::get_if<PacketDropped>(&event.what))
                by_number_[dropped->packet.number] = &event;
        }
    }

    [[nodiscard]] const Event* find(std::uint32_t packet) const
    {
        const auto found = by_number_.find(packet);
        return found == by_number_.end() ? nullptr : found->second;
    }

private:
    std::map<std::uint32_t, const Event*> by_number_; // a packet is stopped at most once
};

class PacketFile {
public:
    PacketFile(const Source& source, const std::optional<TappedLink>& link)
        : source_{source}, link_{link}, drops_{source.trace, source.end}
    {
    }

    std::string write()
    {
        for (std::size_t i = 0; i < source_.end; ++i)
            add(source_.trace[i]);
        std::string file;
        add_section_header(file);
        // editcap and mergecap take a file for one that they can write only when its first block
        // describes an interface; tshark and Wireshark take any order.
        file += interface_blocks_;
        add_secrets(file);
        add_names(file);
        return file + packets_;
    }

private:
    void add_section_header(std::string& file) const
    {
        const auto& title = source_.scenario.title;
        std::string body;
        add32(body, byte_order_magic);
        add16(body, 1); // version 1.0
        add16(body, 0);
        add32(body, 0xffffffffU); // the section's length: not said
        add32(body, 0xffffffffU);
        add_option(body, Option::comment, source_.language.code() == "ja" ? title.ja : title.en);
        add_option(body, Option::user_application, "hikyaku");
        add_end_of_options(body);
        add_block(file, Block::section_header, std::move(body));
    }

    void add_secrets(std::string& file) const
    {
        const std::string secrets = key_log(source_.trace, source_.end);
        if (secrets.empty()) return;
        std::string body;
        add32(body, tls_key_log);
        add32(body, static_cast<std::uint32_t>(secrets.size()));
        body += secrets;
        add_block(file, Block::decryption_secrets, std::move(body));
    }

    // What the addresses in the packets are called.
    void add_names(std::string& file) const
    {
        std::string body;
        for (const Address address : addresses_) {
            const HostId host = explain::host_at(address, source_.scenario);
            if (!host.exists()) continue;
            const std::string& name = source_.scenario.hosts[host.value].key;
            add16(body, ipv4_name_record);
            add16(body, static_cast<std::uint32_t>(4 + name.size() + 1));
            for (const unsigned shift : {24U, 16U, 8U, 0U})
                body += static_cast<char>((address.value >> shift) & 0xffU);
            body += name;
            body += '\0';
            pad(body);
        }
        if (body.empty()) return;
        add32(body, 0); // no more records
        add_block(file, Block::name_resolution, std::move(body));
    }

    void add(const Event& event)
    {
        if (const auto* sent = std::get_if<PacketSent>(&event.what)) {
            if (link_ && sent->link != link_->link) return;
            if (!link_ && !seen_.insert(sent->packet.number).second) return;
            const Event* stopped = drops_.find(sent->packet.number);
            // Whoever listens on one cable knows only what became of it at that cable's end.
            if (link_ && stopped != nullptr && stopped->host != sent->to) stopped = nullptr;
            const HostId a = std::min(event.host, sent->to);
            const HostId b = std::max(event.host, sent->to);
            add_packet(event, sent->packet, interface_between(a, b), stopped);
        } else if (const auto* dropped = std::get_if<PacketDropped>(&event.what)) {
            // Stopped by the host that made it: it came onto no cable.
            if (link_ || !seen_.insert(dropped->packet.number).second) return;
            add_packet(event, dropped->packet, interface_between(event.host, {}), &event);
        }
    }

    // The number of the interface for this cable, or, without b, for what never left the host a.
    std::uint32_t interface_between(HostId a, HostId b)
    {
        const auto found = interfaces_.find({a, b});
        if (found != interfaces_.end()) return found->second;
        const auto& hosts = source_.scenario.hosts;
        const auto context = source_.context();
        std::string body;
        add16(body, link_type_ipv4);
        add16(body, 0);
        add32(body, 0); // packets are whole
        if (b.exists()) {
            add_option(body,
                       Option::interface_name,
                       fmt::format("{}/{}", hosts[a.value].key, hosts[b.value].key));
            add_option(body,
                       Option::interface_description,
                       fmt::format("{} - {}",
                                   explain::host_name(a, context),
                                   explain::host_name(b, context)));
        } else {
            add_option(body, Option::interface_name, hosts[a.value].key);
            add_option(body, Option::interface_description, explain::host_name(a, context));
        }
        add_option(body, Option::time_resolution, std::string_view{&nanoseconds, 1});
        add_end_of_options(body);
        add_block(interface_blocks_, Block::interface_description, std::move(body));
        const auto number = static_cast<std::uint32_t>(interfaces_.size());
        interfaces_[{a, b}] = number;
        return number;
    }

    void add_packet(const Event& event,
                    const PacketHead& packet,
                    std::uint32_t interface,
                    const Event* stopped)
    {
        addresses_.insert(packet.source);
        addresses_.insert(packet.destination);
        const std::string octets = octets_of(event, packet);
        const auto size = static_cast<std::uint32_t>(octets.size());
        const auto time = static_cast<std::uint64_t>(event.at.time_since_epoch().count());
        std::string body;
        add32(body, interface);
        add32(body, static_cast<std::uint32_t>(time >> 32U));
        add32(body, static_cast<std::uint32_t>(time & 0xffffffffU));
        add32(body, size);
        add32(body, size);
        body += octets;
        pad(body);
        if (stopped != nullptr) {
            // Whoever reads packets wants the rule's name, at whatever level the run was told.
            add_option(body,
                       Option::comment,
                       explain::describe(*stopped, explain::Level::expert, source_.context()));
            add_end_of_options(body);
        }
        add_block(packets_, Block::enhanced_packet, std::move(body));
    }

    [[nodiscard]] std::string octets_of(const Event& event, const PacketHead& packet) const
    {
        const std::string_view payload = source_.trace.view(packet.payload);
        const PacketHead* answered = packet_answered_by(event, source_.trace);
        if (answered == nullptr) return packet_octets(packet, payload, nullptr);
        const QuotedPacket quoted{*answered, source_.trace.view(answered->payload)};
        return packet_octets(packet, payload, &quoted);
    }

    const Source& source_;
    const std::optional<TappedLink>& link_;
    Drops drops_;
    std::string interface_blocks_;
    std::string packets_;
    std::set<std::uint32_t> seen_;
    std::set<Address> addresses_;
    std::map<std::pair<HostId, HostId>, std::uint32_t> interfaces_;
};

} // namespace

std::string pcapng(const Source& source, const std::optional<TappedLink>& link)
{
    return PacketFile{source, link}.write();
}

std::string key_log(const Trace& trace, std::size_t end)
{
    std::string lines;
    std::set<std::string_view> written; // both ends log the same
    for (std::size_t i = 0; i < end; ++i) {
        const auto* logged = std::get_if<TlsKeyLogged>(&trace[i].what);
        if (logged == nullptr || !written.insert(trace.view(logged->line)).second) continue;
        lines += trace.view(logged->line);
        lines += '\n';
    }
    return lines;
}

} // namespace sim::report
