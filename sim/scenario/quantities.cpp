#include "sim/scenario/quantities.h"

#include <fmt/format.h>

#include <array>

namespace sim::scenario {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::uint64_t second_ns = 1'000'000'000;

// From the largest to the smallest.
constexpr std::array<Unit, 7> duration_units{{{"d", 86'400 * second_ns},
                                              {"h", 3'600 * second_ns},
                                              {"m", 60 * second_ns},
                                              {"s", second_ns},
                                              {"ms", 1'000'000},
                                              {"us", 1'000},
                                              {"ns", 1}}};
constexpr std::array<Unit, 4> bandwidth_units{
    {{"Gbit/s", 1'000'000'000}, {"Mbit/s", 1'000'000}, {"kbit/s", 1'000}, {"bit/s", 1}}};
constexpr std::array<Unit, 4> size_units{
    {{"GiB", 1'073'741'824}, {"MiB", 1'048'576}, {"KiB", 1'024}, {"B", 1}}};

constexpr std::uint64_t max_duration_ns = std::uint64_t{3'650} * 86'400 * second_ns;
constexpr std::uint64_t max_bandwidth = 1'000'000'000'000;
constexpr std::uint64_t max_size = 1'073'741'824;

template <std::size_t Count>
std::optional<std::uint64_t>
parse_amount(std::string_view text, const std::array<Unit, Count>& units, std::uint64_t limit)
{
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(digits);
    for (const Unit& unit : units) {
        if (unit.name != name) continue;
        const auto number = parse_whole_number(text.substr(0, digits), limit / unit.factor);
        if (!number) return std::nullopt;
        return *number * unit.factor;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t limit)
{
    if (text.empty() || text.size() > 19) return std::nullopt;
    std::uint64_t number = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') return std::nullopt;
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (number > limit) return std::nullopt;
    return number;
}

std::optional<Duration> parse_duration(std::string_view text)
{
    const auto amount = parse_amount(text, duration_units, max_duration_ns);
    if (!amount) return std::nullopt;
    return Duration{static_cast<std::int64_t>(*amount)};
}

std::string to_text(Duration duration)
{
    for (const Unit& unit : duration_units) {
        const auto factor = static_cast<std::int64_t>(unit.factor);
        if (duration.count() != 0 && duration.count() % factor == 0)
            return fmt::format("{}{}", duration.count() / factor, unit.name);
    }
    return "0s";
}

std::optional<std::uint64_t> parse_bandwidth(std::string_view text)
{
    const auto amount = parse_amount(text, bandwidth_units, max_bandwidth);
    return amount && *amount >= 1'000 ? amount : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
    return parse_amount(text, size_units, max_size);
}

std::optional<PortRange> parse_port_range(std::string_view text)
{
    const std::size_t dash = text.find('-');
    const auto first = parse_whole_number(text.substr(0, dash), 65'535);
    const auto last =
        dash == std::string_view::npos ? first : parse_whole_number(text.substr(dash + 1), 65'535);
    if (!first || !last || *first == 0 || *first > *last) return std::nullopt;
    return PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

} // namespace sim::scenario
