// A message as the checks of sim/auth take it, and with what they came to on top.
#pragma once

#include "sim/auth/mail_text.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim::mail {

// Lines of the message end in CR LF: so it goes over the wire, and so it was signed.
[[nodiscard]] auth::MailText mail_text(std::string_view message);

// Authentication-Results fields that the message says it has from us: nobody else may write them.
[[nodiscard]] std::size_t count_false_results(const auth::MailText& mail,
                                              std::string_view authserv_id);

// Takes them out (RFC 8601 §5), and returns them, each without its last line end.
std::vector<std::string> take_false_results(std::string& message, std::string_view authserv_id);

// What a server writes into a mail that belongs into Junk, so that the one behind it that has the
// mailbox knows; whoever writes it into a mail of his own gets what it says.
inline constexpr std::string_view junk_field = "X-Spam-Flag: YES";
[[nodiscard]] bool is_junk(std::string_view message);

} // namespace sim::mail
