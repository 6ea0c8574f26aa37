// The rules of the house (docs/architecture.md) as a test: who may include whom, what may not be
// used where everything has to be deterministic, and how long lines and files may be.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root{HIKYAKU_SOURCE_DIR};

struct SourceFile {
    std::string path; // relative to the root
    std::vector<std::string> lines;
};

std::vector<SourceFile> sources_below(const std::string& folder)
{
    std::vector<SourceFile> files;
    for (const auto& entry : fs::recursive_directory_iterator{root / folder}) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cpp") continue;
        SourceFile file{fs::relative(entry.path(), root).string(), {}};
        std::ifstream in{entry.path()};
        for (std::string line; std::getline(in, line);)
            file.lines.push_back(line);
        files.push_back(std::move(file));
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

// "sim/net/tcp.h" -> "net"; the files right in sim/ are modules of their own ("world").
std::string module_of(const std::string& path)
{
    const std::string inside = path.substr(4);
    const std::size_t slash = inside.find('/');
    if (slash != std::string::npos) return inside.substr(0, slash);
    for (const char* const file : {"plan.", "evaluate.", "playback"})
        if (inside.starts_with(file)) return "playback";
    return "world"; // world, world_build, outcome, tally
}

std::string included(const std::string& line)
{
    const std::string prefix = "#include ";
    if (!line.starts_with(prefix) || line.size() < prefix.size() + 2) return {};
    return line.substr(prefix.size() + 1,
                       line.find_first_of("\">", prefix.size() + 1) - prefix.size() - 1);
}

std::string code_of(const std::string& line)
{
    return line.substr(0, line.find("//"));
}

std::size_t columns(const std::string& line)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

const std::map<std::string, std::set<std::string>> may_include{
    {"core", {}},
    {"net", {"core"}},
    {"dns", {"core"}},
    {"tls", {"core"}},
    {"sasl", {"core"}},
    {"smtp", {"core"}},
    {"pop3", {"core"}},
    {"auth", {"core"}},
    {"mail", {"core", "net", "dns", "tls", "sasl", "smtp", "pop3", "auth"}},
    {"scenario", {"core", "net", "dns", "tls", "sasl", "smtp", "pop3", "auth", "mail"}},
    {"world", {"core", "net", "dns", "tls", "sasl", "smtp", "pop3", "auth", "mail", "scenario"}},
    // What a SASL mechanism gives away is said once, in sasl, and told by those above.
    {"playback", {"core", "net", "sasl", "mail", "scenario", "world"}},
    {"explain", {"core", "net", "tls", "sasl", "mail", "scenario", "world", "playback"}},
    {"report", {"core", "net", "sasl", "mail", "scenario", "world", "playback", "explain"}}};

} // namespace

