// What XOAUTH2 and OAUTHBEARER have in common: one message with a token in it; when the token is
// refused, the server says in JSON why, the client answers with as good as nothing, and only then
// it has failed (RFC 7628 §3.2.3).
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

struct BearerMessage {
    std::string user; // may be empty where the mechanism lets the token say it
    std::string token;
};

// The two things in which the mechanisms differ.
struct BearerForm {
    std::string (*write)(const Credentials& credentials); // empty: these cannot be written
    std::optional<BearerMessage> (*read)(std::string_view message);
    std::string (*refusal)(AuthFlaw flaw, const TokenRules& rules); // JSON
    std::string_view acknowledgement;                               // of that, by the client
};

[[nodiscard]] std::unique_ptr<ClientMechanism> make_bearer_client(const BearerForm& form,
                                                                  Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism>
make_bearer_server(const BearerForm& form, const CredentialStore& store, const Occasion& occasion);

// "auth=Bearer <token>", the scheme in any case (RFC 7235 §2.1); nothing unless the token is one
// (RFC 6750 §2.1).
[[nodiscard]] std::optional<std::string> read_bearer(std::string_view field);

[[nodiscard]] bool is_bearer_token(std::string_view text);

} // namespace sim::sasl
