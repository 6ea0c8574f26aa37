// Which real ports the bridge opens, and what it says to a --listen that cannot be right.
#include "platform/bridge/plan.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace platform::bridge;

namespace {

const std::string loopback = "127.0.0.1";

std::string problem_with(const std::string& listen, const std::string& bind = loopback)
{
    const auto opening = parse_listen(listen, test::load_lesson("op25b"), bind);
    return opening ? "none" : opening.error().key;
}

} // namespace

TEST_SUITE("platform.bridge.plan")
{
    TEST_CASE("a simulated port and a real one are read from one word")
    {
        const auto scenario = test::load_lesson("op25b");
        const auto whole =
            parse_listen("mail.kumo.example:587=127.0.0.1:2587", scenario, loopback).value();
        CHECK(whole.host == "mail.kumo.example");
        CHECK(whole.port == 587);
        CHECK(whole.transport == sim::Transport::tcp);
        CHECK(whole.real_address == "127.0.0.1");
        CHECK(whole.real_port == 2587);
        CHECK(whole.wished);

        const auto short_form = parse_listen("mail.kumo.example:587=2587", scenario, loopback);
        CHECK(short_form.value().real_address == loopback);
        const auto v6 = parse_listen("mail.kumo.example:587=[::1]:0", scenario, loopback);
        CHECK(v6.value().real_address == "::1");
        CHECK(v6.value().real_port == 0);
        const auto shouted = parse_listen("MAIL.Kumo.example:587=2587", scenario, loopback);
        CHECK(shouted.value().host == "mail.kumo.example");
        const auto names = parse_listen("ns.example:53=5353", scenario, loopback);
        CHECK(names.value().transport == sim::Transport::udp);
    }

    TEST_CASE("what cannot be right is refused with a word for why")
    {
        for (const char* listen : {"",
                                   "=",
                                   "mail.kumo.example=2587",
                                   "mail.kumo.example:587",
                                   "mail.kumo.example:587=",
                                   "mail.kumo.example:587=127.0.0.1:"})
            CHECK_MESSAGE(problem_with(listen) == "listen_form", listen);
        for (const char* listen : {"mail.kumo.example:0=2587",
                                   "mail.kumo.example:70000=2587",
                                   "mail.kumo.example:58x7=2587",
                                   "mail.kumo.example:587=70000",
                                   "mail.kumo.example:587=127.0.0.1:70000",
                                   "mail.kumo.example:587=abc",
                                   "mail.kumo.example:587=127.0.0.1",
                                   "mail.kumo.example:587=[::1]"})
            CHECK_MESSAGE(problem_with(listen) == "listen_port", listen);
        CHECK(problem_with("mail.kumo.example:587=localhost:2587") == "listen_address");
        CHECK(problem_with("mail.kumo.exmaple:587=2587") == "listen_host");
        CHECK(problem_with("hanako-pc:587=2587") == "listen_host");
    }

    TEST_CASE("an address that others can reach has to be asked for twice")
    {
        CHECK(problem_with("mail.kumo.example:587=192.0.2.7:2587") == "listen_not_loopback");
        CHECK(problem_with("mail.kumo.example:587=192.0.2.7:2587", "192.0.2.7") == "none");
        CHECK(problem_with("mail.kumo.example:587=0.0.0.0:2587") == "listen_not_loopback");
        CHECK(is_loopback("127.0.0.1"));
        CHECK(is_loopback("127.9.9.9"));
        CHECK(is_loopback("::1"));
        CHECK(!is_loopback("0.0.0.0"));
        CHECK(!is_loopback("nonsense"));
        CHECK(is_every_address("0.0.0.0"));
        CHECK(is_every_address("::"));
        CHECK(!is_every_address("127.0.0.1"));
    }

    TEST_CASE("a real port leads to one place")
    {
        const auto at = [](const char* address, std::uint16_t real, std::uint16_t simulated = 587) {
            Opening opening;
            opening.port = simulated;
            opening.transport = simulated == 53 ? sim::Transport::udp : sim::Transport::tcp;
            opening.real_address = address;
            opening.real_port = real;
            return opening;
        };
        const auto clash = find_clash({at(loopback.c_str(), 2587), at(loopback.c_str(), 2587, 25)});
        REQUIRE(clash);
        CHECK(clash->key == "listen_twice");
        CHECK(find_clash({at("0.0.0.0", 2587), at(loopback.c_str(), 2587)}));
        CHECK(find_clash({at("0:0:0:0:0:0:0:1", 2587), at("::1", 2587)}));
        CHECK(!find_clash({at(loopback.c_str(), 2587), at(loopback.c_str(), 2588)}));
        CHECK(!find_clash({at(loopback.c_str(), 2587), at("127.0.0.2", 2587)}));
        CHECK(!find_clash({at(loopback.c_str(), 2587), at(loopback.c_str(), 2587, 53)}));
        CHECK(!find_clash({at(loopback.c_str(), 0), at(loopback.c_str(), 0)}));
    }

    TEST_CASE("without a wish, every mail, mailbox and name server has a real port of its own")
    {
        const auto openings = default_openings(test::load_lesson("op25b"), loopback);
        const auto real_port = [&](const char* host, std::uint16_t port) {
            for (const Opening& opening : openings)
                if (opening.host == host && opening.port == port) return int{opening.real_port};
            return -1;
        };
        // The server in Hanako's account settings comes first.
        CHECK(real_port("mail.kumo.example", 587) == 2587);
        CHECK(real_port("mail.kumo.example", 465) == 2465);
        CHECK(real_port("mail.kumo.example", 25) == 2025);
        CHECK(real_port("mail.kumo.example", 995) == 2995);
        CHECK(real_port("mx1.umi.example", 25) > 0);
        CHECK(real_port("pop.umi.example", 995) > 0);
        CHECK(real_port("ns.example", 53) > 0);
        std::set<std::uint16_t> ports;
        for (const Opening& opening : openings)
            CHECK(ports.insert(opening.real_port).second);
        CHECK(std::ranges::none_of(openings, &Opening::wished));
    }
}
