// hikyaku-gui: the window, or one picture of it.

#include "gui/app.h"
#include "gui/bridged.h"
#include "gui/exports.h"
#include "gui/folder.h"
#include "gui/options.h"
#include "gui/picture.h"
#include "gui/preferences.h"
#include "gui/screenshot.h"
#include "gui/window.h"
#include "platform/environment.h"
#include "platform/files.h"
#include "platform/presented.h"
#include "platform/resources.h"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>

namespace {

namespace fs = std::filesystem;

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
    Program(const platform::Environment& environment, fs::path home)
        : environment_{environment}, home_{std::move(home)}
    {
    }

    int run(const std::vector<std::string>& arguments)
    {
        for (const char* code : {"ja", "en"}) {
            auto language = platform::load_language(home_, code);
            if (!language) return complain(language.error());
            (std::string{code} == "ja" ? ja_ : en_) =
                std::make_shared<const sim::explain::Language>(std::move(*language));
        }
        auto options = gui::parse_options(arguments);
        const std::string code = options && !options->lang.empty()
                                     ? options->lang
                                     : platform::language_of_locale(environment_);
        const auto& language = *(code == "ja" ? ja_ : en_);
        if (!options) {
            return complain(
                fmt::format("{}\n{}",
                            language.text(options.error().key, options.error().arguments),
                            language.text("cli.error.see_help", {{"command", "hikyaku-gui"}})));
        }
        if (options->help) {
            std::cout << gui::options_help(language);
            return 0;
        }
        options_ = std::move(*options);
        lessons_ = gui::lessons_to_show(home_);
        std::string path = lessons_.empty() ? "" : lessons_.front().path;
        if (!options_.lesson.empty()) {
            const auto found = platform::find_scenario(home_, options_.lesson);
            if (!found) {
                return complain(language.text(
                    found.error().empty() ? "cli.error.no_scenario" : "cli.error.no_scenario_but",
                    {{"name", options_.lesson}, {"near", found.error()}}));
            }
            path = *found;
            const auto loaded = platform::load_scenario(path);
            if (loaded && !gui::can_show(*loaded))
                return complain(language.text("gui.notice.crowd"));
        }
        const auto fonts = gui::find_fonts(fs::path{environment_.executable}.parent_path());
        if (!fonts) return complain(language.text("gui.option.no_typefaces"));
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

    gui::Facilities facilities()
    {
        return {home_,
                ja_,
                en_,
                lessons_,
                platform::load_scenario,
                gui::list_folder,
                [this](const gui::Desk& desk, auto kind) { return export_to(desk, kind); },
                gui::open_bridge,
                platform::read_file};
    }

    int picture(const gui::FontFiles& fonts, const std::string& path)
    {
        const std::string problem = gui::make_screenshot(
            gui::Desk{facilities(), preferences(false)}, path, fonts, options_.screenshot);
        return problem.empty() ? 0 : complain(problem);
    }

    int window(const gui::FontFiles& fonts, const std::string& path)
    {
        const gui::Preferences liked = preferences(true);
        gui::WindowUser user;
        user.start = [&](gui::Fonts loaded) {
            gui::App app{gui::Desk{facilities(), liked}, loaded};
            app.desk().act(gui::action::Open{path});
            gui::present_from(app.desk(), options_.screenshot.present);
            // Whoever knows what to look at has named it.
            if (options_.lesson.empty()) app.desk().act(gui::action::ShowSheet{gui::Sheet::start});
            return app;
        };
        user.before_end = [&](const gui::Desk& desk) {
            remember(desk.preferences());
            tell_notes(std::nullopt);
        };
        user.shown = [this](const gui::Desk& desk) { tell_notes(gui::presented_by(desk)); };
        user.file_changed = [this](const gui::Desk& desk) { return file_changed(desk.wanted()); };
        user.drawn = [this](const ImDrawData& frame) {
            const std::string file = std::exchange(wanted_picture_, {});
            if (!file.empty()) (void)gui::write_png(file, gui::draw_picture(frame));
        };
        const auto result = gui::run_window(fonts, liked, user);
        if (result.problem.empty()) return 0;
        return complain(fmt::format("{}; the same lesson as text: hikyaku run {}",
                                    result.problem,
                                    options_.lesson.empty()
                                        ? fs::path{path}.parent_path().filename().string()
                                        : options_.lesson));
    }

    void remember(const gui::Preferences& preferences) const
    {
        const fs::path file = settings_file(environment_);
        if (file.empty()) return;
        std::error_code error;
        fs::create_directories(file.parent_path(), error);
        if (!error) (void)platform::write_file(file.string(), gui::write_preferences(preferences));
    }

    // What is shown to the class, to whoever shows the speaker's notes.
    void tell_notes(const std::optional<platform::Presented>& presented)
    {
        if (presented == told_) return;
        told_ = presented;
        const auto folder = platform::private_folder(environment_);
        if (!folder) return; // nobody but the speaker may write there: no notes then
        if (presented) {
            (void)platform::write_presented(*folder, *presented);
        } else {
            platform::remove_presented(*folder);
        }
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
    std::string export_to(const gui::Desk& desk, gui::action::ExportKind kind)
    {
        const std::string file = gui::free_path(fs::current_path(),
                                                fmt::format("hikyaku-{}", desk.scenario().key),
                                                gui::suffix_of(kind))
                                     .string();
        if (kind == gui::action::ExportKind::png) return wanted_picture_ = file;
        return platform::write_file(file, gui::export_octets(desk, kind)) ? file : std::string{};
    }

    const platform::Environment& environment_;
    fs::path home_;
    gui::Options options_;
    std::shared_ptr<const sim::explain::Language> ja_;
    std::shared_ptr<const sim::explain::Language> en_;
    std::vector<gui::LessonEntry> lessons_;
    std::optional<platform::Presented> told_;
    std::string wanted_picture_;
    std::string watched_;
    fs::file_time_type written_;
};

} // namespace

int main(int argc, char** argv)
{
    try {
        const platform::Environment environment = platform::process_environment();
        const auto home = platform::find_home(environment);
        if (!home) return complain("the folders assets and scenarios are missing");
        return Program{environment, *home}.run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}
