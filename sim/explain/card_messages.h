// The catalog's messages of the why card and of the reports' own few words.
#pragma once

#include "sim/core/happening.h"
#include "sim/core/pop3_words.h"
#include "sim/core/smtp_words.h"
#include "sim/explain/catalog.h"

#include <vector>

namespace sim::explain {

std::vector<MessageGroup> card_messages();
std::vector<MessageGroup> report_messages();
std::vector<MessageGroup> problem_messages();

// Whether a server that answers for this reason says no.
bool is_refusal(SmtpReason reason);
bool is_refusal(Pop3Reason reason);
// Something is wrong with a token, of which its holder may be told.
bool is_token_flaw(AuthFlaw flaw);

} // namespace sim::explain
