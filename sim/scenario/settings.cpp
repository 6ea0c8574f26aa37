#include "sim/scenario/settings.h"

#include "sim/scenario/problems.h"
#include "sim/scenario/settings_handles.h"

#include <algorithm>

namespace sim::scenario {

namespace handles {

namespace {

void add_rules(Handles& handles, const Scenario& scenario)
{
    for (std::size_t i = 0; i < scenario.rules.size(); ++i) {
        const FirewallRule& rule = scenario.rules[i];
        std::vector<std::string> choices{"off"};
        for (const Verdict verdict : values_of<Verdict>()) {
            if (verdict != Verdict::reject_rst || rule.transport == Transport::tcp)
                choices.push_back(text_of(verdict));
        }
        handles.push_back({setting({SettingGroup::rule, rule.key, {}, 0, {}, {}},
                                   rule.enabled ? text_of(rule.verdict) : "off",
                                   TakesEffect::now,
                                   std::move(choices)),
                           [i](Scenario& changed, const std::string& value) {
                               changed.rules[i].enabled = value != "off";
                               FirewallRule& it = changed.rules[i];
                               if (const auto verdict = parse_enum<Verdict>(value)) {
                                   if (!it.written) it.written = it.verdict;
                                   it.verdict = *verdict;
                               }
                               return Answer{};
                           }});
    }
}

Handles handles_of(const Scenario& scenario)
{
    Handles handles;
    add_accounts(handles, scenario);
    add_rules(handles, scenario);
    add_servers(handles, scenario);
    add_faults(handles, scenario);
    add_tampering(handles, scenario);
    add_crowds(handles, scenario);
    return handles;
}

} // namespace

} // namespace handles

using handles::Handle;
using handles::Handles;

std::vector<Setting> settings_of(const Scenario& scenario)
{
    std::vector<Setting> settings;
    for (Handle& handle : handles::handles_of(scenario))
        settings.push_back(std::move(handle.setting));
    return settings;
}

std::optional<Setting> setting_of(const Scenario& scenario, std::string_view key)
{
    auto settings = settings_of(scenario);
    const auto found = std::ranges::find(settings, key, &Setting::key);
    if (found == settings.end()) return std::nullopt;
    return std::move(*found);
}

tl::expected<void, SettingProblem>
apply_setting(Scenario& scenario, std::string_view key, std::string_view value)
{
    const Handles handles = handles::handles_of(scenario);
    const std::string value_text{value.substr(0, 1'024)};
    std::vector<std::string> keys;
    for (const Handle& handle : handles) {
        const Setting& setting = handle.setting;
        keys.push_back(setting.key);
        if (setting.key != key) continue;
        const std::vector<std::string>& choices = setting.choices;
        if (!choices.empty() && std::ranges::count(choices, value_text) == 0) {
            return tl::make_unexpected(SettingProblem{setting.key,
                                                      {ProblemKind::wrong_choice,
                                                       {{"choices", choices}},
                                                       did_you_mean(value_text, choices)}});
        }
        handles::Answer problem = handle.write(scenario, value_text);
        if (!problem) return {};
        return tl::make_unexpected(SettingProblem{setting.key, *std::move(problem)});
    }
    return tl::make_unexpected(SettingProblem{
        std::string{key}, {ProblemKind::no_such_setting, {}, did_you_mean(key, keys)}});
}

tl::expected<void, SettingProblem>
begin_with(Scenario& scenario, std::string_view key, std::string_view value)
{
    auto applied = apply_setting(scenario, key, value);
    if (!applied) return applied;
    for (Step& step : scenario.steps)
        if (step.action == StepAction::set && step.key == key) step.value = value;
    return {};
}

} // namespace sim::scenario
