// Logging in, from the account setting to the server's file of accounts, in whole runs of the
// lessons auth-methods and oauth.
#include "sim/explain/cure.h"
#include "sim/report/ends.h"
#include "sim/report/wire.h"
#include "sim/sasl/mechanism.h"
#include "sim/sasl/token.h"
#include "tests/support/lesson.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sim;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
constexpr const char* offered_key = "server.mail.kumo.example.587.auth";

std::vector<const Event*> of_kind(const Trace& trace, Kind kind)
{
    std::vector<const Event*> found;
    for (std::size_t i = 0; i < trace.size(); ++i)
        if (trace[i].kind() == kind) found.push_back(&trace[i]);
    return found;
}

// The one login at the submission server; POP3's comes later and is left out.
const AuthTried& login_in(const Trace& trace)
{
    const auto all = of_kind(trace, Kind::auth_tried);
    REQUIRE_FALSE(all.empty());
    return std::get<AuthTried>(all.front()->what);
}

// What was said in an AUTH exchange by both ends and when, without what is different each time.
std::vector<std::string> replies_with_times(const Trace& trace)
{
    std::vector<std::string> all;
    for (const Event* event : of_kind(trace, Kind::smtp_reply)) {
        const auto& reply = std::get<SmtpReply>(event->what);
        if (reply.side != Side::sent) continue;
        const std::string_view line = trace.view(reply.line.bytes);
        all.push_back(std::to_string(event->at.time_since_epoch().count()) + " " +
                      std::string{reply.code == 334 ? line.substr(0, 4) : line} + " " +
                      std::to_string(line.size()));
    }
    return all;
}

bool anywhere(const Trace& trace, std::string_view text)
{
    for (const Event* event : of_kind(trace, Kind::packet_sent)) {
        const auto payload = trace.view(std::get<PacketSent>(event->what).packet.payload);
        if (payload.find(text) != std::string_view::npos) return true;
    }
    return false;
}

// All that the listener on the cable between Hanako's PC and the router is told.
std::string tap(const Playback& run)
{
    const auto words = test::language("en");
    const report::Source source{run.trace(),
                                run.scenario(),
                                words,
                                run.trace().size(),
                                explain::Level::standard,
                                explain::Secrets::masked,
                                500};
    const auto links = report::tapped_links(run.trace(), run.trace().size());
    const auto link = report::find_link(links, "hanako-pc", "sakura-router", run.scenario());
    REQUIRE(link.has_value());
    std::string text;
    for (const report::TextLine& line : report::WireTap{source, *link}.lines(source.end, 1000)) {
        for (const auto& span : line.spans)
            text += span.text;
        text += '\n';
    }
    return text;
}

} // namespace

