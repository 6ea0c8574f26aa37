#include "sim/pop3/client_state.h"
#include "sim/pop3/command.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sim::pop3::client {

namespace {

Step malformed(const State& state, const Reply& reply)
{
    return fail(step_of(state), SmtpProblem::reply_malformed, reply.line, false);
}

// What stands behind "+OK ".
std::string_view words_of(const Reply& reply)
{
    return std::string_view{reply.line}.substr(std::min<std::size_t>(reply.line.size(), 4));
}

// Takes up to the next CR LF off the front.
std::string_view take_line(std::string_view& text)
{
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    return line;
}

Plan advanced(Plan&& plan)
{
    ++plan.next;
    return std::move(plan);
}

bool offers_stls(std::string_view capabilities)
{
    while (!capabilities.empty()) {
        const std::string_view line = take_line(capabilities);
        if (parse_command(line).verb == Pop3Verb::stls) return true;
    }
    return false;
}

bool is_uidl(std::string_view text)
{
    return !text.empty() && text.size() <= max_uidl_octets &&
           std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7E; });
}

} // namespace

Pop3Verb awaited_verb(const State& state)
{
    using enum Pop3Verb;
    constexpr std::array<Pop3Verb, std::variant_size_v<State>> verbs{
        none, none, capa, stls, none, user, pass, stat, uidl, retr, dele, quit, none};
    return verbs.at(state.index());
}

FailureStep step_of(const State& state)
{
    using enum FailureStep;
    constexpr std::array<FailureStep, std::variant_size_v<State>> steps{connect,
                                                                        greeting,
                                                                        hello,
                                                                        tls,
                                                                        tls,
                                                                        login,
                                                                        login,
                                                                        retrieve,
                                                                        retrieve,
                                                                        retrieve,
                                                                        retrieve,
                                                                        retrieve,
                                                                        retrieve};
    return steps.at(state.index());
}

Deadline deadline_of(const State& state, Instant now, const ClientConfig& config)
{
    using enum SessionTimer;
    constexpr std::array<SessionTimer, std::variant_size_v<State>> timers{none,
                                                                          greeting_awaited,
                                                                          reply_awaited,
                                                                          starttls_reply_awaited,
                                                                          tls_awaited,
                                                                          login_reply_awaited,
                                                                          login_reply_awaited,
                                                                          reply_awaited,
                                                                          reply_awaited,
                                                                          message_awaited,
                                                                          reply_awaited,
                                                                          reply_awaited,
                                                                          none};
    const SessionTimer timer = timers.at(state.index());
    if (timer == none) return {};
    return {timer, now, now + config.reply_timeout};
}

bool has_body(Pop3Verb verb)
{
    return verb == Pop3Verb::capa || verb == Pop3Verb::uidl || verb == Pop3Verb::retr;
}

Step going_to(State next, Pop3Verb say)
{
    Step step;
    step.next = std::move(next);
    step.say = say;
    return step;
}

Step fail(FailureStep at, std::optional<SmtpProblem> problem, std::string reply, bool polite)
{
    Step step = polite ? going_to(Quitting{}, Pop3Verb::quit) : going_to(Closed{});
    if (problem) step.problems.push_back(*problem);
    step.failure = SessionFailed{at, problem, std::move(reply)};
    return step;
}

// ---- transitions ------------------------------------------------------------------------------

Step Transitions::on_reply(State&& state, Reply&& reply) const
{
    return std::visit(
        [&](auto&& at) { return on(std::forward<decltype(at)>(at), std::move(reply)); },
        std::move(state));
}

// Nobody asked.
template <typename Other>
Step Transitions::on(Other&& at, Reply&& reply) const
{
    return malformed(State{std::forward<Other>(at)}, reply);
}

Step Transitions::on(AwaitingGreeting&& /*at*/, Reply&& reply) const
{
    if (!reply.ok) return fail(FailureStep::greeting, {}, std::move(reply.line), true);
    return going_to(AwaitingCapabilities{}, Pop3Verb::capa);
}

// A server that does not know CAPA (RFC 2449 §5 has it optional) offers nothing.
Step Transitions::on(AwaitingCapabilities&& /*at*/, Reply&& reply) const
{
    const bool wants_tls = config.protection == Protection::starttls ||
                           config.protection == Protection::starttls_if_available;
    if (!wants_tls || encrypted) return log_in();
    if (reply.ok && offers_stls(reply.body)) return going_to(AwaitingStls{}, Pop3Verb::stls);
    if (config.protection == Protection::starttls)
        return fail(FailureStep::tls, SmtpProblem::starttls_not_offered, {}, true);
    return go_on_in_clear(SmtpProblem::starttls_not_offered);
}

