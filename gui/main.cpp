// hikyaku-gui: the window, or one picture of it.

#include "gui/app.h"
#include "gui/bridged.h"
#include "gui/exports.h"
#include "gui/folder.h"
#include "gui/picture.h"
#include "gui/preferences.h"
#include "gui/screenshot.h"
#include "gui/window.h"
#include "platform/environment.h"
#include "platform/files.h"
#include "platform/resources.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

namespace {

namespace fs = std::filesystem;

struct Options {
    std::string lesson;
    std::string lang;
    std::string theme;
    std::string level;
    gui::ScreenshotOptions screenshot;
};

// $XDG_CONFIG_HOME, else ~/.config; empty when there is neither.
fs::path settings_file(const platform::Environment& environment)
{
    if (const auto folder = environment.variable("XDG_CONFIG_HOME"); folder && !folder->empty())
        return fs::path{*folder} / "hikyaku" / "window.json";
    if (const auto home = environment.variable("HOME"); home && !home->empty())
        return fs::path{*home} / ".config" / "hikyaku" / "window.json";
    return {};
}

int complain(const std::string& sentence)
{
    std::cerr << "hikyaku-gui: " << sentence << '\n';
    return 2;
}

class Program {
public:
    Program(const platform::Environment& environment, fs::path home, Options options)
        : environment_{environment}, home_{std::move(home)}, options_{std::move(options)}
    {
    }

    int run()
    {
        for (const char* code : {"ja", "en"}) {
            auto language = platform::load_language(home_, code);
            if (!language) return complain(language.error());
            (std::string{code} == "ja" ? ja_ : en_) =
                std::make_shared<const sim::explain::Language>(std::move(*language));
        }
        for (const fs::path& path : platform::lesson_files(home_)) {
            const auto loaded = platform::load_scenario(path.string());
            if (loaded) lessons_.push_back({path.string(), loaded->order, loaded->title});
        }
        std::ranges::stable_sort(lessons_, {}, &gui::LessonEntry::order);
        std::string path = lessons_.empty() ? "" : lessons_.front().path;
        const std::string wanted = options_.lesson.empty() ? "op25b" : options_.lesson;
        const auto found = platform::find_scenario(home_, wanted);
        if (found) {
            path = *found;
        } else if (!options_.lesson.empty()) {
            return complain(found.error().empty()
                                ? fmt::format("there is no lesson or file '{}'; 'hikyaku list' "
                                              "lists the lessons",
                                              wanted)
                                : fmt::format("there is no lesson or file '{}'; did you mean '{}'?",
                                              wanted,
                                              found.error()));
        }
        const auto fonts = gui::find_fonts(fs::path{environment_.executable}.parent_path());
        if (!fonts) {
            return complain("the typefaces are missing; install the packages "
                            "fonts-morisawa-bizud-gothic and fonts-font-awesome, or run "
                            "scripts/start");
        }
        return options_.screenshot.file.empty() ? window(*fonts, path) : picture(*fonts, path);
    }

private:
    [[nodiscard]] gui::Preferences preferences(bool remembered) const
    {
        gui::Preferences preferences;
        preferences.language = platform::language_of_locale(environment_);
        if (remembered) {
            const auto text = platform::read_file(settings_file(environment_).string());
            if (text) preferences = gui::read_preferences(*text, preferences);
        }
        if (!options_.lang.empty()) preferences.language = options_.lang;
        if (const auto theme = sim::parse_enum<gui::ThemeName>(options_.theme))
            preferences.theme = *theme;
        if (const auto level = sim::parse_enum<sim::explain::Level>(options_.level))
            preferences.level = *level;
        return preferences;
    }

    gui::Surroundings surroundings()
    {
        return {home_,
                ja_,
                en_,
                lessons_,
                platform::load_scenario,
                gui::list_folder,
                [this](const gui::Model& model, auto kind) { return export_to(model, kind); },
                gui::open_bridge};
    }

    int picture(const gui::FontFiles& fonts, const std::string& path)
    {
        const std::string problem = gui::make_screenshot(
            gui::Model{surroundings(), preferences(false)}, path, fonts, options_.screenshot);
        return problem.empty() ? 0 : complain(problem);
    }

