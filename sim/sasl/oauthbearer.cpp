// OAUTHBEARER (RFC 7628): a GS2 header with the user's name, then pairs, each behind a ^A octet:
// host, port and "auth=Bearer " with the token.
#include "sim/core/ascii.h"
#include "sim/sasl/bearer.h"
#include "sim/sasl/claims.h"
#include "sim/sasl/gs2.h"
#include "sim/sasl/mechanisms.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::sasl {

namespace {

constexpr char separator = '\x01';

std::string write(const Credentials& credentials)
{
    if (credentials.user.find(separator) != std::string::npos ||
        credentials.host.find(separator) != std::string::npos)
        return {};
    std::string message = fmt::format("n,a={},{}", write_sasl_name(credentials.user), separator);
    if (!credentials.host.empty()) message += fmt::format("host={}{}", credentials.host, separator);
    if (credentials.port != 0) message += fmt::format("port={}{}", credentials.port, separator);
    message += fmt::format("auth=Bearer {}{}{}", credentials.token, separator, separator);
    return message;
}

bool is_pair(std::string_view pair)
{
    const std::size_t equals = pair.find('=');
    return equals != std::string_view::npos && equals > 0 &&
           std::ranges::all_of(pair.substr(0, equals), is_letter); // RFC 7628 §3.1: key
}

// Pairs that it does not know are passed over. Without "auth" it only asks what token is wanted, as
// in the example of RFC 7628 §4.3; with two of them it means nothing.
std::optional<BearerMessage> read(std::string_view message)
{
    const auto header = take_gs2_header(message);
    if (!header || !message.starts_with(separator)) return std::nullopt;
    message.remove_prefix(1);
    std::optional<std::string> token;
    while (!message.starts_with(separator)) {
        const std::size_t end = message.find(separator);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view pair = message.substr(0, end);
        if (!is_pair(pair)) return std::nullopt;
        if (pair.starts_with("auth=")) {
            if (token) return std::nullopt;
            token = read_bearer(pair);
            if (!token) return std::nullopt;
        }
        message.remove_prefix(end + 1);
    }
    if (message.size() != 1) return std::nullopt;
    return BearerMessage{header->acts_as.value_or(std::string{}), token.value_or(std::string{})};
}

// RFC 7628 §3.2.2, with the words of RFC 6750 §3.1.
std::string refusal(AuthFlaw flaw, const TokenRules& rules)
{
    const bool other_scope = flaw == AuthFlaw::token_wrong_scope;
    return write_claims(
        {{"status", std::string{other_scope ? "insufficient_scope" : "invalid_token"}},
         {"scope", rules.scope},
         {"openid-configuration",
          fmt::format("{}/.well-known/openid-configuration", rules.issuer)}});
}

constexpr BearerForm form{write, read, refusal, "\x01"};

} // namespace

std::unique_ptr<ClientMechanism> make_oauthbearer_client(Credentials credentials)
{
    return make_bearer_client(form, std::move(credentials));
}

std::unique_ptr<ServerMechanism> make_oauthbearer_server(const CredentialStore& store,
                                                         const Occasion& occasion)
{
    return make_bearer_server(form, store, occasion);
}

} // namespace sim::sasl
