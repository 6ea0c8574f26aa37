#include "tests/net/network.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::net;

namespace {

ConnectionEnd how(const Heard& one)
{
    return std::get<Ended>(one.event.what).how;
}

// A program that says goodbye when its peer does.
void finish_when_peer_does(Network& net)
{
    net.program = [&net](const Heard& one) {
        if (std::holds_alternative<net::PeerFinished>(one.event.what))
            net.finish(one.event.host, one.event.connection);
    };
}

SocketState state_at(const Network& net, HostId host)
{
    for (const SocketRow& row : net.fabric.sockets(host))
        if (row.connection.exists()) return row.state;
    return SocketState::closed;
}

// "syn_sent established ...", as the host's own TCP told it.
std::string states_of(const Network& net, HostId host)
{
    std::string states;
    for (const Event& event : net.events(Kind::socket_changed)) {
        if (event.host != host) continue;
        if (!states.empty()) states += ' ';
        states += name_of(std::get<SocketChanged>(event.what).state);
    }
    return states;
}

} // namespace

TEST_SUITE("net.ending")
{
    TEST_CASE("each state that a socket goes through is an event, with what brought it about")
    {
        Pair net;
        const ConnectionId connection = net.open();
        finish_when_peer_does(net);
        net.finish(net.client, connection);
        net.run();
        CHECK(states_of(net, net.client) ==
              "syn_sent established fin_wait_1 fin_wait_2 time_wait closed");
        CHECK(states_of(net, net.server) == "syn_received established close_wait last_ack closed");
        const std::vector<Event> told = net.events(Kind::socket_changed);
        CHECK(net.trace.at(told.front().cause).kind() == Kind::connection_attempted);
        CHECK(net.trace.at(told.back().cause).kind() == Kind::connection_ended);
        for (const Event& event : told) {
            CHECK(event.connection == connection);
            const auto& what = std::get<SocketChanged>(event.what);
            CHECK((what.local.port == 25) == (event.host == net.server));
        }

        Pair broken;
        const ConnectionId other = broken.open();
        broken.abort(broken.server, other);
        broken.run();
        CHECK(states_of(broken, broken.client) == "syn_sent established closed");
        CHECK(states_of(broken, broken.server) == "syn_received established closed");
    }

    TEST_CASE("a UDP port that was picked for a program is told, and that it is free again")
    {
        Pair net;
        const std::uint16_t port = net.fabric.bind_udp(net.client, 0);
        net.fabric.unbind_udp(net.client, port);
        CHECK(states_of(net, net.client) == "bound closed");
        const auto told = net.happenings<SocketChanged>();
        CHECK(told.front().transport == Transport::udp);
        CHECK(told.front().local.port == port);
    }

    TEST_CASE("both ends finish: FIN each way, acknowledged, and each hears that it is over once")
    {
        Pair net;
        const ConnectionId connection = net.open();
        finish_when_peer_does(net);
        net.finish(net.client, connection);
        net.run();

        const auto client = net.segments_from(net.client);
        const auto server = net.segments_from(net.server);
        CHECK(client == std::vector<std::string>{"SYN", "ACK", "FIN ACK", "ACK"});
        CHECK(server == std::vector<std::string>{"SYN ACK", "FIN ACK"});
        for (const HostId host : {net.client, net.server}) {
            CHECK(net.heard_of<net::PeerFinished>(host).size() == 1);
            REQUIRE(net.heard_of<Ended>(host).size() == 1);
            CHECK(how(net.heard_of<Ended>(host)[0]) == ConnectionEnd::closed);
            CHECK(net.heard.back().event.connection == connection);
        }
        CHECK(net.events(Kind::connection_ended).size() == 2);
        CHECK(net.fabric.open_connections() == 0);
    }

    TEST_CASE("half-close: an end that has finished still hears all that its peer says")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.finish(net.client, connection);
        net.run_until(net.now + 1s);
        CHECK(state_at(net, net.client) == SocketState::fin_wait_2);
        CHECK(state_at(net, net.server) == SocketState::close_wait);
        CHECK(net.heard_of<Ended>(net.client).empty());

        const std::string late(10'000, 'l');
        net.send(net.server, connection, late);
        net.run_until(net.now + 1s);
        CHECK(net.bytes_at(net.client) == late);
        net.finish(net.server, connection);
        net.run();
        CHECK(how(net.heard_of<Ended>(net.client).at(0)) == ConnectionEnd::closed);
        CHECK(how(net.heard_of<Ended>(net.server).at(0)) == ConnectionEnd::closed);
    }

    TEST_CASE("both finish at the same instant: the FINs cross")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.finish(net.client, connection);
        net.finish(net.server, connection);
        net.run();
        for (const HostId host : {net.client, net.server})
            CHECK(how(net.heard_of<Ended>(host).at(0)) == ConnectionEnd::closed);
        CHECK(net.fabric.open_connections() == 0);
        CHECK(net.fabric.sockets(net.client).empty());
    }

    TEST_CASE("FIN goes behind what is queued, on the last segment when that still waits")
    {
        Pair net;
        const ConnectionId connection = net.open();
        finish_when_peer_does(net);
        const std::string bytes(100'000, 'q');
        net.send(net.client, connection, bytes);
        net.finish(net.client, connection);
        net.run();
        CHECK(net.bytes_at(net.server) == bytes);
        std::string last_data;
        for (const std::string& segment : net.segments_from(net.client))
            if (segment.find("FIN") != std::string::npos) last_data = segment;
        CHECK(last_data == "FIN PSH ACK 720"); // 100000 = 68 * 1460 + 720
        CHECK(how(net.heard_of<Ended>(net.server).at(0)) == ConnectionEnd::closed);
    }

    TEST_CASE("abort sends RST: the peer hears of a reset, the one who aborts of its own doing")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.send(net.server, connection, "unread");
        net.abort(net.client, connection);
        net.run();
        CHECK(how(net.heard_of<Ended>(net.client).at(0)) == ConnectionEnd::aborted);
        CHECK(how(net.heard_of<Ended>(net.server).at(0)) == ConnectionEnd::reset_by_peer);
        CHECK(net.bytes_at(net.client).empty());
        // Data that was under way meets nobody and is answered with RST, which nobody answers.
        CHECK(net.segments_from(net.client) ==
              std::vector<std::string>{"SYN", "ACK", "RST ACK", "RST"});
        CHECK(net.fabric.open_connections() == 0);
        CHECK(net.fabric.packets_under_way() == 0);
    }

    TEST_CASE("calls for a connection that has ended are ignored")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.abort(net.client, connection);
        net.send(net.client, connection, "too late");
        net.finish(net.client, connection);
        net.abort(net.client, connection);
        net.run();
        net.send(net.server, connection, "too late as well");
        net.finish(net.server, connection);
        net.run();
        CHECK(net.heard_of<Ended>(net.client).size() == 1);
        CHECK(net.heard_of<Ended>(net.server).size() == 1);
        CHECK(net.fabric.queued_bytes(net.client, connection) == 0);
    }

    TEST_CASE("a peer that vanished is found out: RST comes when the forgotten end is spoken to")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.fabric.set_link_cut(net.link, true);
        net.abort(net.server, connection); // its RST is lost
        net.run_until(net.now + 1s);
        CHECK(net.heard_of<Ended>(net.client).empty());
        net.fabric.set_link_cut(net.link, false);
        net.send(net.client, connection, "hello?");
        net.run();
        CHECK(how(net.heard_of<Ended>(net.client).at(0)) == ConnectionEnd::reset_by_peer);
    }

    TEST_CASE("the last acknowledgement may be lost: the FIN is repeated and answered again")
    {
        Pair net;
        const ConnectionId connection = net.open();
        net.finish(net.client, connection);
        net.run_until(net.now + 1s);
        net.finish(net.server, connection);
        net.run_until(net.now + 5ms); // the server's FIN is under way, past the cut
        net.fabric.set_link_cut(net.link, true);
        net.run_until(net.now + 500ms);
        CHECK(state_at(net, net.client) == SocketState::time_wait);
        CHECK(state_at(net, net.server) == SocketState::last_ack);
        CHECK(net.heard_of<Ended>(net.client).size() == 1);
        CHECK(net.heard_of<Ended>(net.server).empty());
        net.fabric.set_link_cut(net.link, false);
        net.run();
        CHECK(how(net.heard_of<Ended>(net.server).at(0)) == ConnectionEnd::closed);
        CHECK(net.heard_of<Ended>(net.client).size() == 1);
        CHECK(net.fabric.open_connections() == 0);
    }

    TEST_CASE("netstat lists what listens, what is bound and what is open, with what it holds")
    {
        Pair net;
        CHECK(net.fabric.sockets(net.client).empty());
        net.fabric.listen(net.server, 587);
        net.fabric.bind_udp(net.server, 53);
        const ConnectionId connection = net.connect();
        CHECK(net.fabric.sockets(net.client).at(0).state == SocketState::syn_sent);
        net.run_until(net.now + 15ms);
        CHECK(state_at(net, net.server) == SocketState::syn_received);
        net.run_until(net.now + 1s);
        net.send(net.client, connection, "queued");

        const auto rows = net.fabric.sockets(net.server);
        REQUIRE(rows.size() == 4);
        CHECK(rows[0].transport == Transport::udp);
        CHECK(rows[0].state == SocketState::bound);
        CHECK(rows[0].local.port == 53);
        CHECK(rows[1].state == SocketState::listen);
        CHECK(rows[1].local.port == 25);
        CHECK(rows[2].local.port == 587);
        CHECK(rows[3].state == SocketState::established);
        CHECK(rows[3].remote == Endpoint{ip("192.0.2.10"), 49152});
        CHECK(rows[3].connection == connection);
        CHECK(net.fabric.sockets(net.client).at(0).queued_bytes == 6);
    }
}
