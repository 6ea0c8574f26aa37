#include "sim/core/rng.h"
#include "sim/smtp/server_session.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace sim::smtp {

using namespace server;
using namespace std::string_literals;
using namespace std::string_view_literals;
using test::record;
using test::ServerPlay;

namespace {

ServerConfig mx()
{
    ServerConfig config = mx_config("mx.server.example");
    config.enforce_turns = false; // else every attack that does not wait would end at once
    return config;
}

const std::string smuggled = "MAIL FROM:<admin@server.example>\r\nRCPT TO:<taro@server.example>\r\n"
                             "DATA\r\nSubject: smuggled\r\n\r\nhello\r\n.\r\n";

// What a server makes of a text with `end` in it and a second mail behind that.
ServerPlay try_to_smuggle(ServerConfig config, std::string_view end)
{
    ServerPlay play{std::move(config)};
    play.become_transacting();
    play.lines({"DATA"});
    play.say("Subject: x\r\n\r\nhi" + std::string{end} + smuggled);
    return play;
}

constexpr std::array ends{"\n.\n"sv,
                          "\n.\r\n"sv,
                          "\r\n.\n"sv,
                          "\r.\r"sv,
                          "\r\n.\r"sv,
                          "\n.\r"sv,
                          "\r.\r\n"sv,
                          "\r.\n"sv,
                          "\r\r\n.\r\r\n"sv,
                          "\r\n.\r\r\n"sv,
                          "\r\n\0.\r\n"sv,
                          "\r\n.\0\r\n"sv,
                          "\r\n.\r\0\n"sv,
                          "\0\r\n.\n"sv,
                          "\n\0.\n"sv,
                          "\n.\0\n"sv};

} // namespace

TEST_SUITE("smtp.server_hostile")
{
    TEST_CASE("commands pipelined in the clear behind STARTTLS are never acted on under TLS")
    {
        for (const std::size_t split : {std::size_t{1}, std::size_t{10}, std::string::npos}) {
            ServerConfig config = mx();
            ServerPlay play{config};
            play.split = split;
            play.say("EHLO a\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x.example>\r\nRCPT");
            play.establish_tls();
            play.say(" TO:<taro@server.example>\r\n");
            CHECK(play.senders.empty());
            play.forget();
            CHECK(play.say("EHLO client.example\r\n").starts_with("250-"));
            CHECK(play.say("RCPT TO:<taro@server.example>\r\n").starts_with("503 "));
        }
    }

    TEST_CASE("smuggling at an MX: one 550 5.5.2 after the real end of data, never two messages")
    {
        for (const std::string_view end : ends) {
            CAPTURE(std::string{end});
            const ServerPlay play = try_to_smuggle(mx(), end);
            CHECK(play.messages.empty());
            CHECK(play.wire.starts_with("354 "));
            const std::string answer = play.wire.substr(play.wire.find('\n') + 1);
            CHECK(answer.starts_with("550 5.5.2 The message has a "));
            CHECK(std::ranges::count(answer, '\n') == 1);
            CHECK(play.session.phase() == SmtpPhase::ready);
        }
    }

    TEST_CASE("smuggling at submission: one message, without a bare CR, LF or NUL for the next hop")
    {
        for (const std::string_view end : ends) {
            CAPTURE(std::string{end});
            const ServerPlay play = try_to_smuggle(submission_config("mail.server.example"), end);
            const bool has_nul = end.find('\0') != std::string_view::npos;
            REQUIRE(play.messages.size() == (has_nul ? 0 : 1));
            if (has_nul) continue;
            CHECK(play.session.phase() == SmtpPhase::ready);
            std::string wire;
            append_data(play.messages[0].text, wire);
            for (std::size_t i = 0; i < wire.size(); ++i) {
                if (wire[i] == '\r') CHECK(wire.at(i + 1) == '\n');
                if (wire[i] == '\n') CHECK(wire.at(i - 1) == '\r');
            }
            // The next hop, whatever it is like, sees the end only at the end.
            for (const LineEnds line_ends : values_of<LineEnds>()) {
                TextDecoder decoder{line_ends, {}};
                CHECK(decoder.take(wire) == wire.size());
                CHECK(decoder.is_done());
            }
        }
    }

    TEST_CASE("smuggling at a server lenient as in 2022 works: that is the lesson")
    {
        ServerConfig config = mx();
        config.line_ends = LineEnds::lenient_2022;
        for (const std::string_view end : {"\n.\n"sv, "\n.\r\n"sv, "\r\n.\n"sv, "\r\n.\r\r\n"sv}) {
            CAPTURE(std::string{end});
            const ServerPlay play = try_to_smuggle(config, end);
            REQUIRE(play.messages.size() == 2);
            CHECK(play.messages[0].text == "Subject: x\r\n\r\nhi\r\n");
            CHECK(play.messages[1].envelope.sender == Mailbox{"admin", "server.example"});
            CHECK(play.messages[1].text == "Subject: smuggled\r\n\r\nhello\r\n");
        }
        // What no server of 2022 took for an end is none here either.
        CHECK(try_to_smuggle(config, "\r.\r").messages.size() == 1);
    }

    TEST_CASE("bare CR or LF, NUL and 8-bit octets in a command have no effect")
    {
        ServerPlay play{mx()};
        play.become_ready();
        for (const std::string_view line : {"MAIL FROM:<a@b.example>\nRSET"sv,
                                            "MAIL FROM:<a@b.example>\rRSET"sv,
                                            "MAIL FROM:<a@b.example>\0"sv,
                                            "MAIL FROM:<a@b.example>\x01"sv,
                                            "QUIT\n"sv,
                                            "\nQUIT"sv,
                                            "QU\0IT"sv,
                                            "NOOP \xe3\x81\x82"sv}) {
            CAPTURE(std::string{line});
            CHECK(play.lines({line}).starts_with("500 5.5.2 "));
        }
        CHECK(play.lines({"MAIL FROM:<\xff@b.example>"}).starts_with("501 5.1.7 "));
        CHECK(play.lines({"EHLO \xe3\x81\x82_.example"}).starts_with("501 5.5.4 "));
        CHECK(play.senders.empty());
        CHECK(play.session.phase() == SmtpPhase::ready);
    }

    TEST_CASE("a line that ends in LF alone gets one 500 at once, which names CR LF")
    {
        const std::string refusal = "500 5.5.2 End lines with CR LF, not with LF alone\r\n";
        for (const std::size_t split : {std::size_t{1}, std::size_t{3}, std::string_view::npos}) {
            ServerPlay play{mx()};
            play.split = split;
            play.take_wire();
            CHECK(play.say("EHLO client.example\n") == refusal);
            CHECK(play.commands().back().line == "EHLO client.example");
            CHECK(play.last_reason() == SmtpReason::line_without_cr);
            CHECK(play.say("NOOP\nNOOP\n") == refusal + refusal);
            CHECK(play.session.phase() == SmtpPhase::awaiting_hello);
            // What stands between it and the real end of the line is never run, and answered
            // already.
            CHECK(play.say("EHLO client.example\r\n").empty());
            CHECK(play.say("EHLO client.example\r\n").starts_with("250-"));
            CHECK(play.say("MAIL FROM:<a@b.example>\nRSET\r\n") == refusal);
            CHECK(play.senders.empty());
            CHECK(play.say("NOOP\r\n") == "250 2.0.0 Ok\r\n");
        }
        ServerPlay hasty{mx()};
        for (int i = 0; i < 19; ++i)
            hasty.say("HELP\n");
        CHECK(hasty.say("HELP\n") == refusal + "421 4.7.0 Too many errors, closing connection\r\n");
    }

    TEST_CASE("at submission EHLO takes whatever a PC is called; an MX wants a name or an address")
    {
        for (const char* name : {"my_pc", "HANAKO PC", "花子のPC", "-", "a,b"}) {
            CAPTURE(name);
            const std::string line = "EHLO "s + name;
            ServerPlay submission{submission_config("mail.server.example")};
            CHECK(submission.lines({line}).find("250-mail.server.example") != std::string::npos);
            ServerPlay relay{relay_config("mail.server.example")};
            CHECK(relay.lines({line}).find("250-mail.server.example") != std::string::npos);
            ServerPlay public_mx{mx()};
            public_mx.take_wire();
            CHECK(public_mx.lines({line}).starts_with("501 5.5.4 "));
        }
        ServerPlay nameless{submission_config("mail.server.example")};
        nameless.take_wire();
        CHECK(nameless.lines({"EHLO"}).starts_with("501 5.5.4 "));
        CHECK(nameless.lines({"EHLO a\x1b[31m"}).starts_with("500 5.5.2 "));
    }

    TEST_CASE("a non-ASCII address without SMTPUTF8: 553 5.6.7; with it, welcome")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.lines({"MAIL FROM:<花子@b.example>"}) ==
              "553 5.6.7 Non-ASCII addresses need SMTPUTF8\r\n");
        CHECK(play.lines({"MAIL FROM:<a@b.example>"}).starts_with("250 "));
        CHECK(play.lines({"RCPT TO:<太郎@server.example>"}).starts_with("553 5.6.7 "));
        CHECK(play.lines({"RSET", "MAIL FROM:<花子@b.example> SMTPUTF8 BODY=8BITMIME"})
                  .ends_with("250 2.1.0 Ok\r\n"));
        CHECK(play.senders.back().parameters.smtputf8);
        CHECK(play.senders.back().parameters.body == BodyType::eight_bit_mime);
        CHECK(play.lines({"RCPT TO:<太郎@server.example>"}) == "250 2.1.5 Ok\r\n");

        ServerConfig config = mx();
        config.extensions.smtputf8 = false;
        config.extensions.eight_bit_mime = false;
        config.extensions.size = false;
        ServerPlay without{config};
        without.become_ready();
        for (const char* parameter : {"SMTPUTF8", "BODY=8BITMIME", "BODY=7BIT", "SIZE=1"}) {
            CHECK(
                without.lines({"MAIL FROM:<a@b.example> "s + parameter}).starts_with("555 5.5.4 "));
        }
    }

    TEST_CASE("a long line: one reply, and the rest is never run; beyond 64 KiB 421 and close")
    {
        const std::string last_words = "500 5.5.2 Line too long\r\n"
                                       "421 4.7.0 Too much sent, closing connection\r\n";
        for (const std::size_t split : {std::size_t{1}, std::size_t{4000}}) {
            ServerPlay play{mx()};
            play.split = split;
            play.become_ready();
            CHECK(play.say(std::string(65'000, 'x') + "RSET").empty());
            CHECK(play.lines({"QUIT"}) == "500 5.5.2 Line too long\r\n");
            CHECK(play.lines({"NOOP"}) == "250 2.0.0 Ok\r\n");
            CHECK(play.say(std::string(64 * 1024 + 512, 'x')).empty());
            CHECK(play.say("x") == last_words);
            CHECK(play.closed);
            CHECK(play.most_memory < 300000);
            CHECK(play.commands().back().line.size() == 510); // what is kept of it
        }
        // The same when all of it comes at once.
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.lines({std::string(70'000, 'x')}) == last_words);
    }

    TEST_CASE("an unlimited text: bounded memory, one reply")
    {
        ServerConfig config = mx();
        config.limits.message_octets = 100000;
        ServerPlay play{config};
        play.become_transacting();
        play.lines({"DATA"});
        const std::string block(10000, 'x'); // one line of 40 MB
        int blocks = 0;
        while (!play.closed && blocks < 4000) {
            play.say(block);
            ++blocks;
        }
        CHECK(blocks < 20);
        CHECK(play.most_memory < 500000);
        CHECK(play.messages.empty());
        CHECK(play.closed);
    }

    TEST_CASE("a text or chunks far above SIZE: the reply, 421 and close, after 64 KiB more")
    {
        ServerConfig config = mx();
        config.limits.message_octets = 100'000;
        const std::string last_words = "552 5.3.4 Message size exceeds fixed limit\r\n"
                                       "421 4.7.0 Too much sent, closing connection\r\n";
        const std::string line = std::string(98, 'x') + "\r\n";
        ServerPlay text{config};
        text.become_transacting();
        text.lines({"DATA"});
        for (int i = 0; i < 1655; ++i)
            REQUIRE(text.say(line).empty());
        CHECK(text.say(line) == last_words);
        CHECK(text.closed);
        // A little too much is told behind the dot, and the session goes on.
        ServerPlay little{config};
        little.become_transacting();
        little.lines({"DATA"});
        for (int i = 0; i < 1100; ++i)
            little.say(line);
        CHECK(little.lines({"."}) == "552 5.3.4 Message size exceeds fixed limit\r\n");
        CHECK(little.lines({"NOOP"}) == "250 2.0.0 Ok\r\n");

        for (const char* bdat : {"BDAT 2000000000", "BDAT 2000000000 LAST"}) {
            ServerPlay chunk{config};
            chunk.become_transacting();
            chunk.lines({bdat});
            for (int i = 0; i < 1655; ++i)
                REQUIRE(chunk.say(line).empty());
            CHECK(chunk.say(line) == last_words);
            CHECK(chunk.closed);
        }
        ServerPlay for_nothing{config};
        for_nothing.become_ready();
        for_nothing.lines({"BDAT 2000000000"});
        for (int i = 0; i < 1655; ++i)
            REQUIRE(for_nothing.say(line).empty());
        CHECK(for_nothing.say(line) == "503 5.5.1 Bad sequence of commands\r\n"
                                       "421 4.7.0 Too much sent, closing connection\r\n");
    }

    TEST_CASE("endless commands and recipients without a message: 421 and close")
    {
        const std::string last_word =
            "421 4.7.0 Too many commands without a message, closing connection\r\n";
        ServerPlay play{mx()};
        play.become_ready();
        int taken = 0;
        while (play.lines({taken % 2 == 0 ? "NOOP" : "RSET"}) == "250 2.0.0 Ok\r\n")
            ++taken;
        CHECK(taken > 95); // of 100; the first few were EHLO and what goes with it
        CHECK(taken < 100);
        CHECK(play.wire.ends_with(last_word));
        CHECK(play.closed);

        ServerPlay many{mx()};
        many.become_ready();
        many.lines({"MAIL FROM:<a@b.example>"});
        for (int i = 0; i < 1000; ++i) {
            CHECK(many.lines({"RCPT TO:<taro@server.example>"}) ==
                  (i < 100 ? "250 2.1.5 Ok\r\n" : "452 4.5.3 Too many recipients\r\n"));
        }
        CHECK(many.lines({"RCPT TO:<taro@server.example>"}) == last_word);
        CHECK(many.most_memory < 100000);

        ServerPlay crumbs{mx()};
        crumbs.become_transacting();
        int chunks = 0;
        while (crumbs.say("BDAT 1\r\nx").starts_with("250 "))
            ++chunks;
        CHECK(chunks < 100);
        CHECK(crumbs.closed);

        // A message that was taken starts the count anew.
        ServerPlay honest{mx()};
        honest.become_ready();
        for (int i = 0; i < 200; ++i) {
            honest.lines({"MAIL FROM:<a@b.example>", "RCPT TO:<taro@server.example>", "DATA"});
            REQUIRE(honest.lines({"Hi", "."}).starts_with("250 "));
        }
        CHECK_FALSE(honest.closed);
    }

    TEST_CASE("what is sent ahead while a question is open is bounded too")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.holds_answers = true;
        play.say("MAIL FROM:<a@b.example>\r\n");
        const std::size_t room = play.session.input_room();
        CHECK(room == 256 * 1024);
        CHECK(play.say(std::string(room - 1, 'x')).empty());
        CHECK(play.session.input_room() == 1);
        CHECK(play.say("y").empty());
        CHECK(play.say("z") == "421 4.7.0 Too much sent without waiting, closing connection\r\n");
        CHECK(play.closed);
        CHECK(play.answer_held().empty());
    }

    TEST_CASE("a host that stays within the room is never cut off")
    {
        ServerConfig config = mx();
        config.limits.idle_commands = 30'000;
        ServerPlay play{config};
        play.become_ready();
        std::string group;
        for (int i = 0; i < 20000; ++i)
            group += "NOOP\r\n";
        play.holds_answers = true;
        play.say("MAIL FROM:<a@b.example>\r\n" + group);
        play.answer_held();
        CHECK_FALSE(play.closed);
        CHECK(std::ranges::count(play.wire, '\n') == 20001);
        CHECK(play.count_sends() == 1);
    }

    TEST_CASE("RST or half-close in the middle of DATA drops the transaction whole")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.lines({"DATA"});
        play.say("Subject: x\r\n\r\nhalf\r\n.\r");
        play.session.handle_end_of_stream(play.now);
        while (play.session.poll_output()) {
        }
        CHECK(play.messages.empty());
        CHECK(play.session.phase() == SmtpPhase::closed);
        CHECK(play.session.next_timeout() == never);
    }

    TEST_CASE("VRFY, EXPN and RCPT confirm nothing; after 20 unknown recipients 421 4.7.0")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.lines({"VRFY taro"}) == play.lines({"VRFY nobody"}));
        CHECK(play.lines({"EXPN taro"}) == play.lines({"EXPN nobody"}));
        play.lines({"MAIL FROM:<a@b.example>"});
        for (int i = 0; i < 19; ++i) {
            CHECK(play.lines({"RCPT TO:<nobody" + std::to_string(i) + "@server.example>"}) ==
                  "550 5.1.1 User unknown\r\n");
        }
        CHECK(play.lines({"RCPT TO:<taro@server.example>"}) == "250 2.1.5 Ok\r\n");
        CHECK(play.lines({"RCPT TO:<nobody@server.example>"}) ==
              "550 5.1.1 User unknown\r\n421 4.7.0 Too many unknown recipients\r\n");
        CHECK(play.closed);
        CHECK(play.last_reason() == SmtpReason::too_many_unknown_recipients);
    }

    TEST_CASE("a misdeed is remembered over STARTTLS and new transactions")
    {
        ServerPlay play{mx()};
        play.lines({"EHLO client.example"});
        for (int i = 0; i < 10; ++i)
            play.lines({"NONSENSE"});
        play.lines({"STARTTLS"});
        play.establish_tls();
        for (int i = 0; i < 10; ++i)
            play.lines({"NONSENSE"});
        CHECK(play.closed);
    }

    TEST_CASE("no octets whatever do harm, in any state, to any server")
    {
        static constexpr std::array words{"EHLO a.example\r\n"sv,
                                          "HELO a\r\n"sv,
                                          "MAIL FROM:<a@b.example>"sv,
                                          "RCPT TO:<taro@server.example>"sv,
                                          "RCPT TO:<nobody@server.example>\r\n"sv,
                                          "DATA\r\n"sv,
                                          "\r\n"sv,
                                          "\r\n.\r\n"sv,
                                          "\n"sv,
                                          "\r"sv,
                                          "."sv,
                                          "\0"sv,
                                          "\xff\x16\x03"sv,
                                          "RSET\r\n"sv,
                                          "NOOP\r\n"sv,
                                          "QUIT\r\n"sv,
                                          "STARTTLS\r\n"sv,
                                          "AUTH PLAIN"sv,
                                          "AUTH LOGIN\r\n"sv,
                                          " AGhhbmFrbwBzZWNyZXQ=\r\n"sv,
                                          "*\r\n"sv,
                                          " SIZE=10"sv,
                                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"sv};
        ServerConfig lenient = mx();
        lenient.line_ends = LineEnds::lenient_2022;
        lenient.mechanisms_in_clear = {"PLAIN", "LOGIN"};
        ServerConfig small = relay_config("mx.server.example");
        small.limits.command_line_octets = 60;
        small.limits.auth_line_octets = 70;
        small.limits.text_line_octets = 20;
        small.limits.message_octets = 100;
        small.mechanisms_in_clear = {"PLAIN", "LOGIN"};
        const std::array configs{mx(), lenient, small, submission_config("mail.server.example")};
        Rng rng = rng_stream(1, "server");
        for (int round = 0; round < 1500; ++round) {
            const ServerConfig& config = configs.at(rng.below(configs.size()));
            std::string octets = "EHLO a.example\r\n";
            const std::uint64_t count = rng.below(40);
            for (std::uint64_t i = 0; i < count; ++i)
                octets += words.at(rng.below(words.size()));
            const std::size_t split = 1 + rng.below(30);
            CAPTURE(octets);
            const auto run = [&](std::size_t pieces) {
                ServerPlay play{config};
                play.split = pieces;
                play.say(octets);
                if (play.tls_asked) play.establish_tls();
                play.say("\r\n.\r\nNOOP\r\n");
                play.pass(10min);
                CHECK(play.closed);
                CHECK(play.session.phase() == SmtpPhase::closed);
                CHECK(play.most_memory < 400000);
                return play;
            };
            const ServerPlay whole = run(std::string::npos);
            // Where TLS begins, what is dropped is told as it comes.
            const bool drops = std::ranges::any_of(whole.outputs, [](const Output& output) {
                return std::holds_alternative<BeginTls>(output);
            });
            if (!drops) CHECK((record(run(split)) == record(whole)));
        }
    }
}

} // namespace sim::smtp
