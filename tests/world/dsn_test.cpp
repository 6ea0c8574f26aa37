// Reports to the sender, end to end: asked for with RET, ENVID, NOTIFY and ORCPT (RFC 3461),
// written as RFC 3464 has them, and read back by Python's email package, which we did not write.
#include "tests/support/output_of.h"
#include "tests/world/post_office.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace sim;
using smtp::Notify;
using smtp::RecipientParameters;
using test::PostOffice;
using test::PostOfficePlan;

namespace {

std::string read_by_python(const std::string& report)
{
    std::string hex;
    for (const char c : report)
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return test::output_of(
        "/usr/bin/python3 '" HIKYAKU_SOURCE_DIR "/tests/world/report_reader.py' " + hex);
}

smtp::OutgoingMail mail_to(std::vector<std::string> recipients,
                           std::vector<RecipientParameters> wishes = {})
{
    smtp::OutgoingMail mail;
    mail.reverse_path = "hanako@kumo.example";
    mail.recipients = std::move(recipients);
    mail.recipient_parameters = std::move(wishes);
    mail.text = std::make_shared<const std::string>("Subject: nori\r\n\r\nTwo boxes of nori\r\n");
    return mail;
}

struct Told {
    std::vector<std::string> reports; // that lie in Hanako's mailbox
    std::vector<std::string> delivered;
};

Told tell(const smtp::OutgoingMail& mail, const PostOfficePlan& plan = {})
{
    PostOffice office{plan};
    office.send(mail);
    office.run();
    return {office.kept(PostOffice::relay, "hanako@kumo.example"),
            office.kept(PostOffice::mx1, "taro@umi.example")};
}

bool has(const std::string& text, const std::string& line)
{
    return text.find(line) != std::string::npos;
}

PostOfficePlan without_dsn_at_mx1()
{
    PostOfficePlan plan;
    test::change(plan.mx1, [](smtp::ServerConfig& session) { session.extensions.dsn = false; });
    return plan;
}

} // namespace

