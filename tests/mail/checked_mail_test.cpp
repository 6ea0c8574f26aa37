#include "sim/mail/checked_mail.h"
#include "sim/mail/message.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

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
        std::string message = "authentication-results:\r\n MX.example; dkim=pass\r\n" + others +
                              "Authentication-Results: \"mx.example\";\r\n\tspf=pass\r\n" + rest;
        CHECK(count_false_results(mail_text(message), "mx.example") == 2);
        CHECK(take_false_results(message, "mx.example") ==
              std::vector<std::string>{"authentication-results:\r\n MX.example; dkim=pass",
                                       "Authentication-Results: \"mx.example\";\r\n\tspf=pass"});
        CHECK(message == others + rest);
        CHECK(take_false_results(message, "mx.example").empty());
    }

    TEST_CASE("a mail is Junk if a server, or the mail itself, says so in its header")
    {
        CHECK(is_junk("A: 1\r\nx-spam-flag:  yes\r\n\r\n"));
        CHECK(is_junk(std::string{junk_field} + "\r\n\r\n"));
        CHECK_FALSE(is_junk("X-Spam-Flag: NO\r\n\r\n"));
        CHECK_FALSE(is_junk("A: 1\r\n\r\nX-Spam-Flag: YES\r\n"));
    }
}
