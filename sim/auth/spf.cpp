#include "sim/auth/spf.h"

#include "sim/auth/domain.h"
#include "sim/auth/spf_macro.h"
#include "sim/core/ascii.h"
#include "sim/core/assert.h"
#include "sim/core/same_name.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace sim::auth {

namespace {

// §4.6.4
constexpr unsigned most_lookups = 10;
constexpr unsigned most_voids = 2;
constexpr std::size_t most_hosts = 10;

// What check_host comes to for one domain.
struct Verdict {
    SpfResult result = SpfResult::none;
    std::string domain{};
    std::string term{};
    std::optional<SpfProblem> problem{};
    std::optional<std::string> explanation{}; // exp= of the record that decided
};

// One look through the records with what DNS has said so far. A function that returns nothing
// waits for an answer.
class Look {
public:
    Look(const SpfFacts& facts, DnsBook& book) : facts_{facts}, book_{book}
    {
        const std::size_t at = facts.mail_from.rfind('@');
        local_ = at == std::string::npos || at == 0 ? "postmaster" : facts.mail_from.substr(0, at);
        sender_domain_ =
            without_dot(at == std::string::npos ? facts.helo : facts.mail_from.substr(at + 1));
    }

    std::optional<SpfOutcome> outcome()
    {
        const auto verdict = check(sender_domain_, 0);
        if (!verdict) return std::nullopt;
        SpfOutcome outcome;
        if (verdict->result == SpfResult::fail && verdict->explanation) {
            if (!explain(*verdict, outcome.explanation)) return std::nullopt;
        }
        outcome.result = verdict->result;
        outcome.domain = verdict->domain;
        outcome.term = verdict->term;
        outcome.problem = verdict->problem;
        outcome.lookups = lookups_;
        outcome.steps = std::move(steps_);
        return outcome;
    }

private:
    // Whether a term matches; a verdict where it ends all.
    struct Match {
        bool matched = false;
        std::optional<Verdict> end{};
    };

    // §4.4, §4.5
    std::optional<Verdict> check(const std::string& domain, unsigned depth)
    {
        if (!is_domain(domain)) return Verdict{SpfResult::none, domain};
        const DnsAnswer* answer = book_.ask(domain, type_txt);
        if (answer == nullptr) return std::nullopt;
        if (is_failure(answer->outcome))
            return Verdict{SpfResult::temperror, domain, {}, SpfProblem::dns_failed};
        const auto count = std::ranges::count_if(answer->records, is_spf);
        if (count == 0) return Verdict{SpfResult::none, domain};
        if (count > 1)
            return Verdict{SpfResult::permerror, domain, {}, SpfProblem::several_records};
        const auto record = parse_spf(*std::ranges::find_if(answer->records, is_spf));
        if (!record) {
            return Verdict{
                SpfResult::permerror, domain, record.error().term, record.error().problem};
        }
        return evaluate(*record, domain, depth);
    }

    // §4.6, §4.7
    std::optional<Verdict>
    evaluate(const SpfRecord& record, const std::string& domain, unsigned depth)
    {
        for (const SpfDirective& directive : record.directives) {
            const std::size_t step = steps_.size();
            steps_.push_back({depth, domain, directive.written, {}, false});
            auto match = look_at(directive, domain, depth);
            if (!match) return std::nullopt;
            if (match->end) return std::move(match->end);
            steps_[step].matched = match->matched;
            if (match->matched) {
                return Verdict{same_name<SpfResult>(directive.qualifier),
                               domain,
                               directive.written,
                               {},
                               record.explanation};
            }
        }
        if (record.redirect) return redirected(*record.redirect, domain, depth);
        return Verdict{SpfResult::neutral, domain};
    }

    // §6.1
    std::optional<Verdict>
    redirected(const std::string& target, const std::string& domain, unsigned depth)
    {
        const std::string written = "redirect=" + target;
        const auto name = expanded(target, domain);
        if (!name) return std::nullopt;
        steps_.push_back({depth, domain, written, *name, true});
        if (++lookups_ > most_lookups)
            return permanent(domain, written, SpfProblem::too_many_lookups);
        auto verdict = check(*name, depth);
        if (verdict && verdict->result == SpfResult::none)
            return permanent(domain, written, SpfProblem::no_record_there);
        return verdict;
    }

    static Verdict permanent(const std::string& domain, const std::string& term, SpfProblem problem)
    {
        return {SpfResult::permerror, domain, term, problem};
    }

