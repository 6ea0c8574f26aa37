#include "sim/mail/refusal.h"

#include "sim/core/recipients.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::mail {

std::vector<Refusal> for_all(const std::vector<std::string>& recipients, const Refusal& why)
{
    std::vector<Refusal> all(recipients.size(), why);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i].recipient = recipients[i];
    return all;
}

std::vector<std::vector<Refusal>> by_answer(const std::vector<Refusal>& refusals)
{
    std::vector<std::vector<Refusal>> groups;
    for (const Refusal& refusal : refusals) {
        const auto same = std::ranges::find_if(groups, [&](const std::vector<Refusal>& group) {
            const Refusal& first = group.front();
            return first.step == refusal.step && first.code == refusal.code &&
                   first.said_by == refusal.said_by && first.reply == refusal.reply;
        });
        if (same == groups.end()) {
            groups.push_back({refusal});
        } else {
            same->push_back(refusal);
        }
    }
    return groups;
}

std::string recipients_of(const std::vector<Refusal>& refusals)
{
    std::vector<std::string> recipients;
    recipients.reserve(refusals.size());
    for (const Refusal& refusal : refusals)
        recipients.push_back(refusal.recipient);
    return join_recipients(recipients);
}

std::string reply_line(const smtp::Reply& reply)
{
    if (reply.code == 0) return {};
    std::string text =
        reply.enhanced.exists()
            ? fmt::format("{} {} {}", reply.code, to_string(reply.enhanced), reply.text)
            : fmt::format("{} {}", reply.code, reply.text);
    std::ranges::replace(text, '\n', ' ');
    return text;
}

std::string status_of(const smtp::Reply& reply, bool permanent, std::optional<SmtpProblem> problem)
{
    if (reply.enhanced.exists()) return to_string(reply.enhanced);
    // What we found out ourselves from its reply to EHLO.
    if (problem == SmtpProblem::nul_in_message) return "5.6.0";
    if (problem == SmtpProblem::needs_8bitmime) return "5.6.3";
    if (problem == SmtpProblem::needs_smtputf8) return "5.6.7";
    if (problem == SmtpProblem::message_too_big_for_peer) return "5.3.4";
    return permanent ? "5.0.0" : "4.0.0";
}

} // namespace sim::mail
