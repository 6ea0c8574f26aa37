// What a server may do to a client, and what must not come of it: SMTP.md, "Hostile input".
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

const std::vector<std::string> good{"220 x\r\n",
                                    "250-mx\r\n250 PIPELINING\r\n",
                                    "250 ok\r\n250 ok\r\n354 go\r\n",
                                    "250 ok\r\n",
                                    "221 bye\r\n"};

// The script up to `step`, then `reply`, then the line is cut.
test::Played after(std::size_t step, const std::string& reply)
{
    Play what;
    what.mails.push_back(mail_to({"taro@tani.example"}));
    what.script.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(step));
    what.script.push_back(reply);
    what.server_hangs_up = true;
    return play(what);
}

void check_never_sent(const test::Played& played)
{
    CHECK(played.log.find("accepted") == std::string::npos);
    CHECK(played.mails.size() == 1);
    CHECK(played.closes == 1);
    CHECK(played.failures.size() == 1);
    CHECK(played.phase == ClientPhase::closed);
}

} // namespace

TEST_SUITE("smtp.client_session.hostile")
{
    TEST_CASE("garbage instead of a reply, at each step: never reported as sent")
    {
        const std::vector<std::string> garbage{"\r\n",
                                               "ok\r\n",
                                               "+OK\r\n",
                                               "2\r\n",
                                               "25\r\n",
                                               "2500 ok\r\n",
                                               "250_ok\r\n",
                                               "000 ok\r\n",
                                               "150 wait\r\n",
                                               "999 ok\r\n",
                                               "600 ok\r\n",
                                               "-250 ok\r\n",
                                               " 250 ok\r\n",
                                               "25O ok\r\n",
                                               "250 ok\n",
                                               "250 ok\r",
                                               "250 ok\r\r\n",
                                               "250 a\rb\r\n",
                                               std::string{"250 o\0k\r\n", 9},
                                               "250-ok\r\n550 no\r\n",
                                               "250-ok\r\n",
                                               "HTTP/1.1 400 Bad Request\r\n",
                                               "354 go\r\n250 ok\r\n"};
        for (std::size_t step = 0; step < 4; ++step) {
            for (const std::string& reply : garbage) {
                // 354 is the right answer to DATA only; at step 2 MAIL is what waits.
                CAPTURE(step);
                CAPTURE(reply);
                check_never_sent(after(step, reply));
            }
        }
    }

    TEST_CASE("the line cut at every octet of a good session: sent only once 250 has come")
    {
        std::string whole;
        for (const std::string& turn : good)
            whole += turn;
        const std::size_t sent_from = whole.size() - good[4].size();
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            CAPTURE(cut);
            Play what;
            what.mails.push_back(mail_to({"taro@tani.example"}));
            what.server_hangs_up = true;
            std::size_t left = cut;
            for (const std::string& turn : good) {
                what.script.push_back(turn.substr(0, left));
                left -= std::min(left, turn.size());
                if (left == 0) break;
            }
            const auto played = play(what);
            CHECK(played.closes == 1);
            CHECK(played.mails.size() == 1);
            CHECK((played.log.find("mail: accepted 250\n") != std::string::npos) ==
                  (cut >= sent_from));
            CHECK(played.failures.size() == (cut >= sent_from ? 0 : 1));
        }
    }

    TEST_CASE("a reply line of 8 MiB is cut off early, at each step")
    {
        const std::string line = "250 " + std::string(std::size_t{8} << 20, 'x') + "\r\n";
        for (std::size_t step = 0; step < 4; ++step) {
            const auto played = after(step, line);
            check_never_sent(played);
            CHECK(played.failures.at(0).problem == SmtpProblem::reply_too_long);
        }
    }

    TEST_CASE("endless 250- lines end after 64 KiB")
    {
        ClientSession session{{.hostname = "c.example"}};
        session.handle_connected(start_of_test);
        session.handle_bytes("220 x\r\n", start_of_test);
        std::size_t taken = 0;
        while (session.phase() != ClientPhase::closed) {
            session.handle_bytes("250-and another thing\r\n", start_of_test);
            taken += 23;
            REQUIRE(taken < 100'000);
        }
        CHECK(taken > 60'000);
        // What comes after that costs nothing.
        for (int i = 0; i < 1000; ++i)
            session.handle_bytes(std::string(100'000, 'x'), start_of_test);
        int outputs = 0;
        while (session.poll_output())
            ++outputs;
        CHECK(outputs < 10);
    }

    TEST_CASE("an octet a minute is not patience without end: the deadline does not move")
    {
        ClientSession session{{.hostname = "c.example"}};
        session.start_mail(mail_to({"a@x.example"}), start_of_test);
        session.handle_connected(start_of_test);
        Instant now = start_of_test;
        for (const char octet : std::string(10, '2')) {
            now += 1min;
            if (now >= session.next_timeout()) session.handle_timeout(now);
            session.handle_bytes({&octet, 1}, now);
        }
        CHECK(session.phase() == ClientPhase::closed);
    }

    TEST_CASE("replies that nobody asked for end the session")
    {
        ClientSession session{{.hostname = "c.example"}};
        session.handle_connected(start_of_test);
        session.handle_bytes("220 x\r\n", start_of_test);
        session.handle_bytes("250 mx\r\n250 and more\r\n", start_of_test);
        CHECK(session.phase() == ClientPhase::closed);
    }

    TEST_CASE("a long reply is quoted only in part in each recipient's result")
    {
        std::vector<std::string> many(50, "a@x.example");
        Play what;
        what.mails.push_back(mail_to(many));
        std::string refusal;
        for (int i = 0; i < 600; ++i)
            refusal += "550-" + std::string(90, 'n') + "\r\n";
        what.script = {"220 x\r\n", "250 mx\r\n", refusal + "550 no\r\n", "221 bye\r\n"};
        const auto played = play(what);
        REQUIRE(played.mails.at(0).recipients.size() == 50);
        for (const auto& result : played.mails.at(0).recipients)
            CHECK(result.reply.text.size() == 2048);
    }

    TEST_CASE("mechanism names and keywords of any kind are only words")
    {
        Play what;
        what.mails.push_back(mail_to({"a@x.example"}));
        what.config.wants_auth = true;
        what.script = {"220 x\r\n",
                       "250-mx\r\n250-\r\n250- \r\n250-SIZE 99999999999999999999999\r\n"
                       "250-SIZE -1\r\n250-AUTH\r\n250-AUTHX LOGIN\r\n250 PIPELININGX\r\n"};
        CHECK(play(what).failures.at(0).problem == SmtpProblem::auth_not_offered);
        what.config.wants_auth = false;
        what.script.emplace_back("250 ok\r\n");
        CHECK(play(what).wire.ends_with(" SIZE=18\r\nRCPT TO:<a@x.example>\r\n"));
    }
}
