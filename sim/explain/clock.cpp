#include "sim/explain/clock.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>

namespace sim::explain {

namespace {

// A number of one to `digits` digits below `limit`, taken off the front of the text.
std::optional<int> take_number(std::string_view& text, std::size_t digits, int limit)
{
    int value = 0;
    const char* end = text.data() + std::min(digits, text.size());
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool is_number = error == std::errc{} && text.front() >= '0' && text.front() <= '9';
    if (!is_number || value >= limit) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return value;
}

bool take(std::string_view& text, char mark)
{
    if (!text.starts_with(mark)) return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

std::optional<Instant> moment_of(std::string_view clock, const scenario::Scenario& scenario)
{
    using namespace std::chrono;
    const auto hours_shown = take_number(clock, 2, 24);
    if (!hours_shown || !take(clock, ':')) return std::nullopt;
    const auto minutes_shown = take_number(clock, 2, 60);
    if (!minutes_shown) return std::nullopt;
    Duration in_day = hours{*hours_shown} + minutes{*minutes_shown};
    if (take(clock, ':')) {
        const auto seconds_shown = take_number(clock, 2, 60);
        if (!seconds_shown) return std::nullopt;
        in_day += seconds{*seconds_shown};
        if (take(clock, '.')) {
            const std::size_t digits = clock.size();
            const auto part = take_number(clock, 3, 1000);
            if (!part) return std::nullopt;
            constexpr std::array scale{100, 10, 1};
            if (digits < 1 || digits > scale.size()) return std::nullopt;
            in_day += milliseconds{*part * scale.at(digits - 1)};
        }
    }
    if (!clock.empty()) return std::nullopt;
    const nanoseconds local =
        scenario.start.time_since_epoch() + minutes{scenario.utc_offset_minutes};
    Duration ahead = in_day - (local - floor<days>(local));
    if (ahead < Duration{0}) ahead += days{1};
    return scenario.start + ahead;
}

} // namespace sim::explain
