// SPF records as values (RFC 7208 §4.5, §4.6.1, §5, §6, §12). Reading is total: a text gives a
// record, or the term that is wrong and why.
#pragma once

#include "sim/auth/ip.h"
#include "sim/core/named_enum.h"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::auth {

// §4.6.2: "+", "-", "~", "?"
SIM_NAMED_ENUM(SpfQualifier, pass, fail, softfail, neutral);
SIM_NAMED_ENUM(SpfMechanism, all, include, a, mx, ptr, ip4, ip6, exists);

struct SpfDirective {
    SpfQualifier qualifier = SpfQualifier::pass;
    SpfMechanism mechanism = SpfMechanism::all;
    std::string domain{};  // a macro string; empty: the record's own domain
    Ip network{};          // ip4, ip6
    unsigned bits4 = 32;   // a, mx, ip4: 0..32
    unsigned bits6 = 128;  // a, mx, ip6: 0..128
    std::string written{}; // as it stands in the record
};

struct SpfRecord {
    std::vector<SpfDirective> directives{};
    std::optional<std::string> redirect{};    // a macro string
    std::optional<std::string> explanation{}; // exp=: a macro string
};

// What makes the result permerror or temperror.
SIM_NAMED_ENUM(SpfProblem,
               bad_characters,    // beyond visible ASCII
               unknown_mechanism, // no name that §5 knows
               missing_value,     // include, exists, ip4, ip6 without one
               needless_value,    // all:x, ptr/24
               bad_name,          // no domain-spec (§7.1), or a macro in it is wrong
               bad_network,       // no address of the kind
               bad_prefix_length, // beyond 32 or 128, or with zeros in front
               bad_modifier,      // a name or a value that §6 does not allow
               repeated_modifier, // redirect or exp twice
               several_records,   // §4.5
               no_record_there,   // what include or redirect leads to has none, §5.2, §6.1
               too_many_lookups,  // more than ten terms that ask DNS, §4.6.4
               too_many_voids,    // more than two of them were told that there is nothing
               too_many_hosts,    // more than ten MX records of one name
               dns_failed);       // temperror: DNS may know another time

struct SpfSyntaxError {
    std::string term; // as it stands in the record
    SpfProblem problem = SpfProblem::bad_characters;
};

// §4.5: "v=spf1" alone, or with a blank behind it.
[[nodiscard]] bool is_spf(std::string_view text);

// Of a text that is_spf.
[[nodiscard]] tl::expected<SpfRecord, SpfSyntaxError> parse_spf(std::string_view text);

} // namespace sim::auth
