// Who makes the two sides of each mechanism: for mechanism.cpp; the mechanisms themselves stand in
// the files of their names.
#pragma once

#include "sim/sasl/mechanism.h"

#include <memory>

namespace sim::sasl {

using MakeClient = std::unique_ptr<ClientMechanism>(Credentials credentials);
using MakeServer = std::unique_ptr<ServerMechanism>(const CredentialStore& store,
                                                    const Occasion& occasion);

MakeClient make_plain_client;
MakeServer make_plain_server;
MakeClient make_login_client;
MakeServer make_login_server;
MakeClient make_cram_md5_client;
MakeServer make_cram_md5_server;
MakeClient make_scram_client;
MakeServer make_scram_server;
MakeClient make_xoauth2_client;
MakeServer make_xoauth2_server;
MakeClient make_oauthbearer_client;
MakeServer make_oauthbearer_server;

} // namespace sim::sasl
