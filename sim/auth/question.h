// What a check asks DNS for, and what it is told.
#pragma once

#include "sim/core/happening.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sim::auth {

// What is asked for: RFC 1035 §3.2.2, RFC 3596 §2.1.
inline constexpr std::uint16_t type_a = 1;
inline constexpr std::uint16_t type_ptr = 12;
inline constexpr std::uint16_t type_mx = 15;
inline constexpr std::uint16_t type_txt = 16;
inline constexpr std::uint16_t type_aaaa = 28;

struct AskDns {
    std::string name; // without the dot at its end
    std::uint16_t type = 0;
    friend bool operator==(const AskDns&, const AskDns&) = default;
};
struct DnsAnswer {
    DnsOutcome outcome = DnsOutcome::found;
    // Of the type asked for, as in a zone file ("0 ."); of TXT the strings joined.
    std::vector<std::string> records;
};

} // namespace sim::auth
