#include "sim/report/ends.h"

#include "sim/core/base64.h"
#include "sim/explain/nouns.h"
#include "sim/playback.h"
#include "sim/report/days.h"
#include "sim/report/packet_find.h"
#include "sim/report/width.h"
#include "sim/sasl/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

constexpr std::size_t most_row_octets = 16;
constexpr std::size_t most_rows = 3;

// What was said, of any protocol: once, where it was said.
struct SaidAt {
    const Line* line = nullptr; // nullptr: the message itself
    bool encrypted = false;
};

struct SaidOf {
    std::optional<SaidAt> operator()(const SmtpCommand& what) const { return of(what); }
    std::optional<SaidAt> operator()(const SmtpReply& what) const { return of(what); }
    std::optional<SaidAt> operator()(const Pop3Command& what) const { return of(what); }
    std::optional<SaidAt> operator()(const Pop3Reply& what) const { return of(what); }
    std::optional<SaidAt> operator()(const SmtpText& what) const
    {
        return SaidAt{nullptr, what.encrypted};
    }
    std::optional<SaidAt> operator()(const auto& /*other*/) const { return std::nullopt; }

private:
    static SaidAt of(const auto& what) { return {&what.line, what.encrypted}; }
};

std::optional<SaidAt> said_in(const Trace& trace, const Event& event)
{
    if (is_echo(trace, event)) return std::nullopt;
    return std::visit(SaidOf{}, event.what);
}

class Telling {
public:
    explicit Telling(const Source& source) : source_{source}, context_{source.context()} {}

    // The lines as an end has them, and what their Base64 says.
    void ends(Lines& lines, const Event& event, const SaidAt& said, std::size_t indent) const
    {
        const Role role = role_of(explain::mark_of(event, context_));
        if (said.line == nullptr) {
            add(lines, event, explain::headline(event, context_), role, indent);
            return;
        }
        const std::string_view bytes = source_.trace.view(said.line->bytes);
        if (said.line->secret_size > 0 || bytes.find("\r\n") == std::string_view::npos) {
            add(lines, event, explain::show_line(*said.line, context_), role, indent);
        } else { // a reply of several lines, each on its own
            std::size_t at = 0;
            while (at < bytes.size()) {
                const std::size_t end = std::min(bytes.find("\r\n", at), bytes.size());
                add(lines, event, explain::show_bytes(bytes.substr(at, end - at)), role, indent);
                at = end + 2;
            }
        }
        const std::string inside = undone(*said.line);
        for (const std::string& words : unwrapped(inside, source_))
            add(lines, event, words, Role::secret, indent);
    }

    // The octets that carry it: readable ones as text, others in hex.
    void wire(Lines& lines, const Event& event, const SaidAt& said, std::string_view octets) const
    {
        if (!said.encrypted && said.line != nullptr) {
            const std::string_view bytes = source_.trace.view(said.line->bytes);
            const std::string_view first = bytes.substr(0, bytes.find("\r\n"));
            add(lines, event, explain::show_bytes(first), Role::clear, 0);
            for (const std::string& words : unwrapped(base64_undone(first), source_))
                add(lines, event, words, Role::secret, 0);
            return;
        }
        const Role role = said.encrypted ? Role::encrypted : Role::clear;
        const std::size_t a_row = std::clamp<std::size_t>(source_.columns / 3, 4, most_row_octets);
        for (std::size_t row = 0; row < most_rows && !octets.empty(); ++row) {
            std::string hex;
            for (const char c : octets.substr(0, a_row))
                hex += fmt::format("{:02x} ", static_cast<std::uint8_t>(c));
            octets.remove_prefix(std::min(octets.size(), a_row));
            lines.push_back({{{hex, role}}, event.id});
        }
        if (octets.empty()) return;
        const std::string more = std::to_string(octets.size());
        add(lines,
            event,
            source_.language.text("report.wire.more", {{"size", more}}),
            Role::quiet,
            0);
    }

    // Who spoke, and when: above what was said when another speaks than before.
    void speaker(Lines& lines, const Event& event) const
    {
        lines.push_back(
            {{{fit(explain::clock_time(event.at, source_.scenario), clock_columns), Role::quiet},
              {explain::host_name(explain::speaker_of(event, context_), context_), Role::quiet}},
             event.id});
    }

private:
    void add(Lines& lines,
             const Event& event,
             const std::string& text,
             Role role,
             std::size_t indent) const
    {
        for (const std::string& part : wrap(text, source_.columns - indent))
            lines.push_back({{{std::string(indent, ' ') + part, role}}, event.id});
    }

    [[nodiscard]] std::string undone(const Line& line) const
    {
        std::string inside = base64_undone(source_.trace.view(line.bytes));
        if (inside.empty() || line.secret_size == 0 || source_.secrets == Secrets::shown)
            return inside;
        return masked_undone(inside);
    }

    // RFC 4616: the password stands behind the last zero octet. A token stands behind "Bearer". A
    // LOGIN line is nothing but secret.
    static std::string masked_undone(const std::string& inside)
    {
        constexpr std::string_view bearer = "auth=Bearer ";
        std::size_t front = 0;
        if (const std::size_t zero = inside.rfind("\\0"); zero != std::string::npos)
            front = zero + 2;
        if (const std::size_t at = inside.find(bearer); at != std::string::npos)
            front = at + bearer.size();
        return inside.substr(0, front) + "********";
    }

