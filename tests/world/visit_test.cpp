// Software from outside at the sockets of a simulated host.
#include "tests/support/visited.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;
namespace visit = sim::mail::visit;
using test::Visited;

TEST_SUITE("world.visit")
{
    TEST_CASE("a visitor talks to a simulated server over the simulated network")
    {
        Visited visited{"submission-587"};
        const ConnectionId connection = visited.connect(587);
        visited.wait(1s);
        CHECK(visited.has<visit::Connected>());
        CHECK(visited.text() == "220 mail.kumo.example ESMTP\r\n");
        visited.say(connection, "QUIT\r\n");
        visited.wait(1s);
        CHECK(visited.text().ends_with("221 2.0.0 Bye\r\n"));
        CHECK(visited.has<visit::PeerFinished>());
        visited.world->visit(visited.pc,
                             [&](mail::Visitor& visitor) { visitor.finish(connection); });
        visited.wait(1s);
        CHECK(visited.has<visit::Ended>());
        CHECK(visited.world->network().open_connections() == 0);
    }

    TEST_CASE("a dropped SYN is silence, then a failed connection")
    {
        Visited visited{"op25b"};
        visited.connect(25);
        visited.wait(20s);
        CHECK(visited.heard.empty());
        visited.wait(2s);
        REQUIRE(visited.has<visit::ConnectFailed>());
        CHECK(std::get<visit::ConnectFailed>(visited.heard.front()).why ==
              ConnectFailure::timed_out);
    }

    TEST_CASE("the clock goes on though nothing happens, and never back")
    {
        Visited visited{"op25b"};
        const Instant start = visited.world->now();
        CHECK(visited.world->next_due() == never);
        visited.world->advance_to(start + 5s);
        CHECK(visited.world->now() == start + 5s);
        CHECK(visited.world->trace().now() == start + 5s);
        visited.world->advance_to(start);
        CHECK(visited.world->now() == start + 5s);
    }

    TEST_CASE("the same visits at the same times make the same trace")
    {
        const auto play = [] {
            Visited visited{"submission-587"};
            const ConnectionId connection = visited.connect(587);
            visited.wait(1s);
            visited.say(connection, "EHLO [192.0.2.10]\r\n");
            visited.wait(1s);
            visited.say(connection, "STARTTLS\r\nnonsense");
            visited.wait(1s);
            return visited.world->trace().hash();
        };
        CHECK(play() == play());
    }
}
