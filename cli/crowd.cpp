// hikyaku run, for scenarios with crowds: where the attempts ended, and one of them in full.
#include "cli/crowd.h"

#include "cli/expected.h"
#include "cli/files.h"
#include "platform/interrupts.h"
#include "sim/explain/describe.h"
#include "sim/playback_crowd.h"
#include "sim/report/check.h"
#include "sim/report/json.h"
#include "sim/report/pcapng.h"
#include "sim/report/tally.h"
#include "sim/report/transcript.h"

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <utility>

namespace cli {

namespace {

// Says how far it is, where a person sees it. False when Ctrl-C ended it.
bool play(const Context& context, sim::CrowdRun& run, const platform::Interrupts& interrupts)
{
    constexpr std::size_t steps_a_line = 100'000;
    const sim::scenario::Scenario& scenario = *run.plan().scenario;
    const std::string all = std::to_string(sim::attempts_in(scenario));
    bool said = false;
    while (!interrupts.came() && run.advance(steps_a_line)) {
        if (!context.environment.err_is_terminal) continue;
        said = true;
        const std::string line =
            context.text("run.crowd_progress",
                         {{"time", sim::explain::clock_time(run.world().now(), scenario)},
                          {"count", std::to_string(run.tally().all().attempts)},
                          {"all", all}});
        context.environment.err << "\r" << line << "\x1B[K" << std::flush;
    }
    if (said) context.environment.err << "\r\x1B[K" << std::flush;
    return !interrupts.came();
}

bool write_curve(const Context& context, const sim::Tally& tally, const RunOptions& options)
{
    if (!options.csv_file) return true;
    if (!write_file(context, *options.csv_file, sim::report::tally_csv(tally))) return false;
    context.environment.err << context.text("run.csv_written", {{"file", *options.csv_file}})
                            << '\n';
    return true;
}

// The run once more, with all that belongs to that attempt.
ExitCode print_sample(const Context& context,
                      const sim::Plan& plan,
                      const sim::Tally::AttemptName& name,
                      const RunOptions& options,
                      const platform::Interrupts& interrupts)
{
    sim::CrowdRun run{plan, name};
    if (!play(context, run, interrupts)) {
        context.complain(context.text("run.interrupted"));
        return ExitCode::interrupted;
    }
    const sim::Trace& trace = run.world().trace();
    const sim::report::Source source = context.source(trace, *plan.scenario, trace.size(), options);
    if (options.json) {
        context.environment.out << sim::report::json(source, {});
    } else {
        sim::report::Lines lines;
        const std::string title = context.text(
            "run.sample",
            {{"number", std::to_string(std::uint64_t{name.number} + 1)},
             {"crowd", context.text(plan.scenario->crowds.at(name.crowd).name)},
             {"ending",
              context.language.text(fmt::format("report.crowd_ending.{}", *options.sample))}});
        add_wrapped(lines, title, sim::report::Role::heading, context.columns);
        lines.push_back({});
        const sim::report::Lines seen = sim::report::transcript(source);
        lines.insert(lines.end(), seen.begin(), seen.end());
        context.print(lines);
    }
    return write_live_files(context, source, options.capture_file, options.key_file)
               ? ExitCode::ok
               : ExitCode::unusable;
}

} // namespace

bool counts_attempts(const sim::scenario::Scenario& scenario, const RunOptions& options)
{
    if (options.sample || options.csv_file || options.view == View::tally) return true;
    return !options.view && !scenario.crowds.empty();
}

bool can_be_seen_whole(const Context& context, const sim::scenario::Scenario& scenario)
{
    if (sim::fits_in_a_trace(scenario)) return true;
    context.complain(context.text("error.too_many_attempts",
                                  {{"most", std::to_string(sim::most_attempts_in_full)}}));
    return false;
}

ExitCode run_crowd(const Context& context,
                   const sim::Plan& plan,
                   const RunOptions& options,
                   CrowdLesson lesson)
{
    if (plan.scenario->crowds.empty()) {
        context.complain(context.text("error.no_crowd"));
        return ExitCode::unusable;
    }
    const bool wants_packets = options.capture_file || options.key_file || options.eml_folder;
    if (wants_packets && (!options.sample || options.eml_folder)) {
        context.complain(context.text("error.packets_of_crowd"));
        return ExitCode::unusable;
    }
    if (!can_write(context, {&options.csv_file, &options.capture_file, &options.key_file}))
        return ExitCode::unusable;

    const platform::Interrupts interrupts;
    sim::CrowdRun run{plan};
    const bool whole = play(context, run, interrupts);
    const sim::Tally& tally = run.tally();
    if (!write_curve(context, tally, options)) return ExitCode::unusable;
    if (whole && options.sample) {
        const auto name = tally.first(*sim::parse_enum<sim::CrowdEnding>(*options.sample));
        if (name) return print_sample(context, plan, *name, options, interrupts);
        context.complain(context.text("error.no_such_ending"));
        return ExitCode::unexpected;
    }
    ExitCode code = ExitCode::ok;
    sim::report::Lines lines = std::move(lesson.opening);
    const auto table =
        sim::report::tally_table(tally, *plan.scenario, context.language, context.columns);
    lines.insert(lines.end(), table.begin(), table.end());
    if (whole && lesson.expect != nullptr)
        code = add_mismatches(context, sim::report::compare(*lesson.expect, tally), lines);
    if (options.json) {
        context.environment.out << sim::report::tally_json(tally, *plan.scenario, whole);
    } else {
        context.print(lines);
    }
    if (whole) return code;
    context.complain(
        context.text("run.crowd_interrupted",
                     {{"time", sim::explain::clock_time(run.world().now(), *plan.scenario)}}));
    return ExitCode::interrupted;
}

} // namespace cli
