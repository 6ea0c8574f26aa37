#include "tests/net/network.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::net;

TEST_SUITE("net.udp")
{
    TEST_CASE("a question and its answer travel as datagrams between bound ports")
    {
        Pair net;
        CHECK(net.fabric.bind_udp(net.server, 53) == 53);
        const std::uint16_t port = net.fabric.bind_udp(net.client, 0);
        CHECK(port == 49152);
        net.program = [&](const Heard& one) {
            if (one.event.host != net.server) return;
            const auto& question = std::get<Datagram>(one.event.what);
            net.fabric.send_datagram(net.server,
                                     Endpoint{question.local_address, question.local_port},
                                     question.remote,
                                     "answer",
                                     net.now);
        };
        net.fabric.send_datagram(net.client, port, {ip("203.0.113.25"), 53}, "question", net.now);
        net.run();

        const auto at_server = net.heard_of<Datagram>(net.server);
        REQUIRE(at_server.size() == 1);
        CHECK(at_server[0].bytes == "question");
        const auto& question = std::get<Datagram>(at_server[0].event.what);
        CHECK(question.local_port == 53);
        CHECK(question.local_address == ip("203.0.113.25"));
        CHECK(question.remote == Endpoint{ip("192.0.2.10"), port});
        CHECK_FALSE(at_server[0].event.connection.exists());
        const auto at_client = net.heard_of<Datagram>(net.client);
        REQUIRE(at_client.size() == 1);
        CHECK(at_client[0].bytes == "answer");
        CHECK(at_client[0].at == Instant{20ms});
        CHECK(net.fabric.packets_under_way() == 0);
    }

    TEST_CASE("a port where nobody is bound answers port unreachable, and the sender hears of it")
    {
        Pair net;
        const std::uint16_t port = net.fabric.bind_udp(net.client, 0);
        net.fabric.send_datagram(net.client, port, {ip("203.0.113.25"), 53}, "anyone?", net.now);
        net.run();
        const auto heard = net.heard_of<DatagramUnreachable>(net.client);
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].at == Instant{20ms});
        const auto& what = std::get<DatagramUnreachable>(heard[0].event.what);
        CHECK(what.local_port == port);
        CHECK(what.remote == Endpoint{ip("203.0.113.25"), 53});
        const PacketSent answer = net.happenings<PacketSent>().at(1);
        CHECK(answer.packet.transport == Transport::icmp);
        CHECK(answer.packet.icmp == Icmp::port_unreachable);
    }

    TEST_CASE("a firewall stops datagrams too: in silence, or with ICMP whatever it is told")
    {
        for (const Verdict verdict : {Verdict::drop, Verdict::reject_icmp, Verdict::reject_rst}) {
            Chain net;
            Rule rule;
            rule.id = RuleId{1};
            rule.transport = Transport::udp;
            rule.verdict = verdict;
            net.fabric.firewall(net.border).add(rule);
            net.fabric.bind_udp(net.server, 53);
            net.fabric.bind_udp(net.pc, 1000);
            net.fabric.send_datagram(net.pc, 1000, {ip("203.0.113.25"), 53}, "x", net.now);
            net.run();
            CHECK(net.heard_of<Datagram>(net.server).empty());
            CHECK(net.heard_of<DatagramUnreachable>(net.pc).size() ==
                  (verdict == Verdict::drop ? 0U : 1U));
        }
    }

    TEST_CASE("a passing rule is noted for each datagram")
    {
        Chain net;
        Rule rule;
        rule.id = RuleId{1};
        rule.verdict = Verdict::pass;
        net.fabric.firewall(net.border).add(rule);
        net.fabric.bind_udp(net.server, 53);
        net.fabric.bind_udp(net.pc, 1000);
        net.fabric.send_datagram(net.pc, 1000, {ip("203.0.113.25"), 53}, "x", net.now);
        net.run();
        CHECK(net.events(Kind::packet_passed_rule).size() == 1);
    }

    TEST_CASE("a port is bound once; unbound it is free, and late answers find nobody")
    {
        Pair net;
        CHECK(net.fabric.bind_udp(net.client, 53) == 53);
        CHECK(net.fabric.bind_udp(net.client, 53) == 0);
        const std::uint16_t port = net.fabric.bind_udp(net.client, 0);
        net.fabric.bind_udp(net.server, 53);
        net.fabric.send_datagram(net.client, port, {ip("203.0.113.25"), 53}, "q", net.now);
        net.program = [&](const Heard& one) {
            if (one.event.host == net.server && one.bytes == "q")
                net.fabric.send_datagram(net.server, 53, {ip("192.0.2.10"), port}, "a", net.now);
        };
        net.run_until(Instant{15ms});
        net.fabric.unbind_udp(net.client, port);
        net.run();
        CHECK(net.heard_of<Datagram>(net.client).empty());
        CHECK(net.heard_of<DatagramUnreachable>(net.server).size() == 1);
        net.fabric.unbind_udp(net.client, 53);
        CHECK(net.fabric.bind_udp(net.client, 53) == 53);
    }

    TEST_CASE("a host may ask itself, without a link and without waiting")
    {
        Pair net;
        net.fabric.bind_udp(net.server, 53);
        net.fabric.bind_udp(net.server, 1000);
        net.fabric.send_datagram(net.server, 1000, {ip("203.0.113.25"), 53}, "self", net.now);
        net.run();
        const auto heard = net.heard_of<Datagram>(net.server);
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].at == Instant{});
        CHECK_FALSE(net.happenings<PacketSent>().at(0).link.exists());
    }

    TEST_CASE("an address that nobody has is unreachable at once; an empty datagram is one, too")
    {
        Pair net;
        net.fabric.bind_udp(net.client, 1000);
        net.fabric.bind_udp(net.server, 53);
        net.fabric.send_datagram(net.client, 1000, {ip("203.0.113.99"), 53}, "x", net.now);
        net.fabric.send_datagram(net.client, 1000, net.port25, "", net.now);
        net.fabric.send_datagram(net.client, 1000, {ip("203.0.113.25"), 53}, "", net.now);
        net.run();
        CHECK(net.heard_of<DatagramUnreachable>(net.client).size() == 2);
        REQUIRE(net.heard_of<Datagram>(net.server).size() == 1);
        CHECK(net.heard_of<Datagram>(net.server)[0].bytes.empty());
    }
}
