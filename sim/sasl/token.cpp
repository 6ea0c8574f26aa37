#include "sim/sasl/token.h"

#include "sim/core/base64.h"
#include "sim/sasl/claims.h"
#include "sim/sasl/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace sim::sasl {

namespace {

using std::chrono::seconds;

constexpr std::string_view algorithm = "EdDSA"; // RFC 8037 §3.1

// RFC 7515 §2: the URL's alphabet, no padding.
std::string encode_url(std::string_view octets)
{
    std::string text = encode_base64(octets);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    text.erase(std::min(text.find('='), text.size()));
    return text;
}

std::optional<std::string> decode_url(std::string_view text)
{
    if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
    std::string standard{text};
    std::ranges::replace(standard, '-', '+');
    std::ranges::replace(standard, '_', '/');
    standard.append((4 - standard.size() % 4) % 4, '=');
    return decode_base64(standard);
}

std::int64_t in_seconds(Instant instant)
{
    return std::chrono::duration_cast<seconds>(instant.time_since_epoch()).count();
}

// As the virtual clock can hold it: 292 years from 1970.
std::optional<Instant> from_seconds(std::int64_t count)
{
    constexpr std::int64_t latest = 9'000'000'000;
    if (count > latest) return std::nullopt;
    return Instant{seconds{count}};
}

struct Parts {
    std::string_view header;
    std::string_view claims;
    std::string_view is_signed; // header and claims with the dot between them
    std::string_view signature;
};

std::optional<Parts> split(std::string_view token)
{
    if (token.size() > max_token_octets) return std::nullopt;
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return Parts{token.substr(0, first),
                 token.substr(first + 1, second - first - 1),
                 token.substr(0, second),
                 token.substr(second + 1)};
}

// "none" and every other algorithm is refused before the signature is looked at (RFC 8725 §3.1).
bool names_our_algorithm(std::string_view header)
{
    const auto text = decode_url(header);
    const auto claims = text ? read_claims(*text) : std::nullopt;
    if (!claims) return false;
    const auto found = claims->find("alg");
    return found != claims->end() && found->second == Claim{std::string{algorithm}};
}

std::optional<TokenClaims> claims_in(std::string_view part)
{
    const auto text = decode_url(part);
    const auto said = text ? read_claims(*text) : std::nullopt;
    if (!said) return std::nullopt;
    bool complete = true;
    const auto words = [&](const char* name) {
        const auto found = said->find(name);
        const auto* value =
            found == said->end() ? nullptr : std::get_if<std::string>(&found->second);
        complete = complete && value != nullptr;
        return value == nullptr ? std::string{} : *value;
    };
    const auto time = [&](const char* name) {
        const auto found = said->find(name);
        const auto* value =
            found == said->end() ? nullptr : std::get_if<std::int64_t>(&found->second);
        const auto instant = value == nullptr ? std::nullopt : from_seconds(*value);
        complete = complete && instant;
        return instant.value_or(Instant{});
    };
    TokenClaims claims;
    claims.issuer = words("iss");
    claims.user = words("sub");
    claims.audience = words("aud");
    claims.scope = words("scope");
    claims.issued = time("iat");
    claims.expires = time("exp");
    if (!complete) return std::nullopt;
    return claims;
}

bool has_scope(std::string_view scopes, std::string_view wanted)
{
    while (!scopes.empty()) {
        const std::size_t end = std::min(scopes.find(' '), scopes.size());
        if (scopes.substr(0, end) == wanted) return true;
        scopes.remove_prefix(std::min(end + 1, scopes.size()));
    }
    return false;
}

} // namespace

std::string issue_token(const TokenClaims& claims, std::string_view signing_seed)
{
    const std::string header =
        write_claims({{"alg", std::string{algorithm}}, {"typ", std::string{"at+jwt"}}});
    const std::string said = write_claims({{"iss", claims.issuer},
                                           {"sub", claims.user},
                                           {"aud", claims.audience},
                                           {"scope", claims.scope},
                                           {"iat", in_seconds(claims.issued)},
                                           {"exp", in_seconds(claims.expires)}});
    const std::string is_signed = fmt::format("{}.{}", encode_url(header), encode_url(said));
    return fmt::format("{}.{}", is_signed, encode_url(ed25519_sign(signing_seed, is_signed)));
}

std::optional<TokenClaims> read_token(std::string_view token)
{
    const auto parts = split(token);
    if (!parts || !names_our_algorithm(parts->header)) return std::nullopt;
    return claims_in(parts->claims);
}

AuthFlaw
judge_token(std::string_view token, std::string_view user, const TokenRules& rules, Instant now)
{
    const auto parts = split(token);
    if (!parts || !names_our_algorithm(parts->header)) return AuthFlaw::malformed;
    const auto signature = decode_url(parts->signature);
    if (!signature) return AuthFlaw::malformed;
    if (!ed25519_is_signed(rules.public_key, parts->is_signed, *signature))
        return AuthFlaw::token_bad_signature;
    const auto claims = claims_in(parts->claims);
    if (!claims || claims->user.empty()) return AuthFlaw::malformed;
    // A key of theirs under another name is not the issuer that is trusted here.
    if (claims->issuer != rules.issuer) return AuthFlaw::token_bad_signature;
    if (claims->audience != rules.audience) return AuthFlaw::token_wrong_audience;
    if (!has_scope(claims->scope, rules.scope)) return AuthFlaw::token_wrong_scope;
    if (!user.empty() && claims->user != user) return AuthFlaw::token_wrong_user;
    if (now >= claims->expires || claims->issued > now) return AuthFlaw::token_expired;
    return AuthFlaw::none;
}

} // namespace sim::sasl
