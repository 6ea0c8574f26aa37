#include "sim/report/golden.h"

#include "sim/core/fields.h"
#include "sim/core/rng.h"
#include "sim/playback.h"

#include <fmt/format.h>

#include <type_traits>
#include <variant>

namespace sim::report {

namespace {

constexpr std::size_t longest_quoted = 400;

bool is_printable(std::string_view bytes)
{
    for (const char c : bytes)
        if ((c < 0x20 || c > 0x7E) && c != '\r' && c != '\n') return false;
    return true;
}

std::string in_quotes(std::string_view bytes)
{
    if (!is_printable(bytes) || bytes.size() > longest_quoted)
        return fmt::format("[{} {:016x}]", bytes.size(), fnv1a(bytes));
    std::string text = "\"";
    for (const char c : bytes) {
        if (c == '\r') {
            text += "\\r";
        } else if (c == '\n') {
            text += "\\n";
        } else if (c == '"' || c == '\\') {
            text += std::string{'\\', c};
        } else {
            text += c;
        }
    }
    return text + "\"";
}

// 3031 ms -> "0:00:03"; hours go on beyond a day.
std::string clock(Duration since)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since).count();
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// One event as words in a row. What is false, empty or nobody is left out.
class Writer {
public:
    Writer(const Trace& trace, const scenario::Scenario& scenario)
        : trace_{trace}, scenario_{scenario}
    {
    }

    std::string line(const Event& event)
    {
        text_ = clock(event.at - scenario_.start);
        if (event.host.exists()) text_ += " " + scenario_.hosts[event.host.value].key;
        if (event.connection.exists()) text_ += fmt::format(" c{}", event.connection.value);
        text_ += fmt::format(" {}", name_of(event.kind()));
        std::visit([&](const auto& what) { for_each_field(what, *this); }, event.what);
        return text_ + "\n";
    }

    void operator()(std::string_view /*name*/, const PacketHead& packet)
    {
        text_ += fmt::format(" {} {}:{} > {}:{}",
                             name_of(packet.transport),
                             to_string(packet.source),
                             packet.source_port,
                             to_string(packet.destination),
                             packet.destination_port);
        if (packet.icmp != Icmp::none) text_ += fmt::format(" {}", name_of(packet.icmp));
        if (packet.flags.syn) text_ += " syn";
    }
    // Where in its stream it stands says how much was said before it.
    void operator()(std::string_view /*name*/, const Line& line)
    {
        text_ += " " + in_quotes(trace_.view(line.bytes));
    }
    void operator()(std::string_view name, const Blob& blob)
    {
        if (blob.size > 0) add(name, in_quotes(trace_.view(blob)));
    }
    void operator()(std::string_view name, const Endpoint& endpoint)
    {
        add(name, to_string(endpoint));
    }
    void operator()(std::string_view name, Address address) { add(name, to_string(address)); }
    void operator()(std::string_view name, Instant at) { add(name, clock(at - scenario_.start)); }
    void operator()(std::string_view name, Duration span) { add(name, clock(span)); }
    void operator()(std::string_view name, HostId id)
    {
        if (id.exists()) add(name, scenario_.hosts[id.value].key);
    }
    void operator()(std::string_view name, RuleId id)
    {
        if (id.exists()) add(name, scenario_.rules[id.value].key);
    }
    // Its number moves with every event before it; what it answers stands above.
    void operator()(std::string_view /*name*/, EventId /*id*/) {}
    template <typename Tag>
    void operator()(std::string_view name, Id<Tag> id)
    {
        if (id.exists()) add(name, std::to_string(id.value));
    }
    template <NamedEnum E>
    void operator()(std::string_view name, E value)
    {
        add(name, std::string{name_of(value)});
    }
    // The one who says something has the line; the one who hears it has none (is_echo).
    void operator()(std::string_view /*name*/, Side /*side*/) {}
    void operator()(std::string_view name, bool value)
    {
        if (value) text_ += fmt::format(" {}", name);
    }
    template <typename T>
    requires std::is_integral_v<T>
    void operator()(std::string_view name, T value) { add(name, std::to_string(value)); }

private:
    void add(std::string_view name, const std::string& value)
    {
        text_ += fmt::format(" {}={}", name, value);
    }

    const Trace& trace_;
    const scenario::Scenario& scenario_;
    std::string text_;
};

} // namespace

std::string golden(const Trace& trace, const scenario::Scenario& scenario)
{
    Writer writer{trace, scenario};
    std::string text;
    for (std::size_t i = 0; i < trace.size(); ++i)
        if (is_stop(trace, trace[i], Unit::command)) text += writer.line(trace[i]);
    text += fmt::format("{} events, hash {:016x}\n", trace.size(), trace.hash());
    return text;
}

} // namespace sim::report
