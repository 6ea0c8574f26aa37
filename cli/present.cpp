// hikyaku present: the window program beside this one, in presenter mode; or, with --notes, the
// speaker's notes, which follow that window from stop to stop.

#include "cli/context.h"
#include "platform/files.h"
#include "platform/interrupts.h"
#include "platform/presented.h"
#include "sim/report/speakers_notes.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <chrono>
#include <ostream>
#include <thread>

namespace cli {

namespace fs = std::filesystem;

namespace {

using sim::report::LessonStop;
using sim::report::Lines;
using sim::report::Role;

constexpr std::chrono::milliseconds between_looks{100};
constexpr const char* clear_screen = "\x1b[H\x1b[2J\x1b[3J";

// Beside this program, or where the build puts it.
std::optional<std::string> window_program(const platform::Environment& environment)
{
    if (environment.executable.empty()) return std::nullopt;
    const fs::path folder = fs::path{environment.executable}.parent_path();
    for (const fs::path& place :
         {folder / "hikyaku-gui", folder.parent_path() / "gui/hikyaku-gui"}) {
        std::error_code error;
        if (fs::is_regular_file(place, error)) return place.string();
    }
    return std::nullopt;
}

bool has_display(const platform::Environment& environment)
{
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY"}) {
        const auto value = environment.variable(name);
        if (value && !value->empty()) return true;
    }
    return false;
}

class Notes {
public:
    Notes(const Context& context, const sim::scenario::Scenario& scenario)
        : context_{context}, scenario_{scenario}
    {
        const auto file = fs::path{scenario.path}.parent_path() /
                          fmt::format("lesson.{}.md", context.language.code());
        if (const auto text = platform::read_file(file.string()))
            text_ = sim::report::lesson_text(*text, context.language);
    }

    [[nodiscard]] Lines of(LessonStop stop) const
    {
        return speakers_notes(stop, scenario_, text_, context_.language, context_.columns);
    }
    [[nodiscard]] std::string name(LessonStop stop) const
    {
        return context_.language.text("report.stop." + std::string{sim::name_of(stop)});
    }
    [[nodiscard]] Lines title() const
    {
        Lines lines;
        add_wrapped(lines, context_.text(scenario_.title), Role::heading, context_.columns);
        lines.push_back({});
        return lines;
    }

    // All stops, one after the other: to be printed.
    void print_all() const
    {
        Lines lines = title();
        for (const LessonStop stop : sim::values_of<LessonStop>()) {
            Lines own = of(stop);
            if (own.empty()) continue;
            lines.push_back({{{name(stop), Role::heading}}, {}});
            lines.insert(lines.end(), own.begin(), own.end());
            lines.push_back({});
        }
        context_.print(lines);
    }

    void print(const platform::Presented& presented) const
    {
        const auto stop = sim::parse_enum<LessonStop>(presented.stops.at(presented.at));
        if (!stop) return;
        Lines lines = title();
        lines.push_back({{{context_.text("present.at",
                                         {{"number", std::to_string(presented.at + 1)},
                                          {"count", std::to_string(presented.stops.size())},
                                          {"stop", name(*stop)}}),
                           Role::emphasis}},
                         {}});
        lines.push_back({});
        Lines own = of(*stop);
        lines.insert(lines.end(), own.begin(), own.end());
        lines.push_back({});
        const std::size_t next = presented.at + 1;
        const auto after = next < presented.stops.size()
                               ? sim::parse_enum<LessonStop>(presented.stops[next])
                               : std::nullopt;
        if (after) {
            add_wrapped(lines,
                        context_.text("present.next", {{"stop", name(*after)}}),
                        Role::quiet,
                        context_.columns);
        }
        add_wrapped(lines, context_.text("present.keys"), Role::quiet, context_.columns);
        context_.print(lines);
    }

private:
    const Context& context_;
    const sim::scenario::Scenario& scenario_;
    sim::report::LessonText text_;
};

// What the window shows, each time that it shows something else, until somebody ends it.
class Following {
public:
    Following(const Context& context, fs::path folder, sim::scenario::Scenario scenario)
        : context_{context}, folder_{std::move(folder)}, scenario_{std::move(scenario)}
    {
    }

    ExitCode follow()
    {
        const platform::Interrupts interrupts;
        while (!interrupts.came() && !context_.environment.reader_has_gone()) {
            const auto now = platform::read_presented(folder_);
            if (!shown_ || *shown_ != now) show(now);
            shown_ = now;
            std::this_thread::sleep_for(between_looks);
        }
        return ExitCode::ok;
    }

private:
    void show(const std::optional<platform::Presented>& now)
    {
        context_.environment.out << clear_screen;
        // The window may have gone on to another lesson.
        if (now && now->lesson != scenario_.path) {
            if (auto other = platform::load_scenario(now->lesson)) scenario_ = std::move(*other);
        }
        if (now) {
            Notes{context_, scenario_}.print(*now);
        } else {
            Lines lines = Notes{context_, scenario_}.title();
            add_wrapped(lines,
                        context_.text("present.waiting", {{"lesson", scenario_.key}}),
                        Role::plain,
                        context_.columns);
            context_.print(lines);
        }
        context_.environment.out << std::flush;
    }

    const Context& context_;
    fs::path folder_;
    sim::scenario::Scenario scenario_;
    std::optional<std::optional<platform::Presented>> shown_;
};

ExitCode show_notes(const Context& context, sim::scenario::Scenario scenario)
{
    if (!context.environment.out_is_terminal) {
        Notes{context, scenario}.print_all();
        return ExitCode::ok;
    }
    auto folder = platform::private_folder(context.environment);
    if (!folder) {
        context.complain(context.text("error.not_private", {{"folder", folder.error().string()}}));
        return ExitCode::unusable;
    }
    return Following{context, std::move(*folder), std::move(scenario)}.follow();
}

} // namespace

ExitCode present(const Context& context, const PresentOptions& options)
{
    auto scenario = context.load(options.lesson);
    if (!scenario) return ExitCode::unusable;
    if (options.notes) return show_notes(context, std::move(*scenario));

    const auto program = window_program(context.environment);
    if (!program || !context.environment.run_program) {
        context.complain(context.text("error.no_window_program"));
        return ExitCode::unusable;
    }
    if (!has_display(context.environment)) {
        context.complain(context.text("error.no_display", {{"lesson", options.lesson}}));
        return ExitCode::unusable;
    }
    const auto code = context.environment.run_program({*program,
                                                       "--lesson",
                                                       scenario->path,
                                                       "--lang",
                                                       std::string{context.language.code()},
                                                       "--present",
                                                       "hook"});
    if (!code) {
        context.complain(context.text("error.window_program", {{"program", *program}}));
        return ExitCode::unusable;
    }
    return *code == 0 ? ExitCode::ok : ExitCode::unusable;
}

} // namespace cli
