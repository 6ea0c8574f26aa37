#include "sim/pop3/server_session.h"
#include "tests/pop3/pop3_server.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace sim;
using namespace sim::pop3;
using sim::pop3::test::message;
using sim::pop3::test::Server;
using sim::pop3::test::start_of_test;

namespace {

Server logged_in()
{
    Server server;
    server.connect();
    server.log_in();
    server.take_log();
    return server;
}

std::string diagram_of(const ServerConfig& config, bool with_refusals)
{
    std::string diagram;
    for (const auto& cell : ServerSession::transition_table(config)) {
        if (!cell.ok && !cell.asks_host && !with_refusals) continue;
        diagram += std::string{name_of(cell.from)} + (cell.user_given ? ", USER given" : "") +
                   ": " + std::string{name_of(cell.verb)} + " / ";
        diagram += cell.asks_host ? "(asks)" : cell.ok ? "+OK" : "-ERR";
        if (cell.reason != Pop3Reason::accepted) diagram += ' ' + std::string{name_of(cell.reason)};
        if (cell.to != cell.from) diagram += " -> " + std::string{name_of(cell.to)};
        diagram += '\n';
    }
    return diagram;
}

} // namespace

TEST_SUITE("pop3.server_session")
{
    TEST_CASE("RFC 1939 section 10: the example session")
    {
        // The RFC logs in with APOP, which is not offered here; the rest is word for word what the
        // client says, and what each answer must begin with.
        Server server;
        server.mailbox = {message("a", std::string(118, 'x') + "\r\n"),
                          message("b", std::string(198, 'y') + "\r\n")};
        server.connect();
        CHECK(server.log_in().ends_with("+OK 2 messages\r\n"));
        CHECK(server.say("STAT\r\n") == "+OK 2 320\r\n");
        CHECK(server.say("LIST\r\n") == "+OK 2 320\r\n1 120\r\n2 200\r\n.\r\n");
        CHECK(server.say("RETR 1\r\n") ==
              "+OK 120 octets\r\n" + std::string(118, 'x') + "\r\n.\r\n");
        CHECK(server.say("DELE 1\r\n").starts_with("+OK"));
        CHECK(server.say("RETR 2\r\n") ==
              "+OK 200 octets\r\n" + std::string(198, 'y') + "\r\n.\r\n");
        CHECK(server.say("DELE 2\r\n").starts_with("+OK"));
        server.take_log();
        CHECK(server.say("QUIT\r\n").starts_with("+OK"));
        CHECK(server.take_log() == "C: QUIT\nupdate: a b\nS: +OK Bye [goodbye]\nclosed\n");
        CHECK(server.session.phase() == Pop3Phase::closed);
    }

    TEST_CASE("RFC 1939 sections 5 and 7: the examples of each command")
    {
        Server server = logged_in();
        CHECK(server.say("LIST 2\r\n") == "+OK 2 24\r\n");
        CHECK(server.say("LIST 3\r\n") == "-ERR No such message\r\n");
        CHECK(server.say("UIDL\r\n") == "+OK 2 43\r\n1 uid-1\r\n2 uid-2\r\n.\r\n");
        CHECK(server.say("UIDL 2\r\n") == "+OK 2 uid-2\r\n");
        CHECK(server.say("UIDL 0\r\n") == "-ERR No such message\r\n");
        CHECK(server.say("NOOP\r\n") == "+OK\r\n");
        CHECK(server.say("DELE 2\r\n") == "+OK Marked as deleted\r\n");
        for (const char* again :
             {"DELE 2\r\n", "RETR 2\r\n", "TOP 2 0\r\n", "LIST 2\r\n", "UIDL 2\r\n"})
            CHECK(server.say(again) == "-ERR Message is marked as deleted\r\n");
        CHECK(server.say("STAT\r\n") == "+OK 1 19\r\n");
        CHECK(server.say("LIST\r\n") == "+OK 1 19\r\n1 19\r\n.\r\n");
        CHECK(server.say("RSET\r\n").starts_with("+OK"));
        CHECK(server.say("STAT\r\n") == "+OK 2 43\r\n");
        server.take_log();
        server.say("QUIT\r\n");
        CHECK(server.take_log().find("update:\n") != std::string::npos);
    }

    TEST_CASE("lines that begin with a dot are stuffed, and TOP gives header and so many lines")
    {
        Server server;
        server.mailbox = {message("a", "Subject: 1\r\n.folded\r\n\r\n.\r\n..b\r\nc\r\n"),
                          message("b", "Subject: 2"),
                          message("c", ""),
                          message("d", "bare\nline\rends\r\n\r\n\r\n")};
        server.connect();
        server.log_in();
        CHECK(server.say("RETR 1\r\n") ==
              "+OK 34 octets\r\nSubject: 1\r\n..folded\r\n\r\n..\r\n...b\r\nc\r\n.\r\n");
        CHECK(server.say("TOP 1 0\r\n") == "+OK\r\nSubject: 1\r\n..folded\r\n\r\n.\r\n");
        CHECK(server.say("TOP 1 1\r\n") == "+OK\r\nSubject: 1\r\n..folded\r\n\r\n..\r\n.\r\n");
        CHECK(server.say("TOP 1 999999999\r\n").ends_with("...b\r\nc\r\n.\r\n"));
        CHECK(server.say("TOP 2 0\r\n") == "+OK\r\nSubject: 2\r\n.\r\n");
        CHECK(server.say("RETR 3\r\n") == "+OK 0 octets\r\n.\r\n");
        CHECK(server.say("RETR 4\r\n") == "+OK 20 octets\r\nbare\r\nline\r\nends\r\n\r\n\r\n.\r\n");
    }

    TEST_CASE("the greeting names the server and offers no APOP")
    {
        Server server;
        server.session.handle_connected(start_of_test);
        CHECK(server.drain() == "+OK pop.tani.example POP3 server ready\r\n");
    }

    TEST_CASE("a password is never in the log unmasked, whatever the client calls its command")
    {
        Server server;
        server.connect();
        for (const char* line : {"PASS hunter2\r\n",
                                 "pass hunter2 and more\r\n",
                                 "AUTH PLAIN aHVudGVyMg==hunter2\r\n",
                                 "APOP taro hunter2\r\n",
                                 "auth login hunter2\r\n"})
            server.say(line);
        const std::string log = server.take_log();
        CHECK(log.find("hunter2") == std::string::npos);
        CHECK(log.find("C: PASS ****\n") != std::string::npos);
        CHECK(log.find("C: AUTH PLAIN ****\n") != std::string::npos);
    }

    TEST_CASE("a password may have spaces, a user name may not")
    {
        Server server;
        server.answers_logins = false;
        server.connect();
        CHECK(server.say("USER taro yamada\r\n").starts_with("-ERR Bad argument"));
        server.say("USER taro\r\nPASS  two  words \r\n");
        const auto& question = std::get<server::CheckLogin>(server.outputs.back());
        CHECK(question.user == "taro");
        CHECK(question.password == " two  words ");
        CHECK(server.session.phase() == Pop3Phase::awaiting_verdict);
    }

    TEST_CASE("PASS belongs right behind USER")
    {
        Server server;
        server.connect();
        CHECK(server.say("PASS secret\r\n") == "-ERR Not now\r\n");
        CHECK(server.say("USER taro\r\nCAPA\r\nPASS secret\r\n").ends_with("-ERR Not now\r\n"));
        CHECK(server.take_log().find("login?") == std::string::npos);
    }

    TEST_CASE("an unknown user is answered exactly like a wrong password")
    {
        const auto attempt = [](std::string_view user) {
            Server server;
            server.connect();
            return server.say("USER " + std::string{user} + "\r\nPASS wrong\r\n");
        };
        CHECK(attempt("taro") == attempt("nobody"));
        CHECK(attempt("taro") == "+OK Now PASS\r\n-ERR [AUTH] User name or password is wrong\r\n");
    }

    TEST_CASE("after three wrong passwords it is over")
    {
        Server server;
        server.connect();
        for (int i = 0; i < 2; ++i)
            CHECK(server.say("USER taro\r\nPASS wrong\r\n").find("[AUTH]") != std::string::npos);
        CHECK(server.say("USER taro\r\nPASS wrong\r\nUSER taro\r\nPASS secret\r\n")
                  .ends_with("-ERR Too many errors, closing\r\n"));
        CHECK(server.closes == 1);
        CHECK(server.take_log().find("login right") == std::string::npos);
    }

    TEST_CASE("a mailbox that is open elsewhere is refused with [IN-USE]")
    {
        Server server;
        server.mailbox_is_locked = true;
        server.connect();
        CHECK(server.log_in().ends_with("-ERR [IN-USE] Mailbox is open in another session\r\n"));
        server.mailbox_is_locked = false;
        CHECK(server.log_in().ends_with("+OK 2 messages\r\n"));
    }

    TEST_CASE("without QUIT nothing is deleted, and the mailbox is released in any case")
    {
        for (const bool idle : {false, true}) {
            Server server = logged_in();
            server.say("DELE 1\r\n");
            server.take_log();
            if (idle) {
                CHECK(server.session.next_timeout() == start_of_test + 10min);
                CHECK(server.session.deadline().timer == SessionTimer::command_awaited);
                server.session.handle_timeout(start_of_test + 10min);
                CHECK(server.drain().empty()); // RFC 1939 §3: not a word
            } else {
                server.end_stream();
            }
            CHECK(server.take_log() == "released\nclosed\n");
            CHECK(server.session.next_timeout() == never);
            CHECK(server.session.deadline().timer == SessionTimer::none);
        }
    }

    TEST_CASE("a command, not an octet, starts the idle time anew")
    {
        Server server = logged_in();
        server.say("NO", start_of_test + 9min);
        CHECK(server.session.next_timeout() == start_of_test + 10min);
        server.say("OP\r\n", start_of_test + 9min);
        CHECK(server.session.next_timeout() == start_of_test + 19min);
        server.session.handle_timeout(start_of_test + 18min); // early: nothing happens
        CHECK(server.session.phase() == Pop3Phase::transaction);
    }

    TEST_CASE("a client that leaves while its password is looked at gets no mailbox")
    {
        Server server;
        server.answers_logins = false;
        server.connect();
        server.log_in();
        server.end_stream();
        server.take_log();
        server.session.handle_login_accepted(server.mailbox, start_of_test);
        server.drain();
        CHECK(server.take_log() == "released\n");
        server.session.handle_login_refused(start_of_test);
        server.session.handle_mailbox_locked(start_of_test);
        CHECK(server.drain().empty());
        CHECK(server.closes == 1);
    }

    TEST_CASE(
        "a client that may not log in for a while is told so and left, before or after it asks")
    {
        Server refused;
        refused.session.handle_connected(start_of_test, "Too many failed logins");
        CHECK(refused.drain() == "-ERR [SYS/TEMP] Too many failed logins\r\n");
        CHECK(refused.take_log() ==
              "S: -ERR [SYS/TEMP] Too many failed logins [login_paused]\nclosed\n");
        CHECK(refused.say("USER taro\r\n").empty());

        Server under_tls{{.hostname = "pop.tani.example", .tls = ServerTls::from_the_start}};
        under_tls.session.handle_connected(start_of_test, "Too many failed logins");
        CHECK(under_tls.drain().empty());
        CHECK(under_tls.take_log() == "(tls)\n");
        under_tls.session.handle_tls_established(start_of_test);
        CHECK(under_tls.drain() == "-ERR [SYS/TEMP] Too many failed logins\r\n");
        CHECK(under_tls.closes == 1);

        Server asked;
        asked.answers_logins = false;
        asked.connect();
        asked.log_in();
        asked.take_log();
        asked.session.handle_login_paused("Too many failed logins", start_of_test);
        CHECK(asked.drain() == "-ERR [SYS/TEMP] Too many failed logins\r\n");
        CHECK(asked.take_log() ==
              "S: -ERR [SYS/TEMP] Too many failed logins [login_paused]\nclosed\n");
    }

    TEST_CASE("commands pipelined behind PASS wait for the verdict, but not without bound")
    {
        Server server;
        server.answers_logins = false;
        server.connect();
        CHECK(server.say("USER taro\r\nPASS secret\r\nSTAT\r\nQUIT\r\n") == "+OK Now PASS\r\n");
        server.session.handle_login_accepted(server.mailbox, start_of_test);
        CHECK(server.drain() == "+OK 2 messages\r\n+OK 2 43\r\n+OK Bye\r\n");

        Server flooded;
        flooded.answers_logins = false;
        flooded.connect();
        flooded.log_in();
        for (int i = 0; i < 100; ++i)
            flooded.say(std::string(1000, 'x'));
        CHECK(flooded.session.phase() == Pop3Phase::closed);
    }

    // ---- TLS
    // -------------------------------------------------------------------------------------

    TEST_CASE("RFC 2595: STLS, and everything said before is forgotten")
    {
        Server server{{.hostname = "pop.tani.example", .tls = ServerTls::offered}};
        server.connect();
        CHECK(server.say("CAPA\r\n").find("STLS\r\n") != std::string::npos);
        server.say("USER taro\r\n");
        server.take_log();
        CHECK(server.say("STLS\r\n") == "+OK Begin TLS\r\n");
        CHECK(server.take_log() == "C: STLS\nS: +OK Begin TLS [accepted]\n(tls)\n");
        CHECK(server.session.phase() == Pop3Phase::awaiting_tls);
        server.session.handle_tls_established(start_of_test);
        CHECK(server.drain().empty()); // no second greeting
        CHECK(server.session.encrypted());
        CHECK(server.say("PASS secret\r\n") == "-ERR Not now\r\n");
        CHECK(server.say("CAPA\r\n").find("STLS") == std::string::npos);
        CHECK(server.say("STLS\r\n") == "-ERR TLS is active already\r\n");
        CHECK(server.log_in().ends_with("+OK 2 messages\r\n"));
        CHECK(server.say("STLS\r\n") == "-ERR Not now\r\n");
    }

    TEST_CASE("what comes behind STLS in the clear is thrown away, and its reply is marked")
    {
        for (const char* behind : {"USER taro\r\nPASS secret\r\n", "U", "\r\n"}) {
            Server server;
            server.connect();
            server.say("STLS\r\n" + std::string{behind});
            CHECK(server.take_log().find("[plaintext_after_stls]\n(tls)\n") != std::string::npos);
            server.say("STAT\r\n"); // and between STLS and the handshake too
            server.session.handle_tls_established(start_of_test);
            CHECK(server.drain().empty());
            CHECK(server.session.phase() == Pop3Phase::authorization);
            CHECK(server.say("NOOP\r\n") == "-ERR Not now\r\n");
        }
    }

    TEST_CASE("a server that demands TLS takes neither user nor password in the clear")
    {
        Server server{{.hostname = "pop.tani.example", .tls = ServerTls::required}};
        server.connect();
        CHECK(server.say("CAPA\r\n").find("USER") == std::string::npos);
        CHECK(server.say("USER taro\r\n") == "-ERR Login needs TLS: STLS first\r\n");
        CHECK(server.say("PASS secret\r\n") == "-ERR Login needs TLS: STLS first\r\n");
        server.say("STLS\r\n");
        server.session.handle_tls_established(start_of_test);
        CHECK(server.say("CAPA\r\n").find("USER\r\n") != std::string::npos);
        CHECK(server.log_in().ends_with("+OK 2 messages\r\n"));
    }

    TEST_CASE("TLS from the first octet: the greeting comes inside it, STLS is not offered")
    {
        Server server{{.hostname = "pop.tani.example", .tls = ServerTls::from_the_start}};
        server.session.handle_connected(start_of_test);
        CHECK(server.drain().empty());
        CHECK(server.wants_tls);
        server.session.handle_tls_established(start_of_test);
        CHECK(server.drain() == "+OK pop.tani.example POP3 server ready\r\n");
        CHECK(server.say("STLS\r\n") == "-ERR TLS is active already\r\n");
        CHECK(server.log_in().ends_with("+OK 2 messages\r\n"));
    }

    TEST_CASE("a server without TLS does not know STLS")
    {
        Server server{{.hostname = "pop.tani.example", .tls = ServerTls::none}};
        server.connect();
        CHECK(server.say("CAPA\r\n").find("STLS") == std::string::npos);
        CHECK(server.say("STLS\r\n") == "-ERR Not offered here\r\n");
    }

    TEST_CASE("a ClientHello in the clear is recognised")
    {
        Server server;
        server.connect();
        server.take_log();
        CHECK(server.say(std::string{"\x16\x03\x01\x02\x00", 5}) ==
              "-ERR TLS begins with STLS here\r\n");
        CHECK(server.take_log() == "S: -ERR TLS begins with STLS here [spoke_tls]\nclosed\n");
    }

    TEST_CASE("a handshake that fails ends the session")
    {
        Server server;
        server.connect();
        server.say("STLS\r\n");
        server.session.handle_tls_failed(start_of_test);
        server.drain();
        CHECK(server.closes == 1);
        server.session.handle_tls_established(start_of_test);
        CHECK_FALSE(server.session.encrypted());
    }

    // ---- lines
    // -----------------------------------------------------------------------------------

    TEST_CASE("verbs in any case; what is not exactly a command is refused")
    {
        Server server = logged_in();
        CHECK(server.say("stat\r\n") == "+OK 2 43\r\n");
        CHECK(server.say("Retr 1\r\n").starts_with("+OK"));
        for (const char* line : {"STATX",
                                 "STA",
                                 "NONE",
                                 "UNKNOWN",
                                 "HELO x",
                                 "GET / HTTP/1.1",
                                 "\xE3\x81\x82",
                                 " STAT"})
            CHECK(server.say(std::string{line} + "\r\n") == "-ERR Unknown command\r\n");
        CHECK(server.say("\r\n") == "-ERR Unknown command\r\n");
        for (const char* line : {"STAT ",
                                 "STAT 1",
                                 "RETR",
                                 "RETR ",
                                 "RETR x",
                                 "RETR -1",
                                 "RETR +1",
                                 "RETR 1 2",
                                 "RETR 1.0"})
            CHECK(server.say(std::string{line} + "\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.session.phase() == Pop3Phase::transaction);
    }

    TEST_CASE("numbers are numbers of messages, nothing else")
    {
        Server server = logged_in();
        CHECK(server.say("RETR 0\r\n") == "-ERR No such message\r\n");
        CHECK(server.say("RETR 3\r\n") == "-ERR No such message\r\n");
        CHECK(server.say("RETR 999999999\r\n") == "-ERR No such message\r\n");
        CHECK(server.say("RETR 4294967297\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.say("TOP 1\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.say("TOP 1 -1\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.say("TOP 1 1 1\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.say("LIST x\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.say("DELE\r\n") == "-ERR Bad argument\r\n");
    }

    TEST_CASE("a line that ends in LF alone gets one -ERR at once, which names CR LF")
    {
        const std::string refusal = "-ERR End lines with CR LF, not with LF alone\r\n";
        Server server = logged_in();
        CHECK(server.say("STAT\n") == refusal);
        CHECK(server.say("STAT\nQUIT\n") == refusal + refusal);
        // What stands between it and the real end of the line is never run, and answered already.
        CHECK(server.say("QUIT\r\n").empty());
        CHECK(server.say("STAT\r\n") == "+OK 2 43\r\n");
        std::string answers;
        for (const char octet : std::string{"STAT\nQUIT\r\nNOOP\r\n"})
            answers += server.say({&octet, 1});
        CHECK(answers == refusal + "+OK\r\n");
        CHECK(server.session.phase() == Pop3Phase::transaction);
    }

    TEST_CASE("bare CR and NUL end no line and make it no command")
    {
        Server server = logged_in();
        CHECK(server.say("STAT\rQUIT\r\n") == "-ERR Stray CR or NUL in the line\r\n");
        CHECK(server.say(std::string{"STAT\0\r\n", 7}) == "-ERR Stray CR or NUL in the line\r\n");
        CHECK(server.session.phase() == Pop3Phase::transaction);
    }

    TEST_CASE("a line that is too long gets one refusal; the rest of it is swallowed, never run")
    {
        Server server = logged_in();
        std::string answers;
        for (int i = 0; i < 8; ++i)
            answers += server.say(std::string(8192, 'x'));
        answers += server.say("\r\nSTAT\r\n");
        CHECK(answers == "-ERR Line too long\r\n+OK 2 43\r\n");
        std::size_t longest = 0;
        for (const auto& output : server.outputs) {
            if (const auto* seen = std::get_if<server::CommandSeen>(&output))
                longest = std::max(longest, seen->line.size());
        }
        CHECK(longest == 510);
        // The longest that is taken.
        CHECK(server.say("NOOP " + std::string(505, 'x') + "\r\n") == "-ERR Bad argument\r\n");
        CHECK(server.say("NOOP " + std::string(506, 'x') + "\r\n") == "-ERR Line too long\r\n");
    }

    TEST_CASE("octets and commands without end: -ERR and close")
    {
        Server flooded = logged_in();
        std::string answers;
        for (int i = 0; i < 9; ++i)
            answers += flooded.say(std::string(8192, 'x'));
        CHECK(answers == "-ERR Line too long\r\n-ERR Too much sent, closing\r\n");
        CHECK(flooded.closes == 1);

        Server busy = logged_in();
        int answered = 0;
        while (busy.closes == 0 && answered < 2000)
            answered += busy.say("NOOP\r\n") == "+OK\r\n" ? 1 : 0;
        CHECK(answered == 1000 + 2 * 8 - 2); // USER and PASS count, too
        CHECK(busy.closes == 1);
    }

    TEST_CASE("after twenty bad commands it is over; refusals of good ones do not count")
    {
        Server server = logged_in();
        for (int i = 0; i < 100; ++i)
            server.say("RETR 9\r\n");
        for (int i = 0; i < 19; ++i)
            CHECK(server.say("FOO\r\n") == "-ERR Unknown command\r\n");
        server.take_log();
        CHECK(server.say("FOO\r\nSTAT\r\n") == "-ERR Too many errors, closing\r\n");
        CHECK(server.take_log() ==
              "C: FOO\nreleased\n"
              "S: -ERR Too many errors, closing [too_many_failures]\nclosed\n");
    }

    TEST_CASE("a conversation gives the same outputs however its bytes are split")
    {
        const std::string conversation =
            "CAPA\r\nUSER taro\r\nPASS wrong\r\nUSER taro\r\nPASS secret\r\nSTAT\r\nLIST\r\nUIDL "
            "1\r\n"
            "bad\nline\r\n" +
            std::string(600, 'y') + "\r\nRETR 2\r\nTOP 2 1\r\nDELE 1\r\nDELE 1\r\nQUIT\r\nSTAT\r\n";
        Server whole;
        whole.connect();
        const std::string answers = whole.say(conversation);
        const std::string log = whole.take_log();
        CHECK(log.ends_with("update: uid-1\nS: +OK Bye [goodbye]\nclosed\n"));
        for (const std::size_t split : {1U, 2U, 3U, 5U, 511U, 512U}) {
            Server cut;
            cut.connect();
            std::string given;
            for (std::size_t i = 0; i < conversation.size(); i += split)
                given += cut.say(std::string_view{conversation}.substr(i, split));
            CHECK(given == answers);
            CHECK(cut.take_log() == log);
        }
    }

    TEST_CASE("each command and reply says where in the stream it stood")
    {
        const std::string said = "CAPA\r\nUSER taro\r\nPASS secret\r\nRETR 2\r\nLIST\r\nQUIT\r\n";
        Server server;
        server.session.handle_connected(start_of_test);
        std::string heard = server.drain();
        heard += server.say(said);
        for (const auto& output : server.outputs) {
            if (const auto* seen = std::get_if<server::CommandSeen>(&output))
                CHECK(said.substr(seen->stream_offset).starts_with(seen->line + "\r\n"));
            if (const auto* sent = std::get_if<server::ReplySent>(&output)) {
                const std::string reply = heard.substr(sent->stream_offset, sent->size);
                CHECK(reply.starts_with(sent->line + "\r\n"));
                CHECK(reply.ends_with("\r\n"));
            }
        }
    }

    TEST_CASE("the state diagram is exactly this")
    {
        CHECK(diagram_of({.hostname = "x", .tls = ServerTls::offered}, true) ==
              R"(authorization: capa / +OK
authorization: user / +OK
authorization: pass / -ERR out_of_sequence
authorization: stat / -ERR out_of_sequence
authorization: list / -ERR out_of_sequence
authorization: uidl / -ERR out_of_sequence
authorization: retr / -ERR out_of_sequence
authorization: top / -ERR out_of_sequence
authorization: dele / -ERR out_of_sequence
authorization: noop / -ERR out_of_sequence
authorization: rset / -ERR out_of_sequence
authorization: stls / +OK -> awaiting_tls
authorization: quit / +OK goodbye -> closed
authorization: unknown / -ERR unknown_command
authorization, USER given: capa / +OK
authorization, USER given: user / +OK
authorization, USER given: pass / (asks) -> awaiting_verdict
authorization, USER given: stat / -ERR out_of_sequence
authorization, USER given: list / -ERR out_of_sequence
authorization, USER given: uidl / -ERR out_of_sequence
authorization, USER given: retr / -ERR out_of_sequence
authorization, USER given: top / -ERR out_of_sequence
authorization, USER given: dele / -ERR out_of_sequence
authorization, USER given: noop / -ERR out_of_sequence
authorization, USER given: rset / -ERR out_of_sequence
authorization, USER given: stls / +OK -> awaiting_tls
authorization, USER given: quit / +OK goodbye -> closed
authorization, USER given: unknown / -ERR unknown_command
transaction: capa / +OK
transaction: user / -ERR out_of_sequence
transaction: pass / -ERR out_of_sequence
transaction: stat / +OK
transaction: list / +OK
transaction: uidl / +OK
transaction: retr / +OK
transaction: top / +OK
transaction: dele / +OK
transaction: noop / +OK
transaction: rset / +OK
transaction: stls / -ERR out_of_sequence
transaction: quit / +OK goodbye -> closed
transaction: unknown / -ERR unknown_command
)");
        CHECK(diagram_of({.hostname = "x", .tls = ServerTls::required}, false) ==
              R"(authorization: capa / +OK
authorization: stls / +OK -> awaiting_tls
authorization: quit / +OK goodbye -> closed
authorization, USER given: capa / +OK
authorization, USER given: stls / +OK -> awaiting_tls
authorization, USER given: quit / +OK goodbye -> closed
transaction: capa / +OK
transaction: stat / +OK
transaction: list / +OK
transaction: uidl / +OK
transaction: retr / +OK
transaction: top / +OK
transaction: dele / +OK
transaction: noop / +OK
transaction: rset / +OK
transaction: quit / +OK goodbye -> closed
)");
    }
}
