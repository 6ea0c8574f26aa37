#include "sim/mail/date.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace sim::mail {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> weekday_names{
    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// What a calendar and a clock on the wall of that zone show.
struct WallTime {
    year_month_day date{};
    weekday day_of_week{};
    hh_mm_ss<nanoseconds> time;
};

WallTime wall_time(Instant at, ZoneOffset zone)
{
    const auto since_epoch = at.time_since_epoch() + zone;
    const auto whole_days = floor<days>(since_epoch);
    const local_days day{whole_days};
    return {year_month_day{day}, weekday{day}, hh_mm_ss<nanoseconds>{since_epoch - whole_days}};
}

std::string zone_text(ZoneOffset zone, std::string_view between)
{
    const auto total = zone.count() < 0 ? -zone.count() : zone.count();
    return fmt::format(
        "{}{:02}{}{:02}", zone.count() < 0 ? '-' : '+', total / 60, between, total % 60);
}

std::string date_and_time(const WallTime& wall)
{
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                       static_cast<int>(wall.date.year()),
                       static_cast<unsigned>(wall.date.month()),
                       static_cast<unsigned>(wall.date.day()),
                       wall.time.hours().count(),
                       wall.time.minutes().count(),
                       wall.time.seconds().count());
}

// Reads digits and marks from the front; once something is wrong it stays wrong.
class TextReader {
public:
    explicit TextReader(std::string_view text) : rest_{text} {}

    int number(std::size_t digits)
    {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            const char digit = next();
            if (digit < '0' || digit > '9') ok_ = false;
            value = value * 10 + (digit - '0');
        }
        return ok_ ? value : 0;
    }
    void mark(char expected)
    {
        if (next() != expected) ok_ = false;
    }
    // ".031" in nanoseconds; nothing written is 0.
    nanoseconds fraction()
    {
        if (!rest_.starts_with('.')) return {};
        rest_.remove_prefix(1);
        std::int64_t value = 0;
        std::int64_t unit = 1'000'000'000;
        while (unit > 1 && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
            unit /= 10;
            value += (next() - '0') * unit;
        }
        if (unit == 1'000'000'000) ok_ = false;
        return nanoseconds{value};
    }
    ZoneOffset zone()
    {
        if (rest_ == "Z") return utc;
        const char sign = next();
        if (sign != '+' && sign != '-') ok_ = false;
        const int hour_count = number(2);
        mark(':');
        const int minute_count = number(2);
        if (!rest_.empty() || hour_count > 23 || minute_count > 59) ok_ = false;
        const ZoneOffset offset{hour_count * 60 + minute_count};
        return sign == '-' ? -offset : offset;
    }
    [[nodiscard]] bool ok() const { return ok_; }

private:
    char next()
    {
        if (rest_.empty()) {
            ok_ = false;
            return '0';
        }
        const char byte = rest_[0];
        rest_.remove_prefix(1);
        return byte;
    }

    std::string_view rest_;
    bool ok_ = true;
};

} // namespace

std::string mail_date(Instant at, ZoneOffset zone)
{
    const WallTime wall = wall_time(at, zone);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}",
                       weekday_names.at(wall.day_of_week.c_encoding()),
                       static_cast<unsigned>(wall.date.day()),
                       month_names.at(static_cast<unsigned>(wall.date.month()) - 1),
                       static_cast<int>(wall.date.year()),
                       wall.time.hours().count(),
                       wall.time.minutes().count(),
                       wall.time.seconds().count(),
                       zone_text(zone, ""));
}

std::string iso_date(Instant at, ZoneOffset zone)
{
    return date_and_time(wall_time(at, zone)) + zone_text(zone, ":");
}

std::string exact_iso_date(Instant at, ZoneOffset zone)
{
    const WallTime wall = wall_time(at, zone);
    return fmt::format(
        "{}.{:09}{}", date_and_time(wall), wall.time.subseconds().count(), zone_text(zone, ":"));
}

std::string clock_text(Instant at, ZoneOffset zone)
{
    const auto time = wall_time(at, zone).time;
    return fmt::format("{:02}:{:02}:{:02}.{:03}",
                       time.hours().count(),
                       time.minutes().count(),
                       time.seconds().count(),
                       time.subseconds().count() / 1'000'000);
}

std::optional<Instant> parse_iso_date(std::string_view text)
{
    TextReader reader{text};
    const year year_number{reader.number(4)};
    reader.mark('-');
    const month month_number{static_cast<unsigned>(reader.number(2))};
    reader.mark('-');
    const day day_number{static_cast<unsigned>(reader.number(2))};
    reader.mark('T');
    const hours hour_count{reader.number(2)};
    reader.mark(':');
    const minutes minute_count{reader.number(2)};
    reader.mark(':');
    const seconds second_count{reader.number(2)};
    const nanoseconds fraction = reader.fraction();
    const ZoneOffset zone = reader.zone();

    const year_month_day date{year_number, month_number, day_number};
    if (!reader.ok() || !date.ok()) return std::nullopt;
    if (hour_count > 23h || minute_count > 59min || second_count > 59s) return std::nullopt;
    // The virtual clock counts nanoseconds in 64 bits: 1677 to 2262.
    if (year_number < year{1678} || year_number > year{2261}) return std::nullopt;
    const auto day_count = local_days{date}.time_since_epoch();
    return Instant{day_count + hour_count + minute_count + second_count + fraction - zone};
}

} // namespace sim::mail
