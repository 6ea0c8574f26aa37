// docs/conformance.md: each behaviour of the mail servers and clients, its RFC section, its test.
// Written from tests/conformance.txt, in which every test named must be one that exists.
#include "platform/files.h"
#include "platform/resources.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

const std::filesystem::path home{HIKYAKU_SOURCE_DIR};

std::string read(const std::filesystem::path& file)
{
    const auto text = platform::read_file(file.string());
    REQUIRE_MESSAGE(text.has_value(), file.string());
    return *text;
}

// The string literal at `at`, and those that stand right behind it: C++ joins them.
std::string joined_literal(std::string_view text, std::size_t& at)
{
    std::string joined;
    while (true) {
        at = text.find_first_not_of(" \n", at);
        if (at == std::string_view::npos || text[at] != '"') return joined;
        for (++at; text[at] != '"'; ++at) {
            if (text[at] == '\\') ++at;
            joined += text[at];
        }
        ++at;
    }
}

// "suite: test" of every test of this tree, with its file.
std::map<std::string, std::string> all_tests()
{
    std::map<std::string, std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{home / "tests"}) {
        if (entry.path().extension() != ".cpp") continue;
        const std::string file = std::filesystem::relative(entry.path(), home).generic_string();
        const std::string text = read(entry.path());
        std::string suite;
        std::size_t at = 0;
        while ((at = text.find("TEST_", at)) != std::string::npos) {
            const bool is_suite = text.compare(at, 11, "TEST_SUITE(") == 0;
            const bool is_case = text.compare(at, 10, "TEST_CASE(") == 0;
            at += 5;
            if (!is_suite && !is_case) continue;
            at = text.find('(', at) + 1;
            const std::string name = joined_literal(text, at);
            if (is_suite) {
                suite = name;
            } else if (!name.empty()) {
                found.emplace(fmt::format("{}: {}", suite, name), file);
            }
        }
    }
    return found;
}

std::vector<std::string> split(std::string_view text, std::string_view separator)
{
    std::vector<std::string> parts;
    for (std::size_t end = text.find(separator); end != std::string_view::npos;
         end = text.find(separator)) {
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end + separator.size());
    }
    parts.emplace_back(text);
    return parts;
}

// "5321 §4.2" as a link to the RFC where it is one.
std::string section(std::string_view text)
{
    std::string linked;
    for (const std::string& part : split(text, ", ")) {
        if (!linked.empty()) linked += ", ";
        const std::string number = part.substr(0, part.find(' '));
        const bool is_rfc = number.size() == 4 && std::ranges::all_of(number, [](char c) {
                                return c >= '0' && c <= '9';
                            });
        linked += is_rfc
                      ? fmt::format("[RFC {}](https://www.rfc-editor.org/rfc/rfc{})", part, number)
                      : part;
    }
    return linked;
}

std::string escaped(const std::string& text)
{
    std::string fit;
    for (const char c : text) {
        if (c == '|' || c == '<' || c == '*' || c == '_') fit += '\\';
        fit += c;
    }
    return fit;
}

std::string page()
{
    const auto tests = all_tests();
    std::string text =
        "# Conformance\n\n"
        "For engineers, in English only. What the simulated mail servers and clients do on the\n"
        "wire, the RFC that says so, and the test that proves it. This page is written from\n"
        "[tests/conformance.txt](../tests/conformance.txt) by a test that fails when a test named\n"
        "there does not exist or when this page is not up to date. `--test-suite` and\n"
        "`--test-case` of the test programs run any of them.\n";
    std::size_t rows = 0;
    for (const std::string& line : split(read(home / "tests/conformance.txt"), "\n")) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with("== ")) {
            text += fmt::format("\n## {}\n\n| behaviour | says | test |\n| --- | --- | --- |\n",
                                line.substr(3));
            continue;
        }
        const auto fields = split(line, " | ");
        REQUIRE_MESSAGE(fields.size() == 3, line);
        std::string proofs;
        for (const std::string& test : split(fields[2], " ; ")) {
            const auto found = tests.find(test);
            CHECK_MESSAGE(found != tests.end(), "there is no test \"", test, "\"");
            if (found == tests.end()) continue;
            if (!proofs.empty()) proofs += "<br>";
            proofs += fmt::format("[{}](../{})", escaped(test), found->second);
        }
        text += fmt::format("| {} | {} | {} |\n", escaped(fields[0]), section(fields[1]), proofs);
        ++rows;
    }
    text += fmt::format("\n{} behaviours.\n", rows);
    return text;
}

} // namespace

TEST_SUITE("conformance")
{
    TEST_CASE("the conformance page names tests that exist, and is up to date")
    {
        const std::string written = page();
        if (std::getenv("HIKYAKU_REWRITE_GOLDEN") != nullptr) {
            std::ofstream{home / "docs/conformance.md", std::ios::binary} << written;
            return;
        }
        CHECK((read(home / "docs/conformance.md") == written));
    }
}
