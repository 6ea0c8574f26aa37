// XOAUTH2: the form in which Google and Microsoft first took tokens; never standardised, and what
// many mail programs still say. "user=" name ^A "auth=Bearer " token ^A ^A.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

[[nodiscard]] std::unique_ptr<ClientMechanism> make_xoauth2_client(Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism> make_xoauth2_server(const CredentialStore& store,
                                                                   const Occasion& occasion);

} // namespace sim::sasl
