// OAUTHBEARER (RFC 7628): a GS2 header with the user's name, then pairs, each behind a ^A octet:
// host, port and "auth=Bearer " with the token.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

[[nodiscard]] std::unique_ptr<ClientMechanism> make_oauthbearer_client(Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism> make_oauthbearer_server(const CredentialStore& store,
                                                                       const Occasion& occasion);

} // namespace sim::sasl
