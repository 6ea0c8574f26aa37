// Reports to the sender, end to end: asked for with RET, ENVID, NOTIFY and ORCPT (RFC 3461),
// written as RFC 3464 has them, and read back by Python's email package, which we did not write.
#include "tests/support/output_of.h"
#include "tests/world/post_office.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
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

// From Taro by way of Kumo's relay, to a domain that does not exist: the report goes back to Taro's
// MX. With SMTPUTF8, as its header and its recipient need it.
smtp::OutgoingMail global_mail()
{
    smtp::OutgoingMail mail;
    mail.reverse_path = "taro@umi.example";
    mail.recipients = {"海+1@void.example"};
    mail.recipient_parameters = {
        {Notify{false, true, false}, "utf-8;\\x{6D77}\\x{2B}1@void.example"}};
    mail.text = std::make_shared<const std::string>(
        "Subject: のり\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\nのりを二箱\r\n");
    mail.needs_8bit = true;
    mail.needs_utf8 = true;
    return mail;
}

struct Returned {
    std::vector<std::string> reports; // at Taro's mailbox
    std::vector<std::string> senders; // MAIL commands with which they came to mx1
    std::size_t bounced = 0;
};

Returned return_global_mail(const smtp::OutgoingMail& mail,
                            const std::function<void(smtp::ServerConfig&)>& change_mx1)
{
    PostOfficePlan plan;
    test::change(plan.mx1, change_mx1);
    PostOffice office{plan};
    office.send(mail);
    office.run();
    Returned back;
    back.reports = office.kept(PostOffice::mx1, "taro@umi.example");
    for (const SmtpCommand& command : office.all<SmtpCommand>()) {
        const std::string line = office.text(command.line.bytes);
        if (command.side == Side::sent && line.starts_with("MAIL FROM:<>"))
            back.senders.push_back(line);
    }
    back.bounced = office.all<MailBounced>().size();
    return back;
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
        CHECK(has(read, "次の宛先には、メールを配送できませんでした。"));
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

    TEST_CASE("RFC 3464 section 2.3.5: Remote-MTA is a server that was spoken to, or is left out")
    {
        const Told told = tell(mail_to({"x@nowhere.example"}));
        REQUIRE(told.reports.size() == 1);
        CHECK(has(told.reports[0], "Status: 5.1.2\r\n"));
        CHECK_FALSE(has(told.reports[0], "Remote-MTA:"));
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

    TEST_CASE(
        "RFC 6533: about a mail that came with SMTPUTF8 the report is global and goes with it")
    {
        const Returned back = return_global_mail(global_mail(), [](smtp::ServerConfig&) {});
        REQUIRE(back.senders.size() == 1);
        CHECK(has(back.senders[0], " BODY=8BITMIME SMTPUTF8"));
        REQUIRE(back.reports.size() == 1);
        const std::string read = read_by_python(back.reports[0]);
        INFO(read);
        CHECK(has(read, "type multipart/report global-delivery-status\n"));
        CHECK(
            has(read, "parts text/plain message/global-delivery-status message/global-headers\n"));
        CHECK(has(read, "encodings 8bit 8bit 8bit\n"));
        CHECK(has(read, "message Reporting-MTA: dns; relay.kumo.example\n"));
        CHECK(has(read, "recipient1 Original-Recipient: utf-8;海+1@void.example\n"));
        CHECK(has(read, "recipient1 Final-Recipient: utf-8; 海+1@void.example\n"));
        CHECK(has(read, "recipient1 Status: 5.1.2\n"));
        CHECK(has(read, "header のり\n"));
        CHECK(has(read, "defects 0\n"));

        smtp::OutgoingMail whole = global_mail();
        whole.ret = smtp::ReturnedPart::full;
        const std::string full =
            read_by_python(return_global_mail(whole, [](smtp::ServerConfig&) {}).reports.at(0));
        INFO(full);
        CHECK(has(full, "parts text/plain message/global-delivery-status message/global\n"));
        CHECK(has(full, "whole のり | のりを二箱\n"));
        // Not escaped, as only mail with SMTPUTF8 may have it.
        whole.recipient_parameters[0].orcpt = "utf-8;海\\x{2B}1@void.example";
        CHECK(
            has(read_by_python(return_global_mail(whole, [](smtp::ServerConfig&) {}).reports.at(0)),
                "recipient1 Original-Recipient: utf-8;海+1@void.example\n"));
    }

    TEST_CASE("RFC 6533 section 4.1: where the way back lacks SMTPUTF8 the parts go in Base64")
    {
        using Change = std::function<void(smtp::ServerConfig&)>;
        const Change without_utf8 = [](smtp::ServerConfig& mx) { mx.extensions.smtputf8 = false; };
        const Change without_either = [](smtp::ServerConfig& mx) {
            mx.extensions.smtputf8 = false;
            mx.extensions.eight_bit_mime = false;
        };
        for (const Change& change : {without_utf8, without_either}) {
            smtp::OutgoingMail mail = global_mail();
            mail.ret = smtp::ReturnedPart::full;
            const Returned back = return_global_mail(mail, change);
            REQUIRE(back.senders.size() == 1);
            CHECK_FALSE(has(back.senders[0], "SMTPUTF8"));
            CHECK_FALSE(has(back.senders[0], "8BITMIME"));
            CHECK(back.bounced == 1); // the mail itself
            REQUIRE(back.reports.size() == 1);
            const std::string read = read_by_python(back.reports[0]);
            INFO(read);
            CHECK(has(read, "ascii True\n"));
            CHECK(has(read, "type multipart/report global-delivery-status\n"));
            CHECK(has(read, "parts text/plain message/global-delivery-status message/global\n"));
            CHECK(has(read, "encodings base64 base64 base64\n"));
            CHECK(has(read, "次の宛先には、メールを配送できませんでした。"));
            CHECK(has(read, "recipient1 Final-Recipient: utf-8; 海+1@void.example\n"));
            CHECK(has(read, "whole のり | のりを二箱\n"));
            CHECK(has(read, "defects 0\n"));
            CHECK(mail::longest_line(back.reports[0]) <= 200);
        }
    }

    TEST_CASE(
        "where the way back lacks 8BITMIME a report goes in Base64, a whole mail as its header")
    {
        const auto returned = [](std::string_view subject, std::string_view body) {
            smtp::OutgoingMail mail = global_mail();
            mail.recipients = {"sea@void.example"};
            mail.recipient_parameters.clear();
            mail.needs_utf8 = false;
            mail.ret = smtp::ReturnedPart::full;
            mail.text = std::make_shared<const std::string>(
                fmt::format("Subject: {}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
                            subject,
                            body));
            mail.needs_8bit = mail::has_8bit(*mail.text);
            const Returned back = return_global_mail(
                mail, [](smtp::ServerConfig& mx) { mx.extensions.eight_bit_mime = false; });
            REQUIRE(back.reports.size() == 1);
            CHECK(back.bounced == 1); // the mail itself
            CHECK_FALSE(has(back.senders.at(0), "8BITMIME"));
            return read_by_python(back.reports[0]);
        };
        const std::string eight_bit = returned("nori", "のりを二箱");
        INFO(eight_bit);
        CHECK(has(eight_bit, "ascii True\n"));
        CHECK(has(eight_bit, "parts text/plain message/delivery-status text/rfc822-headers\n"));
        CHECK(has(eight_bit, "encodings base64 None None\n"));
        CHECK(has(eight_bit, "次の宛先には、メールを配送できませんでした。"));
        CHECK(has(eight_bit, "header nori\n"));
        CHECK(has(eight_bit, "defects 0\n"));
        // A header that should not have been like this (RFC 5322 section 2.2).
        CHECK(has(returned("のり", "nori"), "encodings base64 None base64\n"));
        // What is ASCII already comes back whole.
        CHECK(has(returned("nori", "two boxes"), "whole nori | two boxes\n"));
    }

    TEST_CASE(
        "an address beyond ASCII has no way back without SMTPUTF8: no report, and none mangled")
    {
        smtp::OutgoingMail mail = global_mail();
        mail.reverse_path = "海@umi.example";
        const Returned back = return_global_mail(
            mail, [](smtp::ServerConfig& mx) { mx.extensions.smtputf8 = false; });
        CHECK(back.senders.empty());
        CHECK(back.bounced == 2); // the mail, and the report about it
        CHECK(back.reports.empty());
    }

    TEST_CASE("with SMTPUTF8 and an ASCII recipient: types of RFC 6533, addresses of RFC 3464")
    {
        smtp::OutgoingMail mail = global_mail();
        mail.recipients = {"sea@void.example"};
        mail.recipient_parameters = {{std::nullopt, "rfc822;sea@void.example"}};
        const Returned back = return_global_mail(mail, [](smtp::ServerConfig&) {});
        REQUIRE(back.reports.size() == 1);
        const std::string read = read_by_python(back.reports[0]);
        INFO(read);
        CHECK(has(read, "type multipart/report global-delivery-status\n"));
        CHECK(has(read, "recipient1 Original-Recipient: rfc822;sea@void.example\n"));
        CHECK(has(read, "recipient1 Final-Recipient: rfc822; sea@void.example\n"));
    }

    TEST_CASE("what an ORCPT says in \\x{...} never becomes a line of a report")
    {
        mail::DeliveryReport report;
        report.global = true;
        report.reporting_host = "relay.kumo.example";
        report.to = "hanako@kumo.example";
        report.message_id = "<1@relay.kumo.example>";
        report.boundary = "b";
        report.original = "Subject: x\r\n";
        mail::Refusal refusal;
        refusal.recipient = "太郎@umi.example";
        refusal.status = "5.0.0";
        // A line end, a NUL, a surrogate, beyond Unicode, lower case, empty, unclosed; then a good
        // one.
        report.recipients = {{refusal,
                              "utf-8;a\\x{0D}\\x{0A}b\\x{00}\\x{D800}\\x{110000}\\x{6d77}\\x{}\\"
                              "x{20B9F}\\x{6D77"}};
        const std::string text = mail::compose_report(report);
        CHECK(has(text,
                  "Original-Recipient: utf-8;a\\x{0D}\\x{0A}b\\x{00}\\x{D800}\\x{110000}\\x{6d77}"
                  "\\x{}𠮟\\x{6D77\r\n"));
        report.global = false;
        report.recipients[0].original = "UTF-8;\\x{6D77}\\x{2B}=@umi.example";
        CHECK(has(mail::compose_report(report),
                  "Original-Recipient: utf-8;\\x{6D77}\\x{2B}\\x{3D}@umi.example\r\n"));
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
