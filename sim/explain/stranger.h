// What a reply of a server that is not ours means, as far as its codes say it: our own servers put
// the reason beside each reply, a real one on a bridge does not.
#pragma once

#include "sim/core/smtp_words.h"

#include <optional>
#include <string_view>

namespace sim::explain {

// How far the conversation was when it answered.
struct Offered {
    bool encrypted = false;
    bool starttls = false; // in its last reply to EHLO
    bool auth = false;
};

// From the reply code and the enhanced code behind it (RFC 3463, RFC 5248). The words are read only
// where servers use one code for many things and say "authentication required" in words. Nothing
// where all that leaves it open.
[[nodiscard]] std::optional<SmtpReason>
reason_of_stranger(std::string_view reply, SmtpVerb to, Offered offered);

} // namespace sim::explain
