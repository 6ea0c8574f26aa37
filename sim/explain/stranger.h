// What a reply of a server that is not ours means, as far as its codes say it: our own servers put
// the reason beside each reply, a real one on a bridge does not.
#pragma once

#include "sim/core/smtp_words.h"

#include <optional>
#include <string_view>

namespace sim::explain {

// From the reply code and the enhanced code behind it (RFC 3463, RFC 5248), never from the text.
// Nothing where they leave it open.
[[nodiscard]] std::optional<SmtpReason>
reason_of_stranger(std::string_view reply, SmtpVerb to, bool encrypted);

} // namespace sim::explain
