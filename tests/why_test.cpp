// "Why did it stop?" on real runs: whatever a learner sets wrong, there is a card, and what the
// card proposes to set delivers the mail.
#include "sim/explain/cure.h"
#include "sim/explain/describe.h"
#include "sim/outcome.h"
#include "tests/support/lesson.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace sim;
using namespace sim::explain;
using test::Settings;

std::string shown(const Settings& settings)
{
    std::string text;
    for (const auto& [key, value] : settings)
        text.append(key).append("=").append(value).append(" ");
    return text;
}

Settings joined(Settings first, const Settings& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

bool delivered(const Playback& run)
{
    for (const MailOutcome& mail : outcomes(run.trace(), run.trace().size()))
        if (mail.composed.exists() && std::holds_alternative<Delivered>(mail.outcome)) return true;
    return false;
}

std::vector<WhyCard> cards_of(const Playback& run)
{
    return cured_cards(run.trace(), run.trace().size(), run.plan());
}

// Runs the lesson with these settings. When the mail is not delivered there must be a card with
// words in both languages; when the card proposes settings, the run with them must deliver.
struct Judged {
    bool failed = false;
    WhyCard card;
};

Judged check(const std::string& lesson, const Settings& settings)
{
    INFO(lesson << ": " << shown(settings));
    const Playback run = test::play_lesson(lesson, settings);
    if (delivered(run)) {
        CHECK(cards_of(run).empty());
        return {};
    }
    const std::vector<WhyCard> cards = cards_of(run);
    REQUIRE_FALSE(cards.empty());
    const WhyCard& card = cards.front();
    for (const char* code : {"ja", "en"}) {
        const Language words = test::language(code);
        const CardText text = describe(card, Context{run.scenario(), run.trace(), words});
        CHECK(text.rows.size() == count_of<CardRow>());
    }
    const bool names_a_setting =
        card.cure.kind != CureKind::check_password && card.cure.kind != CureKind::check_address &&
        card.cure.kind != CureKind::smaller_message && card.cure.kind != CureKind::wait &&
        card.cure.kind != CureKind::wait_out_pause && card.cure.kind != CureKind::ask_operator;
    CHECK(names_a_setting == !card.cure.settings.empty());
    if (!card.cure.settings.empty()) {
        INFO("cure " << name_of(card.cure.kind) << ": " << shown(card.cure.settings));
        CHECK(delivered(test::play_lesson(lesson, joined(settings, card.cure.settings))));
    }
    return {true, card};
}

} // namespace

