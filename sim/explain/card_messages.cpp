#include "sim/explain/card_messages.h"

#include "sim/core/one_of.h"
#include "sim/explain/sentence.h"
#include "sim/explain/why.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace sim::explain {

bool is_refusal(SmtpReason reason)
{
    using enum SmtpReason;
    return !is_one_of(reason,
                      greeting,
                      accepted,
                      auth_challenge,
                      auth_succeeded,
                      go_ahead_text,
                      go_ahead_tls,
                      message_accepted,
                      goodbye,
                      vrfy_not_confirmed,
                      help_text,
                      fault_injected); // what it stands for is told
}

bool is_refusal(Pop3Reason reason)
{
    using enum Pop3Reason;
    return !is_one_of(reason, greeting, accepted, logged_in, goodbye);
}

bool is_token_flaw(AuthFlaw flaw)
{
    return flaw >= AuthFlaw::token_bad_signature;
}

namespace {

std::vector<std::string> token_flaws()
{
    std::vector<std::string> names;
    for (const AuthFlaw flaw : values_of<AuthFlaw>()) {
        if (!is_token_flaw(flaw)) continue;
        names.push_back(fmt::format("{}.rule", name_of(flaw)));
        names.push_back(fmt::format("{}.purpose", name_of(flaw)));
    }
    return names;
}

// Every refusal has a rule and a purpose: why.reason.<name>.rule, .purpose.
template <NamedEnum E>
std::vector<std::string> refusals()
{
    std::vector<std::string> names;
    for (const E reason : values_of<E>()) {
        if (!is_refusal(reason)) continue;
        names.push_back(fmt::format("{}.rule", name_of(reason)));
        names.push_back(fmt::format("{}.purpose", name_of(reason)));
    }
    return names;
}

template <NamedEnum E>
std::vector<std::string> names_without(E left_out)
{
    std::vector<std::string> names;
    for (const E value : values_of<E>())
        if (value != left_out) names.emplace_back(name_of(value));
    return names;
}

// What each obstacle is called as a rule, where no rule of a scenario and no reason says it better,
// and what it is good for, where no purpose of a rule does.
std::vector<std::string> obstacle_variants()
{
    std::vector<std::string> names;
    for (const Obstacle obstacle : values_of<Obstacle>()) {
        const bool has_own_rule = obstacle == Obstacle::op25b || obstacle == Obstacle::ip25b ||
                                  obstacle == Obstacle::firewall || obstacle == Obstacle::fault;
        if (has_own_rule) continue;
        names.push_back(fmt::format("{}.rule", name_of(obstacle)));
        names.push_back(fmt::format("{}.purpose", name_of(obstacle)));
    }
    return names;
}

} // namespace

std::vector<MessageGroup> card_messages()
{
    const auto plain = [](std::string prefix, std::vector<std::string> variants) {
        return MessageGroup{std::move(prefix), std::move(variants), {}, false};
    };
    return {
        plain("why", {"title"}),
        plain("why.label", all_names<CardRow>()),
        {"why.who", {"host", "host_in_area"}, {"name", "area"}, false},
        plain("why.who", {"nobody"}),
        {"why.rule", {"numbered"}, {"rule_number", "rule"}, false},
        plain("why.verdict", {"drop", "reject_icmp", "reject_rst"}),
        plain("why.switched", {"drop", "reject_icmp", "reject_rst"}),
        {"why.alert", {"named"}, {"name", "meaning"}, false},
        {"why.gave_up", {"waited"}, {"who", "time"}, false},
        {"why.logins", {"failed"}, {"count", "mechanisms"}, false},
        {"why.for", {"refused", "reached"}, {"recipients"}, false},
        plain("why.obstacle", obstacle_variants()),
        plain("why.reason", refusals<SmtpReason>()),
        plain("why.flaw", token_flaws()),
        plain("why.pop3", refusals<Pop3Reason>()),
        plain("why.certificate", names_without(CertificateVerdict::valid)),
        plain("why.tls", all_names<TlsFailure>()),
        plain("why.tls", {"certificate_distrusted"}),
        plain("why.dns", all_names<DnsOutcome>()),
        plain("why.problem", all_names<SmtpProblem>()),
        plain("why.problem", {"needs_smtputf8_header"}),
        {"why.hit", {"packet"}, {"transport", "source", "destination"}, false},
        {"why.hit", {"line"}, {"line"}, false},
        {"why.hit", {"name"}, {"name", "type"}, false},
        {"why.hit", {"certificate"}, {"subject", "dialled"}, false},
        {"why.hit", {"server"}, {"server"}, false},
        plain("why.shown", names_without(UserError::none)),
        plain("why.shown",
              {"tls_required", "bounce", "waiting", "reset_seen_elsewhere", "accepted_by_machine"}),
        {"why.codes", all_names<scenario::System>(), {"codes"}, false},
        {"why.reply", {"words"}, {"reply"}, false},
        {"why.cure",
         all_names<CureKind>(),
         {"server", "port", "protection", "auth", "rule", "who"},
         false},
        {"why.cure_too", {"auth"}, {"auth"}, false},
        plain("why.protection", all_names<scenario::Protection>()),
        plain("why.auth", all_names<scenario::AuthChoice>()),
        {"why.proof", {"delivers", "not_tried"}, {}, false},
        {"why.proof", {"also"}, {"cure"}, false},
        {"why.proved", {"recipient", "sender"}, {"address"}, false},
        plain("why.proved", {"make_room", "smaller_message"}),
        {"why.proof", {"gets_further"}, {"step", "said"}, false},
        {"why.proof", {"gets_further_silently"}, {"step"}, false},
        {"why.proof", {"nothing", "cut_off"}, {"count"}, false},
        {"why.tell", {"facts"}, {"time", "hit", "rule"}, false},
        {"why.cure_setting", {"key"}, {"key", "value"}, false},
    };
}

} // namespace sim::explain
