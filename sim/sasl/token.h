// Access tokens: a JSON Web Token (RFC 7519) in the profile of RFC 9068, signed with Ed25519
// (RFC 8037). Whoever holds one may do what it says until it expires; whoever checks one needs the
// issuer's public key and nothing else.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

// What is signed, apart from times: whoever may use it, for what, and where.
struct TokenClaims {
    std::string issuer;
    std::string user;
    std::string audience;
    std::string scope; // names separated by blanks
    Instant issued{};
    Instant expires{};
};

inline constexpr std::size_t max_token_octets = 4096;

// `signing_seed`: 32 octets, known to the issuer alone. The text is printable ASCII.
[[nodiscard]] std::string issue_token(const TokenClaims& claims, std::string_view signing_seed);

// What it says, whoever signed it; nothing when it cannot be read or names another algorithm.
[[nodiscard]] std::optional<TokenClaims> read_token(std::string_view token);

// none: `user` may come in with it now. The signature is looked at before anything it covers. An
// empty `user` stands for whomever the token is for.
[[nodiscard]] AuthFlaw
judge_token(std::string_view token, std::string_view user, const TokenRules& rules, Instant now);

} // namespace sim::sasl
