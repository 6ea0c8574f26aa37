#include "tests/net/network.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::net;

namespace {

PacketHead syn_to(const char* destination, std::uint16_t port, const char* source = "192.0.2.10")
{
    PacketHead head;
    head.source = ip(source);
    head.destination = ip(destination);
    head.destination_port = port;
    head.flags.syn = true;
    return head;
}

Rule named(std::uint32_t id, Verdict verdict)
{
    Rule rule;
    rule.id = RuleId{id};
    rule.verdict = verdict;
    return rule;
}

} // namespace

TEST_SUITE("net.firewall")
{
    TEST_CASE("what no rule names passes, and is not counted")
    {
        Firewall firewall;
        CHECK_FALSE(firewall.judge(syn_to("203.0.113.25", 25), Direction::forward));
        firewall.add(op25b());
        CHECK_FALSE(firewall.judge(syn_to("203.0.113.25", 587), Direction::forward));
        CHECK(firewall.rules()[0].hits == 0);
    }

    TEST_CASE("the first rule that matches decides, and it alone counts the hit")
    {
        Firewall firewall;
        Rule exempt = named(1, Verdict::pass);
        exempt.source = {false, {*parse_prefix("192.0.2.10")}, {}};
        firewall.add(exempt);
        firewall.add(op25b(RuleId{2}));
        firewall.add(named(3, Verdict::reject_rst));

        const auto first = firewall.judge(syn_to("203.0.113.25", 25), Direction::forward);
        REQUIRE(first);
        CHECK(first->rule == RuleId{1});
        CHECK(first->verdict == Verdict::pass);
        const auto second =
            firewall.judge(syn_to("203.0.113.25", 25, "192.0.2.11"), Direction::forward);
        REQUIRE(second);
        CHECK(second->rule == RuleId{2});
        CHECK(second->verdict == Verdict::drop);
        CHECK(firewall.judge(syn_to("203.0.113.25", 80, "192.0.2.11"), Direction::forward)->rule ==
              RuleId{3});
        CHECK(firewall.find(RuleId{1})->hits == 1);
        CHECK(firewall.find(RuleId{2})->hits == 1);
        CHECK(firewall.find(RuleId{3})->hits == 1);
        CHECK(firewall.find(RuleId{4}) == nullptr);
    }

    TEST_CASE("groups are networks less exceptions: the ISP's own mail server is exempt")
    {
        const AddressSet dynamic{false,
                                 {*parse_prefix("192.0.2.0/25"), *parse_prefix("198.51.100.0/24")},
                                 {*parse_prefix("198.51.100.25")}};
        CHECK(dynamic.contains(ip("192.0.2.127")));
        CHECK_FALSE(dynamic.contains(ip("192.0.2.128")));
        CHECK(dynamic.contains(ip("198.51.100.24")));
        CHECK_FALSE(dynamic.contains(ip("198.51.100.25")));
        CHECK_FALSE(AddressSet{false, {}, {}}.contains(ip("192.0.2.1")));

        const AddressSet all_but_one{true, {}, {*parse_prefix("203.0.113.25")}};
        CHECK(all_but_one.contains(ip("203.0.113.24")));
        CHECK_FALSE(all_but_one.contains(ip("203.0.113.25")));
    }

    TEST_CASE("ports are ranges with both ends; a rule with ports does not see ICMP")
    {
        Firewall firewall;
        Rule rule = named(1, Verdict::drop);
        rule.destination_ports = {{25, 25}, {1000, 1002}};
        firewall.add(rule);
        const auto stops = [&](std::uint16_t port) {
            return firewall.judge(syn_to("203.0.113.1", port), Direction::in).has_value();
        };
        CHECK(stops(25));
        CHECK_FALSE(stops(24));
        CHECK_FALSE(stops(26));
        CHECK(stops(1000));
        CHECK(stops(1002));
        CHECK_FALSE(stops(1003));
        PacketHead icmp = syn_to("203.0.113.1", 25); // ICMP has no ports, whatever stands there
        icmp.transport = Transport::icmp;
        CHECK_FALSE(firewall.judge(icmp, Direction::in));
        PacketHead udp = syn_to("203.0.113.1", 25);
        udp.transport = Transport::udp;
        CHECK(firewall.judge(udp, Direction::in)); // the rule names no transport
    }

    TEST_CASE("a rule looks only in its directions, and not at all when it is switched off")
    {
        Firewall firewall;
        Rule rule = named(1, Verdict::drop);
        rule.directions = {false, true, false};
        firewall.add(rule);
        const PacketHead syn = syn_to("203.0.113.25", 25);
        CHECK(firewall.judge(syn, Direction::out));
        CHECK_FALSE(firewall.judge(syn, Direction::in));
        CHECK_FALSE(firewall.judge(syn, Direction::forward));
        firewall.set_enabled(RuleId{1}, false);
        CHECK_FALSE(firewall.judge(syn, Direction::out));
        firewall.set_enabled(RuleId{1}, true);
        firewall.set_verdict(RuleId{1}, Verdict::reject_icmp);
        CHECK(firewall.judge(syn, Direction::out)->verdict == Verdict::reject_icmp);
        firewall.set_source(RuleId{1}, {false, {*parse_prefix("198.51.100.0/24")}, {}});
        CHECK_FALSE(firewall.judge(syn, Direction::out));
        firewall.set_source(RuleId{1}, {});
        firewall.set_destination(RuleId{1}, {true, {}, {*parse_prefix("203.0.113.25")}});
        CHECK_FALSE(firewall.judge(syn, Direction::out));
    }

    TEST_CASE("OP25B drops in silence: the sender times out after 21 s, and 587 is untouched")
    {
        Chain net;
        net.fabric.firewall(net.border).add(op25b());
        net.connect(net.pc, net.port25);
        net.connect(net.pc, {ip("203.0.113.25"), 587});
        net.run();

        const auto dropped = net.events(Kind::packet_dropped);
        REQUIRE(dropped.size() == 3);
        CHECK(dropped[0].host == net.border);
        CHECK(dropped[0].at == Instant{20ms});
        CHECK(net.trace.at(dropped[0].cause).kind() == Kind::packet_sent);
        const auto& what = std::get<PacketDropped>(dropped[0].what);
        CHECK(what.reason == DropReason::rule);
        CHECK(what.verdict == Verdict::drop);
        CHECK(what.rule == RuleId{1});
        CHECK(what.packet.number ==
              std::get<PacketSent>(net.trace.at(dropped[0].cause).what).packet.number);
        CHECK(net.fabric.firewall(net.border).rules()[0].hits == 3);

        REQUIRE(net.heard_of<Failed>(net.pc).size() == 1);
        CHECK(net.heard_of<Failed>(net.pc)[0].at == Instant{21s});
        CHECK(net.heard_of<Connected>(net.pc).size() == 1);
        CHECK(net.heard_of<Accepted>(net.server).size() == 1);
    }

    TEST_CASE("reject by ICMP: administratively prohibited comes back and connect fails at once")
    {
        Chain net;
        Rule rule = op25b();
        rule.verdict = Verdict::reject_icmp;
        net.fabric.firewall(net.border).add(rule);
        net.connect(net.pc, net.port25);
        net.run();

        const auto dropped = net.events(Kind::packet_dropped);
        REQUIRE(dropped.size() == 1);
        PacketSent answer;
        for (const Event& event : net.events(Kind::packet_sent))
            if (event.cause == dropped[0].id) answer = std::get<PacketSent>(event.what);
        CHECK(answer.packet.transport == Transport::icmp);
        CHECK(answer.packet.source == ip("198.51.100.1"));
        CHECK(answer.packet.destination == ip("192.0.2.10"));
        CHECK(answer.packet.icmp == Icmp::prohibited);
        CHECK(answer.packet.source_port == 0);
        CHECK(answer.packet.destination_port == 0);
        CHECK(answer.packet.sequence == std::get<PacketDropped>(dropped[0].what).packet.number);

        const auto failed = net.heard_of<Failed>(net.pc);
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].at == Instant{40ms});
        CHECK(std::get<Failed>(failed[0].event.what).why == ConnectFailure::prohibited);
        CHECK(net.events(Kind::segment_retransmitted).empty());
    }

    TEST_CASE("reject by RST: it comes in the destination's name, and the server never knew")
    {
        Chain net;
        Rule rule = op25b();
        rule.verdict = Verdict::reject_rst;
        net.fabric.firewall(net.border).add(rule);
        net.connect(net.pc, net.port25);
        net.run();
        PacketSent reset;
        for (const PacketSent& sent : net.happenings<PacketSent>())
            if (sent.packet.flags.rst) reset = sent;
        CHECK(reset.packet.source == ip("203.0.113.25"));
        CHECK(reset.packet.source_port == 25);
        const auto failed = net.heard_of<Failed>(net.pc);
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].at == Instant{40ms});
        CHECK(std::get<Failed>(failed[0].event.what).why == ConnectFailure::refused);
        CHECK(net.segments_from(net.server).empty());
    }

    TEST_CASE("a rule that rejects everything does not swallow its own rejections")
    {
        Chain net;
        net.fabric.firewall(net.border).add(named(1, Verdict::reject_icmp));
        net.connect(net.pc, net.port25);
        net.run();
        CHECK(std::get<Failed>(net.heard.at(0).event.what).why == ConnectFailure::prohibited);
    }

    TEST_CASE("two nodes that reject everything do not reject each other's rejections for ever")
    {
        Chain net;
        net.fabric.firewall(net.office).add(named(1, Verdict::reject_icmp));
        net.fabric.firewall(net.border).add(named(2, Verdict::reject_rst));
        net.fabric.firewall(net.office).set_enabled(RuleId{1}, false);
        net.connect(net.pc, net.port25);
        net.run_until(Instant{15ms}); // the SYN is past the office
        net.fabric.firewall(net.office).set_enabled(RuleId{1}, true);
        net.run();
        CHECK(net.heard_of<Failed>(net.pc).size() == 1);
        CHECK(net.fabric.packets_under_way() == 0);
    }

    TEST_CASE("a passing rule is noted for what opens something, not for each packet")
    {
        Chain net;
        net.fabric.firewall(net.border).add(named(1, Verdict::pass));
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run_until(net.now + 1s);
        net.send(net.pc, connection, "hello");
        net.run();
        const auto passed = net.happenings<PacketPassedRule>();
        REQUIRE(passed.size() == 1);
        CHECK(passed[0].rule == RuleId{1});
        CHECK(passed[0].packet.flags.syn);
        CHECK(net.fabric.firewall(net.border).rules()[0].hits == 5); // SYN, SYN-ACK, ACK, data, ACK
    }

    TEST_CASE("a PC's own firewall judges what the PC sends and what comes in")
    {
        Pair outward;
        Rule rule = named(1, Verdict::reject_icmp);
        rule.destination_ports = {{25, 25}};
        outward.fabric.firewall(outward.client).add(rule);
        outward.connect();
        outward.run();
        CHECK(std::get<Failed>(outward.heard.at(0).event.what).why == ConnectFailure::prohibited);
        CHECK(outward.heard.at(0).at == Instant{});
        CHECK(outward.events(Kind::packet_dropped).at(0).host == outward.client);

        Pair inward;
        rule.verdict = Verdict::drop;
        inward.fabric.firewall(inward.server).add(rule);
        inward.connect();
        inward.run();
        CHECK(inward.events(Kind::packet_dropped).at(0).host == inward.server);
        CHECK(inward.events(Kind::packet_delivered).empty());
    }

    TEST_CASE("rules know no connections: only what a rule names is stopped, not its replies")
    {
        Chain net;
        Rule rule = op25b();
        rule.source = {false, {*parse_prefix("203.0.113.0/24")}, {}};
        net.fabric.firewall(net.border).add(rule); // names packets *to* port 25, from the server
        net.connect(net.pc, net.port25);
        net.run();
        CHECK(net.heard_of<Connected>(net.pc).size() == 1);
    }
}

