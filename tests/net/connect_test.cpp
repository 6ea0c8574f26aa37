#include "tests/net/network.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::net;

TEST_SUITE("net.connect")
{
    TEST_CASE("a node of many addresses opens from each, with ports of its own")
    {
        Network net;
        HostConfig many;
        many.name = "many";
        many.addresses = {ip("192.0.2.10"), ip("192.0.2.11"), ip("192.0.2.12")};
        const HostId client = net.fabric.add_host(many);
        const HostId server = net.add("server", "203.0.113.25");
        net.join(client, server);
        net.fabric.finish_topology();
        net.fabric.listen(server, 25);
        const Endpoint to{ip("203.0.113.25"), 25};
        std::vector<ConnectionId> open;
        for (const Address from : many.addresses) {
            open.push_back(net.fabric.connect(client, from, to, net.now));
            open.push_back(net.fabric.connect(client, from, to, net.now));
        }
        net.run_until(net.now + 100ms);
        const auto accepted = net.heard_of<Accepted>(server);
        REQUIRE(accepted.size() == 6);
        std::vector<Endpoint> from;
        from.reserve(accepted.size());
        for (const Heard& one : accepted)
            from.push_back(std::get<Accepted>(one.event.what).remote);
        CHECK(from == std::vector<Endpoint>{{ip("192.0.2.10"), 49152},
                                            {ip("192.0.2.10"), 49153},
                                            {ip("192.0.2.11"), 49152},
                                            {ip("192.0.2.11"), 49153},
                                            {ip("192.0.2.12"), 49152},
                                            {ip("192.0.2.12"), 49153}});
        // A port that was given back is taken again when its turn comes, not before.
        net.abort(client, open[2]);
        net.fabric.connect(client, many.addresses[1], to, net.now);
        const auto attempted = net.happenings<ConnectionAttempted>();
        CHECK(attempted.back().local == Endpoint{ip("192.0.2.11"), 49154});
    }

    TEST_CASE("the ports of one address go round, past those that are taken, beside another's")
    {
        FewPorts ports;
        CHECK(ports.take() == first_ephemeral_port);
        std::uint32_t rightly = 0;
        for (std::uint32_t i = first_ephemeral_port + 1; i <= last_ephemeral_port; ++i) {
            const std::uint16_t taken = ports.take();
            if (taken == i) ++rightly;
            ports.give_back(taken);
        }
        CHECK(rightly == last_ephemeral_port - first_ephemeral_port);
        CHECK(ports.take() == first_ephemeral_port + 1); // the first one is still taken
        CHECK(FewPorts{}.take() == first_ephemeral_port);
    }

    TEST_CASE("a connection opens with SYN, SYN-ACK and ACK, each caused by the one before")
    {
        Pair net;
        const ConnectionId connection = net.connect();
        net.run_until(net.now + 100ms);

        const auto sent = net.events(Kind::packet_sent);
        REQUIRE(sent.size() == 3);
        const auto head = [&](std::size_t i) { return std::get<PacketSent>(sent.at(i).what); };
        CHECK(Network::describe(head(0)) == "SYN");
        CHECK(Network::describe(head(1)) == "SYN ACK");
        CHECK(Network::describe(head(2)) == "ACK");
        CHECK(sent[0].host == net.client);
        CHECK(sent[1].host == net.server);
        CHECK(sent[0].at == Instant{});
        CHECK(sent[1].at == Instant{10ms});
        CHECK(sent[2].at == Instant{20ms});
        CHECK(head(0).arrives == Instant{10ms});
        CHECK(head(0).link == net.link);
        CHECK(head(0).to == net.server);

        const PacketHead syn = head(0).packet;
        const PacketHead answer = head(1).packet;
        const PacketHead last = head(2).packet;
        CHECK(syn.source == ip("192.0.2.10"));
        CHECK(syn.source_port == 49152);
        CHECK(syn.destination == ip("203.0.113.25"));
        CHECK(syn.destination_port == 25);
        CHECK(syn.number == 1);
        CHECK(answer.number == 2);
        CHECK(answer.source_port == 25);
        CHECK(answer.destination_port == 49152);
        CHECK(answer.acknowledgement == syn.sequence + 1);
        CHECK(last.sequence == syn.sequence + 1);
        CHECK(last.acknowledgement == answer.sequence + 1);
        CHECK(last.window == 65535);

        // attempted -> SYN sent -> delivered -> SYN-ACK sent -> delivered -> opened, ACK sent.
        const auto delivered = net.events(Kind::packet_delivered);
        const auto opened = net.events(Kind::connection_opened);
        REQUIRE(delivered.size() == 3);
        REQUIRE(opened.size() == 2);
        CHECK(sent[0].cause == net.events(Kind::connection_attempted).at(0).id);
        CHECK(delivered[0].cause == sent[0].id);
        CHECK(sent[1].cause == delivered[0].id);
        CHECK(delivered[1].cause == sent[1].id);
        CHECK(opened[0].cause == delivered[1].id);
        CHECK(sent[2].cause == delivered[1].id);
        CHECK(opened[1].cause == delivered[2].id);
        CHECK(opened[0].host == net.client);
        CHECK(opened[0].at == Instant{20ms});
        CHECK(opened[1].at == Instant{30ms});
        CHECK_FALSE(std::get<ConnectionOpened>(opened[0].what).accepted);
        CHECK(std::get<ConnectionOpened>(opened[1].what).accepted);
        for (const Event& event : sent)
            CHECK(event.connection == connection);

        REQUIRE(net.heard.size() == 2);
        CHECK(net.heard[0].event.host == net.client);
        CHECK(std::holds_alternative<Connected>(net.heard[0].event.what));
        CHECK(net.heard[0].event.cause == opened[0].id);
        const auto& accepted = std::get<Accepted>(net.heard[1].event.what);
        CHECK(accepted.local == Endpoint{ip("203.0.113.25"), 25});
        CHECK(accepted.remote == Endpoint{ip("192.0.2.10"), 49152});
        CHECK(net.heard[1].event.connection == connection);
    }

    TEST_CASE("an opened connection leaves no retransmission behind")
    {
        Pair net;
        net.connect();
        net.run();
        CHECK(net.events(Kind::segment_retransmitted).empty());
        CHECK(net.events(Kind::packet_sent).size() == 3);
        CHECK(net.fabric.packets_under_way() == 0);
    }

    TEST_CASE("silence: Windows sends SYN at 0, 3 and 9 s and gives up at 21 s")
    {
        Pair net;
        net.fabric.set_link_cut(net.link, true);
        const ConnectionId connection = net.connect();
        net.run();

        const auto dropped = net.events(Kind::packet_dropped);
        REQUIRE(dropped.size() == 3);
        CHECK(dropped[0].at == Instant{0s});
        CHECK(dropped[1].at == Instant{3s});
        CHECK(dropped[2].at == Instant{9s});

        const auto repeated = net.happenings<SegmentRetransmitted>();
        REQUIRE(repeated.size() == 2);
        CHECK(repeated[0].attempt == 1);
        CHECK(repeated[0].syn);
        CHECK(repeated[0].next == Instant{9s});
        CHECK(repeated[1].attempt == 2);
        CHECK(repeated[1].next == Instant{21s});

        const auto failed = net.events(Kind::connection_failed);
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].at == Instant{21s});
        CHECK(failed[0].cause == dropped[2].id); // the timer that the last SYN set
        const auto& what = std::get<ConnectionFailed>(failed[0].what);
        CHECK(what.why == ConnectFailure::timed_out);
        CHECK(what.elapsed == 21s);
        CHECK(what.local == Endpoint{ip("192.0.2.10"), 49152});
        CHECK(what.remote == net.port25);

        REQUIRE(net.heard.size() == 1);
        CHECK(net.heard[0].event.connection == connection);
        CHECK(std::get<Failed>(net.heard[0].event.what).why == ConnectFailure::timed_out);
        CHECK(net.heard[0].event.cause == failed[0].id);
        CHECK(net.fabric.open_connections() == 0);
    }

    TEST_CASE("silence: Linux sends SYN at 0, 1, 3, 7, 15, 31 and 63 s and gives up at 127 s")
    {
        Pair net{Trace::Detail::full, linux_connect_schedule()};
        net.fabric.set_link_cut(net.link, true);
        net.connect();
        net.run();

        const auto dropped = net.events(Kind::packet_dropped);
        const std::vector<Duration> expected{0s, 1s, 3s, 7s, 15s, 31s, 63s};
        REQUIRE(dropped.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(dropped[i].at == Instant{expected[i]});
        const auto failed = net.events(Kind::connection_failed);
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].at == Instant{127s});
    }

    TEST_CASE("a SYN that gets through late still opens the connection")
    {
        Pair net;
        net.fabric.set_link_cut(net.link, true);
        net.connect();
        net.run_until(Instant{5s});
        net.fabric.set_link_cut(net.link, false);
        net.run_until(Instant{10s});
        REQUIRE(net.heard_of<Connected>(net.client).size() == 1);
        CHECK(net.heard_of<Connected>(net.client)[0].at == Instant{9s + 20ms});
        net.run();
        CHECK(net.heard_of<Failed>(net.client).empty());
    }

    TEST_CASE("a server repeats its SYN-ACK, and forgets a client that never answers")
    {
        Pair net;
        Rule rule; // the client's own firewall lets nothing in
        rule.id = RuleId{1};
        rule.directions = {true, false, false};
        net.fabric.firewall(net.client).add(rule);
        net.connect();
        net.run();

        std::size_t answers = 0;
        for (const std::string& segment : net.segments_from(net.server))
            answers += segment == "SYN ACK" ? 1U : 0U;
        // One for each of the three SYNs, and five repetitions by the server's own timer, of which
        // those that coincide with a repeated SYN are pushed back.
        CHECK(answers >= 6);
        CHECK(net.heard.size() == 1); // the client's failure; the server's program hears nothing
        CHECK(net.heard_of<Failed>(net.client).size() == 1);
        CHECK(net.fabric.open_connections() == 0);
    }

    TEST_CASE("a port where nobody listens answers with RST, and connect fails at once")
    {
        Pair net;
        net.Network::connect(net.client, {ip("203.0.113.25"), 587});
        net.run();

        const auto closed = net.events(Kind::port_closed);
        REQUIRE(closed.size() == 1);
        CHECK(closed[0].host == net.server);
        CHECK(closed[0].at == Instant{10ms});
        CHECK(std::get<PortClosed>(closed[0].what).local == Endpoint{ip("203.0.113.25"), 587});
        CHECK(net.segments_from(net.server) == std::vector<std::string>{"RST ACK"});
        REQUIRE(net.heard.size() == 1);
        CHECK(net.heard[0].at == Instant{20ms});
        CHECK(std::get<Failed>(net.heard[0].event.what).why == ConnectFailure::refused);
    }

    TEST_CASE("a port that stops listening refuses new connections and keeps those it has")
    {
        Pair net;
        const ConnectionId first = net.open();
        net.fabric.stop_listening(net.server, 25);
        net.connect();
        net.send(net.client, first, "still here");
        net.run();
        CHECK(net.heard_of<Failed>(net.client).size() == 1);
        CHECK(net.bytes_at(net.server) == "still here");
    }

    TEST_CASE("an address that nobody has, and a place without a way to it, fail at once")
    {
        Network net;
        const HostId pc = net.add("pc", "192.0.2.10");
        const HostId island = net.add("island", "198.51.100.7");
        net.fabric.finish_topology();
        net.fabric.listen(island, 25);
        net.connect(pc, {ip("203.0.113.99"), 25});
        net.connect(pc, {ip("198.51.100.7"), 25});
        net.run();

        const auto failed = net.heard_of<Failed>(pc);
        REQUIRE(failed.size() == 2);
        for (const Heard& one : failed) {
            CHECK(one.at == Instant{});
            CHECK(std::get<Failed>(one.event.what).why == ConnectFailure::no_route);
        }
        const auto dropped = net.happenings<PacketDropped>();
        REQUIRE(dropped.size() == 2);
        CHECK(dropped[0].reason == DropReason::no_route);
        CHECK(net.events(Kind::connection_failed)[0].cause ==
              net.events(Kind::packet_dropped)[0].id);
        CHECK(net.fabric.route(pc, ip("198.51.100.7")).empty());
    }

    TEST_CASE("a host does not connect to itself")
    {
        Pair net;
        net.Network::connect(net.server, net.port25);
        net.run();
        REQUIRE(net.heard.size() == 1);
        CHECK(std::get<Failed>(net.heard[0].event.what).why == ConnectFailure::no_route);
    }

    TEST_CASE("ephemeral ports count up from 49152, go round after 65535 and skip busy ones")
    {
        Pair net;
        const auto port_of = [&](std::size_t i) {
            return net.happenings<ConnectionAttempted>().at(i).local.port;
        };
        net.connect(); // stays open on 49152
        const ConnectionId second = net.connect();
        net.run_until(net.now + 1s);
        CHECK(port_of(0) == 49152);
        CHECK(port_of(1) == 49153);
        net.abort(net.client, second);
        net.run_until(net.now + 1s);

        for (int i = 2; i < 65536 - 49152; ++i)
            net.abort(net.client, net.connect());
        net.connect();
        net.connect();
        const auto attempts = net.happenings<ConnectionAttempted>();
        CHECK(attempts.at(16383).local.port == 65535);
        CHECK(attempts.at(16384).local.port == 49153); // 49152 is still in use
        CHECK(attempts.at(16385).local.port == 49154);
    }

    TEST_CASE("a host with all its ephemeral ports in use cannot connect")
    {
        Pair net;
        net.fabric.set_host_down(net.server, true);
        for (int i = 0; i < 65536 - 49152; ++i)
            net.connect();
        net.run_until(net.now + 1s);
        CHECK(net.heard.empty());
        net.connect();
        net.run_until(net.now + 1s);
        REQUIRE(net.heard.size() == 1);
        CHECK(std::get<Failed>(net.heard[0].event.what).why == ConnectFailure::no_free_port);
        net.run();
        CHECK(net.fabric.open_connections() == 0);
        net.connect(); // the ports are free again
        CHECK(net.happenings<ConnectionAttempted>().back().local.port == 49152);
    }

    TEST_CASE("a connect that is aborted has failed, and the server's answer meets a closed door")
    {
        Pair net;
        const ConnectionId connection = net.connect();
        net.abort(net.client, connection);
        net.run();
        REQUIRE(net.heard.size() == 1);
        CHECK(std::get<Failed>(net.heard[0].event.what).why == ConnectFailure::called_off);
        CHECK(net.happenings<ConnectionEnded>().empty()); // it never stood
        // The SYN was under way: the server answers it and is told with RST.
        CHECK(net.segments_from(net.client) == std::vector<std::string>{"SYN", "RST"});
        CHECK(net.segments_from(net.server) == std::vector<std::string>{"SYN ACK"});
        CHECK(net.fabric.open_connections() == 0);
    }
}
