// How a relay finds its way and what it does when there is none: RFC 5321 §4.5.4.1, §5.1, §6.3 and
// RFC 7505, between real servers.
#include "tests/world/post_office.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace sim;
using test::PostOffice;
using test::PostOfficePlan;

namespace {

constexpr const char* taro = "taro@umi.example";
constexpr const char* hanako = "hanako@kumo.example";

std::vector<std::string> hops(const PostOffice& office)
{
    std::vector<std::string> names;
    for (const auto& attempt : office.all<DeliveryAttempted>())
        names.push_back(office.text(attempt.next_hop));
    return names;
}

PostOfficePlan with_records(std::vector<std::string> records)
{
    PostOfficePlan plan;
    std::erase_if(plan.records,
                  [](const std::string& record) { return record.starts_with("umi.example "); });
    plan.records.insert(plan.records.end(), records.begin(), records.end());
    return plan;
}

mail::SmtpFaults answering(mail::FaultPoint point, std::uint16_t code)
{
    mail::SmtpFaults faults;
    faults.reply_to(point) = code;
    return faults;
}

std::size_t connections_to_port_25(const PostOffice& office)
{
    const auto attempts = office.all<ConnectionAttempted>();
    return static_cast<std::size_t>(std::ranges::count_if(
        attempts, [](const ConnectionAttempted& each) { return each.remote.port == 25; }));
}

smtp::OutgoingMail mail_with(std::string text)
{
    smtp::OutgoingMail mail;
    mail.reverse_path = hanako;
    mail.recipients = {taro};
    mail.text = std::make_shared<const std::string>(std::move(text));
    return mail;
}

} // namespace

