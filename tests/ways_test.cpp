// A second way through the Internet, exactly as long as the first: what a card proposes goes the
// way that packets go.
#include "sim/explain/cure.h"
#include "sim/outcome.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace sim;

// An exchange between Sakura and Kumo, its cables laid before all others, that lets no submission
// with STARTTLS through. The backbone, a host with a lower number, would be as short a way.
scenario::Scenario with_exchange(scenario::Scenario scenario)
{
    scenario::Host exchange = scenario.hosts[1];
    exchange.key = "exchange";
    exchange.addresses = {parse_address("198.51.100.2").value()};
    scenario.hosts.push_back(exchange);
    const auto link = [](const char* a, const char* b) {
        scenario::Link made;
        made.key = std::string{a} + "-" + b;
        made.a = a;
        made.b = b;
        made.latency = 5ms;
        return made;
    };
    scenario.links.insert(scenario.links.begin(),
                          {link("sakura-router", "exchange"), link("exchange", "kumo-router")});
    scenario::FirewallRule rule = scenario.rules.front();
    rule.key = "exchange-587";
    rule.kind = scenario::RuleKind::firewall;
    rule.host = "exchange";
    rule.enabled = true;
    rule.from.clear();
    rule.to.clear();
    rule.except_to.clear();
    rule.transport = Transport::tcp;
    rule.ports = {{587, 587}};
    rule.verdict = Verdict::drop;
    scenario.rules.push_back(rule);
    return scenario;
}

} // namespace

TEST_SUITE("ways")
{
    TEST_CASE("of two equal ways, a card's cure is open on the one that packets take")
    {
        const scenario::Scenario lesson = with_exchange(test::load_lesson("op25b"));
        const Playback run = test::play(lesson);
        const auto cards = explain::cured_cards(run.trace(), run.trace().size(), run.plan());
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].obstacle == explain::Obstacle::op25b);
        REQUIRE_FALSE(cards[0].cure.settings.empty());
        const Playback cured = test::play(lesson, cards[0].cure.settings);
        const auto found = outcomes(cured.trace(), cured.trace().size());
        REQUIRE_FALSE(found.empty());
        CHECK(std::holds_alternative<Delivered>(found.front().outcome));
    }
}
