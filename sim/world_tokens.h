// Tokens for people outside the simulation: what a real mail program is given instead of a password
// by a world's sign-in service.
#pragma once

#include "sim/scenario/scenario.h"

#include <cstdint>
#include <string>

namespace sim {

// A good token for this user of this server, which takes tokens, in a world with this seed: issued
// at `now`, valid for the server's TokenIssuer::lifetime.
[[nodiscard]] std::string token_for(const scenario::MailServer& server,
                                    const std::string& user,
                                    std::uint64_t seed,
                                    Instant now);

} // namespace sim
