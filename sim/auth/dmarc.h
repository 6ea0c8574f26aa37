// DMARC (RFC 9989, formerly 7489), sans-IO: is one of those who answer for a message, by SPF or by
// DKIM, the one whom people read in From?
//
//     DmarcQuery query{facts};
//     while (const auto question = query.question()) query.handle_answer(ask(*question));
//     query.outcome();
//
// What is to be done with a message that fails is up to the receiver (§5.4): the outcome says what
// the domain asks for. As with SPF, everything is looked through anew after each answer.
#pragma once

#include "sim/auth/author.h"
#include "sim/auth/dkim.h"
#include "sim/auth/dmarc_record.h"
#include "sim/auth/dns_book.h"
#include "sim/auth/spf.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sim::auth {

SIM_NAMED_ENUM(DmarcResult, none, pass, fail, temperror, permerror);

SIM_NAMED_ENUM(DmarcMethod, spf, dkim);

// Of those that have passed: the domain of SPF's identity, d of a signature.
struct DmarcIdentifier {
    DmarcMethod method = DmarcMethod::spf;
    std::string domain{};
};

struct DmarcFacts {
    tl::expected<std::string, AuthorProblem> author; // domain
    std::vector<DmarcIdentifier> identifiers{};
};
[[nodiscard]] DmarcFacts dmarc_facts(const MailText& mail,
                                     SpfResult spf,
                                     const std::string& spf_domain,
                                     const std::vector<DkimOutcome>& dkim);

SIM_NAMED_ENUM(DmarcProblem,
               no_from,
               several_from,
               several_authors,
               unreadable_from, // of the author
               unusable_record, // a policy that is none, and no reports wanted
               dns_failed);     // of the policy, or of an identifier when nothing else aligns

// Where a record was looked for.
struct DmarcStep {
    std::string name;                    // "_dmarc.example.com"
    std::optional<std::string> record{}; // nothing: none there, or several
    friend bool operator==(const DmarcStep&, const DmarcStep&) = default;
};

struct DmarcMatch {
    DmarcIdentifier identifier;
    DmarcAlignment mode = DmarcAlignment::relaxed;
    std::optional<std::string> organisation{}; // its own; nothing where nobody had to look
    bool aligned = false;
};

struct DmarcOutcome {
    DmarcResult result = DmarcResult::none;
    std::optional<DmarcProblem> problem{};
    std::string author{};        // domain
    std::string organisation{};  // of the author; empty: nobody had to look for it
    std::string policy_domain{}; // whose record counts
    DmarcRecord record{};        // that one
    std::string tag{};           // that the policy is from: p, sp, np
    DmarcPolicy published = DmarcPolicy::none;
    DmarcPolicy asked_for = DmarcPolicy::none; // one step milder in test mode
    std::vector<DmarcMatch> matches{};
    std::vector<DmarcStep> steps{};
};

class DmarcQuery {
public:
    explicit DmarcQuery(DmarcFacts facts);

    // What DNS is to be asked next; nothing when there is an outcome.
    [[nodiscard]] const std::optional<AskDns>& question() const { return book_.question(); }
    void handle_answer(DnsAnswer answer);
    [[nodiscard]] const DmarcOutcome& outcome() const { return outcome_; } // when nothing is asked

private:
    void look();

    DmarcFacts facts_;
    DnsBook book_;
    DmarcOutcome outcome_;
};

// The names that a tree walk asks for, §4.10: the domain, then from its seventh label up at most.
[[nodiscard]] std::vector<std::string> walk_of(std::string domain);

} // namespace sim::auth
