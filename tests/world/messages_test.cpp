// Real-world messages through the whole simulated path: what the mailbox holds is what was sent.

#include "sim/mail/mailbox.h"
#include "sim/mail/message.h"
#include "sim/outcome.h"
#include "sim/world.h"
#include "tests/support/small_world.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace sim;

namespace {

struct Sample {
    std::string name;
    std::string text;
};

std::vector<Sample> samples()
{
    std::vector<Sample> all;
    for (const char* folder : {"eml", "cases"}) {
        const auto path = std::filesystem::path{HIKYAKU_SOURCE_DIR} / "tests/mail" / folder;
        for (const auto& entry : std::filesystem::directory_iterator{path}) {
            if (entry.path().extension() != ".eml") continue;
            std::ifstream file{entry.path(), std::ios::binary};
            all.push_back(
                {entry.path().filename().string(),
                 {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}}});
        }
    }
    std::ranges::sort(all, {}, &Sample::name);
    return all;
}

// What SMTP may carry of a message (RFC 5321 §2.3.8, §4.1.1.4): lines that end in CR LF, the last
// one too; without what stands in front of it and what a submission server takes out (Bcc).
std::string as_submitted(const std::string& text)
{
    std::string carried = mail::normalise_line_ends(text);
    if (!carried.ends_with("\r\n")) carried += "\r\n";
    carried.erase(0, mail::preamble_size(carried));
    mail::take_fields(carried, "Bcc");
    return carried;
}

World sent(const std::string& text, scenario::Scenario s = test::small_world())
{
    s.steps[0].message.eml = text;
    World world{std::make_shared<const scenario::Scenario>(std::move(s)), {}};
    world.run();
    return world;
}

// "blind_copies Bcc: a@b", each on a line.
std::string changes(const World& world)
{
    std::string all;
    for (std::size_t i = 0; i < world.trace().size(); ++i) {
        const auto* what = std::get_if<MailChanged>(&world.trace()[i].what);
        if (what == nullptr) continue;
        all += std::string{name_of(what->change)} + ' ' +
               std::string{world.trace().view(what->detail)} + '\n';
    }
    return all;
}

std::string mailbox_after_sending(const std::string& text)
{
    const World world = sent(text);
    for (const auto& message : world.stored_messages())
        if (message.where == mail::StoredIn::fetched_by_program) return *message.text;
    return {};
}

} // namespace

