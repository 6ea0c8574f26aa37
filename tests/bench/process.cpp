#include "tests/bench/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace bench {

double seconds_of(const char* program, std::initializer_list<const char*> words)
{
    std::array<char*, 16> arguments{};
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

} // namespace bench
