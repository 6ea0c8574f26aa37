#include "sim/auth/policy.h"

#include "sim/auth/checks.h"
#include "sim/auth/ip.h"
#include "sim/core/assert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace sim::auth {

namespace {

std::string_view name_of_type(std::uint16_t type)
{
    return type == type_a ? "A" : type == type_ptr ? "PTR" : "MX";
}

// "umi.example MX: 0 ."
std::string seen(const AskDns& question, const DnsAnswer& answer)
{
    const std::string what = answer.records.empty()
                                 ? std::string{sim::name_of(answer.outcome)}
                                 : fmt::format("{}", fmt::join(answer.records, ", "));
    return fmt::format("{} {}: {}", question.name, name_of_type(question.type), what);
}

// Whether the address has a name that leads back to it: what Received may call the client by. Many
// a server takes no mail from others (`strict`): addresses that are handed out to homes rarely have
// such a name, those of mail servers do.
class ClientName final : public Check {
public:
    explicit ClientName(bool strict) : strict_{strict} {}
    std::optional<Step> start(Facts& facts) override
    {
        if (!facts.client_name.empty()) return std::nullopt;     // found before
        if (strict_ && !facts.user.empty()) return std::nullopt; // who it is, is known
        asked_ = {reverse_name(Ip{facts.client}), type_ptr};
        return asked_;
    }
    Step handle_answer(Facts& facts, const DnsAnswer& answer) override
    {
        seen_ += (seen_.empty() ? "" : "; ") + seen(asked_, answer);
        if (asked_.type == type_a) return judge(facts, answer);
        if (answer.records.empty()) return nameless(answer.outcome);
        name_ = answer.records.front();
        if (name_.ends_with('.')) name_.pop_back();
        asked_ = {name_, type_a};
        return asked_;
    }

private:
    Step judge(Facts& facts, const DnsAnswer& answer)
    {
        const bool leads_back = std::ranges::count(answer.records, to_string(facts.client)) > 0;
        if (!leads_back) return nameless(answer.outcome);
        facts.client_name = name_;
        return Judged{PolicyVerdict::passed, SmtpReason::accepted, seen_};
    }
    // RFC 7372 §3.3. What DNS cannot tell now does not count against anybody for good.
    [[nodiscard]] Step nameless(DnsOutcome outcome) const
    {
        if (!strict_) return Judged{PolicyVerdict::marked, SmtpReason::accepted, seen_};
        if (is_failure(outcome))
            return Judged{PolicyVerdict::deferred, SmtpReason::client_name_in_doubt, seen_};
        return Judged{PolicyVerdict::rejected, SmtpReason::client_without_name, seen_};
    }

