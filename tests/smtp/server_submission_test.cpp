#include "sim/core/base64.h"
#include "sim/smtp/server_session.h"
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sim::smtp {

using namespace server;
using namespace std::string_literals;
using namespace std::string_view_literals;
using test::ServerPlay;

namespace {

ServerConfig submission()
{
    return submission_config("mail.server.example");
}

// No TLS at all, passwords in the clear: what a lesson shows as a bad example.
ServerConfig careless()
{
    ServerConfig config = submission();
    config.tls = TlsUse::absent;
    config.mechanisms_in_clear = {"PLAIN", "LOGIN"};
    return config;
}

ServerPlay under_tls()
{
    ServerPlay play{submission()};
    play.lines({"EHLO client.example", "STARTTLS"});
    play.establish_tls();
    play.lines({"EHLO client.example"});
    play.forget();
    return play;
}

const std::string good_plain = encode_base64("\0hanako\0secret"sv);
const std::string bad_plain = encode_base64("\0hanako\0wrong"sv);
const std::string unknown_plain = encode_base64("\0nemo\0secret"sv);

std::string shown(const CommandSeen& command)
{
    std::string line = command.line;
    line.replace(command.secret_offset, command.secret_size, command.secret_size, '*');
    return line;
}

bool saw(const ServerPlay& play, const Output& output)
{
    return std::ranges::find(play.outputs, output) != play.outputs.end();
}

} // namespace

TEST_SUITE("smtp.server_submission")
{
    TEST_CASE("MAIL on 587 without TLS: 530 5.7.0 Must issue a STARTTLS command first")
    {
        ServerPlay play{submission()};
        play.lines({"EHLO client.example"});
        CHECK(play.lines({"MAIL FROM:<hanako@client.example>"}) ==
              "530 5.7.0 Must issue a STARTTLS command first\r\n");
        CHECK(play.last_reason() == SmtpReason::tls_required);
    }

    TEST_CASE("AUTH in the clear on a port that demands TLS: 538 5.7.11, whatever the password")
    {
        ServerPlay play{submission()};
        play.take_wire();
        CHECK(play.lines({"EHLO client.example"}).find("AUTH") == std::string::npos);
        for (const std::string& line : {"AUTH PLAIN " + good_plain,
                                        "AUTH PLAIN " + bad_plain,
                                        "AUTH PLAIN !!!"s,
                                        "AUTH PLAIN"s,
                                        "AUTH LOGIN"s,
                                        "AUTH UNHEARD-OF"s})
            CHECK(play.lines({line}) == "538 5.7.11 Encryption required for authentication\r\n");
        for (const CommandSeen& command : play.commands())
            CHECK(command.line.size() - command.secret_size < 20);
    }

    TEST_CASE("AUTH in the clear where TLS is offered and only some mechanisms may do without")
    {
        ServerConfig config = submission();
        config.tls = TlsUse::offered;
        config.mechanisms_in_clear = {"CRAM-MD5"};
        ServerPlay play{config};
        play.take_wire();
        const std::string hello = play.lines({"EHLO client.example"});
        CHECK(hello.find("250-AUTH CRAM-MD5\r\n") != std::string::npos);
        CHECK(play.lines({"AUTH PLAIN " + good_plain}).starts_with("538 5.7.11 "));
        CHECK(play.lines({"AUTH NTLM"}).starts_with("504 5.5.4 "));
        play.lines({"STARTTLS"});
        play.establish_tls();
        CHECK(play.lines({"EHLO client.example"}).find("250-AUTH PLAIN LOGIN\r\n") !=
              std::string::npos);
        CHECK(play.lines({"AUTH CRAM-MD5"}).starts_with("504 5.5.4 "));
    }

    TEST_CASE("MAIL without AUTH: 530 5.7.0 Authentication required")
    {
        ServerPlay play = under_tls();
        CHECK(play.lines({"MAIL FROM:<hanako@client.example>"}) ==
              "530 5.7.0 Authentication required\r\n");
        CHECK(play.last_reason() == SmtpReason::auth_required);
    }

    TEST_CASE("AUTH success 235 2.7.0, and the user is known from then on")
    {
        ServerPlay play = under_tls();
        CHECK(play.lines({"AUTH PLAIN " + good_plain}) ==
              "235 2.7.0 Authentication successful\r\n");
        CHECK(play.lines({"EHLO client.example"}).find("AUTH") == std::string::npos);
        CHECK(play.lines({"RSET", "MAIL FROM:<hanako@client.example>"})
                  .ends_with("250 2.1.0 Ok\r\n"));
        CHECK(play.senders.back().client == ClientFacts{"client.example", true, true, "hanako"});
        play.lines({"RCPT TO:<taro@server.example>", "DATA", "."});
        CHECK(play.messages.at(0).client.user == "hanako");
    }

    TEST_CASE("AUTH wrong: 535 5.7.8, the same reply at the same time for an unknown user")
    {
        std::vector<Instant> times;
        for (const std::string& response : {bad_plain, unknown_plain}) {
            ServerPlay play = under_tls();
            CHECK(play.lines({"AUTH PLAIN " + response}).empty());
            CHECK(play.session.phase() == SmtpPhase::awaiting_verdict);
            REQUIRE(play.session.next_timeout() != never);
            times.push_back(play.session.next_timeout());
            play.pass(1s);
            CHECK(play.take_wire() == "535 5.7.8 Authentication credentials invalid\r\n");
            CHECK(play.lines({"AUTH PLAIN " + good_plain}).starts_with("235"));
        }
        CHECK(times[0] == times[1]);
    }

    TEST_CASE("AUTH: no initial response, and the empty challenge is exactly 334, space, CR LF")
    {
        ServerPlay play = under_tls();
        CHECK(play.lines({"AUTH PLAIN"}) == "334 \r\n");
        CHECK(play.session.phase() == SmtpPhase::authenticating);
        CHECK(play.lines({good_plain}).starts_with("235 "));
    }

    TEST_CASE("AUTH LOGIN: VXNlcm5hbWU6, then UGFzc3dvcmQ6")
    {
        ServerPlay play = under_tls();
        CHECK(play.lines({"AUTH LOGIN"}) == "334 VXNlcm5hbWU6\r\n");
        CHECK(play.lines({encode_base64("hanako")}) == "334 UGFzc3dvcmQ6\r\n");
        CHECK(play.lines({encode_base64("secret")}).starts_with("235 "));
    }

    TEST_CASE("AUTH: = is an empty initial response, unlike none")
    {
        ServerPlay play = under_tls();
        play.lines({"AUTH PLAIN ="});
        CHECK(saw(play, AuthStart{"PLAIN", std::string{}}));
        play.pass(1s);
        play.lines({"AUTH plain"});
        CHECK(saw(play, AuthStart{"PLAIN", std::nullopt}));
    }

    TEST_CASE("AUTH: unknown mechanism 504, twice 503, inside a transaction 503")
    {
        ServerPlay play = under_tls();
        CHECK(play.lines({"AUTH GSSAPI"}) == "504 5.5.4 Authentication mechanism not offered\r\n");
        CHECK(play.lines({"AUTH PLAINX"}).starts_with("504 5.5.4 "));
        CHECK(play.lines({"AUTH PLAIN " + good_plain}).starts_with("235 "));
        CHECK(play.lines({"AUTH PLAIN " + good_plain}) == "503 5.5.1 Already authenticated\r\n");
        CHECK(play.lines({"MAIL FROM:<hanako@client.example>"}).starts_with("250"));
        CHECK(play.lines({"AUTH PLAIN " + good_plain}).starts_with("503 5.5.1 "));
    }

    TEST_CASE("AUTH: * cancels 501 5.7.0, bad Base64 501 5.5.2, too long 500 5.5.6")
    {
        ServerPlay play = under_tls();
        play.lines({"AUTH PLAIN"});
        CHECK(play.lines({"*"}) == "501 5.7.0 Authentication cancelled\r\n");
        CHECK(saw(play, AuthCancelled{}));
        CHECK(play.session.phase() == SmtpPhase::ready);
        for (const char* bad : {"!!!!", "AAA", "AAAA=", "====", "AA==AA==", " ", "AA A"}) {
            CHECK(play.lines({"AUTH PLAIN"}) == "334 \r\n");
            CHECK(play.lines({bad}) == "501 5.5.2 Cannot decode Base64\r\n");
        }
        CHECK(play.lines({"AUTH PLAIN !!"}) == "501 5.5.2 Cannot decode Base64\r\n");

        const std::string longest(12286, 'A'); // with CR LF 12288
        CHECK(play.lines({"AUTH PLAIN"}) == "334 \r\n");
        CHECK(play.lines({longest.substr(2)}).empty()); // 12284: valid Base64, wrong
        play.pass(1s);
        play.forget();
        CHECK(play.lines({"AUTH PLAIN"}) == "334 \r\n");
        CHECK(play.lines({longest + "A"}) ==
              "500 5.5.6 Authentication exchange line is too long\r\n");
        CHECK(play.lines({"AUTH PLAIN " + longest}) ==
              "500 5.5.6 Authentication exchange line is too long\r\n");
        CHECK(play.lines({"NOOP"}).starts_with("250 "));
        // Of the long lines only what may be shown is shown.
        for (const CommandSeen& command : play.commands())
            CHECK(shown(command).find("AAA") == std::string::npos);
    }

    TEST_CASE("AUTH: a malformed response gets 501, trouble with the users 454, and never 235")
    {
        for (const auto outcome :
             {AuthResult::Outcome::malformed, AuthResult::Outcome::temporary_trouble}) {
            ServerPlay play = under_tls();
            play.holds_answers = true;
            play.lines({"AUTH PLAIN " + good_plain});
            play.session.handle_auth_result({outcome, "hanako"}, play.now);
            while (auto output = play.session.poll_output()) {
                if (const auto* sent = std::get_if<SendBytes>(&*output)) {
                    CHECK(sent->bytes == (outcome == AuthResult::Outcome::malformed
                                              ? "501 5.7.0 Not what the mechanism expects\r\n"
                                              : "454 4.7.0 Temporary authentication failure\r\n"));
                }
            }
            play.holds_answers = false;
            CHECK(play.lines({"MAIL FROM:<hanako@client.example>"}).starts_with("530 5.7.0"));
        }
    }

    TEST_CASE("AUTH: what a host words in a challenge may be any octets")
    {
        ServerPlay play = under_tls();
        play.holds_answers = true;
        play.lines({"AUTH PLAIN"});
        play.session.handle_auth_challenge("\r\n250 ok\0"sv, play.now);
        while (auto output = play.session.poll_output()) {
            if (const auto* sent = std::get_if<SendBytes>(&*output))
                CHECK(sent->bytes == "334 " + encode_base64("\r\n250 ok\0"sv) + "\r\n");
        }
    }

    TEST_CASE("three failures: the delay grows, then 421 4.7.0 and close")
    {
        ServerPlay play = under_tls();
        Instant before = play.now;
        std::vector<Duration> delays;
        for (int i = 0; i < 3; ++i) {
            CHECK(play.lines({"AUTH PLAIN " + bad_plain}).empty());
            delays.push_back(play.session.next_timeout() - before);
            play.pass(delays.back());
            before = play.now;
            if (i < 2)
                CHECK(play.take_wire() == "535 5.7.8 Authentication credentials invalid\r\n");
        }
        CHECK(delays == std::vector<Duration>{1s, 2s, 4s});
        CHECK(play.take_wire() == "535 5.7.8 Authentication credentials invalid\r\n"
                                  "421 4.7.0 Too many failed logins, closing connection\r\n");
        CHECK(play.closed);
        CHECK(play.last_reason() == SmtpReason::auth_too_many_failures);
    }

    TEST_CASE("what comes while a failed AUTH waits is answered after it")
    {
        ServerPlay play = under_tls();
        CHECK(play.say("AUTH PLAIN " + bad_plain + "\r\nNOOP\r\n").empty());
        CHECK(play.lines({"NOOP"}).empty());
        play.pass(1s);
        CHECK(play.take_wire() ==
              "535 5.7.8 Authentication credentials invalid\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n");
    }

    TEST_CASE("envelope sender not the user's: 553 5.7.1")
    {
        ServerPlay play{submission()};
        play.become_ready();
        CHECK(play.lines({"MAIL FROM:<spoof@client.example>"}) ==
              "553 5.7.1 Sender address is not yours\r\n");
        CHECK(play.senders.back().client.user == "hanako");
    }

    TEST_CASE("465: TLS first, then the greeting, and no STARTTLS")
    {
        ServerPlay play{submission(), true};
        CHECK(play.take_wire() == "220 mail.server.example ESMTP\r\n");
        CHECK(play.session.encrypted());
        const std::string hello = play.lines({"EHLO client.example"});
        CHECK(hello.find("STARTTLS") == std::string::npos);
        CHECK(hello.find("250-AUTH PLAIN LOGIN\r\n") != std::string::npos);
        CHECK(play.lines({"STARTTLS"}) == "503 5.5.1 TLS is already active\r\n");
        CHECK(play.lines({"AUTH PLAIN " + good_plain}).starts_with("235 "));
    }

    TEST_CASE("465: a handshake that fails or never comes ends without a word")
    {
        const auto config = std::make_shared<const ServerConfig>(submission());
        for (const bool fails : {true, false}) {
            ServerSession session{config};
            session.handle_connected({}, true);
            CHECK(session.poll_output() == Output{BeginTls{}});
            CHECK_FALSE(session.poll_output());
            CHECK(session.phase() == SmtpPhase::awaiting_tls);
            if (fails) {
                session.handle_tls_failed({});
            } else {
                REQUIRE(session.next_timeout() == Instant{} + 5min);
                session.handle_timeout(Instant{} + 5min);
            }
            CHECK(session.poll_output() == Output{CloseConnection{}});
            CHECK_FALSE(session.poll_output());
            CHECK(session.phase() == SmtpPhase::closed);
        }
    }

    TEST_CASE("465: one that is not welcome is told so under TLS")
    {
        ServerSession session{std::make_shared<const ServerConfig>(submission())};
        session.handle_connected({}, true, Judgement{SmtpReason::overloaded});
        CHECK(session.poll_output() == Output{BeginTls{}});
        session.handle_tls_established({});
        std::string wire;
        while (auto output = session.poll_output())
            if (const auto* sent = std::get_if<SendBytes>(&*output)) wire += sent->bytes;
        CHECK(wire == "421 4.3.2 Too busy, try again later\r\n");
        CHECK(session.phase() == SmtpPhase::closed);
    }

    TEST_CASE("STARTTLS: 220 2.0.0, then everything learned before is forgotten")
    {
        ServerConfig config = submission();
        config.tls = TlsUse::offered;
        config.mechanisms_in_clear = {"PLAIN"};
        ServerPlay play{config};
        play.become_ready();
        CHECK(play.lines({"STARTTLS"}).starts_with("503 5.5.1")); // become_ready did it
        ServerPlay fresh{config};
        fresh.lines({"EHLO client.example", "AUTH PLAIN " + good_plain});
        fresh.take_wire();
        CHECK(fresh.lines({"STARTTLS"}) == "220 2.0.0 Ready to start TLS\r\n");
        CHECK(fresh.session.phase() == SmtpPhase::awaiting_tls);
        CHECK(fresh.tls_asked);
        fresh.establish_tls();
        CHECK(fresh.session.phase() == SmtpPhase::awaiting_hello);
        CHECK(fresh.take_wire().empty());
        CHECK(fresh.lines({"MAIL FROM:<hanako@client.example>"}).starts_with("503 5.5.1"));
        fresh.lines({"EHLO other.example"});
        CHECK(fresh.lines({"MAIL FROM:<hanako@client.example>"}) ==
              "530 5.7.0 Authentication required\r\n");
    }

    TEST_CASE("STARTTLS: with an argument 501 5.5.4, under TLS 503 5.5.1, certificate trouble 454")
    {
        ServerPlay play{submission()};
        play.lines({"EHLO client.example"});
        play.take_wire();
        CHECK(play.lines({"STARTTLS now"}).starts_with("501 5.5.4 "));
        CHECK_FALSE(play.tls_asked);
        ServerPlay secure = under_tls();
        CHECK(secure.lines({"STARTTLS"}) == "503 5.5.1 TLS is already active\r\n");
        ServerConfig config = submission();
        config.tls = TlsUse::unready;
        ServerPlay unready{config};
        CHECK(unready.lines({"EHLO client.example"}).find("STARTTLS") != std::string::npos);
        CHECK(unready.lines({"STARTTLS"}) ==
              "454 4.7.0 TLS not available due to temporary reason\r\n");
        CHECK(unready.session.phase() == SmtpPhase::ready);
    }

    TEST_CASE("STARTTLS: bytes behind it, even half a line, are dropped and reported")
    {
        for (const char* behind :
             {"MAIL FROM:<evil@x.example>\r\n", "R", "RSET\r\nQUIT\r\n", "\r\n"}) {
            ServerPlay play{submission()};
            play.lines({"EHLO client.example"});
            play.forget();
            CHECK(play.say("STARTTLS\r\n" + std::string{behind}) ==
                  "220 2.0.0 Ready to start TLS\r\n");
            std::string line = behind;
            line = line.substr(0, line.find('\r'));
            CHECK(saw(play, ProblemSeen{SmtpProblem::plaintext_after_starttls, line}));
            CHECK(std::holds_alternative<BeginTls>(play.outputs.back()));
            play.establish_tls();
            CHECK(play.say("\r\n").starts_with("500 5.5.2"));
            CHECK(play.say("EHLO client.example\r\n").starts_with("250-"));
            CHECK(play.say("RSET\r\n") == "250 2.0.0 Ok\r\n");
        }
    }

    TEST_CASE("STARTTLS: plaintext that comes later, before the handshake, is dropped as well")
    {
        ServerPlay play{submission()};
        play.lines({"EHLO client.example", "STARTTLS"});
        CHECK(play.lines({"MAIL FROM:<evil@x.example>"}).empty());
        CHECK(
            saw(play,
                ProblemSeen{SmtpProblem::plaintext_after_starttls, "MAIL FROM:<evil@x.example>"}));
        play.establish_tls();
        CHECK(play.lines({"EHLO client.example"}).starts_with("250-"));
        CHECK(play.senders.empty());
    }

    TEST_CASE("STARTTLS: a password among the bytes that are dropped is not shown")
    {
        ServerPlay play{submission()};
        play.lines({"EHLO client.example"});
        play.say("STARTTLS\r\nAUTH PLAIN " + good_plain + "\r\n");
        CHECK(saw(play, ProblemSeen{SmtpProblem::plaintext_after_starttls, "AUTH PLAIN "}));
    }

    TEST_CASE("submission normalises line ends, and only here")
    {
        ServerPlay play{submission()};
        play.become_transacting();
        play.lines({"DATA"});
        CHECK(play.say("Subject: x\n\nHi\r\n.\r\n") == "250 2.0.0 Message accepted\r\n");
        CHECK(play.messages.at(0).text == "Subject: x\r\n\r\nHi\r\n");
    }

    TEST_CASE("passwords are marked wherever they stand")
    {
        ServerPlay play{careless()};
        play.lines({"EHLO client.example", "AUTH LOGIN", encode_base64("hanako")});
        play.lines({encode_base64("secret")});
        std::string log;
        for (const CommandSeen& command : play.commands())
            log += shown(command) + '\n';
        CHECK(log == "EHLO client.example\nAUTH LOGIN\n********\n********\n");
        CHECK(play.commands().at(2).verb == SmtpVerb::auth_response);

        // Sent blindly behind an AUTH that is refused: no commands, but a password all the same.
        ServerPlay blind{submission()};
        blind.lines({"EHLO client.example"});
        blind.say("AUTH LOGIN\r\naGFuYWtv\r\nAUTHc2Vj\r\nNOOP\r\nc2VjcmV0\r\n");
        std::string blind_log;
        for (const CommandSeen& command : blind.commands())
            blind_log += shown(command) + '\n';
        CHECK(blind_log == "EHLO client.example\nAUTH LOGIN\n********\n********\nNOOP\nc2VjcmV0\n");
    }

    TEST_CASE("AUTH on a server without TLS: offered, taken, and the trace says in the clear")
    {
        ServerPlay play{careless()};
        play.take_wire();
        CHECK(play.lines({"EHLO client.example"}).find("250-AUTH PLAIN LOGIN") !=
              std::string::npos);
        CHECK(play.lines({"AUTH PLAIN " + good_plain}).starts_with("235 "));
        CHECK_FALSE(play.commands().back().encrypted);
        CHECK(play.lines({"MAIL FROM:<hanako@client.example>"}) == "250 2.1.0 Ok\r\n");
    }
}

} // namespace sim::smtp
