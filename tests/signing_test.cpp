// Signing in a world: keys from the seed, their records in the zone, mail that verifies at the
// other end, and what becomes of mail that was signed wrongly.
#include "sim/explain/cure.h"
#include "sim/mail/message.h"
#include "sim/outcome.h"
#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sim;
using test::Settings;

namespace {

const std::string signing = "server.mail.kumo.example.signing";

// Hanako's provider signs with both kinds of key, and Taro's checks that.
scenario::Scenario signed_world(auth::CheckAction action)
{
    scenario::Scenario lesson = test::load_lesson("submission-587");
    for (scenario::MailServer& server : lesson.mail_servers) {
        if (server.host == "mail.kumo.example") {
            server.signings = {{"rsa1", "kumo.example", auth::DkimKeyKind::rsa},
                               {"ed1", "kumo.example", auth::DkimKeyKind::ed25519}};
        }
        if (server.host.starts_with("mx")) {
            server.checks = {PolicyCheck::dkim, PolicyCheck::dmarc};
            server.check_actions[PolicyCheck::dkim] = action;
        }
    }
    for (scenario::NameServer& server : lesson.name_servers) {
        for (scenario::DnsZone& zone : server.zones) {
            if (zone.origin == "kumo.example")
                zone.records.push_back({"_dmarc.kumo.example", "TXT", "v=DMARC1; p=reject"});
        }
    }
    return lesson;
}

// What the servers wrote into the mail, unfolded, as the trace has it.
std::vector<std::string> fields(const Playback& run, std::string_view name)
{
    std::vector<std::string> found;
    for (const EventId id : run.trace().index().of(Kind::field_added)) {
        const auto field = run.trace().view(std::get<FieldAdded>(run.trace().at(id).what).field);
        if (field.starts_with(name)) found.emplace_back(field);
    }
    return found;
}

std::size_t count(const std::string& text, std::string_view part)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

std::string results(const Playback& run)
{
    const auto found = fields(run, "Authentication-Results:");
    return found.empty() ? "" : found.front();
}

} // namespace

TEST_SUITE("signing")
{
    TEST_CASE("what a server has signed with RSA and Ed25519 verifies at the other end")
    {
        const Playback run = test::play(signed_world(auth::CheckAction::reject));
        REQUIRE(fields(run, "DKIM-Signature:").size() == 2);
        CHECK(count(results(run), "dkim=pass") == 2);
        CHECK(count(results(run), "header.a=rsa-sha256") == 1);
        CHECK(count(results(run), "header.a=ed25519-sha256") == 1);
        CHECK(count(results(run), "dmarc=pass") == 1);
        CHECK(run.trace().count(Kind::mail_delivered) == 1);
        CHECK(run.trace().count(Kind::mail_junked) == 0);
    }

    TEST_CASE("same seed, same signature; nobody signs where no key is given")
    {
        const auto lesson = signed_world(auth::CheckAction::reject);
        const auto first = fields(test::play(lesson), "DKIM-Signature:");
        CHECK(fields(test::play(lesson), "DKIM-Signature:") == first);
        auto other = signed_world(auth::CheckAction::reject);
        for (scenario::MailServer& server : other.mail_servers)
            server.signings.clear();
        const Playback plain = test::play(other);
        CHECK(fields(plain, "DKIM-Signature:").empty());
        CHECK(count(results(plain), "dkim=none") == 1);
    }

    TEST_CASE("FAR-END: signed wrongly on demand, each way with its own result")
    {
        struct Row {
            const char* way;
            const char* result;
        };
        for (const Row& row : {Row{"off", "dkim=none"},
                               Row{"body_changed", "dkim=fail reason=\"body changed\""},
                               Row{"wrong_key", "dkim=fail reason=\"signature wrong\""},
                               Row{"no_record", "dkim=permerror reason=\"no key\""},
                               Row{"revoked", "dkim=permerror reason=\"revoked\""},
                               Row{"expired", "reason=\"expired\""}}) {
            CAPTURE(row.way);
            const Playback run =
                test::play(signed_world(auth::CheckAction::mark), {{signing, row.way}});
            CAPTURE(results(run));
            CHECK(count(results(run), row.result) == (std::string{row.way} == "off" ? 1 : 2));
            CHECK(count(results(run), "dmarc=fail") == 1); // and no SPF: Junk
            CHECK(run.trace().count(Kind::mail_junked) == 1);
        }
    }

    TEST_CASE("a receiver that refuses it: the card's cure is to sign as it should, and it is run")
    {
        const Playback run =
            test::play(signed_world(auth::CheckAction::reject), {{signing, "body_changed"}});
        const auto cards = explain::cured_cards(run.trace(), run.trace().size(), run.plan());
        REQUIRE(cards.size() == 1);
        CHECK(cards[0].reason == SmtpReason::dkim_failed);
        CHECK(cards[0].code == 550);
        CHECK(cards[0].cure.proof == explain::Proof::delivers);
        REQUIRE(cards[0].cure.settings.size() == 1);
        CHECK(cards[0].cure.settings[0].first == signing);
        CHECK(cards[0].cure.settings[0].second == "good");
    }
}