TEST_SUITE("world.delivery")
{
    TEST_CASE("MX records are tried by preference, each address once, until one takes the mail")
    {
        PostOffice office{PostOfficePlan{}};
        office.send_to({taro});
        office.run();
        CHECK(hops(office) == std::vector<std::string>{"mx1.umi.example"});
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
    }

    TEST_CASE("the next MX is tried when one cannot be reached or does not take us")
    {
        for (const bool is_down : {true, false}) {
            PostOffice office{PostOfficePlan{}};
            if (is_down) {
                office.network().set_host_down(HostId{PostOffice::mx1}, true);
            } else {
                office.mta(PostOffice::mx1).set_faults(answering(mail::FaultPoint::connect, 421));
            }
            // Back after an hour, so that the second MX can pass on what it took.
            office.at(office.start() + 1h, [&] {
                office.network().set_host_down(HostId{PostOffice::mx1}, false);
                office.mta(PostOffice::mx1).set_faults({});
            });
            office.send_to({taro});
            office.run();
            const auto tried = hops(office);
            REQUIRE(tried.size() > 2);
            CHECK(tried[0] == "mx1.umi.example");
            CHECK(tried[1] == "mx2.umi.example");
            CHECK(tried[2] == "mx1.umi.example"); // from the second MX, which left itself out
            CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
            CHECK(office.all<MailBounced>().empty());
        }
    }

    TEST_CASE("a line that is cut before the text tries the next MX at once, after it only later")
    {
        PostOffice office{PostOfficePlan{}};
        mail::SmtpFaults cut;
        cut.cut = mail::FaultPoint::rcpt;
        office.mta(PostOffice::mx1).set_faults(cut);
        office.at(office.start() + 10min, [&] { office.mta(PostOffice::mx1).set_faults({}); });
        office.send_to({taro});
        office.run();
        CHECK(hops(office)[1] == "mx2.umi.example");
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);

        PostOffice late{PostOfficePlan{}};
        cut.cut = mail::FaultPoint::text;
        late.mta(PostOffice::mx1).set_faults(cut);
        late.at(late.start() + 10min, [&] { late.mta(PostOffice::mx1).set_faults({}); });
        late.send_to({taro});
        late.run();
        CHECK(hops(late) == std::vector<std::string>{"mx1.umi.example", "mx1.umi.example"});
        const auto deferred = late.all<MailDeferred>();
        REQUIRE(deferred.size() == 1);
        CHECK(deferred[0].step == FailureStep::end_of_data);
        CHECK(deferred[0].code == 0); // it may have arrived: the trace says that nobody knows
    }

    TEST_CASE("a mail waits as long as one MX may take it later, whatever another one says")
    {
        const auto umi = [](const char* first, const char* second) {
            return with_records({"umi.example MX 10 " + std::string{first} + ".example",
                                 "umi.example MX 20 " + std::string{second} + ".example"});
        };
        struct Case {
            PostOfficePlan plan;
            bool second_refuses = false;
        };
        const std::vector<Case> cases{{umi("mx1.umi", "gone"), false},
                                      {umi("gone", "mx1.umi"), false},
                                      {umi("mx1.umi", "mx2.umi"), true},
                                      {umi("mx2.umi", "mx1.umi"), true}};
        for (const Case& each : cases) {
            PostOffice office{each.plan};
            office.mta(PostOffice::mx1).set_faults(answering(mail::FaultPoint::connect, 421));
            if (each.second_refuses)
                office.mta(PostOffice::mx2).set_faults(answering(mail::FaultPoint::connect, 554));
            office.at(office.start() + 5min, [&] { office.mta(PostOffice::mx1).set_faults({}); });
            office.send_to({taro});
            office.run();
            CHECK(office.all<MailBounced>().empty());
            CHECK(office.all<MailDeferred>().size() == 1);
            CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
        }
    }

    TEST_CASE("a slow line: a text that takes eleven minutes is sent once and arrives once")
    {
        PostOfficePlan plan;
        plan.mx1_bits_per_second = 16'000;
        PostOffice office{plan};
        std::string text = "Subject: x\r\n\r\n";
        while (text.size() < 1'400'000)
            text += std::string(70, 'x') + "\r\n";
        office.send(mail_with(std::move(text)));
        office.run();
        CHECK(office.now() - office.start() > 11min);
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
        CHECK(office.all<DeliveryAttempted>().size() == 1);
        CHECK(office.all<MailDeferred>().empty());
    }

    TEST_CASE("a line that dies while a text goes out is given up soon, not never")
    {
        PostOffice office{PostOfficePlan{}};
        office.watch([&](const Event& event) {
            const auto* command = std::get_if<SmtpCommand>(&event.what);
            if (command != nullptr && command->verb == SmtpVerb::data &&
                event.host == HostId{PostOffice::mx1})
                office.network().set_host_down(HostId{PostOffice::mx1}, true);
        });
        office.send(mail_with("Subject: x\r\n\r\nx\r\n"));
        office.run(office.start() + 20min);
        CHECK(office.all<MailHandedOver>().empty());
        CHECK(office.all<MailDeferred>().size() == 1);
    }

    TEST_CASE("without MX the domain's own address is tried")
    {
        PostOffice office{with_records({"umi.example A 198.51.100.1"})};
        office.send_to({taro});
        office.run();
        CHECK(hops(office) == std::vector<std::string>{"umi.example"});
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
    }

    TEST_CASE("null MX 5.1.10, no such domain 5.1.2, own name alone in the MX list 5.4.6: at once")
    {
        struct Case {
            std::vector<std::string> records;
            const char* status;
            const char* recipient = taro;
        };
        for (const Case& each :
             {Case{{"umi.example MX 0 ."}, "Status: 5.1.10"},
              Case{{}, "Status: 5.1.2", "x@nowhere.example"},
              Case{{"umi.example MX 10 relay.kumo.example", "umi.example MX 20 mx1.umi.example"},
                   "Status: 5.4.6"}}) {
            INFO(each.status);
            PostOffice office{with_records(each.records)};
            office.send_to({each.recipient});
            office.run();
            CHECK(hops(office).empty());
            CHECK(office.all<MailDeferred>().empty());
            const auto reports = office.kept(PostOffice::relay, hanako);
            REQUIRE(reports.size() == 1);
            CHECK(reports[0].find(each.status) != std::string::npos);
        }
    }

    TEST_CASE("own name in the MX list: itself and worse ones are dropped, better ones are tried")
    {
        PostOffice office{with_records({"umi.example MX 5 mx1.umi.example",
                                        "umi.example MX 10 relay.kumo.example",
                                        "umi.example MX 20 mx2.umi.example"})};
        office.mta(PostOffice::mx1).set_faults(answering(mail::FaultPoint::connect, 421));
        office.at(office.start() + 1min, [&] { office.mta(PostOffice::mx1).set_faults({}); });
        office.send_to({taro});
        office.run();
        CHECK(hops(office) == std::vector<std::string>{"mx1.umi.example", "mx1.umi.example"});
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
    }

    TEST_CASE("recipients that were refused for different reasons are told each with its own")
    {
        PostOffice office{PostOfficePlan{}};
        office.send_to({"nobody@umi.example", taro, "a%b@umi.example", "noone@umi.example"});
        office.run();
        const auto bounced = office.all<MailBounced>();
        REQUIRE(bounced.size() == 2);
        CHECK(office.text(bounced[0].recipients) == "nobody@umi.example, noone@umi.example");
        CHECK(office.text(bounced[0].reply) == "550 5.1.1 User unknown");
        CHECK(office.text(bounced[1].recipients) == "a%b@umi.example");
        CHECK(office.text(bounced[1].reply) == "550 5.7.1 Relay access denied");
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
        CHECK(office.kept(PostOffice::relay, hanako).size() == 1); // one report about all three
    }

    TEST_CASE("RFC 1123 section 5.2.17: a mail to the server's own address is its own")
    {
        PostOffice office{PostOfficePlan{}};
        office.send_to({"taro@[198.51.100.1]"});
        office.send_to({"postmaster@[198.51.100.1]"});
        office.send_to({"nobody@[198.51.100.1]"});
        office.run();
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
        CHECK(office.kept(PostOffice::mx1, "postmaster@umi.example").size() == 1);
        REQUIRE(office.all<MailBounced>().size() == 1);
        CHECK(office.text(office.all<MailBounced>()[0].reply) == "550 5.1.1 User unknown");
    }

    TEST_CASE("Received names the client as reverse DNS does, if the name leads back")
    {
        const auto received = [](const std::string& ptr, bool asks = true) {
            PostOfficePlan plan;
            if (asks) plan.mx1.listeners[0].checks = {PolicyCheck::client_name};
            if (!ptr.empty()) plan.records.push_back("25.113.0.203.in-addr.arpa PTR " + ptr);
            PostOffice office{plan};
            office.send_to({taro});
            office.run();
            REQUIRE(office.kept(PostOffice::mx1, taro).size() == 1);
            REQUIRE(office.all<PolicyJudged>().size() == (asks ? 1 : 0));
            if (asks) {
                CHECK((office.all<PolicyJudged>()[0].verdict == PolicyVerdict::passed) ==
                      (ptr == "relay.kumo.example"));
            }
            const std::string text = office.kept(PostOffice::mx1, taro)[0];
            return text.substr(text.find('('), text.find(')') - text.find('(') + 1);
        };
        CHECK(received("relay.kumo.example") == "(relay.kumo.example [203.0.113.25])");
        CHECK(received("mx1.umi.example") == "([203.0.113.25])"); // does not lead back
        CHECK(received("") == "([203.0.113.25])");
        // Who does not ask does not say that there is none.
        CHECK(received("relay.kumo.example", false) == "([203.0.113.25])");
    }

    TEST_CASE("FAR-END reverse name: who has none is refused for good, in doubt for now")
    {
        const auto office_with = [](const std::string& ptr) {
            PostOfficePlan plan;
            plan.mx1.listeners[0].checks = {PolicyCheck::reverse_name};
            plan.mx2.listeners[0].checks = {PolicyCheck::reverse_name};
            if (!ptr.empty()) plan.records.push_back("25.113.0.203.in-addr.arpa PTR " + ptr);
            return plan;
        };
        PostOffice named{office_with("relay.kumo.example")};
        named.send_to({taro});
        named.run();
        CHECK(named.kept(PostOffice::mx1, taro).size() == 1);

        PostOffice nameless{office_with("")};
        nameless.send_to({taro});
        nameless.run();
        CHECK(nameless.kept(PostOffice::mx1, taro).empty());
        REQUIRE(nameless.all<MailBounced>().size() == 1);
        CHECK(nameless.text(nameless.all<MailBounced>()[0].reply) ==
              "550 5.7.25 Client address has no name that leads back to it");
        REQUIRE(nameless.all<PolicyJudged>().size() == 1);
        CHECK(nameless.all<PolicyJudged>()[0].check == PolicyCheck::reverse_name);
        CHECK(nameless.all<PolicyJudged>()[0].verdict == PolicyVerdict::rejected);

        // Switched off while the world runs.
        PostOffice off{office_with("")};
        off.mta(PostOffice::mx1)
            .set_check_actions({{PolicyCheck::reverse_name, auth::CheckAction::off}});
        off.send_to({taro});
        off.run();
        CHECK(off.kept(PostOffice::mx1, taro).size() == 1);
        CHECK(off.all<PolicyJudged>().empty());
    }

    TEST_CASE("RFC 7505 section 4.1: a server that asks refuses the recipient at once")
    {
        PostOfficePlan plan;
        plan.relay.listeners[0].checks = {PolicyCheck::recipient_domain};
        PostOffice office{plan};
        const MailId mail = office.send_to({taro, "a@silent.example"});
        office.run();
        const auto result = office.sender().result(mail);
        REQUIRE(result);
        CHECK(result->recipients[0].reply.code == 250);
        CHECK(result->recipients[1].reply.code == 556);
        CHECK(office.all<PolicyJudged>().size() == 2);
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
    }

    TEST_CASE("SERVFAIL or silence from DNS is temporary: the mail waits and then arrives")
    {
        for (const mail::DnsFault fault : {mail::DnsFault::servfail, mail::DnsFault::silent}) {
            PostOffice office{PostOfficePlan{}};
            office.name_service().set_fault(fault);
            office.at(office.start() + 20min,
                      [&] { office.name_service().set_fault(mail::DnsFault::off); });
            office.send_to({taro});
            office.run();
            CHECK_FALSE(office.all<MailDeferred>().empty());
            CHECK(office.all<MailBounced>().empty());
            CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
        }
    }

    TEST_CASE(
        "retries after 15 m, 30 m, 1 h, 2 h, then every 4 h; a warning after 4 h; up after 5 d")
    {
        PostOffice office{PostOfficePlan{}};
        for (const auto host : {PostOffice::mx1, PostOffice::mx2})
            office.mta(host).set_faults(answering(mail::FaultPoint::rcpt, 450));
        office.send_to({taro});
        office.run();
        const auto deferred = office.all<MailDeferred>();
        REQUIRE(deferred.size() > 10);
        const std::vector<Duration> waits{15min, 30min, 1h, 2h, 4h, 4h, 4h};
        Instant last = office.start();
        for (std::size_t i = 0; i < waits.size(); ++i) {
            const Duration wait = deferred[i].until - last;
            CHECK(wait >= waits[i]);
            CHECK(wait < waits[i] + 2s); // and what the attempt itself took
            last = deferred[i].until;
        }
        const auto reports = office.kept(PostOffice::relay, hanako);
        REQUIRE(reports.size() == 2);
        CHECK(reports[0].find("Action: delayed") != std::string::npos);
        CHECK(reports[0].find("Will-Retry-Until: Mon, 06 Apr 2026 09:00:00 +0900") !=
              std::string::npos);
        CHECK(reports[1].find("Action: failed") != std::string::npos);
        CHECK(reports[1].find("Diagnostic-Code: smtp; 450 4.2.0") != std::string::npos);
        // The report's own journey is local, so the last event is its delivery.
        Instant warned{};
        Instant gave_up{};
        for (std::size_t i = 0; i < office.trace().size(); ++i) {
            const Event& event = office.trace()[i];
            if (event.kind() == Kind::mail_delivered && warned == Instant{}) warned = event.at;
            if (event.kind() == Kind::mail_bounced) gave_up = event.at;
        }
        CHECK(warned - office.start() >= 4h);
        CHECK(warned - office.start() < 8h);
        CHECK(gave_up - office.start() <= 120h);
        CHECK(gave_up - office.start() > 115h);
    }

    TEST_CASE("a mail with more than 100 Received fields goes in circles: 554 5.4.6")
    {
        std::string header;
        for (int hop = 0; hop < 99; ++hop)
            header += "Received: from a by b; Wed, 1 Apr 2026 09:00:00 +0900\r\n";
        PostOffice good{PostOfficePlan{}};
        good.send(mail_with(header + "\r\nhi\r\n"));
        good.run();
        CHECK(good.kept(PostOffice::mx1, taro).size() == 1);
        // The relay takes it with 100, adds its own, and the MX sees 101.
        PostOffice loop{PostOfficePlan{}};
        loop.send(mail_with(header + "Received: one more\r\n\r\nhi\r\n"));
        loop.run();
        CHECK(loop.kept(PostOffice::mx1, taro).empty());
        const auto bounced = loop.all<MailBounced>();
        REQUIRE(bounced.size() == 1);
        CHECK(bounced[0].code == 554);
        CHECK(loop.text(bounced[0].reply).starts_with("554 5.4.6 "));
    }

    TEST_CASE(
        "two servers that each hold the other for the way to go: the circle ends with a bounce")
    {
        PostOfficePlan plan;
        // Each accepts the domain for the other.
        plan.mx1.local_domains = {};
        plan.mx1.relay_for = {parse_prefix("0.0.0.0/0").value()};
        plan.mx2.local_domains = {};
        plan.mx2.relay_for = plan.mx1.relay_for;
        plan.mx1.relay.routes = {{"*", "mx2.umi.example", 25}};
        plan.mx2.relay.routes = {{"*", "mx1.umi.example", 25}};
        plan.records.emplace_back("round.example MX 10 mx1.umi.example");
        plan.mx1.relay.routes.insert(plan.mx1.relay.routes.begin(),
                                     {"kumo.example", "relay.kumo.example", 25});
        plan.mx2.relay.routes.insert(plan.mx2.relay.routes.begin(),
                                     {"kumo.example", "relay.kumo.example", 25});
        PostOffice office{plan};
        office.send_to({"anyone@round.example"});
        office.run();
        CHECK(office.all<MailHandedOver>().size() > 90);
        const auto bounced = office.all<MailBounced>();
        REQUIRE(bounced.size() == 1);
        CHECK(bounced[0].code == 554);
        CHECK(office.kept(PostOffice::relay, hanako).size() == 1); // she is told
    }

    TEST_CASE("own Delivered-To: what was delivered there before is refused as a loop, 554 5.4.6")
    {
        PostOffice office{PostOfficePlan{}};
        office.send(mail_with("Delivered-To: Taro@UMI.example\r\nSubject: x\r\n\r\nhi\r\n"));
        office.run();
        CHECK(office.kept(PostOffice::mx1, taro).empty());
        const auto bounced = office.all<MailBounced>();
        REQUIRE(bounced.size() == 1);
        CHECK(office.text(bounced[0].reply).starts_with("554 5.4.6 "));
        // Somebody else's is nobody's loop.
        PostOffice other{PostOfficePlan{}};
        other.send(mail_with("Delivered-To: jiro@umi.example\r\nSubject: x\r\n\r\nhi\r\n"));
        other.run();
        CHECK(other.kept(PostOffice::mx1, taro).size() == 1);
    }

    TEST_CASE("a mail that fails for one recipient still reaches the other")
    {
        PostOffice office{PostOfficePlan{}};
        office.send_to({taro, "nobody@umi.example", "x@silent.example"});
        office.run();
        CHECK(office.kept(PostOffice::mx1, taro).size() == 1);
        CHECK(office.kept(PostOffice::relay, hanako).size() == 2);
        CHECK(office.all<MailBounced>().size() == 2);
    }

    TEST_CASE("relaying in disguise is refused at the MX, 550 5.7.1")
    {
        // The relay trusts the PC and takes anything; the MX takes only what is really its own.
        PostOfficePlan plan;
        for (const char* record : {"evilumi.example MX 10 mx1.umi.example",
                                   "umi.example.evil.example MX 10 mx1.umi.example",
                                   "other.example MX 10 mx1.umi.example"})
            plan.records.emplace_back(record);
        for (const char* recipient : {"user@other.example",
                                      "user%other.example@umi.example",
                                      "other.example!user@umi.example",
                                      "\"user@other.example\"@umi.example",
                                      "taro@evilumi.example",
                                      "taro@umi.example.evil.example"}) {
            CAPTURE(recipient);
            PostOffice office{plan};
            office.send_to({recipient});
            office.run();
            const auto bounced = office.all<MailBounced>();
            REQUIRE(bounced.size() == 1);
            CHECK(office.text(bounced[0].reply) == "550 5.7.1 Relay access denied");
        }
        // A mailbox that is really called so is one.
        PostOffice office{plan};
        office.mailboxes(PostOffice::mx1).open("50%off@umi.example", 0);
        office.send_to({"50%off@umi.example"});
        office.run();
        CHECK(office.kept(PostOffice::mx1, "50%off@umi.example").size() == 1);
    }

    TEST_CASE("a next hop that lacks 8BITMIME or SMTPUTF8 gets nothing: 5.6.3, 5.6.7")
    {
        PostOfficePlan plan;
        test::change(plan.mx1, [](smtp::ServerConfig& session) {
            session.extensions.eight_bit_mime = false;
            session.extensions.smtputf8 = false;
            session.limits.message_octets = 2000;
        });
        struct Case {
            std::string text;
            const char* recipient;
            const char* status;
        };
        for (const Case& each :
             {Case{"Subject: x\r\n\r\n\xE6\xB5\xB7\r\n", taro, "Status: 5.6.3"},
              Case{"Subject: x\r\n\r\nsea\r\n", "\xE6\xB5\xB7@umi.example", "Status: 5.6.7"},
              Case{
                  "Subject: x\r\n\r\n" + std::string(3000, 'x') + "\r\n", taro, "Status: 5.3.4"}}) {
            INFO(each.status);
            PostOffice office{plan};
            smtp::OutgoingMail mail = mail_with(each.text);
            mail.recipients = {each.recipient};
            mail.needs_8bit = mail::has_8bit(each.text);
            office.send(mail);
            office.run();
            CHECK(office.all<MailBounced>().size() == 1);
            const auto reports = office.kept(PostOffice::relay, hanako);
            REQUIRE(reports.size() == 1);
            INFO(reports[0]);
            CHECK(reports[0].find(each.status) != std::string::npos);
        }
    }

    TEST_CASE("a full house: what is in line goes over a connection that is there already")
    {
        PostOfficePlan plan;
        plan.relay.relay.most_connections = 2;
        PostOffice office{plan};
        for (int i = 0; i < 7; ++i)
            office.send(mail_with("Subject: x\r\n\r\n" + std::to_string(i) + "\r\n"));
        office.run();
        CHECK(office.kept(PostOffice::mx1, taro).size() == 7);
        CHECK(office.all<DeliveryAttempted>().size() == 7);
        CHECK(connections_to_port_25(office) == 7 + 2); // from the PC to the relay, and onward
        CHECK(office.mta(PostOffice::relay).queue_size() == 0);
        std::set<std::uint32_t> numbers;
        for (const auto& delivered : office.all<MailDelivered>())
            numbers.insert(delivered.mail.value);
        CHECK(numbers.size() == 7);
        // Not one word more than it takes: a transaction that succeeded needs no RSET behind it.
        for (const auto& command : office.all<SmtpCommand>())
            CHECK(command.verb != SmtpVerb::rset);
    }

    TEST_CASE(
        "in line behind a mail that is refused, or a line that is cut: the others get through")
    {
        PostOfficePlan plan;
        plan.relay.relay.most_connections = 1;
        PostOffice refusing{plan};
        for (const char* recipient : {taro, "nobody@umi.example", taro})
            refusing.send_to({recipient});
        refusing.run();
        CHECK(refusing.kept(PostOffice::mx1, taro).size() == 2);
        CHECK(refusing.all<MailBounced>().size() == 1);
        CHECK(connections_to_port_25(refusing) == 3 + 1);

        PostOffice cut{plan};
        mail::SmtpFaults faults;
        faults.cut = mail::FaultPoint::text;
        cut.mta(PostOffice::mx1).set_faults(faults);
        for (int i = 0; i < 3; ++i)
            cut.send_to({taro});
        cut.at(cut.start() + 1min, [&] { cut.mta(PostOffice::mx1).set_faults({}); });
        cut.run();
        CHECK(cut.kept(PostOffice::mx1, taro).size() == 3);
        CHECK(cut.mta(PostOffice::relay).queue_size() == 0);
    }

    TEST_CASE("in line for a host that turns out to be dead: nobody has to find out anew")
    {
        PostOfficePlan plan;
        plan.relay.relay.most_connections = 1;
        PostOffice office{plan};
        office.network().set_host_down(HostId{PostOffice::mx1}, true);
        for (int i = 0; i < 5; ++i)
            office.send_to({taro});
        office.run(office.start() + 10min);
        // One connection's patience, not five times that; then the next MX has all of them.
        std::vector<std::string> tried;
        for (std::size_t i = 0; i < office.trace().size(); ++i) {
            const Event& event = office.trace()[i];
            const auto* attempt = std::get_if<DeliveryAttempted>(&event.what);
            if (attempt != nullptr && event.host == HostId{PostOffice::relay})
                tried.push_back(office.text(attempt->next_hop));
        }
        std::vector<std::string> expected(6, "mx2.umi.example");
        expected.front() = "mx1.umi.example";
        CHECK(tried == expected);
        CHECK(office.mta(PostOffice::relay).queue_size() == 0);
    }

    TEST_CASE("a relay told to use BDAT does, where it is offered, and the mail is the same")
    {
        PostOfficePlan plan;
        plan.relay.relay.wants_chunking = true;
        for (const bool offered : {true, false}) {
            test::change(plan.mx1, [&](smtp::ServerConfig& session) {
                session.extensions.chunking = offered;
            });
            PostOffice office{plan};
            office.send(mail_with("Subject: x\r\n\r\n.dot\r\n..\r\n"));
            office.run();
            const auto kept = office.kept(PostOffice::mx1, taro);
            REQUIRE(kept.size() == 1);
            CHECK(kept[0].ends_with("Subject: x\r\n\r\n.dot\r\n..\r\n"));
            std::size_t chunks = 0;
            for (const auto& command : office.all<SmtpCommand>())
                if (command.verb == SmtpVerb::bdat && command.side == Side::sent) ++chunks;
            CHECK(chunks == (offered ? 1 : 0));
        }
    }
}
