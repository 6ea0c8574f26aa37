#include "sim/report/golden.h"

#include "sim/core/fields.h"
#include "sim/core/rng.h"

#include <fmt/format.h>

#include <set>
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

// Whether a blob of this event may hold octets that TLS made: handshake messages, ciphertext and
// keys. They change with the TLS library, so only their size is kept (docs/decisions/0006).
bool is_tls_made(Kind kind)
{
    return kind == Kind::tls_handshake_message || kind == Kind::tls_key_logged;
}

class Writer {
public:
    Writer(const Trace& trace, const scenario::Scenario& scenario)
        : trace_{trace}, scenario_{scenario}
    {
    }

    std::string line(const Event& event)
    {
        text_.clear();
        kind_ = event.kind();
        tls_packet_ = false;
        connection_ = event.connection;
        if (kind_ == Kind::tls_started) tls_connections_.insert(event.connection);
        const auto since = event.at - scenario_.start;
        text_ += fmt::format("{} {:.3f}ms {}{} {}",
                             event.id.value,
                             std::chrono::duration<double, std::milli>(since).count(),
                             host(event.host),
                             event.connection.exists() ? fmt::format(" c{}", event.connection.value)
                                                       : "",
                             name_of(kind_));
        if (event.cause.exists()) text_ += fmt::format(" <{}", event.cause.value);
        std::visit([&](const auto& what) { for_each_field(what, *this); }, event.what);
        return text_ + "\n";
    }

    void operator()(std::string_view /*name*/, const PacketHead& packet)
    {
        // What is still readable on such a connection was said before TLS began.
        tls_packet_ =
            tls_connections_.contains(connection_) && !is_printable(trace_.view(packet.payload));
        for_each_field(packet, *this);
    }
    void operator()(std::string_view /*name*/, const Line& line) { for_each_field(line, *this); }
    void operator()(std::string_view name, const Blob& blob) { add(name, bytes(blob)); }
    void operator()(std::string_view name, const TcpFlags& flags)
    {
        std::string set;
        if (flags.syn) set += 'S';
        if (flags.ack) set += 'A';
        if (flags.fin) set += 'F';
        if (flags.rst) set += 'R';
        if (flags.psh) set += 'P';
        add(name, set);
    }
    void operator()(std::string_view name, const Endpoint& endpoint)
    {
        add(name, to_string(endpoint));
    }
    void operator()(std::string_view name, Ipv4 address) { add(name, to_string(address)); }
    void operator()(std::string_view name, Instant at)
    {
        (*this)(name, Duration{at - scenario_.start});
    }
    void operator()(std::string_view name, Duration span)
    {
        add(name, fmt::format("{:.3f}ms", std::chrono::duration<double, std::milli>(span).count()));
    }
    void operator()(std::string_view name, HostId id) { add(name, host(id)); }
    void operator()(std::string_view name, RuleId id)
    {
        add(name, id.exists() ? scenario_.rules[id.value].key : "-");
    }
    template <typename Tag>
    void operator()(std::string_view name, Id<Tag> id)
    {
        add(name, id.exists() ? std::to_string(id.value) : "-");
    }
    template <NamedEnum E>
    void operator()(std::string_view name, E value)
    {
        add(name, std::string{name_of(value)});
    }
    template <typename T>
    requires std::is_integral_v<T>
    void operator()(std::string_view name, T value) { add(name, std::to_string(value)); }

private:
    void add(std::string_view name, const std::string& value)
    {
        text_ += fmt::format(" {}={}", name, value);
    }

    [[nodiscard]] std::string host(HostId id) const
    {
        return id.exists() ? scenario_.hosts[id.value].key : "-";
    }

    [[nodiscard]] std::string bytes(const Blob& blob) const
    {
        const std::string_view view = trace_.view(blob);
        if (view.empty()) return "\"\"";
        if (is_tls_made(kind_) || tls_packet_) return fmt::format("[{}]", view.size());
        if (!is_printable(view) || view.size() > longest_quoted)
            return fmt::format("[{} {:016x}]", view.size(), fnv1a(view));
        std::string quoted = "\"";
        for (const char c : view) {
            if (c == '\r') {
                quoted += "\\r";
            } else if (c == '\n') {
                quoted += "\\n";
            } else if (c == '"' || c == '\\') {
                quoted += std::string{'\\', c};
            } else {
                quoted += c;
            }
        }
        return quoted + "\"";
    }

    const Trace& trace_;
    const scenario::Scenario& scenario_;
    std::string text_;
    Kind kind_{};
    bool tls_packet_ = false;
    ConnectionId connection_;
    std::set<ConnectionId> tls_connections_;
};

} // namespace

std::string golden(const Trace& trace, const scenario::Scenario& scenario)
{
    Writer writer{trace, scenario};
    std::string text;
    for (std::size_t i = 0; i < trace.size(); ++i)
        text += writer.line(trace[i]);
    return text;
}

} // namespace sim::report
