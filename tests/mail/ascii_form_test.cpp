#include "sim/mail/ascii_form.h"
#include "sim/mail/message.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::mail;

namespace {

smtp::OutgoingMail own_mail(const std::string& to, const std::string& text)
{
    smtp::OutgoingMail mail;
    mail.reverse_path = "hanako@kumo.example";
    mail.recipients = {to};
    mail.text = std::make_shared<const std::string>(text);
    prepare_own_mail(mail);
    return mail;
}

} // namespace

TEST_SUITE("mail.ascii_form")
{
    TEST_CASE("a domain has a form in ASCII, a local part has none")
    {
        CHECK(ascii_address("taro@umi.example") == "taro@umi.example");
        CHECK(ascii_address("taro@日本語.example") == "taro@xn--wgv71a119e.example");
        CHECK(ascii_address("taro") == "taro");
        CHECK(ascii_address("").value().empty());
        CHECK(ascii_address("太郎@umi.example") == std::nullopt);
        CHECK(ascii_address("太郎@日本語.example") == std::nullopt);
    }

    TEST_CASE("text and names of a header become encoded words, its domains A-labels")
    {
        const AsciiHeader made =
            with_ascii_header("From: 花子 <hanako@kumo.example>\r\n"
                              "To: \"太郎, T.\" <taro@日本語.example>, a@b.example\r\n"
                              "Subject: のり\r\n"
                              "X-Plain: as it is\r\n"
                              "\r\n"
                              "本文\r\n");
        CHECK(made.stuck_field.empty());
        CHECK(made.message ==
              "From: =?UTF-8?B?6Iqx5a2Q?= <hanako@kumo.example>\r\n"
              "To: =?UTF-8?B?5aSq6YOOLCBULg==?= <taro@xn--wgv71a119e.example>,\r\n a@b.example\r\n"
              "Subject: =?UTF-8?B?44Gu44KK?=\r\n"
              "X-Plain: as it is\r\n"
              "\r\n"
              "本文\r\n");
        CHECK(with_ascii_header("Subject: x\r\n\r\nHi\r\n").message == "Subject: x\r\n\r\nHi\r\n");
    }

    TEST_CASE("what has no form in ASCII is named")
    {
        CHECK(with_ascii_header("To: 太郎@umi.example\r\n\r\n").stuck_field == "To");
        CHECK(with_ascii_header("Subject: のり\r\nMessage-ID: <の@k>\r\n\r\n").stuck_field ==
              "Message-ID");
        CHECK(with_ascii_header("Cc: a@b.example (太郎)\r\n\r\n").stuck_field == "Cc");
        CHECK(with_ascii_header("Cc: みんな: a@b.example;\r\n\r\n").stuck_field == "Cc");
        CHECK(with_ascii_header("Cc: \"太郎\r\n\r\n").stuck_field == "Cc");
    }

    TEST_CASE("a mail gets the form only where it differs and there is one")
    {
        CHECK_FALSE(own_mail("taro@umi.example", "Subject: x\r\n\r\n本文\r\n").ascii);
        CHECK(own_mail("taro@umi.example", "Subject: x\r\n\r\n本文\r\n").needs_8bit);

        const auto subject = own_mail("taro@umi.example", "Subject: のり\r\n\r\nHi\r\n");
        CHECK(subject.needs_utf8);
        CHECK(subject.utf8_field == "Subject");
        REQUIRE(subject.ascii);
        CHECK(*subject.ascii->text == "Subject: =?UTF-8?B?44Gu44KK?=\r\n\r\nHi\r\n");
        CHECK_FALSE(subject.ascii->needs_8bit);

        const auto domain = own_mail("taro@日本語.example", "Subject: x\r\n\r\nHi\r\n");
        REQUIRE(domain.ascii);
        CHECK(domain.ascii->recipients.front() == "taro@xn--wgv71a119e.example");
        CHECK(domain.ascii->text == domain.text);

        CHECK_FALSE(own_mail("太郎@umi.example", "Subject: x\r\n\r\nHi\r\n").ascii);
        const auto sjis = own_mail("taro@umi.example", "Subject: \x82\xcc\x82\xe8\r\n\r\nHi\r\n");
        CHECK_FALSE(sjis.needs_utf8);
        CHECK_FALSE(sjis.ascii);
    }
}
