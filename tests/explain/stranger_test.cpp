// What the codes of a server that is not ours say, and what they leave open.
#include "sim/explain/stranger.h"

#include <doctest/doctest.h>

using namespace sim;
using explain::reason_of_stranger;

TEST_SUITE("explain.stranger")
{
    TEST_CASE("codes with one meaning are understood, whatever the text says")
    {
        CHECK(reason_of_stranger("535 5.7.8 Error: authentication failed:", SmtpVerb::auth, true) ==
              SmtpReason::auth_failed);
        CHECK(reason_of_stranger("535 nope", SmtpVerb::auth, true) == SmtpReason::auth_failed);
        CHECK(reason_of_stranger("550 5.1.1 <x@y>: user unknown", SmtpVerb::rcpt, false) ==
              SmtpReason::recipient_unknown);
        CHECK(reason_of_stranger("550-5.1.1 two\r\n550 5.1.1 lines", SmtpVerb::rcpt, false) ==
              SmtpReason::recipient_unknown);
        CHECK(reason_of_stranger("552 5.3.4 too big", SmtpVerb::mail, true) ==
              SmtpReason::message_too_big);
        CHECK(reason_of_stranger("504 5.5.4 mechanism", SmtpVerb::auth, true) ==
              SmtpReason::auth_unknown_mechanism);
        CHECK(reason_of_stranger("454 4.7.0 not available", SmtpVerb::starttls, false) ==
              SmtpReason::tls_unavailable);
    }

    TEST_CASE("530 asks for encryption where there is none yet, and for a login where there is")
    {
        CHECK(reason_of_stranger("530 5.7.0 Must issue a STARTTLS", SmtpVerb::mail, false) ==
              SmtpReason::tls_required);
        CHECK(reason_of_stranger("530 5.7.0 Authentication required", SmtpVerb::mail, true) ==
              SmtpReason::auth_required);
    }

    TEST_CASE("nothing is guessed from a code that leaves it open")
    {
        for (const char* reply :
             {"550 rejected because I say so", "550", "55", "", "451 4.3.0 later"})
            CHECK(reason_of_stranger(reply, SmtpVerb::rcpt, false) == std::nullopt);
        CHECK(reason_of_stranger("504 5.5.2 <x>: Helo command rejected", SmtpVerb::ehlo, false) ==
              std::nullopt);
    }
}
