#include "sim/mail/date.h"

#include <doctest/doctest.h>

using namespace sim;
using namespace sim::mail;

namespace {

Instant at(std::string_view text)
{
    const auto instant = parse_iso_date(text);
    REQUIRE_MESSAGE(instant, std::string{text});
    return *instant;
}

} // namespace

TEST_SUITE("mail.date")
{
    TEST_CASE("the date of a header field, RFC 5322 §3.3")
    {
        CHECK(mail_date(at("2026-04-01T00:00:00Z"), japan) == "Wed, 01 Apr 2026 09:00:00 +0900");
        CHECK(mail_date(at("2026-04-01T00:00:00Z"), utc) == "Wed, 01 Apr 2026 00:00:00 +0000");
        CHECK(mail_date(at("2026-03-31T15:00:00Z"), japan) == "Wed, 01 Apr 2026 00:00:00 +0900");
        CHECK(mail_date(at("2026-01-01T02:30:00Z"), ZoneOffset{-210}) ==
              "Wed, 31 Dec 2025 23:00:00 -0330");
        // RFC 5322 appendix A.1.1
        CHECK(mail_date(at("1997-11-21T15:55:06Z"), ZoneOffset{-360}) ==
              "Fri, 21 Nov 1997 09:55:06 -0600");
    }

    TEST_CASE("leap years, the beginning of time and times before it")
    {
        CHECK(mail_date(at("2024-02-29T12:00:00Z"), utc) == "Thu, 29 Feb 2024 12:00:00 +0000");
        CHECK(mail_date(at("2000-02-29T12:00:00Z"), utc) == "Tue, 29 Feb 2000 12:00:00 +0000");
        CHECK(mail_date(Instant{}, utc) == "Thu, 01 Jan 1970 00:00:00 +0000");
        CHECK(mail_date(Instant{-1ns}, utc) == "Wed, 31 Dec 1969 23:59:59 +0000");
        CHECK(clock_text(Instant{-1ns}, utc) == "23:59:59.999");
        CHECK(mail_date(at("1752-09-14T00:00:00Z"), utc) == "Thu, 14 Sep 1752 00:00:00 +0000");
    }

    TEST_CASE("clocks and logs")
    {
        const Instant instant = at("2026-04-01T09:00:00.031999999+09:00");
        CHECK(clock_text(instant, japan) == "09:00:00.031");
        CHECK(iso_date(instant, japan) == "2026-04-01T09:00:00+09:00");
        CHECK(iso_date(instant, utc) == "2026-04-01T00:00:00+00:00");
        CHECK(exact_iso_date(instant, japan) == "2026-04-01T09:00:00.031999999+09:00");
    }

    TEST_CASE("what is written is read back, to the nanosecond")
    {
        for (const std::int64_t ns : {std::int64_t{0},
                                      std::int64_t{1},
                                      std::int64_t{1'775'001'600'000'000'001},
                                      std::int64_t{-86'400'000'000'001}}) {
            const Instant instant{Duration{ns}};
            for (const ZoneOffset zone : {utc, japan, ZoneOffset{-719}})
                CHECK(parse_iso_date(exact_iso_date(instant, zone)) == instant);
        }
    }

    TEST_CASE("fractions and offsets as RFC 3339 has them; nothing else is a date")
    {
        CHECK(at("2026-04-01T09:00:00.5+09:00") == at("2026-04-01T00:00:00.500Z"));
        CHECK(at("2026-04-01T00:00:00-05:30") == at("2026-04-01T05:30:00Z"));
        for (const char* bad : {"",
                                "2026-04-01",
                                "2026-04-01T09:00:00",
                                "2026-04-01 09:00:00Z",
                                "2026-4-1T09:00:00Z",
                                "2026-02-29T00:00:00Z",
                                "2026-13-01T00:00:00Z",
                                "2026-00-01T00:00:00Z",
                                "2026-04-00T00:00:00Z",
                                "2026-04-31T00:00:00Z",
                                "2026-04-01T24:00:00Z",
                                "2026-04-01T00:60:00Z",
                                "2026-04-01T00:00:60Z",
                                "2026-04-01T00:00:00.Z",
                                "2026-04-01T00:00:00.0000000001Z",
                                "2026-04-01T00:00:00+0900",
                                "2026-04-01T00:00:00+24:00",
                                "2026-04-01T00:00:00Zx",
                                "1600-01-01T00:00:00Z",
                                "9999-01-01T00:00:00Z"})
            CHECK_MESSAGE(!parse_iso_date(bad), bad);
    }
}
