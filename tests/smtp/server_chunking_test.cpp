// CHUNKING: BDAT as RFC 3030 §2 has it, and what a server does with a client that gets it wrong.
#include "sim/core/rng.h"
#include "sim/smtp/server_session.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sim::smtp {

using test::record;
using test::ServerPlay;

namespace {

ServerConfig mx()
{
    return mx_config("mx.server.example");
}

std::string bdat(std::string_view octets, bool last = false)
{
    std::string line = "BDAT " + std::to_string(octets.size());
    if (last) line += " LAST";
    line += "\r\n";
    line += octets;
    return line;
}

std::string take(const std::string& chunks, ServerConfig config = mx())
{
    ServerPlay play{std::move(config)};
    play.become_transacting();
    play.say(chunks);
    return play.messages.empty() ? "(none)" : play.messages.front().text;
}

constexpr std::string_view in_step = "250 2.0.0 Ok\r\n"; // to NOOP

} // namespace

TEST_SUITE("smtp.server_chunking")
{
    TEST_CASE("RFC 3030 section 4.1: a message in one chunk")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        const std::string text =
            "To: Susan\r\nSubject: x\r\n\r\n.dot\r\n.\r\nno dot is special\r\n";
        CHECK(play.say(bdat(text, true)) == "250 2.0.0 Message accepted\r\n");
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].text == text);
        CHECK(play.messages[0].envelope.recipients.size() == 1);
        CHECK(play.session.phase() == SmtpPhase::ready);
    }

    TEST_CASE("RFC 3030 section 4.2: pipelined chunks, each with a reply of its own, in order")
    {
        ServerPlay play{mx()};
        play.become_ready();
        const std::string group = "MAIL FROM:<hanako@client.example>\r\n"
                                  "RCPT TO:<taro@server.example>\r\n" +
                                  bdat("Subject: x\r") + bdat("\n\r\nfirst ") +
                                  bdat("second\r\n", true) + "NOOP\r\n";
        CHECK(play.say(group) == "250 2.1.0 Ok\r\n"
                                 "250 2.1.5 Ok\r\n"
                                 "250 2.0.0 11 octets received\r\n"
                                 "250 2.0.0 9 octets received\r\n"
                                 "250 2.0.0 Message accepted\r\n"
                                 "250 2.0.0 Ok\r\n");
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].text == "Subject: x\r\n\r\nfirst second\r\n");
    }

    TEST_CASE("BDAT is binary-exact: commands, dots and a missing last CR LF are only octets")
    {
        for (const char* text : {"\r\n.\r\nMAIL FROM:<evil@x.example>\r\nDATA\r\n",
                                 "QUIT\r\n",
                                 "BDAT 5 LAST\r\nabc\r\n",
                                 "no end of line",
                                 "..\r\n",
                                 "\xE9\xA3\x9B\xE8\x84\x9A \xFF\r\n"}) {
            CAPTURE(text);
            CHECK(take(bdat(text, true)) == text);
        }
    }

    TEST_CASE("BDAT 0 LAST ends a message")
    {
        CHECK(take(bdat("Subject: x\r\n\r\nHi\r\n") + bdat("", true)) ==
              "Subject: x\r\n\r\nHi\r\n");
        CHECK(take(bdat("", true)).empty());
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.say("BDAT 0\r\n") == "250 2.0.0 0 octets received\r\n");
        CHECK(play.say("BDAT 0 LAST\r\n") == "250 2.0.0 Message accepted\r\n");
    }

    TEST_CASE("BDAT before RCPT: its octets are swallowed, then 503 5.5.1")
    {
        const std::string chunk = bdat("RCPT TO:<taro@server.example>\r\nDATA\r\nQUIT\r\n", true);
        ServerPlay play{mx()};
        play.take_wire();
        CHECK(play.say(chunk) == "503 5.5.1 Bad sequence of commands\r\n"); // before EHLO
        CHECK(play.say("NOOP\r\n") == in_step);
        play.say("EHLO client.example\r\n");
        CHECK(play.say(chunk) == "503 5.5.1 Bad sequence of commands\r\n"); // before MAIL
        CHECK(play.say("NOOP\r\n") == in_step);
        play.say("MAIL FROM:<hanako@client.example>\r\n");
        CHECK(play.say(chunk) == "503 5.5.1 No valid recipients\r\n");
        CHECK(play.say("NOOP\r\n") == in_step);
        play.say("RCPT TO:<nobody@server.example>\r\n");
        CHECK(play.say(chunk) == "503 5.5.1 No valid recipients\r\n");
        // The transaction is still good.
        CHECK(play.say("RCPT TO:<taro@server.example>\r\n") == "250 2.1.5 Ok\r\n");
        CHECK(play.say(bdat("Hi\r\n", true)) == "250 2.0.0 Message accepted\r\n");
        CHECK(play.messages.size() == 1);
        // And after LAST there is no transaction any more.
        CHECK(play.say(chunk) == "503 5.5.1 Bad sequence of commands\r\n");
        CHECK(play.say("NOOP\r\n") == in_step);
    }

    TEST_CASE("DATA after BDAT 503 5.5.1, and so is RCPT or MAIL; RSET begins anew")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.say(bdat("Subject: lost\r\n"));
        for (const char* line :
             {"DATA\r\n", "RCPT TO:<a@server.example>\r\n", "MAIL FROM:<a@b.example>\r\n"})
            CHECK(play.say(line) == "503 5.5.1 Bad sequence of commands\r\n");
        CHECK(play.say("RSET\r\n") == in_step);
        play.say("MAIL FROM:<hanako@client.example>\r\nRCPT TO:<taro@server.example>\r\n");
        CHECK(play.say("DATA\r\n").starts_with("354 "));
        CHECK(play.say("Subject: kept\r\n.\r\n") == "250 2.0.0 Message accepted\r\n");
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].text == "Subject: kept\r\n");
    }

    TEST_CASE("a BDAT size that is negative, absurd or no number: 501 5.5.4 at once")
    {
        for (const char* line : {"BDAT -1",
                                 "BDAT -1 LAST",
                                 "BDAT 99999999999999999999",
                                 "BDAT 4294967296 LAST",
                                 "BDAT ten",
                                 "BDAT",
                                 "BDAT 5 LATER"}) {
            CAPTURE(line);
            ServerPlay play{mx()};
            play.become_transacting();
            CHECK(play.lines({line}) == "501 5.5.4 Syntax error in parameters or arguments\r\n");
            CHECK(play.say("NOOP\r\n") == in_step);
            // RFC 3030 section 2: the state is indeterminate, so nothing but RSET goes on.
            CHECK(play.say("DATA\r\n").starts_with("503 5.5.1 "));
            CHECK(play.say(bdat("QUIT\r\n", true)).starts_with("503 5.5.1 "));
            CHECK(play.say("MAIL FROM:<a@b.example>\r\n").starts_with("503 5.5.1 "));
            CHECK(play.say("RSET\r\n") == in_step);
            CHECK(play.say("MAIL FROM:<a@b.example>\r\n") == "250 2.1.0 Ok\r\n");
            CHECK(play.messages.empty());
        }
    }

    TEST_CASE("BDAT: the size limit is measured, whatever SIZE= declared")
    {
        ServerConfig config = mx();
        config.limits.message_octets = 1000;
        ServerPlay play{config};
        play.become_ready();
        play.say("MAIL FROM:<a@b.example> SIZE=10\r\nRCPT TO:<taro@server.example>\r\n");
        CHECK(play.say(bdat(std::string(1000, 'x'))) == "250 2.0.0 1000 octets received\r\n");
        CHECK(play.say(bdat("y")) == "552 5.3.4 Message size exceeds fixed limit\r\n");
        CHECK(play.say(bdat("QUIT\r\n", true)).starts_with("503 5.5.1 ")); // swallowed
        CHECK(play.say("NOOP\r\n") == in_step);
        CHECK(play.messages.empty());
        CHECK(play.say("RSET\r\n") == in_step);
        play.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<taro@server.example>\r\n");
        CHECK(play.say(bdat(std::string(5000, 'x'), true)) ==
              "552 5.3.4 Message size exceeds fixed limit\r\n");
        CHECK(play.session.phase() == SmtpPhase::ready);
        CHECK(play.most_memory < 10000);
    }

    TEST_CASE("BDAT at an MX: a bare CR, bare LF or NUL is refused once, 550 5.5.2, at the end")
    {
        for (const std::string_view text :
             {std::string_view{"Subject: x\n\nHi\r\n"},
              std::string_view{"Hi\r\n.\rMAIL\r\n"},
              std::string_view{"Hi\r\n.\nMAIL FROM:<x@y.example>\r\n"},
              std::string_view{"Hi\r"},
              std::string_view{"\nHi\r\n"},
              std::string_view{"nul\0nul\r\n", 9}}) {
            ServerPlay play{mx()};
            play.become_transacting();
            CHECK(play.say(bdat(text)).starts_with("250 2.0.0 "));
            CHECK(play.say(bdat("", true)).starts_with("550 5.5.2 "));
            CHECK(play.session.phase() == SmtpPhase::ready);
            CHECK(play.messages.empty());
            CHECK(play.say("NOOP\r\n") == in_step);
        }
        // CR LF cut between two chunks is a good one.
        CHECK(take(bdat("Hi\r") + bdat("\n", true)) == "Hi\r\n");
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.say(bdat(std::string(8193, 'x') + "\r\n", true)).starts_with("500 5.5.2 "));
    }

    TEST_CASE("BDAT at submission: line ends are made CR LF before the message goes on")
    {
        CHECK(take(bdat("a\nb\rc\r\n.\nd", true), relay_config("relay.server.example")) ==
              "a\r\nb\r\nc\r\n.\r\nd");
        CHECK(take(bdat("a\r") + bdat("\nb\r") + bdat("c\r\n", true),
                   relay_config("relay.server.example")) == "a\r\nb\r\nc\r\n");
    }

    TEST_CASE("BDAT after HELO or where it is not offered")
    {
        ServerPlay play{mx()};
        play.take_wire();
        play.say("HELO client.example\r\n");
        play.say("MAIL FROM:<a@b.example>\r\n"
                 "RCPT TO:<taro@server.example>\r\n");
        CHECK(play.say(bdat("QUIT\r\n", true)) == "503 5.5.1 Extensions need EHLO first\r\n");
        CHECK(play.say("NOOP\r\n") == in_step);

        ServerConfig without = mx();
        without.extensions.chunking = false;
        ServerPlay old{without};
        old.become_transacting();
        CHECK(old.say("BDAT 0 LAST\r\n") == "502 5.5.1 Command not implemented\r\n");
    }

    TEST_CASE("BODY=BINARYMIME is not offered and not taken")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.say("MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n").starts_with("501 5.5.4 "));
    }

    TEST_CASE("a chunk that never comes: five minutes of silence, then 421; an hour in all")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.say("BDAT 100 LAST\r\nabc");
        play.pass(5min);
        CHECK(play.take_wire().starts_with("421 4.4.2 "));
        CHECK(play.closed);

        ServerPlay slow{mx()};
        slow.become_transacting();
        slow.say("BDAT 1000\r\n");
        for (int minute = 0; minute < 59 && !slow.closed; ++minute) {
            slow.pass(1min);
            slow.say("x");
        }
        CHECK_FALSE(slow.closed);
        slow.pass(1min);
        CHECK(slow.closed);
        CHECK(slow.messages.empty());
    }

    TEST_CASE("a client that hangs up within a chunk leaves nothing behind")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.say("BDAT 10 LAST\r\n123456789");
        play.session.handle_end_of_stream(play.now);
        play.say("");
        CHECK(play.messages.empty());
        CHECK(play.session.phase() == SmtpPhase::closed);
    }

    TEST_CASE("chunks give the same outputs however their bytes are split")
    {
        const std::string talk = "MAIL FROM:<hanako@client.example>\r\n"
                                 "RCPT TO:<taro@server.example>\r\n" +
                                 bdat("Subject: x\r\n\r") + bdat("\n.\r\n") +
                                 bdat("end\r\n", true) + bdat("NOOP\r\n") + "BDAT -1\r\nNOOP\r\n" +
                                 "MAIL FROM:<>\r\nRCPT TO:<taro@server.example>\r\nBDAT x\r\n" +
                                 bdat("QUIT\r\n", true) + "RSET\r\n";
        ServerPlay whole{relay_config("relay.server.example")};
        whole.become_ready();
        whole.say(talk);
        CHECK(whole.messages.size() == 1);
        for (const std::size_t split : {1UL, 2UL, 3UL, 7UL, 50UL}) {
            ServerPlay pieces{relay_config("relay.server.example")};
            pieces.become_ready();
            pieces.split = split;
            pieces.say(talk);
            CHECK(record(pieces) == record(whole));
        }
    }

    TEST_CASE("a thousand random messages in random chunks arrive octet for octet, always in step")
    {
        Rng rng{3030};
        for (int round = 0; round < 1000; ++round) {
            ServerPlay play{mx()};
            play.become_transacting();
            std::string sent;
            const std::uint64_t chunks = 1 + rng.below(5);
            for (std::uint64_t i = 0; i < chunks; ++i) {
                std::string octets;
                const std::uint64_t size = rng.below(40);
                for (std::uint64_t k = 0; k < size; ++k) {
                    const std::uint64_t kind = rng.below(8);
                    octets += kind == 0 ? "\r\n" : kind == 1 ? "." : "QUIT";
                }
                sent += octets;
                const std::string reply = play.say(bdat(octets, i + 1 == chunks));
                CHECK(reply.starts_with("250 2.0.0 "));
            }
            REQUIRE(play.messages.size() == 1);
            CHECK(play.messages[0].text == sent);
            CHECK(play.say("NOOP\r\n") == in_step);
        }
    }
}

} // namespace sim::smtp