TEST_SUITE("why")
{
    TEST_CASE("every way to set up the account either delivers or is cured by its card")
    {
        std::size_t failures = 0;
        std::size_t cured = 0;
        for (const char* line : {"home-dynamic", "fixed-ip"}) {
            for (const char* port : {"25", "465", "587", "2525"}) {
                for (const auto protection : values_of<scenario::Protection>()) {
                    for (const auto auth : values_of<scenario::AuthChoice>()) {
                        const Judged verdict =
                            check("op25b",
                                  {{"client.line", line},
                                   {"client.port", port},
                                   {"client.protection", std::string{name_of(protection)}},
                                   {"client.auth", std::string{name_of(auth)}}});
                        if (verdict.failed) ++failures;
                        if (!verdict.card.cure.settings.empty()) ++cured;
                    }
                }
            }
        }
        MESSAGE(failures << " failing accounts, " << cured << " cured by a setting");
        CHECK(failures > 40);
        CHECK(cured == failures); // an account is never beyond cure in this world
    }

    TEST_CASE("the three ways of OP25B stop the mail, show different errors and have one cure")
    {
        const Settings before{{"client.port", "25"}};
        const std::vector<std::pair<std::string, UserError>> ways{
            {"drop", UserError::connect_timed_out},
            {"reject_icmp", UserError::connect_unreachable},
            {"reject_rst", UserError::connect_refused}};
        for (const auto& [verdict, error] : ways) {
            const Judged result = check("op25b", joined(before, {{"rule.op25b", verdict}}));
            REQUIRE(result.failed);
            CHECK(result.card.obstacle == Obstacle::op25b);
            CHECK(result.card.shown == error);
            CHECK(result.card.rule_number == 3);
            CHECK(result.card.cure.kind == CureKind::submit_starttls);
        }
    }

    TEST_CASE("rules that close 587 are named, and 465 or opening the rule is proposed")
    {
        const Judged own = check("submission-587", {{"rule.pc-587", "drop"}});
        REQUIRE(own.failed);
        CHECK(own.card.obstacle == Obstacle::firewall);
        CHECK(own.card.cure.kind == CureKind::switch_rule);

        const Judged hotel =
            check("submission-587", {{"client.line", "hotel"}, {"rule.hotel-587", "drop"}});
        REQUIRE(hotel.failed);
        CHECK(hotel.card.cure.kind == CureKind::submit_tls);
    }

    TEST_CASE("every bad certificate stops the mail program, and its card says which")
    {
        for (const auto kind : values_of<scenario::CertificateKind>()) {
            if (kind == scenario::CertificateKind::good) continue;
            const Judged result =
                check("submission-587",
                      {{"server.mail.kumo.example.certificate", std::string{name_of(kind)}}});
            REQUIRE(result.failed);
            CHECK(result.card.obstacle == Obstacle::certificate);
            CHECK(name_of(result.card.certificate.value()) == name_of(kind));
            CHECK(result.card.cure.kind == CureKind::renew_certificate);
        }
    }

    TEST_CASE("a wrong password, a misspelt server and a server without STARTTLS")
    {
        const Judged password = check("submission-587", {{"client.password", "wrong"}});
        REQUIRE(password.failed);
        CHECK(password.card.reason == SmtpReason::auth_failed);
        CHECK(password.card.cure.kind == CureKind::check_password);

        const Judged name = check("submission-587", {{"client.server", "mail.kmo.example"}});
        REQUIRE(name.failed);
        CHECK(name.card.obstacle == Obstacle::name_unknown);
        CHECK(name.card.cure.kind == CureKind::correct_server);

        const Judged stripped =
            check("submission-587", {{"server.mail.kumo.example.587.tls", "none"}});
        REQUIRE(stripped.failed);
        CHECK(stripped.card.obstacle == Obstacle::tls_not_offered);
    }

    TEST_CASE("a server that refuses the address after too many wrong passwords: wait it out")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        const auto mine = lesson.steps.front();
        lesson.steps.clear();
        for (int i = 0; i < 4; ++i) {
            lesson.steps.push_back(mine);
            lesson.steps.back().when = scenario::StepWhen::at;
            lesson.steps.back().delay = i * 30s;
        }
        const Playback run = test::play(lesson, {{"client.password", "wrong"}});
        const std::vector<WhyCard> cards = cards_of(run);
        REQUIRE(cards.size() == 4);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(cards[i].reason == SmtpReason::auth_failed);
            CHECK(cards[i].cure.kind == CureKind::check_password);
        }
        CHECK(cards[3].reason == SmtpReason::login_paused);
        CHECK(cards[3].cure.kind == CureKind::wait_out_pause);
        CHECK(cards[3].shown == UserError::server_busy);
        CHECK(cards[3].code == 421);
        CHECK(lesson.hosts.at(cards[3].who.value).key == "mail.kumo.example");

        // Five minutes after the third failure it is only the password again.
        lesson.steps[3].delay = 7min;
        CHECK(cards_of(test::play(lesson, {{"client.password", "wrong"}}))[3].reason ==
              SmtpReason::auth_failed);
    }

    TEST_CASE("no version of TLS in common: the card says so, and its cure delivers")
    {
        const Settings apart{{"client.tls_min", "1.3"},
                             {"server.mail.kumo.example.tls_max", "1.2"}};
        for (const char* lesson : {"submission-587", "submissions-465"}) {
            const Judged judged = check(lesson, apart);
            REQUIRE(judged.failed);
            CHECK(judged.card.obstacle == Obstacle::tls);
            CHECK(judged.card.tls == TlsFailure::version_refused);
            CHECK(judged.card.shown == UserError::tls_failed);
            CHECK(judged.card.cure.kind == CureKind::accept_older_tls);
        }
        const Settings fetching{{"fetch.tls_min", "1.3"},
                                {"server.pop.umi.example.tls_max", "1.2"}};
        const Playback run = test::play_lesson("path", fetching);
        const std::vector<WhyCard> cards = cards_of(run);
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].tls == TlsFailure::version_refused);
        CHECK(cards[0].cure.settings == Settings{{"fetch.tls_min", "1.2"}});
        CHECK(
            cards_of(test::play_lesson("path", joined(fetching, cards[0].cure.settings))).empty());
    }

    TEST_CASE("an old program meets a server that wants TLS 1.3: it says so, and its cure delivers")
    {
        const Settings old{{"client.tls_max", "1.2"}, {"server.mail.kumo.example.tls_min", "1.3"}};
        for (const char* lesson : {"submission-587", "submissions-465"}) {
            const Judged judged = check(lesson, old);
            REQUIRE(judged.failed);
            CHECK(judged.card.obstacle == Obstacle::program_too_old);
            CHECK(judged.card.shown == UserError::tls_failed);
            CHECK(judged.card.cure.kind == CureKind::speak_newer_tls);
            CHECK(judged.card.cure.settings == Settings{{"client.tls_max", "1.3"}});
        }
        const Settings fetching{{"fetch.tls_max", "1.2"},
                                {"server.pop.umi.example.tls_min", "1.3"}};
        const std::vector<WhyCard> cards = cards_of(test::play_lesson("path", fetching));
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].obstacle == Obstacle::program_too_old);
        CHECK(cards[0].cure.settings == Settings{{"fetch.tls_max", "1.3"}});
        CHECK(
            cards_of(test::play_lesson("path", joined(fetching, cards[0].cure.settings))).empty());
        // One that is old where TLS 1.2 is accepted has no trouble.
        CHECK_FALSE(check("submission-587", {{"client.tls_max", "1.2"}}).failed);
    }

    TEST_CASE("a fetch that fails has a card, and its cure fetches")
    {
        for (const Settings& settings :
             {Settings{{"fetch.port", "110"}},
              Settings{{"fetch.port", "110"}, {"fetch.protection", "none"}},
              Settings{{"fetch.protection", "starttls"}},
              Settings{{"fetch.port", "2110"}},
              Settings{{"fetch.server", "pop.umii.example"}},
              Settings{{"fetch.password", "wrong"}}}) {
            INFO(shown(settings));
            const Playback run = test::play_lesson("path", settings);
            const std::vector<WhyCard> cards = cards_of(run);
            REQUIRE(cards.size() == 1);
            CHECK(run.trace().at(cards[0].outcome).kind() == Kind::fetch_finished);
            if (cards[0].cure.kind == CureKind::check_password) {
                CHECK(cards[0].cure.settings.empty());
                continue;
            }
            REQUIRE_FALSE(cards[0].cure.settings.empty());
            const Playback cured =
                test::play_lesson("path", joined(settings, cards[0].cure.settings));
            INFO(shown(cards[0].cure.settings));
            CHECK(cards_of(cured).empty());
            CHECK(cured.trace().count(Kind::mail_retrieved) == 1);
        }
    }

    TEST_CASE("a recipient that does not exist comes back as a bounce with a card")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        lesson.steps.front().message.to = {"jiro@umi.example"};
        const Playback run = test::play(lesson);
        const std::vector<WhyCard> cards = cards_of(run);
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].shown == UserError::none);
        CHECK(cards[0].reason == SmtpReason::recipient_unknown);
        CHECK(cards[0].cure.kind == CureKind::check_address);
    }

    TEST_CASE("a domain that does not exist bounces, and the card names the question to DNS")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        lesson.steps.front().message.to = {"taro@umii.example"};
        const Playback run = test::play(lesson);
        const std::vector<WhyCard> cards = cards_of(run);
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].obstacle == Obstacle::name_unknown);
        REQUIRE(std::holds_alternative<HitName>(cards[0].hit));
        CHECK(std::get<HitName>(cards[0].hit).type == 15);
    }

    TEST_CASE(
        "a mail that was given up after five days has a card that names the fault, and a cure")
    {
        const Settings never{{"fault.mx1.umi.example.reply.mail", "451"},
                             {"fault.mx2.umi.example.reply.mail", "451"}};
        const Settings refused{{"fault.mx1.umi.example.reply.mail", "550"}};
        for (const Settings& settings : {never, refused}) {
            const Judged judged = check("retry-and-bounce", settings);
            CHECK(judged.failed);
            CHECK(judged.card.obstacle == Obstacle::fault);
            CHECK(judged.card.cure.kind == CureKind::switch_fault);
        }
    }

    TEST_CASE("a relay that was closed: the stranger has no cure, the customer has one that works")
    {
        const Settings closed{{"server.relay.sakura.example.open_relay", "false"}};
        const Playback run = test::play_lesson("open-relay", closed);
        CHECK_FALSE(delivered(run));
        const std::vector<WhyCard> cards = cards_of(run);
        REQUIRE(cards.size() == 2);
        for (const WhyCard& card : cards) {
            CHECK(card.obstacle == Obstacle::refusal);
            CHECK(card.reason == SmtpReason::relay_denied);
        }
        CHECK(cards[0].cure.settings.empty());
        REQUIRE_FALSE(cards[1].cure.settings.empty());
        CHECK(delivered(test::play_lesson("open-relay", joined(closed, cards[1].cure.settings))));
    }

    TEST_CASE("a server at home behind OP25B is cured by a relay: the mail server of its own line")
    {
        scenario::Scenario lesson = test::load_lesson("../tests/cases/home-server");
        const auto told = [](const scenario::Scenario& scenario, const Settings& settings) {
            const Playback run = test::play(scenario, settings);
            const std::vector<WhyCard> cards = cards_of(run);
            REQUIRE(cards.size() == 1);
            CHECK(cards[0].obstacle == Obstacle::op25b);
            CHECK(run.scenario().hosts.at(cards[0].who.value).key == "sakura-router");
            CHECK(cards[0].cure.kind == CureKind::relay_through_isp);
            CHECK(cards[0].cure.proof == Proof::delivers);
            CHECK(cards[0].cure.server == "relay.sakura.example");
            CHECK(cards[0].cure.port == 587);
            return cards[0].cure;
        };
        const Settings off{{"server.home.hanako.example.smart_host", "false"}};
        const Settings on{{"server.home.hanako.example.smart_host", "true"}};
        CHECK(told(lesson, off).settings == on);

        // Where nothing is prepared, the lines for its file; of the login only the user.
        for (scenario::MailServer& server : lesson.mail_servers)
            if (server.host == "home.hanako.example") server.routes.clear();
        const Cure cure = told(lesson, {});
        CHECK(cure.settings.empty());
        CHECK(cure.lines == std::vector<std::string>{
                                "[mail_server.\"home.hanako.example\"]",
                                "route.\"*\" = { host = \"relay.sakura.example\", port = 587, "
                                "user = \"hanako@sakura.example\", password = \"...\" }"});
    }

    TEST_CASE("a server at home without a name of its own is cured by the mail server of its line")
    {
        scenario::Scenario lesson = test::load_lesson("../tests/cases/home-server");
        for (scenario::MailServer& server : lesson.mail_servers)
            if (server.host.ends_with(".umi.example")) server.checks = {PolicyCheck::reverse_name};
        const Settings straight{{"server.home.hanako.example.smart_host", "false"},
                                {"rule.op25b", "off"}};
        const Playback run = test::play(lesson, straight);
        const std::vector<WhyCard> cards = cards_of(run);
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].obstacle == Obstacle::refusal);
        CHECK(cards[0].reason == SmtpReason::client_without_name);
        CHECK(cards[0].code == 550);
        CHECK(cards[0].cure.kind == CureKind::relay_through_isp);
        CHECK(cards[0].cure.proof == Proof::delivers);
        const auto all = joined(straight, {{"server.home.hanako.example.smart_host", "true"}});
        CHECK(delivered(test::play(lesson, all)));
        // The receiver's own switch.
        const auto off = joined(straight,
                                {{"check.mx1.umi.example.reverse_name", "off"},
                                 {"check.mx2.umi.example.reverse_name", "mark"}});
        CHECK(delivered(test::play(lesson, off)));
    }

    TEST_CASE("FAR-END IP25B and DNSBL: a server at home is cured by the mail server of its line")
    {
        const scenario::Scenario world = test::load_lesson("../tests/cases/home-server");
        const Settings straight{{"server.home.hanako.example.smart_host", "false"},
                                {"rule.op25b", "off"}};
        const auto card_with = [&](PolicyCheck check, auth::ListMeaning meaning) {
            scenario::Scenario lesson = world;
            lesson.block_lists = {{"list.example",
                                   "ns.example",
                                   {{{"sakura-dynamic"}, meaning, std::nullopt, "A home line"}}}};
            for (scenario::MailServer& server : lesson.mail_servers) {
                if (!server.host.ends_with(".umi.example")) continue;
                server.checks = {check};
                server.dynamic_networks = {"sakura-dynamic"};
                server.block_lists = {"list.example"};
            }
            const Playback run = test::play(lesson, straight);
            const std::vector<WhyCard> cards = cards_of(run);
            REQUIRE(cards.size() == 1);
            CHECK(cards[0].obstacle == Obstacle::refusal);
            CHECK(cards[0].cure.kind == CureKind::relay_through_isp);
            CHECK(cards[0].cure.proof == Proof::delivers);
            const auto all = joined(straight, {{"server.home.hanako.example.smart_host", "true"}});
            CHECK(delivered(test::play(lesson, all)));
            return cards[0];
        };
        const WhyCard ip25b = card_with(PolicyCheck::ip25b, auth::ListMeaning::spam);
        CHECK(ip25b.reason == SmtpReason::dynamic_address);
        CHECK(ip25b.code == 550);
        const WhyCard policy = card_with(PolicyCheck::block_list, auth::ListMeaning::policy);
        CHECK(policy.reason == SmtpReason::listed_by_policy);
        CHECK(policy.code == 554);
        CHECK(policy.reply == "554 5.7.1 [192.0.2.11] is listed by list.example: A home line");
        CHECK(card_with(PolicyCheck::block_list, auth::ListMeaning::spam).reason ==
              SmtpReason::listed);
    }

    TEST_CASE("FAR-END DNSBL: asked about users on 587, the right list refuses the wrong people")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        lesson.block_lists = {
            {"list.example",
             "ns.example",
             {{{"sakura-dynamic"}, auth::ListMeaning::policy, std::nullopt, "A home line"}}}};
        for (scenario::MailServer& server : lesson.mail_servers) {
            if (server.host != "mail.kumo.example") continue;
            server.checks = {PolicyCheck::block_list};
            server.block_lists = {"list.example"};
        }
        CHECK(delivered(test::play(lesson, {})));
        const Settings mistake{{"server.mail.kumo.example.lists_at_submission", "true"}};
        const std::vector<WhyCard> cards = cards_of(test::play(lesson, mistake));
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].reason == SmtpReason::listed_by_policy);
        CHECK(cards[0].code == 554);
        CHECK(cards[0].cure.proof == Proof::delivers);
    }

    TEST_CASE("FAR-END SPF: who sends over another server is cured by her own provider's")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        for (scenario::NameServer& server : lesson.name_servers) {
            for (scenario::DnsZone& zone : server.zones) {
                if (zone.origin != "kumo.example") continue;
                zone.records.push_back({"kumo.example", "TXT", "v=spf1 ip4:203.0.113.0/26 -all"});
            }
        }
        for (scenario::MailServer& server : lesson.mail_servers)
            if (server.host.starts_with("mx")) server.checks = {PolicyCheck::spf};
        CHECK(delivered(test::play(lesson, {})));
        const Settings over_isp{{"client.server", "relay.sakura.example"},
                                {"client.port", "25"},
                                {"client.protection", "none"},
                                {"client.auth", "none"}};
        const std::vector<WhyCard> cards = cards_of(test::play(lesson, over_isp));
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].reason == SmtpReason::spf_failed);
        CHECK(cards[0].code == 550);
        CHECK(cards[0].cure.proof == Proof::delivers);
    }

    TEST_CASE("FAR-END rate: what a stolen password can send is limited by the account")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        const scenario::Step first = lesson.steps.front();
        REQUIRE(first.action == scenario::StepAction::send);
        for (int i = 1; i < 4; ++i) {
            scenario::Step next = first;
            next.delay += std::chrono::minutes{i};
            lesson.steps.push_back(next);
        }
        for (scenario::MailServer& server : lesson.mail_servers) {
            if (server.host != "mail.kumo.example") continue;
            server.checks = {PolicyCheck::rate};
            server.account_rate.messages = 2;
        }
        const auto refused = [&](const Settings& settings) {
            std::vector<std::uint16_t> codes;
            const Playback run = test::play(lesson, settings);
            for (const WhyCard& card : cards_of(run)) {
                CHECK(card.reason == SmtpReason::too_fast);
                codes.push_back(card.code);
            }
            return codes;
        };
        CHECK(refused({}) == std::vector<std::uint16_t>{450, 450});
        CHECK(refused({{"server.mail.kumo.example.account_rate", "3"}}) ==
              std::vector<std::uint16_t>{450});
        CHECK(refused({{"check.mail.kumo.example.rate", "off"}}).empty());
    }

    TEST_CASE("FAR-END DMARC: who sends over another server is cured by her own provider's")
    {
        scenario::Scenario lesson = test::load_lesson("submission-587");
        for (scenario::NameServer& server : lesson.name_servers) {
            for (scenario::DnsZone& zone : server.zones) {
                if (zone.origin != "kumo.example") continue;
                zone.records.push_back({"kumo.example", "TXT", "v=spf1 ip4:203.0.113.0/26 -all"});
                zone.records.push_back({"_dmarc.kumo.example", "TXT", "v=DMARC1; p=reject"});
            }
        }
        const auto with = [&](auth::CheckAction action) {
            scenario::Scenario made = lesson;
            for (scenario::MailServer& server : made.mail_servers) {
                if (server.host.starts_with("mx"))
                    server.check_actions[PolicyCheck::dmarc] = action;
            }
            return made;
        };
        const Settings over_isp{{"client.server", "relay.sakura.example"},
                                {"client.port", "25"},
                                {"client.protection", "none"},
                                {"client.auth", "none"}};
        CHECK(delivered(test::play(with(auth::CheckAction::reject), {})));
        const std::vector<WhyCard> cards =
            cards_of(test::play(with(auth::CheckAction::reject), over_isp));
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].reason == SmtpReason::dmarc_failed);
        CHECK(cards[0].code == 550);
        CHECK(cards[0].cure.proof == Proof::delivers);
        // A receiver that does as RFC 9989 says puts it into Junk, and no card is wanted.
        const Playback junked = test::play(with(auth::CheckAction::mark), over_isp);
        CHECK(cards_of(junked).empty());
        CHECK(junked.trace().count(Kind::mail_junked) == 1);
    }

    TEST_CASE("how many runs the cards of all lessons cost")
    {
        for (const char* lesson : {"op25b",
                                   "wrong-certificate",
                                   "starttls-stripped",
                                   "path",
                                   "retry-and-bounce",
                                   "open-relay"}) {
            const Playback run = test::play_lesson(lesson,
                                                   std::string_view{lesson} == "starttls-stripped"
                                                       ? Settings{{"client.protection", "starttls"}}
                                                       : Settings{});
            Cures cures{run.trace(), run.plan()};
            for (const WhyCard& card : why_cards(run.trace(), run.trace().size(), run.scenario()))
                (void)cures.of(card);
            MESSAGE(std::string{lesson} << ": " << cures.runs() << " runs");
            CHECK(cures.runs() <= 60);
        }
    }
}
