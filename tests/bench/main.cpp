// Runs the benchmarks. Each prints ratios of things measured in the same run, so that a busy
// machine changes both sides.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
