// DMARC policy records as values, RFC 9989 §4.7, §4.8. Reading is total: what cannot be read has
// its default; tags that are unknown, or were removed (pct, rf, ri), count for nothing.
#pragma once

#include "sim/core/named_enum.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::auth {

SIM_NAMED_ENUM(DmarcPolicy, none, quarantine, reject);
SIM_NAMED_ENUM(DmarcAlignment, relaxed, strict);
// psd: is the domain one under which others register theirs?
SIM_NAMED_ENUM(DmarcSuffix, unknown, yes, no);

struct DmarcRecord {
    DmarcPolicy policy = DmarcPolicy::none;          // p
    std::optional<DmarcPolicy> subdomains{};         // sp
    std::optional<DmarcPolicy> missing_subdomains{}; // np
    bool testing = false;                            // t=y
    DmarcSuffix suffix = DmarcSuffix::unknown;       // psd
    DmarcAlignment dkim = DmarcAlignment::relaxed;   // adkim
    DmarcAlignment spf = DmarcAlignment::relaxed;    // aspf
    std::vector<std::string> rua{};                  // URIs for aggregate reports
    std::vector<std::string> ruf{};                  // and for those of failures
    std::string failure_options = "0";               // fo; means nothing without ruf
    // p, sp or np has a value that is none, and nobody wants reports: there is no DMARC then; with
    // reports the policy is none. §4.10.1
    bool unusable = false;
    friend bool operator==(const DmarcRecord&, const DmarcRecord&) = default;
};

// "v=DMARC1" is its first tag.
[[nodiscard]] bool is_dmarc(std::string_view text);
// Of a text that is_dmarc.
[[nodiscard]] DmarcRecord parse_dmarc(std::string_view text);

} // namespace sim::auth
