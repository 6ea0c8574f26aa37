// The ways in which an account of a mail program can be set up in this world, as changes of
// settings: the ports where servers listen, the accounts that they know. Whether one of them
// delivers is not asked here: a run tells.
#pragma once

#include "sim/explain/why.h"

#include <vector>

namespace sim::explain {

struct Change {
    CureKind kind = CureKind::other_setting;
    Settings settings;
};

// For sending, best first: one's own server before others, with a login and TLS before without,
// the least change before others, 587 before 465. `any_account`: also with the accounts of others
// that the sender's address belongs to.
std::vector<Change> ways_to_send(const scenario::MailProgram& program,
                                 const scenario::Scenario& scenario,
                                 bool any_account);

std::vector<Change> ways_to_fetch(const scenario::MailProgram& program,
                                  const scenario::Scenario& scenario);

// What has to be changed for this account, in the order in which an account dialog asks for it.
Settings difference(const scenario::AccountSettings& now,
                    const scenario::AccountSettings& then,
                    SettingGroup who);

// Each value of each setting of the sender's own: the account, the line, rules on the PC, faults
// that are switched on. What makes passwords readable comes last.
std::vector<Change> own_changes(const scenario::Scenario& scenario,
                                const scenario::MailProgram& program,
                                bool fetching);

// Each change that others could make to servers and rules without giving up what protects them.
// Those of this host come first.
std::vector<Change> changes_of_others(const scenario::Scenario& scenario,
                                      const scenario::MailProgram& program,
                                      HostId first);

} // namespace sim::explain
