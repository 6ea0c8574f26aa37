// hikyaku check: loads scenario files, runs them and their variations, and compares what came of
// them with what they expect. For trainers who write lessons, and for batches.

#include "sim/report/check.h"

#include "cli/context.h"
#include "sim/playback.h"
#include "sim/playback_crowd.h"
#include "sim/world_shadow.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <system_error>

namespace cli {

namespace fs = std::filesystem;

namespace {

// All scenario files at or below a path; the path itself when it is a file or a lesson's name.
std::vector<std::string> scenario_files(const std::string& path)
{
    std::error_code error;
    if (!fs::is_directory(path, error) || fs::is_regular_file(fs::path{path} / "scenario.toml"))
        return {path};
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator{path, error})
        if (entry.path().filename() == "scenario.toml") files.push_back(entry.path().string());
    std::ranges::sort(files);
    return files;
}

class Checker {
public:
    explicit Checker(const Context& context) : context_{context} {}

    void check(const std::string& name)
    {
        const auto scenario = context_.load(name);
        if (!scenario) {
            ++unusable_;
            return;
        }
        for (const sim::ShadowedRule& rule : sim::shadowed_rules(*scenario))
            warn(*scenario, rule);
        run(*scenario, scenario->expect, scenario->key);
        for (const sim::scenario::Variation& variation : scenario->variations) {
            sim::scenario::Scenario changed = *scenario;
            for (const auto& [key, value] : variation.settings) // checked by the loader
                static_cast<void>(sim::scenario::begin_with(changed, key, value));
            run(changed, variation.expect, fmt::format("{} / {}", scenario->key, variation.key));
        }
    }

    ExitCode finish() const
    {
        context_.environment.out << context_.text("check.summary",
                                                  {{"good", std::to_string(good_)},
                                                   {"bad", std::to_string(bad_)},
                                                   {"unusable", std::to_string(unusable_)}})
                                 << '\n';
        if (unusable_ > 0) return ExitCode::unusable;
        return bad_ > 0 ? ExitCode::unexpected : ExitCode::ok;
    }

private:
    // No mistake for certain, so it counts for nothing: but nothing else would ever show it.
    void warn(const sim::scenario::Scenario& scenario, const sim::ShadowedRule& rule) const
    {
        std::string before;
        for (const std::string& key : rule.by)
            before += (before.empty() ? "" : ", ") + sim::rule_setting(key);
        const char* kind = rule.by.empty() ? "check.empty_rule" : "check.shadowed_rule";
        const std::string words = context_.text(
            kind,
            {{"file", scenario.path}, {"rule", sim::rule_setting(rule.rule)}, {"before", before}});
        note(words);
    }

    void run(const sim::scenario::Scenario& scenario,
             const sim::scenario::Expectation& expected,
             const std::string& title)
    {
        sim::Plan plan;
        plan.scenario = std::make_shared<sim::scenario::Scenario>(scenario);
        const auto mismatches = came_of(std::move(plan), expected, title);
        using sim::report::Role;
        sim::report::Lines lines;
        if (mismatches.empty()) {
            ++good_;
            lines.push_back({{{context_.text("check.good"), Role::accepted}, {" " + title}}, {}});
        } else {
            ++bad_;
            lines.push_back({{{context_.text("check.bad"), Role::blocked}, {" " + title}}, {}});
            for (const auto& mismatch : mismatches)
                lines.push_back({{{"  - " + context_.text(mismatch.what)}}, {}});
        }
        context_.print(lines);
        context_.environment.out.flush();
    }

    // Too many attempts to keep all that happens are counted, and nothing else is compared.
    std::vector<sim::report::Mismatch> came_of(sim::Plan plan,
                                               const sim::scenario::Expectation& expected,
                                               const std::string& title) const
    {
        if (!sim::fits_in_a_trace(*plan.scenario)) {
            note(context_.text(
                "check.counted_only",
                {{"title", title}, {"most", std::to_string(sim::most_attempts_in_full)}}));
            sim::CrowdRun run{std::move(plan)};
            run.run();
            return sim::report::compare(expected, run.tally());
        }
        sim::Playback playback{std::move(plan)};
        playback.to_end();
        return sim::report::compare(expected, playback);
    }

    void note(const std::string& words) const
    {
        context_.print(
            {{{{context_.text("check.note"), sim::report::Role::quiet}, {" " + words}}, {}}});
    }

    const Context& context_;
    int good_ = 0;
    int bad_ = 0;
    int unusable_ = 0;
};

} // namespace

ExitCode check(const Context& context, const CheckOptions& options)
{
    Checker checker{context};
    std::vector<std::string> names = options.paths;
    if (names.empty()) {
        for (const auto& file : platform::lesson_files(context.home))
            names.push_back(file.parent_path().filename().string());
    }
    for (const std::string& name : names) {
        const auto files = scenario_files(name);
        if (files.empty())
            context.complain(context.text("error.no_scenario_below", {{"folder", name}}));
        for (const std::string& file : files)
            checker.check(file);
    }
    return checker.finish();
}

} // namespace cli
