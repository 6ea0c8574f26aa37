// A small network for tests, driven as the World drives it, and words to ask its trace with.
#pragma once

#include "sim/net/fabric.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

namespace sim::net {

inline Address ip(const char* text)
{
    return parse_address(text).value();
}

// What a program heard, with its bytes copied out.
struct Heard {
    Instant at;
    SocketEvent event;
    std::string bytes;
};

class Network {
public:
    explicit Network(Trace::Detail detail = Trace::Detail::full, std::uint64_t seed = 1)
        : trace{detail}, fabric{trace, tasks, seed}
    {
    }

    HostId add(const char* name, const char* address)
    {
        return add(name, address, windows_connect_schedule());
    }
    HostId add(const char* name, const char* address, const ConnectSchedule& schedule)
    {
        return fabric.add_host({name,
                                {ip(address)},
                                schedule.syn_times,
                                schedule.connect_timeout,
                                schedule.data_retransmissions});
    }
    LinkId join(HostId a, HostId b, Duration latency = 10ms, std::uint64_t bits_per_second = 0)
    {
        return fabric.add_link({a, b, latency, bits_per_second});
    }

    // Everything that is due until then, each followed by what programs say and by flush().
    void run_until(Instant end)
    {
        settle();
        while (!tasks.empty() && tasks.next_due() <= end) {
            now = tasks.next_due();
            trace.set_now(now);
            fabric.handle_task(tasks.pop(), now);
            settle();
        }
        if (end == never) return;
        now = end;
        trace.set_now(now);
    }
    void run() { run_until(never); }

    ConnectionId connect(HostId from, Endpoint to) { return fabric.connect(from, to, now); }
    void send(HostId host, ConnectionId connection, std::string_view bytes)
    {
        fabric.send(host, connection, bytes, now);
    }
    void finish(HostId host, ConnectionId connection) { fabric.finish(host, connection, now); }
    void abort(HostId host, ConnectionId connection) { fabric.abort(host, connection, now); }

    // What was heard of one sort, in order.
    template <typename What>
    [[nodiscard]] std::vector<Heard> heard_of(HostId host) const
    {
        std::vector<Heard> found;
        for (const Heard& one : heard) {
            if (one.event.host == host && std::holds_alternative<What>(one.event.what))
                found.push_back(one);
        }
        return found;
    }
    [[nodiscard]] std::string bytes_at(HostId host) const
    {
        std::string bytes;
        for (const Heard& one : heard_of<Received>(host))
            bytes += one.bytes;
        return bytes;
    }

    // Events of one kind, in order.
    [[nodiscard]] std::vector<Event> events(Kind kind) const
    {
        std::vector<Event> found;
        for (std::size_t i = 0; i < trace.size(); ++i)
            if (trace[i].kind() == kind) found.push_back(trace[i]);
        return found;
    }
    template <typename H>
    [[nodiscard]] std::vector<H> happenings() const
    {
        std::vector<H> found;
        for (std::size_t i = 0; i < trace.size(); ++i)
            if (const auto* what = std::get_if<H>(&trace[i].what)) found.push_back(*what);
        return found;
    }
    // "SYN", "SYN ACK", "ACK 12" (octets of payload), ... as sent by their origins, in order.
    [[nodiscard]] std::vector<std::string> segments_from(HostId host) const
    {
        std::vector<std::string> found;
        for (const Event& event : events(Kind::packet_sent))
            if (event.host == host) found.push_back(describe(std::get<PacketSent>(event.what)));
        return found;
    }
    static std::string describe(const PacketSent& sent)
    {
        const PacketHead& head = sent.packet;
        std::string text;
        const auto add_word = [&](bool said, const char* word) {
            if (said) text += text.empty() ? word : std::string{" "} + word;
        };
        add_word(head.flags.syn, "SYN");
        add_word(head.flags.fin, "FIN");
        add_word(head.flags.rst, "RST");
        add_word(head.flags.psh, "PSH");
        add_word(head.flags.ack, "ACK");
        if (head.payload.size > 0) text += " " + std::to_string(head.payload.size);
        return text;
    }

    Trace trace;
    TaskQueue tasks;
    Fabric fabric;
    Instant now{};
    std::vector<Heard> heard;
    // A program of the test's own, told of each event; it may call the fabric.
    std::function<void(const Heard&)> program;

private:
    void settle()
    {
        while (const auto event = fabric.poll_output()) {
            Heard one{now, *event, {}};
            if (const auto* received = std::get_if<Received>(&event->what))
                one.bytes = trace.view(received->payload);
            if (const auto* datagram = std::get_if<Datagram>(&event->what))
                one.bytes = trace.view(datagram->payload);
            if (trace.keeps_events()) heard.push_back(one);
            const CauseScope scope{trace, event->cause};
            if (program) program(one);
        }
        fabric.flush(now);
    }
};

// A client and a server on one link.
struct Pair : Network {
    explicit Pair(Trace::Detail detail = Trace::Detail::full,
                  const ConnectSchedule& schedule = windows_connect_schedule(),
                  std::uint64_t bits_per_second = 0)
        : Network{detail}
    {
        client = add("client", "192.0.2.10", schedule);
        server = add("server", "203.0.113.25", schedule);
        link = join(client, server, 10ms, bits_per_second);
        fabric.finish_topology();
        fabric.listen(server, 25);
    }
    ConnectionId connect() { return Network::connect(client, port25); }
    // A connection that is open at both ends.
    ConnectionId open()
    {
        const ConnectionId connection = connect();
        run_until(now + 100ms);
        return connection;
    }

    Endpoint port25{ip("203.0.113.25"), 25};
    HostId client;
    HostId server;
    LinkId link;
};

// pc - office router - ISP border - server; each link takes 10 ms.
struct Chain : Network {
    Chain()
    {
        pc = add("pc", "192.0.2.10");
        office = add("office", "192.0.2.1");
        border = add("border", "198.51.100.1");
        server = add("server", "203.0.113.25");
        join(pc, office);
        join(office, border);
        join(border, server);
        fabric.finish_topology();
        fabric.listen(server, 25);
        fabric.listen(server, 587);
    }

    Endpoint port25{ip("203.0.113.25"), 25};
    HostId pc;
    HostId office;
    HostId border;
    HostId server;
};

// OP25B as an ISP writes it: TCP from its dynamic customers to port 25 outside its own network.
inline Rule op25b(RuleId id = RuleId{1})
{
    Rule rule;
    rule.id = id;
    rule.key = "op25b";
    rule.source = {false, {*parse_prefix("192.0.2.0/24")}, {}};
    rule.destination = {true, {}, {*parse_prefix("198.51.100.0/24")}};
    rule.transport = Transport::tcp;
    rule.destination_ports = {{25, 25}};
    rule.verdict = Verdict::drop;
    return rule;
}

} // namespace sim::net
