#include "sim/auth/dmarc.h"

#include "sim/auth/domain.h"
#include "sim/core/ascii.h"
#include "sim/core/same_name.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace sim::auth {

namespace {

std::size_t count_labels(std::string_view domain)
{
    return static_cast<std::size_t>(std::ranges::count(domain, '.')) + 1;
}

std::string without_first_label(const std::string& domain)
{
    const std::size_t dot = domain.find('.');
    return dot == std::string::npos ? std::string{} : domain.substr(dot + 1);
}

DmarcPolicy one_milder(DmarcPolicy policy)
{
    return policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
}

// One record of a walk.
struct FoundRecord {
    std::string domain;
    DmarcRecord record;
};
using Walk = std::vector<FoundRecord>; // from the longest name to the shortest

// §4.10.2
std::string organisation_of(const std::string& domain, const Walk& walk)
{
    for (const FoundRecord& found : walk) {
        if (found.record.suffix == DmarcSuffix::no) return found.domain;
        if (found.record.suffix != DmarcSuffix::yes || found.domain == domain) continue;
        // One label below.
        std::string below = domain;
        while (without_first_label(below) != found.domain)
            below = without_first_label(below);
        return below;
    }
    return walk.empty() ? domain : walk.back().domain;
}

// One look with what DNS has said so far. A function that returns nothing waits for an answer, or
// DNS has failed.
class DmarcLook {
public:
    DmarcLook(const DmarcFacts& facts, DnsBook& book) : facts_{facts}, book_{book} {}

    std::optional<DmarcOutcome> outcome()
    {
        if (!facts_.author) {
            outcome_.result = DmarcResult::permerror;
            outcome_.problem = same_name<DmarcProblem>(facts_.author.error());
            return std::move(outcome_);
        }
        outcome_.author = *facts_.author;
        const auto policy = find_policy();
        if (book_.question()) return std::nullopt;
        if (!policy) return ended(DmarcResult::temperror, DmarcProblem::dns_failed);
        if (!*policy) return std::move(outcome_); // nobody has said anything: none
        outcome_.policy_domain = (*policy)->domain;
        outcome_.record = (*policy)->record;
        if (outcome_.record.unusable)
            return ended(DmarcResult::none, DmarcProblem::unusable_record);
        if (!choose_tag()) {
            if (book_.question()) return std::nullopt;
            return ended(DmarcResult::temperror, DmarcProblem::dns_failed);
        }
        return match_all();
    }

private:
    DmarcOutcome ended(DmarcResult result, DmarcProblem problem)
    {
        outcome_.result = result;
        outcome_.problem = problem;
        return std::move(outcome_);
    }

    // Null: it waits, or DNS has failed.
    const DnsAnswer* ask(const std::string& name, std::uint16_t type)
    {
        const DnsAnswer* answer = book_.ask(name, type);
        return answer == nullptr || is_failure(answer->outcome) ? nullptr : answer;
    }

    // The record at one name. The outer one is nothing while DNS is asked, or has failed.
    std::optional<std::optional<DmarcRecord>> record_of(const std::string& domain)
    {
        const std::string name = "_dmarc." + domain;
        const DnsAnswer* answer = ask(name, type_txt);
        if (answer == nullptr) return std::nullopt;
        std::optional<DmarcRecord> record;
        DmarcStep step{name, {}};
        if (std::ranges::count_if(answer->records, is_dmarc) == 1) {
            step.record = *std::ranges::find_if(answer->records, is_dmarc);
            record = parse_dmarc(*step.record);
        }
        if (shown_.insert(name).second) outcome_.steps.push_back(std::move(step));
        return record;
    }

    // §4.10
    std::optional<Walk> walk(const std::string& domain)
    {
        Walk found;
        for (const std::string& name : walk_of(domain)) {
            const auto record = record_of(name);
            if (!record) return std::nullopt;
            if (!*record) continue;
            found.push_back({name, **record});
            if ((*record)->suffix != DmarcSuffix::unknown) break;
        }
        return found;
    }

    // §4.10.1: the author's own record, the one of its organisation, the one of the suffix.
    std::optional<std::optional<FoundRecord>> find_policy()
    {
        const std::string& author = outcome_.author;
        const auto own = record_of(author);
        if (!own) return std::nullopt;
        if (*own) return FoundRecord{author, **own};
        const auto found = walk(author);
        if (!found) return std::nullopt;
        if (found->empty()) return std::optional<FoundRecord>{};
        outcome_.organisation = organisation_of(author, *found);
        const auto record = std::ranges::find(*found, outcome_.organisation, &FoundRecord::domain);
        return record == found->end() ? found->back() : *record;
    }

