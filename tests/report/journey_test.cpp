// A journey and a verdict say what the run of a lesson was made for.
#include "sim/explain/why.h"
#include "sim/report/host_view.h"
#include "sim/report/journey.h"
#include "sim/report/verdict.h"
#include "tests/support/lesson.h"
#include "tests/support/lesson_names.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace sim;
using report::Ending;
using report::Exposed;
using report::Hop;
using report::HopEnd;
using report::Shield;

namespace {

struct Came {
    Playback run;
    std::vector<Hop> hops;
    std::vector<explain::WhyCard> cards;
    report::RunVerdict verdict;

    [[nodiscard]] std::string key(HostId host) const
    {
        return host.exists() ? run.scenario().hosts[host.value].key : std::string{};
    }
};

Came came_of(Playback run)
{
    const Trace& trace = run.trace();
    auto hops = report::journey(trace, trace.size(), run.scenario());
    auto cards = explain::why_cards(trace, trace.size(), run.scenario());
    const auto verdict = report::verdict(trace, trace.size(), run.scenario(), hops, cards);
    return {std::move(run), std::move(hops), std::move(cards), verdict};
}

Came came_of(const std::string& lesson, const test::Settings& settings = {})
{
    return came_of(test::play_lesson(lesson, settings));
}

} // namespace

