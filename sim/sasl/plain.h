// PLAIN (RFC 4616): the whole exchange is one message, [authzid] NUL user NUL password.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

[[nodiscard]] std::unique_ptr<ClientMechanism> make_plain_client(Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism> make_plain_server(const CredentialStore& store,
                                                                 const Occasion& occasion);

} // namespace sim::sasl