TEST_SUITE("net.firewall switched")
{
    TEST_CASE(
        "a rule switched on in mid-connection: it stalls, repeats 1, 3, 7 s ... and times out")
    {
        Chain net;
        Rule rule = op25b();
        rule.enabled = false;
        net.fabric.firewall(net.border).add(rule);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run_until(Instant{10s});
        REQUIRE(net.heard_of<Connected>(net.pc).size() == 1);
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, true);
        net.send(net.pc, connection, "EHLO pc\r\n");
        net.run();

        // Windows repeats five times: after 1, 2, 4, 8, 16 s, and gives up after another 32 s.
        const auto repeated = net.events(Kind::segment_retransmitted);
        const std::vector<Duration> expected{1s, 3s, 7s, 15s, 31s};
        REQUIRE(repeated.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CHECK(repeated[i].at == Instant{10s + expected[i]});
            const auto& what = std::get<SegmentRetransmitted>(repeated[i].what);
            CHECK(what.attempt == i + 1);
            CHECK_FALSE(what.syn);
        }
        CHECK(std::get<SegmentRetransmitted>(repeated[4].what).next == Instant{73s});
        const auto ended = net.heard_of<Ended>(net.pc);
        REQUIRE(ended.size() == 1);
        CHECK(ended[0].at == Instant{73s});
        CHECK(std::get<Ended>(ended[0].event.what).how == ConnectionEnd::timed_out);
        CHECK(net.bytes_at(net.server).empty());
        CHECK(net.heard_of<Ended>(net.server).empty()); // it has nothing to say, so it waits
        // The chain of causes leads from the end to the rule's node without a gap.
        const Event& end = net.trace.at(ended[0].event.cause);
        CHECK(end.kind() == Kind::connection_ended);
        CHECK(net.trace.at(end.cause).kind() == Kind::packet_sent);
    }

    TEST_CASE("a rule switched off again in time: the stream goes on and arrives whole")
    {
        Chain net;
        Rule rule = op25b();
        rule.enabled = false;
        net.fabric.firewall(net.border).add(rule);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run_until(Instant{10s});
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, true);
        std::string bytes;
        for (int i = 0; i < 500; ++i)
            bytes += "line " + std::to_string(i) + " of a message that is being stalled\r\n";
        net.send(net.pc, connection, bytes);
        net.send(net.pc, connection, "more\r\n");
        net.run_until(Instant{12s});
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, false);
        net.send(net.pc, connection, "and more\r\n");
        net.run_until(Instant{20s});
        CHECK(net.bytes_at(net.server) == bytes + "more\r\nand more\r\n");
        // Repeated at 11 s in vain, at 13 s with success; the rest follows at once.
        CHECK(net.heard_of<Received>(net.server).at(0).at == Instant{13s + 30ms});
        CHECK(net.heard_of<Received>(net.server).back().at < Instant{14s});
        CHECK(net.heard_of<Ended>(net.pc).empty());
        CHECK(net.fabric.queued_bytes(net.pc, connection) == 0);
    }

    TEST_CASE("lost acknowledgements: what arrives twice is heard once")
    {
        Chain net;
        Rule rule; // stops what comes back from port 25: the segments to the PC
        rule.id = RuleId{1};
        rule.enabled = false;
        rule.destination = {false, {*parse_prefix("192.0.2.0/24")}, {}};
        net.fabric.firewall(net.border).add(rule);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run_until(Instant{10s});
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, true);
        net.send(net.pc, connection, "one ");
        net.send(net.pc, connection, "two ");
        net.run_until(Instant{10500ms});
        CHECK(net.bytes_at(net.server) == "one two ");
        net.send(net.pc, connection, "three "); // sent at once: the window is open
        net.run_until(Instant{12s});
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, false);
        net.run();
        CHECK(net.bytes_at(net.server) == "one two three ");
        CHECK(net.fabric.queued_bytes(net.pc, connection) == 0);
    }

    TEST_CASE("reject by RST in mid-connection cuts it off at once")
    {
        Chain net;
        Rule rule = op25b();
        rule.verdict = Verdict::reject_rst;
        rule.enabled = false;
        net.fabric.firewall(net.border).add(rule);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run_until(Instant{10s});
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, true);
        net.send(net.pc, connection, "EHLO pc\r\n");
        net.run();
        const auto ended = net.heard_of<Ended>(net.pc);
        REQUIRE(ended.size() == 1);
        CHECK(ended[0].at == Instant{10s + 40ms});
        CHECK(std::get<Ended>(ended[0].event.what).how == ConnectionEnd::reset_by_peer);
    }

    TEST_CASE("reject by ICMP in mid-connection is taken as passing trouble: it times out")
    {
        Chain net;
        Rule rule = op25b();
        rule.verdict = Verdict::reject_icmp;
        rule.enabled = false;
        net.fabric.firewall(net.border).add(rule);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run_until(Instant{10s});
        net.fabric.firewall(net.border).set_enabled(RuleId{1}, true);
        net.send(net.pc, connection, "EHLO pc\r\n");
        net.run();
        CHECK(std::get<Ended>(net.heard_of<Ended>(net.pc).at(0).event.what).how ==
              ConnectionEnd::timed_out);
    }

    TEST_CASE("Linux insists longer: fifteen repetitions, at most two minutes apart")
    {
        Pair net{Trace::Detail::full, linux_connect_schedule()};
        const ConnectionId connection = net.open();
        net.fabric.set_link_cut(net.link, true);
        const Instant start = net.now;
        net.send(net.client, connection, "x");
        net.run();
        CHECK(net.events(Kind::segment_retransmitted).size() == 15);
        // 1 + 2 + 4 + ... + 64 s, then nine times 120 s.
        CHECK(net.heard_of<Ended>(net.client).at(0).at == start + 127s + 9 * 120s);
    }
}
