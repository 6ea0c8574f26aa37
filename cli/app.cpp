#include "cli/app.h"

#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>

namespace cli {

namespace {

// Everything that the arguments can say.
struct Parsed {
    std::string language;
    std::string colour = "auto";
    ListOptions list;
    RunOptions run;
    CheckOptions check;
    std::vector<std::string> settings;
    std::string level = "standard";
    std::string view = "transcript";
    std::string help_about;
};

template <sim::NamedEnum E>
std::vector<std::string> names_of()
{
    std::vector<std::string> names;
    for (const E value : sim::values_of<E>())
        names.emplace_back(sim::name_of(value));
    return names;
}

// The language is needed to say what is wrong with the rest of the line.
std::string wanted_language(const std::vector<std::string>& arguments,
                            const Environment& environment)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string value;
        if (arguments[i].starts_with("--lang=")) value = arguments[i].substr(7);
        if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
        if (value == "ja" || value == "en") return value;
    }
    return language_of_locale(environment);
}

// "--set a=b" in two parts; nothing, after saying so, when there is no "=".
bool split_settings(const Command& command, Parsed& parsed)
{
    for (const std::string& setting : parsed.settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0) {
            command.complain(command.text("error.setting_form", {{"setting", setting}}));
            return false;
        }
        parsed.run.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
    }
    return true;
}

class Parser {
public:
    Parser(const Command& command, Parsed& parsed)
        : command_{command}, parsed_{parsed}, app_{command.text("help.about"), "hikyaku"}
    {
        app_.require_subcommand(0, 1);
        app_.set_help_flag("-h,--help", command_.text("help.help"));
        app_.set_version_flag(
            "--version", "hikyaku " HIKYAKU_VERSION, command_.text("help.version"));
        app_.footer(command_.text("help.examples"));
        common(app_);
        add_list();
        add_run();
        add_check();
        auto* help = app_.add_subcommand("help", command_.text("help.help_command"));
        common(*help);
        help->add_option("command", parsed_.help_about, command_.text("help.help_about"));
        labels(*app_.get_formatter());
    }

    CLI::App& app() { return app_; }

    // The help of a subcommand, or of everything.
    [[nodiscard]] std::string help(const std::string& about)
    {
        if (about.empty()) return app_.help();
        const auto subs =
            app_.get_subcommands([&](const CLI::App* sub) { return sub->get_name() == about; });
        return subs.empty() ? app_.help() : subs.front()->help("hikyaku");
    }

private:
    void labels(CLI::FormatterBase& formatter) const
    {
        for (const char* label : {"Usage", "Options", "Subcommands", "Positionals", "OPTIONS"})
            formatter.label(label, command_.text(fmt::format("help.label.{}", label)));
        formatter.label("REQUIRED", "");
        formatter.label("Required", "");
        formatter.label("TEXT", "");
        formatter.label("UINT", "N");
        formatter.column_width(26);
    }

    void common(CLI::App& app)
    {
        app.add_option("--lang", parsed_.language, command_.text("help.lang"))
            ->check(CLI::IsMember({"ja", "en"}))
            ->type_name("ja|en");
        app.add_option("--color", parsed_.colour, command_.text("help.color"))
            ->check(CLI::IsMember({"auto", "always", "never"}))
            ->type_name("auto|always|never");
    }

    CLI::App* subcommand(const char* name)
    {
        CLI::App* sub = app_.add_subcommand(name, command_.text(fmt::format("help.{}", name)));
        sub->set_help_flag("-h,--help", command_.text("help.help"));
        sub->footer(command_.text(fmt::format("help.{}_examples", name)));
        common(*sub);
        return sub;
    }

    void add_list()
    {
        auto* sub = subcommand("list");
        sub->add_flag("--json", parsed_.list.json, command_.text("help.json"));
    }

    void add_check()
    {
        auto* sub = subcommand("check");
        sub->add_option("path", parsed_.check.paths, command_.text("help.check_paths"));
    }

