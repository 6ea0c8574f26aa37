// A real program on a bridge, as every report tells of it: what it says is known from the end that
// hears it.
#include "sim/explain/cure.h"
#include "sim/playback.h"
#include "sim/report/ends.h"
#include "sim/report/events.h"
#include "sim/report/ladder.h"
#include "sim/report/tls_view.h"
#include "sim/report/transcript.h"
#include "tests/support/visited.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace sim;
using namespace sim::report;
using test::Visited;

std::string plain(const Lines& lines)
{
    return to_text(lines, plain_style());
}

std::size_t times(const std::string& text, std::string_view what)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

// Hanako's PC says a few lines to the submission server, in the clear.
struct Talk {
    Visited visited{"submission-587"};
    ConnectionId connection = visited.connect(587);
    explain::Language words = test::language("en");

    Talk()
    {
        visited.wait(1s);
        say("EHLO real.example\r\n");
        say("MAIL FROM:<hanako@kumo.example>\r\n");
    }
    void say(std::string_view line)
    {
        visited.say(connection, line);
        visited.wait(1s);
    }
    [[nodiscard]] Source source(Level level = Level::standard) const
    {
        const Trace& trace = visited.world->trace();
        return Source{trace, *visited.plan.scenario, words, trace.size(), level, {}, 80};
    }
    [[nodiscard]] std::vector<explain::WhyCard> cards() const
    {
        const Trace& trace = visited.world->trace();
        return explain::cured_cards(trace, trace.size(), visited.plan);
    }
};

// Somebody outside answers for the submission server that Hanako's program calls: offers no login
// before STARTTLS, and spoils the handshake.
struct RealServer {
    explicit RealServer(scenario::Protection protection)
    {
        const Visited places{"submission-587"};
        const auto is_there = [](const auto& each) { return each.host == "mail.kumo.example"; };
        std::erase_if(lesson->mail_servers, is_there);
        std::erase_if(lesson->pop_servers, is_there);
        lesson->programs.front().sending->protection = protection;
        WorldOptions options;
        options.visited = {places.server};
        world = std::make_unique<World>(lesson, std::move(options));
        world->visit(places.server, [](mail::Visitor& visitor) { visitor.listen(587); });
        for (int i = 0; i < 60; ++i) {
            world->advance_to(world->now() + 500ms);
            world->visit(places.server, [](mail::Visitor& visitor) { answer(visitor); });
        }
    }
    static void answer(mail::Visitor& visitor)
    {
        while (const auto output = visitor.poll_output()) {
            if (const auto* accepted = std::get_if<mail::visit::Accepted>(&*output))
                visitor.send(accepted->connection, "220 real.example ESMTP\r\n");
            const auto* heard = std::get_if<mail::visit::Received>(&*output);
            if (heard == nullptr) continue;
            const bool hello = heard->bytes.starts_with("EHLO");
            const bool starttls = heard->bytes.starts_with("STARTTLS");
            visitor.send(heard->connection,
                         hello      ? "250-real.example\r\n250 STARTTLS\r\n"
                         : starttls ? "220 go\r\n"
                                    : "this is no TLS");
        }
    }
    [[nodiscard]] std::vector<explain::WhyCard> cards() const
    {
        return explain::cured_cards(world->trace(), world->trace().size(), Plan{lesson, 1, {}});
    }

    std::shared_ptr<scenario::Scenario> lesson =
        std::make_shared<scenario::Scenario>(test::load_lesson("submission-587"));
    std::unique_ptr<World> world;
};

} // namespace

