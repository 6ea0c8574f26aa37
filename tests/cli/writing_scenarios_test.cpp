// The guide for trainers works as written: every example of both languages loads, the first one is
// checked and run by the commands that stand below it, and the error that it shows is the one that
// comes.

#include "cli/app.h"
#include "platform/resources.h"
#include "sim/explain/problem_words.h"
#include "tests/cli/program.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path repository{HIKYAKU_SOURCE_DIR};

// The blocks that begin with ``` and this word.
std::vector<std::string> blocks_of(const std::string& text, const std::string& word)
{
    std::vector<std::string> blocks;
    std::istringstream lines{text};
    bool is_inside = false;
    bool is_wanted = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            is_inside = !is_inside;
            is_wanted = is_inside && line == "```" + word;
            if (is_wanted) blocks.emplace_back();
        } else if (is_wanted) {
            blocks.back() += line + "\n";
        }
    }
    return blocks;
}

std::string guide(const std::string& language)
{
    return test::read_text_file(
        (repository / "docs" /
         ("writing-scenarios" + std::string{language == "ja" ? ".ja" : ""} + ".md"))
            .string());
}

// A folder as hikyaku's own, with the world and the words, in which a trainer writes a lesson.
class Home {
public:
    Home() : folder_{fs::temp_directory_path() / ("hikyaku-guide-" + std::to_string(getpid()))}
    {
        fs::create_directories(folder_ / "scenarios" / "my-lesson");
        fs::create_directory_symlink(repository / "assets", folder_ / "assets");
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;
    ~Home() { fs::remove_all(folder_); }

    void write(const std::string& text) const
    {
        std::ofstream{folder_ / "scenarios" / "my-lesson" / "scenario.toml", std::ios::binary}
            << text;
    }

    struct Said {
        int code = 0;
        std::string out;
        std::string err;
    };
    // "hikyaku check my-lesson"
    [[nodiscard]] Said run(const std::string& line, const std::string& language) const
    {
        std::istringstream words{line};
        std::vector<std::string> arguments;
        for (std::string word; words >> word && word != "#";)
            arguments.push_back(word);
        REQUIRE(!arguments.empty());
        REQUIRE(arguments.front() == "hikyaku");
        arguments.erase(arguments.begin());
        std::ostringstream out;
        std::ostringstream err;
        const auto variable = [&](const std::string& name) -> std::optional<std::string> {
            if (name == "HIKYAKU_HOME") return folder_.string();
            if (name == "LC_ALL") return language == "ja" ? "ja_JP.UTF-8" : "C.UTF-8";
            return std::nullopt;
        };
        const platform::Environment environment{out, err, false, std::nullopt, variable, {}};
        const auto code = cli::run(arguments, environment, test::languages());
        return {static_cast<int>(code), out.str(), err.str()};
    }

private:
    fs::path folder_;
};

} // namespace

TEST_SUITE("guide.writing_scenarios")
{
    TEST_CASE("the first example is checked and run as the guide says")
    {
        const Home home;
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            const std::string text = guide(language);
            home.write(blocks_of(text, "toml").front());
            std::istringstream commands{blocks_of(text, "").front()};
            int count = 0;
            for (std::string line; std::getline(commands, line); ++count) {
                CAPTURE(line);
                const auto said = home.run(line, language);
                CHECK(said.code == 0);
                CHECK(said.err == "");
                CHECK(said.out != "");
            }
            CHECK(count == 2);
            CHECK(text.find("scenarios/my-lesson/scenario.toml") != std::string::npos);
        }
    }

    TEST_CASE("every other example can be added to the first")
    {
        const Home home;
        for (const char* language : {"ja", "en"}) {
            const auto examples = blocks_of(guide(language), "toml");
            CHECK(examples.size() >= 4);
            for (std::size_t i = 1; i < examples.size(); ++i) {
                CAPTURE(examples[i]);
                home.write(examples.front() + "\n" + examples[i]);
                // 1: it loads and runs, and comes out otherwise than the first example expects.
                const auto said = home.run("hikyaku check my-lesson", language);
                CHECK(said.err == "");
                CHECK(said.code <= 1);
                if (examples[i].starts_with("[variation.")) CHECK(said.code == 0);
            }
        }
    }

    TEST_CASE("the error that the guide shows is the one that comes")
    {
        const Home home;
        for (const char* language : {"ja", "en"}) {
            CAPTURE(language);
            const std::string text = guide(language);
            std::string example = blocks_of(text, "toml").front();
            example.replace(example.find("\"hanako\"\nmessage"), 8, "\"hanoka\"");
            home.write(example);
            const auto said = home.run("hikyaku check my-lesson", language);
            CHECK(said.code == 2);
            std::string shown = blocks_of(text, "")[1];
            shown.pop_back();
            CHECK(said.err.find(shown) != std::string::npos);
        }
    }
}
