// CRAM-MD5 (RFC 2195): the server asks with something that it never asked before, the client
// answers with a digest of that and the password. Nothing can be replayed, but anyone who heard
// both may guess passwords as fast as MD5 runs, and the server has to keep the password itself.
#pragma once

#include "sim/sasl/mechanism.h"

namespace sim::sasl {

[[nodiscard]] std::unique_ptr<ClientMechanism> make_cram_md5_client(Credentials credentials);
[[nodiscard]] std::unique_ptr<ServerMechanism> make_cram_md5_server(const CredentialStore& store,
                                                                    const Occasion& occasion);

} // namespace sim::sasl
