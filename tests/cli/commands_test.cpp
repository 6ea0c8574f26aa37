// Every command that README, docs, lessons and the program's own help print does what is promised:
// it is run here. What would wait for a network ends at the first thing that it misses.
#include "cli/app.h"
#include "cli/zone_file.h"
#include "tests/cli/program.h"
#include "tests/support/lesson_names.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path source_tree{HIKYAKU_SOURCE_DIR};

std::string text_of_file(const fs::path& path)
{
    std::ifstream in{path, std::ios::binary};
    REQUIRE_MESSAGE(in.good(), path.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Said {
    int code = 0;
    std::string out;
    std::string err;
};

Said run(const std::vector<std::string>& arguments)
{
    std::ostringstream out;
    std::ostringstream err;
    platform::Environment environment{out, err, false, std::nullopt, {}, {}};
    environment.variable = [](const std::string& name) -> std::optional<std::string> {
        if (name == "HIKYAKU_HOME") return source_tree.string();
        if (name == "LANG") return "en_US.UTF-8";
        if (name == "HIKYAKU_TOKEN") return "a-token";
        return std::nullopt;
    };
    const auto code = cli::run(arguments, environment, test::languages());
    return {static_cast<int>(code), out.str(), err.str()};
}

// A folder with the files that the examples speak of, and in which they are run.
class Workplace {
public:
    Workplace() : before_{fs::current_path()}, path_{fs::path{HIKYAKU_BINARY_DIR} / "commands"}
    {
        fs::remove_all(path_);
        const std::string lesson =
            text_of_file(source_tree / "scenarios" / "path" / "scenario.toml");
        for (const char* folder : {"my-lesson", "answers/one"}) {
            fs::create_directories(path_ / folder);
            const std::string up = std::string{folder} == "my-lesson" ? "../" : "../../";
            std::ofstream{path_ / folder / "scenario.toml"} << with_world_in(lesson, up);
        }
        std::ofstream{path_ / "my-lesson.toml"} << with_world_in(lesson, "");
        std::ofstream{path_ / "my.eml"} << "Subject: mine\r\n\r\nwords\r\n";
        std::ofstream{path_ / "zone.json"} << cli::zone_example;
        std::ofstream{path_ / "running.pid"} << "1\n";
        std::ofstream{path_ / "key.pem"} // RFC 8463 appendix A.1
            << "-----BEGIN PRIVATE KEY-----\n"
               "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
               "-----END PRIVATE KEY-----\n";
        for (const char* folder : {"scenarios", "assets"})
            fs::create_directory_symlink(source_tree / folder, path_ / folder);
        fs::current_path(path_);
    }
    ~Workplace()
    {
        fs::current_path(before_);
        fs::remove_all(path_);
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

private:
    // A world's file is named relative to the scenario's.
    static std::string with_world_in(std::string lesson, const std::string& up)
    {
        const std::string before = "../../assets/worlds/";
        const std::size_t at = lesson.find("world = \"" + before) + 9;
        return lesson.replace(at, before.size(), up + "assets/worlds/");
    }
    fs::path before_;
    fs::path path_;
};

// "hikyaku run path   all of it # or so" -> run, path: a remark stands behind two blanks or a #.
std::vector<std::string> words_of(std::string line)
{
    for (const char* remark : {"   ", "  ", " #"})
        line.resize(std::min(line.find(remark), line.size()));
    std::vector<std::string> words;
    std::istringstream in{line};
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// All that begin a line, or stand between backticks, in a text.
std::vector<std::vector<std::string>> commands_in(std::string text)
{
    // A line that ends in a backslash goes on with the next.
    for (std::size_t at = text.find("\\\n"); at != std::string::npos; at = text.find("\\\n", at)) {
        const std::size_t end = text.find_first_not_of(' ', at + 2);
        text.replace(at, end - at, "");
    }
    std::vector<std::vector<std::string>> commands;
    for (std::size_t at = text.find("hikyaku "); at != std::string::npos;
         at = text.find("hikyaku ", at + 1)) {
        const bool in_ticks = at > 0 && text[at - 1] == '`';
        const std::size_t line = text.rfind('\n', at) + 1; // npos + 1 is 0
        const std::string before = text.substr(line, at - line);
        const bool at_start = before.find_first_not_of(' ') == std::string::npos ||
                              before.find("HIKYAKU_TOKEN=") != std::string::npos;
        if (!in_ticks && !at_start) continue;
        const std::size_t end = text.find_first_of(in_ticks ? "`\n" : "\n", at);
        auto words = words_of(text.substr(at, end - at));
        words.erase(words.begin());
        const std::set<std::string> known{test::commands.begin(), test::commands.end()};
        if (!words.empty() && known.contains(words.front())) commands.push_back(words);
    }
    return commands;
}

std::string after(const std::vector<std::string>& words, const std::string& option)
{
    const auto found = std::ranges::find(words, option);
    return found == words.end() || found + 1 == words.end() ? std::string{} : *(found + 1);
}

void check_command(std::vector<std::string> words)
{
    std::string shown = "hikyaku";
    for (const std::string& word : words)
        shown += " " + word;
    CAPTURE(shown);
    const bool is_bridge = words.front() == "bridge";
    const bool is_send = words.front() == "send";
    const bool is_window = words.front() == "present" && words.back() != "--notes";
    // A bridge finds another one running; nobody answers where a mail is to be sent.
    if (is_bridge) {
        if (after(words, "--pid-file").empty()) {
            words.emplace_back("--pid-file");
        } else {
            words.erase(std::ranges::find(words, "--pid-file") + 1);
        }
        const auto option = std::ranges::find(words, "--pid-file");
        words.insert(option + 1, "running.pid");
    }
    if (is_send) *(std::ranges::find(words, "--to") + 1) = "127.0.0.1:1";
    const Said said = run(words);
    CAPTURE(said.err);
    if (is_bridge || is_send) {
        CHECK(said.code == 2);
        CHECK(said.err.find("--help") == std::string::npos);
        CHECK(said.err.find(is_bridge ? "running.pid" : "127.0.0.1") != std::string::npos);
        return;
    }
    if (is_window) { // there is none beside the tests
        CHECK(said.code == 2);
        CHECK(said.err.find("hikyaku-gui") != std::string::npos);
        return;
    }
    CHECK(said.code == 0);
    CHECK(said.out != "");
}

} // namespace

TEST_SUITE("commands")
{
    TEST_CASE("every command in README and docs works")
    {
        const Workplace folder;
        std::vector<fs::path> files{source_tree / "README.md", source_tree / "README.ja.md"};
        for (const auto& entry : fs::directory_iterator{source_tree / "docs"})
            if (entry.path().extension() == ".md") files.push_back(entry.path());
        std::set<std::vector<std::string>> all;
        for (const fs::path& file : files) {
            for (auto& command : commands_in(text_of_file(file)))
                all.insert(std::move(command));
        }
        CHECK(all.size() > 20);
        for (const auto& command : all)
            check_command(command);
    }

    TEST_CASE("every command in the program's help works")
    {
        const Workplace folder;
        std::set<std::vector<std::string>> all;
        for (const char* language : {"ja", "en"}) {
            for (const std::string& about : test::commands) {
                const Said help = run({"help", about, "--lang", language});
                for (auto& command : commands_in(help.out))
                    all.insert(std::move(command));
            }
        }
        CHECK(all.size() > 20);
        for (const auto& command : all)
            check_command(command);
    }

    TEST_CASE("every command, variation and setting in the text of a lesson works")
    {
        const Workplace folder;
        std::set<std::vector<std::string>> all;
        for (const std::string& lesson : test::lesson_names) {
            for (const char* language : {"ja", "en"}) {
                const std::string text = text_of_file(source_tree / "scenarios" / lesson /
                                                      ("lesson." + std::string{language} + ".md"));
                for (auto& command : commands_in(text))
                    all.insert(std::move(command));
                for (const std::string option : {"`--variation ", "`--set "}) {
                    for (std::size_t at = text.find(option); at != std::string::npos;
                         at = text.find(option, at + 1)) {
                        std::vector<std::string> words{"run", lesson};
                        for (auto& word :
                             words_of(text.substr(at + 1, text.find('`', at + 1) - at - 1)))
                            words.push_back(std::move(word));
                        all.insert(std::move(words));
                    }
                }
            }
        }
        CHECK(all.size() > 40);
        for (const auto& command : all)
            check_command(command);
    }
}
