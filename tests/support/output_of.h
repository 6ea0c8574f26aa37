// Runs a program that we did not write and asks for its opinion.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

namespace test {

// What the shell's command writes to its standard output. The test fails when it does not succeed,
// as it does when the program is not installed.
inline std::string output_of(const std::string& command)
{
    // NOLINTNEXTLINE(cert-env33-c): fixed commands of our own
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), size);
    const int status = pclose(pipe);
    REQUIRE_MESSAGE(status == 0, command);
    return output;
}

} // namespace test
