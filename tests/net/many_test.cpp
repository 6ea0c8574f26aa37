// Many sessions: the same twice, and never more kept than is open.
#include "tests/net/network.h"

#include <doctest/doctest.h>

#include <map>

using namespace sim;
using namespace sim::net;

namespace {

// A server that greets, answers lines and says goodbye; clients that say three lines and a text.
class Sessions {
public:
    Sessions(Pair& net, int total) : net_{net}, total_{total}
    {
        net_.program = [this](const Heard& one) { hear(one); };
    }
    void run(int at_a_time)
    {
        for (int i = 0; i < at_a_time && started_ < total_; ++i)
            start();
        net_.run();
    }
    [[nodiscard]] int done() const { return done_; }

private:
    void start()
    {
        ++started_;
        said_[net_.connect()] = 0;
    }
    void hear(const Heard& one)
    {
        const ConnectionId connection = one.event.connection;
        const bool at_client = one.event.host == net_.client;
        if (std::holds_alternative<Accepted>(one.event.what))
            net_.send(net_.server, connection, "220 ready\r\n");
        if (std::holds_alternative<Received>(one.event.what)) {
            if (at_client) {
                speak(connection);
            } else if (one.bytes.ends_with("\r\n")) {
                net_.send(net_.server, connection, "250 ok\r\n");
            }
        }
        if (std::holds_alternative<net::PeerFinished>(one.event.what))
            net_.finish(one.event.host, connection);
        if (std::holds_alternative<Ended>(one.event.what) && at_client) {
            ++done_;
            said_.erase(connection);
            if (started_ < total_) start();
        }
    }
    void speak(ConnectionId connection)
    {
        const int said = said_.at(connection)++;
        if (said < 3) {
            net_.send(net_.client, connection, "LINE " + std::to_string(said) + "\r\n");
        } else if (said == 3) {
            net_.send(net_.client, connection, std::string(2000, 't') + "\r\n");
        } else {
            net_.finish(net_.client, connection);
        }
    }

    Pair& net_;
    int total_;
    int started_ = 0;
    int done_ = 0;
    std::map<ConnectionId, int> said_;
};

std::uint64_t hash_of_run(std::uint64_t latency_ms, bool nosy)
{
    Pair net{Trace::Detail::full, windows_connect_schedule(), 100'000'000 / latency_ms};
    Sessions sessions{net, 50};
    if (nosy) {
        const auto play = net.program;
        net.program = [&net, play](const Heard& one) {
            static_cast<void>(net.fabric.sockets(net.client));
            static_cast<void>(net.fabric.sockets(net.server));
            static_cast<void>(net.fabric.route(net.client, ip("203.0.113.25")));
            static_cast<void>(net.fabric.queued_bytes(one.event.host, one.event.connection));
            play(one);
        };
    }
    sessions.run(7);
    CHECK(sessions.done() == 50);
    return net.trace.hash();
}

} // namespace

TEST_SUITE("net.many")
{
    TEST_CASE("the same run twice gives the same trace, looked at or not; another run another")
    {
        const std::uint64_t hash = hash_of_run(1, false);
        CHECK(hash_of_run(1, false) == hash);
        CHECK(hash_of_run(1, true) == hash);
        CHECK(hash_of_run(2, false) != hash);
    }

    TEST_CASE("initial sequence numbers come from the seed")
    {
        const auto first_sequence = [](std::uint64_t seed) {
            Network net{Trace::Detail::full, seed};
            const HostId a = net.add("a", "10.0.0.1");
            const HostId b = net.add("b", "10.0.0.2");
            net.join(a, b);
            net.fabric.finish_topology();
            net.connect(a, {ip("10.0.0.2"), 25});
            return net.happenings<PacketSent>().at(0).packet.sequence;
        };
        CHECK(first_sequence(1) == first_sequence(1));
        CHECK(first_sequence(1) != first_sequence(2));
    }

    TEST_CASE("ten thousand sessions with counters only: what is kept does not grow")
    {
        Pair net{Trace::Detail::counters, windows_connect_schedule(), 100'000'000};
        Sessions sessions{net, 10'000};
        sessions.run(20);
        CHECK(sessions.done() == 10'000);
        CHECK(net.trace.count(Kind::connection_ended) == 20'000);
        CHECK(net.trace.count(Kind::segment_retransmitted) == 0);
        CHECK(net.trace.payloads().memory_bytes() < 1'000'000);
        CHECK(net.fabric.open_connections() == 0);
        CHECK(net.fabric.packets_under_way() == 0);
    }

    TEST_CASE("timers do not pile up: the queue holds what is under way and one a connection")
    {
        Pair net{Trace::Detail::counters, windows_connect_schedule(), 100'000'000};
        Sessions sessions{net, 2000};
        std::size_t most = 0;
        const auto play = net.program;
        net.program = [&](const Heard& one) {
            most = std::max(most, net.tasks.size());
            play(one);
        };
        sessions.run(20);
        CHECK(sessions.done() == 2000);
        CHECK(most < 200);
    }

    TEST_CASE("sequence numbers wrap in the middle of a stream and nobody notices")
    {
        // Some seed starts near enough to 2^32 for a stream of 8 MB; found, not assumed.
        for (std::uint64_t seed = 1; seed < 5000; ++seed) {
            if (static_cast<std::uint32_t>(rng_stream(seed, "tcp.initial_sequence").next()) <
                0xFFF00000U)
                continue;
            Network net{Trace::Detail::counters, seed};
            const HostId a = net.add("a", "10.0.0.1");
            const HostId b = net.add("b", "10.0.0.2");
            net.join(a, b);
            net.fabric.finish_topology();
            net.fabric.listen(b, 25);
            std::uint64_t received = 0;
            bool in_order = true;
            net.program = [&](const Heard& one) {
                const auto* part = std::get_if<Received>(&one.event.what);
                if (part == nullptr) return;
                in_order = in_order && part->stream_offset == received;
                received += part->payload.size;
            };
            const ConnectionId connection = net.connect(a, {ip("10.0.0.2"), 25});
            net.send(a, connection, std::string(2'000'000, 'w'));
            net.run();
            CHECK(received == 2'000'000);
            CHECK(in_order);
            return;
        }
        FAIL("no seed starts near the end");
    }
}
