// Software from outside at the sockets of a simulated host.
#include "sim/mail/visitor.h"
#include "sim/net/fabric.h"
#include "sim/world.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

using namespace sim;
namespace visit = sim::mail::visit;

namespace {

// The lesson's network without its script; someone sits at Hanako's PC.
struct Bridged {
    explicit Bridged(const std::string& lesson)
    {
        auto scenario = std::make_shared<scenario::Scenario>(test::load_lesson(lesson));
        scenario->steps.clear();
        const auto at = [&](const char* key) {
            const auto host = std::ranges::find(scenario->hosts, key, &scenario::Host::key);
            return HostId{static_cast<std::uint32_t>(host - scenario->hosts.begin())};
        };
        pc = at("hanako-pc");
        server = at("mail.kumo.example");
        WorldOptions options;
        options.visited = {pc};
        world = std::make_unique<World>(scenario, std::move(options));
    }

    ConnectionId connect(std::uint16_t port)
    {
        ConnectionId connection;
        const Endpoint to{world->network().host(server).addresses.front(), port};
        world->visit(pc, [&](mail::Visitor& visitor) { connection = visitor.connect(to); });
        return connection;
    }
    void wait(Duration span)
    {
        world->advance_to(world->now() + span);
        world->visit(pc, [&](mail::Visitor& visitor) {
            while (auto output = visitor.poll_output())
                heard.push_back(std::move(*output));
        });
    }
    void say(ConnectionId connection, std::string_view line)
    {
        world->visit(pc, [&](mail::Visitor& visitor) { visitor.send(connection, line); });
    }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const auto& output : heard) {
            if (const auto* received = std::get_if<visit::Received>(&output))
                all += received->bytes;
        }
        return all;
    }
    template <typename What>
    [[nodiscard]] bool has() const
    {
        return std::ranges::any_of(
            heard, [](const auto& output) { return std::holds_alternative<What>(output); });
    }

    HostId pc;
    HostId server;
    std::unique_ptr<World> world;
    std::vector<visit::Output> heard;
};

} // namespace

TEST_SUITE("world.visit")
{
    TEST_CASE("a visitor talks to a simulated server over the simulated network")
    {
        Bridged bridged{"submission-587"};
        const ConnectionId connection = bridged.connect(587);
        bridged.wait(1s);
        CHECK(bridged.has<visit::Connected>());
        CHECK(bridged.text() == "220 mail.kumo.example ESMTP\r\n");
        bridged.say(connection, "QUIT\r\n");
        bridged.wait(1s);
        CHECK(bridged.text().ends_with("221 2.0.0 Bye\r\n"));
        CHECK(bridged.has<visit::PeerFinished>());
        bridged.world->visit(bridged.pc,
                             [&](mail::Visitor& visitor) { visitor.finish(connection); });
        bridged.wait(1s);
        CHECK(bridged.has<visit::Ended>());
        CHECK(bridged.world->network().open_connections() == 0);
    }

    TEST_CASE("a dropped SYN is silence, then a failed connection")
    {
        Bridged bridged{"op25b"};
        bridged.connect(25);
        bridged.wait(20s);
        CHECK(bridged.heard.empty());
        bridged.wait(2s);
        REQUIRE(bridged.has<visit::ConnectFailed>());
        CHECK(std::get<visit::ConnectFailed>(bridged.heard.front()).why ==
              ConnectFailure::timed_out);
    }

    TEST_CASE("the clock goes on though nothing happens, and never back")
    {
        Bridged bridged{"op25b"};
        const Instant start = bridged.world->now();
        CHECK(bridged.world->next_due() == never);
        bridged.world->advance_to(start + 5s);
        CHECK(bridged.world->now() == start + 5s);
        CHECK(bridged.world->trace().now() == start + 5s);
        bridged.world->advance_to(start);
        CHECK(bridged.world->now() == start + 5s);
    }

    TEST_CASE("the same visits at the same times make the same trace")
    {
        const auto play = [] {
            Bridged bridged{"submission-587"};
            const ConnectionId connection = bridged.connect(587);
            bridged.wait(1s);
            bridged.say(connection, "EHLO [192.0.2.10]\r\n");
            bridged.wait(1s);
            bridged.say(connection, "STARTTLS\r\nnonsense");
            bridged.wait(1s);
            return bridged.world->trace().hash();
        };
        CHECK(play() == play());
    }
}
