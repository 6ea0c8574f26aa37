#include "sim/report/wire.h"

#include "sim/core/utf8.h"
#include "sim/playback.h"
#include "sim/report/charset.h"
#include "sim/report/days.h"
#include "sim/report/ends.h"
#include "sim/report/learned.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

constexpr std::size_t hex_row_octets = 16;
constexpr std::size_t hex_rows = 2; // of each packet: enough to see that there is nothing to see

bool is_text(std::string_view bytes)
{
    // Whatever its charset; control characters other than line ends, tabs and the beginnings of
    // ISO-2022-JP's escape sequences are none of it.
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        const auto octet = static_cast<std::uint8_t>(c);
        const bool escapes =
            c == '\x1b' && i + 1 < bytes.size() && (bytes[i + 1] == '$' || bytes[i + 1] == '(');
        const bool usual = c == '\r' || c == '\n' || c == '\t' || escapes;
        if ((octet < 0x20 && !usual) || octet == 0x7F) return false;
    }
    return true;
}

// A bare acknowledgement: for experts only.
bool is_bare_ack(const PacketHead& packet)
{
    return packet.transport == Transport::tcp && packet.payload.size == 0 && !packet.flags.syn &&
           !packet.flags.fin && !packet.flags.rst;
}

// Something that crossed the link, and what had crossed by then, itself included.
struct Crossing {
    std::uint32_t at = 0; // its PacketSent
    std::uint64_t clear_octets = 0;
    std::uint64_t sealed_octets = 0;
};

class Tap {
public:
    Tap(const Source& source, const TappedLink& link, const std::set<ConnectionId>& shift_jis)
        : source_{source},
          context_{source.context()},
          link_{link},
          shift_jis_{shift_jis},
          days_{source}
    {
    }

    Lines listen(std::span<const Crossing> crossings, std::size_t most)
    {
        say("report.wire.heading",
            {{"a", explain::host_name(link_.a, context_)},
             {"b", explain::host_name(link_.b, context_)}},
            Role::heading);
        const std::size_t left_out = crossings.size() - std::min(crossings.size(), most);
        if (left_out > 0)
            say("report.wire.earlier", {{"count", std::to_string(left_out)}}, Role::quiet);
        for (const Crossing& crossing : crossings.subspan(left_out)) {
            const Event& event = source_.trace[crossing.at];
            days_.before(event.at, lines_);
            packet(event, std::get<PacketSent>(event.what));
        }
        const Crossing sum = crossings.empty() ? Crossing{} : crossings.back();
        lines_.push_back({});
        say("report.wire.summary",
            {{"clear", std::to_string(sum.clear_octets)},
             {"sealed", std::to_string(sum.sealed_octets)}},
            Role::plain);
        if (sum.sealed_octets > 0) say("report.wire.not_hidden", {}, Role::plain);
        return std::move(lines_);
    }

private:
    void say(std::string_view key, const explain::Arguments& arguments, Role role)
    {
        for (const std::string& part : wrap(source_.language.text(key, arguments), source_.columns))
            lines_.push_back({{{part, role}}, {}});
    }

    void indented(const Event& event, const std::string& text, Role role)
    {
        for (const std::string& part : wrap(text, source_.columns - clock_columns - 2)) {
            lines_.push_back(
                {{{std::string(clock_columns, ' ') + "│ ", Role::quiet}, {part, role}}, event.id});
        }
    }

