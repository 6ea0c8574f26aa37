// Cards that were once wrong, each kind by itself: what stopped the mail, who did it, and a cure
// that delivers.
#include "tests/explain/told.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace sim;
using namespace sim::explain;
using test::Told;

namespace {

// Hanako has an address of her ISP, too, whose server takes mail on 587.
scenario::Scenario with_isp()
{
    scenario::Scenario s = test::small_world();
    s.hosts.push_back(
        test::small_host("mail.isp.example", scenario::HostKind::mail_server, "203.0.113.77"));
    s.links.push_back({"isp", "mail.isp.example", "router", 5ms, 100'000'000});
    scenario::MailServer isp = s.mail_servers[0];
    isp.host = "mail.isp.example";
    isp.local_domains = {"isp.example"};
    isp.mailboxes = {{"hanako@isp.example", 0}};
    isp.users = {{"hanako-isp", "momiji", {"hanako@isp.example"}}};
    s.mail_servers.push_back(isp);
    s.name_servers[0].zones.push_back({"isp.example",
                                       {{"mail.isp.example", "A", "203.0.113.77"},
                                        {"isp.example", "MX", "10 mail.isp.example"}}});
    return s;
}

} // namespace

TEST_SUITE("explain.kinds")
{
    TEST_CASE("two equal ways: the cure is right whichever of them the packets take")
    {
        for (const char* closed : {"west", "east"}) {
            scenario::Scenario s = test::small_world();
            for (const char* key : {"west", "east"}) {
                s.hosts.push_back(test::small_host(
                    key, scenario::HostKind::router, key[0] == 'w' ? "192.0.2.2" : "192.0.2.3"));
                s.links.push_back({key, key, "router", 5ms, 100'000'000});
                s.links.push_back(
                    {std::string{key} + "-mail", key, "mail.kumo.example", 5ms, 100'000'000});
            }
            std::erase_if(s.links,
                          [](const auto& link) { return link.key == "mail.kumo.example"; });
            scenario::FirewallRule rule = s.rules.front();
            rule.key = "half";
            rule.kind = scenario::RuleKind::firewall;
            rule.host = closed;
            rule.from.clear();
            rule.ports = {{587, 587}};
            s.rules.push_back(rule);
            INFO(closed);
            const Told told{s, {{"client.port", "25"}}};
            told.check_cure();
        }
    }

    TEST_CASE(
        "465 with STARTTLS or with nothing: the port waits for TLS, and TLS there is the cure")
    {
        for (const char* protection : {"starttls", "starttls_if_available", "none"}) {
            INFO(protection);
            const Told told{test::small_world(),
                            {{"client.port", "465"}, {"client.protection", protection}}};
            CHECK(told.card().obstacle == Obstacle::waits_for_tls);
            CHECK(told.who() == "mail.kumo.example");
            CHECK(told.card().cure.settings == Settings{{"client.protection", "tls"}});
            told.check_cure();
            // Not that a reply was late, nor that the other end hung up.
            const auto says = [&](CardRow row, const char* code, const char* words) {
                return told.text(told.card(), row, code).find(words) != std::string::npos;
            };
            CHECK(says(CardRow::rule, "en", "waits for TLS"));
            CHECK(says(CardRow::rule, "en", "hanako-pc waited"));
            CHECK(says(CardRow::rule, "ja", "TLS を待ち"));
            CHECK(says(CardRow::rule, "ja", "hanako-pcは"));
            CHECK(says(CardRow::cure, "en", "port 465"));
            CHECK(says(CardRow::cure, "ja", "ポート 465"));
            CHECK_FALSE(says(CardRow::rule, "en", "in time"));
            CHECK_FALSE(says(CardRow::rule, "ja", "時間内"));
        }
        const Told fetching{test::small_world(), {{"fetch.protection", "none"}}};
        CHECK(fetching.card().obstacle == Obstacle::waits_for_tls);
        CHECK(fetching.card().cure.settings == Settings{{"fetch.protection", "tls"}});
    }

    TEST_CASE("530 where only the login is missing, and where STARTTLS comes first")
    {
        const Told login{test::small_world(), {{"client.auth", "none"}}};
        CHECK(login.card().reason == SmtpReason::auth_required);
        CHECK(login.card().cure.kind == CureKind::turn_on_auth);
        CHECK(login.card().cure.settings == Settings{{"client.auth", "automatic"}});
        login.check_cure();

        const Told clear{test::small_world(),
                         {{"client.auth", "none"}, {"client.protection", "none"}}};
        CHECK(clear.card().reason == SmtpReason::tls_required);
        CHECK(clear.text(clear.card(), CardRow::shown).find("encryption") != std::string::npos);
        clear.check_cure();
    }

    TEST_CASE("454 to AUTH is not now, and no wrong password; 421 at any command is not now")
    {
        for (const auto& reply :
             Settings{{"auth", "454"}, {"connect", "421"}, {"mail", "421"}, {"rcpt", "451"}}) {
            const std::string key = "fault.mail.kumo.example.reply." + reply.first;
            INFO(key << "=" << reply.second);
            const Told told{test::small_world(), {{key, reply.second}}};
            CHECK(told.card().shown == UserError::server_busy);
            CHECK(is_temporary(told.card()));
            told.check_cure();
        }
    }

    TEST_CASE("the address of another provider: send through that provider")
    {
        scenario::Scenario s = with_isp();
        s.programs[0].address = "hanako@isp.example";
        const Told told{s};
        CHECK(told.card().reason == SmtpReason::sender_not_yours);
        CHECK(told.card().cure.kind == CureKind::senders_provider);
        REQUIRE_FALSE(told.card().cure.settings.empty());
        CHECK(told.card().cure.settings.front() ==
              std::pair<std::string, std::string>{"client.server", "mail.isp.example"});
        told.check_cure();
    }

    TEST_CASE("one refused recipient of two is told for each, pipelined or not")
    {
        for (const bool pipelining : {true, false}) {
            scenario::Scenario s = test::small_world();
            s.mail_servers[0].pipelining = pipelining;
            s.steps[0].message.to = {"nobody@kumo.example", "taro@umi.example"};
            const Told told{s};
            REQUIRE(told.cards.size() == 1);
            for (const WhyCard& card : told.cards) {
                REQUIRE(card.recipients.size() == 1);
                CHECK(card.reached == std::vector<std::string>{"taro@umi.example"});
                CHECK(card.reason == SmtpReason::recipient_unknown);
                const std::string hit = told.text(card, CardRow::hit);
                CHECK(hit.find("RCPT TO:<" + card.recipients.front()) == 0);
                CHECK(hit.find("arrived all the same for: taro@umi.example") != std::string::npos);
            }
        }
    }

    TEST_CASE("a mailbox that stays full for five days: waiting is no cure")
    {
        scenario::Scenario s = test::small_world();
        s.mail_servers[1].mailboxes = {{"taro@umi.example", 1}};
        s.limit = std::chrono::hours{24 * 10};
        const Told told{s};
        CHECK(told.card().reason == SmtpReason::mailbox_full);
        CHECK(told.card().cure.kind == CureKind::make_room);
        CHECK(told.who() == "mx.umi.example");
    }

    TEST_CASE("STARTTLS made unreadable on the way: TLS from the start is the cure")
    {
        const Told told{test::small_world(), {{"fault.router.tamper", "starttls"}}};
        CHECK(told.card().obstacle == Obstacle::tampered);
        CHECK(told.who() == "router");
        CHECK(told.card().cure.settings ==
              Settings{{"client.port", "465"}, {"client.protection", "tls"}});
        told.check_cure();

        // Of it nobody says that the server could not encrypt, in neither language.
        for (const char* code : {"ja", "en"}) {
            const Language words = test::language(code);
            const Context context{*told.plan.scenario, told.run->trace(), words};
            for (std::size_t i = 0; i < told.run->trace().size(); ++i) {
                const Event& event = told.run->trace()[i];
                if (event.kind() != Kind::packet_altered && event.kind() != Kind::smtp_problem_seen)
                    continue;
                for (const Level level : values_of<Level>()) {
                    const std::string said = describe(event, level, context);
                    INFO(said);
                    for (const char* blame : {" does not", " has no", "は", "が", "には"}) {
                        CHECK(said.find(std::string{"mail.kumo.example"} + blame) ==
                              std::string::npos);
                    }
                    if (level != Level::expert && event.kind() == Kind::packet_altered)
                        CHECK(said.find(code[0] == 'j' ? "花子" : "Hanako") != std::string::npos);
                }
            }
        }
    }

    TEST_CASE("STARTTLS made unreadable where there is no 465: another line is the cure")
    {
        scenario::Scenario s = test::small_world();
        std::erase_if(s.mail_servers[0].listeners,
                      [](const auto& listener) { return listener.port == 465; });
        s.hosts.push_back(test::small_host("other", scenario::HostKind::router, "192.0.2.2"));
        for (const char* server : {"mail.kumo.example", "ns.example"})
            s.links.push_back({std::string{"other-"} + server, "other", server, 5ms, 100'000'000});
        std::erase_if(s.links, [](const auto& link) { return link.key == "hanako-pc"; });
        for (const char* router : {"router", "other"}) {
            scenario::AccessLine line;
            line.key = std::string{"line-"} + router;
            line.name = {line.key, line.key};
            line.area = "area";
            line.router = router;
            line.address = test::ip(router[0] == 'r' ? "192.0.2.10" : "192.0.2.11");
            line.resolver = test::ip("198.51.100.53");
            s.lines.push_back(line);
        }
        s.hosts[0].addresses.clear();
        s.hosts[0].line = "line-router";
        const Told told{s, {{"fault.router.tamper", "starttls"}}};
        CHECK(told.card().obstacle == Obstacle::tampered);
        // The fault is the learner's own to switch off; without that, and never by asking the
        // server for TLS, which it offers already.
        CHECK(told.card().cure.settings !=
              Settings{{"server.mail.kumo.example.587.require_tls", "true"}});
        CHECK(told.card().cure.settings == Settings{{"client.line", "line-other"}});
        told.check_cure();
    }

    TEST_CASE("a rule that let mail pass and was switched is not said to let it pass")
    {
        scenario::Scenario s = test::small_world();
        scenario::FirewallRule pass = s.rules.front();
        pass.key = "submission";
        pass.kind = scenario::RuleKind::firewall;
        pass.name = {"587は通す", "let 587 pass"};
        pass.ports = {{587, 587}};
        pass.verdict = Verdict::pass;
        s.rules.push_back(pass);
        const Told told{s, {{"rule.submission", "drop"}}};
        CHECK(told.card().verdict == Verdict::drop);
        CHECK(told.text(told.card(), CardRow::rule).find("switched to Drop") != std::string::npos);
        told.check_cure();
    }

    TEST_CASE("where nothing of one's own cures, the card says how much was tried, and whom to ask")
    {
        const Told told{test::small_world(),
                        {{"server.mail.kumo.example.587.auth", "none"},
                         {"server.mail.kumo.example.587.require_auth", "false"},
                         {"server.mail.kumo.example.465.auth", "none"}}};
        const WhyCard& card = told.card();
        const std::string cure = told.text(card, CardRow::cure);
        INFO(cure);
        CHECK(card.cure.tried > 20);
        CHECK(card.cure.tried <= Cures::most_runs);
        CHECK(cure.find("To copy:") != std::string::npos);
    }

    TEST_CASE("when the runs are used up the card does not say that nothing helps")
    {
        scenario::Scenario s = test::small_world();
        s.mail_servers[0].users.clear();
        Told told{s};
        Cures few{told.run->trace(), told.plan, 3};
        const Cure& cure = few.of(told.card());
        CHECK(cure.proof == Proof::cut_off);
        CHECK(cure.tried == 3);
        WhyCard card = told.card();
        card.cure = cure;
        const std::string text = told.text(card, CardRow::cure);
        CHECK(text.find("None was found among 3") != std::string::npos);
        CHECK(text.find("No setting of yours") == std::string::npos);
    }

    TEST_CASE("a card is worked out once, and two cards share the runs that they need")
    {
        const Told told{test::small_world(), {{"client.port", "25"}}};
        Cures cures{told.run->trace(), told.plan};
        (void)cures.of(told.card());
        const int runs = cures.runs();
        CHECK(runs <= 5);
        for (int i = 0; i < 10; ++i)
            (void)cures.of(told.card());
        CHECK(cures.runs() == runs);
    }
}