TEST_SUITE("auth")
{
    TEST_CASE("what the server keeps follows from what it offers, not from what is used")
    {
        const auto kept = [](const std::string& offered, const char* used) {
            const Playback run =
                test::play_lesson("auth-methods", {{offered_key, offered}, {"client.auth", used}});
            CHECK(login_in(run.trace()).succeeded);
            const AuthTried& login = login_in(run.trace());
            const std::string_view record = run.trace().view(login.record);
            CHECK(record.starts_with("SCRAM-SHA-256$4096:") ==
                  (login.kept == SecretKept::salted_keys));
            CHECK(record.find("sakura2026") == std::string_view::npos);
            return login.kept;
        };
        CHECK(kept("plain+login+cram_md5", "cram_md5") == SecretKept::password);
        CHECK(kept("plain+login+cram_md5", "plain") == SecretKept::password);
        CHECK(kept("scram_sha_256+cram_md5", "scram_sha_256") == SecretKept::password);
        CHECK(kept("plain", "plain") == SecretKept::salted_keys);
        CHECK(kept("login", "login") == SecretKept::salted_keys);
        CHECK(kept("scram_sha_256", "automatic") == SecretKept::salted_keys);
        const Playback oauth = test::play_lesson("oauth", {{"client.token", "good"}});
        CHECK(login_in(oauth.trace()).succeeded);
        CHECK(login_in(oauth.trace()).kept == SecretKept::nothing);
        CHECK(login_in(oauth.trace()).record.size == 0);
    }

    TEST_CASE("the strongest way with a password is chosen when the choice is left to the program")
    {
        const std::vector<std::pair<std::string, Mechanism>> strongest{
            {"plain+login", Mechanism::plain},
            {"plain+login+cram_md5", Mechanism::cram_md5},
            {"scram_sha_256+plain+login+cram_md5", Mechanism::scram_sha_256}};
        for (const auto& each : strongest) {
            const Playback run = test::play_lesson(
                "auth-methods", {{offered_key, each.first}, {"client.auth", "automatic"}});
            CHECK(login_in(run.trace()).mechanism == each.second);
        }
    }

    TEST_CASE("an unknown user gets the same replies after the same time as a wrong password")
    {
        for (const char* way : {"plain", "login", "cram_md5", "scram_sha_256"}) {
            for (const char* offered :
                 {"plain+login+cram_md5+scram_sha_256", "plain+login+scram_sha_256"}) {
                if (std::string_view{offered}.find(way) == std::string_view::npos) continue;
                CAPTURE(way);
                const Settings common{{offered_key, offered}, {"client.auth", way}};
                Settings wrong = common;
                wrong.emplace_back("client.password", "sakura2025");
                Settings unknown = wrong;
                unknown.emplace_back("client.user", "jiro00@kumo.example"); // as long a name
                const Playback first = test::play_lesson("auth-methods", wrong);
                const Playback second = test::play_lesson("auth-methods", unknown);
                CHECK_FALSE(login_in(first.trace()).succeeded);
                CHECK_FALSE(login_in(second.trace()).succeeded);
                CHECK(replies_with_times(first.trace()) == replies_with_times(second.trace()));
            }
        }
    }

    TEST_CASE("CRAM-MD5 and SCRAM put the password on no cable, and PLAIN and LOGIN do")
    {
        const std::string as_base64 = "c2FrdXJhMjAyNg==";
        for (const char* way : {"cram_md5", "scram_sha_256"}) {
            const Playback run = test::play_lesson("auth-methods", {{"client.auth", way}});
            CHECK(login_in(run.trace()).succeeded);
            CHECK_FALSE(anywhere(run.trace(), as_base64));
            CHECK_FALSE(anywhere(run.trace(), "sakura2026"));
        }
        const Playback login = test::play_lesson("auth-methods", {{"client.auth", "login"}});
        CHECK(anywhere(login.trace(), as_base64));
    }

    TEST_CASE("the listener is told what he gained, and what not")
    {
        const auto learned = [](const char* way, const char* words) {
            return tap(test::play_lesson("auth-methods", {{"client.auth", way}})).find(words) !=
                   std::string::npos;
        };
        CHECK(learned("plain", "- user name and password"));
        CHECK(learned("login", "- user name and password"));
        CHECK(learned("cram_md5", "- user name, question and answer of CRAM-MD5"));
        CHECK(learned("cram_md5", "- the password itself: it was never sent"));
        CHECK_FALSE(learned("cram_md5", "- user name and password"));
        CHECK(learned("scram_sha_256", "- user name, question and answer of SCRAM"));
        CHECK(learned("scram_sha_256", "Base64 undone: n,,n=hanako@kumo.example,r="));
        CHECK_FALSE(learned("scram_sha_256", "- user name and password"));
        const Settings in_the_clear{{"client.token", "good"},
                                    {"client.protection", "none"},
                                    {"server.mail.kumo.example.587.require_tls", "false"}};
        const std::string token = tap(test::play_lesson("oauth", in_the_clear));
        CHECK(token.find("- the token: it works like a password") != std::string::npos);
        CHECK(token.find("^Aauth=Bearer eyJ") != std::string::npos);
        CHECK(token.find("Inside the token: hanako@kumo.example may do \"mail.send\" at "
                         "mail.kumo.example until 10:00:00") != std::string::npos);
    }

    TEST_CASE("each thing that can be wrong with a token is found, told in JSON, and cured")
    {
        const std::vector<std::pair<std::string, AuthFlaw>> flaws{
            {"expired", AuthFlaw::token_expired},
            {"wrong_audience", AuthFlaw::token_wrong_audience},
            {"wrong_scope", AuthFlaw::token_wrong_scope},
            {"bad_signature", AuthFlaw::token_bad_signature}};
        for (const auto& each : flaws) {
            for (const char* way : {"xoauth2", "oauthbearer"}) {
                CAPTURE(each.first);
                const Playback run = test::play_lesson(
                    "oauth", {{"client.token", each.first}, {"client.auth", way}});
                CHECK(login_in(run.trace()).flaw == each.second);
                const auto cards =
                    explain::cured_cards(run.trace(), run.trace().size(), run.plan());
                REQUIRE(cards.size() == 1);
                CHECK(cards[0].flaw == each.second);
                CHECK(cards[0].code == 535);
                CHECK(cards[0].cure.kind == explain::CureKind::new_token);
                Settings cured{{"client.token", each.first}, {"client.auth", way}};
                cured.insert(
                    cured.end(), cards[0].cure.settings.begin(), cards[0].cure.settings.end());
                CHECK(of_kind(test::play_lesson("oauth", cured).trace(), Kind::mail_delivered)
                          .size() == 1);
            }
        }
    }

    TEST_CASE("a refused token: 334 and JSON, as good as nothing, 535 5.7.8")
    {
        const std::vector<std::pair<std::string, std::vector<std::string>>> ways{
            {"oauthbearer",
             {"334 ",
              R"({"status":"invalid_token","scope":"mail.send","openid-configuration":)"
              R"("https://login.kumo.example/.well-known/openid-configuration"})",
              "AQ==",
              "535 5.7.8 Authentication credentials invalid"}},
            {"xoauth2",
             {// Its message is short enough to go along with AUTH.
              R"({"status":"401","schemes":"bearer","scope":"mail.send"})",
              "",
              "535 5.7.8 Authentication credentials invalid"}}};
        for (const auto& each : ways) {
            const Playback run = test::play_lesson("oauth", {{"client.auth", each.first}});
            std::vector<std::string> said;
            for (std::size_t i = 0; i < run.trace().size(); ++i) {
                const Happening& what = run.trace()[i].what;
                if (const auto* reply = std::get_if<SmtpReply>(&what)) {
                    if (reply->side != Side::sent || (reply->code != 334 && reply->code != 535))
                        continue;
                    const std::string line{run.trace().view(reply->line.bytes)};
                    const std::string inside = report::base64_undone(line);
                    said.push_back(inside.empty() ? line : inside);
                } else if (const auto* command = std::get_if<SmtpCommand>(&what)) {
                    constexpr std::uint32_t acknowledgement = 4; // at most; a token is longer
                    if (command->side != Side::received ||
                        command->verb != SmtpVerb::auth_response ||
                        command->line.bytes.size > acknowledgement)
                        continue;
                    CHECK(command->line.secret_size == 0);
                    said.emplace_back(run.trace().view(command->line.bytes));
                }
            }
            CHECK(said == each.second);
        }
    }

    TEST_CASE("somebody else's name with one's own token is refused")
    {
        const Playback run = test::play_lesson(
            "oauth", {{"client.token", "good"}, {"client.user", "taro@kumo.example"}});
        CHECK(login_in(run.trace()).flaw == AuthFlaw::token_wrong_user);
        const auto cards = explain::cured_cards(run.trace(), run.trace().size(), run.plan());
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].cure.kind == explain::CureKind::check_password);
    }

    TEST_CASE("a token is never said before the line is encrypted, nor a password instead of it")
    {
        for (const char* way : {"xoauth2", "oauthbearer"}) {
            const Playback run = test::play_lesson(
                "oauth",
                {{"client.token", "good"}, {"client.auth", way}, {"client.password", "x"}});
            for (const Event* event : of_kind(run.trace(), Kind::smtp_command)) {
                const auto& command = std::get<SmtpCommand>(event->what);
                if (command.verb == SmtpVerb::auth_response) CHECK(command.encrypted);
            }
        }
        // A server that takes tokens only, and a program that has only a password.
        const Playback password =
            test::play_lesson("oauth", {{"client.auth", "automatic"}, {"client.password", "x"}});
        const auto cards =
            explain::cured_cards(password.trace(), password.trace().size(), password.plan());
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].obstacle == explain::Obstacle::auth_not_offered);
        CHECK(cards[0].cure.settings ==
              Settings{{"client.auth", "oauthbearer"}, {"client.token", "good"}});
    }

    TEST_CASE("no two exchanges ask with the same nonce")
    {
        std::set<std::string> asked;
        for (const char* way : {"cram_md5", "scram_sha_256"}) {
            const Playback run = test::play_lesson("auth-methods", {{"client.auth", way}});
            for (const Event* event : of_kind(run.trace(), Kind::smtp_reply)) {
                const auto& reply = std::get<SmtpReply>(event->what);
                if (reply.side == Side::sent && reply.code == 334)
                    CHECK(asked.insert(std::string{run.trace().view(reply.line.bytes)}).second);
            }
        }
        CHECK(asked.size() == 3); // CRAM-MD5's question, SCRAM's two
    }
}
