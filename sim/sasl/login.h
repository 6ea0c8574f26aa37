// LOGIN: two prompts, two answers. Never standardised (draft-murchison-sasl-login) and no better
// than PLAIN, but mail programs of a certain age know nothing else.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

[[nodiscard]] std::unique_ptr<ClientMechanism> make_login_client(Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism> make_login_server(const CredentialStore& store,
                                                                 const Occasion& occasion);

} // namespace sim::sasl
