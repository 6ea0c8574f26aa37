#include "sim/world_tokens.h"

#include "sim/core/assert.h"
#include "sim/sasl/token.h"
#include "sim/world_build.h"

namespace sim {

std::string token_for(const scenario::MailServer& server,
                      const std::string& user,
                      std::uint64_t seed,
                      Instant now)
{
    SIM_ASSERT(server.tokens.has_value());
    mail::TokenGrant grant = build::grant(server, user, scenario::TokenKind::good, seed);
    grant.claims.issued = now;
    grant.claims.expires = now + grant.lifetime;
    return sasl::issue_token(grant.claims, grant.signing_seed);
}

} // namespace sim
