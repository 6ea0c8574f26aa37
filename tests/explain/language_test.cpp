#include "sim/explain/language.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace sim::explain;

// A language file with one line changed, by its beginning.
std::string english_with(std::string_view beginning, std::string_view instead)
{
    std::string text = test::read_text_file(HIKYAKU_SOURCE_DIR "/assets/lang/en.toml");
    const std::size_t at = text.find("\n" + std::string{beginning});
    REQUIRE(at != std::string::npos);
    const std::size_t end = text.find('\n', at + 1);
    return text.replace(at + 1, end - at - 1, instead);
}

std::vector<LanguageProblem> problems_of(const std::string& toml)
{
    const auto parsed = Language::parse(toml);
    return parsed ? std::vector<LanguageProblem>{} : parsed.error();
}

} // namespace

TEST_SUITE("explain.language")
{
    TEST_CASE("a template names its arguments in braces")
    {
        CHECK(arguments_of("{host} asked {server}; {host} waits").value() ==
              std::vector<std::string>{"host", "server"});
        CHECK(arguments_of("nothing").value().empty());
        for (const char* wrong : {"{", "}", "{}", "{a b}", "a}b{c}", "{Host}", "{a{b}}"})
            CHECK_FALSE(arguments_of(wrong).has_value());
    }

    TEST_CASE("arguments are filled in wherever they are named")
    {
        const Language english = test::language("en");
        CHECK(english.code() == "en");
        CHECK(english.name() == "English");
        CHECK(english.text("why.rule.numbered", {{"rule_number", "3"}, {"rule", "a {b}"}}) ==
              "#3 a {b}");
    }

    TEST_CASE("an error in the file's syntax is told with its place")
    {
        const auto problems = problems_of("code = \"xx\"\nname = \n");
        REQUIRE(problems.size() == 1);
        CHECK(problems[0].line == 2);
    }

    TEST_CASE("a text that is missing, unknown or asks for what nobody gives is refused")
    {
        const auto told = [](const std::string& toml, std::string_view key, std::string_view what) {
            const auto problems = problems_of(toml);
            return std::ranges::any_of(problems, [&](const LanguageProblem& problem) {
                return problem.key == key && problem.what.find(what) != std::string::npos;
            });
        };
        CHECK(told(english_with("clear = \"clear\"", ""), "noun.visibility.clear", "missing"));
        CHECK(told(english_with("clear = \"clear\"", "claer = \"clear\""),
                   "noun.visibility.claer",
                   "not in the catalog"));
        CHECK(told(english_with("numbered =", "numbered = \"{nummer}\""),
                   "why.rule.numbered",
                   "nobody gives it the argument {nummer}"));
        CHECK(
            told(english_with("numbered =", "numbered = \"{rule\""), "why.rule.numbered", "brace"));
        CHECK(told(english_with("numbered =", "numbered = \"\""), "why.rule.numbered", "empty"));
        CHECK(told(
            english_with("numbered =", "numbered = 3"), "why.rule.numbered", "expected a text"));
        CHECK(told(english_with("numbered =", "numbered = [\"a\", \"b\"]"),
                   "why.rule.numbered",
                   "expected three texts"));
        CHECK(told(english_with("numbered =", "numbered = \"@why.nothing\""),
                   "why.rule.numbered",
                   "refers to why.nothing"));
        CHECK(told(english_with("name = \"English\"", ""), "name", "missing"));
    }

    TEST_CASE("problems are told in the order of the file")
    {
        const auto problems =
            problems_of("[why]\nb = \"1\"\na = \"2\"\ncode = \"xx\"\n[noun]\nz = \"3\"\n");
        REQUIRE(problems.size() > 4);
        CHECK(to_string(problems[0]) == "2:5: why.b: is not in the catalog: nobody says this");
        CHECK(problems[1].line == 3);
        CHECK(problems[2].line == 4);
        CHECK(problems[3].line == 6);
        CHECK(problems[4].line == 0);
    }

    TEST_CASE("the command line's own texts need no catalog")
    {
        const Language words =
            Language::parse(english_with("code = \"en\"", "code = \"en\"\ncli.hello = \"{who}!\""))
                .value();
        CHECK(words.text("cli.hello", {{"who", "Taro"}}) == "Taro!");
    }
}
