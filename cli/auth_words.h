// What SPF, DKIM and DMARC came to, and why, in the user's words and as JSON: for hikyaku spf and
// hikyaku verify.
#pragma once

#include "cli/context.h"
#include "sim/auth/dkim.h"
#include "sim/auth/dmarc.h"
#include "sim/auth/spf.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace cli {

[[nodiscard]] sim::report::Role role_of(sim::auth::SpfResult result);

void explain_spf(sim::report::Lines& lines,
                 const Context& context,
                 std::string_view client,
                 std::string_view domain,
                 const sim::auth::SpfOutcome& outcome);
void explain_dkim(sim::report::Lines& lines,
                  const Context& context,
                  const sim::auth::DkimOutcome& outcome);
void explain_dmarc(sim::report::Lines& lines,
                   const Context& context,
                   const sim::auth::DmarcOutcome& outcome);

[[nodiscard]] nlohmann::json to_json(const sim::auth::SpfOutcome& outcome);
[[nodiscard]] nlohmann::json to_json(const sim::auth::DkimOutcome& outcome);
[[nodiscard]] nlohmann::json to_json(const sim::auth::DmarcOutcome& outcome);

} // namespace cli
