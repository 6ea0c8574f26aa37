// A message as the checks of sim/auth take it, and with what they came to on top.
#pragma once

#include "sim/auth/mail_text.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace sim::mail {

// Lines of the message end in CR LF: so it goes over the wire, and so it was signed.
[[nodiscard]] auth::MailText mail_text(std::string_view message);

// Authentication-Results fields that the message says it has from us: nobody else may write them.
[[nodiscard]] std::size_t count_false_results(const auth::MailText& mail,
                                              std::string_view authserv_id);

// `field` without its last line end on top, and without those (RFC 8601 §5).
[[nodiscard]] std::string
with_results(std::string_view message, std::string_view field, std::string_view authserv_id);

} // namespace sim::mail