TEST_SUITE("report.outside")
{
    TEST_CASE("a program that hangs up while a rule drops its requests: the rule's card, no reset")
    {
        Visited visited{"op25b"};
        const ConnectionId connection = visited.connect(25);
        visited.wait(8s);
        visited.world->visit(visited.pc,
                             [&](mail::Visitor& visitor) { visitor.abort(connection); });
        visited.wait(1s);
        const Trace& trace = visited.world->trace();
        const auto cards = explain::cured_cards(trace, trace.size(), visited.plan);
        REQUIRE(cards.size() == 1);
        CHECK(cards.front().obstacle == explain::Obstacle::op25b);
        CHECK(cards.front().outside.has_value());
        CHECK(cards.front().cure.kind != explain::CureKind::ask_operator);
        const explain::Language words = test::language("en");
        for (const Level level : values_of<Level>()) {
            const Source source{trace, *visited.plan.scenario, words, trace.size(), level, {}, 80};
            const std::string told = plain(transcript(source));
            INFO(told);
            CHECK((times(told, "hung up") > 0 || times(told, "called back") > 0 ||
                   times(told, "SYN-SENT") > 0));
            CHECK(told.find("sent RST") == std::string::npos);
        }
        // Who hangs up at once has no trouble that anybody knows of.
        Visited hasty{"op25b"};
        const ConnectionId brief = hasty.connect(25);
        hasty.world->visit(hasty.pc, [&](mail::Visitor& visitor) { visitor.abort(brief); });
        hasty.wait(1s);
        CHECK(explain::why_cards(
                  hasty.world->trace(), hasty.world->trace().size(), *hasty.plan.scenario)
                  .empty());
    }

    TEST_CASE(
        "a port that waits for TLS, a program that waits for a greeting: who hung up, and when")
    {
        Visited visited{"submission-587"};
        const ConnectionId connection = visited.connect(465);
        visited.wait(100s);
        visited.world->visit(visited.pc,
                             [&](mail::Visitor& visitor) { visitor.finish(connection); });
        visited.wait(1s);
        const Trace& trace = visited.world->trace();
        const auto cards = explain::cured_cards(trace, trace.size(), visited.plan);
        REQUIRE(cards.size() == 1);
        CHECK(cards.front().obstacle == explain::Obstacle::waits_for_tls);
        CHECK(cards.front().cure.kind == explain::CureKind::turn_on_tls);
        CHECK(cards.front().cure.proof == explain::Proof::delivers);
        const explain::Language words = test::language("en");
        const Source source{
            trace, *visited.plan.scenario, words, trace.size(), Level::standard, {}, 400};
        const std::string card = plain(why_card(cards.front(), source));
        INFO(card);
        CHECK(times(card, "Hanako's PC waited 1 min 40 s and hung up") == 1);
        CHECK(times(card, "the program waits for a greeting") == 1);
        const std::string told = plain(transcript(source));
        INFO(told);
        CHECK(times(told, "Hanako's PC hung up. Kumo's submission server had waited") == 1);
        CHECK(told.find("cannot tell") == std::string::npos);

        // Who hangs up at once has not waited for anything.
        Visited hasty{"submission-587"};
        const ConnectionId brief = hasty.connect(465);
        hasty.wait(1s);
        hasty.world->visit(hasty.pc, [&](mail::Visitor& visitor) { visitor.finish(brief); });
        hasty.wait(1s);
        for (const auto& each : explain::why_cards(
                 hasty.world->trace(), hasty.world->trace().size(), *hasty.plan.scenario))
            CHECK(each.obstacle != explain::Obstacle::waits_for_tls);
    }

    TEST_CASE("one password in two ways is two failed logins, and the cards say so")
    {
        Visited visited{"submission-587", {{"server.mail.kumo.example.587.require_tls", "false"}}};
        const explain::Language words = test::language("en");
        const auto card = [&] {
            const Trace& trace = visited.world->trace();
            const auto cards = explain::cured_cards(trace, trace.size(), visited.plan);
            const Source source{
                trace, *visited.plan.scenario, words, trace.size(), Level::standard, {}, 400};
            return cards.empty() ? std::string{} : plain(why_card(cards.back(), source));
        };
        const auto hello = [&] {
            const ConnectionId connection = visited.connect(587);
            visited.wait(1s);
            visited.say(connection, "EHLO real.example\r\n");
            visited.wait(1s);
            return connection;
        };
        const auto say = [&](ConnectionId connection, std::string_view line) {
            visited.say(connection, line);
            visited.wait(10s);
        };
        // hanako@kumo.example, "wrong"
        constexpr std::string_view plain_login =
            "AUTH PLAIN AGhhbmFrb0BrdW1vLmV4YW1wbGUAd3Jvbmc=\r\n";
        const ConnectionId first = hello();
        say(first, plain_login);
        CHECK(times(card(), "User name or password is wrong") == 1);
        CHECK(times(card(), "failed logins from here") == 0);
        say(first, "AUTH LOGIN aGFuYWtvQGt1bW8uZXhhbXBsZQ==\r\n");
        say(first, "d3Jvbmc=\r\n");
        CHECK(times(card(), "2 failed logins from here lately: PLAIN, LOGIN.") == 1);
        say(hello(), plain_login);
        CHECK(times(card(), "3 failed logins from here lately: PLAIN, LOGIN, PLAIN.") == 1);
        hello();
        INFO(card());
        CHECK(times(card(), "Too many failed logins from this address lately") == 1);
        CHECK(times(card(), "3 failed logins from here lately: PLAIN, LOGIN, PLAIN.") == 1);
    }

    TEST_CASE("each line stands in the transcript once, with its direction")
    {
        const Talk talk;
        LiveTranscript live{talk.source()};
        const std::string told = plain(live.next(talk.source().end));
        CHECK(times(told, "→ EHLO real.example") == 1);
        CHECK(times(told, "← 220 mail.kumo.example ESMTP") == 1);
        const std::string whole = plain(transcript(talk.source()));
        CHECK(times(whole, "→ EHLO real.example") == 1);
        CHECK(times(whole, "← 220 mail.kumo.example ESMTP") == 1);
    }

    TEST_CASE("in the ladder its lines go from it to the server, and the replies back")
    {
        const Talk talk;
        std::vector<std::pair<HostId, HostId>> ways;
        for (const LadderRow& row : ladder_rows(talk.source()).rows) {
            if (row.text.starts_with("EHLO") || row.text.starts_with("220"))
                ways.emplace_back(row.from, row.to);
        }
        const HostId pc = talk.visited.pc;
        const HostId server = talk.visited.server;
        CHECK(ways == std::vector<std::pair<HostId, HostId>>{{server, pc}, {pc, server}});
    }

    TEST_CASE("a cable that is tapped names who spoke")
    {
        const Talk talk;
        const auto link = link_of_sender(talk.source());
        REQUIRE(link);
        const std::string said = plain(said_by_ends(talk.source(), *link));
        CHECK(times(said, "EHLO real.example") == 1);
        CHECK(said.find("Hanako's PC") < said.find("EHLO real.example"));
    }

    TEST_CASE("a refused command has a card: the server's own reason, and nothing that it shows")
    {
        const Talk talk;
        const auto cards = talk.cards();
        REQUIRE(cards.size() == 1);
        const explain::WhyCard& card = cards.front();
        CHECK(card.obstacle == explain::Obstacle::refusal);
        CHECK(card.who == talk.visited.server);
        CHECK(card.sender == talk.visited.pc);
        CHECK(card.code == 530);
        REQUIRE(std::holds_alternative<explain::HitLine>(card.hit));
        const Line& line = std::get<explain::HitLine>(card.hit).line;
        CHECK(talk.source().trace.view(line.bytes).starts_with("MAIL FROM:"));
        CHECK(card.cure.kind == explain::CureKind::turn_on_tls);
        const auto text = describe(card, talk.source().context());
        CHECK(std::ranges::count(
                  text.rows, explain::CardRow::shown, &explain::CardText::Row::row) == 0);
    }

    TEST_CASE("a connection that a rule swallows has the rule's card")
    {
        Talk talk;
        Visited visited{"op25b"};
        visited.connect(visited.host("mx1.umi.example"), 25);
        visited.wait(22s);
        const Trace& trace = visited.world->trace();
        const auto cards = explain::cured_cards(trace, trace.size(), visited.plan);
        REQUIRE(cards.size() == 1);
        CHECK(cards.front().obstacle == explain::Obstacle::op25b);
        CHECK(cards.front().outside->port == 25);
        CHECK(cards.front().cure.kind == explain::CureKind::correct_server);
        const auto& cure = cards.front().cure.settings;
        CHECK(std::ranges::count(cure, std::pair<std::string, std::string>{"client.port", "587"}) ==
              1);
    }

    TEST_CASE("a TLS handshake that breaks is told by the server alone")
    {
        Talk talk;
        talk.say("STARTTLS\r\n");
        talk.say("this is no TLS");
        const auto view = tls_view(talk.source(Level::expert), talk.connection);
        REQUIRE(view);
        CHECK(view->client == talk.visited.pc);
        CHECK(view->server == talk.visited.server);
        CHECK(view->failure);
        const auto cards = talk.cards();
        REQUIRE(cards.size() == 2);
        CHECK(cards.back().tls == TlsFailure::not_tls);
        // It had been agreed upon: no setting of protection is to blame.
        CHECK(cards.back().obstacle == explain::Obstacle::plain_instead_of_tls);
        CHECK(cards.back().who == talk.visited.server);
    }

    TEST_CASE("a program of ours that calls a real server has its own card, and only that")
    {
        const RealServer real{scenario::Protection::starttls};
        CHECK(real.world->trace().count(Kind::tls_failed) == 1);
        const auto cards = real.cards();
        REQUIRE(cards.size() == 1);
        CHECK_FALSE(cards.front().outside);
        CHECK(cards.front().shown != UserError::none);
        CHECK(cards.front().obstacle == explain::Obstacle::plain_instead_of_tls);
        CHECK(cards.front().who.exists());
        CHECK(cards.front().cure.proof == explain::Proof::not_tried);
        CHECK(cards.front().cure.settings.empty()); // nothing of ours can be set there
    }

    TEST_CASE("a real server that takes logins under TLS only: protection is the cure")
    {
        const RealServer real{scenario::Protection::none};
        const auto cards = real.cards();
        REQUIRE(cards.size() == 1);
        CHECK(cards.front().obstacle == explain::Obstacle::auth_not_offered);
        CHECK(cards.front().cure.kind == explain::CureKind::turn_on_tls);
        CHECK(cards.front().cure.settings.empty());
    }

    TEST_CASE("a world that goes on is seen when one catches up, and the cursor stays")
    {
        Talk talk;
        Playback seen{talk.visited.plan, std::shared_ptr<const World>{talk.visited.world}};
        seen.to_end();
        const std::size_t before = seen.cursor();
        const std::size_t stops = seen.stops(Unit::command).size();
        CHECK(before == seen.end());
        CHECK_FALSE(seen.catch_up());

        talk.say("QUIT\r\n");
        CHECK(seen.end() == before);
        seen.to_end();
        CHECK(seen.cursor() == before);
        CHECK_FALSE(seen.step(Unit::command));
        CHECK(seen.catch_up());
        CHECK(seen.cursor() == before);
        CHECK(seen.stops(Unit::command).size() > stops);
        CHECK(seen.step(Unit::command));
        CHECK(seen.cursor() > before);
        CHECK(std::ranges::is_sorted(seen.stops(Unit::command)));
    }

    TEST_CASE("of two simulated ends, the echo of what was said is no stop")
    {
        const Playback run = test::play_lesson("submission-587");
        std::size_t said = 0;
        std::size_t heard = 0;
        for (std::size_t i = 0; i < run.trace().size(); ++i) {
            if (run.trace()[i].kind() != Kind::smtp_command) continue;
            (is_hearing(run.trace()[i]) ? heard : said) += 1;
            CHECK(is_stop(run.trace(), run.trace()[i], Unit::command) !=
                  is_hearing(run.trace()[i]));
        }
        CHECK(said == heard);
        CHECK(said > 0);
    }
}
