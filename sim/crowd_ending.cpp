#include "sim/crowd_ending.h"

#include <array>
#include <cstddef>

namespace sim {

namespace {

// In the order of the enumeration, so that a new reason is thought about here. `refused`: it is
// about the conversation and not about the mail, or no refusal at all.
struct ReasonEnding {
    SmtpReason reason;
    CrowdEnding ending;
};
constexpr std::array<ReasonEnding, count_of<SmtpReason>()> endings_of_reasons{{
    {SmtpReason::greeting, CrowdEnding::refused},
    {SmtpReason::accepted, CrowdEnding::refused},
    {SmtpReason::out_of_sequence, CrowdEnding::refused},
    {SmtpReason::unknown_command, CrowdEnding::refused},
    {SmtpReason::not_offered, CrowdEnding::refused},
    {SmtpReason::bad_argument, CrowdEnding::refused},
    {SmtpReason::bad_hello_domain, CrowdEnding::hello},
    {SmtpReason::bad_reverse_path, CrowdEnding::refused},
    {SmtpReason::bad_forward_path, CrowdEnding::refused},
    {SmtpReason::space_before_path, CrowdEnding::refused},
    {SmtpReason::path_without_brackets, CrowdEnding::refused},
    {SmtpReason::local_part_needs_quotes, CrowdEnding::refused},
    {SmtpReason::unknown_parameter, CrowdEnding::refused},
    {SmtpReason::extension_after_helo, CrowdEnding::refused},
    {SmtpReason::tls_required, CrowdEnding::refused},
    {SmtpReason::tls_already_active, CrowdEnding::refused},
    {SmtpReason::tls_unavailable, CrowdEnding::refused},
    {SmtpReason::talked_out_of_turn, CrowdEnding::refused},
    {SmtpReason::spoke_http, CrowdEnding::refused},
    {SmtpReason::spoke_tls, CrowdEnding::refused},
    {SmtpReason::too_many_bad_commands, CrowdEnding::refused},
    {SmtpReason::line_too_long, CrowdEnding::refused},
    {SmtpReason::text_line_too_long, CrowdEnding::refused},
    {SmtpReason::bare_line_end, CrowdEnding::refused},
    {SmtpReason::nul_in_text, CrowdEnding::refused},
    {SmtpReason::bad_octet_in_command, CrowdEnding::refused},
    {SmtpReason::line_without_cr, CrowdEnding::refused},
    {SmtpReason::message_too_big, CrowdEnding::refused},
    {SmtpReason::too_much_ahead, CrowdEnding::refused},
    {SmtpReason::too_much_sent, CrowdEnding::refused},
    {SmtpReason::too_many_commands, CrowdEnding::refused},
    {SmtpReason::too_many_recipients, CrowdEnding::refused},
    {SmtpReason::too_many_unknown_recipients, CrowdEnding::no_such_user},
    {SmtpReason::no_recipients, CrowdEnding::refused},
    {SmtpReason::recipient_unknown, CrowdEnding::no_such_user},
    {SmtpReason::relay_denied, CrowdEnding::relay_denied},
    {SmtpReason::mailbox_full, CrowdEnding::refused},
    {SmtpReason::temporary_trouble, CrowdEnding::refused},
    {SmtpReason::sender_not_yours, CrowdEnding::sender},
    {SmtpReason::client_without_name, CrowdEnding::reverse_name},
    {SmtpReason::client_name_in_doubt, CrowdEnding::reverse_name},
    {SmtpReason::sender_domain_takes_no_mail, CrowdEnding::sender},
    {SmtpReason::recipient_domain_takes_no_mail, CrowdEnding::no_such_user},
    {SmtpReason::address_needs_smtputf8, CrowdEnding::refused},
    {SmtpReason::auth_required, CrowdEnding::login},
    {SmtpReason::auth_challenge, CrowdEnding::refused},
    {SmtpReason::auth_succeeded, CrowdEnding::refused},
    {SmtpReason::auth_failed, CrowdEnding::login},
    {SmtpReason::auth_needs_tls, CrowdEnding::login},
    {SmtpReason::auth_unknown_mechanism, CrowdEnding::login},
    {SmtpReason::auth_already_done, CrowdEnding::refused},
    {SmtpReason::auth_cancelled, CrowdEnding::login},
    {SmtpReason::auth_bad_base64, CrowdEnding::login},
    {SmtpReason::auth_malformed, CrowdEnding::login},
    {SmtpReason::auth_too_long, CrowdEnding::login},
    {SmtpReason::auth_too_many_failures, CrowdEnding::login},
    {SmtpReason::login_paused, CrowdEnding::login},
    {SmtpReason::go_ahead_text, CrowdEnding::refused},
    {SmtpReason::go_ahead_tls, CrowdEnding::refused},
    {SmtpReason::message_accepted, CrowdEnding::refused},
    {SmtpReason::mail_loop, CrowdEnding::refused},
    {SmtpReason::idle_too_long, CrowdEnding::refused},
    {SmtpReason::goodbye, CrowdEnding::refused},
    {SmtpReason::vrfy_not_confirmed, CrowdEnding::refused},
    {SmtpReason::expn_not_offered, CrowdEnding::refused},
    {SmtpReason::help_text, CrowdEnding::refused},
    {SmtpReason::overloaded, CrowdEnding::rate},
    {SmtpReason::refused_by_policy, CrowdEnding::refused},
    {SmtpReason::fault_injected, CrowdEnding::refused},
    {SmtpReason::dynamic_address, CrowdEnding::ip25b},
    {SmtpReason::listed, CrowdEnding::block_list},
    {SmtpReason::listed_by_policy, CrowdEnding::block_list},
    {SmtpReason::hello_refused, CrowdEnding::hello},
    {SmtpReason::spf_failed, CrowdEnding::spf},
    {SmtpReason::spf_in_doubt, CrowdEnding::spf},
    {SmtpReason::spf_broken, CrowdEnding::spf},
    {SmtpReason::greylisted, CrowdEnding::greylisting},
    {SmtpReason::too_many_connections, CrowdEnding::rate},
    {SmtpReason::too_fast, CrowdEnding::rate},
    {SmtpReason::too_fast_for_long, CrowdEnding::rate},
    {SmtpReason::dkim_failed, CrowdEnding::dkim},
    {SmtpReason::dkim_unacceptable, CrowdEnding::dkim},
    {SmtpReason::dkim_not_authors, CrowdEnding::dkim},
    {SmtpReason::dkim_in_doubt, CrowdEnding::dkim},
    {SmtpReason::dmarc_failed, CrowdEnding::dmarc},
    {SmtpReason::dmarc_unaligned, CrowdEnding::dmarc},
    {SmtpReason::dmarc_in_doubt, CrowdEnding::dmarc},
    {SmtpReason::author_unclear, CrowdEnding::dmarc},
}};
static_assert([] {
    for (std::size_t i = 0; i < endings_of_reasons.size(); ++i)
        if (endings_of_reasons.at(i).reason != static_cast<SmtpReason>(i)) return false;
    return true;
}());

} // namespace

CrowdEnding ending_of(SmtpReason reason)
{
    return endings_of_reasons.at(static_cast<std::size_t>(reason)).ending;
}

CrowdEnding ending_of(scenario::RuleKind kind)
{
    switch (kind) {
    case scenario::RuleKind::op25b:
        return CrowdEnding::op25b;
    case scenario::RuleKind::ip25b:
        return CrowdEnding::ip25b;
    case scenario::RuleKind::firewall:
        break;
    }
    return CrowdEnding::firewall;
}

} // namespace sim
