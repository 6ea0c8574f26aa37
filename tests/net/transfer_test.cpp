#include "tests/net/network.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sim;
using namespace sim::net;

namespace {

std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24U);
    }
    return bytes;
}

std::vector<PacketHead> data_from(const Network& net, HostId host)
{
    std::vector<PacketHead> found;
    for (const Event& event : net.events(Kind::packet_sent)) {
        const PacketHead& head = std::get<PacketSent>(event.what).packet;
        if (event.host == host && head.payload.size > 0) found.push_back(head);
    }
    return found;
}

} // namespace

TEST_SUITE("net.transfer")
{
    TEST_CASE("a send is cut into segments of at most 1460 octets, the last one pushed")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.send(net.client, connection, pattern(3000));
        net.run();
        const auto segments = data_from(net, net.client);
        REQUIRE(segments.size() == 3);
        CHECK(segments[0].payload.size == 1460);
        CHECK(segments[1].payload.size == 1460);
        CHECK(segments[2].payload.size == 80);
        CHECK(segments[1].sequence == segments[0].sequence + 1460);
        CHECK_FALSE(segments[1].flags.psh);
        CHECK(segments[2].flags.psh);
        CHECK(net.bytes_at(net.server) == pattern(3000));

        const auto received = net.heard_of<Received>(net.server);
        REQUIRE(received.size() == 3);
        CHECK(std::get<Received>(received[2].event.what).stream_offset == 2920);
        CHECK(net.trace.at(received[0].event.cause).kind() == Kind::packet_delivered);
    }

    TEST_CASE("an acknowledgement rides on the answer when there is one, else it goes alone")
    {
        Pair net;
        const ConnectionId connection = net.open();
        const std::size_t before = net.segments_from(net.server).size();
        net.program = [&](const Heard& one) {
            if (one.bytes == "NOOP\r\n") net.send(net.server, connection, "250 ok\r\n");
        };
        net.send(net.client, connection, "NOOP\r\n");
        net.run();
        const auto from_server = net.segments_from(net.server);
        REQUIRE(from_server.size() == before + 1);
        CHECK(from_server.back() == "PSH ACK 8");
        CHECK(net.segments_from(net.client).back() == "ACK"); // for the answer

        // The lone acknowledgement is caused by the arrival that it acknowledges.
        const auto sent = net.events(Kind::packet_sent).back();
        CHECK(net.trace.at(sent.cause).kind() == Kind::packet_delivered);
        CHECK(net.fabric.queued_bytes(net.client, connection) == 0);
    }

    TEST_CASE("a megabyte arrives exactly, with never more than the window under way")
    {
        Pair net{Trace::Detail::full, windows_connect_schedule(), 10'000'000};
        const ConnectionId connection = net.open();
        const std::string bytes = pattern(1'000'000);
        net.send(net.client, connection, bytes);
        CHECK(net.fabric.queued_bytes(net.client, connection) == 1'000'000);
        net.run();
        CHECK(net.bytes_at(net.server) == bytes);
        CHECK(net.events(Kind::segment_retransmitted).empty());
        CHECK(net.fabric.queued_bytes(net.client, connection) == 0);

        // What the client has sent less what it has been told of, at each segment.
        std::uint32_t acknowledged = 0;
        std::uint32_t most = 0;
        for (std::size_t i = 0; i < net.trace.size(); ++i) {
            const Event& event = net.trace[i];
            if (event.host != net.client) continue;
            if (const auto* delivered = std::get_if<PacketDelivered>(&event.what))
                acknowledged = delivered->packet.acknowledgement;
            const auto* sent = std::get_if<PacketSent>(&event.what);
            if (sent != nullptr && sent->packet.payload.size > 0) {
                most = std::max(most,
                                sent->packet.sequence + sent->packet.payload.size - acknowledged);
            }
        }
        CHECK(most <= 65535);
        CHECK(most > 60000);
    }

    TEST_CASE("no more than 65535 octets are under way until they are acknowledged")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.send(net.client, connection, pattern(200'000));
        std::uint64_t sent = 0;
        for (const PacketHead& head : data_from(net, net.client))
            sent += head.payload.size;
        CHECK(sent <= 65535);
        CHECK(sent > 65535 - 1460); // and the window is used as far as full segments go
        net.run();
        CHECK(net.bytes_at(net.server) == pattern(200'000));
    }

    TEST_CASE("both ends may send at once")
    {
        Pair net;
        const ConnectionId connection = net.open();
        const std::string up = pattern(100'000);
        const std::string down = pattern(150'000);
        net.send(net.client, connection, up);
        net.send(net.server, connection, down);
        net.run();
        CHECK(net.bytes_at(net.server) == up);
        CHECK(net.bytes_at(net.client) == down);
    }

    TEST_CASE("what is sent before the connection is open waits for it")
    {
        Pair net;
        const ConnectionId connection = net.connect();
        net.send(net.client, connection, "early");
        net.finish(net.client, connection);
        net.run();
        CHECK(net.bytes_at(net.server) == "early");
        CHECK(net.heard_of<net::PeerFinished>(net.server).size() == 1);
    }

    TEST_CASE("many small sends that had to wait leave in full segments")
    {
        Pair net;
        const ConnectionId connection = net.open();
        std::string bytes = pattern(65'000);
        net.send(net.client, connection, bytes);
        for (int i = 0; i < 300; ++i) {
            const std::string line = "line " + std::to_string(i) + "\r\n";
            bytes += line;
            net.send(net.client, connection, line);
        }
        net.run();
        CHECK(net.bytes_at(net.server) == bytes);
        CHECK(data_from(net, net.client).size() < 110); // 45 for the start, not 300 for the lines
    }

    TEST_CASE("packets leave a link one after the other, at its speed")
    {
        // 1 Mbit/s: 1500 octets take 12 ms, 40 octets take 0.32 ms; the cable takes 10 ms.
        Pair net{Trace::Detail::full, windows_connect_schedule(), 1'000'000};
        const ConnectionId connection = net.connect();
        net.run_until(Instant{1s});
        const auto first = net.happenings<PacketSent>().at(0);
        CHECK(first.arrives == Instant{10ms + 320us});

        net.send(net.client, connection, pattern(2920));
        std::vector<PacketSent> data;
        for (const PacketSent& sent : net.happenings<PacketSent>())
            if (sent.packet.payload.size > 0) data.push_back(sent);
        REQUIRE(data.size() == 2);
        CHECK(data[0].arrives == Instant{1s + 22ms});
        CHECK(data[1].arrives == Instant{1s + 34ms}); // it waited for the first
        net.send(net.server, connection, "x");        // the other direction is free
        CHECK(net.happenings<PacketSent>().back().arrives == Instant{1s + 10ms + 328us});
    }

    TEST_CASE("a slow link is repeated to once: then the timeout has learned its round trips")
    {
        // At 9600 bit/s a full segment takes 1.25 s, more than the first timeout of 1 s.
        Pair net{Trace::Detail::full, windows_connect_schedule(), 9600};
        const ConnectionId connection = net.open();
        net.run_until(net.now + 2s);
        for (int i = 0; i < 30; ++i) {
            net.send(net.client, connection, pattern(1460));
            net.run_until(net.now + 10s);
        }
        CHECK(net.events(Kind::segment_retransmitted).size() == 1);
        net.send(net.client, connection, pattern(14'600));
        net.run();
        CHECK(net.bytes_at(net.server).size() == 40 * 1460);
        CHECK(net.events(Kind::segment_retransmitted).size() == 1);
    }

    TEST_CASE("beyond what may be queued the connection is aborted")
    {
        Pair net{Trace::Detail::counters};
        const ConnectionId connection = net.open();
        int ended = 0;
        net.program = [&](const Heard& one) {
            ended += std::holds_alternative<Ended>(one.event.what) ? 1 : 0;
        };
        net.fabric.set_link_cut(net.link, true);
        std::string chunk(8'000'000, 'x');
        chunk += chunk;
        for (int i = 0; i < 16; ++i)
            net.send(net.client, connection, chunk);
        CHECK(net.fabric.queued_bytes(net.client, connection) == 256'000'000);
        net.send(net.client, connection, chunk);
        net.run_until(net.now + 1ms);
        CHECK(ended == 1);
        CHECK(net.fabric.queued_bytes(net.client, connection) == 0);
        CHECK(net.trace.count(Kind::connection_ended) == 1);
    }
}
