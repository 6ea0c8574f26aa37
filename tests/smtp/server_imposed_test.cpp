// What the host of a server session imposes on it: replies to verbs that it is never asked about.
#include "tests/smtp/server_play.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::smtp;
using namespace sim::smtp::test;

namespace {

server::Judgement judged(std::uint16_t code)
{
    const auto category = static_cast<std::uint8_t>(code / 100);
    return {SmtpReason::fault_injected, "Not now", code, EnhancedCode{category, 3, 0}};
}

} // namespace

TEST_SUITE("smtp.server_imposed")
{
    TEST_CASE("an imposed reply comes instead of the session's own, and the state stays")
    {
        ServerPlay play{mx_config("mx.server.example")};
        play.become_ready();
        play.session.impose(SmtpVerb::mail, judged(451));
        CHECK(play.say("MAIL FROM:<hanako@client.example>\r\n") == "451 4.3.0 Not now\r\n");
        CHECK(play.last_reason() == SmtpReason::fault_injected);
        CHECK(play.session.phase() == SmtpPhase::ready);
        CHECK(play.senders.empty()); // the host was not asked
        CHECK(play.say("NOOP\r\n") == "250 2.0.0 Ok\r\n");
        play.session.impose(SmtpVerb::mail, {});
        CHECK(play.say("MAIL FROM:<hanako@client.example>\r\n") == "250 2.1.0 Ok\r\n");
    }

    TEST_CASE("a transaction survives an imposed refusal of one recipient")
    {
        ServerPlay play{mx_config("mx.server.example")};
        play.become_transacting();
        play.session.impose(SmtpVerb::rcpt, judged(452));
        CHECK(play.say("RCPT TO:<jiro@server.example>\r\n") == "452 4.3.0 Not now\r\n");
        CHECK(play.session.phase() == SmtpPhase::in_transaction);
        play.session.impose(SmtpVerb::rcpt, {});
        play.say("DATA\r\n");
        play.say("text\r\n.\r\n");
        REQUIRE(play.messages.size() == 1);
        CHECK(play.messages[0].envelope.recipients.size() == 1);
    }

    TEST_CASE("421 closes, whatever it answers")
    {
        ServerPlay play{mx_config("mx.server.example")};
        play.take_wire(); // the greeting
        play.session.impose(SmtpVerb::ehlo, judged(421));
        CHECK(play.say("HELO client.example\r\n").starts_with("421 4.3.0 Not now\r\n"));
        CHECK(play.session.phase() == SmtpPhase::closed);
        CHECK(play.closed);
    }

    TEST_CASE("a message that is refused as a whole never reaches the host")
    {
        ServerPlay play{mx_config("mx.server.example")};
        play.become_transacting();
        play.session.impose(SmtpVerb::text, judged(554));
        play.say("DATA\r\n");
        CHECK(play.say("text\r\n.\r\n") == "554 5.3.0 Not now\r\n");
        CHECK(play.messages.empty());
        CHECK(play.session.phase() == SmtpPhase::ready);
    }

    TEST_CASE("a refused AUTH hides what the client sent with it all the same")
    {
        ServerPlay play{submission_config("mail.server.example")};
        play.say("EHLO client.example\r\n");
        play.say("STARTTLS\r\n");
        play.establish_tls();
        play.say("EHLO client.example\r\n");
        play.session.impose(SmtpVerb::auth, judged(454));
        CHECK(play.say("AUTH PLAIN AGhhbmFrbwBzZWNyZXQ=\r\n") == "454 4.3.0 Not now\r\n");
        CHECK(play.commands().back().secret_size > 0);
        play.say("AGhhbmFrbwBzZWNyZXQ=\r\n"); // sent blindly
        CHECK(play.commands().back().secret_size > 0);
    }

    TEST_CASE("the client's time counts from when a reply that was held back has left")
    {
        ServerPlay play{mx_config("mx.server.example")};
        const Instant before = play.session.next_timeout();
        REQUIRE(before != never);
        play.session.handle_replies_sent(play.now + 10min);
        CHECK(play.session.next_timeout() == before + 10min);
    }
}