    int window(const gui::FontFiles& fonts, const std::string& path)
    {
        const gui::Preferences liked = preferences(true);
        gui::WindowUser user;
        user.start = [&](gui::Fonts loaded) {
            gui::App app{gui::Model{surroundings(), liked}, loaded};
            app.model().act(gui::action::Open{path});
            return app;
        };
        user.before_end = [&](const gui::Model& model) { remember(model.preferences()); };
        user.file_changed = [this](const gui::Model& model) {
            return file_changed(model.wanted());
        };
        user.drawn = [this](const ImDrawData& frame) {
            const std::string file = std::exchange(wanted_picture_, {});
            if (!file.empty()) (void)gui::write_png(file, gui::draw_picture(frame));
        };
        const auto result = gui::run_window(fonts, liked, user);
        if (result.problem.empty()) return 0;
        return complain(fmt::format("{}; the same lesson as text: hikyaku run {}",
                                    result.problem,
                                    options_.lesson.empty() ? "op25b" : options_.lesson));
    }

    void remember(const gui::Preferences& preferences) const
    {
        const fs::path file = settings_file(environment_);
        if (file.empty()) return;
        std::error_code error;
        fs::create_directories(file.parent_path(), error);
        if (!error) (void)gui::write_octets(file.string(), gui::write_preferences(preferences));
    }

    bool file_changed(const std::string& path)
    {
        std::error_code error;
        const auto time = fs::last_write_time(path, error);
        if (error) return false;
        const bool same = watched_ == path && time == written_;
        const bool known = watched_ == path;
        watched_ = path;
        written_ = time;
        return known && !same;
    }

    // Into the folder that the program was started in.
    std::string export_to(const gui::Model& model, gui::action::ExportKind kind)
    {
        const std::string name =
            fmt::format("hikyaku-{}{}", model.scenario().key, gui::suffix_of(kind));
        const std::string file = (fs::current_path() / name).string();
        if (kind == gui::action::ExportKind::png) return wanted_picture_ = file;
        return gui::write_octets(file, gui::export_octets(model, kind)) ? file : std::string{};
    }

    const platform::Environment& environment_;
    fs::path home_;
    Options options_;
    std::shared_ptr<const sim::explain::Language> ja_;
    std::shared_ptr<const sim::explain::Language> en_;
    std::vector<gui::LessonEntry> lessons_;
    std::string wanted_picture_;
    std::string watched_;
    fs::file_time_type written_;
};

} // namespace

int main(int argc, char** argv)
{
    try {
        const platform::Environment environment = platform::process_environment();
        Options options;
        CLI::App app{
            "hikyaku-gui: watch how mail is delivered. Without a lesson: op25b.\n"
            "Examples:\n"
            "  hikyaku-gui submission-587 --lang ja\n"
            "  hikyaku-gui my-lesson.toml\n"
            "  hikyaku-gui --screenshot out.png --lesson op25b --at blocked --size 1440x900",
            "hikyaku-gui"};
        app.add_option(
            "LESSON|FILE,--lesson", options.lesson, "a lesson's name, or a scenario file");
        app.add_option("--lang", options.lang, "ja or en; without it, what was chosen last")
            ->check(CLI::IsMember({"ja", "en"}));
        app.add_option("--theme", options.theme, "paper, dark or projector")
            ->check(CLI::IsMember({"paper", "dark", "projector"}));
        app.add_option("--level", options.level, "story, standard or expert")
            ->check(CLI::IsMember({"story", "standard", "expert"}));
        app.add_option("--screenshot",
                       options.screenshot.file,
                       "write one picture (PNG) and end; needs no display");
        app.add_option("--at",
                       options.screenshot.at,
                       "where in the run: start, blocked, tls, refused, delivered or end")
            ->check(CLI::IsMember({"start", "blocked", "tls", "refused", "delivered", "end"}));
        app.add_option("--tab", options.screenshot.tab, "transcript, wiretap, packet or state")
            ->check(CLI::IsMember({"transcript", "wiretap", "packet", "state"}));
        app.add_option("--set", options.screenshot.settings, "change a setting first, KEY=VALUE");
        app.add_option("--size", options.screenshot.size, "of the picture, as in 1440x900");
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            const int code = app.exit(error);
            return code == 0 ? 0 : 2;
        }
        const auto home = platform::find_home(environment);
        if (!home) return complain("the folders assets and scenarios are missing");
        return Program{environment, *home, std::move(options)}.run();
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}
