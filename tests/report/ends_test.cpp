// What both ends have against what is on the cable: TLS makes the difference, Base64 does not.
#include "sim/report/ends.h"
#include "tests/support/lesson.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace sim;
using namespace sim::report;

// A lesson up to and including the sending of its first AUTH.
struct AtAuth {
    Playback run;
    explain::Language words = test::language("en");
    std::size_t end = 0;

    explicit AtAuth(const std::string& lesson, const test::Settings& settings = {})
        : run{test::play_lesson(lesson, settings)}
    {
        for (std::size_t i = 0; i < run.trace().size() && end == 0; ++i) {
            const auto* command = std::get_if<SmtpCommand>(&run.trace()[i].what);
            if (command != nullptr && command->verb == SmtpVerb::auth) end = i + 1;
        }
        REQUIRE(end > 0);
    }
    [[nodiscard]] Source at(Secrets secrets = Secrets::masked) const
    {
        return Source{run.trace(), run.scenario(), words, end, Level::standard, secrets, 60};
    }
};

std::string plain(const Lines& lines)
{
    return to_text(lines, plain_style());
}

bool has(const std::string& text, std::string_view what)
{
    return text.find(what) != std::string::npos;
}

} // namespace

TEST_SUITE("report.ends")
{
    TEST_CASE("without TLS the cable has what the ends have, and Base64 hides nothing")
    {
        const AtAuth seen{"plain-password"};
        const Source source = seen.at();
        const auto said = last_said(source, link_of_sender(source).value());
        REQUIRE(said);
        CHECK_FALSE(said->encrypted);
        CHECK(has(plain(said->ends), "AUTH PLAIN ********"));
        CHECK(has(plain(said->ends), "\\0hanako@kumo.example\\0********"));
        CHECK(has(plain(said->wire), "AUTH PLAIN AGhh"));
        CHECK(has(plain(said->wire), "sakura2026"));
    }

    TEST_CASE("under TLS only the ends have the line, and the cable has octets")
    {
        const AtAuth seen{"submission-587"};
        const Source source = seen.at(Secrets::shown);
        const auto said = last_said(source, link_of_sender(source).value());
        REQUIRE(said);
        CHECK(said->encrypted);
        CHECK(has(plain(said->ends), "AUTH PLAIN AGhh"));
        CHECK(has(plain(said->ends), "sakura2026"));
        CHECK_FALSE(has(plain(said->wire), "AUTH"));
        CHECK(plain(said->wire).starts_with("17 03 03 ")); // RFC 8446 §5.1: application data
        CHECK(has(said->conclusion, "bytes"));
    }

    TEST_CASE("a LOGIN's questions are unfolded, its answers only when they may be seen")
    {
        AtAuth seen{"submission-587", {{"client.auth", "login"}}};
        seen.end = seen.run.trace().size();
        const auto link = link_of_sender(seen.at()).value();
        const std::string masked = plain(said_by_ends(seen.at(), link));
        CHECK(has(masked, "Username:"));
        CHECK(has(masked, "Password:"));
        CHECK_FALSE(has(masked, "sakura2026"));
        CHECK(has(plain(said_by_ends(seen.at(Secrets::shown), link)), "sakura2026"));
    }

    TEST_CASE("on a cable where nothing was said there is nothing to show")
    {
        AtAuth seen{"submission-587"};
        const auto link = link_of_sender(seen.at()).value();
        seen.end = 1;
        CHECK_FALSE(last_said(seen.at(), link));
        CHECK(said_by_ends(seen.at(), link).empty());
    }
}
