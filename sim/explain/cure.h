// Which change of settings would have let the mail through, computed from the scenario: the ports
// where servers really listen, the rules on the way there, the accounts that exist.
#pragma once

#include "sim/explain/why.h"

#include <map>
#include <string>
#include <utility>

namespace sim::explain {

// The best other way for a mail program to send or to fetch does not depend on what went wrong: it
// is looked for once, however many mails fail.
class Cures {
public:
    // Both must outlive it.
    Cures(const Trace& trace, const scenario::Scenario& scenario)
        : trace_{trace}, scenario_{scenario}
    {
    }

    // The card must be filled in but for its cure.
    [[nodiscard]] Cure of(const WhyCard& card);

private:
    Cure for_program(const WhyCard& card, const scenario::MailProgram& program, bool fetching);
    Cure for_outside(const WhyCard& card, const scenario::MailProgram& program);
    [[nodiscard]] Cure for_real_server(const WhyCard& card,
                                       const scenario::AccountSettings& account) const;
    [[nodiscard]] bool has_offered_starttls(ConnectionId connection) const;
    const Cure& another_way(const scenario::MailProgram& program, bool fetching);

    const Trace& trace_;
    const scenario::Scenario& scenario_;
    std::map<std::pair<std::string, bool>, Cure> ways_; // by program, and whether it fetches
};

} // namespace sim::explain
