// Conversations under TLS end as RFC 8446 §6.1 asks: the last words arrive, then close_notify, and
// neither end takes the other for cut off.

#include "tests/support/lesson.h"

#include <doctest/doctest.h>

#include <string>
#include <variant>

TEST_SUITE("lessons.tls_end")
{
    TEST_CASE("in every lesson both ends of every TLS connection hear close_notify")
    {
        for (const char* lesson :
             {"path", "submission-587", "submissions-465", "own-isp-25", "fixed-ip"}) {
            CAPTURE(std::string{lesson});
            const sim::Playback playback = test::play_lesson(lesson);
            const sim::Trace& trace = playback.trace();
            std::size_t ended = 0;
            std::size_t said = 0;
            std::size_t heard = 0;
            for (std::size_t i = 0; i < trace.size(); ++i) {
                if (const auto* end = std::get_if<sim::TlsEnded>(&trace[i].what)) {
                    ++ended;
                    CHECK(end->clean);
                }
                const auto* reply = std::get_if<sim::SmtpReply>(&trace[i].what);
                if (reply == nullptr || reply->to != sim::SmtpVerb::quit || !reply->encrypted)
                    continue;
                ++(reply->side == sim::Side::sent ? said : heard);
            }
            CHECK(ended == trace.count(sim::Kind::tls_established));
            CHECK(said > 0);
            CHECK(said == heard);
        }
    }
}
