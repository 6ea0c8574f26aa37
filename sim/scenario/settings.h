// The settings of a scenario that a user may change, each with a dotted key and a value in words:
// --set on the command line, the account dialog and the switches in the window, `set` steps and
// cures all go through here.
//
// docs/writing-scenarios.md lists them all.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/setting_key.h"
#include "sim/scenario/problem.h"
#include "sim/scenario/scenario.h"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::scenario {

// now: at once. next_send: a mail program reads its account when it begins to send or to fetch.
// anew: it cannot change while a world runs.
SIM_NAMED_ENUM(TakesEffect, now, next_send, anew);

struct Setting {
    SettingKey is;                        // what it is, in parts
    std::string key;                      // the same, dotted
    std::string value;                    // as it is now
    std::vector<std::string> choices;     // all that it can be; empty: free text or a number
    std::vector<std::string> suggestions; // of free text: what is usual
    TakesEffect takes_effect = TakesEffect::anew;
    bool secret = false;  // not to be shown on a screen
    bool unusual = false; // no row of a mail program's usual dialog, or of a server's

    [[nodiscard]] bool is_live() const { return takes_effect != TakesEffect::anew; }
};

// Whether a step of the script makes a program read the account that the settings of this group,
// client or fetch, are of.
[[nodiscard]] bool reads_account(const Scenario& scenario, const Step& step, SettingGroup group);

struct SettingProblem {
    std::string key;
    Wrong wrong;
};

// All settings of this scenario, in the order above.
std::vector<Setting> settings_of(const Scenario& scenario);

// The setting that is called so, as it is now; nothing when there is none.
std::optional<Setting> setting_of(const Scenario& scenario, std::string_view key);

// Changes one; on a problem the scenario is unchanged.
tl::expected<void, SettingProblem>
apply_setting(Scenario& scenario, std::string_view key, std::string_view value);

// The same, to hold from the start on: where the script sets this, it sets it to the same value.
// What is typed behind `--set`, a variation, and a run that begins anew with a change are all this.
tl::expected<void, SettingProblem>
begin_with(Scenario& scenario, std::string_view key, std::string_view value);

// The candidate nearest in spelling, when near enough to be a slip; else empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace sim::scenario
