#include "tests/bench/postfix.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace bench {

namespace {

constexpr const char* source_program = "/usr/sbin/smtp-source";
constexpr const char* sink_program = "/usr/sbin/smtp-sink";

// A loopback port that was free a moment ago.
std::optional<std::uint16_t> free_port()
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return std::nullopt;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = bind(fd, generic, length) == 0 && getsockname(fd, generic, &length) == 0;
    close(fd);
    if (!bound) return std::nullopt;
    return ntohs(address.sin_port);
}

pid_t start(const std::vector<std::string>& command)
{
    const pid_t child = fork();
    if (child != 0) return child;
    const int nothing = open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2})
        dup2(nothing, fd);
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
}

bool wait_until_listening(std::uint16_t port)
{
    for (int attempt = 0; attempt < 100; ++attempt) {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        const bool open = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        close(fd);
        if (open) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return false;
}

} // namespace

std::optional<double> postfix_messages_per_second(std::uint64_t count, std::size_t size)
{
    if (access(source_program, X_OK) != 0 || access(sink_program, X_OK) != 0) return std::nullopt;
    const auto port = free_port();
    if (!port) return std::nullopt;
    const std::string place = "127.0.0.1:" + std::to_string(*port);
    // As root smtp-sink wants to be told whom to become.
    std::vector<std::string> sink_command{sink_program};
    if (geteuid() == 0) sink_command.insert(sink_command.end(), {"-u", "nobody"});
    sink_command.insert(sink_command.end(), {place, "100"});
    const pid_t sink = start(sink_command);
    std::optional<double> rate;
    if (sink > 0 && wait_until_listening(*port)) {
        const auto begin = std::chrono::steady_clock::now();
        const pid_t source = start({source_program,
                                    "-d", // a new connection each, as ours
                                    "-s",
                                    "10",
                                    "-m",
                                    std::to_string(count),
                                    "-l",
                                    std::to_string(size),
                                    "-f",
                                    "source@source.example",
                                    "-t",
                                    "sink@sink.example",
                                    place});
        int status = 0;
        if (source > 0 && waitpid(source, &status, 0) == source && WIFEXITED(status) &&
            WEXITSTATUS(status) == 0) {
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
            rate = static_cast<double>(count) / taken.count();
        }
    }
    if (sink > 0) {
        kill(sink, SIGTERM);
        waitpid(sink, nullptr, 0);
    }
    return rate;
}

} // namespace bench
