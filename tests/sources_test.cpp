// docs/sources.md: every figure in the lessons' texts says where it is from. A figure without a row
// fails, and so does a row whose figure is in no text any more.

#include "platform/files.h"
#include "platform/resources.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace {

const std::filesystem::path repository{HIKYAKU_SOURCE_DIR};

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Without what is typed: blocks of code, and code that is a command or its option.
std::string without_commands(const std::string& text)
{
    std::string kept;
    bool in_block = false;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) in_block = !in_block;
        if (in_block) continue;
        for (const std::string_view begin : {"`hikyaku", "`--"}) {
            for (std::size_t at = line.find(begin); at != std::string::npos; at = line.find(begin))
                line.erase(at, line.find('`', at + 1) + 1 - at);
        }
        kept += line + '\n';
    }
    return kept;
}

// A number counts or orders unless it is large or is a time.
bool needs_source(const std::string& figure, std::string_view behind)
{
    if (figure.size() > 2 || std::atoi(figure.c_str()) > 12) return true;
    if (behind.starts_with(' ')) behind.remove_prefix(1);
    constexpr std::array<std::string_view, 9> units{
        "second", "minute", "hour", "day", "秒", "分", "時", "日", "月"};
    return std::ranges::any_of(units, [&](auto unit) { return behind.starts_with(unit); });
}

// "587", "0x800CCC0E", "CVE-2023-51764", "5.7.1", "4,096", "16:45", "0-1023".
std::set<std::string> figures_in(const std::string& text)
{
    std::set<std::string> figures;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_name = at > 0 && (is_letter(text[at - 1]) || text[at - 1] == '#');
        const bool after_hyphen = at > 1 && text[at - 1] == '-' && is_letter(text[at - 2]);
        std::size_t end = 0;
        if (text.compare(at, 4, "CVE-") == 0) {
            end = text.find_first_not_of("CVE-0123456789", at);
        } else if (text.compare(at, 2, "0x") == 0) {
            end = text.find_first_not_of("x0123456789ABCDEF", at);
        } else if (is_digit(text[at])) {
            end = text.find_first_not_of("0123456789.,:-", at);
        } else {
            continue;
        }
        end = std::min(end, text.size());
        std::size_t last = end; // a full stop or comma behind it is not part of it
        while (!is_digit(text[last - 1]) && !is_letter(text[last - 1]))
            --last;
        const std::string figure = text.substr(at, last - at);
        const std::string_view behind = std::string_view{text}.substr(last);
        // "2." at the start of a line is its number in a list; "4yz" is a class.
        const bool of_a_list = (at == 0 || text[at - 1] == '\n') && behind.starts_with(". ");
        const bool of_a_class = behind.starts_with("yz");
        if (!is_name && !after_hyphen && !of_a_list && !of_a_class && needs_source(figure, behind))
            figures.insert(figure);
        at = end - 1;
    }
    return figures;
}

std::set<std::string> with_a_source()
{
    std::set<std::string> figures;
    std::istringstream lines{
        platform::read_file((repository / "docs/sources.md").string()).value()};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| `")) continue;
        const std::string cell = line.substr(0, line.find('|', 1));
        // Each row says what it is, in both languages, and where from.
        CHECK(std::ranges::count(line, '|') == 5);
        CHECK(line.find("|  |") == std::string::npos);
        for (std::size_t begin = cell.find('`'); begin != std::string::npos;) {
            const std::size_t end = cell.find('`', begin + 1);
            figures.insert(cell.substr(begin + 1, end - begin - 1));
            begin = cell.find('`', end + 1);
        }
    }
    return figures;
}

} // namespace

TEST_SUITE("sources")
{
    TEST_CASE("every figure in a lesson's text has its source in docs/sources.md")
    {
        const auto known = with_a_source();
        CHECK(known.size() > 50);
        std::string all;
        for (const auto& file : platform::lesson_files(repository)) {
            for (const char* name : {"lesson.ja.md", "lesson.en.md"}) {
                const auto path = file.parent_path() / name;
                INFO(path.string());
                const auto text = platform::read_file(path.string());
                REQUIRE(text.has_value());
                all += *text;
                for (const std::string& figure : figures_in(without_commands(*text)))
                    CHECK_MESSAGE(known.contains(figure), figure);
            }
        }
        for (const std::string& figure : known)
            CHECK_MESSAGE(all.find(figure) != std::string::npos, "in no text: " << figure);
    }

    TEST_CASE("what is a figure, and what is not")
    {
        CHECK(figures_in("1. SHA-256, OP25B and 4yz: three things in 2 steps\n").empty());
        CHECK(figures_in("after 3 seconds, 10060 or 0x800CCC0E.") ==
              std::set<std::string>{"3", "10060", "0x800CCC0E"});
        CHECK(figures_in("RFC 5321 §2.3.8; CVE-2023-51764, 4,096, 16:45") ==
              std::set<std::string>{"5321", "2.3.8", "CVE-2023-51764", "4,096", "16:45"});
        CHECK(figures_in("5日たっても、25番は") == std::set<std::string>{"5", "25"});
        CHECK(without_commands("see `--set client.port=587` there\n```\n99999\n```\n") ==
              "see  there\n```\n");
    }
}