    bool strict_;
    AskDns asked_;
    std::string name_;
    std::string seen_;
};

// RFC 7505: a domain that says that it takes no mail. Only one that says so itself is refused: what
// DNS cannot tell now does not count against it.
class TakesMail : public Check {
public:
    Step handle_answer(Facts& /*facts*/, const DnsAnswer& answer) override
    {
        const bool none = std::ranges::any_of(
            answer.records, [](const std::string& mx) { return mx.ends_with(" ."); });
        if (!none) return Judged{PolicyVerdict::passed, SmtpReason::accepted, seen(asked_, answer)};
        return Judged{PolicyVerdict::rejected, reason_, seen(asked_, answer)};
    }

protected:
    explicit TakesMail(SmtpReason reason) : reason_{reason} {}
    Step ask(const std::string& domain)
    {
        asked_ = {domain, type_mx};
        return asked_;
    }

private:
    SmtpReason reason_;
    AskDns asked_;
};

class SenderDomain final : public TakesMail {
public:
    SenderDomain() : TakesMail{SmtpReason::sender_domain_takes_no_mail} {}
    // §4.2: no bounce could be delivered. Who logs in is known.
    std::optional<Step> start(Facts& facts) override
    {
        if (!facts.user.empty() || facts.sender_domain.empty()) return std::nullopt;
        return ask(facts.sender_domain);
    }
};

class RecipientDomain final : public TakesMail {
public:
    RecipientDomain() : TakesMail{SmtpReason::recipient_domain_takes_no_mail} {}
    // §4.1: said at once, and not by a bounce.
    std::optional<Step> start(Facts& facts) override
    {
        if (facts.recipient_is_local || facts.recipient_domain.empty()) return std::nullopt;
        return ask(facts.recipient_domain);
    }
};

Judged rejected(SmtpReason reason, std::string facts)
{
    return {PolicyVerdict::rejected, reason, std::move(facts)};
}

// RFC 6409 §6.1: whoever logs in sends as herself; who is relayed for without a login, where only
// our own people are, as one of them.
class SenderAddress final : public Check {
public:
    std::optional<Step> start(Facts& facts) override
    {
        if (facts.sender.empty()) return std::nullopt;
        if (facts.user.empty() && (!facts.sends_as_us || facts.sender_is_local))
            return std::nullopt;
        // A token may name somebody who has no account here: no address is hers.
        if (std::ranges::count(facts.users_addresses, facts.sender) > 0) return std::nullopt;
        return rejected(SmtpReason::sender_not_yours,
                        fmt::format("sender: {}; user: {}; addresses: {}",
                                    facts.sender,
                                    facts.user.empty() ? "-" : facts.user,
                                    fmt::join(facts.users_addresses, ", ")));
    }
};

// Whether there is somewhere to put a mail to it.
class Recipient final : public Check {
public:
    std::optional<Step> start(Facts& facts) override
    {
        const auto judged = [&](PolicyVerdict verdict, SmtpReason reason) {
            return Judged{verdict,
                          reason,
                          fmt::format("recipient: {}; place: {}",
                                      facts.recipient,
                                      sim::name_of(facts.recipient_place))};
        };
        switch (facts.recipient_place) {
        case Place::mailbox:
        case Place::routed:
            break;
        case Place::full_mailbox:
            return judged(PolicyVerdict::deferred, SmtpReason::mailbox_full);
        case Place::missing:
            return judged(PolicyVerdict::rejected, SmtpReason::recipient_unknown);
        case Place::elsewhere:
            if (facts.may_relay) break;
            [[fallthrough]];
        case Place::disguised:
            return judged(PolicyVerdict::rejected, SmtpReason::relay_denied);
        }
        return std::nullopt;
    }
};

} // namespace

Check::Step Check::handle_answer(Facts& /*facts*/, const DnsAnswer& /*answer*/)
{
    SIM_ASSERT(false);
    return Judged{};
}

bool looks_at(PolicyCheck check, Moment moment)
{
    switch (check) {
    case PolicyCheck::recipient:
    case PolicyCheck::recipient_domain:
    case PolicyCheck::greylisting:
        return moment == Moment::recipient;
    case PolicyCheck::rate:
        return moment != Moment::message;
    case PolicyCheck::dkim:
    case PolicyCheck::dmarc:
        return moment == Moment::message;
    case PolicyCheck::client_name:
    case PolicyCheck::reverse_name:
    case PolicyCheck::sender_address:
    case PolicyCheck::sender_domain:
    case PolicyCheck::ip25b:
    case PolicyCheck::block_list:
    case PolicyCheck::hello:
    case PolicyCheck::spf:
        break;
    }
    return moment == Moment::sender;
}

bool is_for_strangers(PolicyCheck check)
{
    return !is_own(check) && check != PolicyCheck::recipient_domain;
}

bool is_for_users(PolicyCheck check)
{
    return check == PolicyCheck::recipient_domain || check == PolicyCheck::rate ||
           check == PolicyCheck::block_list;
}

std::vector<CheckAction> actions_of(PolicyCheck check)
{
    using enum CheckAction;
    switch (check) {
    case PolicyCheck::client_name: // it never refuses
        return {off, mark};
    case PolicyCheck::recipient: // nobody can take a mail that has nowhere to go
        return {};
    case PolicyCheck::reverse_name:
    case PolicyCheck::sender_address:
    case PolicyCheck::sender_domain:
    case PolicyCheck::recipient_domain:
    case PolicyCheck::rate:
    case PolicyCheck::ip25b:
    case PolicyCheck::block_list:
    case PolicyCheck::hello:
    case PolicyCheck::spf:
    case PolicyCheck::dkim:
    case PolicyCheck::dmarc:
    case PolicyCheck::greylisting: // `reject` is `defer`: it never refuses for good
        break;
    }
    return {off, mark, defer, reject};
}

// RFC 6376 §6.3 and RFC 9989 §7.4 warn of refusing for that alone: honest mail that was forwarded,
// or went over a mailing list, fails as well.
CheckAction usual_action(PolicyCheck check)
{
    if (check == PolicyCheck::dkim || check == PolicyCheck::dmarc) return CheckAction::mark;
    const std::vector<CheckAction> actions = actions_of(check);
    return actions.empty() ? CheckAction::reject : actions.back();
}

