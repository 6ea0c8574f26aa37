// What an attempt of a crowd costs: against OP25B, without it (each a whole session at an MX that
// looks at a list, SPF and the recipient), and where it is switched in the middle. Short runs and
// long ones, few PCs and many, in the same run.

#include "platform/resources.h"
#include "sim/playback_crowd.h"
#include "sim/scenario/settings.h"

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

struct Flood {
    const char* file;
    const char* op25b; // as rule.op25b is set for the whole run; empty: as the file has it
    std::uint64_t pcs;
    std::uint64_t attempts;
};

double seconds_of(const Flood& flood)
{
    auto scenario = platform::load_scenario(std::string{HIKYAKU_SOURCE_DIR} + "/" + flood.file);
    if (!scenario) std::abort();
    Settings settings{{"crowd.bots.count", std::to_string(flood.pcs)},
                      {"crowd.bots.attempts", std::to_string(flood.attempts)}};
    if (*flood.op25b != '\0') settings.emplace_back("rule.op25b", flood.op25b);
    for (const auto& [key, value] : settings)
        if (!sim::scenario::begin_with(*scenario, key, value)) std::abort();
    sim::Plan plan;
    plan.scenario = std::make_shared<const sim::scenario::Scenario>(std::move(*scenario));
    const auto start = std::chrono::steady_clock::now();
    sim::CrowdRun run{std::move(plan)};
    run.run();
    if (run.tally().all().ended() != flood.attempts) std::abort();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

constexpr const char* benchmark_flood = "tests/crowds/flood.toml";
constexpr std::uint64_t many = 1'000'000;
constexpr std::uint64_t few = 10'000;
constexpr std::uint64_t pcs = 10'000;

// `most` is the aim for a million attempts. The short run goes first, before the long one has
// filled anything; it is made several times, since it is over so soon.
void crowd(benchmark::State& state, const char* file, const char* op25b, double most)
{
    constexpr int times = 20;
    double long_run = 0;
    double short_run = 0;
    double few_pcs = 0;
    for (auto _ : state) {
        for (int i = 0; i < times; ++i) {
            short_run += seconds_of({file, op25b, pcs, few}) / times;
            few_pcs += seconds_of({file, op25b, 100, few}) / times;
        }
        long_run += seconds_of({file, op25b, pcs, many});
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["million_s"] = long_run / rounds;
    state.counters["aim_s"] = most;
    state.counters["long/short"] = long_run / short_run * few / many;        // aim: at most 1.1
    state.counters["many_pcs/few"] = short_run / few_pcs;                    // aim: at most 1.1
    state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) / 1024; // aim: at most 400
}
BENCHMARK_CAPTURE(crowd, against_op25b, benchmark_flood, "drop", 5.0)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(crowd, without_op25b, benchmark_flood, "off", 15.0)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(crowd, switched, "scenarios/spam-flood/scenario.toml", "", 15.0)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

} // namespace
