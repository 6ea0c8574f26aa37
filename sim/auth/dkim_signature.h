// A DKIM-Signature field as a value, RFC 6376 §3.5. Reading is total: a field gives a signature, or
// the tag that is wrong and why.
#pragma once

#include "sim/auth/canonical.h"
#include "sim/auth/dkim_crypto.h"
#include "sim/auth/dkim_problem.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::auth {

struct DkimSignature {
    DkimKeyKind kind = DkimKeyKind::rsa; // a: always with SHA-256
    Canonicalization header_form = Canonicalization::simple;
    Canonicalization body_form = Canonicalization::simple;
    std::string domain{};                    // d, in lower case
    std::string selector{};                  // s, in lower case
    std::string identity{};                  // i: "user@sub.domain"; "@domain" where there is none
    std::vector<std::string> headers{};      // h, in lower case
    std::string signature{};                 // b, octets
    std::string body_hash{};                 // bh, octets
    std::optional<std::uint64_t> length{};   // l: octets of the body in its form
    std::optional<std::int64_t> signed_s{};  // t: seconds since 1970
    std::optional<std::int64_t> expires_s{}; // x
};

struct DkimFault {
    DkimProblem problem = DkimProblem::unreadable;
    std::string term{}; // the tag as it stands there; empty: the whole
};

// What of it can be shown even if the rest is wrong: RFC 8601 wants d and b.
struct DkimNames {
    std::string domain{};
    std::string selector{};
    std::string algorithm{};
    std::string identity{};
    std::string signature{}; // as it stands there, without white space
};
[[nodiscard]] DkimNames read_names(std::string_view value);

[[nodiscard]] tl::expected<DkimSignature, DkimFault> parse_signature(std::string_view value);

// Whether d, s and i can be used together; an empty identity is not given.
SIM_NAMED_ENUM(NameFault, domain, selector, identity);
[[nodiscard]] std::optional<NameFault>
fault_of_names(std::string_view domain, std::string_view selector, std::string_view identity);

// The field as it is signed, §3.7: with an empty b, without the line end.
[[nodiscard]] std::string unsigned_field(std::string_view field);

// Base64 as it stands in fields and records: with white space anywhere. Empty: that is none.
[[nodiscard]] std::string decode_folded_base64(std::string_view text);

} // namespace sim::auth