    void packet(const Event& event, const PacketSent& sent)
    {
        const std::string_view bytes = source_.trace.view(sent.packet.payload);
        const explain::Mark mark = explain::mark_of(event, context_);
        const std::string label = explain::label(mark, source_.language);
        const std::string place =
            fmt::format("{} → {}",
                        to_string(Endpoint{sent.packet.source, sent.packet.source_port}),
                        to_string(Endpoint{sent.packet.destination, sent.packet.destination_port}));
        const std::string what =
            bytes.empty() ? explain::headline(event, context_)
                          : source_.language.text("report.wire.octets",
                                                  {{"size", std::to_string(bytes.size())}});
        bool first = true;
        for (const std::string& part :
             wrap(fmt::format("{}  {}{}{}", place, label, label.empty() ? "" : "  ", what),
                  source_.columns - clock_columns)) {
            lines_.push_back(
                {{{fit(first ? explain::clock_time(event.at, source_.scenario) : "", clock_columns),
                   Role::quiet},
                  {part, role_of(mark)}},
                 event.id});
            first = false;
        }
        if (const Event* dns = dns_carried_by(event, source_.trace)) {
            indented(*dns, explain::headline(*dns, context_), Role::quiet);
            return;
        }
        if (mark != explain::Mark::encrypted && is_text(bytes)) {
            text(event, bytes);
        } else {
            hex(event, bytes);
        }
    }

    void text(const Event& event, std::string_view bytes)
    {
        while (!bytes.empty()) {
            const std::size_t end = std::min(bytes.find('\n'), bytes.size());
            std::string_view line = bytes.substr(0, end);
            bytes.remove_prefix(std::min(end + 1, bytes.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            indented(event, printable(line), Role::clear);
            for (const std::string& words : unwrapped(base64_undone(line), source_))
                indented(event, words, Role::secret);
            if (const auto japanese = decode_iso_2022_jp(line)) {
                decoded(event, "ISO-2022-JP", *japanese);
            } else if (shift_jis_.contains(event.connection)) {
                if (const auto said = decode_shift_jis(line)) decoded(event, "Shift_JIS", *said);
            }
        }
    }

    // What a reader sees whose program knows the charset.
    void decoded(const Event& event, const char* charset, const std::string& text)
    {
        indented(
            event,
            source_.language.text("report.wire.decoded", {{"charset", charset}, {"text", text}}),
            Role::clear);
    }

    void hex(const Event& event, std::string_view bytes)
    {
        const Role role = role_of(explain::mark_of(event, context_));
        std::size_t rows = 0;
        while (!bytes.empty() && (rows < hex_rows || source_.level == Level::expert)) {
            std::string row;
            for (const char c : bytes.substr(0, hex_row_octets))
                row += fmt::format("{:02x} ", static_cast<std::uint8_t>(c));
            bytes.remove_prefix(std::min(bytes.size(), hex_row_octets));
            ++rows;
            indented(event, row, role);
        }
        if (!bytes.empty()) {
            indented(
                event,
                source_.language.text("report.wire.more", {{"size", std::to_string(bytes.size())}}),
                Role::quiet);
        }
    }

    const Source& source_;
    explain::Context context_;
    TappedLink link_;
    const std::set<ConnectionId>& shift_jis_;
    Days days_;
    Lines lines_;
};

} // namespace

struct WireTap::Parts {
    Source source;
    TappedLink link;
    std::size_t followed = 0; // events
    std::vector<Crossing> crossings;
    std::set<ConnectionId> shift_jis; // on which a mail says that it is written so
    Learned learned;

    Parts(const Source& of, const TappedLink& on) : source{of}, link{on}, learned{of, on}
    {
        follow();
    }

