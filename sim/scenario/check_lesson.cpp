#include "sim/scenario/checks.h"
#include "sim/scenario/quantities.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::scenario {

namespace {

// More than a lesson can be; each costs a copy of the scenario or a look at all its settings.
constexpr std::size_t max_steps = 1'000;
constexpr std::size_t max_variations = 100;
constexpr std::size_t max_settings = 100; // of one variation

// What a setting is about has been found wrong already, so that it may be missing for that reason.
bool is_in_doubt(const Checking& c, std::string_view setting)
{
    const Problems& problems = c.reading.problems;
    const auto key = parse_setting_key(setting);
    if (!key) return false;
    switch (key->group) {
    case SettingGroup::client:
        return problems.concern("client");
    case SettingGroup::fetch:
        return problems.concern("step");
    case SettingGroup::rule:
        return problems.concern("rule");
    case SettingGroup::server:
        return problems.concern("mail_server") || problems.concern("pop_server");
    case SettingGroup::check:
        return problems.concern("mail_server");
    case SettingGroup::crowd:
        return problems.concern("crowd");
    case SettingGroup::fault:
        return false;
    }
    return false;
}

void check_step_time(Checking& c, std::size_t index, const std::string& path)
{
    const std::vector<Step>& steps = c.scenario.steps;
    const Step& step = steps[index];
    const std::string key = fmt::format("{}.{}", path, name_of(step.when));
    if (step.when == StepWhen::after_previous && index == 0)
        c.reading.add(key, ProblemKind::no_step_before);
    const auto before = steps.begin() + static_cast<std::ptrdiff_t>(index);
    if (step.when == StepWhen::after_delivery &&
        std::none_of(
            steps.begin(), before, [](const Step& s) { return s.action == StepAction::send; }))
        c.reading.add(key, ProblemKind::nothing_sent_before);
    if (step.delay > c.scenario.limit)
        c.reading.add(key, ProblemKind::later_than_limit, {{"limit", to_text(c.scenario.limit)}});
}

void check_program(Checking& c, const Step& step, const std::string& path)
{
    if (step.program.empty()) {
        c.reading.add(path + ".program", ProblemKind::step_without_program);
        return;
    }
    const auto program = std::ranges::find(c.scenario.programs, step.program, &MailProgram::key);
    if (program == c.scenario.programs.end()) return;
    const bool sends = step.action == StepAction::send;
    if (sends ? !program->sending : !program->fetching) {
        c.reading.add(path + ".program",
                      ProblemKind::program_without_account,
                      {{"program", step.program}, {"account", sends ? "sending" : "fetching"}});
    }
}

void check_action(Checking& c, const Step& step, const std::string& path)
{
    const auto unused = [&](std::string_view key, bool is_written) {
        if (is_written) {
            c.reading.add(fmt::format("{}.{}", path, key),
                          ProblemKind::no_meaning_for_action,
                          {{"action", std::string{name_of(step.action)}}});
        }
    };
    const bool is_set = step.action == StepAction::set;
    if (is_set) {
        unused("program", !step.program.empty());
    } else {
        check_program(c, step, path);
    }
    if (step.action != StepAction::send) {
        unused("message", c.reading.places.contains(path + ".message"));
    } else if (!c.reading.places.contains(path + ".message")) {
        c.reading.add(path + ".message", ProblemKind::step_without_message);
    } else if (step.message.to.empty()) {
        c.reading.add(path + ".message.to", ProblemKind::nobody_gets_it);
    }
    if (!step.message.eml.empty() && !(step.message.subject.empty() && step.message.text.empty()))
        c.reading.add(path + ".message.file", ProblemKind::file_beside_text);
    if (is_set && step.key.empty()) c.reading.add(path + ".key", ProblemKind::step_without_key);
    if (!is_set) {
        unused("key", !step.key.empty());
        unused("value", !step.value.empty());
    }
}

// Sets what the step sets, as the World will, so that a later step builds on it.
void check_setting(Checking& c, Scenario& as_run, const Step& step, const std::string& path)
{
    if (step.action != StepAction::set || step.key.empty() || is_in_doubt(c, step.key)) return;
    const auto setting = setting_of(as_run, step.key);
    if (setting && !setting->is_live()) {
        c.reading.add(path + ".key", ProblemKind::not_while_running, {{"setting", step.key}});
        return;
    }
    const auto done = apply_setting(as_run, step.key, step.value);
    if (done) return;
    c.reading.add(path + (setting ? ".value" : ".key"), done.error().wrong);
}

void check_prediction(Checking& c)
{
    if (!c.scenario.prediction) return;
    const std::vector<Prediction::Choice>& choices = c.scenario.prediction->choices;
    const auto right = std::ranges::count(choices, true, &Prediction::Choice::right);
    if (choices.size() < 2) {
        c.reading.add("prediction.choice", ProblemKind::too_few_answers);
    } else if (right == 0) {
        c.reading.add("prediction.choice", ProblemKind::no_right_answer);
    } else if (right == std::ssize(choices)) {
        c.reading.add("prediction.choice", ProblemKind::only_right_answers);
    }
}

void check_variations(Checking& c)
{
    if (c.scenario.variations.size() > max_variations) {
        c.reading.add("variation",
                      ProblemKind::too_many_variations,
                      {{"most", std::to_string(max_variations)}});
        return;
    }
    for (const Variation& variation : c.scenario.variations) {
        Scenario changed = c.scenario;
        const std::string path = join("variation", variation.key) + ".set";
        if (variation.settings.empty()) c.reading.add(path, ProblemKind::nothing_changed);
        if (variation.settings.size() > max_settings) {
            c.reading.add(
                path, ProblemKind::too_many_settings, {{"most", std::to_string(max_settings)}});
            continue;
        }
        for (const auto& [key, value] : variation.settings) {
            if (is_in_doubt(c, key)) continue;
            const auto done = apply_setting(changed, key, value);
            if (!done) {
                c.reading.add(fmt::format("{}.{}", path, key), done.error().wrong);
            }
        }
    }
}

} // namespace

void check_lesson(Checking& c)
{
    const auto client =
        std::ranges::find(c.scenario.programs, c.scenario.client, &MailProgram::key);
    if (client != c.scenario.programs.end() && !client->sending)
        c.reading.add("client", ProblemKind::client_cannot_send, {{"program", c.scenario.client}});
    if (c.scenario.steps.empty()) c.reading.add("step", ProblemKind::no_steps);
    if (c.scenario.steps.size() > max_steps) {
        c.reading.add("step", ProblemKind::too_many_steps, {{"most", std::to_string(max_steps)}});
        return;
    }
    Scenario as_run = c.scenario;
    for (std::size_t i = 0; i < c.scenario.steps.size(); ++i) {
        const Step& step = c.scenario.steps[i];
        const std::string path = fmt::format("step[{}]", i + 1);
        check_step_time(c, i, path);
        check_action(c, step, path);
        check_setting(c, as_run, step, path);
    }
    check_prediction(c);
    check_variations(c);
}

} // namespace sim::scenario
