#include "tests/net/network.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::net;

TEST_SUITE("net.route")
{
    TEST_CASE("a packet passes each node on its way, one hop less at each, the same number at all")
    {
        Chain net;
        net.connect(net.pc, net.port25);
        net.run_until(Instant{40ms});
        const auto sent = net.events(Kind::packet_sent);
        REQUIRE(sent.size() >= 3);
        const HostId hosts[] = {net.pc, net.office, net.border};
        for (std::size_t i = 0; i < 3; ++i) {
            const auto& what = std::get<PacketSent>(sent[i].what);
            CHECK(sent[i].host == hosts[i]);
            CHECK(sent[i].at == Instant{10ms * static_cast<int>(i)});
            CHECK(what.packet.hop_limit == 64 - i);
            CHECK(what.packet.number == 1);
            if (i > 0) CHECK(sent[i].cause == sent[i - 1].id);
        }
        CHECK(net.fabric.route(net.pc, ip("203.0.113.25")) ==
              std::vector<HostId>{net.pc, net.office, net.border, net.server});
        CHECK(net.fabric.route(net.pc, ip("192.0.2.10")) == std::vector<HostId>{net.pc});
        CHECK(net.fabric.route(net.pc, ip("192.0.2.99")).empty());
    }

    TEST_CASE("fewest hops win, then the least latency, then the link that was laid first")
    {
        Network net;
        const HostId a = net.add("a", "10.0.0.1");
        const HostId b = net.add("b", "10.0.0.2");
        const HostId left = net.add("left", "10.0.0.3");
        const HostId right = net.add("right", "10.0.0.4");
        const HostId far = net.add("far", "10.0.0.5");
        net.join(a, left, 20ms);
        net.join(a, right, 5ms);
        net.join(left, b, 20ms);
        net.join(right, b, 5ms);
        net.join(right, far, 1ms);
        net.join(far, b, 1ms); // a - right - far - b is quicker, but longer
        net.fabric.finish_topology();
        CHECK(net.fabric.route(a, ip("10.0.0.2")) == std::vector<HostId>{a, right, b});
        CHECK(net.fabric.route(b, ip("10.0.0.1")) == std::vector<HostId>{b, right, a});

        Network equal;
        const HostId c = equal.add("c", "10.0.0.1");
        const HostId d = equal.add("d", "10.0.0.2");
        const LinkId first = equal.join(c, d, 5ms);
        equal.join(c, d, 5ms);
        const LinkId quick = equal.join(c, d, 4ms);
        equal.fabric.finish_topology();
        equal.fabric.bind_udp(c, 1000);
        equal.fabric.send_datagram(c, 1000, {ip("10.0.0.2"), 9}, "x", equal.now);
        CHECK(equal.happenings<PacketSent>().at(0).link == quick);
        CHECK(first != quick);
    }

    TEST_CASE("of equal ways the one of the lowest link is taken")
    {
        Network net;
        const HostId a = net.add("a", "10.0.0.1");
        const HostId b = net.add("b", "10.0.0.2");
        const HostId x = net.add("x", "10.0.0.3");
        const HostId y = net.add("y", "10.0.0.4");
        net.join(a, y);
        net.join(a, x);
        net.join(x, b);
        net.join(y, b);
        net.fabric.finish_topology();
        CHECK(net.fabric.route(a, ip("10.0.0.2")) == std::vector<HostId>{a, y, b});
    }

    TEST_CASE("a host answers from the address that it was called at")
    {
        Network net;
        const HostId a = net.add("a", "10.0.0.1");
        HostConfig config;
        config.name = "two addresses";
        config.addresses = {ip("10.0.0.2"), ip("10.0.0.3")};
        const HostId b = net.fabric.add_host(config);
        net.join(a, b);
        net.fabric.finish_topology();
        net.fabric.listen(b, 25);
        net.connect(a, {ip("10.0.0.3"), 25});
        net.run();
        REQUIRE(net.heard_of<Accepted>(b).size() == 1);
        CHECK(std::get<Accepted>(net.heard_of<Accepted>(b)[0].event.what).local ==
              Endpoint{ip("10.0.0.3"), 25});
        CHECK(net.heard_of<Connected>(a).size() == 1);
        CHECK(net.fabric.host_with(ip("10.0.0.3")) == b);
        CHECK_FALSE(net.fabric.host_with(ip("10.0.0.4")));
    }

    TEST_CASE("a packet that has used up its hops is dropped and its origin told")
    {
        Network net;
        std::vector<HostId> hosts;
        for (int i = 0; i < 67; ++i) {
            const std::string address = "10.0.0." + std::to_string(i + 1);
            hosts.push_back(net.add("node", address.c_str()));
            if (i > 0) net.join(hosts[hosts.size() - 2], hosts.back(), 1ms);
        }
        net.fabric.finish_topology();
        net.fabric.listen(hosts[64], 25);
        net.fabric.listen(hosts[65], 25);
        net.connect(hosts[0], {ip("10.0.0.65"), 25}); // through 63 routers
        net.connect(hosts[0], {ip("10.0.0.66"), 25}); // through 64
        net.run();
        CHECK(net.heard_of<Connected>(hosts[0]).size() == 1);
        const auto failed = net.heard_of<Failed>(hosts[0]);
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].at == Instant{128ms});
        CHECK(std::get<Failed>(failed[0].event.what).why == ConnectFailure::unreachable);
        const auto dropped = net.events(Kind::packet_dropped);
        REQUIRE(dropped.size() == 1);
        CHECK(dropped[0].host == hosts[64]);
        CHECK(std::get<PacketDropped>(dropped[0].what).reason == DropReason::hop_limit);
    }

    TEST_CASE("a host that is down neither sends nor receives nor forwards, until it is up again")
    {
        Chain net;
        net.fabric.set_host_down(net.office, true);
        CHECK(net.fabric.is_down(net.office));
        net.connect(net.pc, net.port25);
        net.run_until(Instant{2s});
        const auto dropped = net.events(Kind::packet_dropped);
        REQUIRE(dropped.size() == 1);
        CHECK(dropped[0].host == net.office);
        CHECK(std::get<PacketDropped>(dropped[0].what).reason == DropReason::link_cut);
        net.fabric.set_host_down(net.office, false);
        net.run_until(Instant{4s});
        CHECK(net.heard_of<Connected>(net.pc).size() == 1);

        net.fabric.set_host_down(net.server, true);
        net.send(net.server, net.heard_of<Accepted>(net.server).at(0).event.connection, "220");
        CHECK(net.events(Kind::packet_dropped).back().host == net.server);
    }

    TEST_CASE("a link that is cut in mid-flight still delivers what is on it")
    {
        Pair net;
        net.connect();
        net.run_until(Instant{5ms});
        net.fabric.set_link_cut(net.link, true);
        net.run_until(Instant{1s});
        CHECK(net.events(Kind::packet_delivered).size() == 1);
        CHECK(net.events(Kind::packet_dropped).at(0).host == net.server); // its SYN-ACK
    }

    TEST_CASE("the views show hosts and links as they were built")
    {
        Chain net;
        CHECK(net.fabric.host_count() == 4);
        CHECK(net.fabric.link_count() == 3);
        CHECK(net.fabric.host(net.office).name == "office");
        CHECK(net.fabric.link(LinkId{1}).a == net.office);
        CHECK(net.fabric.link(LinkId{1}).latency == 10ms);
        CHECK_FALSE(net.fabric.is_cut(LinkId{1}));
    }
}
