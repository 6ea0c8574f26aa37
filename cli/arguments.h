// What the command line's parser finds wrong, said in the language: CLI11 itself speaks English.
#pragma once

#include "cli/context.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

// The option takes one of these words. They stand in its help once.
void allow_words(const Context& context,
                 CLI::Option& option,
                 const std::vector<std::string>& words);
// The option takes a whole number.
void allow_numbers(const Context& context,
                   CLI::Option& option,
                   std::uint64_t least,
                   std::uint64_t most);

// Says what is wrong with the command line and where to read more.
ExitCode complain_about(const Context& context, const CLI::App& app, const CLI::ParseError& error);

} // namespace cli
