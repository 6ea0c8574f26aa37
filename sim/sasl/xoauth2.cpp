// XOAUTH2: the form in which Google and Microsoft first took tokens; never standardised, and what
// many mail programs still say. "user=" name ^A "auth=Bearer " token ^A ^A.
#include "sim/sasl/bearer.h"
#include "sim/sasl/claims.h"
#include "sim/sasl/mechanisms.h"
#include "sim/sasl/password.h"

#include <fmt/format.h>

#include <utility>

namespace sim::sasl {

namespace {

std::string write(const Credentials& credentials)
{
    if (credentials.user.find('\x01') != std::string::npos) return {};
    return fmt::format("user={}\x01"
                       "auth=Bearer {}\x01\x01",
                       credentials.user,
                       credentials.token);
}

std::optional<BearerMessage> read(std::string_view message)
{
    constexpr std::string_view front = "user=";
    constexpr std::string_view end = "\x01\x01";
    if (!message.starts_with(front) || !message.ends_with(end)) return std::nullopt;
    message.remove_prefix(front.size());
    message.remove_suffix(end.size());
    const std::size_t separator = message.find('\x01');
    if (separator == std::string_view::npos) return std::nullopt;
    const std::string_view user = message.substr(0, separator);
    auto token = read_bearer(message.substr(separator + 1));
    if (!is_well_formed_value(user) || !token) return std::nullopt;
    return BearerMessage{std::string{user}, *std::move(token)};
}

// As HTTP would have it: 401 whatever is wrong with the token, 403 when it is for something else.
std::string refusal(AuthFlaw flaw, const TokenRules& rules)
{
    const bool forbidden = flaw == AuthFlaw::token_wrong_scope;
    return write_claims({{"status", std::string{forbidden ? "403" : "401"}},
                         {"schemes", std::string{"bearer"}},
                         {"scope", rules.scope}});
}

constexpr BearerForm form{write, read, refusal, ""};

} // namespace

std::unique_ptr<ClientMechanism> make_xoauth2_client(Credentials credentials)
{
    return make_bearer_client(form, std::move(credentials));
}

std::unique_ptr<ServerMechanism> make_xoauth2_server(const CredentialStore& store,
                                                     const Occasion& occasion)
{
    return make_bearer_server(form, store, occasion);
}

} // namespace sim::sasl
