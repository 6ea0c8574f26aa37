// Which code and words go with which reason: the one place where a server's replies are worded.

#include "sim/smtp/server_output.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace sim::smtp {

namespace {

struct Wording {
    SmtpReason reason;
    std::uint16_t code;
    EnhancedCode enhanced;
    std::string_view text;
};

constexpr EnhancedCode none{};

using enum SmtpReason;

// One row for each reason, in the order of the enumeration.
constexpr std::array<Wording, count_of<SmtpReason>()> wordings{{
    {greeting, 220, none, "ESMTP"},
    {accepted, 250, {2, 0, 0}, "Ok"},
    {out_of_sequence, 503, {5, 5, 1}, "Bad sequence of commands"},
    {unknown_command, 500, {5, 5, 2}, "Command not recognised"},
    {not_offered, 502, {5, 5, 1}, "Command not implemented"},
    {bad_argument, 501, {5, 5, 4}, "Syntax error in parameters or arguments"},
    {bad_hello_domain, 501, {5, 5, 4}, "A domain name or address literal is needed here"},
    {bad_reverse_path, 501, {5, 1, 7}, "Bad sender address syntax"},
    {bad_forward_path, 501, {5, 1, 3}, "Bad recipient address syntax"},
    {space_before_path, 501, {5, 5, 4}, "No space between the colon and the <address>"},
    {path_without_brackets, 501, {5, 5, 4}, "Write the address in angle brackets: <user@example>"},
    {local_part_needs_quotes, 501, {5, 5, 4}, "Quote such a local part: <\"a..b\"@example>"},
    {unknown_parameter, 555, {5, 5, 4}, "Parameter not recognised or not implemented"},
    {extension_after_helo, 503, {5, 5, 1}, "Extensions need EHLO first"},
    {tls_required, 530, {5, 7, 0}, "Must issue a STARTTLS command first"},
    {tls_already_active, 503, {5, 5, 1}, "TLS is already active"},
    {tls_unavailable, 454, {4, 7, 0}, "TLS not available due to temporary reason"},
    {talked_out_of_turn, 554, {5, 5, 0}, "You must wait for my reply before you go on"},
    {spoke_http, 221, {2, 7, 0}, "This is a mail server, not a web server"},
    {spoke_tls, 554, {5, 5, 0}, "TLS begins with STARTTLS here"},
    {too_many_bad_commands, 421, {4, 7, 0}, "Too many errors, closing connection"},
    {line_too_long, 500, {5, 5, 2}, "Line too long"},
    {text_line_too_long, 500, {5, 5, 2}, "The message has a line that is too long"},
    {bare_line_end, 550, {5, 5, 2}, "The message has a bare CR or LF"},
    {nul_in_text, 550, {5, 5, 2}, "The message has a NUL octet"},
    {bad_octet_in_command, 500, {5, 5, 2}, "Octets that have no place in a command"},
    {line_without_cr, 500, {5, 5, 2}, "End lines with CR LF, not with LF alone"},
    {message_too_big, 552, {5, 3, 4}, "Message size exceeds fixed limit"},
    {too_much_ahead, 421, {4, 7, 0}, "Too much sent without waiting, closing connection"},
    {too_much_sent, 421, {4, 7, 0}, "Too much sent, closing connection"},
    {too_many_commands, 421, {4, 7, 0}, "Too many commands without a message, closing connection"},
    {too_many_recipients, 452, {4, 5, 3}, "Too many recipients"},
    {too_many_unknown_recipients, 421, {4, 7, 0}, "Too many unknown recipients"},
    {no_recipients, 503, {5, 5, 1}, "No valid recipients"},
    {recipient_unknown, 550, {5, 1, 1}, "User unknown"},
    {relay_denied, 550, {5, 7, 1}, "Relay access denied"},
    {mailbox_full, 452, {4, 2, 2}, "Mailbox full"},
    {temporary_trouble, 451, {4, 3, 0}, "Temporary trouble, try again later"},
    {sender_not_yours, 553, {5, 7, 1}, "Sender address is not yours"},
    {client_without_name, 550, {5, 7, 25}, "Client address has no name that leads back to it"},
    {client_name_in_doubt, 450, {4, 7, 25}, "Cannot find the name of the client address now"},
    {sender_domain_takes_no_mail, 550, {5, 7, 27}, "Sender domain takes no mail (null MX)"},
    {recipient_domain_takes_no_mail, 556, {5, 1, 10}, "Recipient domain takes no mail (null MX)"},
    {address_needs_smtputf8, 553, {5, 6, 7}, "Non-ASCII addresses need SMTPUTF8"},
    {auth_required, 530, {5, 7, 0}, "Authentication required"},
    {auth_challenge, 334, none, ""},
    {auth_succeeded, 235, {2, 7, 0}, "Authentication successful"},
    {auth_failed, 535, {5, 7, 8}, "Authentication credentials invalid"},
    {auth_needs_tls, 538, {5, 7, 11}, "Encryption required for authentication"},
    {auth_unknown_mechanism, 504, {5, 5, 4}, "Authentication mechanism not offered"},
    {auth_already_done, 503, {5, 5, 1}, "Already authenticated"},
    {auth_cancelled, 501, {5, 7, 0}, "Authentication cancelled"},
    {auth_bad_base64, 501, {5, 5, 2}, "Cannot decode Base64"},
    {auth_malformed, 501, {5, 7, 0}, "Not what the mechanism expects"},
    {auth_too_long, 500, {5, 5, 6}, "Authentication exchange line is too long"},
    {auth_too_many_failures, 421, {4, 7, 0}, "Too many failed logins, closing connection"},
    {login_paused, 421, {4, 7, 0}, "Too many failed logins from your address, try again later"},
    {go_ahead_text, 354, none, "End data with <CR><LF>.<CR><LF>"},
    {go_ahead_tls, 220, {2, 0, 0}, "Ready to start TLS"},
    {message_accepted, 250, {2, 0, 0}, "Message accepted"},
    {mail_loop, 554, {5, 4, 6}, "Too many hops, probably a mail loop"},
    {idle_too_long, 421, {4, 4, 2}, "Idle too long, closing connection"},
    {goodbye, 221, {2, 0, 0}, "Bye"},
    {vrfy_not_confirmed, 252, {2, 5, 2}, "Cannot confirm the address, but will try to deliver"},
    {expn_not_offered, 502, {5, 5, 1}, "EXPN not implemented"},
    {help_text, 214, {2, 0, 0}, "This server speaks SMTP as in RFC 5321"},
    {overloaded, 421, {4, 3, 2}, "Too busy, try again later"},
    {refused_by_policy, 554, {5, 7, 1}, "Refused by policy"},
    {fault_injected, 451, {4, 3, 0}, "Temporary trouble, try again later"},
    {dynamic_address, 550, {5, 7, 1}, "Dynamic address; send through your provider's server"},
    {listed, 554, {5, 7, 1}, "Client address is on a block list"},
    {listed_by_policy, 554, {5, 7, 1}, "Client address should not deliver directly"},
    {hello_refused, 550, {5, 7, 1}, "That is not a name of yours in HELO"},
    {spf_failed, 550, {5, 7, 23}, "SPF: not a server of the sender's domain"},
    {spf_in_doubt, 451, {4, 7, 24}, "SPF cannot be looked up now"},
    {spf_broken, 550, {5, 7, 24}, "SPF record of the sender's domain is wrong"},
    {greylisted, 451, {4, 7, 1}, "Greylisted, try again later"},
    {too_many_connections, 421, {4, 7, 0}, "Too many connections from your address"},
    {too_fast, 450, {4, 7, 1}, "Too much mail in a short time, slow down"},
    {too_fast_for_long, 550, {5, 7, 1}, "Far too much mail in a short time"},
    {dkim_failed, 550, {5, 7, 20}, "DKIM: no signature of this mail holds"},
    {dkim_unacceptable, 550, {5, 7, 21}, "DKIM: no signature of this mail may be relied on"},
    {dkim_not_authors, 550, {5, 7, 22}, "DKIM: the author's own signature does not hold"},
    {dkim_in_doubt, 451, {4, 7, 5}, "DKIM: the key of the signature cannot be looked up now"},
    {dmarc_failed,
     550,
     {5, 7, 26},
     "DMARC: the author's domain wants this refused; no SPF, no DKIM"},
    {dmarc_unaligned,
     550,
     {5, 7, 1},
     "DMARC: what SPF or DKIM vouch for is not the author's domain"},
    {dmarc_in_doubt, 451, {4, 7, 0}, "DMARC cannot be looked up now"},
    {author_unclear, 550, {5, 7, 1}, "From has to name exactly one author"},
}};

constexpr bool is_in_order()
{
    for (std::size_t i = 0; i < wordings.size(); ++i)
        if (wordings.at(i).reason != static_cast<SmtpReason>(i)) return false;
    return true;
}
static_assert(is_in_order());

// RFC 2034 §4: the class of the enhanced code is the first digit of the reply code.
constexpr bool classes_match()
{
    for (const Wording& wording : wordings) {
        if (wording.enhanced.exists() && wording.enhanced.category != wording.code / 100)
            return false;
    }
    return true;
}
static_assert(classes_match());

} // namespace

Reply standard_reply(SmtpReason reason)
{
    const Wording& wording = wordings.at(static_cast<std::size_t>(reason));
    return {wording.code, wording.enhanced, std::string{wording.text}};
}

} // namespace sim::smtp
