// Instants as text: the date of a header field, and what clocks and logs show. Pure arithmetic on
// the proleptic Gregorian calendar with a fixed offset; no locale, no time zone database.
#pragma once

#include "sim/core/time.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sim::mail {

// East of Greenwich; within a day either way.
using ZoneOffset = std::chrono::minutes;
inline constexpr ZoneOffset japan{540}; // +0900, without summer time since 1952
inline constexpr ZoneOffset utc{0};

// RFC 5322 §3.3: "Wed, 01 Apr 2026 09:00:00 +0900".
std::string mail_date(Instant at, ZoneOffset zone);
// "2026-04-01T09:00:00+09:00", RFC 3339; whole seconds, the fraction is cut off.
std::string iso_date(Instant at, ZoneOffset zone);
// "2026-04-01T09:00:00.031000000+09:00"; with every digit of the virtual clock.
std::string exact_iso_date(Instant at, ZoneOffset zone);
// "09:00:00.031"; milliseconds, cut off.
std::string clock_text(Instant at, ZoneOffset zone);

// "2026-04-01T09:00:00+09:00" or with Z, with up to nine digits of a fraction. Nothing when it is
// not exactly that, or no such day or time exists.
std::optional<Instant> parse_iso_date(std::string_view text);

} // namespace sim::mail
