// Turns the parts of a Scenario into the parts that a World runs: pure conversions, one for each
// kind of thing. For world*.cpp only.
#pragma once

#include "sim/auth/dkim_keys.h"
#include "sim/dns/server.h"
#include "sim/mail/crowd.h"
#include "sim/mail/mta.h"
#include "sim/mail/mua.h"
#include "sim/mail/pop_service.h"
#include "sim/net/fabric.h"
#include "sim/scenario/index.h"
#include "sim/tls/authority.h"
#include "sim/world_network.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sim::build {

// Of what the keys of a world are made.
struct KeySource {
    std::uint64_t seed = 1;
    auth::DkimKeys dkim{};
};

[[nodiscard]] mail::MachineConfig
machine_config(const scenario::Index& index, HostId id, const scenario::Host& host);
// With the block lists on its host, and the keys of those who sign for a domain of its zones.
[[nodiscard]] dns::Server name_server(const scenario::Scenario& scenario,
                                      const scenario::Index& index,
                                      const scenario::NameServer& from,
                                      const KeySource& keys);
[[nodiscard]] dns::ResolverConfig recursion(const scenario::NameServer& from);
[[nodiscard]] mail::MtaConfig mta(const scenario::Scenario& scenario,
                                  const scenario::Index& index,
                                  const scenario::MailServer& from,
                                  const std::shared_ptr<const tls::ServerConfig>& tls,
                                  const KeySource& keys);
[[nodiscard]] mail::PopServiceConfig pop_service(const scenario::PopServer& from,
                                                 std::shared_ptr<const tls::ServerConfig> tls);
// A good token, or one that is wrong in one way: everything else about it is as it should be. The
// server takes tokens.
[[nodiscard]] mail::TokenGrant grant(const scenario::MailServer& server,
                                     const std::string& user,
                                     scenario::TokenKind kind,
                                     std::uint64_t seed);
[[nodiscard]] tls::VersionRange versions(scenario::TlsVersion oldest, scenario::TlsVersion newest);
[[nodiscard]] mail::Account account(const scenario::AccountSettings& from);
// With the token that its owner has from the sign-in service of the account's server, if any.
[[nodiscard]] mail::Account sending_account(const scenario::Scenario& scenario,
                                            const scenario::MailProgram& program,
                                            std::uint64_t seed);
[[nodiscard]] mail::CrowdConfig crowd(const scenario::Scenario& scenario, std::size_t index);
// By one of its ways.
[[nodiscard]] mail::CrowdRoute
crowd_route(const scenario::Scenario& scenario, const scenario::Crowd& crowd, CrowdWay way);
[[nodiscard]] tls::LeafRequest leaf_request(const std::string& host,
                                            scenario::CertificateKind kind);

} // namespace sim::build
