// What a person waits for: `hikyaku run op25b` from the start of the process to its last line, over
// the same program saying only its version.

#include "tests/bench/process.h"

#include <benchmark/benchmark.h>

namespace {

constexpr const char* program = HIKYAKU_BINARY_DIR "/cli/hikyaku";

void op25b_from_start_to_last_line(benchmark::State& state)
{
    double run = 0;
    double version = 0;
    double rounds = 0;
    for (auto _ : state) {
        const double lesson = bench::seconds_of(program, {"run", "op25b", "--lang", "ja"});
        const double least = bench::seconds_of(program, {"--version"});
        if (lesson < 0 || least < 0) {
            state.SkipWithError("hikyaku could not be run");
            return;
        }
        run += lesson;
        version += least;
        ++rounds;
    }
    state.counters["milliseconds"] = run / rounds * 1'000; // aim: at most 50
    state.counters["over_version"] = run / version;
}
BENCHMARK(op25b_from_start_to_last_line)->Iterations(20)->Unit(benchmark::kMillisecond);

} // namespace
