// DKIM and DMARC as a server looks at them when all of a mail is there, as verdicts.
#include "sim/auth/domain.h"
#include "sim/auth/query_check.h"
#include "sim/core/ascii.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::auth {

namespace {

// "d=kumo.example s=key: fail (body_changed)"
std::string seen(const DkimOutcome& outcome)
{
    std::string what = fmt::format(
        "d={} s={}: {}", outcome.names.domain, outcome.names.selector, name_of(outcome.result));
    if (outcome.problem) what += fmt::format(" ({})", name_of(*outcome.problem));
    return what;
}

std::string seen(const std::vector<DkimOutcome>& outcomes)
{
    if (outcomes.empty()) return "no signature";
    std::string what;
    for (const DkimOutcome& outcome : outcomes)
        what += (what.empty() ? "" : "; ") + seen(outcome);
    return what;
}

// RFC 6376 §6.3: a mail that nobody has signed is like any other.
class Dkim final : public QueryCheck<DkimQuery> {
    [[nodiscard]] std::unique_ptr<DkimQuery> begin(const Facts& facts) const override
    {
        if (facts.message == nullptr) return nullptr;
        return std::make_unique<DkimQuery>(*facts.message, unix_seconds(facts.now));
    }
    [[nodiscard]] Judged judge(Facts& facts, const DkimQuery& query) const override
    {
        const std::vector<DkimOutcome>& outcomes = query.outcomes();
        facts.checked.dkim = outcomes;
        Judged judged = judge_all(outcomes, author_domain(*facts.message).value_or(std::string{}));
        judged.facts = quotable(seen(outcomes));
        return judged;
    }
    // RFC 7372 §3.1
    static Judged judge_all(const std::vector<DkimOutcome>& outcomes, const std::string& author)
    {
        const auto any = [&](const auto& holds) { return std::ranges::any_of(outcomes, holds); };
        const auto is = [](DkimResult result) {
            return [result](const DkimOutcome& outcome) { return outcome.result == result; };
        };
        const auto is_authors = [&](const DkimOutcome& outcome) {
            const std::string domain = folded(outcome.names.domain);
            return !domain.empty() && is_at_or_below(author, domain);
        };
        const auto passes = is(DkimResult::pass);
        Judged judged;
        if (outcomes.empty()) return judged;
        if (any([&](const auto& outcome) { return passes(outcome) && is_authors(outcome); }))
            return judged;
        // Of keys in test mode a failure says nothing: §3.6.1, t=y.
        const bool is_test = std::ranges::all_of(
            outcomes, [&](const auto& outcome) { return outcome.testing || passes(outcome); });
        const bool is_authors_broken = any(passes) && any(is_authors);
        if (any(is(DkimResult::temperror))) {
            judged.verdict = PolicyVerdict::deferred;
            judged.reason = SmtpReason::dkim_in_doubt;
        } else if (any(passes) && (is_test || !is_authors_broken)) {
            return judged;
        } else if (is_test) {
            judged.verdict = PolicyVerdict::marked;
        } else {
            judged.verdict = PolicyVerdict::rejected;
            judged.reason = is_authors_broken             ? SmtpReason::dkim_not_authors
                            : any(is(DkimResult::policy)) ? SmtpReason::dkim_unacceptable
                                                          : SmtpReason::dkim_failed;
        }
        return judged;
    }
};

// What SPF and DKIM come to it looks up by itself, unless they have looked before.
class Dmarc final : public Check {
public:
    explicit Dmarc(const CheckConfig& config) : config_{config} {}
    std::optional<Step> start(Facts& facts) override
    {
        if (is_known(facts) || facts.message == nullptr) return std::nullopt;
        return go_on(facts);
    }
    Step handle_answer(Facts& facts, const DnsAnswer& answer) override
    {
        if (dmarc_) {
            dmarc_->handle_answer(answer);
        } else if (dkim_) {
            dkim_->handle_answer(answer);
        } else {
            spf_->handle_answer(answer);
        }
        return go_on(facts);
    }

private:
    Step go_on(Facts& facts)
    {
        CheckedMail& checked = facts.checked;
        if (!checked.spf) {
            if (!spf_) spf_.emplace(spf_facts(facts, config_));
            if (spf_->question()) return *spf_->question();
            checked.spf = spf_seen(facts, spf_->outcome());
        }
        if (!checked.dkim) {
            if (!dkim_) dkim_.emplace(*facts.message, unix_seconds(facts.now));
            if (dkim_->question()) return *dkim_->question();
            checked.dkim = dkim_->outcomes();
        }
        if (!dmarc_) {
            const std::string domain = spf_domain(checked.spf->mail_from, checked.spf->helo);
            dmarc_.emplace(dmarc_facts(*facts.message, checked.spf->result, domain, *checked.dkim));
        }
        if (dmarc_->question()) return *dmarc_->question();
        checked.dmarc = dmarc_->outcome();
        Judged judged = judge(*checked.dmarc);
        judged.facts = quotable(seen(checked));
        return judged;
    }
    static Judged judge(const DmarcOutcome& outcome)
    {
        Judged judged;
        const auto refuse = [&](SmtpReason reason) {
            judged.verdict = PolicyVerdict::rejected;
            judged.reason = reason;
            judged.is_junk = true;
        };
        switch (outcome.result) {
        case DmarcResult::none:
        case DmarcResult::pass:
            break;
        case DmarcResult::temperror:
            judged.verdict = PolicyVerdict::deferred;
            judged.reason = SmtpReason::dmarc_in_doubt;
            break;
        case DmarcResult::permerror:
            judged.verdict = PolicyVerdict::marked;
            // Whoever names two authors, or none, could let people read any name.
            if (outcome.problem != DmarcProblem::unusable_record)
                refuse(SmtpReason::author_unclear);
            break;
        case DmarcResult::fail:
            judged.verdict = PolicyVerdict::marked;
            judged.is_junk = outcome.asked_for != DmarcPolicy::none;
            // RFC 7372 §3.2 is about mail for which neither has passed.
            if (outcome.asked_for == DmarcPolicy::reject) {
                refuse(outcome.matches.empty() ? SmtpReason::dmarc_failed
                                               : SmtpReason::dmarc_unaligned);
            }
            break;
        }
        return judged;
    }
    // "From kumo.example: fail; policy of kumo.example: reject; spf=pass umi.example (not aligned)"
    static std::string seen(const CheckedMail& checked)
    {
        const DmarcOutcome& outcome = *checked.dmarc;
        std::string what = fmt::format(
            "From {}: {}", outcome.author.empty() ? "?" : outcome.author, name_of(outcome.result));
        if (outcome.problem) what += fmt::format(" ({})", name_of(*outcome.problem));
        if (!outcome.policy_domain.empty()) {
            what += fmt::format(
                "; policy of {}: {}", outcome.policy_domain, name_of(outcome.published));
        }
        for (const DmarcMatch& match : outcome.matches) {
            what += fmt::format("; {}=pass {}{}",
                                name_of(match.identifier.method),
                                match.identifier.domain,
                                match.aligned ? "" : " (not aligned)");
        }
        if (checked.spf->result != SpfResult::pass)
            what += fmt::format("; spf={}", name_of(checked.spf->result));
        const bool signature_holds = std::ranges::any_of(
            *checked.dkim, [](const auto& each) { return each.result == DkimResult::pass; });
        if (!signature_holds) what += "; dkim: " + auth::seen(*checked.dkim);
        return what;
    }

    const CheckConfig& config_;
    std::optional<SpfQuery> spf_;
    std::optional<DkimQuery> dkim_;
    std::optional<DmarcQuery> dmarc_;
};

} // namespace

std::unique_ptr<Check> make_dkim_check()
{
    return std::make_unique<Dkim>();
}

std::unique_ptr<Check> make_dmarc_check(const CheckConfig& config)
{
    return std::make_unique<Dmarc>(config);
}

} // namespace sim::auth