    const Source& source_;
    explain::Context context_;
};

} // namespace

SaidIndex::SaidIndex(const Trace& trace, const TappedLink& link) : trace_{trace}, link_{link.link}
{
    follow();
}

void SaidIndex::follow()
{
    for (; followed_ < trace_.size(); ++followed_) {
        const Event& event = trace_[followed_];
        if (!event.connection.exists()) continue;
        const auto* sent = std::get_if<PacketSent>(&event.what);
        if (sent != nullptr && sent->link == link_) hear(event);
        const auto heard = heard_.find(event.connection);
        if (heard != heard_.end()) note(event, heard->second);
    }
}

// With the first packet of a conversation all that was said in it before is heard as well.
void SaidIndex::hear(const Event& crossing)
{
    if (!heard_.try_emplace(crossing.connection, crossing.id.value).second) return;
    for (const EventId id :
         events_before(trace_.index().of(crossing.connection), crossing.id.value))
        note(trace_.at(id), crossing.id.value);
}

void SaidIndex::note(const Event& event, std::uint32_t heard_at)
{
    if (!said_in(trace_, event)) return;
    said_.insert(std::ranges::upper_bound(said_, event.id.value, {}, &Said::at),
                 Said{event.id.value, heard_at});
}

std::vector<EventId> SaidIndex::last_before(std::size_t end, std::size_t most) const
{
    std::vector<EventId> found;
    auto next = std::ranges::lower_bound(said_, end, {}, &Said::at);
    while (next != said_.begin() && found.size() < most) {
        --next;
        if (next->heard_at < end) found.push_back(EventId{next->at});
    }
    return found;
}

std::optional<SaidOnLink> last_said(const Source& source, const TappedLink& link)
{
    return last_said(source, SaidIndex{source.trace, link});
}

std::optional<SaidOnLink> last_said(const Source& source, const SaidIndex& index)
{
    const auto last = index.last_before(source.end, 1);
    if (last.empty()) return std::nullopt;
    const Event& event = source.trace.at(last.front());
    const SaidAt said = said_in(source.trace, event).value();
    const Telling telling{source};
    SaidOnLink told;
    told.said = event.id;
    told.encrypted = said.encrypted;
    const auto say = [&](std::string_view key, const explain::Arguments& arguments = {}) {
        return source.language.text(fmt::format("report.ends.{}", key), arguments);
    };
    told.ends_title = say(said.encrypted ? "only_ends" : "both_ends");
    telling.ends(told.ends, event, said, 0);
    const auto found = find_packet(source, event.id);
    const PacketHead* packet = found ? packet_in(*found->event) : nullptr;
    const std::string_view octets =
        packet != nullptr ? source.trace.view(packet->payload) : std::string_view{};
    told.wire_title = say("on_the_way");
    telling.wire(told.wire, event, said, octets);
    told.conclusion = said.encrypted ? say("sealed", {{"size", std::to_string(octets.size())}}) +
                                           " " + source.language.text("report.wire.not_hidden")
                                     : say("same");
    return told;
}

Lines said_by_ends(const Source& source, const TappedLink& link)
{
    return said_by_ends(source, SaidIndex{source.trace, link}, source.trace.size());
}

Lines said_by_ends(const Source& source, const SaidIndex& index, std::size_t most)
{
    std::vector<EventId> all = index.last_before(source.end, most);
    std::ranges::reverse(all);
    const Telling telling{source};
    Lines lines;
    Days days{source};
    HostId speaker;
    ConnectionId connection;
    for (const EventId id : all) {
        const Event& event = source.trace.at(id);
        days.before(event.at, lines);
        const HostId now = explain::speaker_of(event, source.context());
        if (now != speaker || event.connection != connection) telling.speaker(lines, event);
        speaker = now;
        connection = event.connection;
        telling.ends(lines, event, said_in(source.trace, event).value(), 2);
    }
    return lines;
}

std::vector<std::string> unwrapped(const std::string& inside, const Source& source)
{
    if (inside.empty()) return {};
    std::vector<std::string> words{
        source.language.text("report.wire.unwrapped", {{"text", inside}})};
    constexpr std::string_view bearer = "auth=Bearer ";
    const std::size_t at = inside.find(bearer);
    if (at == std::string::npos) return words;
    std::string_view token = inside;
    token.remove_prefix(at + bearer.size());
    if (const auto claims = sasl::read_token(token.substr(0, token.find("^A")))) {
        const auto plain = [](std::string_view text) { return explain::show_bytes(text); };
        words.push_back(source.language.text(
            "report.wire.token",
            {{"user", plain(claims->user)},
             {"audience", plain(claims->audience)},
             {"scope", plain(claims->scope)},
             {"until",
              explain::clock_time_from(source.scenario.start, claims->expires, source.scenario)}}));
    }
    return words;
}

std::string base64_undone(std::string_view line)
{
    const std::string_view word = line.substr(line.rfind(' ') + 1);
    if (word.size() < 8) return {};
    const auto decoded = decode_base64(word);
    if (!decoded) return {};
    std::string text;
    for (const char c : *decoded) {
        const auto octet = static_cast<std::uint8_t>(c);
        if (octet == 0) {
            text += "\\0";
        } else if (octet == 1) {
            text += "^A"; // as RFC 7628 §4 writes it
        } else if (octet < 0x20 || octet >= 0x7F) {
            return {};
        } else {
            text += c;
        }
    }
    return text;
}

} // namespace sim::report
