// Real-world messages through the whole simulated path: what the mailbox holds is what was sent.

#include "sim/mail/message.h"
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
    const std::filesystem::path folder{HIKYAKU_SOURCE_DIR "/tests/mail/eml"};
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() != ".eml") continue;
        std::ifstream file{entry.path(), std::ios::binary};
        all.push_back({entry.path().filename().string(),
                       {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}}});
    }
    std::ranges::sort(all, {}, &Sample::name);
    return all;
}

// What SMTP may carry of a message (RFC 5321 §2.3.8, §4.1.1.4): lines that end in CR LF, the last
// one too; and what a submission server takes out (Bcc).
std::string as_submitted(const std::string& text)
{
    std::string carried = mail::normalise_line_ends(text);
    if (!carried.ends_with("\r\n")) carried += "\r\n";
    return mail::remove_fields(carried, "Bcc");
}

std::string mailbox_after_sending(const std::string& text)
{
    scenario::Scenario s = test::small_world();
    s.steps[0].message.eml = text;
    World world{std::make_shared<const scenario::Scenario>(std::move(s)), {}};
    world.run();
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

    TEST_CASE("a message of a megabyte arrives whole")
    {
        std::string text = "Subject: big\r\n\r\n";
        for (int line = 0; line < 14'000; ++line)
            text += ".line " + std::to_string(line) + std::string(64, 'x') + "\r\n";
        CHECK((mailbox_after_sending(text).ends_with(text)));
    }
}