TEST_SUITE("tidy")
{
    TEST_CASE("a module of sim/ includes only itself and what lies below it")
    {
        for (const SourceFile& file : sources_below("sim")) {
            const std::string module = module_of(file.path);
            REQUIRE(may_include.contains(module));
            for (const std::string& line : file.lines) {
                const std::string header = included(line);
                if (header.empty()) continue;
                INFO(file.path, " includes ", header);
                for (const char* above : {"platform/", "cli/", "gui/", "tests/"})
                    CHECK_FALSE(header.starts_with(above));
                if (!header.starts_with("sim/")) continue;
                const std::string other = module_of(header);
                const bool allowed = other == module || may_include.at(module).contains(other);
                CHECK(allowed);
            }
        }
    }

    // Compiled in two ways (with exceptions here, without them there), the inline functions of one
    // program have two definitions, and the linker takes either.
    TEST_CASE("toml++ is included in one file only")
    {
        std::vector<std::string> including;
        for (const char* folder : {"sim", "cli", "gui", "tests"}) {
            for (const SourceFile& file : sources_below(folder)) {
                const auto toml = [](const std::string& line) {
                    return included(line).starts_with("toml");
                };
                if (std::ranges::any_of(file.lines, toml)) including.push_back(file.path);
            }
        }
        CHECK(including == std::vector<std::string>{"sim/scenario/document.cpp"});
    }

    TEST_CASE(
        "Botan is included in sim/tls, sim/sasl and by DKIM only, the JSON library in .cpp files")
    {
        for (const SourceFile& file : sources_below("sim")) {
            const std::string module = module_of(file.path);
            for (const std::string& line : file.lines) {
                const std::string header = included(line);
                INFO(file.path, " includes ", header);
                if (header.starts_with("botan/")) {
                    const bool crypto = module == "tls" || module == "sasl" ||
                                        file.path == "sim/auth/dkim_crypto.cpp";
                    CHECK(crypto);
                }
                if (header.starts_with("nlohmann")) CHECK(file.path.ends_with(".cpp"));
                CHECK_FALSE(header.starts_with("imgui"));
                CHECK_FALSE(header.starts_with("GLFW"));
                CHECK_FALSE(header.starts_with("asio"));
            }
        }
    }

    TEST_CASE("the window knows no protocol, and one file of it the window system")
    {
        const std::set<std::string> seen{
            "core", "scenario", "world", "playback", "explain", "report"};
        for (const SourceFile& file : sources_below("gui")) {
            for (const std::string& line : file.lines) {
                const std::string header = included(line);
                if (header.empty()) continue;
                INFO(file.path, " includes ", header);
                if (header.starts_with("sim/")) CHECK(seen.contains(module_of(header)));
                if (header.starts_with("GLFW") || header.starts_with("imgui_impl"))
                    CHECK(file.path == "gui/window.cpp");
            }
        }
    }

    TEST_CASE("command line and window never meet, and what touches the machine is in platform/")
    {
        const std::map<std::string, std::vector<const char*>> strangers{
            {"platform", {"cli/", "gui/", "CLI", "imgui"}},
            {"cli", {"gui/", "imgui", "asio"}},
            {"gui", {"cli/", "CLI", "asio"}}};
        for (const auto& [folder, all] : strangers) {
            for (const SourceFile& file : sources_below(folder)) {
                for (const std::string& line : file.lines) {
                    const std::string header = included(line);
                    if (header.empty()) continue;
                    INFO(file.path, " includes ", header);
                    for (const char* stranger : all)
                        CHECK_FALSE(header.starts_with(stranger));
                    const bool sockets =
                        header.starts_with("asio") || header.starts_with("platform/bridge/");
                    if (!sockets) continue;
                    const bool may = file.path.starts_with("platform/bridge/") ||
                                     file.path == "cli/bridge.cpp" || file.path == "cli/send.cpp" ||
                                     file.path == "gui/bridged.cpp";
                    CHECK(may);
                }
            }
        }
    }

    TEST_CASE("nothing in sim/ knows the wall clock, threads, files or chance of its own")
    {
        const std::array banned{"system_clock",
                                "steady_clock",
                                "high_resolution_clock",
                                "random_device",
                                "mt19937",
                                "_distribution",
                                "std::rand",
                                "<thread>",
                                "<iostream>",
                                "<fstream>",
                                "<random>",
                                "unordered_",
                                "getenv",
                                "gettimeofday",
                                "system_rng.h",
                                "auto_rng.h"};
        for (const SourceFile& file : sources_below("sim")) {
            for (const std::string& line : file.lines) {
                const std::string code = code_of(line);
                for (const char* word : banned) {
                    INFO(file.path, ": ", line);
                    CHECK(code.find(word) == std::string::npos);
                }
            }
        }
    }

    TEST_CASE("every file opens with a sentence that says what it is, or includes its own header")
    {
        for (const char* folder : {"sim", "platform", "cli", "gui"}) {
            for (const SourceFile& file : sources_below(folder)) {
                INFO(file.path);
                REQUIRE_FALSE(file.lines.empty());
                const std::string& first = file.lines.front();
                std::string own = file.path;
                own.replace(own.rfind('.'), std::string::npos, ".h");
                const bool opens_well =
                    first.starts_with("// ") || included(first) == own ||
                    (file.path.ends_with(".cpp") && first.starts_with("#include \""));
                CHECK(opens_well);
            }
        }
    }

    TEST_CASE("lines have at most 100 columns")
    {
        for (const char* folder : {"sim", "platform", "cli", "gui"}) {
            for (const SourceFile& file : sources_below(folder)) {
                for (std::size_t i = 0; i < file.lines.size(); ++i) {
                    INFO(file.path, ":", i + 1);
                    CHECK(columns(file.lines[i]) <= 100);
                }
            }
        }
    }

    TEST_CASE("there is no catch-all in names: no util, helper, manager or misc")
    {
        for (const char* folder : {"sim", "platform", "cli", "gui"}) {
            for (const SourceFile& file : sources_below(folder)) {
                const std::string name = fs::path{file.path}.stem().string();
                for (const char* vague : {"util", "helper", "manager", "misc", "common"}) {
                    INFO(file.path);
                    CHECK(name.find(vague) == std::string::npos);
                }
            }
        }
    }
}
