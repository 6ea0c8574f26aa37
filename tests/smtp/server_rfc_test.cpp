// The examples that RFCs print, played against our server. What a server may word as it likes is
// compared by its codes.
#include "sim/smtp/server_session.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sim::smtp {

using namespace server;
using test::ServerPlay;

namespace {

// The codes of the replies, each once: "250 354".
std::string codes(std::string_view wire)
{
    std::string result;
    while (!wire.empty()) {
        const std::size_t end = wire.find("\r\n") + 2;
        if (wire.at(3) == ' ') (result += result.empty() ? "" : " ") += wire.substr(0, 3);
        wire.remove_prefix(end);
    }
    return result;
}

ServerConfig named(const char* name)
{
    return relay_config(name); // no turns enforced: the examples group as they like
}

// A host that knows everyone but Green, as the RFC's does.
class Example : public ServerPlay {
public:
    using ServerPlay::ServerPlay;
    std::string answer(std::string_view line) { return codes(lines({line})); }
};

} // namespace

TEST_SUITE("smtp.server_rfc")
{
    TEST_CASE("RFC 5321 D.1: a typical SMTP transaction")
    {
        Example play{named("server.example")};
        CHECK(codes(play.take_wire()) == "220");
        CHECK(play.answer("EHLO bar.example") == "250");
        CHECK(play.answer("MAIL FROM:<Smith@bar.example>") == "250");
        CHECK(play.answer("RCPT TO:<Jones@server.example>") == "250");
        CHECK(play.answer("RCPT TO:<nobody-Green@server.example>") == "550");
        CHECK(play.answer("RCPT TO:<Brown@server.example>") == "250");
        CHECK(play.answer("DATA") == "354");
        CHECK(play.lines({"Blah blah blah...", "...etc. etc. etc."}).empty());
        CHECK(play.answer(".") == "250");
        CHECK(play.answer("QUIT") == "221");
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].envelope.recipients ==
              std::vector<Mailbox>{{"Jones", "server.example"}, {"Brown", "server.example"}});
        CHECK(play.messages[0].text == "Blah blah blah...\r\n..etc. etc. etc.\r\n");
    }

    TEST_CASE("RFC 5321 D.2: an aborted transaction")
    {
        Example play{named("server.example")};
        play.take_wire();
        CHECK(play.answer("EHLO bar.example") == "250");
        CHECK(play.answer("MAIL FROM:<Smith@bar.example>") == "250");
        CHECK(play.answer("RCPT TO:<Jones@server.example>") == "250");
        CHECK(play.answer("RCPT TO:<nobody-Green@server.example>") == "550");
        CHECK(play.answer("RSET") == "250");
        CHECK(play.answer("QUIT") == "221");
        CHECK(play.messages.empty());
    }

    TEST_CASE("RFC 5321 D.3: relayed mail, each hop a transaction of its own")
    {
        Example first{named("server.example")};
        first.take_wire();
        CHECK(first.answer("EHLO bar.example") == "250");
        CHECK(first.answer("MAIL FROM:<JQP@bar.example>") == "250");
        CHECK(first.answer("RCPT TO:<Jones@server.example>") == "250");
        CHECK(first.answer("DATA") == "354");
        first.lines({"Date: Thu, 21 May 1998 05:33:29 -0700",
                     "From: John Q. Public <JQP@bar.example>",
                     "Subject: The Next Meeting of the Board",
                     "To: Jones@server.example",
                     "",
                     "Bill:",
                     "The next meeting of the board of directors will be",
                     "on Tuesday.",
                     "                         John."});
        CHECK(first.answer(".") == "250");
        CHECK(first.answer("QUIT") == "221");
        REQUIRE(first.messages.size() == 1);

        Example second{named("server.example")};
        second.take_wire();
        CHECK(second.answer("EHLO foo.example") == "250");
        CHECK(second.answer("MAIL FROM:<JQP@bar.example>") == "250");
        CHECK(second.answer("RCPT TO:<Jones@server.example>") == "250");
        CHECK(second.answer("DATA") == "354");
        std::string wire;
        append_data("Received: from bar.example by foo.example ; Thu, 21 May 1998\r\n    05:33:29 "
                    "-0700\r\n" +
                        first.messages[0].text,
                    wire);
        CHECK(codes(second.say(wire)) == "250");
        CHECK(second.messages.at(0).text.ends_with(first.messages[0].text));
    }

    TEST_CASE("RFC 5321 D.4: verifying and sending")
    {
        Example play{named("server.example")};
        play.take_wire();
        CHECK(play.answer("EHLO bar.example") == "250");
        CHECK(play.answer("VRFY Crispin") == "252"); // where the RFC's server is more trusting
        CHECK(play.answer("MAIL FROM:<EAK@bar.example>") == "250");
        CHECK(play.answer("RCPT TO:<Admin.MRC@server.example>") == "250");
        CHECK(play.answer("DATA") == "354");
        CHECK(play.answer(".") == "250");
        CHECK(play.answer("QUIT") == "221");
    }

    TEST_CASE("RFC 1870 §6.3 and §8: declared sizes")
    {
        ServerConfig config = named("server.example");
        config.limits.message_octets = 1000000;
        Example play{config};
        play.take_wire();
        CHECK(play.lines({"EHLO ymir.example"}).find("250-SIZE 1000000\r\n") != std::string::npos);
        CHECK(play.answer("MAIL FROM:<ned@thor.example> SIZE=500000") == "250");
        CHECK(play.answer("RCPT TO:<ned@server.example>") == "250");
        CHECK(play.answer("RCPT TO:<full@server.example>") == "452");
        CHECK(play.answer("DATA") == "354");
        CHECK(play.answer(".") == "250");
        CHECK(play.answer("MAIL FROM:<ned@thor.example> SIZE=1000001") == "552");
        CHECK(play.answer("QUIT") == "221");
    }

    TEST_CASE("RFC 2920 §4: two groups instead of nine round trips")
    {
        Example play{named("server.example")};
        play.take_wire();
        play.lines({"EHLO dbc.example"});
        play.forget();
        CHECK(codes(play.say("MAIL FROM:<mrose@dbc.example>\r\nRCPT TO:<ned@server.example>\r\n"
                             "RCPT TO:<dan@server.example>\r\nRCPT TO:<kvc@server.example>\r\n"
                             "DATA\r\n")) == "250 250 250 250 354");
        CHECK(play.count_sends() == 1);
        CHECK(codes(play.say("Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n")) == "250 221");
        CHECK(play.count_sends() == 2);
        CHECK(play.closed);
    }

    TEST_CASE("RFC 2920 §4: a group of which nothing is accepted")
    {
        Example play{named("server.example")};
        play.take_wire();
        play.lines({"EHLO dbc.example"});
        CHECK(codes(play.say("MAIL FROM:<mrose@dbc.example>\r\nRCPT TO:<nobody1@server.example>\r\n"
                             "RCPT TO:<nobody2@server.example>\r\nDATA\r\n")) == "250 550 550 554");
        CHECK(codes(play.say("QUIT\r\n")) == "221");
    }

    TEST_CASE("RFC 2920: any grouping gives the same replies in the same order, flushed together")
    {
        const std::vector<std::string> lines{"MAIL FROM:<a@b.example>\r\n",
                                             "RCPT TO:<taro@server.example>\r\n",
                                             "RCPT TO:<nobody@server.example>\r\n",
                                             "RSET\r\n",
                                             "MAIL FROM:<a@b.example>\r\n",
                                             "RCPT TO:<taro@server.example>\r\n",
                                             "DATA\r\n"};
        std::string alone;
        for (unsigned grouping = 0; grouping < 1U << (lines.size() - 1); ++grouping) {
            ServerPlay play{mx_config("mx.server.example")};
            play.become_ready();
            std::size_t groups = 0;
            std::string group;
            for (std::size_t i = 0; i < lines.size(); ++i) {
                group += lines[i];
                if (i + 1 < lines.size() && (grouping >> i & 1U) != 0) continue;
                play.say(group);
                group.clear();
                ++groups;
            }
            CHECK(play.count_sends() == groups);
            if (grouping == 0) alone = play.wire;
            CHECK(play.wire == alone);
        }
        CHECK(codes(alone) == "250 250 550 250 250 250 354");
    }

    TEST_CASE("RFC 3207 §5: STARTTLS, then EHLO anew")
    {
        Example play{named("mail.imc.example")};
        play.take_wire();
        CHECK(play.lines({"EHLO mail.example.com"}).find("250-STARTTLS\r\n") != std::string::npos);
        CHECK(play.answer("STARTTLS") == "220");
        play.establish_tls();
        CHECK(play.lines({"EHLO mail.example.com"}).find("STARTTLS") == std::string::npos);
    }

    TEST_CASE("RFC 4954 §4.1: PLAIN with an initial response, under TLS")
    {
        Example play{submission_config("smtp.example.com")};
        CHECK(codes(play.take_wire()) == "220");
        CHECK(play.answer("EHLO client.example.com") == "250");
        CHECK(play.answer("STARTTLS") == "220");
        play.establish_tls();
        CHECK(play.answer("EHLO client.example.com") == "250");
        play.holds_answers = true;
        play.lines({"AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ="});
        using namespace std::string_literals;
        CHECK(play.outputs.back() == Output{AuthStart{"PLAIN", "test\0test\0001234"s}});
        play.session.handle_auth_result({AuthResult::Outcome::succeeded, "test"}, play.now);
        play.holds_answers = false;
        CHECK(codes(play.lines({"MAIL FROM:<hanako@client.example>"})) == "235 250");
    }

    TEST_CASE("RFC 4954 §4.1: an attempt to authenticate in the clear where that is not allowed")
    {
        Example play{submission_config("smtp.example.com")};
        play.take_wire();
        CHECK(play.answer("EHLO client.example.com") == "250");
        CHECK(play.answer("AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=") == "538");
    }

    TEST_CASE("RFC 4954 §4.1: a mechanism with a challenge, and one that is cancelled")
    {
        ServerConfig config = named("smtp.example.com");
        config.mechanisms_in_clear = {"CRAM-MD5"};
        Example play{config};
        play.take_wire();
        play.lines({"EHLO client.example.com"});
        play.holds_answers = true;
        play.lines({"AUTH CRAM-MD5"});
        play.session.handle_auth_challenge("<1896.697170952@postoffice.example.net>", play.now);
        CHECK(play.say("*\r\n") == "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UuZXhhbXBsZS5uZXQ+\r\n"
                                   "501 5.7.0 Authentication cancelled\r\n");
    }
}

} // namespace sim::smtp