    void follow()
    {
        const explain::Context context = source.context();
        Crossing sum = crossings.empty() ? Crossing{} : crossings.back();
        for (; followed < source.trace.size(); ++followed) {
            const Event& event = source.trace[followed];
            const auto* sent = std::get_if<PacketSent>(&event.what);
            if (sent == nullptr || sent->link != link.link) continue;
            if (is_bare_ack(sent->packet) && source.level != Level::expert) continue;
            const bool sealed = explain::mark_of(event, context) == explain::Mark::encrypted &&
                                dns_carried_by(event, source.trace) == nullptr;
            if (!sealed && declares_shift_jis(source.trace.view(sent->packet.payload)))
                shift_jis.insert(event.connection);
            sum.at = event.id.value;
            (sealed ? sum.sealed_octets : sum.clear_octets) += sent->packet.payload.size;
            crossings.push_back(sum);
        }
    }
};

WireTap::WireTap(const Source& source, const TappedLink& link)
    : parts_{make_hidden<Parts>(source, link)}
{
}

void WireTap::follow()
{
    parts_->follow();
    parts_->learned.follow();
}

Lines WireTap::lines(std::size_t end, std::size_t most_packets) const
{
    const auto& all = parts_->crossings;
    const auto crossed = static_cast<std::size_t>(
        std::ranges::lower_bound(all, end, {}, &Crossing::at) - all.begin());
    Lines lines = Tap{parts_->source, parts_->link, parts_->shift_jis}.listen(
        std::span{all}.first(crossed), most_packets);
    const Lines more = parts_->learned.lines(end);
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
}

std::vector<TappedLink> tapped_links(const Trace& trace, std::size_t end)
{
    std::vector<TappedLink> links;
    add_tapped_links(links, trace, 0, end);
    return links;
}

void add_tapped_links(std::vector<TappedLink>& links,
                      const Trace& trace,
                      std::size_t begin,
                      std::size_t end)
{
    for (std::size_t i = begin; i < end; ++i) {
        const Event& event = trace[i];
        const auto* sent = std::get_if<PacketSent>(&event.what);
        if (sent == nullptr) continue;
        const auto place = std::ranges::lower_bound(links, sent->link, {}, &TappedLink::link);
        if (place == links.end() || place->link != sent->link)
            links.insert(place, TappedLink{sent->link, event.host, sent->to});
    }
}

std::optional<TappedLink> find_link(const std::vector<TappedLink>& links,
                                    std::string_view a,
                                    std::string_view b,
                                    const scenario::Scenario& scenario)
{
    for (const TappedLink& link : links) {
        const std::string& one = scenario.hosts[link.a.value].key;
        const std::string& other = scenario.hosts[link.b.value].key;
        if ((one == a && other == b) || (one == b && other == a)) return link;
    }
    return std::nullopt;
}

std::optional<TappedLink> link_of_sender(const Source& source)
{
    const auto composed = events_before(source.trace.index().of(Kind::mail_composed), source.end);
    const HostId sender = composed.empty() ? HostId{} : source.trace.at(composed.front()).host;
    const auto links = tapped_links(source.trace, source.end);
    for (const TappedLink& link : links)
        if (link.a == sender || link.b == sender) return link;
    if (links.empty()) return std::nullopt;
    return links.front();
}

Lines wire(const Source& source, const TappedLink& link)
{
    return WireTap{source, link}.lines(source.end, source.trace.size());
}

bool is_readable_on_the_way(const Trace& trace, std::size_t end, std::string_view text)
{
    // One stream for each link, connection and direction; repeated segments are read once.
    using Stream = std::tuple<LinkId, ConnectionId, Endpoint>;
    std::map<Stream, std::map<std::uint32_t, std::string_view>> segments;
    for (std::size_t i = 0; i < end; ++i) {
        const auto* sent = std::get_if<PacketSent>(&trace[i].what);
        if (sent == nullptr || sent->packet.payload.size == 0) continue;
        const PacketHead& packet = sent->packet;
        const Stream stream{
            sent->link, trace[i].connection, Endpoint{packet.source, packet.source_port}};
        const bool is_tcp = packet.transport == Transport::tcp;
        const std::uint32_t place = is_tcp ? packet.sequence : packet.number;
        segments[stream].emplace(place, trace.view(packet.payload));
    }
    for (const auto& [stream, parts] : segments) {
        std::string whole;
        for (const auto& [place, bytes] : parts)
            whole += bytes;
        if (whole.find(text) != std::string::npos) return true;
    }
    return false;
}

} // namespace sim::report
