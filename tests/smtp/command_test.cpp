#include "sim/core/rng.h"
#include "sim/smtp/command.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sim;
using namespace sim::smtp;
using namespace std::string_view_literals;

namespace {

template <typename T>
T parse_as(std::string_view line)
{
    const ParsedCommand parsed = parse_command(line);
    CAPTURE(std::string{line});
    REQUIRE(std::holds_alternative<T>(parsed.command));
    return std::get<T>(parsed.command);
}

SmtpReason reason_of(std::string_view line)
{
    return parse_as<Malformed>(line).reason;
}

std::string secret_of(std::string_view line)
{
    const ParsedCommand parsed = parse_command(line);
    return std::string{line.substr(parsed.secret_offset, parsed.secret_size)};
}

} // namespace

TEST_SUITE("smtp.command")
{
    TEST_CASE("verbs and keywords are compared whole and without regard to case")
    {
        CHECK(parse_verb("EHLO a") == SmtpVerb::ehlo);
        CHECK(parse_verb("mAiL from:<>") == SmtpVerb::mail);
        CHECK(parse_verb("QUIT") == SmtpVerb::quit);
        for (const char* line :
             {"", " ", "QUI", "QUITX", "EHLO\ta", "DATADATA", "MAILFROM:<>", " QUIT"})
            CHECK(parse_verb(line) == SmtpVerb::unknown);
        CHECK(parse_as<MailFrom>("mail from:<a@b.example> size=5 body=8bitmime smtputf8")
                  .parameters.smtputf8);
        CHECK(parse_as<RcptTo>("Rcpt To:<a@b.example>").path.mailbox.local_part == "a");
        CHECK(parse_as<Hello>("ehlo a.example").extended);
        CHECK_FALSE(parse_as<Hello>("helo a.example").extended);
    }

    TEST_CASE("an empty line and an unknown verb are no commands")
    {
        CHECK(reason_of("") == SmtpReason::unknown_command);
        CHECK(reason_of("   ") == SmtpReason::unknown_command);
        CHECK(reason_of("HELLO a.example") == SmtpReason::unknown_command);
        CHECK(reason_of("TURN") == SmtpReason::unknown_command);
    }

    TEST_CASE("white space before the line end is tolerated")
    {
        CHECK(parse_as<Hello>("EHLO a.example  ").domain == "a.example");
        parse_as<Quit>("QUIT \t");
        CHECK_FALSE(parse_as<Auth>("AUTH PLAIN ").initial_response);
    }

    TEST_CASE("EHLO and HELO want a domain or an address literal")
    {
        CHECK(parse_as<Hello>("EHLO [192.0.2.1]").domain == "[192.0.2.1]");
        CHECK(parse_as<Hello>("EHLO [IPv6:2001:db8::1]").domain == "[IPv6:2001:db8::1]");
        CHECK(parse_as<Hello>("EHLO a.example").is_name);
        CHECK(parse_as<Hello>("HELO [192.0.2.1]").is_name);
        // Printable, but no name: whether that will do is for the server to say.
        for (const char* line : {"EHLO a b",
                                 "EHLO  a",
                                 "EHLO a_b",
                                 "EHLO -",
                                 "EHLO [192.0.2.1",
                                 "EHLO 192.0.2.1:25",
                                 "EHLO 花子のPC",
                                 "HELO <a>"})
            CHECK_FALSE(parse_as<Hello>(line).is_name);
        for (const char* line : {"EHLO", "HELO", "EHLO \xff"})
            CHECK(reason_of(line) == SmtpReason::bad_hello_domain);
    }

    TEST_CASE("MAIL: the path stands right behind the colon")
    {
        CHECK(parse_as<MailFrom>("MAIL FROM:<>").path.mailbox.is_null());
        CHECK(parse_as<MailFrom>("MAIL FROM:<a@b.example>").path.mailbox.domain == "b.example");
        for (const char* line : {"MAIL FROM:<a@b.example>>",
                                 "MAIL FROM:<a@b.example>SIZE=1",
                                 "MAIL FROM:<a@b.example><c@d.example>",
                                 "MAIL FROM:<a>"}) {
            CAPTURE(line);
            CHECK(reason_of(line) == SmtpReason::bad_reverse_path);
        }
        for (const char* line : {"MAIL",
                                 "MAIL <a@b.example>",
                                 "MAIL TO:<a@b.example>",
                                 "MAIL FROM <a@b.example>",
                                 "MAIL  FROM:<a@b.example>",
                                 "MAIL FROM :<a@b.example>"})
            CHECK(reason_of(line) == SmtpReason::bad_argument);
    }

    TEST_CASE("what people write by hand is named")
    {
        using enum SmtpReason;
        for (const std::string verb : {"MAIL FROM:", "RCPT TO:"}) {
            CAPTURE(verb);
            CHECK(reason_of(verb + " <a@b.example>") == space_before_path);
            CHECK(reason_of(verb + " a@b.example") == space_before_path);
            CHECK(reason_of(verb + "a@b.example") == path_without_brackets);
            CHECK(reason_of(verb + "<a@b.example") == path_without_brackets);
            CHECK(reason_of(verb) == path_without_brackets);
            CHECK(reason_of(verb + "<a..b@c.example>") == local_part_needs_quotes);
            CHECK(reason_of(verb + "<a.@c.example>") == local_part_needs_quotes);
            CHECK(reason_of(verb + "<.a@c.example>") == local_part_needs_quotes);
            CHECK(reason_of(verb + "<a b@c.example>") == local_part_needs_quotes);
        }
        CHECK(parse_as<RcptTo>("RCPT TO:<\"a..b.\"@c.example>").path.mailbox.local_part == "a..b.");
        CHECK(reason_of("RCPT TO:<\"a@c.example>") == bad_forward_path);
        CHECK(reason_of("RCPT TO:<@c.example>") != local_part_needs_quotes);
        CHECK(reason_of("RCPT TO:<a..b@c_d.example>") == bad_forward_path);
    }

    TEST_CASE("RCPT: Postmaster without a domain, and which parameters")
    {
        CHECK(parse_as<RcptTo>("RCPT TO:<Postmaster>").path.mailbox.local_part == "Postmaster");
        for (const char* line : {"RCPT TO:<>", "RCPT TO:<a@b.example> ,<c@d.example"}) {
            CAPTURE(line);
            const SmtpReason reason = reason_of(line);
            CHECK((reason == SmtpReason::bad_forward_path || reason == SmtpReason::bad_argument));
        }
        CHECK(reason_of("RCPT TO:<a@b.example> FOO=BAR") == SmtpReason::unknown_parameter);
        CHECK(reason_of("RCPT TO:<a@b.example> SIZE=5") == SmtpReason::unknown_parameter);
        CHECK(reason_of("RCPT FROM:<a@b.example>") == SmtpReason::bad_argument);
    }

    TEST_CASE("MAIL parameters: SIZE, BODY, SMTPUTF8, AUTH, each at most once")
    {
        const auto said = parse_as<MailFrom>("MAIL FROM:<> SIZE=123 BODY=7BIT AUTH=<> SMTPUTF8");
        CHECK(said.parameters.size == 123);
        CHECK(said.parameters.body == BodyType::seven_bit);
        CHECK(said.parameters.smtputf8);
        CHECK(said.parameters.auth);
        CHECK(parse_as<MailFrom>("MAIL FROM:<> SIZE=0").parameters.size == 0);
        CHECK(parse_as<MailFrom>("MAIL FROM:<> SIZE=18446744073709551615").parameters.size ==
              18446744073709551615ULL);
        CHECK(parse_as<MailFrom>("MAIL FROM:<> SIZE=18446744073709551616").parameters.size ==
              18446744073709551615ULL);
        CHECK(parse_as<MailFrom>("MAIL FROM:<> SIZE=99999999999999999999").parameters.size ==
              18446744073709551615ULL);
        CHECK(parse_as<MailFrom>("MAIL FROM:<> AUTH=e+3Dmc2@example.com").parameters.auth);
        for (const char* parameters : {"SIZE",
                                       "SIZE=",
                                       "SIZE=-1",
                                       "SIZE=1x",
                                       "SIZE=0x10",
                                       "SIZE=123456789012345678901",
                                       "SIZE=1 SIZE=1",
                                       "SIZE=1=1",
                                       "BODY",
                                       "BODY=BINARYMIME",
                                       "BODY=7BIT BODY=7BIT",
                                       "SMTPUTF8=yes",
                                       "SMTPUTF8 SMTPUTF8",
                                       "AUTH",
                                       "AUTH=a+b",
                                       "AUTH=a+3d",
                                       "=1",
                                       "-X=1",
                                       "X_Y=1",
                                       "FOO=",
                                       " SIZE=1",
                                       "SIZE=1  BODY=7BIT"}) {
            CAPTURE(parameters);
            CHECK(reason_of("MAIL FROM:<> " + std::string{parameters}) == SmtpReason::bad_argument);
        }
        for (const char* parameters :
             {"FOO", "FOO=1", "NOTIFY=NEVER", "ORCPT=rfc822;a@b", "1=1", "SIZE=1 X=y"}) {
            CHECK(reason_of("MAIL FROM:<> " + std::string{parameters}) ==
                  SmtpReason::unknown_parameter);
        }
    }

    TEST_CASE("an argument where none belongs, or none where one belongs")
    {
        for (const char* line : {"DATA x",
                                 "QUIT x",
                                 "RSET x",
                                 "STARTTLS x",
                                 "VRFY",
                                 "EXPN",
                                 "AUTH",
                                 "AUTH PLAIN a b",
                                 "AUTH PL/IN",
                                 "AUTH ABCDEFGHIJKLMNOPQRSTU"})
            CHECK(reason_of(line) == SmtpReason::bad_argument);
        parse_as<Noop>("NOOP anything at all");
        parse_as<Help>("HELP MAIL");
        parse_as<Vrfy>("VRFY taro");
        parse_as<Expn>("EXPN list");
    }

    TEST_CASE("BDAT: a size, and LAST or nothing")
    {
        CHECK(parse_as<Bdat>("BDAT 10").octets == 10);
        CHECK_FALSE(parse_as<Bdat>("BDAT 10").last);
        CHECK(parse_as<Bdat>("bdat 0 last").last);
        CHECK(parse_as<Bdat>("BDAT 2147483647 LAST").octets == 2147483647);
        for (const char* line : {"BDAT",
                                 "BDAT ",
                                 "BDAT LAST",
                                 "BDAT -1",
                                 "BDAT +1",
                                 "BDAT 0x10",
                                 "BDAT 1.5",
                                 "BDAT 1e3 LAST",
                                 "BDAT ten",
                                 "BDAT 10LAST",
                                 "BDAT 10 LASTING",
                                 "BDAT 10 LAST LAST",
                                 "BDAT 10  LAST",
                                 "BDAT 2147483648",
                                 "BDAT 18446744073709551616",
                                 "BDAT 99999999999999999999 LAST",
                                 "BDAT 100000000000000000000000000000000000000"}) {
            CAPTURE(line);
            CHECK(reason_of(line) == SmtpReason::bad_argument);
        }
    }

    TEST_CASE("RFC 3461 sections 4.3 and 4.4: RET and ENVID, each at most once")
    {
        const auto said = parse_as<MailFrom>("MAIL FROM:<a@b.example> ret=hdrs ENVID=QQ314159+2B1");
        CHECK(said.parameters.ret == ReturnedPart::headers);
        CHECK(said.parameters.envid == "QQ314159+2B1");
        CHECK(parse_as<MailFrom>("MAIL FROM:<> RET=FULL").parameters.ret == ReturnedPart::full);
        CHECK(parse_as<MailFrom>("MAIL FROM:<> ENVID=" + std::string(100, 'x'))
                  .parameters.envid.size() == 100);
        const std::string too_long = "ENVID=" + std::string(101, 'x');
        for (const char* parameters : {"RET",
                                       "RET=",
                                       "RET=BODY",
                                       "RET=FULL RET=FULL",
                                       "ENVID",
                                       "ENVID=",
                                       "ENVID=a ENVID=b",
                                       "ENVID=a=b",
                                       "ENVID=a+2b", // capitals only
                                       "ENVID=a+4",
                                       "ENVID=a+0D+0ASubject:+20x", // no line may begin in a report
                                       "ENVID=a+00",
                                       "ENVID=a+E3+81+82",
                                       too_long.c_str()}) {
            CAPTURE(parameters);
            CHECK(reason_of("MAIL FROM:<> " + std::string{parameters}) == SmtpReason::bad_argument);
        }
    }

    TEST_CASE("RFC 6533 section 3: ORCPT of type utf-8 escaped, or as it is and then with SMTPUTF8")
    {
        const std::string rcpt = "RCPT TO:<taro@umi.example> ORCPT=";
        const auto orcpt = [&](const std::string& value) {
            return parse_as<RcptTo>(rcpt + value).parameters.orcpt;
        };
        const std::string escaped = "utf-8;\\x{6D77}\\x{2B}1@umi.example";
        CHECK(orcpt(escaped) == escaped);
        CHECK_FALSE(needs_smtputf8(escaped));
        CHECK(original_recipient(escaped) == escaped);
        for (const char* plain : {"utf-8;海@umi.example", "UTF-8;海\\x{2B}1@umi.example"}) {
            CHECK(orcpt(plain) == plain);
            CHECK(needs_smtputf8(plain));
            CHECK(original_recipient(plain) == plain);
        }
        for (const char* wrong : {"rfc822;海@umi.example",
                                  "utf-8;海+2B@umi.example",
                                  "utf-8;海=@umi.example",
                                  "utf-8;\xE6\xB5@umi.example",
                                  "海;taro@umi.example"}) {
            CAPTURE(wrong);
            CHECK(reason_of(rcpt + wrong) == SmtpReason::bad_argument);
        }
    }

    TEST_CASE("RFC 3461 sections 4.1 and 4.2: NOTIFY and ORCPT, NEVER alone, each at most once")
    {
        const std::string rcpt = "RCPT TO:<taro@umi.example> ";
        const auto notify = [&](const std::string& value) {
            return parse_as<RcptTo>(rcpt + "NOTIFY=" + value).parameters.notify.value();
        };
        CHECK(notify("NEVER") == Notify{});
        CHECK(notify("success") == Notify{true, false, false});
        CHECK(notify("DELAY,FAILURE") == Notify{false, true, true});
        CHECK(notify("SUCCESS,FAILURE,DELAY") == Notify{true, true, true});
        CHECK(to_string(notify("DELAY,FAILURE")) == "FAILURE,DELAY");
        CHECK(to_string(notify("NEVER")) == "NEVER");
        CHECK_FALSE(parse_as<RcptTo>("RCPT TO:<a@b.example>").parameters.any());
        CHECK(parse_as<RcptTo>(rcpt + "ORCPT=rfc822;Taro+2BUmi@umi.example").parameters.orcpt ==
              "rfc822;Taro+2BUmi@umi.example");
        const std::string longest = "ORCPT=rfc822;" + std::string(493, 'x');
        CHECK(parse_as<RcptTo>(rcpt + longest).parameters.any());
        const std::string too_long = longest + "x";
        for (const char* parameters : {"NOTIFY",
                                       "NOTIFY=",
                                       "NOTIFY=NEVER,SUCCESS",
                                       "NOTIFY=SUCCESS,NEVER",
                                       "NOTIFY=SUCCESS,SUCCESS",
                                       "NOTIFY=SUCCESS,",
                                       "NOTIFY=,SUCCESS",
                                       "NOTIFY=ALWAYS",
                                       "NOTIFY=NEVER NOTIFY=NEVER",
                                       "ORCPT",
                                       "ORCPT=taro@umi.example",
                                       "ORCPT=;taro@umi.example",
                                       "ORCPT=rfc822;",
                                       "ORCPT=rfc 822;a",
                                       "ORCPT=rfc822;a+0Ab",
                                       "ORCPT=rfc822;a ORCPT=rfc822;a",
                                       too_long.c_str()}) {
            CAPTURE(parameters);
            CHECK(reason_of(rcpt + std::string{parameters}) == SmtpReason::bad_argument);
        }
        CHECK(original_recipient("rfc822;a+2Bb+40c") == "rfc822;a+b@c");
        CHECK(decode_xtext("a+2Bb+3Dc") == "a+b=c");
        CHECK_FALSE(decode_xtext("a+2").has_value());
        CHECK_FALSE(decode_xtext("a+0A").has_value());
    }

    TEST_CASE("AUTH: mechanism and initial response")
    {
        CHECK(parse_as<Auth>("AUTH PLAIN").mechanism == "PLAIN");
        CHECK_FALSE(parse_as<Auth>("AUTH PLAIN").initial_response);
        CHECK(parse_as<Auth>("auth scram-sha-256 =").initial_response == "=");
        CHECK(parse_as<Auth>("AUTH PLAIN AGEAYg==").initial_response == "AGEAYg==");
    }

    TEST_CASE("what may be a password is marked, however crooked the line")
    {
        CHECK(secret_of("AUTH PLAIN AGEAYg==") == "AGEAYg==");
        CHECK(secret_of("AUTH PLAIN AGEAYg== x") == "AGEAYg== x");
        CHECK(secret_of("AUTH  PLAIN AGEAYg==") == "PLAIN AGEAYg==");
        CHECK(secret_of("auth plain AGEAYg==") == "AGEAYg==");
        CHECK(secret_of("AUTH\tPLAIN\tAGEAYg==") == "\tPLAIN\tAGEAYg==");
        CHECK(secret_of("AUTHPLAIN AGEAYg==") == "PLAIN AGEAYg==");
        CHECK(secret_of("AUTH PLAIN AGE\x01") == "AGE\x01");
        CHECK(secret_of("AUTH PLAIN").empty());
        CHECK(secret_of("AUTH").empty());
        CHECK(secret_of("MAIL FROM:<a@b.example>").empty());
    }

    TEST_CASE("bare CR or LF, NUL, control and 8-bit octets have no effect")
    {
        for (const std::string_view line : {"NOOP\nQUIT"sv,
                                            "NOOP\rQUIT"sv,
                                            "NO\0OP"sv,
                                            "QUIT\0"sv,
                                            "MAIL FROM:<a@b.example>\nRSET"sv,
                                            "RCPT TO:<a@b.example>\x7f"sv,
                                            "NOOP \xff"sv,
                                            "VRFY \xe3\x81\x82"sv,
                                            "HELP \x1b[2J"sv}) {
            CAPTURE(std::string{line});
            CHECK(reason_of(line) == SmtpReason::bad_octet_in_command);
        }
    }

    TEST_CASE("addresses alone may hold UTF-8, and only well-formed")
    {
        CHECK_FALSE(parse_as<MailFrom>("MAIL FROM:<花子@a.example> SMTPUTF8").path.is_ascii);
        CHECK_FALSE(parse_as<RcptTo>("RCPT TO:<taro@例え.example>").path.is_ascii);
        CHECK(reason_of("MAIL FROM:<\xff@a.example>") == SmtpReason::bad_reverse_path);
        CHECK(reason_of("RCPT TO:<\xff@a.example>") == SmtpReason::bad_forward_path);
        CHECK(reason_of("MAIL FROM:<a@a.example> \xe3\x81\x82=1") == SmtpReason::bad_argument);
    }

    TEST_CASE("a line that starts an HTTP request is known as one")
    {
        for (const char* line :
             {"GET / HTTP/1.1", "POST /x HTTP/1.0", "CONNECT a:25 HTTP/1.1", "GET"})
            CHECK(reason_of(line) == SmtpReason::spoke_http);
        CHECK(reason_of("get /") == SmtpReason::unknown_command);
        CHECK(reason_of("GETX /") == SmtpReason::unknown_command);
    }

    TEST_CASE("any line whatever is a command or malformed, and its secret lies within it")
    {
        Rng rng = rng_stream(1, "command");
        const std::string_view alphabet = "MAILFROM:<>RCPTTO@.\"\\= []AUTH\0\r\n\xe3"sv;
        for (int round = 0; round < 20000; ++round) {
            static constexpr const char* starts[] = {
                "", "MAIL FROM:", "RCPT TO:<", "AUTH ", "EHLO ", "MAIL FROM:<a@b> "};
            std::string line = starts[rng.below(6)];
            const std::uint64_t size = rng.below(30);
            for (std::uint64_t i = 0; i < size; ++i)
                line += alphabet[rng.below(alphabet.size())];
            const ParsedCommand parsed = parse_command(line);
            CHECK(parsed.secret_offset + parsed.secret_size <= line.size());
            if (const auto* rcpt = std::get_if<RcptTo>(&parsed.command)) {
                const auto back = parse_mailbox(to_string(rcpt->path.mailbox));
                CHECK((back || rcpt->path.mailbox.domain.empty()));
                if (back) CHECK(*back == rcpt->path.mailbox);
            }
        }
    }
}