TEST_SUITE("report.journey")
{
    TEST_CASE("a mail that arrives has a hop for each conversation that carried it")
    {
        const Came came = came_of("path");
        REQUIRE(came.hops.size() == 5);
        for (std::size_t i = 0; i < came.hops.size(); ++i) {
            const Hop& hop = came.hops[i];
            CHECK(hop.number == static_cast<int>(i) + 1);
            CHECK(hop.end == HopEnd::carried);
            CHECK(hop.shield == (i == 4 ? Shield::tls : Shield::starttls));
            CHECK(hop.exposed.empty());
            CHECK(hop.readers.empty());
            if (i > 0) CHECK(hop.from == came.hops[i - 1].to);
            CHECK(report::hop_of(came.hops, hop.connections.front()) == &hop);
        }
        CHECK(came.hops[0].login == Mechanism::plain);
        CHECK(came.hops[0].logged_in);
        CHECK_FALSE(came.hops[1].login);
        CHECK(came.hops[4].fetches);
        CHECK(came.key(came.hops[4].to) == "taro-pc");
        CHECK(came.verdict.ending == Ending::delivered);
        CHECK(came.verdict.hops == 5);
    }

    TEST_CASE("what a rule stops is one hop that nobody was reached by")
    {
        const Came came = came_of("op25b");
        REQUIRE(came.hops.size() == 1);
        CHECK(came.hops[0].end == HopEnd::unreached);
        CHECK(came.hops[0].shield == Shield::nothing);
        CHECK(came.hops[0].dropped.exists());
        CHECK(came.verdict.ending == Ending::stopped);
        CHECK(came.key(came.verdict.who) == "sakura-router");
        CHECK(came.verdict.hop == 1);
        CHECK(came.verdict.card == 0);
    }

    TEST_CASE("who could read, and what, in the order of the way")
    {
        const Came stripped = came_of("starttls-stripped");
        const Hop& first = stripped.hops.front();
        CHECK(first.shield == Shield::clear);
        CHECK(stripped.key(first.tampered) == "hotel-router");
        CHECK(stripped.key(first.readers.front()) == "hotel-router");
        CHECK(first.exposed == std::vector{Exposed::message, Exposed::proof});
        CHECK(stripped.verdict.ending == Ending::delivered_readable);
        CHECK(stripped.key(stripped.verdict.reader) == "hotel-router");
        CHECK(stripped.verdict.more_readers);

        const Came plain = came_of("plain-password");
        CHECK(plain.hops.front().exposed == std::vector{Exposed::message, Exposed::password});
        CHECK(plain.key(plain.hops.front().readers.front()) == "sakura-router");
    }

    TEST_CASE("what is tried again and again is one hop that counts")
    {
        const Came came = came_of("retry-and-bounce");
        CHECK(std::ranges::count_if(came.hops, [](const Hop& hop) {
                  return hop.end == HopEnd::refused && hop.connections.size() == 6;
              }) == 2);
        CHECK(std::ranges::any_of(came.hops, &Hop::is_report));
        CHECK(came.verdict.ending == Ending::delivered);
        CHECK(came.verdict.hops == 5);

        const Came never = came_of("retry-and-bounce",
                                   {{"fault.mx1.umi.example.reply.mail", "451"},
                                    {"fault.mx2.umi.example.reply.mail", "451"}});
        CHECK(never.verdict.ending == Ending::refused);
        CHECK(never.verdict.returned);
    }

    TEST_CASE("a mail that was taken and put into Junk has not simply arrived")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        for (scenario::MailServer& server : lesson.mail_servers)
            if (server.host.starts_with("mx")) server.checks = {PolicyCheck::dmarc};
        for (scenario::NameServer& server : lesson.name_servers) {
            for (scenario::DnsZone& zone : server.zones) {
                if (zone.origin == "kumo.example") {
                    zone.records.push_back(
                        {"_dmarc.kumo.example", "TXT", "v=DMARC1; p=quarantine"});
                }
            }
        }
        const Came came = came_of(test::play(lesson, {}));
        CHECK(came.verdict.ending == Ending::junked);
        CHECK(came.key(came.verdict.who) == "pop.umi.example");
        CHECK(came.run.trace().at(came.verdict.event).kind() == Kind::mail_junked);
        CHECK(report::tone_of(came.verdict.ending) == report::Tone::warned);
        const report::HostIndex hosts{
            came.run.trace(), came.run.scenario(), came.run.trace().size()};
        const auto lying = hosts.mailbox(came.verdict.who, came.run.trace().size());
        REQUIRE(lying.size() == 1);
        CHECK(lying[0].junked == came.verdict.event);
        CHECK_FALSE(lying[0].was_retrieved(came.run.trace().size()));
    }

    TEST_CASE("a certificate that proves nothing is told where it stops the mail and where not")
    {
        CHECK(came_of("wrong-certificate").verdict.ending == Ending::held_back);
        const Came between = came_of("wrong-certificate",
                                     {{"server.mail.kumo.example.certificate", "good"},
                                      {"server.mx1.umi.example.certificate", "self_signed"}});
        CHECK(between.verdict.ending == Ending::delivered_unproved);
        CHECK(between.key(between.verdict.who) == "mx1.umi.example");
    }

    TEST_CASE("of several that failed the verdict speaks of the lesson's client")
    {
        const Came closed =
            came_of("open-relay", {{"server.relay.sakura.example.open_relay", "false"}});
        REQUIRE(closed.cards.size() == 2);
        CHECK(closed.key(closed.verdict.person) == "hanako-pc");
    }

    TEST_CASE("what became of other people's mail is no part of the verdict")
    {
        const Came spam_refused = came_of("open-relay",
                                          {{"server.relay.sakura.example.open_relay", "false"},
                                           {"client.port", "587"},
                                           {"client.protection", "starttls"},
                                           {"client.auth", "plain"}});
        CHECK(spam_refused.cards.size() == 1);
        CHECK(spam_refused.verdict.ending == Ending::delivered);
        CHECK_FALSE(spam_refused.verdict.card);
        CHECK(spam_refused.verdict.wanted == 1);
        // Whoever could read the spam has read nothing of hers.
        const Came open = came_of("open-relay");
        CHECK(open.key(open.verdict.reader) == "office-firewall");
    }

    TEST_CASE("refused is only what somebody said no to")
    {
        const auto ending_of = [](const std::string& lesson, const test::Settings& settings = {}) {
            return came_of(lesson, settings).verdict.ending;
        };
        const Came home = came_of("home-server"); // a gate, and then a server that gives up
        CHECK(home.verdict.ending == Ending::stopped);
        CHECK(home.verdict.returned);
        CHECK(ending_of("submission-587", {{"client.auth", "none"}}) == Ending::refused);
        CHECK(ending_of("submission-587", {{"client.port", "26"}}) == Ending::refused);
        CHECK(ending_of("submission-587", {{"client.port", "465"}}) == Ending::stopped_at);
        CHECK(ending_of("submission-587", {{"client.protection", "none"}}) == Ending::stopped_at);
        CHECK(ending_of("submission-587", {{"fault.mail.kumo.example.cut", "mail"}}) ==
              Ending::stopped_at);
        CHECK(ending_of("submission-587", {{"client.server", "nowhere.example"}}) ==
              Ending::not_found);
    }

    TEST_CASE("reports about a mail are one line, whatever their number")
    {
        const Came never = came_of("retry-and-bounce",
                                   {{"fault.mx1.umi.example.reply.mail", "451"},
                                    {"fault.mx2.umi.example.reply.mail", "451"}});
        CHECK(std::ranges::count_if(never.hops, &Hop::is_report) == 4);
        for (const char* code : {"ja", "en"}) {
            const explain::Language words = test::language(code);
            const report::Source source{
                never.run.trace(), never.run.scenario(), words, never.run.trace().size()};
            const report::Lines lines = report::journey_lines(never.hops, source);
            // The heading, four hops, one of them in two lines, and the reports.
            CHECK(lines.size() <= 7);
            CHECK(lines.back().spans.front().text.find("5.0") != std::string::npos);
        }
    }

    TEST_CASE("where one mail became two the verdict says so, and where; nowhere else")
    {
        const Came came = came_of("smuggling");
        CHECK(came.verdict.ending == Ending::delivered_split);
        CHECK(came.key(came.verdict.who) == "mx1.umi.example");
        CHECK(came.key(came.verdict.person) == "mallory-pc");
        CHECK(came.verdict.copies == 2);
        CHECK(came.verdict.event.exists());
        for (const std::string& lesson : test::lesson_names) {
            const auto scenario = test::load_lesson(lesson);
            for (const auto& variation : scenario.variations) {
                INFO(lesson, " ", variation.key);
                const Came other = came_of(lesson, variation.settings);
                CHECK(other.verdict.ending != Ending::delivered_split);
            }
            if (lesson != "smuggling")
                CHECK(came_of(lesson).verdict.ending != Ending::delivered_split);
        }
    }

    TEST_CASE("a second mail on the same connection is no copy of the first")
    {
        scenario::Scenario two = test::small_world();
        two.steps.insert(two.steps.begin(), two.steps.front());
        two.steps[1].message.to = {"taro@umi.example", "hanako@kumo.example"};
        const Came came = came_of(test::play(std::move(two)));
        CHECK(came.verdict.reached == 3);
        CHECK(came.verdict.ending != Ending::delivered_split);
    }

    TEST_CASE("no verdict before anything is decided")
    {
        const Came came = came_of("path");
        const Trace& trace = came.run.trace();
        std::set<Ending> seen;
        for (std::size_t end = 0; end < trace.size(); ++end) {
            const auto hops = report::journey(trace, end, came.run.scenario());
            seen.insert(report::verdict(trace, end, came.run.scenario(), hops, {}).ending);
        }
        CHECK(seen == std::set{Ending::nothing_sent, Ending::under_way, Ending::delivered});
    }

    TEST_CASE("both languages have words for it at every level; a story has its own")
    {
        for (const char* code : {"ja", "en"}) {
            const auto language = test::language(code);
            for (const char* lesson : {"path", "op25b", "starttls-stripped", "wrong-certificate"}) {
                const Came came = came_of(lesson);
                const Trace& trace = came.run.trace();
                report::Source source{trace, came.run.scenario(), language, trace.size()};
                const std::string plain = words_of(came.verdict, source);
                source.level = explain::Level::story;
                CHECK(words_of(came.verdict, source) != plain);
                CHECK(report::journey_lines(came.hops, source).size() > came.hops.size());
            }
        }
    }
}
