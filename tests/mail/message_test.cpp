#include "sim/core/base64.h"
#include "sim/mail/message.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace sim;
using namespace sim::mail;

namespace {

std::string eml(const std::string& file)
{
    std::ifstream in{HIKYAKU_SOURCE_DIR "/tests/mail/eml/" + file + ".eml", std::ios::binary};
    REQUIRE_MESSAGE(in, file);
    return {std::istreambuf_iterator<char>{in}, {}};
}

// What other people's mail had, see tests/mail/cases/README.md.
std::string test_case(const std::string& file)
{
    std::ifstream in{HIKYAKU_SOURCE_DIR "/tests/mail/cases/" + file + ".eml", std::ios::binary};
    REQUIRE_MESSAGE(in, file);
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string without(std::string message, std::string_view name)
{
    take_fields(message, name);
    return message;
}

std::string value_of(std::string_view message, std::string_view name)
{
    const auto field = find_field(message, name);
    return field ? field->value : "(none)";
}

// The text of header words as a mail program shows it: RFC 2047 decoded, folds gone.
std::string shown(std::string_view text)
{
    std::string unfolded;
    for (const char byte : text)
        if (byte != '\r' && byte != '\n') unfolded += byte;
    std::string result;
    bool after_word = false;
    for (std::size_t at = 0; at < unfolded.size();) {
        const std::size_t word = unfolded.find("=?UTF-8?B?", at);
        const std::string between = unfolded.substr(at, word - at);
        if (!after_word || between.find_first_not_of(' ') != std::string::npos) result += between;
        if (word == std::string::npos) break;
        const std::size_t end = unfolded.find("?=", word + 10);
        REQUIRE(end != std::string::npos);
        CHECK(end + 2 - word <= 75); // RFC 2047 §2
        const auto octets =
            decode_base64(std::string_view{unfolded}.substr(word + 10, end - word - 10));
        REQUIRE(octets);
        CHECK((static_cast<std::uint8_t>(octets->front()) & 0xc0U) != 0x80U); // a whole character
        result += *octets;
        after_word = true;
        at = end + 2;
    }
    return result;
}

Draft draft()
{
    return {.from = {"花子", "hanako@kumo.example"},
            .to = {{"", "taro@umi.example"}},
            .subject = "桜が咲きました",
            .text = "太郎さん\n\n桜が咲きました。\n.\n花子",
            .date = parse_iso_date("2026-04-01T09:00:00+09:00").value(),
            .message_id = "<1@hanako-pc.example>",
            .user_agent = "hikyaku"};
}

} // namespace

TEST_SUITE("mail.message reading")
{
    TEST_CASE("fields are found with their values, folds removed, and their places")
    {
        const std::string message =
            "From: a@b.example\r\nSubject: one\r\n two\r\n\tthree \r\nX:\r\n"
            "\r\nSubject: body\r\n";
        const Header header = parse_header(message);
        REQUIRE(header.fields.size() == 3);
        CHECK(header.fields[0] == HeaderField{"From", "a@b.example", 0, 19});
        CHECK(header.fields[1].value == "one two\tthree");
        CHECK(message.substr(header.fields[1].begin, 9) == "Subject: ");
        CHECK(message.substr(header.fields[1].end, 2) == "X:");
        CHECK(header.fields[2].value.empty());
        CHECK(message.substr(header.end) == "\r\nSubject: body\r\n");
        CHECK(message.substr(header.body) == "Subject: body\r\n");
        CHECK_FALSE(header.cut);
        CHECK(count_fields(message, "subject") == 1);
        CHECK(has_field(message, "FROM"));
        CHECK_FALSE(has_field(message, "Fro"));
    }

    TEST_CASE("a header ends before the first line that is no field")
    {
        const std::string message = eml("malformed-headers");
        const Header header = parse_header(message);
        CHECK(header.fields.size() == 2);
        CHECK(value_of(message, "To") == "taro@umi.example"); // "To :", RFC 5322 §4.5
        CHECK(message.substr(header.end).starts_with("this line is no field"));
        CHECK(header.body == header.end);
        CHECK_FALSE(has_field(message, "Bcc"));
        const std::string odd =
            "X-Empty:\r\nX-Latin: caf\xe9\r\nX-Colon::: many\r\n: no name\r\nA: 1\r\n";
        CHECK(value_of(odd, "X-Empty").empty());
        CHECK(value_of(odd, "X-Latin") == "caf\xe9");
        CHECK(value_of(odd, "X-Colon") == ":: many");
        CHECK_FALSE(has_field(odd, "A"));
    }

    TEST_CASE("body lines that look like Bcc stay in a message without an empty line")
    {
        for (const char* file : {"bcc-in-body", "text-only"}) {
            const std::string before = test_case(file);
            std::string after = before;
            CHECK(take_fields(after, "Bcc").empty());
            CHECK(take_fields(after, "Resent-Bcc").empty());
            CHECK(after == before);
        }
        CHECK(parse_header(test_case("text-only")).end == 0);
        CHECK(value_of(test_case("bcc-in-body"), "Message-ID") == "<1@k>");
    }

    TEST_CASE("a byte order mark and the From line of an mbox are in front of the message")
    {
        CHECK(preamble_size(test_case("bom")) == 3);
        CHECK(preamble_size(eml("byte-order-mark")) == 3);
        const std::string mbox = test_case("mbox-from");
        CHECK(mbox.substr(preamble_size(mbox)).starts_with("X-Mozilla-Status: 0001\r\n"));
        CHECK(preamble_size("\xEF\xBB\xBF"
                            "From a@b.example Wed Apr  1\nFrom: a\n") == 31);
        for (const char* text : {"", "From: a@b.example\r\n", "Fromage\r\n", " From a\r\n"})
            CHECK(preamble_size(text) == 0);
    }

    TEST_CASE("UTF-16 and NUL are no message")
    {
        using namespace std::string_literals;
        CHECK(fault_of_message("") == MessageFault::empty);
        CHECK(fault_of_message("\xFF\xFE"
                               "F\0r\0"s) == MessageFault::utf16);
        CHECK(fault_of_message("\xFE\xFF\0F\0r"s) == MessageFault::utf16);
        CHECK(fault_of_message("F\0r\0o\0m\0"s) == MessageFault::utf16);
        CHECK(fault_of_message("\0F\0r\0o\0m"s) == MessageFault::utf16);
        CHECK(fault_of_message("From: a\r\n\r\na\0b\r\n"s) == MessageFault::nul);
        for (const char* file : {"bom", "mbox-from", "iso-2022-jp", "sjis-subject", "text-only"})
            CHECK_MESSAGE(fault_of_message(test_case(file)) == std::nullopt, file);
    }

    TEST_CASE("a message may be all header, all body, or nothing")
    {
        const std::string header_only = eml("header-only");
        CHECK(parse_header(header_only).end == header_only.size());
        CHECK(parse_header(header_only).body == header_only.size());
        CHECK(parse_header(eml("body-only")).fields.empty());
        CHECK(parse_header(eml("body-only")).body == 2);
        CHECK(parse_header("").fields.empty());
        CHECK(parse_header("\n").body == 1);
        CHECK(value_of("A: 1", "a") == "1");
        CHECK(value_of(" folded from nowhere\r\nA: 1\r\n", "a") == "(none)");
        CHECK(value_of(eml("folded-headers"), "Subject") == "one two\tthree  four");
        CHECK(value_of(eml("lf-only"), "Message-ID") == "<lf@hanako-pc.example>");
    }

    TEST_CASE("a header that never ends is read up to a limit, and says so")
    {
        std::string many;
        for (std::size_t i = 0; i <= max_header_fields; ++i)
            many += "A: 1\r\n";
        CHECK(parse_header(many).cut);
        CHECK(parse_header(many).fields.size() == max_header_fields);
        const std::string big = "A: " + std::string(max_header_octets, 'x') + "\r\n\r\n";
        CHECK(parse_header(big).cut);
        // What must not leak or must be counted is found wherever it stands.
        CHECK(count_fields(many, "a") == max_header_fields + 1);
        CHECK_FALSE(has_field(without(many + "Bcc: x\r\n", "Bcc"), "Bcc"));
    }

    TEST_CASE("what a server has to know before it passes a message on")
    {
        CHECK_FALSE(has_8bit(eml("plain-ascii")));
        CHECK_FALSE(has_8bit(eml("iso-2022-jp")));
        CHECK(has_8bit(eml("utf8-8bit")));
        CHECK_FALSE(has_utf8_header(eml("utf8-8bit")));
        CHECK(has_utf8_header(eml("utf8-headers")));
        CHECK_FALSE(has_utf8_header(test_case("sjis-subject"))); // eight bits, but no UTF-8
        CHECK_FALSE(has_utf8_header(test_case("iso-2022-jp")));
        CHECK(longest_line(eml("long-line-998")) == 998);
        CHECK(longest_line("") == 0);
        CHECK(longest_line("abc\nde\r\n") == 3);
        CHECK(longest_line("a\rb\r\n") == 3);
        CHECK(count_fields(eml("received-thirty"), "Received") == 30);
        CHECK(has_bare_line_ends("a\n"));
        CHECK(has_bare_line_ends("a\r"));
        CHECK(has_bare_line_ends("a\r\r\n"));
        CHECK_FALSE(has_bare_line_ends("a\r\n\r\n"));
    }
}

TEST_SUITE("mail.message changing")
{
    TEST_CASE("a field in front changes nothing behind it")
    {
        for (const char* file : {"plain-ascii", "body-only", "header-only", "lf-only"}) {
            const std::string before = eml(file);
            const std::string after = prepend_field(before, "Received: from a\r\n by b");
            CHECK(after == "Received: from a\r\n by b\r\n" + before);
            CHECK(value_of(after, "received") == "from a by b");
        }
    }

    TEST_CASE("Bcc goes whole, wherever and however it is written; the body stays")
    {
        std::string removed = eml("bcc");
        const std::vector<std::string> taken = take_fields(removed, "Bcc");
        REQUIRE(taken.size() == 2);
        CHECK(taken[1] == "Bcc: d@umi.example");
        CHECK_FALSE(taken[0].ends_with("\n"));
        CHECK_FALSE(has_field(removed, "Bcc"));
        for (const char* address : {"a@umi", "b@umi", "c@umi", "d@umi"})
            CHECK_MESSAGE(removed.find(address) == std::string::npos, address);
        CHECK(removed.find("\r\n\r\nBcc: this is body\r\n") != std::string::npos);
        CHECK(removed.find("umi.example\r\nSubject: Bcc\r\nDate: ") != std::string::npos);

        CHECK(without(eml("plain-ascii"), "Bcc") == eml("plain-ascii"));
    }

    TEST_CASE("line ends become CR LF, each exactly one")
    {
        CHECK(normalise_line_ends("a\nb\rc\r\nd") == "a\r\nb\r\nc\r\nd");
        CHECK(normalise_line_ends("\r\r\n\n") == "\r\n\r\n\r\n");
        CHECK(normalise_line_ends("a\r") == "a\r\n");
        CHECK(normalise_line_ends("").empty());
        for (const char* file : {"lf-only", "mixed-line-ends", "ends-in-cr"}) {
            const std::string fixed = normalise_line_ends(eml(file));
            CHECK(has_bare_line_ends(eml(file)));
            CHECK_FALSE(has_bare_line_ends(fixed));
            CHECK(normalise_line_ends(fixed) == fixed);
        }
        for (const char* file : {"plain-ascii", "dot-lines", "shift-jis-8bit", "no-final-newline"})
            CHECK_MESSAGE(normalise_line_ends(eml(file)) == eml(file), file);
    }

    TEST_CASE("any octets: reading is bounded and changing keeps what it ought to")
    {
        Rng rng{7};
        constexpr std::string_view alphabet = "A:b \t\r\n\n\r\xe9.";
        for (int round = 0; round < 3000; ++round) {
            std::string message;
            for (auto size = rng.below(60); size > 0; --size)
                message += alphabet[rng.below(alphabet.size())];
            const Header header = parse_header(message);
            REQUIRE(header.end <= header.body);
            REQUIRE(header.body <= message.size());
            std::size_t before = 0;
            for (const HeaderField& field : header.fields) {
                REQUIRE(field.begin >= before);
                REQUIRE(field.end > field.begin);
                before = field.end;
                REQUIRE_FALSE(has_field(without(message, field.name), field.name));
            }
            REQUIRE(before <= header.end);
            REQUIRE_FALSE(has_bare_line_ends(normalise_line_ends(message)));
        }
    }
}

TEST_SUITE("mail.message writing")
{
    TEST_CASE("a Japanese mail has encoded header words and an 8-bit body")
    {
        const std::string message = compose(draft());
        CHECK(message == "From: =?UTF-8?B?6Iqx5a2Q?= <hanako@kumo.example>\r\n"
                         "To: taro@umi.example\r\n"
                         "Subject: =?UTF-8?B?5qGc44GM5ZKy44GN44G+44GX44Gf?=\r\n"
                         "Date: Wed, 01 Apr 2026 09:00:00 +0900\r\n"
                         "Message-ID: <1@hanako-pc.example>\r\n"
                         "User-Agent: hikyaku\r\n"
                         "MIME-Version: 1.0\r\n"
                         "Content-Type: text/plain; charset=UTF-8\r\n"
                         "Content-Transfer-Encoding: 8bit\r\n"
                         "\r\n"
                         "太郎さん\r\n\r\n桜が咲きました。\r\n.\r\n花子\r\n");
        CHECK_FALSE(has_8bit(message.substr(0, parse_header(message).end)));
    }

    TEST_CASE("the body is 7bit when it can be, Base64 when it has to be")
    {
        Draft plain = draft();
        plain.text = "Hello\n";
        CHECK(value_of(compose(plain), "Content-Transfer-Encoding") == "7bit");

        Draft base64 = draft();
        base64.encoding = BodyEncoding::as_base64;
        const std::string message = compose(base64);
        CHECK(value_of(message, "Content-Transfer-Encoding") == "base64");
        CHECK_FALSE(has_8bit(message));
        std::string text;
        for (const char byte : message.substr(parse_header(message).body))
            if (byte != '\r' && byte != '\n') text += byte;
        CHECK(decode_base64(text) == "太郎さん\r\n\r\n桜が咲きました。\r\n.\r\n花子\r\n");

        Draft long_line = draft();
        long_line.text = std::string(999, 'x');
        CHECK(value_of(compose(long_line), "Content-Transfer-Encoding") == "base64");
        CHECK(longest_line(compose(long_line)) <= 76);
        long_line.text = std::string(998, 'x');
        CHECK(value_of(compose(long_line), "Content-Transfer-Encoding") == "7bit");
        Draft nul = draft();
        nul.text = std::string("a\0b", 3);
        CHECK(value_of(compose(nul), "Content-Transfer-Encoding") == "base64");
        Draft nothing = draft();
        nothing.text = "";
        CHECK(compose(nothing).ends_with("\r\n\r\n"));
    }

    TEST_CASE("long Japanese subjects are cut between characters, in words of 75 octets at most")
    {
        std::string subject;
        for (int i = 0; i < 60; ++i) {
            subject += i % 3 == 0 ? "桜" : (i % 3 == 1 ? "a" : "𠮷");
            const std::string text = encode_header_text(subject, 9);
            CHECK(shown(text) == subject);
            CHECK(longest_line("Subject: " + text) <= 76);
            CHECK(longest_line(std::string(70, 'x') + encode_header_text(subject, 70)) <= 76);
        }
        // Octets that are no UTF-8 come through too.
        const std::string noise(200, '\xbf');
        CHECK(longest_line(encode_header_text(noise, 9)) <= 76);
    }

    TEST_CASE("ASCII subjects stay as they are, folded at spaces; what would be misread is encoded")
    {
        CHECK(encode_header_text("Hello", 9) == "Hello");
        CHECK(encode_header_text("", 9).empty());
        const std::string words = "The quick brown fox jumps over the lazy dog and comes back to "
                                  "jump over it again  and  again";
        const std::string text = encode_header_text(words, 9);
        CHECK(text.find("\r\n ") != std::string::npos);
        CHECK(shown(text) == words);
        CHECK(longest_line("Subject: " + text) <= 76);
        CHECK(shown(encode_header_text("=?UTF-8?B?IQ==?=", 9)) == "=?UTF-8?B?IQ==?=");
        const std::string long_word(2000, 'x');
        CHECK(shown(encode_header_text(long_word, 9)) == long_word);
    }

    TEST_CASE("names are quoted or encoded when they have to be")
    {
        CHECK(encode_mailbox({"", "a@b.example"}, 6) == "a@b.example");
        CHECK(encode_mailbox({"Hanako Yamada", "a@b.example"}, 6) == "Hanako Yamada <a@b.example>");
        CHECK(encode_mailbox({"Yamada, H.", "a@b.example"}, 6) == "\"Yamada, H.\" <a@b.example>");
        CHECK(encode_mailbox({"a\"b\\c", "a@b.example"}, 6) == "\"a\\\"b\\\\c\" <a@b.example>");
        CHECK(encode_mailbox({"花子", "a@b.example"}, 6) == "=?UTF-8?B?6Iqx5a2Q?= <a@b.example>");
    }

    TEST_CASE("many recipients are folded between addresses")
    {
        Draft many = draft();
        many.to.clear();
        for (int i = 0; i < 20; ++i)
            many.to.push_back({"山田太郎", "taro" + std::to_string(i) + "@umi.example"});
        many.cc = {{"", "a@umi.example"}, {"", "b@umi.example"}};
        const std::string message = compose(many);
        CHECK(longest_line(message.substr(0, parse_header(message).end)) <= 78);
        CHECK(value_of(message, "Cc") == "a@umi.example, b@umi.example");
        for (int i = 0; i < 20; ++i) {
            CHECK(value_of(message, "To").find("<taro" + std::to_string(i) + "@") !=
                  std::string::npos);
        }
    }

    TEST_CASE("no field can be smuggled in through a name, an address or the subject")
    {
        Draft evil = draft();
        evil.subject = "Hi\r\nBcc: victim@umi.example";
        evil.from.display_name = "Hanako\r\nX-Evil: 1";
        evil.to = {{"", "taro@umi.example>\r\n\r\nbody"}};
        evil.message_id = "<1@x>\r\nX-Evil: 2";
        evil.user_agent = "x\nX-Evil: 3";
        const std::string message = compose(evil);
        CHECK_FALSE(has_field(message, "Bcc"));
        CHECK_FALSE(has_field(message, "X-Evil"));
        CHECK(parse_header(message).fields.size() == 9);
        CHECK(value_of(message, "Subject") == "Hi  Bcc: victim@umi.example");
    }

    TEST_CASE("Message-IDs tell the time and differ")
    {
        Rng rng{1};
        const Instant at = parse_iso_date("2026-04-01T09:00:00+09:00").value();
        const std::string one = make_message_id(at, "hanako-pc.example", rng);
        CHECK(one.starts_with("<20260401000000."));
        CHECK(one.ends_with("@hanako-pc.example>"));
        CHECK(one != make_message_id(at, "hanako-pc.example", rng));
        Rng same{1};
        CHECK(one == make_message_id(at, "hanako-pc.example", same));
    }

    TEST_CASE("Received tells how the message came, RFC 5321 §4.4 and RFC 3848")
    {
        const ReceivedStamp stamp{.helo = "hanako-pc",
                                  .client_name = "dyn10.sakura.example",
                                  .client_address = "192.0.2.10",
                                  .by = "mail.kumo.example",
                                  .tls_version = "TLSv1.3",
                                  .tls_cipher = "TLS_AES_256_GCM_SHA384",
                                  .authenticated = true,
                                  .id = "4XBC7K2222",
                                  .recipient = "taro@umi.example",
                                  .at = parse_iso_date("2026-04-01T09:00:00+09:00").value()};
        CHECK(received_field(stamp) ==
              "Received: from hanako-pc (dyn10.sakura.example [192.0.2.10])\r\n"
              " (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n"
              " by mail.kumo.example with ESMTPSA id 4XBC7K2222\r\n"
              " for <taro@umi.example>;\r\n"
              " Wed, 01 Apr 2026 09:00:00 +0900");

        ReceivedStamp bare = stamp;
        bare.helo = "evil\r\nX: 1 (comment)";
        bare.client_name = "";
        bare.tls_version = "";
        bare.id = "";
        bare.recipient = "";
        bare.authenticated = false;
        CHECK(received_field(bare) == "Received: from evil??X:?1??comment? ([192.0.2.10])\r\n"
                                      " by mail.kumo.example with ESMTP;\r\n"
                                      " Wed, 01 Apr 2026 09:00:00 +0900");
        CHECK(find_field(received_field(stamp) + "\r\n\r\n", "received"));
    }

    TEST_CASE("the five ways of RFC 3848, and their UTF-8 sisters")
    {
        const auto type = [](bool extended, bool tls, bool auth, bool utf8) {
            return transmission_type({.extended = extended,
                                      .utf8 = utf8,
                                      .tls_version = tls ? "TLSv1.3" : "",
                                      .authenticated = auth});
        };
        CHECK(type(false, false, false, false) == "SMTP");
        CHECK(type(true, false, false, false) == "ESMTP");
        CHECK(type(true, true, false, false) == "ESMTPS");
        CHECK(type(true, false, true, false) == "ESMTPA");
        CHECK(type(true, true, true, false) == "ESMTPSA");
        CHECK(type(true, true, true, true) == "UTF8SMTPSA");
        CHECK(type(true, false, false, true) == "UTF8SMTP");
    }

    TEST_CASE("queue ids are ten letters and digits, and no two are alike")
    {
        QueueIds ids{Rng{1}};
        QueueIds same{Rng{1}};
        std::set<std::string> seen;
        for (int i = 0; i < 50'000; ++i) {
            const std::string id = ids.next();
            REQUIRE(id.size() == 10);
            REQUIRE(id.find_first_not_of("23456789BCDFGHJKLMNPQRSTVWXZ") == std::string::npos);
            REQUIRE(id == same.next());
            seen.insert(id);
        }
        CHECK(seen.size() == 50'000);
    }
}

TEST_SUITE("mail.message files")
{
    TEST_CASE("each real-world file still is what it is for")
    {
        const auto body = [](const std::string& file) {
            const std::string message = eml(file);
            return message.substr(parse_header(message).body);
        };
        CHECK(eml("plain-ascii").ends_with("bloom.\r\n"));
        CHECK(eml("iso-2022-jp").find("\x1b$B") != std::string::npos);
        CHECK(eml("shift-jis-8bit").find("\x95\\") != std::string::npos); // 表 ends in a backslash
        CHECK(eml("dot-lines").find("\r\n.\r\nQUIT\r\n") != std::string::npos);
        CHECK(eml("dot-lines").ends_with("\r\n\r\n."));
        CHECK(body("long-line-998").find("\r\n." + std::string(997, 'b') + "\r\n") !=
              std::string::npos);
        CHECK(eml("no-final-newline").ends_with("end"));
        CHECK(eml("ends-in-cr").ends_with("CR\r"));
        CHECK(eml("attachment-base64").size() > 65'000);
        CHECK_FALSE(has_bare_line_ends(eml("attachment-base64")));
        CHECK(body("attachment-japanese-name").find("=2E\r\n") != std::string::npos);
        CHECK(body("html-alternative").find("\r\n.dot\r\n") != std::string::npos);
        CHECK(eml("byte-order-mark")
                  .starts_with("\xef\xbb\xbf"
                               "From:"));
        CHECK(eml("mbox-from-line").starts_with("From hanako"));
        CHECK(eml("lf-only").find('\r') == std::string::npos);
        for (const char* smuggled : {"\n.\n", "\r.\r", "\r\n.\r", "\n.\r\n"})
            CHECK(eml("mixed-line-ends").find(smuggled) != std::string::npos);
        CHECK(body("empty-body").empty());
        CHECK(eml("empty-body").ends_with("\r\n\r\n"));
        CHECK_FALSE(eml("header-only").ends_with("\r\n\r\n"));
        CHECK(eml("body-only").starts_with("\r\n"));
        CHECK(eml("blank-lines-and-spaces").find("behind   \r\n\t\r\n \r\n-- \r\n") !=
              std::string::npos);
        CHECK(eml("folded-headers").find("\r\n \r\n four") != std::string::npos);
        for (const char* file : {"utf8-8bit",
                                 "utf8-headers",
                                 "dot-lines",
                                 "long-line-998",
                                 "malformed-headers",
                                 "received-thirty",
                                 "blank-lines-and-spaces"})
            CHECK_MESSAGE(!has_bare_line_ends(eml(file)), file);
    }
}
