// The diagrams of the State tab: that they are the sessions' own tables, and that every phase that
// a run goes through is on them.
#include "sim/core/pop3_words.h"
#include "sim/core/smtp_words.h"
#include "sim/world.h"
#include "sim/world_diagram.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace sim;

namespace {

const DiagramEdge* edge(const StateDiagram& diagram, std::string_view from, std::string_view to)
{
    for (const DiagramEdge& each : diagram.edges)
        if (each.from == from && each.to == to) return &each;
    return nullptr;
}

bool says(const StateDiagram& diagram,
          std::string_view from,
          std::string_view to,
          std::string_view label)
{
    const DiagramEdge* found = edge(diagram, from, to);
    return found != nullptr && std::ranges::count(found->labels, label) == 1;
}

bool has_state(const StateDiagram& diagram, std::string_view name)
{
    return std::ranges::count(diagram.states, name) == 1;
}

// From the first state every other can be reached.
bool is_connected(const StateDiagram& diagram)
{
    std::set<std::string_view> reached{diagram.states.front()};
    for (std::size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const DiagramEdge& each : diagram.edges)
            if (reached.contains(each.from)) reached.insert(each.to);
    }
    return reached.size() == diagram.states.size();
}

} // namespace

TEST_SUITE("world.diagram")
{
    TEST_CASE("a submission server wants TLS, then a login, then mail")
    {
        const auto s = test::small_world();
        const StateDiagram diagram = server_diagram(s, "mail.kumo.example", 587);
        CHECK(is_connected(diagram));
        CHECK(says(diagram, "awaiting_client", "awaiting_hello", "220"));
        CHECK(says(diagram, "awaiting_hello", "ready", "EHLO 250"));
        CHECK(says(diagram, "ready", "awaiting_tls", "STARTTLS 220"));
        CHECK(says(diagram, "awaiting_tls", "awaiting_hello", "TLS"));
        CHECK(says(diagram, "ready", "ready", "MAIL 530"));
        CHECK(says(diagram, "ready", "awaiting_verdict", "MAIL"));
        CHECK(says(diagram, "awaiting_verdict", "in_transaction", "RCPT 250"));
        CHECK(says(diagram, "in_transaction", "receiving_text", "DATA 354"));
        CHECK(says(diagram, "ready", "closed", "QUIT 221"));
    }

    TEST_CASE("port 465 begins with TLS and knows no STARTTLS")
    {
        const auto s = test::small_world();
        const StateDiagram diagram = server_diagram(s, "mail.kumo.example", 465);
        CHECK(is_connected(diagram));
        CHECK(says(diagram, "awaiting_client", "awaiting_tls", "TLS"));
        CHECK(edge(diagram, "ready", "awaiting_tls") == nullptr);
    }

    TEST_CASE("an MX without logins has no AUTH in its diagram")
    {
        const auto s = test::small_world();
        const StateDiagram diagram = server_diagram(s, "mx.umi.example", 25);
        CHECK(is_connected(diagram));
        CHECK_FALSE(has_state(diagram, "authenticating"));
    }

    TEST_CASE("POP3 servers and both clients have theirs, a port where nobody listens has none")
    {
        const auto s = test::small_world();
        const StateDiagram pop = server_diagram(s, "mx.umi.example", 110);
        CHECK(says(pop, "awaiting_verdict", "transaction", "PASS +OK"));
        CHECK(says(pop, "transaction", "closed", "QUIT +OK"));
        CHECK(server_diagram(s, "mx.umi.example", 26).states.empty());
        CHECK(server_diagram(s, "nobody.example", 25).edges.empty());

        const StateDiagram sending = sending_diagram(*s.programs[0].sending);
        CHECK(is_connected(sending));
        CHECK(says(sending, "awaiting_starttls", "awaiting_tls", "2yz"));
        CHECK(says(sending, "awaiting_tls", "awaiting_hello", "TLS EHLO"));
        CHECK(has_state(sending, "authenticating"));
        const StateDiagram relaying = relaying_diagram();
        CHECK(is_connected(relaying));
        CHECK_FALSE(has_state(relaying, "authenticating"));
        const StateDiagram fetching = fetching_diagram(*s.programs[1].fetching);
        CHECK(is_connected(fetching));
        CHECK(has_state(fetching, "fetching"));
    }

    TEST_CASE("every step that a server takes in a run is on its diagram")
    {
        const auto s = test::small_world();
        World world{std::make_shared<const scenario::Scenario>(s), {}};
        world.run();
        const std::vector<StateDiagram> servers{server_diagram(s, "mail.kumo.example", 587),
                                                server_diagram(s, "mx.umi.example", 25),
                                                server_diagram(s, "mx.umi.example", 995)};
        std::size_t steps = 0;
        for (std::size_t i = 0; i < world.trace().size(); ++i) {
            std::string_view from;
            std::string_view to;
            if (const auto* c = std::get_if<SmtpCommand>(&world.trace()[i].what)) {
                if (c->side == Side::sent || c->verb == SmtpVerb::auth_response) continue;
                from = name_of(c->before);
                to = name_of(c->after);
            } else if (const auto* p = std::get_if<Pop3Command>(&world.trace()[i].what)) {
                if (p->side == Side::sent) continue;
                from = name_of(p->before);
                to = name_of(p->after);
            } else {
                continue;
            }
            ++steps;
            INFO(std::string{from}, " to ", std::string{to});
            CHECK(std::ranges::any_of(
                servers, [&](const StateDiagram& d) { return edge(d, from, to) != nullptr; }));
        }
        CHECK(steps > 10);
    }
}
