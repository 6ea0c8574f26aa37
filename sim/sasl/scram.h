// SCRAM-SHA-256 (RFC 7677, after RFC 5802): both sides prove that they know the password, or what
// was made of it, and neither says it. Without channel binding: the name that ends in -PLUS is not
// offered, and a client that asks for it is refused.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

[[nodiscard]] std::unique_ptr<ClientMechanism> make_scram_client(Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism> make_scram_server(const CredentialStore& store,
                                                                 const Occasion& occasion);

} // namespace sim::sasl
