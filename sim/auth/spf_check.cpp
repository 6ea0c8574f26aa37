// SPF as a server looks at it at MAIL: what check_host() says (spf.h), as a verdict.
#include "sim/auth/query_check.h"
#include "sim/auth/spf.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace sim::auth {

namespace {

class Spf final : public QueryCheck<SpfQuery> {
public:
    explicit Spf(const CheckConfig& config) : config_{config} {}

private:
    [[nodiscard]] std::unique_ptr<SpfQuery> begin(const Facts& facts) const override
    {
        return std::make_unique<SpfQuery>(spf_facts(facts, config_));
    }
    [[nodiscard]] Judged judge(Facts& facts, const SpfQuery& query) const override
    {
        const SpfOutcome& outcome = query.outcome();
        facts.checked.spf = spf_seen(facts, outcome);
        Judged judged;
        judged.facts = seen(facts, outcome);
        switch (outcome.result) {
        case SpfResult::none:
        case SpfResult::neutral:
        case SpfResult::pass:
            break;
        case SpfResult::softfail: // §8.5: no reason to refuse
            judged.verdict = PolicyVerdict::marked;
            break;
        case SpfResult::fail:
            judged.verdict = PolicyVerdict::rejected;
            judged.reason = SmtpReason::spf_failed;
            if (outcome.explanation) {
                judged.text = fmt::format("SPF: {} says: {}", // §6.2: whose words these are
                                          quotable(outcome.domain),
                                          quotable(*outcome.explanation));
            }
            break;
        case SpfResult::temperror:
            judged.verdict = PolicyVerdict::deferred;
            judged.reason = SmtpReason::spf_in_doubt;
            break;
        case SpfResult::permerror:
            judged.verdict = PolicyVerdict::rejected;
            judged.reason = SmtpReason::spf_broken;
            break;
        }
        return judged;
    }
    [[nodiscard]] static std::string seen(const Facts& facts, const SpfOutcome& outcome)
    {
        std::string what = fmt::format("{}: {}; client: {}",
                                       facts.sender.empty() ? "HELO " + facts.hello : facts.sender,
                                       sim::name_of(outcome.result),
                                       to_string(facts.client));
        if (!outcome.domain.empty()) what += "; record of " + outcome.domain;
        if (!outcome.term.empty()) what += "; " + outcome.term;
        if (outcome.problem) what += fmt::format("; {}", sim::name_of(*outcome.problem));
        return quotable(what);
    }

    const CheckConfig& config_;
};

} // namespace

std::int64_t unix_seconds(Instant at)
{
    return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

bool is_known(const Facts& facts)
{
    return !facts.user.empty() || facts.may_relay;
}

SpfFacts spf_facts(const Facts& facts, const CheckConfig& config)
{
    SpfFacts asked;
    asked.client = facts.client;
    asked.helo = facts.hello;
    asked.mail_from = facts.sender; // null: HELO is looked at, RFC 7208 §2.4
    if (!config.own_names.empty()) asked.receiver = config.own_names.front();
    asked.unix_time_s = unix_seconds(facts.now);
    return asked;
}

SpfSeen spf_seen(const Facts& facts, const SpfOutcome& outcome)
{
    return {outcome.result, facts.sender, facts.hello};
}

std::unique_ptr<Check> make_spf_check(const CheckConfig& config)
{
    return std::make_unique<Spf>(config);
}

} // namespace sim::auth
