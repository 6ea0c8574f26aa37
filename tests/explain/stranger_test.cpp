// What the codes of a server that is not ours say, and what they leave open.
#include "sim/explain/stranger.h"

#include <doctest/doctest.h>

using namespace sim;
using explain::reason_of_stranger;

TEST_SUITE("explain.stranger")
{
    TEST_CASE("codes with one meaning are understood, whatever the text says")
    {
        CHECK(reason_of_stranger("535 5.7.8 Error: authentication failed:",
                                 SmtpVerb::auth,
                                 {true, false, false}) == SmtpReason::auth_failed);
        CHECK(reason_of_stranger("535 nope", SmtpVerb::auth, {true, false, false}) ==
              SmtpReason::auth_failed);
        CHECK(reason_of_stranger("550 5.1.1 <x@y>: user unknown",
                                 SmtpVerb::rcpt,
                                 {false, false, false}) == SmtpReason::recipient_unknown);
        CHECK(reason_of_stranger("550-5.1.1 two\r\n550 5.1.1 lines",
                                 SmtpVerb::rcpt,
                                 {false, false, false}) == SmtpReason::recipient_unknown);
        CHECK(reason_of_stranger("552 5.3.4 too big", SmtpVerb::mail, {true, false, false}) ==
              SmtpReason::message_too_big);
        CHECK(reason_of_stranger("504 5.5.4 mechanism", SmtpVerb::auth, {true, false, false}) ==
              SmtpReason::auth_unknown_mechanism);
        CHECK(reason_of_stranger("454 4.7.0 not available",
                                 SmtpVerb::starttls,
                                 {false, false, false}) == SmtpReason::tls_unavailable);
    }

    TEST_CASE("530 asks for encryption where there is none yet, and for a login where there is")
    {
        CHECK(reason_of_stranger("530 5.7.0 Must issue a STARTTLS",
                                 SmtpVerb::mail,
                                 {false, true, false}) == SmtpReason::tls_required);
        CHECK(reason_of_stranger("530 5.7.0 Authentication required",
                                 SmtpVerb::mail,
                                 {true, false, false}) == SmtpReason::auth_required);
    }

    TEST_CASE("530 in the clear asks for the login where that is all that is missing")
    {
        for (const explain::Offered offered :
             {explain::Offered{false, false, false}, explain::Offered{false, true, true}}) {
            CHECK(reason_of_stranger("530 5.7.0 Authentication required",
                                     SmtpVerb::mail,
                                     offered) == SmtpReason::auth_required);
        }
    }

    TEST_CASE("a login is demanded by other codes, too, and then in words")
    {
        for (const char* reply : {"550 authentication required",
                                  "550 5.7.1 Authentication is required to relay",
                                  "554 5.7.1 you must AUTH first"}) {
            CHECK(reason_of_stranger(reply, SmtpVerb::rcpt, {true, false, true}) ==
                  SmtpReason::auth_required);
        }
    }

    TEST_CASE("a 4yz is not now, to whatever command; to AUTH it says nothing of the password")
    {
        for (const char* reply : {"421 4.7.0 Try again later",
                                  "421 too many connections",
                                  "454 4.7.0 Temporary authentication failure",
                                  "451 4.3.0 later"}) {
            for (const SmtpVerb to :
                 {SmtpVerb::none, SmtpVerb::ehlo, SmtpVerb::auth, SmtpVerb::mail, SmtpVerb::rcpt}) {
                CHECK(reason_of_stranger(reply, to, {true, false, true}) ==
                      SmtpReason::temporary_trouble);
            }
        }
    }

    TEST_CASE("553 to MAIL: the sender's address belongs to another provider")
    {
        CHECK(reason_of_stranger("553 5.7.1 <a@b>: not owned by user", SmtpVerb::mail, {}) ==
              SmtpReason::sender_not_yours);
        CHECK(reason_of_stranger("553 sorry", SmtpVerb::rcpt, {}) == std::nullopt);
    }

    TEST_CASE("nothing is guessed from a code that leaves it open")
    {
        for (const char* reply : {"550 rejected because I say so", "550", "55", ""})
            CHECK(reason_of_stranger(reply, SmtpVerb::rcpt, {false, false, false}) == std::nullopt);
        CHECK(reason_of_stranger("504 5.5.2 <x>: Helo command rejected",
                                 SmtpVerb::ehlo,
                                 {false, false, false}) == std::nullopt);
    }
}
