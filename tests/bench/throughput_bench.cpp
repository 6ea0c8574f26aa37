// How many messages a second go over one hop, each on a new connection: with the full trace, with
// counters only, and through Postfix's smtp-source and smtp-sink in the same run for comparison.

#include "tests/bench/one_hop.h"
#include "tests/bench/postfix.h"

#include <benchmark/benchmark.h>

#include <chrono>

namespace {

constexpr std::size_t message_octets = 2048;

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double messages_per_second(sim::Trace::Detail detail, std::uint64_t count)
{
    bench::OneHop hop{detail};
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t done = hop.run(count, message_octets);
    return static_cast<double>(done) / seconds_since(start);
}

// Each round runs ours and theirs one after the other, so that a slow moment hits both.
void one_hop(benchmark::State& state)
{
    double full = 0;
    double counters = 0;
    double postfix = 0;
    for (auto _ : state) {
        full += messages_per_second(sim::Trace::Detail::full, 20'000);
        counters += messages_per_second(sim::Trace::Detail::counters, 50'000);
        postfix += bench::postfix_messages_per_second(5'000, message_octets).value_or(0);
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["full_trace_per_s"] = full / rounds;
    state.counters["counters_per_s"] = counters / rounds;
    state.counters["postfix_per_s"] = postfix / rounds; // 0: not installed
    if (postfix > 0) {
        state.counters["full/postfix"] = full / postfix;
        state.counters["counters/postfix"] = counters / postfix;
    }
}
BENCHMARK(one_hop)->Iterations(5)->Unit(benchmark::kMillisecond)->UseRealTime();

// What a session costs in a world that has seen 100,000, over what it cost there after 1,000.
void cost_of_a_session_late_over_early(benchmark::State& state)
{
    constexpr std::uint64_t sample = 5'000;
    using Clock = std::chrono::steady_clock;
    double early = 0;
    double late = 0;
    for (auto _ : state) {
        bench::OneHop hop{sim::Trace::Detail::full};
        hop.run(1'000, message_octets);
        const auto young = Clock::now();
        hop.run(sample, message_octets);
        early += seconds_since(young);
        hop.run(100'000 - 1'000 - sample, message_octets);
        const auto old = Clock::now();
        hop.run(sample, message_octets);
        late += seconds_since(old);
    }
    state.counters["ratio"] = late / early; // aim: at most 1.10
}
BENCHMARK(cost_of_a_session_late_over_early)->Iterations(5)->Unit(benchmark::kMillisecond);

void trace_memory(benchmark::State& state)
{
    double octets = 0;
    for (auto _ : state) {
        bench::OneHop hop{sim::Trace::Detail::full};
        hop.run(2'000, message_octets);
        octets = static_cast<double>(hop.trace().event_memory_bytes()) /
                 static_cast<double>(hop.trace().size());
        state.counters["events_per_message"] = static_cast<double>(hop.trace().size()) / 2'000;
    }
    state.counters["octets_per_event"] = octets; // aim: at most 200
}
BENCHMARK(trace_memory)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace
