#include "sim/mail/checked_mail.h"
#include "sim/mail/message.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim::mail;

TEST_SUITE("mail.checked_mail")
{
    TEST_CASE("a message as the checks take it: every octet of its fields, and its body")
    {
        const auto mail = mail_text("A : 1\r\n 2\r\nB:3\r\n\r\nbody\r\n");
        REQUIRE(mail.fields.size() == 2);
        CHECK(mail.fields[0].name == "A");
        CHECK(mail.fields[0].raw == "A : 1\r\n 2\r\n");
        CHECK(mail.fields[0].value() == " 1\r\n 2\r\n");
        CHECK(mail.body == "body\r\n");
        CHECK(mail_text("A: 1").fields.front().raw == "A: 1\r\n");
        CHECK(mail_text("").fields.empty());
    }

    TEST_CASE("results in our name that come with a mail are taken out, those of others stay")
    {
        const std::string others = "Authentication-Results: mx.example.net; spf=pass\r\n";
        const std::string rest =
            "From: a@example.com\r\n\r\nAuthentication-Results: mx.example\r\n";
        const std::string message =
            "authentication-results:\r\n MX.example; dkim=pass\r\n" + others +
            "Authentication-Results: \"mx.example\";\r\n\tspf=pass\r\n" + rest;
        CHECK(count_false_results(mail_text(message), "mx.example") == 2);
        CHECK(with_results(message, "Authentication-Results: mx.example; none", "mx.example") ==
              "Authentication-Results: mx.example; none\r\n" + others + rest);
    }
}
