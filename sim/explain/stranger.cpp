#include "sim/explain/stranger.h"

#include "sim/core/ascii.h"

#include <algorithm>
#include <array>

namespace sim::explain {

namespace {

struct Meaning {
    std::string_view code;
    std::string_view enhanced; // empty: whatever stands there
    SmtpReason reason;
};

// The first that fits. RFC 4954 §6, RFC 3207 §4, RFC 3463 §3, RFC 7505 §4,
// RFC 7372 §3, RFC 6647 §5.
constexpr std::array meanings{
    Meaning{"535", "", SmtpReason::auth_failed},
    Meaning{"538", "", SmtpReason::auth_needs_tls},
    Meaning{"501", "5.7.0", SmtpReason::auth_cancelled},
    Meaning{"500", "5.5.6", SmtpReason::auth_too_long},
    Meaning{"556", "", SmtpReason::recipient_domain_takes_no_mail},
    Meaning{"550", "5.1.1", SmtpReason::recipient_unknown},
    Meaning{"550", "5.1.10", SmtpReason::recipient_domain_takes_no_mail},
    Meaning{"550", "5.7.25", SmtpReason::client_without_name},
    Meaning{"450", "4.7.25", SmtpReason::client_name_in_doubt},
    Meaning{"550", "5.7.27", SmtpReason::sender_domain_takes_no_mail},
    Meaning{"550", "5.7.23", SmtpReason::spf_failed},
    Meaning{"550", "5.7.24", SmtpReason::spf_broken},
    Meaning{"451", "4.7.24", SmtpReason::spf_in_doubt},
    Meaning{"550", "5.7.20", SmtpReason::dkim_failed},
    Meaning{"550", "5.7.21", SmtpReason::dkim_unacceptable},
    Meaning{"550", "5.7.22", SmtpReason::dkim_not_authors},
    Meaning{"451", "4.7.5", SmtpReason::dkim_in_doubt},
    Meaning{"550", "5.7.26", SmtpReason::dmarc_failed},
    Meaning{"451", "4.7.1", SmtpReason::greylisted},
    Meaning{"553", "5.6.7", SmtpReason::address_needs_smtputf8},
    Meaning{"452", "4.2.2", SmtpReason::mailbox_full},
    Meaning{"552", "5.2.2", SmtpReason::mailbox_full},
    Meaning{"452", "4.5.3", SmtpReason::too_many_recipients},
    Meaning{"552", "5.3.4", SmtpReason::message_too_big},
    Meaning{"554", "5.4.6", SmtpReason::mail_loop},
    Meaning{"454", "4.7.1", SmtpReason::relay_denied},
    Meaning{"554", "5.7.1", SmtpReason::refused_by_policy},
    Meaning{"550", "5.7.1", SmtpReason::refused_by_policy},
    Meaning{"450", "4.7.1", SmtpReason::refused_by_policy},
    Meaning{"421", "4.4.2", SmtpReason::idle_too_long},
    Meaning{"553", "5.7.1", SmtpReason::sender_not_yours},
};

bool is_code(char c)
{
    return is_digit(c) || c == '.';
}

bool holds(std::string_view text, std::string_view word)
{
    return std::search(text.begin(), text.end(), word.begin(), word.end(), [&](char a, char b) {
               return lower(a) == b;
           }) != text.end();
}

// "550 authentication required", "554 5.7.1 ... SMTP AUTH is required": many refuse so whoever has
// not logged in.
bool demands_login(std::string_view reply)
{
    return holds(reply, "auth") && (holds(reply, "required") || holds(reply, "must"));
}

} // namespace

std::optional<SmtpReason> reason_of_stranger(std::string_view reply, SmtpVerb to, Offered offered)
{
    constexpr std::size_t code_size = 3;
    if (reply.size() < code_size) return std::nullopt;
    const std::string_view code = reply.substr(0, code_size);
    std::string_view enhanced = reply.substr(std::min(code_size + 1, reply.size()));
    enhanced = enhanced.substr(
        0,
        static_cast<std::size_t>(std::ranges::find_if_not(enhanced, is_code) - enhanced.begin()));
    // "Issue a STARTTLS command first" and "authentication required" have one code. Whoever offers
    // a login before STARTTLS wants the login.
    if (code == "530") {
        const bool tls_first = !offered.encrypted && offered.starttls && !offered.auth;
        return tls_first ? SmtpReason::tls_required : SmtpReason::auth_required;
    }
    if (code == "553" && to == SmtpVerb::mail) return SmtpReason::sender_not_yours;
    if (code == "504" && to == SmtpVerb::auth) return SmtpReason::auth_unknown_mechanism;
    if (code == "454" && to == SmtpVerb::starttls) return SmtpReason::tls_unavailable;
    const bool in_transaction =
        to == SmtpVerb::mail || to == SmtpVerb::rcpt || to == SmtpVerb::data;
    if (code[0] == '5' && in_transaction && demands_login(reply)) return SmtpReason::auth_required;
    for (const Meaning& meaning : meanings) {
        if (code == meaning.code && (meaning.enhanced.empty() || enhanced == meaning.enhanced))
            return meaning.reason;
    }
    // RFC 5321 §4.2.1: a 4yz says "not now", whatever it is about; RFC 4954 §6 has one for a login.
    if (code[0] == '4') return SmtpReason::temporary_trouble;
    return std::nullopt;
}

} // namespace sim::explain
