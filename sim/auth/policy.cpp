#include "sim/auth/policy.h"

#include "sim/core/assert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace sim::auth {

namespace {

constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_ptr = 12;
constexpr std::uint16_t type_mx = 15;

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

// RFC 1035 §3.5: "2.0.192.in-addr.arpa" read backwards.
std::string reverse_name(Address address)
{
    std::string name;
    std::string text = to_string(address);
    while (!text.empty()) {
        const std::size_t dot = text.rfind('.') + 1; // 0: the first number
        name += text.substr(dot) + '.';
        text.resize(dot == 0 ? 0 : dot - 1);
    }
    return name + "in-addr.arpa";
}

// Whether the address has a name that leads back to it: what Received may call the client by.
class ClientName final : public Check {
public:
    std::optional<Step> start(Facts& facts) override
    {
        if (!facts.client_name.empty()) return std::nullopt; // found before
        asked_ = {reverse_name(facts.client), type_ptr};
        return asked_;
    }
    Step handle_answer(Facts& facts, const DnsAnswer& answer) override
    {
        seen_ += (seen_.empty() ? "" : "; ") + seen(asked_, answer);
        if (asked_.type == type_a) return judge(facts, answer);
        if (answer.records.empty())
            return Judged{PolicyVerdict::marked, SmtpReason::accepted, seen_};
        name_ = answer.records.front();
        if (name_.ends_with('.')) name_.pop_back();
        asked_ = {name_, type_a};
        return asked_;
    }

private:
    Step judge(Facts& facts, const DnsAnswer& answer)
    {
        const bool leads_back = std::ranges::count(answer.records, to_string(facts.client)) > 0;
        if (leads_back) facts.client_name = name_;
        return Judged{leads_back ? PolicyVerdict::passed : PolicyVerdict::marked,
                      SmtpReason::accepted,
                      seen_};
    }

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

} // namespace

Moment moment_of(PolicyCheck check)
{
    return check == PolicyCheck::recipient_domain ? Moment::recipient : Moment::sender;
}

std::unique_ptr<Check> make_check(PolicyCheck check)
{
    switch (check) {
    case PolicyCheck::client_name:
        return std::make_unique<ClientName>();
    case PolicyCheck::sender_domain:
        return std::make_unique<SenderDomain>();
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
        if (found != findings.end()) return {verdict, found->judged.reason};
    }
    return {};
}

Inspection::Inspection(std::span<const PolicyCheck> checks, Moment moment, Facts facts)
    : facts_{std::move(facts)}
{
    for (const PolicyCheck check : checks)
        if (moment_of(check) == moment) left_.push_back(check);
    go_on();
}

void Inspection::go_on()
{
    while (looking_ == nullptr && !left_.empty()) {
        at_ = left_.front();
        left_.pop_front();
        looking_ = make_check(at_);
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
