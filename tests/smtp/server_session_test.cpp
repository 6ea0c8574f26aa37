#include "sim/smtp/server_session.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sim::smtp {

using namespace server;
using test::Record;
using test::record;
using test::ServerPlay;

namespace {

ServerConfig mx()
{
    return mx_config("mx.server.example");
}

std::string repeat(std::string_view text, int times)
{
    std::string result;
    for (int i = 0; i < times; ++i)
        result += text;
    return result;
}

} // namespace

TEST_SUITE("smtp.server_session")
{
    TEST_CASE("connect: 220 with name and ESMTP")
    {
        ServerPlay play{mx()};
        CHECK(play.take_wire() == "220 mx.server.example ESMTP\r\n");
        CHECK(play.session.phase() == SmtpPhase::awaiting_hello);
        CHECK(play.last_reason() == SmtpReason::greeting);
        CHECK(play.replies().back().to == SmtpVerb::none);
    }

    TEST_CASE("connect: one that is not welcome is told why and left")
    {
        const auto config = std::make_shared<const ServerConfig>(mx());
        const auto greeting = [&](Judgement refusal) {
            ServerSession session{config};
            session.handle_connected({}, false, std::move(refusal));
            std::string wire;
            bool closed = false;
            while (auto output = session.poll_output()) {
                if (const auto* sent = std::get_if<SendBytes>(&*output)) wire += sent->bytes;
                closed = std::holds_alternative<CloseConnection>(*output);
            }
            CHECK(closed);
            CHECK(session.phase() == SmtpPhase::closed);
            return wire;
        };
        CHECK(greeting({SmtpReason::refused_by_policy, "Listed by dnsbl.example"}) ==
              "554 5.7.1 Listed by dnsbl.example\r\n");
        CHECK(greeting({SmtpReason::overloaded}) == "421 4.3.2 Too busy, try again later\r\n");
        CHECK(greeting({SmtpReason::overloaded, "Too many connections", 421, {4, 7, 0}}) ==
              "421 4.7.0 Too many connections\r\n");
    }

    TEST_CASE("connect: a client that talks before the greeting gets 554 5.5.0")
    {
        ServerConfig config = mx();
        config.greeting_delay = 3s;
        ServerPlay early{config};
        CHECK(early.wire.empty());
        CHECK(early.say("E") == "554 5.5.0 You must wait for my reply before you go on\r\n");
        CHECK(early.closed);
        CHECK(early.last_reason() == SmtpReason::talked_out_of_turn);

        ServerPlay patient{config};
        patient.pass(2s);
        CHECK(patient.wire.empty());
        patient.pass(1s);
        CHECK(patient.take_wire() == "220 mx.server.example ESMTP\r\n");
        CHECK(patient.say("EHLO a\r\n").starts_with("250"));
    }

    TEST_CASE("a client that goes on behind EHLO or DATA out of turn gets 554 5.5.0 at an MX")
    {
        for (const std::string_view start : {"EHLO a.example\r\n", "HELO a.example\r\n"}) {
            ServerPlay play{mx()};
            play.take_wire();
            CHECK(play.say(std::string{start} + "MAIL FROM:<a@b.example>\r\n") ==
                  "554 5.5.0 You must wait for my reply before you go on\r\n");
            CHECK(play.closed);
            CHECK(play.senders.empty());
        }
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.say("DATA\r\nSubject: x\r\n").starts_with("554 5.5.0"));
        CHECK(play.closed);
        CHECK(play.messages.empty());
    }

    TEST_CASE("a line that starts an HTTP request: 221 2.7.0 and close")
    {
        ServerPlay play{mx()};
        play.take_wire();
        CHECK(play.say("POST / HTTP/1.1\r\nHost: mx\r\n\r\nMAIL FROM:<a@b.example>\r\n") ==
              "221 2.7.0 This is a mail server, not a web server\r\n");
        CHECK(play.closed);
        CHECK(play.last_reason() == SmtpReason::spoke_http);
    }

    TEST_CASE("a TLS handshake on a port that begins in the clear is seen for what it is")
    {
        for (const std::size_t split : {std::size_t{1}, std::string::npos}) {
            ServerPlay play{mx()};
            play.take_wire();
            play.split = split;
            CHECK(play.say(std::string_view{"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11}) ==
                  "554 5.5.0 TLS begins with STARTTLS here\r\n");
            CHECK(play.closed);
            const bool told = std::ranges::any_of(play.outputs, [](const Output& output) {
                return output == Output{ProblemSeen{SmtpProblem::spoke_tls_to_smtp_port, {}}};
            });
            CHECK(told);
        }
        ServerPlay play{mx()};
        play.take_wire();
        CHECK(play.say("\x16\r\n").starts_with("500 5.5.2"));
    }

    TEST_CASE("EHLO: multiline, only what works in this state")
    {
        ServerPlay clear{mx()};
        clear.take_wire();
        CHECK(clear.say("EHLO client.example\r\n") == "250-mx.server.example\r\n"
                                                      "250-PIPELINING\r\n"
                                                      "250-SIZE 10485760\r\n"
                                                      "250-STARTTLS\r\n"
                                                      "250-ENHANCEDSTATUSCODES\r\n"
                                                      "250-8BITMIME\r\n"
                                                      "250-SMTPUTF8\r\n"
                                                      "250-CHUNKING\r\n"
                                                      "250 DSN\r\n");
        clear.say("STARTTLS\r\n");
        clear.establish_tls();
        CHECK(clear.say("EHLO client.example\r\n") == "250-mx.server.example\r\n"
                                                      "250-PIPELINING\r\n"
                                                      "250-SIZE 10485760\r\n"
                                                      "250-ENHANCEDSTATUSCODES\r\n"
                                                      "250-8BITMIME\r\n"
                                                      "250-SMTPUTF8\r\n"
                                                      "250-CHUNKING\r\n"
                                                      "250 DSN\r\n");
        ServerConfig bare = mx();
        bare.tls = TlsUse::absent;
        bare.extensions = {false, false, false, false, false, false, false};
        ServerPlay play{bare};
        play.take_wire();
        CHECK(play.say("EHLO client.example\r\n") == "250 mx.server.example\r\n");
        CHECK(play.say("NOOP\r\n") == "250 Ok\r\n");
    }

    TEST_CASE("a second EHLO resets the transaction")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.say("EHLO client.example\r\n").starts_with("250-"));
        CHECK(play.session.phase() == SmtpPhase::ready);
        CHECK(play.say("RCPT TO:<taro@server.example>\r\n") ==
              "503 5.5.1 Bad sequence of commands\r\n");
    }

    TEST_CASE("EHLO without argument, or with what is no domain or address literal: 501 5.5.4")
    {
        ServerPlay play{mx()};
        play.take_wire();
        for (const char* line : {"EHLO", "HELO", "EHLO a b", "EHLO a_b", "EHLO [1.2.3]"})
            CHECK(play.lines({line}).starts_with("501 5.5.4 "));
        CHECK(play.session.phase() == SmtpPhase::awaiting_hello);
        CHECK(play.lines({"EHLO [192.0.2.1]"}).starts_with("250"));
    }

    TEST_CASE("HELO: 250, and no extension may be used after it")
    {
        ServerConfig config = mx();
        config.mechanisms_in_clear = {"PLAIN"};
        ServerPlay play{config};
        play.take_wire();
        CHECK(play.lines({"HELO client.example"}) == "250 mx.server.example\r\n");
        CHECK(play.lines({"MAIL FROM:<a@b.example> SIZE=5"}) ==
              "555 5.5.4 Parameter not recognised or not implemented\r\n");
        CHECK(play.last_reason() == SmtpReason::extension_after_helo);
        CHECK(play.lines({"STARTTLS"}) == "503 5.5.1 Extensions need EHLO first\r\n");
        CHECK(play.lines({"AUTH PLAIN AGEAYg=="}) == "503 5.5.1 Extensions need EHLO first\r\n");
        CHECK(play.lines({"MAIL FROM:<花子@b.example>"}).starts_with("553 5.6.7"));
        CHECK(play.lines({"MAIL FROM:<a@b.example>"}) == "250 2.1.0 Ok\r\n");
        CHECK_FALSE(play.senders.back().client.extended);
    }

    TEST_CASE("MAIL before EHLO, RCPT before MAIL, DATA before RCPT, MAIL inside a transaction: "
              "503 5.5.1")
    {
        const std::string refusal = "503 5.5.1 Bad sequence of commands\r\n";
        ServerPlay play{mx()};
        play.take_wire();
        for (const char* line : {"MAIL FROM:<a@b.example>",
                                 "RCPT TO:<taro@server.example>",
                                 "DATA",
                                 "STARTTLS",
                                 "AUTH PLAIN"})
            CHECK(play.lines({line}) == refusal);
        CHECK(play.lines({"EHLO client.example"}).starts_with("250"));
        for (const char* line : {"RCPT TO:<taro@server.example>", "DATA"})
            CHECK(play.lines({line}) == refusal);
        CHECK(play.lines({"MAIL FROM:<a@b.example>"}) == "250 2.1.0 Ok\r\n");
        CHECK(play.lines({"DATA"}) == "503 5.5.1 No valid recipients\r\n");
        CHECK(play.lines({"MAIL FROM:<c@b.example>"}) == refusal);
        CHECK(play.lines({"STARTTLS"}) == refusal);
        CHECK(play.lines({"RCPT TO:<taro@server.example>"}) == "250 2.1.5 Ok\r\n");
        CHECK(play.lines({"DATA"}).starts_with("354 "));
        play.lines({"."});
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].envelope.sender == Mailbox{"a", "b.example"});
    }

    TEST_CASE("unknown verb and empty line 500 5.5.2, known but not offered 502 5.5.1")
    {
        ServerConfig config = mx();
        config.tls = TlsUse::absent;
        config.extensions.chunking = false;
        ServerPlay play{config};
        play.take_wire();
        play.lines({"EHLO client.example"});
        CHECK(play.lines({""}) == "500 5.5.2 Command not recognised\r\n");
        CHECK(play.lines({"SEND FROM:<a@b.example>"}) == "500 5.5.2 Command not recognised\r\n");
        CHECK(play.lines({"STARTTLS"}) == "502 5.5.1 Command not implemented\r\n");
        CHECK(play.lines({"AUTH PLAIN AGEAYg=="}) == "502 5.5.1 Command not implemented\r\n");
        CHECK(play.lines({"BDAT 5 LAST"}) == "502 5.5.1 Command not implemented\r\n");
    }

    TEST_CASE("after 20 bad commands: 421 4.7.0 and close")
    {
        ServerPlay play{mx()};
        play.take_wire();
        for (int i = 0; i < 19; ++i)
            CHECK(play.lines({"NONSENSE"}).starts_with("500 "));
        CHECK_FALSE(play.closed);
        CHECK(play.lines({"NOOP"}).starts_with("250 "));
        CHECK(play.lines({"NONSENSE"}) == "500 5.5.2 Command not recognised\r\n"
                                          "421 4.7.0 Too many errors, closing connection\r\n");
        CHECK(play.closed);
        CHECK(play.last_reason() == SmtpReason::too_many_bad_commands);

        ServerPlay grouped{mx()};
        grouped.take_wire();
        const std::string wire = grouped.say(repeat("NONSENSE\r\n", 30));
        CHECK(std::ranges::count(wire, '\n') == 21);
    }

    TEST_CASE("nothing a client sent is echoed")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        for (const char* line : {"EHLO marker",
                                 "MARKER",
                                 "MAIL FROM:<marker>",
                                 "MAIL FROM:<marker@a.example> MARKER=marker",
                                 "MAIL FROM:<marker@a.example>",
                                 "RCPT TO:<marker@elsewhere.example>",
                                 "RCPT TO:<nobody-marker@server.example>",
                                 "VRFY marker",
                                 "EXPN marker",
                                 "HELP marker",
                                 "NOOP marker",
                                 "RSET marker",
                                 "AUTH marker",
                                 "STARTTLS marker"})
            play.lines({line});
        std::string wire = play.wire;
        std::ranges::transform(wire, wire.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        CHECK(wire.find("marker") == std::string::npos);
    }

    TEST_CASE("what a host words for a verdict cannot begin a line of its own")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.sender_verdict = Judgement{SmtpReason::refused_by_policy, "no\r\n250 yes\x1b\x7f\xe3"};
        CHECK(play.lines({"MAIL FROM:<a@b.example>"}) == "554 5.7.1 no??250 yes???\r\n");
    }

    TEST_CASE("verbs and keywords are case-insensitive, and compared whole")
    {
        ServerPlay play{mx()};
        play.take_wire();
        CHECK(play.lines({"ehlo client.example"}).starts_with("250"));
        CHECK(play.lines({"mail from:<a@b.example> size=5 body=8BitMime"}) == "250 2.1.0 Ok\r\n");
        CHECK(play.lines({"rCpT tO:<taro@server.example>"}) == "250 2.1.5 Ok\r\n");
        CHECK(play.lines({"QUITE"}).starts_with("500 5.5.2"));
        CHECK(play.lines({"DAT"}).starts_with("500 5.5.2"));
        CHECK(play.lines({"data"}).starts_with("354 "));
    }

    TEST_CASE("an argument where none belongs: 501 5.5.4")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        for (const char* line : {"DATA x", "QUIT x", "RSET x", "STARTTLS x"})
            CHECK(play.lines({line}) == "501 5.5.4 Syntax error in parameters or arguments\r\n");
        CHECK(play.session.phase() == SmtpPhase::in_transaction);
    }

    TEST_CASE("MAIL FROM: the null reverse-path is a sender like any other")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.lines({"MAIL FROM:<>"}) == "250 2.1.0 Ok\r\n");
        CHECK(play.senders.back().sender.is_null());
    }

    TEST_CASE("MAIL FROM: a source route is ignored, never followed")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.lines({"MAIL FROM:<@relay.example,@b.example:a@c.example>"}) ==
              "250 2.1.0 Ok\r\n");
        CHECK(play.senders.back().sender == Mailbox{"a", "c.example"});
        CHECK(play.lines({"RCPT TO:<@server.example:taro@elsewhere.example>"}) ==
              "550 5.7.1 Relay access denied\r\n");
        CHECK(play.lines({"RCPT TO:<@elsewhere.example:taro@server.example>"}) ==
              "250 2.1.5 Ok\r\n");
    }

    TEST_CASE(
        "MAIL FROM: unknown parameter 555 5.5.4, bad syntax 501 5.1.7, a space after the colon")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.lines({"MAIL FROM:<a@b.example> FOO=bar"}) ==
              "555 5.5.4 Parameter not recognised or not implemented\r\n");
        CHECK(play.lines({"MAIL FROM:<a@b.example> MT-PRIORITY=3"}).starts_with("555 5.5.4 "));
        CHECK(play.lines({"MAIL FROM:<a@b.example> AUTH=<>"}).starts_with("555 5.5.4 "));
        CHECK(play.lines({"MAIL FROM:<a@b_c.example>"}) ==
              "501 5.1.7 Bad sender address syntax\r\n");
        CHECK(play.lines({"MAIL FROM: <a@b.example>"}) ==
              "501 5.5.4 No space between the colon and the <address>\r\n");
        CHECK(play.lines({"MAIL FROM:a@b.example"}) ==
              "501 5.5.4 Write the address in angle brackets: <user@example>\r\n");
        CHECK(play.lines({"MAIL FROM:<a..b@b.example>"}) ==
              "501 5.5.4 Quote such a local part: <\"a..b\"@example>\r\n");
        CHECK(play.lines({"MAIL FROM:<a@b.example> SIZE=x"}).starts_with("501 5.5.4 "));
        CHECK(play.lines({"MAIL"}).starts_with("501 5.5.4 "));
        CHECK(play.session.phase() == SmtpPhase::ready);
    }

    TEST_CASE("RCPT TO: Postmaster without domain is accepted, bad syntax 501 5.1.3")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.lines({"RCPT TO:<Postmaster>"}) == "250 2.1.5 Ok\r\n");
        CHECK(play.lines({"RCPT TO:<>"}) == "501 5.1.3 Bad recipient address syntax\r\n");
        CHECK(play.lines({"RCPT TO:<taro>"}).starts_with("501 5.1.3 "));
        CHECK(play.lines({"RCPT TO:<taro@server.example> FOO=BAR"}).starts_with("555 5.5.4 "));
    }

    TEST_CASE("too many recipients 452 4.5.3, of which a hundred are taken")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.lines({"MAIL FROM:<a@b.example>"});
        for (int i = 0; i < 100; ++i)
            CHECK(play.lines({"RCPT TO:<taro@server.example>"}) == "250 2.1.5 Ok\r\n");
        for (int i = 0; i < 30; ++i) {
            CHECK(play.lines({"RCPT TO:<taro@server.example>"}) ==
                  "452 4.5.3 Too many recipients\r\n");
        }
        CHECK(play.lines({"DATA", "."}).starts_with("354 "));
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].envelope.recipients.size() == 100);
    }

    TEST_CASE("DATA with no accepted recipient: 503, or 554 5.5.1 under PIPELINING")
    {
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<nobody@server.example>\r\nDATA\r\n") ==
              "250 2.1.0 Ok\r\n550 5.1.1 User unknown\r\n554 5.5.1 No valid recipients\r\n");
        CHECK(play.session.phase() == SmtpPhase::in_transaction);
        CHECK(play.lines({"RCPT TO:<taro@server.example>"}) == "250 2.1.5 Ok\r\n");

        ServerConfig config = mx();
        config.extensions.pipelining = false;
        ServerPlay one_by_one{config};
        one_by_one.become_ready();
        one_by_one.lines({"MAIL FROM:<a@b.example>", "RCPT TO:<nobody@server.example>"});
        CHECK(one_by_one.lines({"DATA"}) == "503 5.5.1 No valid recipients\r\n");
    }

    TEST_CASE("end of data: dot-stuffing undone once, exactly one reply for all recipients")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.lines({"RCPT TO:<full@server.example>", "RCPT TO:<jiro@server.example>"});
        CHECK(play.lines({"DATA"}) == "354 End data with <CR><LF>.<CR><LF>\r\n");
        CHECK(play.session.phase() == SmtpPhase::receiving_text);
        CHECK(play.lines({"Subject: x", "", "..", "...two", "a.b"}).empty());
        CHECK(play.lines({"."}) == "250 2.0.0 Message accepted\r\n");
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].text == "Subject: x\r\n\r\n.\r\n..two\r\na.b\r\n");
        CHECK(play.messages[0].envelope.recipients.size() == 2);
        CHECK(play.session.phase() == SmtpPhase::ready);
        CHECK(play.last_reason() == SmtpReason::message_accepted);
        CHECK(play.replies().back().to == SmtpVerb::text);
        CHECK(play.lines({"DATA"}).starts_with("503 5.5.1"));
    }

    TEST_CASE("RSET, NOOP, VRFY, EXPN, HELP, QUIT")
    {
        ServerPlay play{mx()};
        play.take_wire();
        for (int round = 0; round < 2; ++round) {
            CHECK(play.lines({"RSET"}) == "250 2.0.0 Ok\r\n");
            CHECK(play.lines({"NOOP"}) == "250 2.0.0 Ok\r\n");
            CHECK(play.lines({"NOOP whatever"}) == "250 2.0.0 Ok\r\n");
            CHECK(play.lines({"VRFY taro"}).starts_with("252 2.5.2 "));
            CHECK(play.lines({"VRFY nobody"}) == play.lines({"VRFY taro"}));
            CHECK(play.lines({"EXPN all"}) == "502 5.5.1 EXPN not implemented\r\n");
            CHECK(play.lines({"HELP"}).starts_with("214 2.0.0 "));
            play.lines({"EHLO client.example"});
        }
        play.lines({"MAIL FROM:<a@b.example>"});
        CHECK(play.lines({"RSET"}) == "250 2.0.0 Ok\r\n");
        CHECK(play.session.phase() == SmtpPhase::ready);
        CHECK(play.lines({"MAIL FROM:<a@b.example>"}) == "250 2.1.0 Ok\r\n");
        CHECK(play.say("QUIT\r\nNOOP\r\n") == "221 2.0.0 Bye\r\n");
        CHECK(play.closed);
        CHECK(play.say("NOOP\r\n").empty());
        CHECK(play.session.next_timeout() == never);
    }

    TEST_CASE("idle: after five minutes 421 4.4.2 and close, wherever the session stands")
    {
        const std::vector<std::vector<std::string_view>> openings{
            {},
            {"EHLO client.example"},
            {"EHLO client.example", "MAIL FROM:<a@b.example>"},
            {"EHLO client.example",
             "MAIL FROM:<a@b.example>",
             "RCPT TO:<taro@server.example>",
             "DATA",
             "Subject: x"}};
        for (const auto& opening : openings) {
            ServerPlay play{mx()};
            play.lines(opening);
            play.forget();
            play.pass(299s);
            CHECK(play.take_wire().empty());
            play.pass(1s);
            CHECK(play.take_wire() == "421 4.4.2 Idle too long, closing connection\r\n");
            CHECK(play.closed);
            CHECK(play.messages.empty());
        }
    }

    TEST_CASE("idle: a command starts the five minutes anew, half a command does not")
    {
        ServerPlay play{mx()};
        play.lines({"EHLO client.example"});
        play.pass(4min);
        CHECK(play.lines({"NOOP"}).starts_with("250"));
        for (int i = 0; i < 4; ++i) {
            play.pass(1min);
            CHECK(play.say("N").empty());
        }
        CHECK_FALSE(play.closed);
        play.pass(1min);
        CHECK(play.take_wire().starts_with("421 4.4.2"));
    }

    TEST_CASE("idle: a text that trickles in has an hour in all")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.lines({"DATA"});
        for (int i = 0; i < 59; ++i) {
            play.pass(1min);
            CHECK(play.say("x").empty());
        }
        CHECK_FALSE(play.closed);
        play.pass(1min);
        CHECK(play.take_wire().starts_with("421 4.4.2"));
    }

    TEST_CASE("limits: a command line of 512 octets is taken, a longer one refused once")
    {
        ServerPlay play{mx()};
        play.take_wire();
        const std::string longest = "NOOP " + std::string(512 - 7, 'x') + "\r\n";
        CHECK(play.say(longest) == "250 2.0.0 Ok\r\n");
        for (const std::size_t split : {std::size_t{1}, std::size_t{100}, std::string::npos}) {
            play.split = split;
            CHECK(play.say("NOOP x" + longest.substr(5)) == "500 5.5.2 Line too long\r\n");
            CHECK(play.say(std::string(60'000, 'x') + "MAIL FROM:<a@b.example>\r\n") ==
                  "500 5.5.2 Line too long\r\n");
            CHECK(play.say("NOOP\r\n") == "250 2.0.0 Ok\r\n");
        }
        CHECK(play.most_memory < 300000);
        const auto commands = play.commands();
        CHECK(commands[1].verb == SmtpVerb::noop);
        CHECK(commands[1].line.size() == 510);
        CHECK(commands[1].range.size == 513);
    }

    TEST_CASE("limits: what extensions offer makes MAIL and RCPT longer, nothing else")
    {
        const auto padded = [](std::size_t octets) {
            const std::string line = "MAIL FROM:<a@b.example>";
            return line + std::string(octets - line.size() - 2, ' ') + "\r\n";
        };
        ServerPlay play{mx()};
        play.become_ready();
        CHECK(play.say(padded(681)) == "250 2.1.0 Ok\r\n");
        play.lines({"RSET"});
        CHECK(play.say(padded(682)) == "500 5.5.2 Line too long\r\n");
        CHECK(play.say("NOOP " + std::string(506, 'x') + "\r\n") == "500 5.5.2 Line too long\r\n");

        ServerPlay submission{submission_config("mail.server.example")};
        submission.become_ready();
        CHECK(submission.say(padded(1181)) == "250 2.1.0 Ok\r\n");
        submission.lines({"RSET"});
        CHECK(submission.say(padded(1182)) == "500 5.5.2 Line too long\r\n");
    }

    TEST_CASE("limits: local part 64, domain 255, path 256")
    {
        ServerPlay play{mx()};
        play.become_ready();
        const std::string local(64, 'a');
        CHECK(play.lines({"MAIL FROM:<" + local + "a@b.example>"}).starts_with("501 5.1.7 "));
        CHECK(play.lines({"MAIL FROM:<" + local + "@b.example>"}) == "250 2.1.0 Ok\r\n");
        const std::string labels = repeat(std::string(49, 'd') + ".", 5);
        CHECK(play.lines({"RCPT TO:<a@" + labels + "abcdef>"}).starts_with("501 5.1.3 "));
        CHECK(play.lines({"RCPT TO:<a@" + labels + "ab>"}).starts_with("550 5.7.1 "));
    }

    TEST_CASE(
        "limits: text lines up to 8192 octets unchanged, a longer one 500 5.5.2 after the dot")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        const std::string longest(8192, 'x');
        play.lines({"DATA"});
        CHECK(play.lines({longest, "."}) == "250 2.0.0 Message accepted\r\n");
        CHECK(play.messages.back().text == longest + "\r\n");
        play.lines({"MAIL FROM:<a@b.example>", "RCPT TO:<taro@server.example>", "DATA"});
        CHECK(play.lines({longest + "x", "more", "."}) ==
              "500 5.5.2 The message has a line that is too long\r\n");
        CHECK(play.messages.size() == 1);
        CHECK(play.lines({"NOOP"}) == "250 2.0.0 Ok\r\n");
    }

    TEST_CASE("limits: a message above SIZE is refused at MAIL when declared, after the dot if not")
    {
        ServerConfig config = mx();
        config.limits.message_octets = 1000;
        ServerPlay play{config};
        play.become_ready();
        const std::string refusal = "552 5.3.4 Message size exceeds fixed limit\r\n";
        CHECK(play.lines({"MAIL FROM:<a@b.example> SIZE=1001"}) == refusal);
        CHECK(play.lines({"MAIL FROM:<a@b.example> SIZE=99999999999999999999"}) == refusal);
        // A lying SIZE is caught all the same.
        CHECK(play.lines({"MAIL FROM:<a@b.example> SIZE=1000"}) == "250 2.1.0 Ok\r\n");
        play.lines({"RCPT TO:<taro@server.example>", "DATA"});
        const std::string line(98, 'x');
        CHECK(play.lines(std::vector<std::string_view>(11, line)).empty());
        CHECK(play.lines({"."}) == refusal);
        CHECK(play.messages.empty());
        CHECK(play.session.phase() == SmtpPhase::ready);
        play.lines({"MAIL FROM:<a@b.example>", "RCPT TO:<taro@server.example>", "DATA"});
        play.lines(std::vector<std::string_view>(10, line));
        CHECK(play.lines({"."}).starts_with("250 2.0.0"));
    }

    TEST_CASE("MX: recipient unknown 550 5.1.1, not ours 550 5.7.1")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.lines({"RCPT TO:<nobody@server.example>"}) == "550 5.1.1 User unknown\r\n");
        CHECK(play.lines({"RCPT TO:<taro@elsewhere.example>"}) ==
              "550 5.7.1 Relay access denied\r\n");
    }

    TEST_CASE("MX: what looks like a way around is handed on as the one address it is")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        const auto asked = [&](std::string_view path) {
            play.outputs.clear();
            play.lines({"RCPT TO:" + std::string{path}});
            for (const Output& output : play.outputs) {
                if (const auto* check = std::get_if<CheckRecipient>(&output))
                    return check->recipient;
            }
            return Mailbox{};
        };
        CHECK(asked("<user%other.example@server.example>") ==
              Mailbox{"user%other.example", "server.example"});
        CHECK(asked("<\"user@other.example\"@server.example>") ==
              Mailbox{"user@other.example", "server.example"});
        CHECK(asked("<@server.example:user@other.example>") == Mailbox{"user", "other.example"});
        CHECK(asked("<other.example!user@server.example>") ==
              Mailbox{"other.example!user", "server.example"});
        CHECK(asked("<user@notserver.example>").domain == "notserver.example");
        CHECK(asked("<user@server.example.evil.example>").domain == "server.example.evil.example");
    }

    TEST_CASE("MX: mailbox full 452 4.2.2, temporary trouble 451 4.3.0")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        CHECK(play.lines({"RCPT TO:<full@server.example>"}) == "452 4.2.2 Mailbox full\r\n");
        CHECK(play.lines({"RCPT TO:<later@server.example>"}).starts_with("451 4.3.0 "));
    }

    TEST_CASE("MX: each verdict has its code, and a policy may word its own")
    {
        const auto answer = [](server::Judgement verdict) {
            ServerPlay play{mx()};
            play.become_ready();
            play.sender_verdict = std::move(verdict);
            return play.lines({"MAIL FROM:<a@b.example>"}).substr(0, 10);
        };
        CHECK(answer({SmtpReason::sender_domain_takes_no_mail}) == "550 5.7.27");
        CHECK(answer({SmtpReason::recipient_domain_takes_no_mail}) == "556 5.1.10");
        CHECK(answer({SmtpReason::refused_by_policy, "SPF fail", 550, {5, 7, 23}}) == "550 5.7.23");
        CHECK(answer({SmtpReason::refused_by_policy, "greylisted", 451, {4, 7, 1}}) ==
              "451 4.7.1 ");
        CHECK(answer({SmtpReason::refused_by_policy}) == "554 5.7.1 ");
    }

    TEST_CASE("MX: a message verdict is the reply after the dot")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.message_verdict = Judgement{SmtpReason::mail_loop};
        CHECK(play.lines({"DATA", "Received: x", "."}) ==
              "354 End data with <CR><LF>.<CR><LF>\r\n"
              "554 5.4.6 Too many hops, probably a mail loop\r\n");
        CHECK(play.last_reason() == SmtpReason::mail_loop);
        play.message_verdict = Judgement{SmtpReason::accepted, "Ok: queued as 4F7"};
        play.lines({"MAIL FROM:<a@b.example>", "RCPT TO:<taro@server.example>", "DATA"});
        CHECK(play.lines({"."}) == "250 2.0.0 Ok: queued as 4F7\r\n");
        CHECK(play.last_reason() == SmtpReason::message_accepted);
    }

    TEST_CASE("a verdict of 421 closes")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.sender_verdict = Judgement{SmtpReason::overloaded};
        CHECK(play.say("MAIL FROM:<a@b.example>\r\nNOOP\r\n") ==
              "421 4.3.2 Too busy, try again later\r\n");
        CHECK(play.closed);
    }

    TEST_CASE("MX and TLS: STARTTLS is offered and not required")
    {
        ServerPlay play{mx()};
        play.take_wire();
        CHECK(play.lines({"EHLO client.example"}).find("STARTTLS") != std::string::npos);
        CHECK(play.lines({"MAIL FROM:<a@b.example>"}) == "250 2.1.0 Ok\r\n");
        CHECK_FALSE(play.senders.back().client.encrypted);
    }

    TEST_CASE("every reply but 220, 250 to EHLO, 334 and 354 has an enhanced code of its class")
    {
        for (const SmtpReason reason : values_of<SmtpReason>()) {
            const Reply reply = standard_reply(reason);
            CAPTURE(name_of(reason));
            const bool without = reason == SmtpReason::greeting ||
                                 reason == SmtpReason::auth_challenge ||
                                 reason == SmtpReason::go_ahead_text;
            CHECK(reply.enhanced.exists() == !without);
            if (!without) CHECK(reply.enhanced.category == reply.code / 100);
        }
    }

    TEST_CASE("each reply says which command it answers and why")
    {
        ServerPlay play{mx()};
        play.say("EHLO client.example\r\n");
        play.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<nobody@server.example>\r\nBOGUS\r\n");
        const auto replies = play.replies();
        REQUIRE(replies.size() == 5);
        CHECK(replies[1].to == SmtpVerb::ehlo);
        CHECK(replies[1].reason == SmtpReason::accepted);
        CHECK(replies[2].to == SmtpVerb::mail);
        CHECK(replies[3].to == SmtpVerb::rcpt);
        CHECK(replies[3].reason == SmtpReason::recipient_unknown);
        CHECK(replies[4].to == SmtpVerb::unknown);
        CHECK(replies[4].reason == SmtpReason::unknown_command);
    }

    TEST_CASE("lines and replies know their place in their streams, anew under TLS")
    {
        ServerPlay play{mx()};
        const std::string received =
            "EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<taro@server.example>\r\n";
        play.say("EHLO client.example\r\n");
        play.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<taro@server.example>\r\n");
        play.lines({"DATA"});
        play.say("a\r\n..b\r\n.\r\n");
        play.say(std::string(600, 'x') + "\r\n");
        for (const CommandSeen& command : play.commands()) {
            if (command.range.begin + command.range.size <= received.size()) {
                CHECK(received.substr(command.range.begin, command.range.size) ==
                      command.line + "\r\n");
            }
        }
        for (const ReplySent& reply : play.replies())
            CHECK(play.wire.substr(reply.range.begin, reply.range.size) == to_wire(reply.reply));
        for (const Output& output : play.outputs) {
            if (const auto* text = std::get_if<TextReceived>(&output)) {
                CHECK(text->range == StreamRange{received.size() + 6, 11});
                CHECK(text->lines == 2);
                CHECK(text->size == 7);
            }
        }
        CHECK(play.commands().back().range == StreamRange{received.size() + 6 + 11, 602});

        play.lines({"STARTTLS"});
        play.establish_tls();
        play.forget();
        play.lines({"EHLO client.example"});
        CHECK(play.commands().front().range == StreamRange{0, 21});
        CHECK(play.commands().front().encrypted);
        CHECK(play.replies().front().range.begin == 0);
        CHECK(play.replies().front().encrypted);
    }

    TEST_CASE("each reply says where the session stands after it")
    {
        ServerPlay play{mx()};
        CHECK(play.replies().back().after == SmtpPhase::awaiting_hello);
        for (const char* said : {"EHLO client.example",
                                 "NONSENSE",
                                 "MAIL FROM:<a@b.example>",
                                 "RCPT TO:<nobody@server.example>",
                                 "RCPT TO:<taro@server.example>",
                                 "DATA",
                                 ".",
                                 "MAIL FROM:<a@b.example>",
                                 "RSET",
                                 "QUIT"}) {
            play.lines({said});
            INFO(said);
            CHECK(play.replies().back().after == play.session.phase());
        }
        CHECK(play.replies().back().after == SmtpPhase::closed);

        ServerPlay rude{mx()};
        while (!rude.closed)
            rude.lines({"NONSENSE"});
        const auto replies = rude.replies();
        REQUIRE(replies.size() > 2);
        CHECK(replies[replies.size() - 2].after == SmtpPhase::awaiting_hello);
        CHECK(replies.back().reply.code == 421);
        CHECK(replies.back().after == SmtpPhase::closed);
    }

    TEST_CASE("what happens is reported in the order in which it happens")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<taro@server.example>\r\nDATA\r\n");
        play.say("x\r\n.\r\nQUIT\r\n");
        std::string order;
        for (const Output& output : play.outputs)
            order += static_cast<char>('a' + static_cast<char>(output.index()));
        // a command, b reply, c text, g close, k sender?, l recipient?, m message
        CHECK(order == "akbalbabcmbabg");
        const auto first = play.commands().front();
        CHECK(first.before == SmtpPhase::ready);
        CHECK(first.after == SmtpPhase::awaiting_verdict);
    }

    TEST_CASE("while a question is open nothing is answered, and what comes is kept")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.holds_answers = true;
        CHECK(play.say("MAIL FROM:<a@b.example>\r\n").empty());
        CHECK(play.session.phase() == SmtpPhase::awaiting_verdict);
        CHECK(play.session.next_timeout() == never);
        CHECK(play.say("RCPT TO:<taro@server.example>\r\nRSET\r\nNOOP\r\n").empty());
        CHECK(play.answer_held().empty()); // the next question is open
        CHECK(play.answer_held() ==
              "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
        CHECK(play.count_sends() == 1);
    }

    TEST_CASE("an answer that comes after the session has closed is ignored")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.holds_answers = true;
        play.say("MAIL FROM:<a@b.example>\r\n");
        play.session.handle_tls_failed(play.now); // the host gives it up
        CHECK(play.session.phase() == SmtpPhase::closed);
        CHECK(play.answer_held().empty());
    }

    TEST_CASE("a client that hangs up is answered what it asked before, and then left")
    {
        ServerPlay play{mx()};
        play.become_ready();
        play.holds_answers = true;
        play.say("MAIL FROM:<a@b.example>\r\nNOOP\r\nNO");
        play.session.handle_end_of_stream(play.now);
        CHECK_FALSE(play.closed);
        CHECK(play.answer_held() == "250 2.1.0 Ok\r\n250 2.0.0 Ok\r\n");
        CHECK(play.closed);
        CHECK(play.session.phase() == SmtpPhase::closed);
    }

    TEST_CASE("a client that hangs up within a message leaves nothing behind")
    {
        ServerPlay play{mx()};
        play.become_transacting();
        play.lines({"DATA", "half a message"});
        play.session.handle_end_of_stream(play.now);
        play.say("x");
        CHECK(play.messages.empty());
        CHECK(play.session.phase() == SmtpPhase::closed);
        const bool told = std::ranges::any_of(play.outputs, [](const Output& output) {
            return output == Output{ProblemSeen{SmtpProblem::closed_too_early, {}}};
        });
        CHECK(told);
    }

    TEST_CASE("a conversation gives the same outputs however its bytes are split")
    {
        ServerConfig lenient = relay_config("mx.server.example");
        lenient.line_ends = LineEnds::lenient_2022;
        ServerConfig with_auth = relay_config("mx.server.example");
        with_auth.mechanisms_in_clear = {"PLAIN", "LOGIN"};
        const std::string text =
            "Subject: x\r\n\r\n..dot\r\n" + std::string(9000, 'x') + "\r\n.\r\n";
        const std::vector<std::string> conversations{
            ("EHLO c.example\r\nMAIL FROM:<a@c.example> SIZE=30\r\nRCPT "
             "TO:<taro@server.example>\r\n"
             "RCPT TO:<nobody@server.example>\r\nDATA\r\nSubject: "
             "x\r\n\r\n..dot\r\n.\r\nQUIT\r\nNOOP"),
            "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT "
            "TO:<taro@server.example>\r\nDATA\r\n" +
                text + "MAIL FROM:<>\r\nRCPT TO:<taro@server.example>\r\nDATA\r\n.\r\nQUIT\r\n",
            "EHLO c.example\r\nAUTH PLAIN AGhhbmFrbwBzZWNyZXQ=\r\nAUTH PLAIN x\r\nMAIL FROM:<>\r\n",
            "EHLO c.example\r\nAUTH LOGIN\r\naGFuYWtv\r\nc2VjcmV0\r\nMAIL FROM:<>\r\n",
            "EHLO c.example\r\nAUTH LOGIN\r\n*\r\nAUTH LOGIN\r\n!!\r\nNOOP\r\n",
            ("NOOP\nNOOP\r\n\r\n\n\r\n\r\r\nEHLO c.example\r\nMAIL FROM:<a@b>\nRCPT "
             "TO:<taro@server.example>"
             "\r\nDATA\r\na\n.\nb\r.\rc\r\n.\n\r\n.\r\nNOOP\r\n"),
            "NOOP " + std::string(600, 'x') + "\r\r\nNOOP\r\nAUTH PLAIN " + std::string(600, 'x') +
                "\r\n" + std::string(20000, 'y') + "\rz\r\nQUIT\r\n",
            "EHLO c.example\r\nSTARTTLS\r\n",
            repeat("BAD\r\n", 25),
            repeat("RCPT TO:<nobody@server.example>\r\n", 3),
        };
        for (const ServerConfig& config : {relay_config("mx.server.example"), with_auth, lenient}) {
            for (const std::string& conversation : conversations) {
                CAPTURE(conversation.substr(0, 200));
                const auto run = [&](std::size_t split) {
                    ServerPlay play{config};
                    play.split = split;
                    play.say(conversation);
                    play.pass(10s);
                    return record(play);
                };
                const Record whole = run(std::string::npos);
                for (const std::size_t split : {1U, 2U, 3U, 5U, 7U, 11U, 64U, 513U, 1460U})
                    CHECK((run(split) == whole));
            }
        }
    }
}

} // namespace sim::smtp