    void add_run()
    {
        auto* sub = subcommand("run");
        RunOptions& run = parsed_.run;
        sub->add_option("lesson", run.lesson, command_.text("help.lesson"))->required();
        sub->add_option("--set", parsed_.settings, command_.text("help.set"))
            ->type_name("KEY=VALUE")
            ->expected(1)
            ->take_all();
        sub->add_option("--message", run.message_file, command_.text("help.message"))
            ->type_name("FILE.eml");
        sub->add_option("--level", parsed_.level, command_.text("help.level"))
            ->check(CLI::IsMember(names_of<sim::report::Level>()))
            ->type_name("story|standard|expert");
        sub->add_option("--view", parsed_.view, command_.text("help.view"))
            ->check(CLI::IsMember(names_of<View>()))
            ->type_name("transcript|wire|ladder|why|events");
        sub->add_option("--link", run.link, command_.text("help.link"))->type_name("HOST/HOST");
        sub->add_flag("--json", run.json, command_.text("help.json"));
        sub->add_option("--eml", run.eml_folder, command_.text("help.eml"))->type_name("DIR");
        sub->add_option("--pcap", run.capture_file, command_.text("help.pcap"))
            ->type_name("FILE.pcapng");
        sub->add_option("--keylog", run.key_file, command_.text("help.keylog"))->type_name("FILE");
        sub->add_option("--seed", run.seed, command_.text("help.seed"))->type_name("N");
        sub->add_flag("--show-secrets", run.show_secrets, command_.text("help.show_secrets"));
    }

    const Command& command_;
    Parsed& parsed_;
    CLI::App app_;
};

std::size_t columns_for(const Environment& environment)
{
    constexpr std::size_t usual = 80;
    constexpr std::size_t widest = 120; // longer lines are hard to read
    constexpr std::size_t narrowest = 60;
    return std::clamp(environment.terminal_columns.value_or(usual), narrowest, widest);
}

// CLI11 says what is wrong in English; what to do next is said in the language.
ExitCode complain_about(const Command& command, const CLI::ParseError& error)
{
    command.complain(error.what());
    command.environment.err << command.text("error.see_help") << '\n';
    return ExitCode::unusable;
}

ExitCode dispatch(Command& command, Parser& parser, Parsed& parsed)
{
    if (parsed.colour != "auto" || wants_colour(command.environment)) {
        const bool colour = parsed.colour != "never" &&
                            (parsed.colour == "always" || wants_colour(command.environment));
        if (colour) command.style = sim::report::terminal_style();
    }
    CLI::App& app = parser.app();
    if (app.got_subcommand("list")) return list(command, parsed.list);
    if (app.got_subcommand("check")) return check(command, parsed.check);
    if (app.got_subcommand("run")) {
        if (!split_settings(command, parsed)) return ExitCode::unusable;
        parsed.run.level = *sim::parse_enum<sim::report::Level>(parsed.level);
        parsed.run.view = *sim::parse_enum<View>(parsed.view);
        return run(command, parsed.run);
    }
    command.environment.out << parser.help(parsed.help_about);
    return ExitCode::ok;
}

} // namespace

ExitCode run(const std::vector<std::string>& arguments, const Environment& environment)
{
    const auto home = find_home(environment);
    if (!home) {
        environment.err << "hikyaku: the folders assets/ and scenarios/ were not found beside the "
                           "program; set HIKYAKU_HOME to the folder that holds them\n";
        return ExitCode::unusable;
    }
    const auto language = load_language(*home, wanted_language(arguments, environment));
    if (!language) {
        environment.err << "hikyaku: " << language.error() << '\n';
        return ExitCode::unusable;
    }
    Command command{
        environment, *home, *language, sim::report::plain_style(), columns_for(environment)};
    Parsed parsed;
    Parser parser{command, parsed};
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()}; // as CLI11 takes them
    try {
        parser.app().parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        const auto subs = parser.app().get_subcommands();
        environment.out << parser.help(subs.empty() ? "" : subs.front()->get_name());
        return ExitCode::ok;
    } catch (const CLI::CallForVersion& version) {
        environment.out << version.what() << '\n';
        return ExitCode::ok;
    } catch (const CLI::ParseError& error) {
        return complain_about(command, error);
    }
    return dispatch(command, parser, parsed);
}

} // namespace cli