TEST_SUITE("world.dsn")
{
    TEST_CASE("a bounce is a real multipart/report: Python's email package reads all of it")
    {
        smtp::OutgoingMail mail = mail_to(
            {"nobody@umi.example"}, {{Notify{false, true, false}, "rfc822;No+2BBody@umi.example"}});
        mail.envid = "QQ314159+2B1";
        const Told told = tell(mail);
        REQUIRE(told.reports.size() == 1);
        const std::string read = read_by_python(told.reports[0]);
        INFO(read);
        CHECK(has(read, "type multipart/report delivery-status\n"));
        CHECK(has(read, "auto-submitted auto-replied\n"));
        CHECK(has(read, "to hanako@kumo.example\n"));
        CHECK(has(read, "parts text/plain message/delivery-status text/rfc822-headers\n"));
        CHECK(has(read, "Your message could not be delivered to: <nobody@umi.example>"));
        CHECK(has(read, "次の宛先には、メールを配達できませんでした。"));
        CHECK(has(read, "message Reporting-MTA: dns; relay.kumo.example\n"));
        CHECK(has(read, "message Original-Envelope-Id: QQ314159+1\n"));
        CHECK(has(read, "message Arrival-Date: Wed, 01 Apr 2026 09:00:00 +0900\n"));
        CHECK(has(read, "recipient1 Original-Recipient: rfc822;No+Body@umi.example\n"));
        CHECK(has(read, "recipient1 Final-Recipient: rfc822; nobody@umi.example\n"));
        CHECK(has(read, "recipient1 Action: failed\n"));
        CHECK(has(read, "recipient1 Status: 5.1.1\n"));
        CHECK(has(read, "recipient1 Remote-MTA: dns; mx1.umi.example\n"));
        CHECK(has(read, "recipient1 Diagnostic-Code: smtp; 550 5.1.1 User unknown\n"));
        CHECK(has(read, "recipient1 Last-Attempt-Date: Wed, 01 Apr 2026 09:00:00 +0900\n"));
        CHECK(has(read, "header nori\n"));
        CHECK(has(read, "defects 0\n"));
    }

    TEST_CASE("RET=FULL gives the whole message back with a failure, RET=HDRS only its header")
    {
        smtp::OutgoingMail mail = mail_to({"nobody@umi.example"});
        mail.ret = smtp::ReturnedPart::full;
        const Told full = tell(mail);
        REQUIRE(full.reports.size() == 1);
        const std::string read = read_by_python(full.reports[0]);
        INFO(read);
        CHECK(has(read, "parts text/plain message/delivery-status message/rfc822\n"));
        CHECK(has(read, "whole nori | Two boxes of nori\n"));
        CHECK(has(read, "defects 0\n"));
        mail.ret = smtp::ReturnedPart::headers;
        const Told headers = tell(mail);
        REQUIRE(headers.reports.size() == 1);
        CHECK_FALSE(has(headers.reports[0], "Two boxes"));
        // RFC 3461 section 4.3: RET is about failures only.
        mail = mail_to({"taro@umi.example"}, {{Notify{true, false, false}, ""}});
        mail.ret = smtp::ReturnedPart::full;
        const Told delivered = tell(mail);
        REQUIRE(delivered.reports.size() == 1);
        CHECK_FALSE(has(delivered.reports[0], "Two boxes"));
    }

    TEST_CASE("NOTIFY=NEVER and NOTIFY without FAILURE: a mail that fails is given up in silence")
    {
        for (const Notify wish : {Notify{}, Notify{true, false, true}}) {
            PostOffice office{PostOfficePlan{}};
            office.send(mail_to({"nobody@umi.example"}, {{wish, ""}}));
            office.run();
            CHECK(office.all<MailBounced>().size() == 1);
            CHECK(office.kept(PostOffice::relay, "hanako@kumo.example").empty());
        }
        CHECK(tell(mail_to({"nobody@umi.example"})).reports.size() == 1); // without NOTIFY
        CHECK(tell(mail_to({"nobody@umi.example"}, {{Notify{false, true, false}, ""}}))
                  .reports.size() == 1);
    }

    TEST_CASE("NOTIFY is each recipient's own: of two failures one is told")
    {
        const Told told = tell(mail_to({"nobody@umi.example", "noone@umi.example"},
                                       {{Notify{}, ""}, {Notify{false, true, false}, ""}}));
        REQUIRE(told.reports.size() == 1);
        CHECK_FALSE(has(told.reports[0], "nobody@umi.example"));
        CHECK(has(told.reports[0], "Final-Recipient: rfc822; noone@umi.example"));
    }

    TEST_CASE("NOTIFY=DELAY decides about the warning after four hours")
    {
        const auto warnings = [](std::optional<Notify> wish) {
            PostOffice office{PostOfficePlan{}};
            office.network().set_host_down(HostId{PostOffice::mx1}, true);
            office.network().set_host_down(HostId{PostOffice::mx2}, true);
            office.send(mail_to({"taro@umi.example"}, {{wish, ""}}));
            office.run(office.start() + 24h);
            std::size_t delayed = 0;
            for (const auto& report : office.kept(PostOffice::relay, "hanako@kumo.example"))
                if (has(read_by_python(report), "recipient1 Action: delayed\n")) ++delayed;
            return delayed;
        };
        CHECK(warnings(std::nullopt) == 1);
        CHECK(warnings(Notify{false, false, true}) == 1);
        CHECK(warnings(Notify{false, true, false}) == 0);
        CHECK(warnings(Notify{}) == 0);
    }

    TEST_CASE("NOTIFY=SUCCESS is passed on to a next hop with DSN, which reports the delivery")
    {
        smtp::OutgoingMail mail =
            mail_to({"taro@umi.example"}, {{Notify{true, true, true}, "rfc822;taro@umi.example"}});
        mail.envid = "order-7";
        const Told told = tell(mail);
        CHECK(told.delivered.size() == 1);
        REQUIRE(told.reports.size() == 1);
        const std::string read = read_by_python(told.reports[0]);
        INFO(read);
        CHECK(has(read, "message Reporting-MTA: dns; mx1.umi.example\n"));
        CHECK(has(read, "message Original-Envelope-Id: order-7\n"));
        CHECK(has(read, "recipient1 Original-Recipient: rfc822;taro@umi.example\n"));
        CHECK(has(read, "recipient1 Action: delivered\n"));
        CHECK(has(read, "recipient1 Status: 2.1.5\n"));
        CHECK(has(read, "defects 0\n"));
    }

    TEST_CASE("NOTIFY=SUCCESS and a next hop without DSN: the relay says relayed, and is the last")
    {
        smtp::OutgoingMail mail = mail_to({"taro@umi.example"}, {{Notify{true, false, false}, ""}});
        mail.envid = "order-8";
        const Told told = tell(mail, without_dsn_at_mx1());
        CHECK(told.delivered.size() == 1);
        REQUIRE(told.reports.size() == 1);
        const std::string read = read_by_python(told.reports[0]);
        INFO(read);
        CHECK(has(read, "message Reporting-MTA: dns; relay.kumo.example\n"));
        CHECK(has(read, "recipient1 Action: relayed\n"));
        CHECK(has(read, "recipient1 Remote-MTA: dns; mx1.umi.example\n"));
        CHECK(has(read, "defects 0\n"));
        // Nobody who did not ask is told.
        CHECK(tell(mail_to({"taro@umi.example"}), without_dsn_at_mx1()).reports.empty());
        CHECK(tell(mail_to({"taro@umi.example"}, {{Notify{false, true, true}, ""}}),
                   without_dsn_at_mx1())
                  .reports.empty());
    }

    TEST_CASE("a report is never about a report, whatever was asked for with the null reverse-path")
    {
        for (const char* recipient : {"nobody@umi.example", "taro@umi.example"}) {
            smtp::OutgoingMail mail = mail_to({recipient}, {{Notify{true, true, true}, ""}});
            mail.reverse_path.clear();
            CHECK(tell(mail).reports.empty());
        }
    }

    TEST_CASE("what another server says cannot break a report, and an address beyond ASCII fits")
    {
        mail::DeliveryReport report;
        report.reporting_host = "relay.kumo.example";
        report.to = "hanako@kumo.example";
        report.message_id = "<1@relay.kumo.example>";
        report.boundary = "b";
        report.original = "Subject: x\r\n";
        mail::Refusal refusal;
        refusal.recipient = "太郎@umi.example";
        refusal.status = "5.0.0";
        refusal.said_by = "mx.example";
        refusal.reply = "550 \xFF\x01 no\tway " + std::string(3000, 'x');
        report.recipients = {{refusal, "utf-8;x"}};
        const std::string text = mail::compose_report(report);
        const std::string read = read_by_python(text);
        INFO(read);
        CHECK(has(read, "recipient1 Final-Recipient: utf-8; \\x{592A}\\x{90CE}@umi.example\n"));
        CHECK(has(read, "recipient1 Diagnostic-Code: smtp; 550 ?? no?way xxx"));
        CHECK(mail::longest_line(text) <= 998);
    }
}
