// hikyaku run with a crowd: the counts as table, JSON and CSV, one of the attempts in full, and
// what cannot be had.
#include "platform/files.h"
#include "sim/scenario/crowd_ending.h"
#include "tests/cli/program.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace test;

namespace {

using Json = nlohmann::json;

std::uint64_t count_of(const Json& part, const std::string& ending)
{
    for (const Json& one : part["endings"])
        if (one["ending"] == ending) return one["count"];
    return 0;
}

std::uint64_t sum_of(const Json& part)
{
    std::uint64_t sum = part["open"];
    for (const Json& one : part["endings"])
        sum += one["count"].get<std::uint64_t>();
    return sum;
}

std::string content_of(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

// So many that a run shows how far it is, and is over soon all the same.
const std::vector<std::string> long_run{
    "run", "spam-flood", "--set", "rule.op25b=drop", "--set", "crowd.bots.attempts=20000"};

} // namespace

TEST_SUITE("cli.crowd")
{
    TEST_CASE("a lesson with a crowd is counted, in both languages")
    {
        const Result en = hikyaku({"run", "spam-flood"});
        INFO(en.out, en.err);
        CHECK(en.code == cli::ExitCode::ok);
        CHECK(en.err == "");
        for (const char* words : {"A flood of spam",
                                  "stopped by OP25B",
                                  "on a block list",
                                  "no such recipient",
                                  "in a mailbox",
                                  "guessed names"})
            CHECK(has(en.out, words));
        CHECK(hikyaku({"run", "spam-flood", "--view", "tally"}).out == en.out);
        const Result ja = hikyaku({"run", "spam-flood"}, {{"LANG", "ja_JP.UTF-8"}});
        CHECK(ja.code == cli::ExitCode::ok);
        CHECK(has(ja.out, "OP25Bで止まった"));
        // As its variations expect, and told when not.
        CHECK(hikyaku({"run", "spam-flood", "--variation", "always-on"}).code == cli::ExitCode::ok);
    }

    TEST_CASE("as JSON the endings add up, whatever number of PCs and attempts is set")
    {
        const Result result = hikyaku({"run",
                                       "spam-flood",
                                       "--set",
                                       "crowd.bots.count=10000",
                                       "--set",
                                       "crowd.bots.attempts=300",
                                       "--json"});
        CHECK(result.code == cli::ExitCode::ok);
        const Json tally = Json::parse(result.out)["tally"];
        CHECK(tally["complete"] == true);
        CHECK(tally["attempts"] == 300);
        CHECK(tally["open"] == 0);
        CHECK(sum_of(tally) == 300);
        CHECK(count_of(tally, "op25b") > 190);
        CHECK(count_of(tally, "block_list") > 5);
        std::uint64_t begun = 0;
        for (const Json& slot : tally["curve"])
            begun += slot["attempts"].get<std::uint64_t>();
        CHECK(begun == 300);
        for (const char* list : {"crowds", "isps", "ways", "targets"}) {
            CAPTURE(list);
            std::uint64_t all = 0;
            for (const Json& part : tally[list]) {
                CHECK(sum_of(part) == part["attempts"].get<std::uint64_t>());
                all += part["attempts"].get<std::uint64_t>();
            }
            CHECK(all == 300);
        }
        CHECK(tally["isps"][0]["isp"] == "sakura");
        CHECK(tally["ways"][0]["way"] == "direct");
    }

    TEST_CASE("--csv writes the curve, and says so")
    {
        const Folder folder{"crowd"};
        const std::string file = (folder.path() / "curve.csv").string();
        const Result result = hikyaku({"run", "spam-flood", "--csv", file});
        CHECK(result.code == cli::ExitCode::ok);
        CHECK(has(result.err, file));
        CHECK(has(content_of(file), "at_s,attempts,op25b,"));
        const Result nowhere = hikyaku({"run", "spam-flood", "--csv", file + "/x/curve.csv"});
        CHECK(nowhere.code == cli::ExitCode::unusable);
        CHECK(nowhere.out == "");
    }

    TEST_CASE("--sample prints the conversation of the first attempt that ended so")
    {
        const Result listed = hikyaku({"run", "spam-flood", "--sample", "block_list"});
        INFO(listed.out, listed.err);
        CHECK(listed.code == cli::ExitCode::ok);
        CHECK(has(listed.out, "on a block list"));
        CHECK(has(listed.out, "554"));
        CHECK_FALSE(has(listed.out, "354"));
        const Result mailbox = hikyaku({"run", "spam-flood", "--sample", "mailbox"});
        CHECK(mailbox.code == cli::ExitCode::ok);
        CHECK(has(mailbox.out, "354"));
        CHECK_FALSE(has(mailbox.out, "554"));
        const Result json = hikyaku({"run", "spam-flood", "--sample", "op25b", "--json"});
        CHECK(json.code == cli::ExitCode::ok);
        CHECK(Json::parse(json.out)["events"].size() > 5);

        const Result never = hikyaku({"run", "spam-flood", "--sample", "junk"});
        CHECK(never.code == cli::ExitCode::unexpected);
        CHECK(has(never.err, "No attempt"));
        const Result unknown = hikyaku({"run", "spam-flood", "--sample", "eaten"});
        CHECK(unknown.code == cli::ExitCode::unusable);
        CHECK(has(unknown.err, "block_list"));
    }

    TEST_CASE("a sample's packets can be captured, those of a whole crowd cannot")
    {
        const Folder folder{"crowd"};
        const std::string file = (folder.path() / "one.pcapng").string();
        CHECK(hikyaku({"run", "spam-flood", "--sample", "mailbox", "--pcap", file}).code ==
              cli::ExitCode::ok);
        CHECK(content_of(file).size() > 1000);
        const Result all = hikyaku({"run", "spam-flood", "--pcap", file});
        CHECK(all.code == cli::ExitCode::unusable);
        CHECK(has(all.err, "--sample"));
        CHECK(hikyaku({"run", "spam-flood", "--eml", folder.path().string()}).code ==
              cli::ExitCode::unusable);
    }

    TEST_CASE("what needs a crowd says so where there is none")
    {
        for (const auto& wanted : std::vector<std::vector<std::string>>{
                 {"--view", "tally"}, {"--sample", "op25b"}, {"--csv", "curve.csv"}}) {
            std::vector<std::string> arguments{"run", "op25b"};
            arguments.insert(arguments.end(), wanted.begin(), wanted.end());
            const Result result = hikyaku(arguments);
            CHECK(result.code == cli::ExitCode::unusable);
            CHECK(has(result.err, "no crowd"));
            CHECK(result.out == "");
        }
    }

    TEST_CASE("other views take as many attempts as can be kept, and refuse more")
    {
        CHECK(hikyaku({"run", "spam-flood", "--set", "crowd.bots.attempts=6", "--view", "why"})
                  .code == cli::ExitCode::ok);
        const Result many = hikyaku(
            {"run", "spam-flood", "--set", "crowd.bots.attempts=100000", "--view", "ladder"});
        CHECK(many.code == cli::ExitCode::unusable);
        CHECK(has(many.err, "--view tally"));
        CHECK(many.out == "");
    }

    TEST_CASE("check counts a crowd that is too big to be kept, and compares what it can")
    {
        const Folder folder{"crowd"};
        const std::filesystem::path source{HIKYAKU_SOURCE_DIR};
        (void)folder.file("classroom.toml", content_of(source / "assets/worlds/classroom.toml"));
        std::string big = content_of(source / "scenarios/spam-flood/scenario.toml");
        big.erase(big.find("[expect]"));
        // Off and on again at once.
        for (const auto& [from, to] :
             {std::pair{"../../assets/worlds/classroom.toml", "classroom.toml"},
              std::pair{"attempts = 60", "attempts = 6000"},
              std::pair{"at = \"20m\"", "at = \"59m\""},
              std::pair{"at = \"40m\"", "at = \"59m\""}})
            big.replace(big.find(from), std::strlen(from), to);
        const Result good =
            hikyaku({"check", folder.file("good.toml", big + "[expect]\nended.op25b = 6000\n")});
        INFO(good.out, good.err);
        CHECK(good.code == cli::ExitCode::ok);
        CHECK(has(good.out, "5000"));
        const Result bad =
            hikyaku({"check", folder.file("bad.toml", big + "[expect]\nended.op25b = 5\n")});
        CHECK(bad.code == cli::ExitCode::unexpected);
        CHECK(has(bad.out, "op25b"));
    }

    TEST_CASE("Ctrl-C ends a long count with what is known so far, and says that it is not all")
    {
        const Result table = interrupted(long_run);
        CHECK(static_cast<int>(table.code) == 130);
        CHECK(has(table.err, "of 20000 attempts"));
        CHECK(has(table.err, "\r\x1B[Khikyaku: Interrupted: counted up to "));
        CHECK(has(table.out, "stopped by OP25B"));

        std::vector<std::string> arguments = long_run;
        arguments.emplace_back("--json");
        const Result json = interrupted(arguments);
        CHECK(static_cast<int>(json.code) == 130);
        const Json tally = Json::parse(json.out)["tally"];
        CHECK(tally["complete"] == false);
        CHECK(tally["attempts"] > 0);
        CHECK(tally["attempts"] < 20'000);
        CHECK(sum_of(tally) == tally["attempts"].get<std::uint64_t>());

        arguments.back() = "--sample";
        arguments.emplace_back("op25b");
        const Result sample = interrupted(arguments);
        CHECK(static_cast<int>(sample.code) == 130);
    }

    TEST_CASE("how far a count is stands on the terminal alone")
    {
        std::vector<std::string> arguments = long_run;
        arguments.back() = "crowd.bots.attempts=200";
        CHECK(hikyaku(arguments).err == "");
    }
}
