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

const std::string everything = "250-mx.example\r\n250-PIPELINING\r\n250-SIZE 1000\r\n"
                               "250-8BITMIME\r\n250 SMTPUTF8\r\n";
const std::string plain = "250 mx.example\r\n";

Play to(std::vector<std::string> recipients, std::vector<std::string> script)
{
    Play play;
    play.mails.push_back(mail_to(std::move(recipients)));
    play.script = std::move(script);
    return play;
}

std::string log_of(const Play& what)
{
    return play(what).log;
}

} // namespace

TEST_SUITE("smtp.client_session")
{
    TEST_CASE("one mail to a server without extensions, one command at a time")
    {
        const auto played = play(to({"taro@tani.example"},
                                    {"220 mx.example ESMTP\r\n",
                                     plain,
                                     "250 2.1.0 Ok\r\n",
                                     "250 2.1.5 Ok\r\n",
                                     "354 Go on\r\n",
                                     "250 2.0.0 Ok\r\n",
                                     "221 2.0.0 Bye\r\n"}));
        CHECK(played.log == "S:  220\n"
                            "C: EHLO client.example\n"
                            "S: ehlo 250\n"
                            "C: MAIL FROM:<hanako@kumo.example>\n"
                            "S: mail 250\n"
                            "C: RCPT TO:<taro@tani.example>\n"
                            "S: rcpt 250\n"
                            "C: DATA\n"
                            "S: data 354\n"
                            "text: 3 lines, 18\n"
                            "S: text 250\n"
                            "mail: accepted 250\n"
                            "C: QUIT\n"
                            "S: quit 221\n"
                            "closed\n");
        CHECK(played.wire == "EHLO client.example\r\nMAIL FROM:<hanako@kumo.example>\r\n"
                             "RCPT TO:<taro@tani.example>\r\nDATA\r\n"
                             "Subject: x\r\n\r\nHi\r\n.\r\nQUIT\r\n");
        CHECK(played.closes == 1);
        CHECK(played.failures.empty());
    }

    TEST_CASE("RFC 2920 section 3.2: with PIPELINING envelope and DATA go out in one group")
    {
        const auto played = play(to({"ned@innosoft.example", "dan@innosoft.example"},
                                    {"220 innosoft.example SMTP\r\n",
                                     everything,
                                     ("250 sender ok\r\n250 recipient ok\r\n"
                                      "250 recipient ok\r\n354 enter mail\r\n"),
                                     "250 message sent\r\n",
                                     "221 goodbye\r\n"}));
        CHECK(played.log == "S:  220\n"
                            "C: EHLO client.example\n"
                            "S: ehlo 250\n"
                            "C: MAIL FROM:<hanako@kumo.example> SIZE=18\n"
                            "C: RCPT TO:<ned@innosoft.example>\n"
                            "C: RCPT TO:<dan@innosoft.example>\n"
                            "C: DATA\n"
                            "S: mail 250\n"
                            "S: rcpt 250\n"
                            "S: rcpt 250\n"
                            "S: data 354\n"
                            "text: 3 lines, 18\n"
                            "S: text 250\n"
                            "mail: accepted 250\n"
                            "mail: accepted 250\n"
                            "C: QUIT\n"
                            "S: quit 221\n"
                            "closed\n");
        int groups = 0;
        for (const auto& output : played.outputs)
            groups += std::holds_alternative<client::SendBytes>(output) ? 1 : 0;
        CHECK(groups == 4); // EHLO; MAIL to DATA; the text; QUIT
    }

    TEST_CASE("a client that was told not to pipeline does not, whatever is offered")
    {
        Play one_by_one = to({"taro@tani.example"},
                             {"220 x\r\n",
                              everything,
                              "250 ok\r\n",
                              "250 ok\r\n",
                              "354 go\r\n",
                              "250 ok\r\n",
                              "221 bye\r\n"});
        one_by_one.config.wants_pipelining = false;
        CHECK(log_of(one_by_one).find("C: RCPT TO:<taro@tani.example>\nS: rcpt 250\nC: DATA\n") !=
              std::string::npos);
    }

    TEST_CASE("bounces have the null reverse-path")
    {
        Play bounce = to({"hanako@kumo.example"}, {"220 x\r\n", plain});
        bounce.mails.front().reverse_path.clear();
        CHECK(play(bounce).wire == "EHLO client.example\r\nMAIL FROM:<>\r\n");
    }

    TEST_CASE("a server that does not know EHLO is greeted with HELO, and offers nothing")
    {
        for (const char* unknown : {"500 What?\r\n", "502 Not implemented\r\n"}) {
            const auto played = play(
                to({"taro@tani.example"}, {"220 x\r\n", unknown, "250 old\r\n", "250 ok\r\n"}));
            CHECK(played.wire == "EHLO client.example\r\nHELO client.example\r\n"
                                 "MAIL FROM:<hanako@kumo.example>\r\n"
                                 "RCPT TO:<taro@tani.example>\r\n");
        }
    }

    TEST_CASE("what the reply to HELO says is no offer")
    {
        const auto played =
            play(to({"taro@tani.example"}, {"220 x\r\n", "500 What?\r\n", everything}));
        CHECK(played.wire.ends_with("MAIL FROM:<hanako@kumo.example>\r\n"));
    }

    TEST_CASE("later lines of a reply may say anything, the last line's code alone counts")
    {
        const auto played = play(to({"taro@tani.example"},
                                    {"220-mx.example\r\n220-\r\n220 - welcome\r\n",
                                     "250-mx.example\r\nHELP\r\n250-X\r\n250\r\n",
                                     "550-5.1.8 we do not like\r\n550 5.1.8 you\r\n",
                                     "221 bye\r\n"}));
        CHECK(played.log == "S:  220\n"
                            "C: EHLO client.example\n"
                            "S: ehlo 250\n"
                            "C: MAIL FROM:<hanako@kumo.example>\n"
                            "S: mail 550\n"
                            "mail: refused for good mail_from 550\n"
                            "C: QUIT\n"
                            "S: quit 221\n"
                            "closed\n");
        const auto& said = played.mails.at(0).recipients.at(0).reply;
        CHECK(said.enhanced == EnhancedCode{5, 1, 8});
        CHECK(said.text == "we do not like\nyou");
    }

    TEST_CASE("a conversation gives the same outputs however its bytes are split")
    {
        Play whole = to({"ned@innosoft.example", "dan@innosoft.example"},
                        {"220-mx\r\n220 hello\r\n",
                         everything,
                         "250 ok\r\n550 5.1.1 who?\r\n250 ok\r\n354 go\r\n",
                         "250-kept\r\n250 thanks\r\n",
                         "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n",
                         "452 4.2.2 full\r\n",
                         "221 bye\r\n"});
        whole.mails.push_back(mail_to({"taro@tani.example", "jiro@tani.example"}));
        const auto expected = play(whole);
        CHECK(expected.mails.size() == 2);
        for (const std::size_t split : {1U, 2U, 3U, 5U, 7U, 11U}) {
            Play cut = whole;
            cut.split = split;
            const auto played = play(cut);
            CHECK((played.outputs == expected.outputs));
            CHECK(played.log == expected.log);
        }
    }

    // ---- what becomes of the recipients --------------------------------------------------------

    TEST_CASE("4yz, 5yz or a lost line at each step: later, never, later")
    {
        struct Row {
            std::size_t step; // how many of the script's turns go well
            const char* temporary;
            const char* permanent;
            const char* dropped;
        };
        const std::vector<std::string> good{
            "220 x\r\n", plain, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n"};
        for (const Row& row : {Row{0, "greeting 450", "greeting 550", "greeting"},
                               Row{1, "hello 450", "hello 550", "hello"},
                               Row{2, "mail_from 450", "mail_from 550", "mail_from"},
                               Row{3, "rcpt_to 450", "rcpt_to 550", "rcpt_to"},
                               Row{4, "data 450", "data 550", "data"},
                               Row{5, "end_of_data 450", "end_of_data 550", "end_of_data"}}) {
            CAPTURE(row.step);
            const std::vector<std::string> before(
                good.begin(), good.begin() + static_cast<std::ptrdiff_t>(row.step));
            const auto ending = [&](const char* reply) {
                Play what = to({"taro@tani.example"}, before);
                what.server_hangs_up = reply == nullptr;
                if (reply != nullptr) what.script.emplace_back(reply);
                return play(what);
            };
            const auto later = ending("450 4.0.0 later\r\n").log;
            CHECK(later.find(std::string{"mail: refused for now "} + row.temporary + '\n') !=
                  std::string::npos);
            const auto never_again = ending("550 5.0.0 no\r\n").log;
            CHECK(never_again.find(std::string{"mail: refused for good "} + row.permanent + '\n') !=
                  std::string::npos);
            const auto lost = ending(nullptr).log;
            CHECK(lost.find(std::string{"mail: refused for now "} + row.dropped +
                            " closed_too_early\n") != std::string::npos);
            for (const auto& log : {later, never_again, lost}) {
                CHECK(log.find("mail: accepted") == std::string::npos);
                CHECK(log.find("mail: ") == log.rfind("mail: "));
            }
        }
    }

    TEST_CASE("after the final dot without a reply the mail is neither sent nor refused")
    {
        Play lost = to({"taro@tani.example"},
                       {"220 x\r\n", plain, "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
        lost.server_hangs_up = true;
        CHECK(log_of(lost).ends_with("text: 3 lines, 18\n"
                                     "problem: closed_too_early\n"
                                     "mail: refused for now end_of_data closed_too_early\n"
                                     "failed: end_of_data closed_too_early for now\n"
                                     "closed\n"));
        lost.script.emplace_back("250 2.0.0 Ok"); // all but the line end
        CHECK(log_of(lost).find("mail: accepted") == std::string::npos);
    }

    TEST_CASE("refused recipients do not keep the mail from the others")
    {
        for (const bool pipelined : {true, false}) {
            Play mixed;
            mixed.mails.push_back(mail_to({"a@x.example", "b@x.example", "c@x.example"}));
            if (pipelined) {
                mixed.script = {"220 x\r\n",
                                everything,
                                "250 ok\r\n550 5.1.1 no\r\n250 ok\r\n451 4.3.0 later\r\n354 go\r\n",
                                "250 2.0.0 ok\r\n",
                                "221 bye\r\n"};
            } else {
                mixed.script = {"220 x\r\n",
                                plain,
                                "250 ok\r\n",
                                "550 5.1.1 no\r\n",
                                "250 ok\r\n",
                                "451 4.3.0 later\r\n",
                                "354 go\r\n",
                                "250 2.0.0 ok\r\n",
                                "221 bye\r\n"};
            }
            const auto played = play(mixed);
            CHECK(played.log.find("mail: refused for good rcpt_to 550\n"
                                  "mail: accepted 250\n"
                                  "mail: refused for now rcpt_to 451\n"
                                  "C: QUIT\n") != std::string::npos);
            CHECK(played.wire.find("Hi\r\n.\r\n") != std::string::npos);
        }
    }

    TEST_CASE("RFC 2920 section 3.1: no recipient taken, but 354: a text of no lines is sent")
    {
        const auto played = play(to({"a@x.example", "b@x.example"},
                                    {"220 x\r\n",
                                     everything,
                                     "250 ok\r\n550 5.1.1 no\r\n550 5.1.1 no\r\n354 go\r\n",
                                     "554 5.5.1 no recipients\r\n",
                                     "221 bye\r\n"}));
        CHECK(played.wire.ends_with("DATA\r\n.\r\nQUIT\r\n"));
        CHECK(played.log.ends_with("S: data 354\n"
                                   "text: 0 lines, 0\n"
                                   "S: text 554\n"
                                   "mail: refused for good rcpt_to 550\n"
                                   "mail: refused for good rcpt_to 550\n"
                                   "C: QUIT\n"
                                   "S: quit 221\n"
                                   "closed\n"));
    }

    TEST_CASE("a text of no lines that is taken with 250 was still sent to nobody")
    {
        const auto log = log_of(to({"a@x.example"},
                                   {"220 x\r\n",
                                    everything,
                                    "250 ok\r\n550 5.1.1 no\r\n354 go\r\n",
                                    "250 2.0.0 fine\r\n",
                                    "221 bye\r\n"}));
        CHECK(log.find("mail: refused for good rcpt_to 550\n") != std::string::npos);
        CHECK(log.find("accepted") == std::string::npos);
    }

    TEST_CASE("MAIL refused in a pipelined group decides for all, whatever follows")
    {
        for (const char* rest : {"503 5.5.1 no\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n",
                                 "250 ok\r\n250 ok\r\n554 no\r\n"}) {
            const auto log =
                log_of(to({"a@x.example", "b@x.example"},
                          {"220 x\r\n", everything, "552 5.3.4 big\r\n" + std::string{rest}, ""}));
            CHECK(log.find("mail: refused for good mail_from 552\n"
                           "mail: refused for good mail_from 552\n"
                           "C: QUIT\n") != std::string::npos);
        }
        // Even when it then says 354, nothing but the dot goes out.
        const auto played = play(
            to({"a@x.example"},
               {"220 x\r\n", everything, "451 4.3.0 no\r\n250 ok\r\n354 go\r\n", "250 ok\r\n"}));
        CHECK(played.wire.find("Hi") == std::string::npos);
        CHECK(played.log.find("mail: refused for now mail_from 451\n") != std::string::npos);
        // And when the line is lost in between, the refusal stands.
        Play lost =
            to({"a@x.example"}, {"220 x\r\n", everything, "550 5.7.1 no\r\n503 5.5.1 no\r\n"});
        lost.server_hangs_up = true;
        CHECK(log_of(lost).find("mail: refused for good mail_from 550\n") != std::string::npos);
    }

    TEST_CASE("RFC 3030 section 2: behind a BDAT that was refused comes RSET before the next mail")
    {
        Play script = to({"a@x.example"},
                         {"220 x\r\n",
                          "250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
                          "250 ok\r\n250 ok\r\n",
                          "451 later\r\n",
                          "250 reset\r\n250 ok\r\n250 ok\r\n",
                          "250 queued\r\n",
                          "221 bye\r\n"});
        script.config.wants_chunking = true;
        script.mails.push_back(mail_to({"b@x.example"}));
        const auto played = play(script);
        INFO(played.log);
        const std::size_t reset = played.wire.find("RSET\r\nMAIL FROM:");
        CHECK(reset != std::string::npos);
        CHECK(reset > played.wire.find("BDAT"));
        REQUIRE(played.mails.size() == 2);
        using Outcome = client::RecipientResult::Outcome;
        CHECK(played.mails[1].recipients.at(0).outcome == Outcome::accepted);
    }

    TEST_CASE("MAIL refused in a pipelined group that BDAT was to follow: no chunk is sent")
    {
        Play script;
        script.config.wants_chunking = true;
        script.mails = {mail_to({"a@example.com", "b@example.com"})};
        script.script = {"220 x\r\n",
                         "250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
                         "451 later\r\n503 no\r\n503 no\r\n"};
        const auto played = play(script);
        REQUIRE(played.mails.size() == 1);
        for (const auto& result : played.mails[0].recipients) {
            CHECK(result.outcome == client::RecipientResult::Outcome::refused_for_now);
            CHECK(result.reply.code == 451);
        }
        CHECK(played.wire.find("BDAT") == std::string::npos);
    }

    TEST_CASE("DATA refused in a group with recipients taken: they are refused, others keep theirs")
    {
        const auto log = log_of(to({"a@x.example", "b@x.example"},
                                   {"220 x\r\n",
                                    everything,
                                    "250 ok\r\n550 5.1.1 no\r\n250 ok\r\n451 4.3.0 later\r\n",
                                    "221 bye\r\n"}));
        CHECK(log.find("mail: refused for good rcpt_to 550\n"
                       "mail: refused for now data 451\n") != std::string::npos);
    }

    TEST_CASE("RFC 5321 section 4.5.3.1.10: 552 to a later RCPT meant too many, and so later")
    {
        const auto outcome = [](const std::string& second) {
            return log_of(to({"a@x.example", "b@x.example"},
                             {"220 x\r\n",
                              everything,
                              "250 ok\r\n250 ok\r\n" + second + "354 go\r\n",
                              "250 ok\r\n"}));
        };
        CHECK(outcome("552 too many\r\n").find("refused for now rcpt_to 552") != std::string::npos);
        CHECK(outcome("552 5.5.3 many\r\n").find("refused for now rcpt_to 552") !=
              std::string::npos);
        CHECK(outcome("552 5.2.2 full\r\n").find("refused for good rcpt_to 552") !=
              std::string::npos);
        CHECK(log_of(to({"a@x.example"}, {"220 x\r\n", plain, "250 ok\r\n", "552 full\r\n"}))
                  .find("refused for good rcpt_to 552") != std::string::npos);
    }

    TEST_CASE("421 at any step ends the session and puts the mail off")
    {
        const std::vector<std::string> good{
            "220 x\r\n", plain, "250 ok\r\n", "250 ok\r\n", "354 go\r\n"};
        for (std::size_t step = 0; step <= good.size(); ++step) {
            Play what = to({"taro@tani.example"},
                           {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(step)});
            what.script.emplace_back("421 4.3.2 shutting down\r\n");
            const auto played = play(what);
            CHECK(played.phase == ClientPhase::closed);
            CHECK(played.log.find("mail: refused for now ") != std::string::npos);
            CHECK(played.failures.at(0).reply.code == 421);
            CHECK(played.failures.at(0).temporary);
            CHECK_FALSE(played.wire.ends_with("QUIT\r\n"));
        }
    }

    TEST_CASE("a greeting or a hello that is refused is answered with QUIT")
    {
        const auto played = play(to({"a@x.example"}, {"554 5.7.1 not you\r\n", "221 bye\r\n"}));
        CHECK(played.log == "S:  554\n"
                            "mail: refused for good greeting 554\n"
                            "failed: greeting 554 for good\n"
                            "C: QUIT\n"
                            "S: quit 221\n"
                            "closed\n");
    }

    // ---- several mails -------------------------------------------------------------------------

    TEST_CASE("several mails on one connection; RSET where a transaction was left open")
    {
        Play two;
        two.mails = {mail_to({"nobody@x.example"}), mail_to({"taro@x.example"})};
        two.script = {"220 x\r\n",
                      plain,
                      "250 ok\r\n",
                      "550 5.1.1 no\r\n",
                      "250 reset\r\n",
                      "250 ok\r\n",
                      "250 ok\r\n",
                      "354 go\r\n",
                      "250 ok\r\n",
                      "221 bye\r\n"};
        const auto played = play(two);
        CHECK(played.mails.size() == 2);
        CHECK(played.wire == "EHLO client.example\r\nMAIL FROM:<hanako@kumo.example>\r\n"
                             "RCPT TO:<nobody@x.example>\r\nRSET\r\n"
                             "MAIL FROM:<hanako@kumo.example>\r\nRCPT TO:<taro@x.example>\r\n"
                             "DATA\r\nSubject: x\r\n\r\nHi\r\n.\r\nQUIT\r\n");

        two.script = {"220 x\r\n",
                      everything,
                      "250 ok\r\n550 5.1.1 no\r\n554 5.5.1 no\r\n",
                      "250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n",
                      "250 ok\r\n",
                      "221 bye\r\n"};
        const auto pipelined = play(two);
        CHECK(pipelined.wire.find("DATA\r\nRSET\r\nMAIL FROM:<hanako@kumo.example> SIZE=18\r\n"
                                  "RCPT TO:<taro@x.example>\r\nDATA\r\n") != std::string::npos);
        CHECK(pipelined.log.find("S: rset 250\nS: mail 250\n") != std::string::npos);
        CHECK(pipelined.log.find("mail: accepted 250\nC: QUIT\n") != std::string::npos);
    }

    TEST_CASE("after a mail that went through no RSET is needed")
    {
        Play two;
        two.mails = {mail_to({"a@x.example"}), mail_to({"b@x.example"})};
        two.script = {"220 x\r\n",
                      everything,
                      "250 ok\r\n250 ok\r\n354 go\r\n",
                      "250 ok\r\n",
                      "250 ok\r\n250 ok\r\n354 go\r\n",
                      "250 ok\r\n",
                      "221 bye\r\n"};
        const auto played = play(two);
        CHECK(played.wire.find("RSET") == std::string::npos);
        CHECK(played.log.ends_with("mail: accepted 250\nC: QUIT\nS: quit 221\nclosed\n"));
    }

    TEST_CASE("a mail given to a session that has failed is told why at once")
    {
        ClientSession session{{.hostname = "client.example"}};
        session.handle_connected(start_of_test);
        session.handle_bytes("554 5.7.1 no\r\n", start_of_test);
        while (session.poll_output()) {
        }
        session.start_mail(mail_to({"a@x.example"}), start_of_test);
        const auto output = session.poll_output();
        REQUIRE(output.has_value());
        const auto& finished = std::get<client::MailFinished>(*output);
        CHECK(test::to_line(finished.recipients.at(0)) == "refused for good greeting 554");
        CHECK_FALSE(session.poll_output().has_value());
    }

    TEST_CASE("an idle session says goodbye when told to, and waits for nothing until then")
    {
        ClientSession session{{.hostname = "client.example"}};
        session.handle_connected(start_of_test);
        session.handle_bytes("220 x\r\n", start_of_test);
        session.handle_bytes(plain, start_of_test);
        CHECK(session.phase() == ClientPhase::ready);
        CHECK(session.next_timeout() == never);
        session.finish(start_of_test);
        CHECK(session.phase() == ClientPhase::quitting);
        session.handle_end_of_stream(start_of_test); // without waiting for us to hear 221
        CHECK(session.phase() == ClientPhase::closed);
        while (auto output = session.poll_output())
            CHECK_FALSE(std::holds_alternative<client::SessionFailed>(*output));
    }

    // ---- what the server can and cannot take ---------------------------------------------------

    TEST_CASE("SIZE is declared as the octets that will be sent, dots and all not counted")
    {
        Play dots = to({"a@x.example"}, {"220 x\r\n", everything});
        dots.mails = {mail_to({"a@x.example"}, ".\r\n..\r\na\nb\rc")};
        const auto played = play(dots);
        // ".", "..", "a", "b", "c", each with CR LF.
        CHECK(played.wire.find("SIZE=16\r\n") != std::string::npos);
    }

    TEST_CASE("a message with NUL is refused before anything is said of it")
    {
        ClientSession session{{.hostname = "client.example"}};
        session.start_mail(mail_to({"a@x.example", "b@x.example"}, std::string("a\0b\r\n", 5)),
                           start_of_test);
        CHECK(std::get<client::ProblemSeen>(*session.poll_output()).problem ==
              SmtpProblem::nul_in_message);
        const auto finished = std::get<client::MailFinished>(*session.poll_output());
        REQUIRE(finished.recipients.size() == 2);
        for (const auto& each : finished.recipients)
            CHECK(test::to_line(each) == "refused for good local nul_in_message");
    }

    TEST_CASE("RFC 6531: a server without SMTPUTF8 gets the form in ASCII, if there is one")
    {
        const auto utf8_mail = [](const std::string& recipient) {
            OutgoingMail mail = mail_to({recipient}, "Subject: のり\r\n\r\nHi\r\n");
            mail.needs_8bit = mail.needs_utf8 = true;
            mail.utf8_field = "Subject";
            return mail;
        };
        const std::string offer = "250-mx\r\n250 8BITMIME\r\n";
        const std::vector<std::string> script{
            "220 x\r\n", offer, "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n"};
        Play what = to({"a@x.example"}, script);
        what.mails = {utf8_mail("a@くも.example")};
        what.mails.front().ascii = AsciiForm{"hanako@kumo.example",
                                             {"a@xn--s8j2k.example"},
                                             std::make_shared<const std::string>("Subject: x\r\n"),
                                             false};
        const auto played = play(what);
        CHECK(played.wire.find("MAIL FROM:<hanako@kumo.example>\r\n"
                               "RCPT TO:<a@xn--s8j2k.example>\r\n"
                               "DATA\r\nSubject: x\r\n.\r\n") != std::string::npos);
        bool told = false;
        for (const auto& output : played.outputs)
            if (const auto* text = std::get_if<client::TextSent>(&output)) told = text->in_ascii;
        CHECK(told);

        // Where there is none, what needs it is named: an address before a field.
        for (const auto& [recipient, part] :
             {std::pair{"a@x.example", "Subject"}, std::pair{"太郎@x.example", "太郎@x.example"}}) {
            Play without = to({recipient}, {"220 x\r\n", offer});
            without.mails = {utf8_mail(recipient)};
            std::string detail;
            for (const auto& output : play(without).outputs) {
                if (const auto* seen = std::get_if<client::ProblemSeen>(&output))
                    detail = seen->detail;
            }
            CHECK(detail == part);
        }
    }

    TEST_CASE("a server that offers SIZE without a number is told the size all the same")
    {
        const auto played = play(to({"a@x.example"}, {"220 x\r\n", "250-mx\r\n250 SIZE\r\n"}));
        CHECK(played.wire.ends_with("MAIL FROM:<hanako@kumo.example> SIZE=18\r\n"));
    }

    TEST_CASE("a message above the server's limit is not even offered")
    {
        Play big = to({"a@x.example"}, {"220 x\r\n", everything, "221 bye\r\n"});
        big.mails = {mail_to({"a@x.example"}, std::string(999, 'x'))}; // and CR LF
        CHECK(log_of(big) == "S:  220\n"
                             "C: EHLO client.example\n"
                             "S: ehlo 250\n"
                             "problem: message_too_big_for_peer\n"
                             "mail: refused for good mail_from message_too_big_for_peer\n"
                             "C: QUIT\n"
                             "S: quit 221\n"
                             "closed\n");
        big.mails = {mail_to({"a@x.example"}, std::string(998, 'x'))};
        CHECK(log_of(big).find("C: MAIL FROM:<hanako@kumo.example> SIZE=1000\n") !=
              std::string::npos);
    }

    TEST_CASE("BODY=8BITMIME and SMTPUTF8 when needed and offered; else the mail comes back")
    {
        Play eight = to({"a@x.example"}, {"220 x\r\n", everything});
        eight.mails.front().needs_8bit = true;
        eight.config.wants_pipelining = false;
        CHECK(play(eight).wire.ends_with(
            "MAIL FROM:<hanako@kumo.example> SIZE=18 BODY=8BITMIME\r\n"));
        eight.script = {"220 x\r\n", plain};
        CHECK(log_of(eight).find("mail: refused for good mail_from needs_8bitmime\n") !=
              std::string::npos);

        Play utf8 = to({"a@x.example"}, {"220 x\r\n", everything});
        utf8.mails.front().needs_utf8 = true;
        utf8.config.wants_pipelining = false;
        CHECK(play(utf8).wire.ends_with("MAIL FROM:<hanako@kumo.example> SIZE=18 SMTPUTF8\r\n"));
        utf8.script = {"220 x\r\n", plain};
        CHECK(log_of(utf8).find("mail: refused for good mail_from needs_smtputf8\n") !=
              std::string::npos);
    }

    TEST_CASE("an address beyond ASCII needs SMTPUTF8 whether or not anyone said so")
    {
        Play utf8 = to({"太郎@谷.example"}, {"220 x\r\n", everything});
        utf8.config.wants_pipelining = false;
        CHECK(play(utf8).wire.ends_with(" SMTPUTF8\r\n"));
        utf8.script = {"220 x\r\n", plain};
        CHECK(play(utf8).wire.find("MAIL") == std::string::npos);
    }

    TEST_CASE("dots are doubled, line ends are CR LF, a last line gets its end")
    {
        Play odd =
            to({"a@x.example"}, {"220 x\r\n", plain, "250 ok\r\n", "250 ok\r\n", "354 go\r\n"});
        odd.mails = {mail_to({"a@x.example"}, ".dot\n..\r\n.\r\nbare\rcr\nend")};
        const auto played = play(odd);
        CHECK(played.wire.ends_with("DATA\r\n..dot\r\n...\r\n..\r\nbare\r\ncr\r\nend\r\n.\r\n"));
        CHECK(played.log.find("text: 6 lines, 28\n") != std::string::npos);
    }

    // ---- what our own user may not make us say --------------------------------------------------

    TEST_CASE("an address that would break out of its command is refused before anything is sent")
    {
        const std::vector<std::string> bad{
            "a@x.example>\r\nRCPT TO:<b@x.example",
            "a@x.example\r\n",
            "a\n@x.example",
            std::string{"a\0@x.example", 12},
            "a@x.example> SIZE=0",
            "<a@x.example>",
            "a b@x.example",
            "\"unclosed@x.example",
            "\"closed\"> \"@x.example",
            "a\x7F@x.example",
            "",
            std::string(255, 'a'),
        };
        for (const std::string& address : bad) {
            CAPTURE(address);
            ClientSession session{{.hostname = "client.example"}};
            session.start_mail(mail_to({address}), start_of_test);
            CHECK(std::get<client::ProblemSeen>(*session.poll_output()).problem ==
                  SmtpProblem::unfit_for_command);
            const auto finished = std::get<client::MailFinished>(*session.poll_output());
            CHECK(test::to_line(finished.recipients.at(0)) ==
                  "refused for good local unfit_for_command");
            CHECK_FALSE(session.poll_output().has_value());
            if (address.empty()) continue;
            OutgoingMail mail = mail_to({"b@x.example", "c@x.example"});
            mail.reverse_path = address;
            session.start_mail(std::move(mail), start_of_test);
            CHECK(std::holds_alternative<client::ProblemSeen>(*session.poll_output()));
            CHECK(std::get<client::MailFinished>(*session.poll_output()).recipients.size() == 2);
        }
    }

    TEST_CASE("one recipient that cannot be named does not keep the mail from the others")
    {
        const auto played = play(to(
            {"a@x.example\r\nDATA", "\"b> c\"@x.example", "d@x.example"},
            {"220 x\r\n", everything, "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n", "250 ok\r\n"}));
        CHECK(played.wire.find("a@x.example") == std::string::npos);
        CHECK(played.wire.find("RCPT TO:<\"b> c\"@x.example>\r\nRCPT TO:<d@x.example>\r\nDATA") !=
              std::string::npos);
        CHECK(played.log.find("mail: refused for good local unfit_for_command\n"
                              "mail: accepted 250\n"
                              "mail: accepted 250\n") != std::string::npos);
    }

    TEST_CASE("a host name that is none is never said")
    {
        for (const char* name : {"", "client example", "client\r\nQUIT", "くも.example"}) {
            Play what = to({"a@x.example"}, {"220 x\r\n"});
            what.config.hostname = name;
            const auto played = play(what);
            CHECK(played.wire.empty());
            CHECK(played.log == "problem: unfit_for_command\n"
                                "mail: refused for good local unfit_for_command\n"
                                "failed: local unfit_for_command for good\n"
                                "closed\n");
        }
    }

    // ---- time ----------------------------------------------------------------------------------

    TEST_CASE("RFC 5321 section 4.5.3.2: five minutes, two for DATA, ten after the final dot")
    {
        const std::vector<std::pair<std::string, Duration>> steps{{"", 5min},
                                                                  {"220 x\r\n", 5min},
                                                                  {plain, 5min},
                                                                  {"250 ok\r\n", 5min},
                                                                  {"250 ok\r\n", 2min},
                                                                  {"354 go\r\n", 10min},
                                                                  {"250 ok\r\n", 5min}};
        Play silent = to({"a@x.example"}, {});
        for (const auto& [reply, patience] : steps) {
            if (!reply.empty()) silent.script.push_back(reply);
            CHECK(play(silent).next_timeout == start_of_test + patience);
        }
    }

    TEST_CASE("each reply that comes gives the server its full time for the next")
    {
        ClientSession session{{.hostname = "client.example"}};
        session.start_mail(mail_to({"a@x.example"}), start_of_test);
        session.handle_connected(start_of_test);
        session.handle_bytes("220 x\r\n", start_of_test + 4min);
        CHECK(session.next_timeout() == start_of_test + 9min);
        CHECK(session.deadline().timer == SessionTimer::hello_reply_awaited);
        // An octet now and then is no reply.
        session.handle_bytes("250-m", start_of_test + 8min);
        CHECK(session.next_timeout() == start_of_test + 9min);
        session.handle_timeout(start_of_test + 9min - 1ns);
        CHECK(session.phase() == ClientPhase::awaiting_hello);
        session.handle_timeout(start_of_test + 9min);
        CHECK(session.phase() == ClientPhase::closed);
        CHECK(session.next_timeout() == never);
        std::vector<SmtpProblem> problems;
        while (auto output = session.poll_output()) {
            if (const auto* seen = std::get_if<client::ProblemSeen>(&*output))
                problems.push_back(seen->problem);
        }
        CHECK(problems == std::vector{SmtpProblem::reply_too_late});
    }

    TEST_CASE("while the text goes out silence may last three minutes, then ten for the reply")
    {
        ClientSession session{{.hostname = "client.example"}};
        session.start_mail(mail_to({"a@x.example"}), start_of_test);
        session.handle_connected(start_of_test);
        session.handle_send_progress(true, start_of_test); // no text yet: nothing changes
        CHECK(session.next_timeout() == start_of_test + 5min);
        for (const std::string& reply :
             {std::string{"220 x\r\n"}, plain, std::string{"250 ok\r\n250 ok\r\n354 go\r\n"}})
            session.handle_bytes(reply, start_of_test);
        CHECK(session.next_timeout() == start_of_test + 10min);
        session.handle_send_progress(false, start_of_test + 1min);
        CHECK(session.next_timeout() == start_of_test + 4min);
        CHECK(session.deadline().timer == SessionTimer::octets_leaving);
        session.handle_send_progress(true, start_of_test + 3min);
        CHECK(session.next_timeout() == start_of_test + 13min);
        CHECK(session.deadline().timer == SessionTimer::verdict_awaited);
        CHECK(session.deadline().since == start_of_test + 3min);
    }

    // ---- positions and the diagram
    // ---------------------------------------------------------------

    TEST_CASE("each command and reply says where in the stream it stood")
    {
        const auto played = play(to({"a@x.example", "b@x.example"},
                                    {"220 x\r\n",
                                     everything,
                                     "250 ok\r\n550-no\r\n550 no\r\n250 ok\r\n354 go\r\n",
                                     "250 ok\r\n",
                                     "221 bye\r\n"}));
        const std::string heard = "220 x\r\n" + everything +
                                  "250 ok\r\n550-no\r\n550 no\r\n250 ok\r\n354 go\r\n"
                                  "250 ok\r\n221 bye\r\n";
        for (const auto& output : played.outputs) {
            if (const auto* sent = std::get_if<client::CommandSent>(&output))
                CHECK(played.wire.substr(sent->stream_offset).starts_with(sent->line + "\r\n"));
            if (const auto* seen = std::get_if<client::ReplySeen>(&output))
                CHECK(heard.substr(seen->stream_offset).starts_with(seen->wire + "\r\n"));
            if (const auto* text = std::get_if<client::TextSent>(&output))
                CHECK(played.wire.substr(text->stream_offset).starts_with("Subject: x"));
        }
    }

    TEST_CASE("each command and reply says where the session stands after it")
    {
        const auto played = play(to({"a@x.example"},
                                    {"220 x\r\n",
                                     "250 x\r\n",
                                     "250 ok\r\n",
                                     "250 ok\r\n",
                                     "354 go\r\n",
                                     "250 ok\r\n",
                                     "221 bye\r\n"}));
        std::string phases;
        for (const auto& output : played.outputs) {
            if (const auto* sent = std::get_if<client::CommandSent>(&output))
                phases += "C " + std::string{name_of(sent->after)} + '\n';
            if (const auto* seen = std::get_if<client::ReplySeen>(&output))
                phases += "S " + std::string{name_of(seen->after)} + '\n';
        }
        CHECK(phases == "S awaiting_hello\nC awaiting_hello\n" // greeting, EHLO
                        "S ready\nC in_transaction\n"          // MAIL
                        "S in_transaction\nC in_transaction\n" // RCPT
                        "S in_transaction\nC in_transaction\n" // DATA
                        "S awaiting_verdict\n"                 // 354
                        "S ready\nC quitting\nS closed\n");
    }
}

namespace {

std::string diagram_of(const ClientConfig& config, ClientPhase from, ClientPhase to)
{
    std::string diagram;
    for (const auto& cell : ClientSession::transition_table(config)) {
        if (cell.from < from || cell.from > to || cell.reply == "421") continue;
        if (cell.answers != SmtpVerb::none) diagram += std::string{name_of(cell.answers)} + ' ';
        diagram += cell.reply;
        if (cell.says != SmtpVerb::none) diagram += " / " + std::string{name_of(cell.says)};
        diagram += " -> " + std::string{name_of(cell.to)};
        if (cell.mail_ends) diagram += ", mail ends";
        if (cell.session_fails) diagram += ", session fails";
        diagram += '\n';
    }
    return diagram;
}

} // namespace

TEST_SUITE("smtp.client_session.diagram")
{
    TEST_CASE("421 ends the session in every phase, and 3yz where it means nothing")
    {
        for (const bool pipelining : {true, false}) {
            ClientConfig config{.hostname = "c.example"};
            config.wants_pipelining = pipelining;
            for (const auto& cell : ClientSession::transition_table(config)) {
                const bool quitting = cell.from == ClientPhase::quitting;
                const bool go_ahead = cell.answers == SmtpVerb::data ||
                                      cell.answers == SmtpVerb::auth ||
                                      cell.answers == SmtpVerb::auth_response;
                if (cell.reply != "421" && (cell.reply != "3yz" || go_ahead)) continue;
                CHECK(cell.to == ClientPhase::closed);
                CHECK(cell.session_fails == !quitting);
                CHECK(cell.says == SmtpVerb::none);
            }
        }
    }

    TEST_CASE("up to the mail the state diagram is exactly this")
    {
        CHECK(diagram_of({.hostname = "c.example", .protection = Protection::starttls},
                         ClientPhase::awaiting_greeting,
                         ClientPhase::awaiting_starttls) == R"(2yz / ehlo -> awaiting_hello
3yz -> closed, session fails
4yz / quit -> quitting, session fails
5yz / quit -> quitting, session fails
ehlo 2yz / starttls -> awaiting_starttls
ehlo 3yz -> closed, session fails
ehlo 4yz / quit -> quitting, session fails
ehlo 5yz / quit -> quitting, session fails
helo 2yz / quit -> quitting, session fails
helo 3yz -> closed, session fails
helo 4yz / quit -> quitting, session fails
helo 5yz / quit -> quitting, session fails
starttls 2yz -> awaiting_tls
starttls 3yz -> closed, session fails
starttls 4yz / quit -> quitting, session fails
starttls 5yz / quit -> quitting, session fails
)");
        CHECK(diagram_of({.hostname = "c.example", .wants_auth = true},
                         ClientPhase::awaiting_hello,
                         ClientPhase::ready) == R"(ehlo 2yz -> choosing_mechanism
ehlo 3yz -> closed, session fails
ehlo 4yz / quit -> quitting, session fails
ehlo 5yz / quit -> quitting, session fails
helo 2yz / quit -> quitting, session fails
helo 3yz -> closed, session fails
helo 4yz / quit -> quitting, session fails
helo 5yz / quit -> quitting, session fails
starttls 2yz -> awaiting_tls
starttls 3yz -> closed, session fails
starttls 4yz / quit -> quitting, session fails
starttls 5yz / quit -> quitting, session fails
auth 2yz -> ready
auth 3yz -> authenticating
auth 4yz / quit -> quitting, session fails
auth 5yz / quit -> quitting, session fails
auth_response 2yz -> ready
auth_response 3yz -> authenticating
auth_response 4yz / quit -> quitting, session fails
auth_response 5yz / quit -> quitting, session fails
auth_response 2yz / quit -> quitting, session fails
auth_response 3yz / quit -> quitting, session fails
auth_response 4yz / quit -> quitting, session fails
auth_response 5yz / quit -> quitting, session fails
2yz -> closed, session fails
3yz -> closed, session fails
4yz -> closed, session fails
5yz -> closed, session fails
)");
    }

    TEST_CASE("with the mail the state diagram is exactly this, pipelined and one by one")
    {
        CHECK(diagram_of({.hostname = "c.example"},
                         ClientPhase::in_transaction,
                         ClientPhase::closed) == R"(rset 2yz -> in_transaction
rset 3yz -> closed, session fails
rset 4yz -> closed, session fails
rset 5yz -> closed, session fails
mail 2yz -> in_transaction
mail 3yz -> closed, session fails
mail 4yz -> in_transaction
mail 5yz -> in_transaction
rcpt 2yz -> in_transaction
rcpt 3yz -> closed, session fails
rcpt 4yz -> in_transaction
rcpt 5yz -> in_transaction
data 2yz -> closed, session fails
data 3yz / text -> awaiting_verdict
data 4yz -> ready, mail ends
data 5yz -> ready, mail ends
text 2yz -> ready, mail ends
text 3yz -> closed, session fails
text 4yz -> ready, mail ends
text 5yz -> ready, mail ends
quit 2yz -> closed
quit 3yz -> closed
quit 4yz -> closed
quit 5yz -> closed
)");
        CHECK(diagram_of({.hostname = "c.example", .wants_pipelining = false},
                         ClientPhase::in_transaction,
                         ClientPhase::in_transaction) == R"(rset 2yz / mail -> in_transaction
rset 3yz -> closed, session fails
rset 4yz -> closed, session fails
rset 5yz -> closed, session fails
mail 2yz / rcpt -> in_transaction
mail 3yz -> closed, session fails
mail 4yz -> ready, mail ends
mail 5yz -> ready, mail ends
rcpt 2yz / rcpt -> in_transaction
rcpt 3yz -> closed, session fails
rcpt 4yz / rcpt -> in_transaction
rcpt 5yz / rcpt -> in_transaction
data 2yz -> closed, session fails
data 3yz / text -> awaiting_verdict
data 4yz -> ready, mail ends
data 5yz -> ready, mail ends
)");
    }
}
