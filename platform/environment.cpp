#include "platform/environment.h"

#include <poll.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace platform {

namespace {

std::optional<std::string> variable_of_process(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string{value};
}

std::optional<int> run_program(const std::vector<std::string>& words)
{
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    arguments.reserve(copies.size() + 1);
    for (std::string& word : copies)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = 0;
    if (posix_spawn(&process, arguments.front(), nullptr, nullptr, arguments.data(), environ) != 0)
        return std::nullopt;
    int status = 0;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return std::nullopt;
    }
    if (!WIFEXITED(status)) return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}

} // namespace

Environment process_environment()
{
    Environment environment{
        std::cout, std::cerr, isatty(STDOUT_FILENO) == 1, std::nullopt, variable_of_process, {}};
    environment.err_is_terminal = isatty(STDERR_FILENO) == 1;
    environment.in = &std::cin;
    environment.in_is_terminal = isatty(STDIN_FILENO) == 1;
    environment.reader_has_gone = [] {
        pollfd out{STDOUT_FILENO, POLLOUT, 0};
        return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
    };
    environment.run_program = run_program;
    winsize size{};
    if (environment.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0)
        environment.terminal_columns = size.ws_col;
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error) environment.executable = self.string();
    return environment;
}

std::string language_of_locale(const Environment& environment)
{
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const auto value = environment.variable(name);
        if (value && !value->empty()) return value->starts_with("ja") ? "ja" : "en";
    }
    return "en";
}

bool wants_colour(const Environment& environment)
{
    const auto refused = environment.variable("NO_COLOR");
    if (refused && !refused->empty()) return false;
    const auto terminal = environment.variable("TERM");
    return environment.out_is_terminal && terminal != "dumb";
}

} // namespace platform
