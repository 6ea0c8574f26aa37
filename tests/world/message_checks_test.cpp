// What a receiver checks when all of a mail is there, one case for each row of the table, over real
// connections: DKIM and DMARC, what they say, what they write into the mail, and where it goes.
#include "tests/auth/signed_mail.h"
#include "tests/world/post_office.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sim;
using test::PostOffice;
using test::PostOfficePlan;
using test::signed_by;

namespace {

const std::string whom = "taro@umi.example";
const std::string letter = "From: Hanako <hanako@kumo.example>\r\n"
                           "Date: Wed, 1 Apr 2026 09:00:00 +0900\r\n"
                           "Message-ID: <1@kumo.example>\r\n"
                           "Subject: Hello\r\n"
                           "\r\n"
                           "Hello Taro\r\n";

std::string changed(std::string text)
{
    return text.replace(text.find("Hello Taro"), 5, "Hallo");
}

// One MX, which checks this, in this way; the domains' records for it.
PostOfficePlan plan_with(const std::vector<PolicyCheck>& checks,
                         auth::CheckAction action,
                         const std::vector<std::string>& records = {})
{
    PostOfficePlan plan;
    plan.mx1.listeners[0].checks = checks;
    for (const PolicyCheck check : checks)
        plan.mx1.check_actions[check] = action;
    std::erase(plan.records, "umi.example MX 20 mx2.umi.example");
    for (const char* domain : {"kumo.example", "list.example"}) {
        plan.records.push_back(test::signing_name(domain) + " TXT " + test::signing_record());
    }
    plan.records.insert(plan.records.end(), records.begin(), records.end());
    return plan;
}

void send(PostOffice& office,
          const std::string& text,
          const std::string& reverse_path = "hanako@kumo.example")
{
    smtp::OutgoingMail mail;
    mail.reverse_path = reverse_path;
    mail.recipients = {whom};
    mail.text = std::make_shared<const std::string>(text);
    office.send(std::move(mail));
    office.run();
}

std::string bounce_of(const PostOfficePlan& plan,
                      const std::string& text,
                      const std::string& reverse_path = "hanako@kumo.example")
{
    PostOffice office{plan};
    send(office, text, reverse_path);
    CHECK(office.kept(PostOffice::mx1, whom).empty());
    REQUIRE_FALSE(office.all<MailBounced>().empty()); // its report may have nowhere to go, too
    return office.text(office.all<MailBounced>()[0].reply);
}

// The mail as it lies there, from the top to the first Received: what the server wrote.
std::string written_by_server(const std::string& kept)
{
    return kept.substr(0, kept.find("Received:"));
}

std::string delivered(const PostOfficePlan& plan,
                      const std::string& text,
                      const std::string& reverse_path = "hanako@kumo.example")
{
    PostOffice office{plan};
    send(office, text, reverse_path);
    REQUIRE(office.kept(PostOffice::mx1, whom).size() == 1);
    CHECK(office.mailboxes(PostOffice::mx1).junk(whom).empty());
    CHECK(office.all<MailJunked>().empty());
    return office.kept(PostOffice::mx1, whom).front();
}

std::string junked(const PostOfficePlan& plan,
                   const std::string& text,
                   const std::string& reverse_path = "hanako@kumo.example")
{
    PostOffice office{plan};
    send(office, text, reverse_path);
    CHECK(office.kept(PostOffice::mx1, whom).empty()); // what POP3 serves
    REQUIRE(office.mailboxes(PostOffice::mx1).junk(whom).size() == 1);
    CHECK(office.all<MailDelivered>().size() == 1);
    CHECK(office.all<MailJunked>().size() == 1);
    return *office.mailboxes(PostOffice::mx1).junk(whom).front().text;
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

using enum auth::CheckAction;

TEST_SUITE("world.message_checks")
{
    TEST_CASE("FAR-END DKIM: what holds arrives, and the results stand on top of the mail")
    {
        const std::string kept =
            delivered(plan_with({PolicyCheck::dkim}, reject), signed_by("kumo.example", letter));
        CHECK(has(written_by_server(kept),
                  "Authentication-Results: mx1.umi.example;\r\n\tdkim=pass "
                  "header.d=kumo.example header.s=s1 header.a=ed25519-sha256"));
        const std::string unsigned_mail = delivered(plan_with({PolicyCheck::dkim}, reject), letter);
        CHECK(has(written_by_server(unsigned_mail),
                  "Authentication-Results: mx1.umi.example;\r\n\tdkim=none\r\n"));
    }

    TEST_CASE("FAR-END DKIM: no signature holds 550 5.7.20; only marked, the mail arrives")
    {
        const std::string broken = changed(signed_by("kumo.example", letter));
        CHECK(bounce_of(plan_with({PolicyCheck::dkim}, reject), broken) ==
              "550 5.7.20 DKIM: no signature of this mail holds");
        const std::string kept = delivered(plan_with({PolicyCheck::dkim}, mark), broken);
        CHECK(has(written_by_server(kept), "dkim=fail reason=\"body changed\""));
        // A key that is not there.
        CHECK(bounce_of(plan_with({PolicyCheck::dkim}, reject), signed_by("umi.example", letter)) ==
              "550 5.7.20 DKIM: no signature of this mail holds");
    }

    TEST_CASE("FAR-END DKIM: none that may be relied on 550 5.7.21, the author's broken 550 5.7.22")
    {
        std::string old = signed_by("kumo.example", letter);
        old.replace(old.find("ed25519-sha256"), 14, "rsa-sha1");
        CHECK(bounce_of(plan_with({PolicyCheck::dkim}, reject), old) ==
              "550 5.7.21 DKIM: no signature of this mail may be relied on");
        // What a mailing list leaves that changes the text and signs in its own name.
        const std::string list =
            signed_by("list.example", changed(signed_by("kumo.example", letter)));
        CHECK(bounce_of(plan_with({PolicyCheck::dkim}, reject), list) ==
              "550 5.7.22 DKIM: the author's own signature does not hold");
        // Somebody else's alone is no reason against a mail.
        delivered(plan_with({PolicyCheck::dkim}, reject), signed_by("list.example", letter));
    }

    TEST_CASE("FAR-END DKIM: while DNS fails 451 4.7.5, and the mail arrives later")
    {
        PostOffice office{plan_with({PolicyCheck::dkim}, reject)};
        office.watch([&](const Event& event) {
            const auto* command = std::get_if<SmtpCommand>(&event.what);
            if (command != nullptr && command->side == Side::sent &&
                command->verb == SmtpVerb::ehlo && event.host == HostId{PostOffice::relay})
                office.name_service().set_fault(mail::DnsFault::servfail);
        });
        office.at(office.start() + 5min,
                  [&] { office.name_service().set_fault(mail::DnsFault::off); });
        smtp::OutgoingMail mail;
        mail.reverse_path = "hanako@kumo.example";
        mail.recipients = {whom};
        mail.text = std::make_shared<const std::string>(signed_by("kumo.example", letter));
        office.send(std::move(mail));
        office.run(office.start() + 4min);
        std::vector<std::string> said;
        for (const SmtpReply& reply : office.all<SmtpReply>()) {
            if (reply.side == Side::sent && reply.reason == SmtpReason::dkim_in_doubt)
                said.push_back(office.text(reply.line.bytes));
        }
        CHECK(said == std::vector<std::string>{
                          "451 4.7.5 DKIM: the key of the signature cannot be looked up now"});
        CHECK(office.kept(PostOffice::mx1, whom).empty());
    }

    TEST_CASE("FAR-END DMARC: SPF and DKIM both failed 550 5.7.26, one passed unaligned 550 5.7.1")
    {
        const std::vector<std::string> strict{"_dmarc.kumo.example TXT v=DMARC1; p=reject",
                                              "kumo.example TXT v=spf1 ip4:192.0.2.1 -all"};
        CHECK(bounce_of(plan_with({PolicyCheck::dmarc}, reject, strict), letter) ==
              "550 5.7.26 DMARC: the author's domain wants this refused; no SPF, no DKIM");
        CHECK(bounce_of(plan_with({PolicyCheck::dmarc}, reject, strict),
                        signed_by("list.example", letter)) ==
              "550 5.7.1 DMARC: what SPF or DKIM vouch for is not the author's domain");
        PostOfficePlan other = plan_with({PolicyCheck::dmarc}, reject, strict);
        other.records.emplace_back("list.example TXT v=spf1 ip4:203.0.113.25 -all");
        CHECK(bounce_of(other, letter, "owner@list.example") ==
              "550 5.7.1 DMARC: what SPF or DKIM vouch for is not the author's domain");
    }

    TEST_CASE("FAR-END DMARC: who answers for the author lets the mail pass, SPF or DKIM")
    {
        const std::vector<std::string> by_key{"_dmarc.kumo.example TXT v=DMARC1; p=reject"};
        const std::string signed_mail = delivered(plan_with({PolicyCheck::dmarc}, reject, by_key),
                                                  signed_by("kumo.example", letter));
        CHECK(has(written_by_server(signed_mail), "dmarc=pass header.from=kumo.example"));
        const std::vector<std::string> by_address{"_dmarc.kumo.example TXT v=DMARC1; p=reject",
                                                  "kumo.example TXT v=spf1 mx -all"};
        // Checks that have looked before are not asked again.
        for (const std::vector<PolicyCheck>& checks :
             {std::vector<PolicyCheck>{PolicyCheck::dmarc},
              std::vector<PolicyCheck>{PolicyCheck::spf, PolicyCheck::dkim, PolicyCheck::dmarc}}) {
            const std::string kept = delivered(plan_with(checks, reject, by_address), letter);
            CHECK(has(written_by_server(kept), "spf=pass smtp.mailfrom=hanako@kumo.example"));
            CHECK(has(written_by_server(kept), "dkim=none"));
            CHECK(has(written_by_server(kept), "dmarc=pass header.from=kumo.example"));
        }
    }

    TEST_CASE("FAR-END DMARC: quarantine is Junk, p=reject alone as well, p=none is the inbox")
    {
        const auto with_policy = [](const std::string& policy, auth::CheckAction action) {
            return plan_with(
                {PolicyCheck::dmarc}, action, {"_dmarc.kumo.example TXT v=DMARC1; p=" + policy});
        };
        const std::string kept = junked(with_policy("quarantine", reject), letter);
        CHECK(has(written_by_server(kept), "dmarc=fail header.from=kumo.example"));
        CHECK(has(written_by_server(kept), "policy.dmarc=quarantine"));
        CHECK(has(written_by_server(kept), "X-Spam-Flag: YES\r\n"));
        junked(with_policy("reject", mark), letter);
        const std::string good = delivered(with_policy("none", reject), letter);
        CHECK(has(written_by_server(good), "dmarc=fail"));
        delivered(plan_with({PolicyCheck::dmarc}, reject), letter); // no record: no wish
        // In test mode the wish is one step milder.
        junked(with_policy("reject; t=y", reject), letter);
    }

    TEST_CASE("FAR-END DMARC: deferred where the receiver says so, and exactly one author")
    {
        PostOffice office{
            plan_with({PolicyCheck::dmarc}, defer, {"_dmarc.kumo.example TXT v=DMARC1; p=reject"})};
        smtp::OutgoingMail mail;
        mail.reverse_path = "hanako@kumo.example";
        mail.recipients = {whom};
        mail.text = std::make_shared<const std::string>(letter);
        office.send(std::move(mail));
        office.run(office.start() + 1min);
        REQUIRE(office.all<MailDeferred>().size() == 1);
        CHECK(has(office.text(office.all<MailDeferred>()[0].reply), "450 4.7.26 DMARC"));
        const std::string two = "From: taro@umi.example\r\n" + letter;
        CHECK(bounce_of(plan_with({PolicyCheck::dmarc}, reject), two) ==
              "550 5.7.1 From has to name exactly one author");
        junked(plan_with({PolicyCheck::dmarc}, mark), two);
    }

    TEST_CASE("a host behind the MX that has the mailbox puts the mail into its Junk")
    {
        PostOfficePlan plan;
        plan.mx2.listeners[0].checks = {PolicyCheck::dmarc};
        plan.records.emplace_back("_dmarc.kumo.example TXT v=DMARC1; p=quarantine");
        std::erase(plan.records, "umi.example MX 10 mx1.umi.example");
        plan.mx2.relay.routes = {{"umi.example", "mx1.umi.example"}};
        const std::string kept = junked(plan, letter);
        CHECK(has(kept, "Authentication-Results: mx2.umi.example;"));
    }

    TEST_CASE("RFC 8601 §5: results in the server's own name that come with a mail are taken out")
    {
        const std::string false_one = "Authentication-Results: mx1.umi.example; dkim=pass\r\n";
        const std::string others = "Authentication-Results: mx.example; dkim=pass\r\n";
        PostOffice office{plan_with({PolicyCheck::dkim}, mark)};
        send(office, false_one + others + letter);
        REQUIRE(office.kept(PostOffice::mx1, whom).size() == 1);
        const std::string kept = office.kept(PostOffice::mx1, whom).front();
        CHECK_FALSE(has(kept, false_one));
        CHECK(has(kept, others));
        REQUIRE(office.all<MailChanged>().size() == 1);
        CHECK(office.all<MailChanged>()[0].change == MailChange::false_results);
        // A server that checks nothing writes nothing, and touches nothing.
        const std::string untouched = delivered(plan_with({}, mark), false_one + letter);
        CHECK(has(untouched, false_one));
        CHECK_FALSE(has(written_by_server(untouched), "Authentication-Results"));
    }

    TEST_CASE("SPF alone writes its result, each mail of a connection its own")
    {
        const std::string kept = delivered(
            plan_with({PolicyCheck::spf}, reject, {"kumo.example TXT v=spf1 mx -all"}), letter);
        CHECK(has(written_by_server(kept),
                  "Authentication-Results: mx1.umi.example;\r\n"
                  "\tspf=pass smtp.mailfrom=hanako@kumo.example\r\n"));
    }

    TEST_CASE("a client that goes while its mail is looked at has handed nothing over")
    {
        PostOffice office{plan_with({PolicyCheck::dkim}, reject)};
        office.watch([&](const Event& event) {
            const auto* text = std::get_if<SmtpText>(&event.what);
            if (text == nullptr || text->side != Side::received ||
                event.host != HostId{PostOffice::mx1})
                return;
            office.name_service().set_fault(mail::DnsFault::silent);
        });
        smtp::OutgoingMail mail;
        mail.reverse_path = "hanako@kumo.example";
        mail.recipients = {whom};
        mail.text = std::make_shared<const std::string>(signed_by("kumo.example", letter));
        office.send(std::move(mail));
        office.run(office.start() + 1s);
        CHECK(office.kept(PostOffice::mx1, whom).empty());
        CHECK(office.accepted(PostOffice::mx1).empty());
    }
}