std::unique_ptr<Check> make_check(PolicyCheck check, Moment moment, CheckDesk* desk)
{
    const auto at = [desk]() -> CheckDesk& {
        SIM_ASSERT(desk != nullptr);
        return *desk;
    };
    switch (check) {
    case PolicyCheck::client_name:
        return std::make_unique<ClientName>(false);
    case PolicyCheck::reverse_name:
        return std::make_unique<ClientName>(true);
    case PolicyCheck::sender_address:
        return std::make_unique<SenderAddress>();
    case PolicyCheck::recipient:
        return std::make_unique<Recipient>();
    case PolicyCheck::sender_domain:
        return std::make_unique<SenderDomain>();
    case PolicyCheck::rate:
        return make_rate_check(at(), moment);
    case PolicyCheck::ip25b:
        return make_ip25b_check(at().config);
    case PolicyCheck::block_list:
        return make_block_list_check(at().config);
    case PolicyCheck::hello:
        return make_hello_check(at().config);
    case PolicyCheck::spf:
        return make_spf_check(at().config);
    case PolicyCheck::greylisting:
        return make_greylist_check(at());
    case PolicyCheck::dkim:
        return make_dkim_check();
    case PolicyCheck::dmarc:
        return make_dmarc_check(at().config);
    case PolicyCheck::recipient_domain:
        break;
    }
    return std::make_unique<RecipientDomain>();
}

Decided decide(std::span<const Found> findings)
{
    for (const PolicyVerdict verdict : {PolicyVerdict::rejected, PolicyVerdict::deferred}) {
        const auto found = std::ranges::find(
            findings, verdict, [](const Found& each) { return each.judged.verdict; });
        if (found != findings.end()) return {verdict, found->judged.reason, found->judged.text};
    }
    Decided taken;
    taken.is_junk =
        std::ranges::any_of(findings, [](const Found& each) { return each.judged.is_junk; });
    return taken;
}

Inspection::Inspection(std::span<const PolicyCheck> checks,
                       CheckActions actions,
                       Moment moment,
                       Facts facts,
                       CheckDesk* desk)
    : facts_{std::move(facts)}, actions_{std::move(actions)}, moment_{moment}, desk_{desk}
{
    const auto add = [&](PolicyCheck check) {
        if (looks_at(check, moment) && action_of(check) != CheckAction::off) left_.push_back(check);
    };
    std::ranges::for_each(own_checks, add);
    std::ranges::for_each(checks, add);
    go_on();
}

CheckAction Inspection::action_of(PolicyCheck check) const
{
    const auto chosen = actions_.find(check);
    return chosen == actions_.end() ? CheckAction::reject : chosen->second;
}

void Inspection::go_on()
{
    while (looking_ == nullptr && !left_.empty()) {
        at_ = left_.front();
        left_.pop_front();
        looking_ = make_check(at_, moment_, desk_);
        auto step = looking_->start(facts_);
        if (step) {
            take(*std::move(step));
        } else {
            looking_.reset();
        }
    }
    if (looking_ == nullptr) outputs_.emplace_back(decide(findings_));
}

void Inspection::take(Check::Step step)
{
    if (auto* question = std::get_if<AskDns>(&step)) {
        outputs_.emplace_back(std::move(*question));
        return;
    }
    looking_.reset();
    findings_.push_back({at_, std::get<Judged>(std::move(step))});
    Judged& judged = findings_.back().judged;
    if (judged.verdict > PolicyVerdict::marked && action_of(at_) == CheckAction::mark) {
        judged.verdict = PolicyVerdict::marked;
        judged.reason = SmtpReason::accepted;
        judged.text.clear();
    }
    if (judged.verdict == PolicyVerdict::rejected && action_of(at_) == CheckAction::defer)
        judged.verdict = PolicyVerdict::deferred;
    outputs_.emplace_back(findings_.back());
    if (findings_.back().judged.verdict == PolicyVerdict::rejected) left_.clear();
}

void Inspection::handle_answer(const DnsAnswer& answer)
{
    SIM_ASSERT(looking_ != nullptr);
    take(looking_->handle_answer(facts_, answer));
    if (looking_ == nullptr) go_on();
}

std::optional<Inspection::Output> Inspection::poll_output()
{
    if (outputs_.empty()) return std::nullopt;
    Output next = std::move(outputs_.front());
    outputs_.pop_front();
    return next;
}

} // namespace sim::auth
