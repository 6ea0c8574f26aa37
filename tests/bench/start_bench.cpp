// What a person waits for: `hikyaku run op25b` from the start of the process to its last line, over
// the same program saying only its version.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <initializer_list>
#include <string>

namespace {

constexpr const char* program = HIKYAKU_BINARY_DIR "/cli/hikyaku";

// Seconds until the process has ended; its output goes nowhere. Negative when it failed.
double seconds_of(std::initializer_list<const char*> words)
{
    std::array<char*, 8> arguments{};
    std::size_t count = 0;
    arguments.at(count++) = const_cast<char*>(program);
    for (const char* word : words)
        arguments.at(count++) = const_cast<char*>(word);
    const auto began = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
        const int nothing = open("/dev/null", O_RDWR);
        for (const int fd : {0, 1, 2})
            dup2(nothing, fd);
        execv(program, arguments.data());
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return -1;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void op25b_from_start_to_last_line(benchmark::State& state)
{
    double run = 0;
    double version = 0;
    double rounds = 0;
    for (auto _ : state) {
        const double lesson = seconds_of({"run", "op25b", "--lang", "ja"});
        const double least = seconds_of({"--version"});
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