    std::optional<Match>
    look_at(const SpfDirective& directive, const std::string& domain, unsigned depth)
    {
        switch (directive.mechanism) {
        case SpfMechanism::all:
            return Match{true};
        case SpfMechanism::ip4:
            return Match{agree(directive.network, facts_.client, directive.bits4)};
        case SpfMechanism::ip6:
            return Match{agree(directive.network, facts_.client, directive.bits6)};
        case SpfMechanism::include:
        case SpfMechanism::a:
        case SpfMechanism::mx:
        case SpfMechanism::ptr:
        case SpfMechanism::exists:
            break;
        }
        const auto name = directive.domain.empty() ? domain : expanded(directive.domain, domain);
        if (!name) return std::nullopt;
        steps_.back().name = *name;
        if (++lookups_ > most_lookups)
            return Match{false, permanent(domain, directive.written, SpfProblem::too_many_lookups)};
        const Term term{directive, domain, *name};
        switch (directive.mechanism) {
        case SpfMechanism::include:
            return include(term, depth);
        case SpfMechanism::a:
            return has_address(term, *name, true);
        case SpfMechanism::mx:
            return mx(term);
        case SpfMechanism::ptr:
            return ptr(term);
        case SpfMechanism::exists:
        case SpfMechanism::all:
        case SpfMechanism::ip4:
        case SpfMechanism::ip6:
            break;
        }
        return exists(term);
    }

    struct Term {
        const SpfDirective& directive;
        const std::string& domain; // whose record
        const std::string& name;   // that it is about
    };

    // §5.2
    std::optional<Match> include(const Term& term, unsigned depth)
    {
        auto verdict = check(term.name, depth + 1);
        if (!verdict) return std::nullopt;
        switch (verdict->result) {
        case SpfResult::pass:
            return Match{true};
        case SpfResult::fail:
        case SpfResult::softfail:
        case SpfResult::neutral:
            return Match{};
        case SpfResult::none:
            return Match{
                false, permanent(term.domain, term.directive.written, SpfProblem::no_record_there)};
        case SpfResult::temperror:
        case SpfResult::permerror:
            break;
        }
        verdict->explanation.reset();
        return Match{false, std::move(verdict)};
    }

    // The end that an answer brings: DNS has failed, or has said "there is nothing" too often.
    std::optional<Verdict> end_of(const Term& term, const DnsAnswer& answer)
    {
        if (is_failure(answer.outcome)) {
            return Verdict{
                SpfResult::temperror, term.domain, term.directive.written, SpfProblem::dns_failed};
        }
        if (answer.records.empty() && ++voids_ > most_voids)
            return permanent(term.domain, term.directive.written, SpfProblem::too_many_voids);
        return std::nullopt;
    }

    [[nodiscard]] std::uint16_t address_type() const
    {
        return is_v6(facts_.client) ? type_aaaa : type_a;
    }

    // §5.3. Only what a term itself asks for counts as void.
    std::optional<Match> has_address(const Term& term, const std::string& host, bool counts)
    {
        const DnsAnswer* answer = book_.ask(host, address_type());
        if (answer == nullptr) return std::nullopt;
        if (counts || is_failure(answer->outcome)) {
            if (auto end = end_of(term, *answer)) return Match{false, std::move(end)};
        }
        const unsigned bits = is_v6(facts_.client) ? term.directive.bits6 : term.directive.bits4;
        return Match{std::ranges::any_of(answer->records, [&](const std::string& record) {
            const auto ip = parse_ip(record);
            return ip && agree(*ip, facts_.client, bits);
        })};
    }

    // §5.4
    std::optional<Match> mx(const Term& term)
    {
        const DnsAnswer* answer = book_.ask(term.name, type_mx);
        if (answer == nullptr) return std::nullopt;
        if (auto end = end_of(term, *answer)) return Match{false, std::move(end)};
        if (answer->records.size() > most_hosts) {
            return Match{
                false, permanent(term.domain, term.directive.written, SpfProblem::too_many_hosts)};
        }
        for (const std::string& record : answer->records) {
            const std::string host = without_dot(record.substr(record.find(' ') + 1));
            if (host.empty()) continue; // RFC 7505: a domain without mail servers
            auto match = has_address(term, host, false);
            if (!match || match->matched || match->end) return match;
        }
        return Match{};
    }

    // §5.7
    std::optional<Match> exists(const Term& term)
    {
        const DnsAnswer* answer = book_.ask(term.name, type_a);
        if (answer == nullptr) return std::nullopt;
        if (auto end = end_of(term, *answer)) return Match{false, std::move(end)};
        return Match{!answer->records.empty()};
    }

    // The client's names that lead back to it (§5.5), of the first ten.
    std::optional<std::vector<std::string>> names_of_client()
    {
        std::vector<std::string> names;
        const DnsAnswer* answer = book_.ask(reverse_name(facts_.client), type_ptr);
        if (answer == nullptr) return std::nullopt;
        for (std::size_t i = 0; i < std::min(most_hosts, answer->records.size()); ++i) {
            const std::string name = without_dot(answer->records[i]);
            const DnsAnswer* back = book_.ask(name, address_type());
            if (back == nullptr) return std::nullopt;
            const bool leads_back =
                std::ranges::any_of(back->records, [&](const std::string& record) {
                    const auto ip = parse_ip(record);
                    return ip && *ip == facts_.client;
                });
            if (leads_back) names.push_back(name);
        }
        return names;
    }

    // §5.5: DNS errors make it a term that does not match.
    std::optional<Match> ptr(const Term& term)
    {
        const DnsAnswer* answer = book_.ask(reverse_name(facts_.client), type_ptr);
        if (answer == nullptr) return std::nullopt;
        if (is_failure(answer->outcome)) return Match{};
        if (auto end = end_of(term, *answer)) return Match{false, std::move(end)};
        const auto names = names_of_client();
        if (!names) return std::nullopt;
        return Match{std::ranges::any_of(
            *names, [&](const std::string& name) { return is_at_or_below(name, term.name); })};
    }

    // §7.3: the domain itself, else a name below it, else any.
    std::optional<std::string> validated_name(const std::string& domain)
    {
        const auto names = names_of_client();
        if (!names) return std::nullopt;
        for (const bool itself : {true, false}) {
            const auto found = std::ranges::find_if(*names, [&](const std::string& name) {
                return itself ? folded(name) == folded(domain) : is_at_or_below(name, domain);
            });
            if (found != names->end()) return *found;
        }
        return names->empty() ? "unknown" : names->front();
    }

    std::optional<std::string> macro_value(char letter, const std::string& domain)
    {
        switch (letter) {
        case 's':
            return local_ + "@" + sender_domain_;
        case 'l':
            return local_;
        case 'o':
            return sender_domain_;
        case 'd':
            return domain;
        case 'i':
            return dotted(facts_.client);
        case 'p':
            return validated_name(domain);
        case 'v':
            return is_v6(facts_.client) ? "ip6" : "in-addr";
        case 'h':
            return facts_.helo;
        case 'c':
            return to_string(facts_.client);
        case 'r':
            return facts_.receiver;
        case 't':
            return std::to_string(facts_.unix_time_s);
        default:
            break;
        }
        SIM_ASSERT(false);
        return std::nullopt;
    }

    std::optional<std::string> expanded(const std::string& text, const std::string& domain)
    {
        auto name = expand(text, [&](char letter) { return macro_value(letter, domain); });
        if (!name) return std::nullopt;
        return as_name(*std::move(name));
    }

    // §6.2: where it cannot be had, there is none. False while DNS is asked.
    bool explain(const Verdict& verdict, std::optional<std::string>& explanation)
    {
        const auto name = expanded(*verdict.explanation, verdict.domain);
        if (!name) return false;
        const DnsAnswer* answer = book_.ask(*name, type_txt);
        if (answer == nullptr) return false;
        if (answer->records.size() != 1 ||
            !is_macro_string(answer->records.front(), MacroPlace::explanation))
            return true;
        explanation = expand(answer->records.front(),
                             [&](char letter) { return macro_value(letter, verdict.domain); });
        return explanation.has_value();
    }

    const SpfFacts& facts_;
    DnsBook& book_;
    std::string local_;
    std::string sender_domain_;
    unsigned lookups_ = 0;
    unsigned voids_ = 0;
    std::vector<SpfStep> steps_;
};

} // namespace

std::string spf_domain(const std::string& mail_from, const std::string& helo)
{
    const std::size_t at = mail_from.rfind('@');
    return at == std::string::npos ? helo : mail_from.substr(at + 1);
}

SpfQuery::SpfQuery(SpfFacts facts) : facts_{std::move(facts)}
{
    look();
}

void SpfQuery::handle_answer(DnsAnswer answer)
{
    book_.handle_answer(std::move(answer));
    look();
}

void SpfQuery::look()
{
    if (auto outcome = Look{facts_, book_}.outcome()) outcome_ = *std::move(outcome);
}

} // namespace sim::auth