    // False: it waits, or DNS has failed.
    bool choose_tag()
    {
        const DmarcRecord& record = outcome_.record;
        outcome_.tag = "p";
        outcome_.published = record.policy;
        if (outcome_.policy_domain != outcome_.author) {
            if (record.subdomains) {
                outcome_.tag = "sp";
                outcome_.published = *record.subdomains;
            }
            if (record.missing_subdomains) {
                const auto missing = author_is_missing();
                if (!missing) return false;
                if (*missing) {
                    outcome_.tag = "np";
                    outcome_.published = *record.missing_subdomains;
                }
            }
        }
        outcome_.asked_for = record.testing ? one_milder(outcome_.published) : outcome_.published;
        return true;
    }

    // Appendix A.4: no record of any kind is there, RFC 8020.
    std::optional<bool> author_is_missing()
    {
        const DnsAnswer* answer = ask(outcome_.author, type_a);
        if (answer == nullptr) return std::nullopt;
        return answer->outcome == DnsOutcome::name_does_not_exist;
    }

    std::optional<DmarcOutcome> match_all()
    {
        bool failed = false;
        bool aligned = false;
        for (const DmarcIdentifier& identifier : facts_.identifiers) {
            DmarcMatch match{identifier,
                             identifier.method == DmarcMethod::spf ? outcome_.record.spf
                                                                   : outcome_.record.dkim};
            const auto fits = is_aligned(match);
            if (book_.question()) return std::nullopt;
            failed = failed || !fits;
            match.aligned = fits.value_or(false);
            aligned = aligned || match.aligned;
            outcome_.matches.push_back(std::move(match));
        }
        if (!aligned && failed) return ended(DmarcResult::temperror, DmarcProblem::dns_failed);
        outcome_.result = aligned ? DmarcResult::pass : DmarcResult::fail;
        return std::move(outcome_);
    }

    std::optional<bool> is_aligned(DmarcMatch& match)
    {
        const std::string domain = folded(match.identifier.domain);
        if (domain == outcome_.author) return true;
        if (match.mode == DmarcAlignment::strict) return false;
        // An organisation is at or above both: what shares no label at the end has none in common.
        const auto last_label = [](const std::string& name) {
            return name.substr(name.rfind('.') + 1);
        };
        if (last_label(domain) != last_label(outcome_.author)) return false;
        if (outcome_.organisation.empty()) {
            const auto own = walk(outcome_.author);
            if (!own) return std::nullopt;
            outcome_.organisation = organisation_of(outcome_.author, *own);
        }
        const auto other = walk(domain);
        if (!other) return std::nullopt;
        match.organisation = organisation_of(domain, *other);
        return *match.organisation == outcome_.organisation;
    }

    const DmarcFacts& facts_;
    DnsBook& book_;
    std::set<std::string> shown_;
    DmarcOutcome outcome_;
};

} // namespace

std::vector<std::string> walk_of(std::string domain)
{
    constexpr std::size_t labels_kept = 7;
    std::vector<std::string> names{domain};
    domain = without_first_label(domain);
    while (count_labels(domain) > labels_kept)
        domain = without_first_label(domain);
    for (; !domain.empty(); domain = without_first_label(domain))
        names.push_back(domain);
    return names;
}

DmarcFacts dmarc_facts(const MailText& mail,
                       SpfResult spf,
                       const std::string& spf_domain,
                       const std::vector<DkimOutcome>& dkim)
{
    DmarcFacts facts{author_domain(mail)};
    if (spf == SpfResult::pass) facts.identifiers.push_back({DmarcMethod::spf, folded(spf_domain)});
    for (const DkimOutcome& outcome : dkim) {
        if (outcome.result == DkimResult::pass)
            facts.identifiers.push_back({DmarcMethod::dkim, folded(outcome.names.domain)});
    }
    return facts;
}

DmarcQuery::DmarcQuery(DmarcFacts facts) : facts_{std::move(facts)}
{
    look();
}

void DmarcQuery::handle_answer(DnsAnswer answer)
{
    book_.handle_answer(std::move(answer));
    look();
}

void DmarcQuery::look()
{
    if (auto outcome = DmarcLook{facts_, book_}.outcome()) outcome_ = *std::move(outcome);
}

} // namespace sim::auth
