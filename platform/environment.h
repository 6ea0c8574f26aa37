// What a program has around it: streams, terminal, variables of the environment. A value, so
// that tests run the whole program in their own process.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace platform {

struct Environment {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    std::optional<std::size_t> terminal_columns;
    std::function<std::optional<std::string>(const std::string& name)> variable;
    std::string executable; // absolute path of the program, empty when unknown
    bool err_is_terminal = false;
    // Whether what cannot be written to `out` cannot because its reader has heard enough (`|
    // head`).
    std::function<bool()> reader_has_gone = [] { return false; };
    std::istream* in = nullptr; // what a person types; none: nobody is asked anything
    bool in_is_terminal = false;
    // Runs another program with these arguments (the first is its path) on the same terminal and
    // waits for its end: its exit code, or nothing when it could not be run.
    std::function<std::optional<int>(const std::vector<std::string>& words)> run_program = {};
};

// The process's own.
Environment process_environment();

// "ja" or "en": LC_ALL, LC_MESSAGES, LANG; the first that is set decides (POSIX §8.2).
std::string language_of_locale(const Environment& environment);

// Colour only on a terminal that can, and never against NO_COLOR (https://no-color.org).
bool wants_colour(const Environment& environment);

} // namespace platform
