// What a client does about TLS and AUTH: SMTP.md, "Client", and RFC 3207, RFC 4954.
#include "sim/core/base64.h"
#include "sim/smtp/client_session.h"
#include "tests/smtp/client_play.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim;
using namespace sim::smtp;
using sim::smtp::test::mail_to;
using sim::smtp::test::Play;
using sim::smtp::test::play;
using sim::smtp::test::start_of_test;

namespace {

const std::string greeting = "220 mx.example\r\n";
const std::string with_tls = "250-mx.example\r\n250-STARTTLS\r\n250 PIPELINING\r\n";
const std::string with_auth = "250-mx.example\r\n250 AUTH PLAIN LOGIN\r\n";
const std::string bare = "250 mx.example\r\n";

Play protected_by(Protection protection, std::vector<std::string> script)
{
    Play play;
    play.config.protection = protection;
    play.mails.push_back(mail_to({"taro@tani.example"}));
    play.script = std::move(script);
    return play;
}

// In the clear, for the lines of the exchange alone.
Play with_login(std::vector<std::string> script)
{
    Play play = protected_by(Protection::none, std::move(script));
    play.config.wants_auth = true;
    play.config.may_reveal_password = true;
    return play;
}

std::string octets(std::string_view text)
{
    std::string with_nul{text};
    for (char& c : with_nul)
        if (c == '|') c = '\0';
    return with_nul;
}

} // namespace