Step Transitions::on(AwaitingStls&& /*at*/, Reply&& reply) const
{
    if (reply.ok) {
        // What came behind it in the clear would be read as if it had been said under TLS.
        if (more_waits) return fail(FailureStep::tls, SmtpProblem::response_injection, {}, false);
        return going_to(AwaitingTls{});
    }
    if (config.protection == Protection::starttls) {
        return fail(FailureStep::tls, SmtpProblem::starttls_refused, std::move(reply.line), true);
    }
    return go_on_in_clear(SmtpProblem::starttls_refused);
}

Step Transitions::on(AwaitingUser&& /*at*/, Reply&& reply) const
{
    if (!reply.ok) return fail(FailureStep::login, {}, std::move(reply.line), true);
    return going_to(AwaitingPass{}, Pop3Verb::pass);
}

Step Transitions::on(AwaitingPass&& /*at*/, Reply&& reply) const
{
    if (!reply.ok) return fail(FailureStep::login, {}, std::move(reply.line), true);
    return going_to(AwaitingStat{}, Pop3Verb::stat);
}

Step Transitions::on(AwaitingStat&& at, Reply&& reply) const
{
    if (!reply.ok) return fail(FailureStep::retrieve, {}, std::move(reply.line), true);
    const std::string_view words = words_of(reply);
    const auto count = parse_number(words.substr(0, words.find(' ')));
    if (!count) return malformed(at, reply);
    if (*count > config.message_limit)
        return fail(FailureStep::retrieve, SmtpProblem::reply_too_long, {}, true);
    if (*count == 0) return going_to(Quitting{SessionFinished{}}, Pop3Verb::quit);
    return going_to(AwaitingUidl{*count}, Pop3Verb::uidl);
}

Step Transitions::on(AwaitingUidl&& at, Reply&& reply) const
{
    Plan plan;
    plan.sums.in_mailbox = at.count;
    // UIDL is optional too, RFC 1939 §7. Without it everything is new.
    for (std::uint32_t i = 1; !reply.ok && i <= at.count; ++i)
        plan.messages.push_back(Wanted{i, {}, true});
    std::string_view rest = reply.body;
    while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        const std::size_t space = std::min(line.find(' '), line.size());
        const auto number = parse_number(line.substr(0, space));
        const std::string_view uidl = line.substr(std::min(space + 1, line.size()));
        if (!number || *number == 0 || *number > at.count || !is_uidl(uidl) ||
            plan.messages.size() == at.count)
            return malformed(at, reply);
        const bool seen = std::ranges::find(config.seen_uidls, uidl) != config.seen_uidls.end();
        plan.messages.push_back(Wanted{*number, std::string{uidl}, !seen});
    }
    return next_of(std::move(plan));
}

// One that the server will not give is left out: others are waiting behind it.
Step Transitions::on(Fetching&& at, Reply&& reply) const
{
    if (!reply.ok) {
        ++at.plan.sums.refused;
        ++at.plan.next;
        return next_of(std::move(at.plan));
    }
    ++at.plan.sums.fetched;
    MessageFetched fetched{at.plan.messages[at.plan.next].uidl, std::move(reply.body)};
    Step step = config.deletes_after_fetch ? going_to(Deleting{std::move(at.plan)}, Pop3Verb::dele)
                                           : next_of(advanced(std::move(at.plan)));
    step.fetched = std::move(fetched);
    return step;
}

Step Transitions::on(Deleting&& at, Reply&& reply) const
{
    if (reply.ok) ++at.plan.sums.deleted;
    return next_of(advanced(std::move(at.plan)));
}

// RFC 1939 §6: QUIT may fail too, and then what was marked may still be there.
Step Transitions::on(Quitting&& at, Reply&& reply) const
{
    Step step = going_to(Closed{});
    if (!at.sums) return step;
    if (!reply.ok && at.sums->deleted > 0)
        return fail(FailureStep::retrieve, {}, std::move(reply.line), false);
    step.finished = at.sums;
    return step;
}

Step Transitions::log_in() const
{
    if (!encrypted && !config.may_reveal_password)
        return fail(FailureStep::login, SmtpProblem::auth_would_reveal_password, {}, true);
    return going_to(AwaitingUser{}, Pop3Verb::user);
}

Step Transitions::go_on_in_clear(SmtpProblem why) const
{
    Step step = log_in();
    step.problems.insert(step.problems.begin(), {why, SmtpProblem::went_on_without_tls});
    return step;
}

Step Transitions::next_of(Plan&& plan) const
{
    for (; plan.next < plan.messages.size(); ++plan.next) {
        if (plan.messages[plan.next].fetch)
            return going_to(Fetching{std::move(plan)}, Pop3Verb::retr);
        if (config.deletes_after_fetch) return going_to(Deleting{std::move(plan)}, Pop3Verb::dele);
    }
    return going_to(Quitting{plan.sums}, Pop3Verb::quit);
}

} // namespace sim::pop3::client