TEST_SUITE("world.messages")
{
    TEST_CASE("a real mail arrives unchanged but for the fields that servers put in front")
    {
        const auto all = samples();
        REQUIRE(all.size() >= 8);
        for (const Sample& sample : all) {
            INFO(sample.name);
            const std::string kept = mailbox_after_sending(sample.text);
            const std::string expected = as_submitted(sample.text);
            REQUIRE(kept.size() > expected.size());
            const std::string added = kept.substr(0, kept.size() - expected.size());
            CHECK((kept.substr(added.size()) == expected));
            // What is in front are whole fields, and only those that servers add.
            for (const auto& field : mail::parse_header(added).fields) {
                INFO(field.name);
                const bool trace_field = field.name == "Return-Path" ||
                                         field.name == "Delivered-To" || field.name == "Received" ||
                                         field.name == "Date" || field.name == "Message-ID";
                CHECK(trace_field);
            }
            CHECK(mail::count_fields(added, "Received") == 2);
        }
    }

    TEST_CASE("Date and Message-ID are added when they are missing, and only then")
    {
        const std::string bare = mailbox_after_sending("Subject: x\r\n\r\nbody\r\n");
        CHECK(mail::count_fields(bare, "Date") == 1);
        CHECK(mail::count_fields(bare, "Message-ID") == 1);
        const std::string full =
            mailbox_after_sending("Date: Wed, 01 Apr 2026 09:00:00 +0900\r\nMessage-ID: "
                                  "<1@kumo.example>\r\n\r\nbody\r\n");
        CHECK(mail::count_fields(full, "Date") == 1);
        CHECK(mail::count_fields(full, "Message-ID") == 1);
    }

    TEST_CASE("Bcc does not reach the recipient")
    {
        const std::string kept =
            mailbox_after_sending("To: taro@umi.example\r\nBcc: jiro@umi.example\r\n"
                                  "Resent-Bcc: jiro@umi.example\r\n\r\nbody\r\n");
        CHECK_FALSE(kept.empty());
        CHECK(kept.find("jiro") == std::string::npos);
    }

    TEST_CASE("RFC 6531 section 4.3: Received says when a mail came with SMTPUTF8")
    {
        const std::string kept = mailbox_after_sending("Subject: のり\r\n\r\nbody\r\n");
        CHECK(kept.find(" with UTF8SMTPSA ") != std::string::npos);
        CHECK(kept.find(" with UTF8SMTPS ") != std::string::npos);
        CHECK(mailbox_after_sending("Subject: x\r\n\r\nbody\r\n").find("UTF8") ==
              std::string::npos);
    }

    TEST_CASE("no mail is changed in silence")
    {
        const std::string head = "From: a@kumo.example\r\nDate: x\r\nMessage-ID: <1@k>\r\n";
        CHECK(changes(sent(head + "\r\nHi\r\n")).empty());
        CHECK(changes(sent(head + "Bcc: b@umi.example,\r\n c@umi.example\r\n\r\nHi\r\n")) ==
              "blind_copies Bcc: b@umi.example,\r\n c@umi.example\n");
        CHECK(changes(sent("From - Tue Apr 28\r\n" + head + "\r\nHi\r\n")) ==
              "preamble From - Tue Apr 28\r\n\n");
        CHECK(changes(sent(head + "\r\na\rb\r\n")) == "line_ends \n");
        CHECK(changes(sent(head + "\na\nb\n")).empty()); // what a file of Unix is
        CHECK(changes(sent("Return-Path: <old@x.example>\r\n" + head + "\r\nHi\r\n")) ==
              "return_path Return-Path: <old@x.example>\n");
    }

    TEST_CASE("RFC 5321 section 4.4: a Return-Path that came with the mail is replaced")
    {
        const std::string kept =
            mailbox_after_sending("Return-Path: <old@x.example>\r\nSubject: x\r\n\r\nHi\r\n");
        CHECK(mail::count_fields(kept, "Return-Path") == 1);
        CHECK(kept.starts_with("Return-Path: <hanako@kumo.example>\r\n"));
    }

    TEST_CASE("a mail with NUL is not sent, and the user is told")
    {
        const World world = sent(std::string("Subject: x\r\n\r\na\0b\r\n", 19));
        CHECK(world.trace().count(Kind::mail_queued) == 0);
        CHECK(world.trace().count(Kind::send_finished) == 1);
        bool told = false;
        for (std::size_t i = 0; i < world.trace().size(); ++i) {
            if (const auto* done = std::get_if<SendFinished>(&world.trace()[i].what))
                CHECK(done->error == UserError::message_refused);
            if (const auto* seen = std::get_if<SmtpProblemSeen>(&world.trace()[i].what))
                told = told || seen->problem == SmtpProblem::nul_in_message;
        }
        CHECK(told);
    }

    TEST_CASE("RFC 6531: SMTPUTF8 is said only of a mail that is UTF-8 and needs it")
    {
        const auto said_utf8 = [](const World& world) {
            for (std::size_t i = 0; i < world.trace().size(); ++i) {
                const auto* command = std::get_if<SmtpCommand>(&world.trace()[i].what);
                if (command != nullptr && command->verb == SmtpVerb::mail &&
                    world.trace().view(command->line.bytes).find("SMTPUTF8") !=
                        std::string_view::npos)
                    return true;
            }
            return false;
        };
        CHECK(said_utf8(sent("Subject: のり\r\n\r\nbody\r\n")));
        for (const Sample& sample : samples()) {
            if (sample.name == "sjis-subject.eml" || sample.name == "iso-2022-jp.eml" ||
                sample.name == "utf8-8bit.eml")
                CHECK_MESSAGE(!said_utf8(sent(sample.text)), sample.name);
        }
    }

    TEST_CASE("the recipient that was refused is named, also in a pipelined group")
    {
        for (const bool pipelining : {true, false}) {
            CAPTURE(pipelining);
            scenario::Scenario s = test::small_world();
            s.mail_servers[0].pipelining = pipelining;
            s.steps[0].message.to = {"nobody@kumo.example", "taro@umi.example"};
            const World world = sent("Subject: x\r\n\r\nHi\r\n", s);
            std::vector<RecipientRefused> refused;
            for (std::size_t i = 0; i < world.trace().size(); ++i) {
                if (const auto* what = std::get_if<RecipientRefused>(&world.trace()[i].what))
                    refused.push_back(*what);
            }
            REQUIRE(refused.size() == 1);
            CHECK(world.trace().view(refused[0].recipient) == "nobody@kumo.example");
            CHECK(world.trace().view(refused[0].reply) == "550 5.1.1 User unknown");
            CHECK(refused[0].step == FailureStep::rcpt_to);
            CHECK(refused[0].code == 550);
            CHECK(world.trace().count(Kind::mail_delivered) == 1);
            // The summary: the bad news, and who got it.
            const auto fates = outcomes(world.trace(), world.trace().size());
            REQUIRE(fates.size() == 1);
            CHECK(std::holds_alternative<NotSent>(fates[0].outcome));
            REQUIRE(fates[0].shares.size() == 2);
            CHECK(world.trace().at(fates[0].shares[0]).kind() == Kind::recipient_refused);
            CHECK(world.trace().at(fates[0].shares[1]).kind() == Kind::mail_delivered);
        }
    }

    TEST_CASE("RFC 1939 section 7: no uidl is used twice, not in another run either")
    {
        const auto uidls = [](std::uint64_t instance) {
            mail::MailboxStore store{instance};
            store.open("taro@umi.example", 0);
            std::vector<std::string> all;
            for (const char* text : {"a\r\n", "a\r\n", "b\r\n"}) {
                store.deliver(
                    "taro@umi.example", MailId{0}, {}, std::make_shared<const std::string>(text));
            }
            for (const auto& message : store.messages("taro@umi.example"))
                all.push_back(message.uidl);
            return all;
        };
        std::vector<std::string> all = uidls(1);
        CHECK(all == uidls(1)); // the same run
        const std::vector<std::string> others = uidls(2);
        all.insert(all.end(), others.begin(), others.end());
        for (const std::string& uidl : all) {
            CHECK(uidl.size() <= 70);
            CHECK(std::ranges::count(all, uidl) == 1);
        }
        // Another mail in the same place of a like run.
        mail::MailboxStore store{1};
        store.open("taro@umi.example", 0);
        store.deliver(
            "taro@umi.example", MailId{0}, {}, std::make_shared<const std::string>("c\r\n"));
        CHECK(std::ranges::count(all, store.messages("taro@umi.example")[0].uidl) == 0);
    }

    TEST_CASE("a message of a megabyte arrives whole")
    {
        std::string text = "Subject: big\r\n\r\n";
        for (int line = 0; line < 14'000; ++line)
            text += ".line " + std::to_string(line) + std::string(64, 'x') + "\r\n";
        CHECK((mailbox_after_sending(text).ends_with(text)));
    }
}
