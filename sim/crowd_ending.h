// What of a run makes an attempt of a crowd end where.
#pragma once

#include "sim/core/smtp_words.h"
#include "sim/scenario/scenario.h"

namespace sim {

// What a refusal for this reason is counted as.
[[nodiscard]] CrowdEnding ending_of(SmtpReason reason);
[[nodiscard]] CrowdEnding ending_of(scenario::RuleKind kind);

} // namespace sim
