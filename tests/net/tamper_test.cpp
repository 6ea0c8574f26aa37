// Somebody at a node on the way who makes STARTTLS unreadable.
#include "tests/net/network.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::net;

namespace {

const std::string offer = "250-mail.example\r\n250-STARTTLS\r\n250 SIZE\r\n";

} // namespace

TEST_SUITE("net.tamper")
{
    TEST_CASE("the word is blotted out in both directions, and nothing else changes")
    {
        Chain net;
        net.fabric.set_strips_starttls(net.border, true);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run();
        net.send(net.server, connection, offer);
        net.run();
        net.send(net.pc, connection, "starttls\r\n");
        net.run();
        CHECK(net.bytes_at(net.pc) == "250-mail.example\r\n250-XXXXXXXX\r\n250 SIZE\r\n");
        CHECK(net.bytes_at(net.server) == "XXXXXXXX\r\n");

        const auto altered = net.happenings<PacketAltered>();
        REQUIRE(altered.size() == 2);
        CHECK(altered[0].how == Tampering::starttls_offer);
        CHECK(altered[1].how == Tampering::starttls_command);
        CHECK(net.trace.view(altered[0].before) == offer);
        CHECK(altered[0].packet.payload.size == offer.size());
        for (const Event& event : net.events(Kind::packet_altered))
            CHECK(event.host == net.border);
    }

    TEST_CASE("what a packet does afterwards is caused by whoever changed it")
    {
        Chain net;
        net.fabric.set_strips_starttls(net.office, true);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run();
        net.send(net.server, connection, offer);
        net.run();
        const auto altered = net.events(Kind::packet_altered);
        REQUIRE(altered.size() == 1);
        CHECK(net.trace.at(altered[0].id).kind() == Kind::packet_altered);
        const Event& next = net.trace.at(EventId{altered[0].id.value + 1});
        CHECK(next.kind() == Kind::packet_sent);
        CHECK(next.cause == altered[0].id);
    }

    TEST_CASE("its own mail, and what does not pass, is left alone")
    {
        Chain net;
        net.fabric.set_strips_starttls(net.server, true);
        net.fabric.set_strips_starttls(net.pc, true);
        const ConnectionId connection = net.connect(net.pc, net.port25);
        net.run();
        net.send(net.server, connection, offer);
        net.run();
        CHECK(net.bytes_at(net.pc) == offer);
        CHECK(net.happenings<PacketAltered>().empty());

        net.fabric.set_strips_starttls(net.border, true);
        net.send(net.pc, connection, "EHLO x\r\nSTART TLS\r\n");
        net.run();
        CHECK(net.bytes_at(net.server) == "EHLO x\r\nSTART TLS\r\n");
        CHECK(net.happenings<PacketAltered>().empty());
    }

    TEST_CASE("counting only, no payload is lost or kept")
    {
        Network net{Trace::Detail::counters};
        const HostId pc = net.add("pc", "192.0.2.10");
        const HostId router = net.add("router", "192.0.2.1");
        const HostId server = net.add("server", "203.0.113.25");
        net.join(pc, router);
        net.join(router, server);
        net.fabric.finish_topology();
        net.fabric.listen(server, 25);
        net.fabric.set_strips_starttls(router, true);
        std::string heard;
        net.program = [&](const Heard& one) {
            if (one.event.host == pc) heard += one.bytes;
        };
        const ConnectionId connection = net.connect(pc, {ip("203.0.113.25"), 25});
        net.run();
        for (int i = 0; i < 1000; ++i) {
            net.send(server, connection, offer);
            net.run();
        }
        CHECK(heard.size() == 1000 * offer.size());
        CHECK(heard.find("STARTTLS") == std::string::npos);
        CHECK(net.trace.count(Kind::packet_altered) == 1000);
        CHECK(net.trace.payloads().memory_bytes() < 1'000'000);
    }
}
