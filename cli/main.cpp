// hikyaku: the command line.

#include "cli/app.h"

#include <csignal>
#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    // A reader who has gone is noticed at the stream, by whoever has files to close.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        platform::Languages languages;
        return static_cast<int>(cli::run(arguments, platform::process_environment(), languages));
    } catch (const std::exception& error) {
        std::cerr << "hikyaku: " << error.what() << '\n';
        return static_cast<int>(cli::ExitCode::unexpected);
    }
}
