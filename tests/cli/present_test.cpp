// hikyaku present: the window beside the program, and the notes that follow it.
#include "cli/app.h"
#include "platform/presented.h"
#include "tests/cli/program.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

// A place of this test's own with a program in it, and what is said there.
class Stage {
public:
    explicit Stage(const std::string& name)
        : path_{fs::path{HIKYAKU_BINARY_DIR} / "present_files" / name}
    {
        fs::remove_all(path_);
        fs::create_directories(path_);
        variables["HIKYAKU_HOME"] = HIKYAKU_SOURCE_DIR;
        variables["LANG"] = "en_US.UTF-8";
        variables["TMPDIR"] = path_.string();
    }
    ~Stage() { fs::remove_all(path_); }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }

    // `looks` times at the window, on a terminal, before its reader goes.
    int run(const std::vector<std::string>& arguments, int looks = 0)
    {
        std::ostringstream out;
        std::ostringstream err;
        platform::Environment environment = around(out, err);
        environment.out_is_terminal = looks > 0;
        int left = looks;
        environment.reader_has_gone = [&] {
            if (on_look) on_look(looks - left);
            return left-- <= 0;
        };
        environment.run_program = [this](const std::vector<std::string>& words) {
            started = words;
            return std::optional<int>{0};
        };
        const auto code = static_cast<int>(cli::run(arguments, environment, test::languages()));
        said = out.str();
        complained = err.str();
        return code;
    }
    tl::expected<fs::path, fs::path> folder()
    {
        std::ostringstream out;
        return platform::private_folder(around(out, out));
    }

    std::map<std::string, std::string> variables;
    std::function<void(int look)> on_look;
    std::vector<std::string> started;
    std::string said;
    std::string complained;

private:
    platform::Environment around(std::ostream& out, std::ostream& err)
    {
        platform::Environment environment{out, err, false, std::nullopt, {}, {}};
        environment.executable = (path_ / "hikyaku").string();
        environment.variable = [this](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return std::nullopt;
            return found->second;
        };
        return environment;
    }

    fs::path path_;
};

bool tells(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

const std::string op25b_file = HIKYAKU_SOURCE_DIR "/scenarios/op25b/scenario.toml";
const std::vector<std::string> five{"hook", "predict", "watch", "why", "cure"};

} // namespace

TEST_SUITE("cli.present")
{
    TEST_CASE("the window program beside is started in presenter mode")
    {
        Stage stage{"window"};
        stage.variables["DISPLAY"] = ":1";
        CHECK(stage.run({"present", "op25b"}) == 2);
        CHECK(tells(stage.complained, "hikyaku-gui"));
        CHECK(stage.started.empty());
        std::ofstream{stage.path() / "hikyaku-gui"} << "a program";
        CHECK(stage.run({"present", "op25b", "--lang", "ja"}) == 0);
        const std::vector<std::string> wanted{(stage.path() / "hikyaku-gui").string(),
                                              "--lesson",
                                              op25b_file,
                                              "--lang",
                                              "ja",
                                              "--present",
                                              "hook"};
        CHECK(stage.started == wanted);
    }

    TEST_CASE("without a display, and without such a lesson, it says so and starts nothing")
    {
        Stage stage{"display"};
        std::ofstream{stage.path() / "hikyaku-gui"} << "a program";
        CHECK(stage.run({"present", "op25b"}) == 2);
        CHECK(tells(stage.complained, "DISPLAY"));
        CHECK(tells(stage.complained, "hikyaku lesson op25b"));
        stage.variables["WAYLAND_DISPLAY"] = "wayland-0";
        CHECK(stage.run({"present", "op25c"}) == 2);
        CHECK(tells(stage.complained, "op25b")); // the nearest
        CHECK(stage.started.empty());
    }

    TEST_CASE("printed, the notes are those of all stops, in both languages")
    {
        Stage stage{"printed"};
        for (const char* language : {"ja", "en"}) {
            for (const auto& entry : fs::directory_iterator{HIKYAKU_SOURCE_DIR "/scenarios"}) {
                const std::string lesson = entry.path().filename().string();
                CAPTURE(lesson);
                CHECK(stage.run({"present", lesson, "--notes", "--lang", language}) == 0);
                const bool japanese = std::string{language} == "ja";
                for (const char* title : {"SAY", "WATCH", "ASK", "OFTEN ASKED", "(right)"})
                    CHECK(tells(stage.said, title) != japanese);
                for (const char* title : {"話すこと", "見せるところ", "問いかけ", "よくある質問"})
                    CHECK(tells(stage.said, title) == japanese);
            }
        }
    }

    TEST_CASE("on a terminal the notes follow the window from stop to stop")
    {
        Stage stage{"follow"};
        const auto folder = stage.folder();
        REQUIRE(folder);
        stage.on_look = [&](int look) {
            if (look == 1) CHECK(platform::write_presented(*folder, {op25b_file, five, 1}));
            if (look == 2) CHECK(platform::write_presented(*folder, {op25b_file, five, 2}));
            if (look == 3) platform::remove_presented(*folder);
        };
        CHECK(stage.run({"present", "op25b", "--notes"}, 4) == 0);
        const std::size_t waiting = stage.said.find("No window presents yet");
        const std::size_t second = stage.said.find("2 of 5: guess");
        const std::size_t third = stage.said.find("3 of 5: watch");
        REQUIRE(waiting != std::string::npos);
        REQUIRE(second != std::string::npos);
        REQUIRE(third != std::string::npos);
        CHECK(waiting < second);
        CHECK(second < third);
        CHECK(tells(stage.said.substr(second, third - second), "How far does this mail get?"));
        CHECK(tells(stage.said.substr(second, third - second), "Next: watch"));
        CHECK(tells(stage.said.substr(third), "border router of Sakura Net"));
        CHECK(stage.said.find("No window presents yet", third) != std::string::npos);
    }

    TEST_CASE("where the notes are told is a folder that only its user may enter")
    {
        Stage stage{"private"};
        const auto temporary = stage.folder();
        REQUIRE(temporary);
        CHECK(*temporary == stage.path() / fmt::format("hikyaku-{}", geteuid()));
        CHECK((fs::status(*temporary).permissions() & fs::perms::mask) == fs::perms::owner_all);
        CHECK(chmod(temporary->c_str(), 0755) == 0);
        CHECK_FALSE(stage.folder());
        CHECK(stage.run({"present", "op25b", "--notes"}, 1) == 2);
        CHECK(tells(stage.complained, temporary->string()));
        fs::remove(*temporary);
        fs::create_directory(stage.path() / "elsewhere");
        fs::create_directory_symlink(stage.path() / "elsewhere", *temporary);
        CHECK_FALSE(stage.folder()); // a link that somebody laid

        stage.variables["XDG_RUNTIME_DIR"] = stage.path().string();
        const auto folder = stage.folder();
        REQUIRE(folder);
        CHECK(*folder == stage.path() / "hikyaku");
        const platform::Presented presented{op25b_file, five, 4};
        CHECK(platform::write_presented(*folder, presented));
        CHECK(platform::read_presented(*folder) == presented);
        CHECK(std::distance(fs::directory_iterator{*folder}, fs::directory_iterator{}) == 1);
        std::ofstream{*folder / "presented"} << op25b_file
                                             << "\n7\nhook\n"; // half a file, or another's
        CHECK_FALSE(platform::read_presented(*folder));
        platform::remove_presented(*folder);
        CHECK_FALSE(platform::read_presented(*folder));
    }
}
