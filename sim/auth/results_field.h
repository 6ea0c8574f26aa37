// Authentication-Results (RFC 8601): one field in which a receiver says to all behind it what its
// checks came to; and how to know such fields that somebody else has written in its name.
#pragma once

#include "sim/auth/dkim.h"
#include "sim/auth/dmarc.h"
#include "sim/auth/spf.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::auth {

struct SpfSeen {
    SpfResult result = SpfResult::none;
    std::string mail_from{}; // empty: the HELO name was looked at
    std::string helo{};
};

// What was looked at; no DKIM outcome where it was means that nobody has signed.
struct CheckedMail {
    std::string authserv_id; // the receiver's name for itself
    std::optional<SpfSeen> spf{};
    std::optional<std::vector<DkimOutcome>> dkim{};
    std::optional<DmarcOutcome> dmarc{};
};

// With folds, without the last line end. ASCII, whatever stands in the mail.
[[nodiscard]] std::string results_field(const CheckedMail& checked);

// Whether a field's value (behind the colon) says that this receiver has written it. What comes in
// from outside so is false, and is taken out first: §5.
[[nodiscard]] bool is_results_of(std::string_view value, std::string_view authserv_id);

} // namespace sim::auth
