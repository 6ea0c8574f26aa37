// Amounts as a scenario file writes them: "10ms", "100Mbit/s", "10MiB", "1024-2047".
#pragma once

#include "sim/core/time.h"
#include "sim/scenario/scenario.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::scenario {

// A whole number and ns, us, ms, s, m, h or d; at most ten years.
std::optional<Duration> parse_duration(std::string_view text);
// In the largest unit that leaves no rest: "90s", "15m", "5d".
std::string to_text(Duration duration);

// A whole number and bit/s, kbit/s, Mbit/s or Gbit/s; from 1 kbit/s to 1000 Gbit/s.
std::optional<std::uint64_t> parse_bandwidth(std::string_view text);

// A whole number and B, KiB, MiB or GiB; at most 1 GiB.
std::optional<std::uint64_t> parse_size(std::string_view text);

// "25" or "1024-2047", from 1 to 65535, the smaller first.
std::optional<PortRange> parse_port_range(std::string_view text);

// Decimal digits and nothing else, at most `limit`.
std::optional<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t limit);

} // namespace sim::scenario
