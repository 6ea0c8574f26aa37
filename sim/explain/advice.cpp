// What can be said about a failure without trying anything: who ought to do what.
#include "sim/explain/cure.h"

namespace sim::explain {

namespace {

CureKind advice_for(SmtpReason reason, bool given_up)
{
    switch (reason) {
    case SmtpReason::auth_failed:
    case SmtpReason::auth_too_many_failures:
        return CureKind::check_password;
    case SmtpReason::login_paused:
        return CureKind::wait_out_pause;
    case SmtpReason::recipient_unknown:
    case SmtpReason::bad_forward_path:
    case SmtpReason::space_before_path:
    case SmtpReason::path_without_brackets:
    case SmtpReason::local_part_needs_quotes:
    case SmtpReason::bad_reverse_path:
    case SmtpReason::sender_domain_takes_no_mail:
    case SmtpReason::recipient_domain_takes_no_mail:
        return CureKind::check_address;
    case SmtpReason::sender_not_yours:
    case SmtpReason::spf_failed:
    case SmtpReason::dmarc_failed:
    case SmtpReason::dmarc_unaligned:
        return CureKind::senders_provider;
    case SmtpReason::message_too_big:
        return CureKind::smaller_message;
    case SmtpReason::mailbox_full:
        return given_up ? CureKind::make_room : CureKind::wait;
    case SmtpReason::temporary_trouble:
    case SmtpReason::too_many_recipients:
    case SmtpReason::overloaded:
    case SmtpReason::greylisted:
    case SmtpReason::spf_in_doubt:
    case SmtpReason::dkim_in_doubt:
    case SmtpReason::dmarc_in_doubt:
    case SmtpReason::too_many_connections:
    case SmtpReason::too_fast:
    case SmtpReason::idle_too_long:
        return CureKind::wait;
    default:
        return CureKind::ask_operator;
    }
}

CureKind advice_for(Pop3Reason reason)
{
    switch (reason) {
    case Pop3Reason::login_failed:
    case Pop3Reason::too_many_failures:
        return CureKind::check_password;
    case Pop3Reason::login_paused:
        return CureKind::wait_out_pause;
    case Pop3Reason::mailbox_locked:
        return CureKind::wait;
    default:
        return CureKind::ask_operator;
    }
}

CureKind advice_for(const WhyCard& card)
{
    switch (card.obstacle) {
    case Obstacle::certificate: {
        const auto* hit = std::get_if<HitCertificate>(&card.hit);
        const bool unknown = hit != nullptr && hit->verdict == CertificateVerdict::unknown_issuer;
        return unknown ? CureKind::trust_issuer : CureKind::renew_certificate;
    }
    case Obstacle::waits_for_tls:
    case Obstacle::wrong_protection:
        return CureKind::match_protection;
    case Obstacle::peer_cannot:
        return card.problem == SmtpProblem::message_too_big_for_peer ? CureKind::smaller_message
               : card.problem == SmtpProblem::unfit_for_command      ? CureKind::check_address
                                                                     : CureKind::ask_operator;
    default:
        return is_temporary(card) ? CureKind::wait : CureKind::ask_operator;
    }
}

} // namespace

CureKind advice_for(const WhyCard& card, Kind outcome)
{
    const bool given_up = outcome != Kind::mail_deferred;
    if (card.obstacle == Obstacle::fault) return CureKind::switch_fault;
    if (card.reason) {
        const CureKind kind = advice_for(*card.reason, given_up);
        // RFC 5321 §4.2.1: a 4yz is "not now", whatever it is about.
        if (kind == CureKind::ask_operator && card.code / 100 == 4) return CureKind::wait;
        return kind;
    }
    if (card.pop3_reason) return advice_for(*card.pop3_reason);
    if (outcome == Kind::mail_deferred) return CureKind::wait;
    if (outcome == Kind::mail_bounced && card.obstacle == Obstacle::name_unknown)
        return CureKind::check_address;
    return advice_for(card);
}

} // namespace sim::explain
