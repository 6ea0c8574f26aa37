// A zone file in JSON, for checks of mail outside of a lesson: what DNS would say about each name.
// See zone_example.
#pragma once

#include "cli/context.h"
#include "sim/auth/question.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

inline constexpr std::string_view zone_example = R"(
  {"example.com": [["TXT", "v=spf1 mx -all"], ["MX", [10, "mail.example.com"]]],
   "mail.example.com": [["A", "192.0.2.1"], ["AAAA", "2001:db8::1"]],
   "1.2.0.192.in-addr.arpa": [["PTR", "mail.example.com"]],
   "www.example.com": [["CNAME", "example.com"]],
   "slow.example.com": [["TIMEOUT"]],
   "broken.example.com": [["RCODE", 2]]})";

class Zone {
public:
    // As a resolver answers: aliases are followed, and what TIMEOUT and RCODE stand for holds for
    // the types that the name has no records of.
    [[nodiscard]] sim::auth::DnsAnswer answer(const sim::auth::AskDns& question) const;

private:
    friend class ZoneReader;

    struct Entry {
        std::map<std::uint16_t, std::vector<std::string>> records;
        std::optional<std::string> alias; // CNAME
        std::optional<sim::DnsOutcome> failure;
    };
    std::map<std::string, Entry> names_; // folded, without the dot at their end
};

struct ZoneProblem {
    std::string words; // key of the language file below cli.error
    sim::explain::Arguments arguments;
};
[[nodiscard]] tl::expected<Zone, ZoneProblem> parse_zone(const std::string& text);

// The zone in a file; or nothing after saying what is wrong.
[[nodiscard]] std::optional<Zone> read_zone(const Context& context, const std::string& file);

} // namespace cli
