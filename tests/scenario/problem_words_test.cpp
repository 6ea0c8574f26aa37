// What is wrong with a file is said in both languages, with the place and what to do.
#include "sim/scenario/forms.h"
#include "sim/scenario/schema.h"
#include "tests/scenario/broken_files.h"
#include "tests/scenario/english.h"
#include "tests/scenario/files.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

using namespace sim;
using namespace sim::scenario;

namespace {

const explain::Language& japanese()
{
    static const explain::Language ja = test::language("ja");
    return ja;
}

bool is_japanese(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xe3; });
}

std::string lab_with(const std::string& good, const std::string& bad)
{
    std::string text = files::read_repository("tests/scenario/lab.toml");
    const std::size_t at = text.find(good);
    REQUIRE(at != std::string::npos);
    return text.replace(at, good.size(), bad);
}

} // namespace

TEST_SUITE("scenario.problem_words")
{
    TEST_CASE("whatever is wrong is said in Japanese too, at the same place and key")
    {
        for (const BrokenFile& broken : broken_files) {
            CAPTURE(broken.why);
            const auto result = files::load(lab_with(broken.good, broken.bad));
            REQUIRE_FALSE(result);
            for (const Problem& problem : result.error()) {
                const std::string words = words_of(problem, japanese());
                CAPTURE(words);
                CHECK(is_japanese(words_of(problem.wrong, japanese())));
                CHECK(words.starts_with(problem.file + ":"));
                CHECK(words.find(problem.key) != std::string::npos);
                for (const Fact& fact : problem.wrong.facts) {
                    if (const auto* word = std::get_if<std::string>(&fact.value)) {
                        if (fact.name == "origin" || fact.name == "file" || fact.name == "host")
                            continue; // not in every sentence
                        CHECK(words.find(word->substr(0, 20)) != std::string::npos);
                    }
                }
            }
        }
    }

    TEST_CASE("every mistake of TOML itself is said in our own words, in both languages")
    {
        struct Mistake {
            std::string_view text;
            ProblemKind kind;
        };
        using Kind = ProblemKind;
        for (const Mistake& mistake : std::initializer_list<Mistake>{
                 {"a = abc", Kind::toml_value},
                 {"a = tru", Kind::toml_value},
                 {"a = _1", Kind::toml_number_form},
                 {"a = 1__0", Kind::toml_number_form},
                 {"a = 0587", Kind::toml_number_form},
                 {"a = 587x", Kind::toml_number},
                 {"a = 0b12", Kind::toml_number},
                 {"a = 0xZZ", Kind::toml_number},
                 {"a = 1.2.3", Kind::toml_number},
                 {"a = 1e", Kind::toml_number},
                 {"a = 99999999999999999999", Kind::toml_too_large},
                 {"a = 2026-13-01", Kind::toml_date},
                 {"a = 2026-04-31", Kind::toml_date},
                 {"a = 2026-04-01T25:00:00", Kind::toml_date},
                 {"a = 2026-04-01T09:61:00", Kind::toml_date},
                 {"a = 2026-4-1", Kind::toml_date},
                 {"a = [1, , 2]", Kind::toml_comma},
                 {"a = [, 1]", Kind::toml_comma},
                 {"a = { b = 1, }", Kind::toml_comma},
                 {"a = [1 2]", Kind::toml_list},
                 {"a = { b = 1 c }", Kind::toml_list},
                 {"a = { = 1 }", Kind::toml_list},
                 {"a 1", Kind::toml_equals},
                 {"a", Kind::toml_equals},
                 {"a = \"b\" c", Kind::toml_line_end},
                 {"a = 1 2", Kind::toml_line_end},
                 {"a = true false", Kind::toml_line_end},
                 {"[a", Kind::toml_header_end},
                 {"[a b]", Kind::toml_header_end},
                 {"[[a]", Kind::toml_header_end},
                 {"[a] b", Kind::toml_line_end},
                 {"= 1", Kind::toml_key},
                 {"a. = 1", Kind::toml_key},
                 {"a = \"\\uD800\"", Kind::toml_character},
                 {"a = \"\\u12\"", Kind::toml_character},
                 {"a = \"\\UFFFFFFFF\"", Kind::toml_character},
                 {"a = \"\x01\"", Kind::toml_control},
                 {"# \x01", Kind::toml_control},
                 {"a = \"b\nc\"", Kind::toml_lines_in_text},
                 {"a = { b = 1 }\n[a]\nc = 1", Kind::toml_key_twice},
                 {"a = { b = 1 }\na.c = 1", Kind::toml_closed_table},
                 {"a = 1\na = 2", Kind::toml_key_twice},
                 {"[a]\n[a]", Kind::toml_key_twice},
                 {"a = 1\na.b = 2", Kind::toml_closed_table},
                 {"a = ", Kind::toml_no_value},
                 {"a = \"\"\"b", Kind::toml_unfinished},
                 {"a = [1", Kind::toml_unfinished},
             }) {
            CAPTURE(mistake.text);
            for (const char* end : {"\n", ""}) {
                const auto result = files::load(std::string{mistake.text} + end);
                REQUIRE_FALSE(result);
                const Problem& problem = result.error().front();
                CAPTURE(files::english(problem));
                if (*end != '\0') CHECK(name_of(problem.wrong.kind) == name_of(mistake.kind));
                CHECK(problem.wrong.kind != Kind::not_toml);
                CHECK(problem.line > 0);
                const std::string words = words_of(problem.wrong, japanese());
                CHECK(is_japanese(words));
                CHECK(words.find("expected") == std::string::npos);
            }
        }
    }

    TEST_CASE("a slip of the pen is answered with the word that was meant")
    {
        const auto result = files::load(lab_with("verdict = \"drop\"", "verdict = \"dorp\""));
        REQUIRE_FALSE(result);
        CHECK(words_of(result.error()[0], japanese()) ==
              "lab.toml:77:11: rule.no-25.verdict: pass、drop、reject_icmp、reject_rst "
              "のどれかを書いてください（もしかして \"drop\" ですか）");
    }

    TEST_CASE("English says of a form and of a key what the schema says of them")
    {
        for (const Form form : values_of<Form>()) {
            CAPTURE(name_of(form));
            const std::string key = "problem.term." + std::string{name_of(term_of(form))};
            CHECK(files::english_words().text(key) == expectation(form));
        }
        for (const NeededKey& needed : needed_keys()) {
            CAPTURE(needed.key);
            CHECK(files::english_words().text("problem.needed." + needed.key) == needed.is);
        }
    }

    TEST_CASE("a world that cannot be read is the one thing that is wrong")
    {
        const std::string lesson = "title = { ja = \"題\", en = \"Title\" }\n[[step]]\n";
        const std::map<std::string, std::string> worlds{{"broken.toml", "a = \n"},
                                                        {"nested.toml", "world = \"w.toml\"\n"}};
        for (const char* world : {"\"missing.toml\"",
                                  "\"classroom\"",
                                  "\"/etc/passwd\"",
                                  "5",
                                  "[\"a.toml\"]",
                                  "\"broken.toml\"",
                                  "\"\""}) {
            CAPTURE(world);
            std::map<std::string, std::string> all = worlds;
            all["lab.toml"] = "world = " + std::string{world} + "\n" + lesson;
            const auto result = load_scenario("lab.toml", files::in_memory(all));
            REQUIRE_FALSE(result);
            CHECK(result.error().size() == 1);
            CHECK(result.error().front().line > 0);
            CHECK(is_japanese(words_of(result.error().front(), japanese())));
        }
    }

    TEST_CASE("a local part with dots where none may be is told to stand in quotes")
    {
        const char* good = "to = [\"bob@far.example\"]";
        for (const char* bad : {"a..b@far.example", ".a@far.example", "a..b.@far.example"}) {
            CAPTURE(bad);
            const auto result = files::load(lab_with(good, "to = [\"" + std::string{bad} + "\"]"));
            REQUIRE_FALSE(result);
            REQUIRE(result.error().size() == 1);
            const Wrong& wrong = result.error()[0].wrong;
            CHECK(wrong.kind == ProblemKind::address_needs_quotes);
            const std::string local{bad, std::string_view{bad}.find('@')};
            const std::string hint = "\"" + local + "\"@far.example";
            CHECK(files::english(wrong).find(hint) != std::string::npos);
            CHECK(has_form(Form::mail_address, hint)); // and that is one
        }
        // Quotes do not help everybody.
        const auto result = files::load(lab_with(good, "to = [\"bob\"]"));
        REQUIRE_FALSE(result);
        CHECK(result.error()[0].wrong.kind == ProblemKind::wrong_form);
    }
}
