// Software from outside at the sockets of a simulated host.
#include "tests/support/visited.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

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

    TEST_CASE("two mails over one connection are two mails, and each goes its way")
    {
        Visited visited{"fixed-ip"};
        const ConnectionId connection = visited.connect(visited.host("mx1.umi.example"), 25);
        visited.wait(1s);
        visited.say(connection, "EHLO pc.example\r\n");
        for (int i = 0; i < 2; ++i) {
            visited.say(connection,
                        "MAIL FROM:<a@stranger.example>\r\nRCPT TO:<taro@umi.example>\r\nDATA\r\n");
            visited.wait(5s);
            visited.say(connection, "Subject: x\r\n\r\nx\r\n.\r\n");
            visited.wait(60s);
        }
        std::vector<std::uint32_t> delivered;
        const Trace& trace = visited.world->trace();
        for (std::size_t i = 0; i < trace.size(); ++i) {
            if (const auto* mail = std::get_if<MailDelivered>(&trace[i].what))
                delivered.push_back(mail->mail.value);
        }
        REQUIRE(delivered.size() == 2);
        CHECK(delivered[0] != delivered[1]);
    }

    TEST_CASE("greeting_delay: who waits for 220 is served, who talks before it hears 554")
    {
        for (const bool waits : {true, false}) {
            Visited visited{"fixed-ip", {{"server.mx1.umi.example.greeting_delay", "5s"}}};
            const ConnectionId connection = visited.connect(visited.host("mx1.umi.example"), 25);
            visited.wait(waits ? 6s : 1s);
            visited.say(connection, "EHLO pc.example\r\n");
            visited.wait(6s);
            CHECK(visited.text().starts_with(waits ? "220 " : "554 5.5.0 "));
            CHECK(visited.has<visit::PeerFinished>() != waits);
            std::size_t told = 0;
            const Trace& trace = visited.world->trace();
            for (std::size_t i = 0; i < trace.size(); ++i) {
                const auto* reply = std::get_if<SmtpReply>(&trace[i].what);
                if (reply != nullptr && reply->reason == SmtpReason::talked_out_of_turn) ++told;
            }
            CHECK(told == (waits ? 0 : 1));
        }
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

    TEST_CASE("many connections holding half a command: others are served within 5 s")
    {
        Visited visited{"submission-587"};
        std::vector<ConnectionId> holding;
        holding.reserve(500);
        for (int i = 0; i < 500; ++i)
            holding.push_back(visited.connect(587));
        visited.wait(2s);
        for (const ConnectionId connection : holding)
            visited.say(connection, "EHLO hal");
        visited.wait(2s);
        visited.heard.clear();
        const ConnectionId other = visited.connect(587);
        visited.wait(2s);
        visited.say(other, "EHLO [192.0.2.10]\r\n");
        visited.wait(3s);
        CHECK(visited.text().starts_with("220 mail.kumo.example ESMTP\r\n250-"));
        visited.say(other, "QUIT\r\n");
        visited.wait(1s);
        CHECK(visited.text().ends_with("221 2.0.0 Bye\r\n"));

        // Those that hold on are told to go, and nothing of them stays.
        visited.heard.clear();
        visited.wait(5min);
        const std::string told = visited.text();
        std::size_t times = 0;
        for (std::size_t at = told.find("421 4.4.2"); at != std::string::npos;
             at = told.find("421 4.4.2", at + 1))
            ++times;
        CHECK(times == holding.size());
        for (const ConnectionId connection : holding) {
            visited.world->visit(visited.pc,
                                 [&](mail::Visitor& visitor) { visitor.finish(connection); });
        }
        visited.wait(1min);
        CHECK(visited.world->network().open_connections() <= 1);
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
