#include "sim/report/width.h"
#include "tests/cli/program.h"
#include "tests/support/lesson_names.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace fs = std::filesystem;

using namespace test;

namespace {

// The words behind "hikyaku" of the command that a run offers at its end; none when it offers none.
std::vector<std::string> offered_by(const std::string& out)
{
    std::vector<std::string> words;
    const std::size_t at = out.find("To try it:");
    if (at == std::string::npos) return words;
    std::istringstream text{out.substr(out.find('\n', at))};
    for (std::string word; text >> word;)
        if (word != "\\" && word != "hikyaku") words.push_back(word);
    return words;
}

// The sentence on what a run came to, with its mark.
std::string verdict_in(const std::string& out)
{
    for (const std::string& line : lines_of(out)) {
        for (const char* mark : {"○ ", "△ ", "✕ "})
            if (line.starts_with(mark)) return line;
    }
    return {};
}

} // namespace

TEST_SUITE("cli")
{
    TEST_CASE("what is wrong with the command line is said in the language")
    {
        struct Wrong {
            std::vector<std::string> arguments;
            const char* named; // in what is said
        };
        const std::vector<Wrong> all{{{"run"}, "lesson"},
                                     {{"run", "op25b", "--level", "foo"}, "standard"},
                                     {{"run", "op25b", "--level"}, "--level"},
                                     {{"run", "op25b", "--foo"}, "--foo"},
                                     {{"run", "op25b", "--seed", "x"}, "--seed"},
                                     {{"send", "--rcpt", "a@b.example"}, "--to"},
                                     {{"bridge", "op25b", "--most-connections", "0"}, "15000"},
                                     {{"help", "foo"}, "list"},
                                     {{"foo"}, "foo"}};
        for (const Wrong& wrong : all) {
            const Result en = hikyaku(wrong.arguments);
            const Result ja = hikyaku(wrong.arguments, {{"LANG", "ja_JP.UTF-8"}});
            for (const Result& result : {en, ja}) {
                INFO(result.err);
                CHECK(result.code == cli::ExitCode::unusable);
                CHECK(result.err.find(wrong.named) != std::string::npos);
                for (const char* english : {"required", "was not expected", "convert", "not in"})
                    CHECK(result.err.find(english) == std::string::npos);
            }
            CHECK(std::ranges::any_of(ja.err, [](char c) { return (c & 0x80) != 0; }));
        }
    }

    TEST_CASE("list names every lesson with its title, as text and as JSON")
    {
        const Result text = hikyaku({"list"});
        CHECK(text.code == cli::ExitCode::ok);
        const auto json = nlohmann::json::parse(hikyaku({"list", "--json"}).out);
        CHECK(json.size() == test::lesson_names.size());
        for (const std::string& lesson : test::lesson_names)
            CHECK(has(text.out, lesson));
        for (const auto& each : json) {
            CHECK_FALSE(each.at("title").at("ja").get<std::string>().empty());
            CHECK(has(text.out, each.at("title").at("en").get<std::string>()));
        }
    }

    TEST_CASE("the locale decides about the language, and --lang about both")
    {
        CHECK(has(hikyaku({"help"}, {{"LANG", "ja_JP.UTF-8"}}).out, "使い方"));
        CHECK(has(hikyaku({"help"}, {{"LANG", "C"}}).out, "Usage"));
        CHECK(has(hikyaku({"help"}, {{"LC_ALL", "ja_JP.UTF-8"}, {"LANG", "C"}}).out, "使い方"));
        CHECK(has(hikyaku({"help", "--lang", "en"}, {{"LANG", "ja_JP.UTF-8"}}).out, "Usage"));
    }

    TEST_CASE("help has examples for every command")
    {
        for (const std::string& command : test::commands) {
            const Result help = hikyaku({"help", command});
            CHECK(help.code == cli::ExitCode::ok);
            CHECK(has(help.out, "Examples:"));
            CHECK(hikyaku({command, "--help"}).out == help.out);
            const Result ja = hikyaku({"help", command}, {{"LANG", "ja_JP.UTF-8"}});
            for (const char* english : {"Options", "Usage", "Positionals", "Examples"})
                CHECK_FALSE(has(ja.out, english));
        }
        CHECK(has(hikyaku({}).out, "Examples:"));
    }

    TEST_CASE("every lesson runs as expected in both languages, in every view, at every level")
    {
        for (const std::string& lesson : test::lesson_names) {
            for (const char* language : {"ja", "en"}) {
                for (const char* view : {"transcript", "wire", "ladder", "why", "events"}) {
                    for (const char* level : {"story", "standard", "expert"}) {
                        INFO(lesson, " ", language, " ", view, " ", level);
                        const Result result = hikyaku(
                            {"run", lesson, "--lang", language, "--view", view, "--level", level});
                        CHECK(result.code == cli::ExitCode::ok);
                        CHECK(result.err == "");
                        CHECK_FALSE(result.out.empty());
                        CHECK_FALSE(has(result.out, "\x1b["));
                        for (const std::string& line : lines_of(result.out)) {
                            INFO(line);
                            CHECK(sim::report::display_width(line) <= 80);
                        }
                    }
                }
            }
        }
    }

    TEST_CASE("a run ends on what a person wants: verdict, journey, card, what to try")
    {
        std::vector<std::string> lessons = test::lesson_names;
        std::erase(lessons, "spam-flood"); // which is counted: cli.crowd
        for (const std::string& lesson : lessons) {
            for (const char* language : {"ja", "en"}) {
                for (const char* level : {"story", "standard"}) {
                    INFO(lesson, " ", language, " ", level);
                    const Result result =
                        hikyaku({"run", lesson, "--lang", language, "--level", level});
                    CHECK(lines_of(result.out).size() <= 25);
                    const std::string hop =
                        language == std::string{"en"} ? "From → to" : "どこから → どこへ";
                    CHECK(has(result.out, hop));
                    const bool failed = has(result.out, "✕ ");
                    if (!failed && language == std::string{"en"} &&
                        level == std::string{"standard"})
                        CHECK(has(result.out, "Delivered"));
                }
            }
        }
        for (const std::string& lesson : lessons) {
            const auto listed = nlohmann::json::parse(hikyaku({"list", lesson, "--json"}).out);
            for (const auto& variation : listed.at("variations")) {
                const std::string name = variation.at("key");
                for (const char* language : {"ja", "en"}) {
                    INFO(lesson, " ", name, " ", language);
                    const Result result =
                        hikyaku({"run", lesson, "--variation", name, "--lang", language});
                    CHECK(lines_of(result.out).size() <= 25);
                }
            }
        }
        CHECK(hikyaku({"run", "op25b", "--view", "why"}).out == hikyaku({"run", "op25b"}).out);
        const auto blocked = lines_of(hikyaku({"run", "op25b"}).out);
        CHECK(has(blocked.at(blocked.size() - 2), "To try it:"));
        CHECK_FALSE(has(hikyaku({"run", "path"}).out, "EHLO"));
        CHECK(has(hikyaku({"run", "path", "--view", "transcript"}).out, "EHLO"));
        CHECK(has(hikyaku({"run", "starttls-stripped"}).out,
                  "△ Delivered, but Hotel's router and others on the way could read"));
        const std::string story = hikyaku({"run", "op25b", "--level", "story"}).out;
        CHECK_FALSE(has(story, "tcp"));
        CHECK_FALSE(has(story, "10060"));
        // A long view begins with it on a terminal.
        const std::map<std::string, std::string> plain{{"LANG", "en"}, {"NO_COLOR", "1"}};
        const std::string verdict = "○ Delivered: 5 hops";
        const std::string on_terminal =
            hikyaku({"run", "path", "--view", "transcript"}, plain, true).out;
        CHECK(on_terminal.find(verdict) < on_terminal.find("EHLO"));
        CHECK(on_terminal.rfind(verdict) > on_terminal.rfind("EHLO"));
    }

    TEST_CASE("variations are listed with what they change, and run by name")
    {
        for (const std::string& lesson : test::lesson_names) {
            const auto json = nlohmann::json::parse(hikyaku({"list", lesson, "--json"}).out);
            const Result text = hikyaku({"list", lesson});
            CHECK(text.code == cli::ExitCode::ok);
            CHECK_FALSE(json.at("variations").empty());
            for (const auto& variation : json.at("variations")) {
                const auto key = variation.at("key").get<std::string>();
                INFO(lesson, " ", key);
                CHECK(has(text.out, key));
                CHECK_FALSE(variation.at("changes").empty());
                const Result result = hikyaku({"run", lesson, "--variation", key});
                INFO(result.out, result.err);
                CHECK(result.code == cli::ExitCode::ok);
                CHECK(has(result.out,
                          variation.at("name").at("en").get<std::string>().substr(0, 20)));
            }
        }
        CHECK(has(hikyaku({"list", "op25b"}).out, "client.port: 25 → 587"));
        CHECK_FALSE(has(hikyaku({"list", "submission-587"}).out, "sakura2025"));
    }

    TEST_CASE("what is set beside a variation wins over it, and nothing is expected then")
    {
        const Result result =
            hikyaku({"run", "op25b", "--variation", "cure", "--set", "client.port=25"});
        CHECK(result.code == cli::ExitCode::ok);
        CHECK(has(result.out, "✕ Stopped by Sakura's border router"));
        CHECK(has(result.out, "hikyaku run op25b --variation cure --set client.port=587"));
    }

    TEST_CASE("a lesson asks for a guess where somebody can answer, runs, and says why")
    {
        const std::map<std::string, std::string> plain{{"LANG", "en"}, {"NO_COLOR", "1"}};
        const Result silent = hikyaku({"lesson", "op25b"});
        CHECK(silent.code == cli::ExitCode::ok);
        CHECK_FALSE(has(silent.out, "Your guess"));
        for (const char* part : {"From home, send through port 25", "✕ Stopped by", "The idea"})
            CHECK(has(silent.out, part));
        CHECK_FALSE(has(silent.out, "**"));

        const Result right = hikyaku({"lesson", "op25b"}, plain, true, "7\nx\n2\n");
        CHECK(has(right.out, "Your guess (1-3"));
        CHECK(has(right.out, "You guessed right: To the border"));
        CHECK(has(right.out, "Purpose: It keeps infected PCs"));
        CHECK(right.out.find("Stopped by Sakura") > right.out.find("Your guess"));
        const Result wrong = hikyaku({"lesson", "op25b"}, plain, true, "1\n");
        const std::size_t judged = wrong.out.find("It went differently from your guess");
        REQUIRE(judged != std::string::npos);
        CHECK(wrong.out.find("border of Hanako's own ISP", judged) != std::string::npos);
        for (const char* typed : {"", "\n"})
            CHECK_FALSE(has(hikyaku({"lesson", "op25b"}, plain, true, typed).out, "guessed right"));
        for (const std::string& lesson : test::lesson_names) {
            for (const char* language : {"ja", "en"}) {
                const Result result = hikyaku({"lesson", lesson, "--lang", language});
                CHECK(result.code == cli::ExitCode::ok);
                for (const std::string& line : lines_of(result.out)) {
                    INFO(line);
                    CHECK((sim::report::display_width(line) <= 80 ||
                           line.starts_with("  hikyaku ") || has(line, "  ")));
                }
            }
        }
    }

    TEST_CASE("Ctrl-C ends a long run in good order")
    {
        const Result result = interrupted({"run", "retry-and-bounce", "--variation", "never"});
        CHECK(static_cast<int>(result.code) == 130);
        CHECK(result.out == "");
        CHECK(has(result.err, "Running: "));
        CHECK(has(result.err, "\r\x1B[Khikyaku: Interrupted"));
    }

    TEST_CASE("the command for the whole conversation is of the same run")
    {
        CHECK(has(hikyaku({"run", "op25b", "--variation", "cure"}).out,
                  "  hikyaku run op25b --variation cure --view transcript"));
        CHECK(has(hikyaku({"run", "path", "--set", "client.line=hotel", "--seed", "7"}).out,
                  "  hikyaku run path --set client.line=hotel --seed 7 --view transcript"));
    }

    TEST_CASE("what is to be tried names each setting once, and what the card sets wins")
    {
        const Result blocked = hikyaku({"run",
                                        "submission-587",
                                        "--set",
                                        "client.port=25",
                                        "--set",
                                        "client.protection=none",
                                        "--set",
                                        "client.line=hotel"});
        const std::string to_try =
            blocked.out.substr(blocked.out.find("hikyaku run submission-587"));
        for (const char* key : {"client.port=", "client.protection=", "client.line="}) {
            const std::size_t first = to_try.find(key);
            CHECK(first != std::string::npos);
            CHECK(to_try.find(key, first + 1) == std::string::npos);
        }
        CHECK(has(to_try, "client.port=587"));
    }

    TEST_CASE("what a run offers to type is what its card promises: run it, and see")
    {
        std::vector<std::vector<std::string>> runs;
        for (const std::string& lesson : test::lesson_names) {
            if (lesson == "spam-flood") continue; // is counted, and offers nothing
            runs.push_back({"run", lesson});
            const auto listed = nlohmann::json::parse(hikyaku({"list", lesson, "--json"}).out);
            for (const auto& variation : listed.at("variations"))
                runs.push_back({"run", lesson, "--variation", variation.at("key")});
        }
        // What the script sets, too, and what only holds from the start.
        for (const char* command : {"mail", "rcpt"}) {
            runs.push_back({"run", "retry-and-bounce"});
            for (const char* server : {"mx1", "mx2"}) {
                runs.back().emplace_back("--set");
                runs.back().push_back(
                    fmt::format("fault.{}.umi.example.reply.{}=550", server, command));
            }
        }
        runs.push_back({"run", "starttls-stripped", "--set", "client.protection=tls"});
        int offered = 0;
        for (const auto& run : runs) {
            INFO(fmt::format("{}", fmt::join(run, " ")));
            const std::string out = hikyaku(run).out;
            const std::vector<std::string> typed = offered_by(out);
            // A cure by settings that was tried and arrives, and no command: only where what came
            // of the run is not that card's.
            const bool delivers = has(out, "Tried out: then it arrives");
            if (typed.empty()) {
                if (!delivers || !verdict_in(out).starts_with("✕")) continue;
                auto as_json = run;
                as_json.emplace_back("--json");
                const auto why = nlohmann::json::parse(hikyaku(as_json).out).at("why");
                CHECK(std::ranges::all_of(
                    why, [](const auto& card) { return card.at("cure_settings").empty(); }));
                continue;
            }
            ++offered;
            const Result cured = hikyaku(typed);
            INFO(fmt::format("{}", fmt::join(typed, " ")));
            INFO(cured.out, cured.err);
            CHECK(cured.code == cli::ExitCode::ok);
            CHECK(verdict_in(cured.out) != verdict_in(out));
            if (delivers) CHECK_FALSE(verdict_in(cured.out).starts_with("✕"));
        }
        CHECK(offered >= 20);
    }

    TEST_CASE("op25b ends with the card that says who stopped the mail, and its cure delivers")
    {
        const Result blocked = hikyaku({"run", "op25b"});
        CHECK(has(blocked.out, "OP25B"));
        CHECK(has(blocked.out, "10060"));
        // One change, and it arrives; and so it does when the rule alone is switched off.
        const Result cured = hikyaku({"run", "op25b", "--set", "client.port=587", "--json"});
        const Result free = hikyaku({"run", "op25b", "--set", "rule.op25b=off", "--json"});
        CHECK(has(free.out, "mail_retrieved"));
        CHECK(cured.code == cli::ExitCode::ok);
        CHECK(has(cured.out, "mail_retrieved"));
        CHECK_FALSE(has(cured.out, "\"packet_dropped\""));
    }

    TEST_CASE("passwords are masked unless they are asked for")
    {
        const std::string password = "sakura2026";
        CHECK_FALSE(has(hikyaku({"run", "plain-password", "--level", "expert"}).out, password));
        CHECK_FALSE(has(hikyaku({"run", "submission-587", "--json"}).out, password));
    }

    TEST_CASE("colour only on a terminal, and not against NO_COLOR")
    {
        const std::string escape = "\x1b[";
        const std::map<std::string, std::string> plain{{"LANG", "en"}, {"TERM", "xterm"}};
        const std::map<std::string, std::string> refused{
            {"LANG", "en"}, {"TERM", "xterm"}, {"NO_COLOR", "1"}};
        CHECK(has(hikyaku({"run", "op25b"}, plain, true).out, escape));
        CHECK_FALSE(has(hikyaku({"run", "op25b"}, refused, true).out, escape));
        CHECK_FALSE(has(hikyaku({"run", "op25b"}, plain, false).out, escape));
        CHECK(has(hikyaku({"run", "op25b", "--color", "always"}, refused, false).out, escape));
        CHECK_FALSE(has(hikyaku({"run", "op25b", "--color", "never"}, plain, true).out, escape));
    }

    TEST_CASE("--message sends a file of one's own, --eml writes what each host kept")
    {
        const Folder folder{"eml"};
        const std::string mine =
            folder.file("mine.eml", "Subject: mine\r\n\r\n.first line\r\nlast line without an end");
        const std::string out = (folder.path() / "out").string();
        const Result result = hikyaku({"run", "path", "--message", mine, "--eml", out});
        CHECK(result.code == cli::ExitCode::ok);
        std::size_t kept = 0;
        for (const auto& entry : fs::directory_iterator{out}) {
            std::ifstream file{entry.path(), std::ios::binary};
            std::ostringstream content;
            content << file.rdbuf();
            INFO(entry.path().string());
            CHECK(has(content.str(), "Subject: mine\r\n\r\n.first line\r\nlast line"));
            ++kept;
        }
        CHECK(kept >= 5); // sent, submission server, relay, MX, mailbox, fetched
    }

    TEST_CASE("a mistake on the command line says what and where, exit code 2")
    {
        const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
            {{"run", "op25"}, "op25b"},
            {{"run", "no-such-thing-at-all"}, "hikyaku list"},
            {{"run"}, "lesson"},
            {{"lesson", "pth"}, "path"},
            {{"list", "op25"}, "op25b"},
            {{"run", "op25b", "--variation", "cur"}, "Did you mean cure?"},
            {{"run", "op25b", "--variation", "flying-pigs"}, "hikyaku list op25b"},
            {{"fly"}, "fly"},
            {{"run", "op25b", "--view", "map"}, "map"},
            {{"run", "op25b", "--level", "guru"}, "guru"},
            {{"run", "op25b", "--set", "client.prot=587"}, "client.port"},
            {{"run", "op25b", "--set", "client.port=70000"}, "70000"},
            {{"run", "op25b", "--set", "client.port"}, "KEY=VALUE"},
            {{"run", "op25b", "--message", "/nowhere.eml"}, "/nowhere.eml"},
            {{"run", "op25b", "--view", "wire", "--link", "a/b"}, "hanako-pc/"},
            {{"run", "op25b", "--eml", "/dev/null/x"}, "/dev/null/x"},
            {{"run", "op25b", "--seed", "many"}, "seed"},
            {{"run", "op25b", "--pcap", "/nowhere/x"}, "/nowhere/x"},
            {{"run", "op25b", "--seed", "many"}, "hikyaku run --help"},
            {{"bridge"}, "hikyaku bridge --help"},
            {{"bridge", "op25b", "--from", "moon"}, "hikyaku: --from moon: "},
            {{"bridge", "op25b", "--keylog", "/nowhere/x"}, "/nowhere/x"},
            {{"send"}, "hikyaku send --help"},
            {{"send", "--to", "[mx.example]:25", "--rcpt", "a@b.example"}, "HOST:PORT"},
            {{"check", "/nowhere"}, "/nowhere"},
            {{"run", "op25b", "--levle", "story"}, "did you mean --level?"},
            {{"run", "op25b", "--level"}, "--level: expected one value"},
            {{"bridge", "op25b", "--most-connections", "0"}, "from 1 to 15000"},
            {{"run", "op25b", "--level", "exprt"}, "did you mean \"expert\"?"},
            {{"run", "op25b", "--lang", "fr"}, "fr"}};
        for (const auto& [arguments, expected] : mistakes) {
            const Result result = hikyaku(arguments);
            INFO(result.out, result.err);
            CHECK(result.code == cli::ExitCode::unusable);
            CHECK(has(result.err, expected));
        }
        // And every line of it in Japanese where that is the language.
        for (auto [arguments, expected] : mistakes) {
            arguments.insert(arguments.begin(), {"--lang", "ja"});
            const Result result = hikyaku(arguments);
            INFO(result.err);
            CHECK(result.code == cli::ExitCode::unusable);
            std::istringstream lines{result.err};
            for (std::string line; std::getline(lines, line);) {
                const bool is_list = line.starts_with("  "); // of cables
                CHECK((is_list || std::ranges::any_of(line, [](char c) {
                           return static_cast<unsigned char>(c) >= 0xe3;
                       })));
            }
        }
    }

    TEST_CASE("a world that cannot be read is one error")
    {
        const Folder folder{"world"};
        for (const char* world : {"5", "\"nowhere.toml\"", "\"classroom\""}) {
            const std::string file = folder.file(
                "scenario.toml", "world = " + std::string{world} + "\n[title]\nja = 3\n");
            const Result result = hikyaku({"check", file});
            INFO(result.err);
            CHECK(result.code == cli::ExitCode::unusable);
            CHECK(has(result.err, file + ":1:9: world: "));
            CHECK(std::ranges::count(result.err, '\n') == 2); // and how many there are
        }
    }

    TEST_CASE("a file that cannot be written is told before anything is said or lost")
    {
        const Folder folder{"unwritable"};
        const std::string capture = folder.file("kept.pcapng", "of yesterday");
        const Result result =
            hikyaku({"run", "op25b", "--pcap", capture, "--keylog", "/nowhere/keys"});
        CHECK(result.code == cli::ExitCode::unusable);
        CHECK(result.out == "");
        CHECK(fs::file_size(capture) == 12);
        const fs::path fresh = folder.path() / "new.pcapng";
        hikyaku({"run", "op25b", "--pcap", fresh.string(), "--keylog", "/nowhere/keys"});
        CHECK_FALSE(fs::exists(fresh));
    }

    TEST_CASE("a server that nobody can reach is exit code 2, for mail program and relay")
    {
        for (const char* to : {"127.0.0.1:1", "[::1]:1"}) {
            for (const char* as : {"program", "relay"}) {
                const Result result =
                    hikyaku({"send", "--to", to, "--rcpt", "a@b.example", "--as", as});
                INFO(to, " ", as, "\n", result.out, result.err);
                CHECK(result.code == cli::ExitCode::unusable);
                CHECK(has(result.err, "Connecting to"));
                CHECK_FALSE(has(result.out, "There is no such name"));
            }
        }
    }

    TEST_CASE("a message brings its own subject and text")
    {
        const Folder folder{"excludes"};
        const std::string mine = folder.file("mine.eml", "Subject: mine\r\n\r\n");
        for (const char* option : {"--subject", "--text"}) {
            const Result result = hikyaku({"send",
                                           "--to",
                                           "127.0.0.1:1",
                                           "--rcpt",
                                           "a@b.example",
                                           "--message",
                                           mine,
                                           option,
                                           "words"});
            CHECK(result.code == cli::ExitCode::unusable);
            CHECK(has(result.err, option));
            CHECK(result.out == "");
        }
    }

    TEST_CASE("the file of a bridge that still runs is not taken from it")
    {
        const Folder folder{"pid"};
        const std::string file = folder.file("bridge.pid", "1\n"); // always there
        const Result result = hikyaku({"bridge", "op25b", "--pid-file", file});
        CHECK(result.code == cli::ExitCode::unusable);
        CHECK(has(result.err, file));
        CHECK(fs::file_size(file) == 2);
    }

    TEST_CASE("a broken file is told with file, line and column, all of it at once")
    {
        const Folder folder{"broken"};
        const std::string file = folder.file("scenario.toml", "limit = 5\n[title]\nja = 3\n");
        for (const char* command : {"run", "check"}) {
            const Result result = hikyaku({command, file});
            CHECK(result.code == cli::ExitCode::unusable);
            CHECK(has(result.err, file + ":1:"));
            CHECK(has(result.err, file + ":3:"));
        }
    }

    TEST_CASE("check goes through all lessons and their variations")
    {
        const Result result = hikyaku({"check"});
        CHECK(result.code == cli::ExitCode::ok);
        for (const std::string& lesson : test::lesson_names)
            CHECK(has(result.out, lesson));
    }

    TEST_CASE("the transcript in each README is what the program says")
    {
        for (const std::string language : {"en", "ja"}) {
            const std::string file = language == "en" ? "README.md" : "README.ja.md";
            std::ifstream in{fs::path{HIKYAKU_SOURCE_DIR} / file};
            std::ostringstream content;
            content << in.rdbuf();
            INFO(file);
            CHECK(has(content.str(), hikyaku({"run", "op25b", "--lang", language}).out));
        }
    }

    TEST_CASE("without its files the program says which it looks for")
    {
        // HIKYAKU_HOME points nowhere, but the tree that it was built from is still found.
        CHECK(hikyaku({"list"}, {{"HIKYAKU_HOME", "/nowhere"}}).code == cli::ExitCode::ok);
    }
}