TEST_SUITE("smtp.client_session")
{
    TEST_CASE("STARTTLS, handshake, and everything anew: EHLO, what is offered, stream positions")
    {
        const auto played = play(protected_by(
            Protection::starttls,
            {greeting, with_tls, "220 2.0.0 Go ahead\r\n", "250 mx.example\r\n", "250 ok\r\n"}));
        CHECK(played.log == "S:  220\n"
                            "C: EHLO client.example\n"
                            "S: ehlo 250\n"
                            "C: STARTTLS\n"
                            "S: starttls 220\n"
                            "(tls)\n"
                            "C: EHLO client.example\n"
                            "S: ehlo 250\n"
                            "C: MAIL FROM:<hanako@kumo.example>\n" // PIPELINING is forgotten
                            "S: mail 250\n"
                            "C: RCPT TO:<taro@tani.example>\n");
        std::vector<std::pair<bool, std::uint64_t>> positions;
        for (const auto& output : played.outputs) {
            if (const auto* sent = std::get_if<client::CommandSent>(&output))
                positions.emplace_back(sent->encrypted, sent->stream_offset);
        }
        CHECK(positions == std::vector<std::pair<bool, std::uint64_t>>{
                               {false, 0}, {false, 21}, {true, 0}, {true, 21}, {true, 54}});
    }

    TEST_CASE("TLS from the first octet: the greeting comes inside it")
    {
        const auto played =
            play(protected_by(Protection::tls, {"220 x\r\n", with_tls, "250 ok\r\n"}));
        CHECK(played.log.starts_with("(tls)\n"
                                     "S:  220\n"
                                     "C: EHLO client.example\n"
                                     "S: ehlo 250\n"
                                     "C: MAIL FROM:<hanako@kumo.example>\n"));
        CHECK(played.wire.find("STARTTLS") == std::string::npos);
    }

    TEST_CASE("octets behind 220 to STARTTLS are response injection: refused, closed, reported")
    {
        for (const char* injected : {"250 x\r\n", "2", "\r\n", "250-mx\r\n250 AUTH PLAIN\r\n"}) {
            const auto played = play(protected_by(
                Protection::starttls, {greeting, with_tls, "220 go\r\n" + std::string{injected}}));
            CHECK(played.log.ends_with("S: starttls 220\n"
                                       "problem: response_injection\n"
                                       "mail: refused for now tls response_injection\n"
                                       "failed: tls response_injection for now\n"
                                       "closed\n"));
            CHECK(played.wire == "EHLO client.example\r\nSTARTTLS\r\n");
        }
    }

    TEST_CASE("nor is injection believed when it comes in a segment of its own, or if available")
    {
        ClientSession session{
            {.hostname = "c.example", .protection = Protection::starttls_if_available}};
        session.handle_connected(start_of_test);
        for (const std::string& said : {greeting, with_tls, std::string{"220 go\r\n"}})
            session.handle_bytes(said, start_of_test);
        CHECK(session.phase() == ClientPhase::awaiting_tls);
        session.handle_bytes("250 injected\r\n", start_of_test);
        CHECK(session.phase() == ClientPhase::closed);
        session.handle_tls_established(start_of_test);
        CHECK(session.phase() == ClientPhase::closed);
        CHECK_FALSE(session.encrypted());
    }

    TEST_CASE("protection STARTTLS: without the offer neither password nor mail is sent")
    {
        for (const bool wants_auth : {false, true}) {
            Play stripped =
                protected_by(Protection::starttls, {greeting, with_auth, "221 bye\r\n"});
            stripped.config.wants_auth = wants_auth;
            stripped.config.may_reveal_password = true;
            CHECK(play(stripped).log == "S:  220\n"
                                        "C: EHLO client.example\n"
                                        "S: ehlo 250\n"
                                        "problem: starttls_not_offered\n"
                                        "mail: refused for now tls starttls_not_offered\n"
                                        "failed: tls starttls_not_offered for now\n"
                                        "C: QUIT\n"
                                        "S: quit 221\n"
                                        "closed\n");
        }
    }

    TEST_CASE("protection STARTTLS: a garbled EHLO and HELO instead make no difference")
    {
        const auto played = play(protected_by(
            Protection::starttls, {greeting, "500 XXXX?\r\n", "250 mx\r\n", "221 bye\r\n"}));
        CHECK(played.wire == "EHLO client.example\r\nHELO client.example\r\nQUIT\r\n");
        CHECK(played.failures.at(0).problem == SmtpProblem::starttls_not_offered);
    }

    TEST_CASE("protection STARTTLS: 454 stops it too")
    {
        const auto played = play(protected_by(
            Protection::starttls, {greeting, with_tls, "454 4.7.0 no certificate\r\n", ""}));
        CHECK(played.log.find("problem: starttls_refused\n"
                              "mail: refused for now tls starttls_refused 454\n"
                              "failed: tls starttls_refused 454 for now\n"
                              "C: QUIT\n") != std::string::npos);
        CHECK(played.wire.find("MAIL") == std::string::npos);
    }

    TEST_CASE("STARTTLS is answered by 220; another 2yz does not start a handshake")
    {
        const auto played =
            play(protected_by(Protection::starttls, {greeting, with_tls, "250 ok\r\n"}));
        CHECK(played.log.find("(tls)") == std::string::npos);
        CHECK(played.phase == ClientPhase::closed);
        CHECK(played.failures.at(0).problem == SmtpProblem::reply_malformed);
    }

    TEST_CASE("STARTTLS if available goes on in the clear, and says what was lost")
    {
        const auto missing = play(protected_by(Protection::starttls_if_available,
                                               {greeting, "250 mx.example\r\n", "250 ok\r\n"}));
        CHECK(missing.log.find("S: ehlo 250\n"
                               "problem: starttls_not_offered\n"
                               "problem: went_on_without_tls\n"
                               "C: MAIL FROM") != std::string::npos);
        const auto refused = play(protected_by(Protection::starttls_if_available,
                                               {greeting, with_tls, "454 no\r\n", "250 ok\r\n"}));
        CHECK(refused.log.find("S: starttls 454\n"
                               "problem: starttls_refused\n"
                               "problem: went_on_without_tls\n"
                               "C: MAIL FROM") != std::string::npos);
    }

    TEST_CASE("no protection: STARTTLS is not asked for although it is offered")
    {
        const auto played = play(protected_by(Protection::none, {greeting, with_tls}));
        CHECK(played.wire.find("STARTTLS") == std::string::npos);
        CHECK(played.log.find("problem") == std::string::npos);
    }

    TEST_CASE("a handshake that fails ends the session at once; nothing can be said after it")
    {
        Play failing = protected_by(Protection::starttls, {greeting, with_tls, "220 go\r\n"});
        failing.tls_succeeds = false;
        const auto played = play(failing);
        CHECK(played.log.ends_with("(tls)\n"
                                   "mail: refused for now tls\n"
                                   "failed: tls for now\n"
                                   "closed\n"));
        CHECK(played.wire == "EHLO client.example\r\nSTARTTLS\r\n");
    }

    TEST_CASE("a TLS server that answers one who speaks in the clear is recognised")
    {
        const std::string alert{"\x15\x03\x03\x00\x02\x02\x46", 7};
        const auto played = play(protected_by(Protection::none, {alert}));
        CHECK(played.log == "problem: spoke_smtp_to_tls_port\n"
                            "mail: refused for good greeting spoke_smtp_to_tls_port\n"
                            "failed: greeting spoke_smtp_to_tls_port for good\n"
                            "closed\n");
    }

    TEST_CASE("a handshake that never ends has a deadline too")
    {
        ClientSession session{{.hostname = "c.example", .protection = Protection::tls}};
        session.handle_connected(start_of_test);
        CHECK(session.next_timeout() == start_of_test + 5min);
        session.handle_timeout(start_of_test + 5min);
        CHECK(session.phase() == ClientPhase::closed);
    }

    // ---- AUTH
    // ------------------------------------------------------------------------------------

    TEST_CASE("RFC 4954 section 4.1: PLAIN with an initial response, masked as a secret")
    {
        Play login = with_login({greeting, with_auth, "235 2.7.0 Authentication successful\r\n"});
        login.auth_answers = {octets("test|test|1234")};
        const auto played = play(login);
        CHECK(played.log.find("offered: PLAIN LOGIN\n"
                              "C: AUTH PLAIN ****\n"
                              "S: auth 235\n"
                              "C: MAIL FROM:<hanako@kumo.example>\n") != std::string::npos);
        CHECK(played.wire.find("AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=\r\n") != std::string::npos);
    }

    TEST_CASE("RFC 4954 section 4.1: PLAIN without initial response, after an empty challenge")
    {
        Play login = with_login({greeting, with_auth, "334 \r\n", "235 2.7.0 ok\r\n"});
        login.auth_answers = {std::nullopt, octets("test|test|1234")};
        const auto played = play(login);
        CHECK(played.log.find("C: AUTH PLAIN\n"
                              "S: auth 334\n"
                              "challenge: \n"
                              "C: ****\n"
                              "S: auth_response 235\n"
                              "C: MAIL") != std::string::npos);
        CHECK(played.wire.find("AUTH PLAIN\r\ndGVzdAB0ZXN0ADEyMzQ=\r\n") != std::string::npos);
    }

    TEST_CASE("LOGIN: each prompt undone from Base64, each answer hidden")
    {
        Play login = with_login(
            {greeting, with_auth, "334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n", "235 ok\r\n"});
        login.mechanism = "LOGIN";
        login.auth_answers = {std::nullopt, "hanako", "secret"};
        const auto played = play(login);
        CHECK(played.log.find("C: AUTH LOGIN\n"
                              "S: auth 334\n"
                              "challenge: Username:\n"
                              "C: ****\n"
                              "S: auth_response 334\n"
                              "challenge: Password:\n"
                              "C: ****\n"
                              "S: auth_response 235\n"
                              "C: MAIL") != std::string::npos);
        CHECK(played.wire.find("AUTH LOGIN\r\naGFuYWtv\r\nc2VjcmV0\r\n") != std::string::npos);
    }

    TEST_CASE("an empty initial response is written =, an empty answer as an empty line")
    {
        Play login = with_login({greeting, with_auth, "334 eA==\r\n", "535 5.7.8 no\r\n"});
        login.auth_answers = {"", ""};
        CHECK(play(login).wire.find("AUTH PLAIN =\r\n\r\nQUIT\r\n") != std::string::npos);
    }

    TEST_CASE("an initial response too long for the line waits until it is asked for")
    {
        const std::string message = octets("|hanako|" + std::string(400, 'x'));
        Play login = with_login({greeting, with_auth, "334\r\n", "235 ok\r\n"});
        login.auth_answers = {message};
        const auto played = play(login);
        CHECK(played.wire.find("AUTH PLAIN\r\n" + encode_base64(message) + "\r\nMAIL") !=
              std::string::npos);
        CHECK(played.log.find("C: AUTH PLAIN\nS: auth 334\nC: ****\nS: auth_response 235\n") !=
              std::string::npos);
        // One octet is the difference: 512 with CR LF is still a line, RFC 5321 §4.5.3.1.4.
        Play fits = with_login({greeting, with_auth});
        fits.auth_answers = {std::string(372, 'x')}; // 496 octets of Base64
        CHECK(play(fits).wire.find("AUTH PLAIN eHh4") != std::string::npos);
        fits.auth_answers = {std::string(373, 'x')};
        CHECK(play(fits).wire.ends_with("AUTH PLAIN\r\n"));
    }

    TEST_CASE("an answer that no line can carry is not sent")
    {
        Play login = with_login({greeting, with_auth, "334 \r\n", "501 5.7.0 ok\r\n"});
        login.auth_answers = {std::nullopt, std::string(9216, 'x')};
        const auto played = play(login);
        CHECK(played.wire.find("AUTH PLAIN\r\n*\r\nQUIT") != std::string::npos);
        CHECK(played.failures.at(0).problem == SmtpProblem::unfit_for_command);
    }

    TEST_CASE("a wrong password ends the session: 535 for good, 454 for now")
    {
        Play login = with_login({greeting, with_auth, "535 5.7.8 wrong\r\n", "221 bye\r\n"});
        login.auth_answers = {"x"};
        CHECK(play(login).log.ends_with("S: auth 535\n"
                                        "mail: refused for good auth 535\n"
                                        "failed: auth 535 for good\n"
                                        "C: QUIT\n"
                                        "S: quit 221\n"
                                        "closed\n"));
        login.script[2] = "454 4.7.0 later\r\n";
        CHECK(play(login).failures.at(0).temporary);
    }

    TEST_CASE("no AUTH offered, or none that may be used: nothing secret is sent")
    {
        Play none = with_login({greeting, bare});
        CHECK(play(none).log.find("failed: auth auth_not_offered for good\nC: QUIT\n") !=
              std::string::npos);
        Play revealing = with_login({greeting, with_auth});
        revealing.config.may_reveal_password = false;
        revealing.auth_impossible = SmtpProblem::auth_would_reveal_password;
        CHECK(
            play(revealing).log.ends_with("offered: PLAIN LOGIN (secret only)\n"
                                          "problem: auth_would_reveal_password\n"
                                          "mail: refused for good auth auth_would_reveal_password\n"
                                          "failed: auth auth_would_reveal_password for good\n"
                                          "C: QUIT\n"));
    }

    TEST_CASE("under TLS a mechanism may reveal the password; without, only if the user said so")
    {
        Play play_it =
            protected_by(Protection::starttls, {greeting, with_tls, "220 go\r\n", with_auth});
        play_it.config.wants_auth = true;
        play_it.auth_answers = {"x"};
        CHECK(play(play_it).log.find("offered: PLAIN LOGIN\nC: AUTH PLAIN ****\n") !=
              std::string::npos);
        // If available, but not available: what was true under TLS is not in the clear.
        Play lost = protected_by(Protection::starttls_if_available, {greeting, with_auth});
        lost.config.wants_auth = true;
        lost.auth_impossible = SmtpProblem::auth_would_reveal_password;
        CHECK(play(lost).log.find("problem: went_on_without_tls\n"
                                  "offered: PLAIN LOGIN (secret only)\n") != std::string::npos);
    }

    TEST_CASE("mechanisms offered before TLS are forgotten")
    {
        Play login = protected_by(Protection::starttls,
                                  {greeting,
                                   "250-mx\r\n250-STARTTLS\r\n250 AUTH CRAM-MD5\r\n",
                                   "220 go\r\n",
                                   "250-mx\r\n250 auth  PLAIN   LOGIN\r\n"});
        login.config.wants_auth = true;
        login.auth_answers = {"x"};
        CHECK(play(login).log.find("offered: PLAIN LOGIN\n") != std::string::npos);
    }

    TEST_CASE("a challenge that is no Base64 is cancelled")
    {
        for (const char* challenge :
             {"334 Username:\r\n", "334 VXNlcm5hbWU\r\n", "334-eA==\r\n334 eA==\r\n"}) {
            Play login = with_login({greeting, with_auth, challenge, "501 5.7.0 ok\r\n", ""});
            login.auth_answers = {std::nullopt, "secret"};
            const auto played = play(login);
            CHECK(played.log.find("S: auth 334\nC: *\nS: auth_response 501\n"
                                  "problem: reply_malformed\n") != std::string::npos);
            CHECK(played.wire.find(encode_base64("secret")) == std::string::npos);
        }
    }

    TEST_CASE("a server that asks on and on, or that a mechanism cannot answer, is given up")
    {
        Play endless = with_login({greeting, with_auth});
        endless.script.resize(2 + 30, "334 eA==\r\n");
        endless.auth_answers.resize(40, "x");
        const auto played = play(endless);
        CHECK(played.wire.ends_with("*\r\nQUIT\r\n"));
        CHECK(played.log.find("failed: auth reply_malformed") != std::string::npos);

        Play puzzled = with_login({greeting, with_auth, "334 eA==\r\n", "501 ok\r\n"});
        puzzled.auth_answers = {"x"};
        CHECK(play(puzzled).wire.ends_with("AUTH PLAIN eA==\r\n*\r\nQUIT\r\n"));
    }

    TEST_CASE("a welcome that came too early is not believed")
    {
        Play login = with_login({greeting, with_auth, "235 2.7.0 welcome\r\n", "250 ok\r\n"});
        login.auth_answers = {"x"};
        login.believes_success = false;
        const auto played = play(login);
        CHECK(played.wire.find("MAIL") == std::string::npos);
        CHECK(played.failures.at(0).step == FailureStep::auth);
    }

    TEST_CASE("answers that come after the session has ended are ignored")
    {
        ClientSession session{{.hostname = "c.example", .wants_auth = true}};
        session.handle_connected(start_of_test);
        session.handle_bytes(greeting, start_of_test);
        session.handle_bytes(with_auth, start_of_test);
        CHECK(session.phase() == ClientPhase::choosing_mechanism);
        CHECK(session.next_timeout() == never); // it is the host's turn
        session.handle_end_of_stream(start_of_test);
        session.handle_auth_choice("PLAIN", {}, start_of_test);
        session.handle_auth_response({"x"}, start_of_test);
        session.handle_auth_impossible(SmtpProblem::no_common_mechanism, start_of_test);
        CHECK(session.phase() == ClientPhase::closed);
        while (auto output = session.poll_output()) {
            if (const auto* sent = std::get_if<client::CommandSent>(&*output))
                CHECK(sent->verb == SmtpVerb::ehlo);
        }
    }
}
