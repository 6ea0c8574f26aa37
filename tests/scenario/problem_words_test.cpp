// What is wrong with a file is said in both languages, with the place and what to do.
#include "sim/scenario/forms.h"
#include "sim/scenario/schema.h"
#include "tests/scenario/broken_files.h"
#include "tests/scenario/english.h"
#include "tests/scenario/files.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

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
