#include "gui/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gui {

namespace {

struct Option {
    const char* name;
    const char* values; // "ja|en": nothing else; in capitals: what kind of word
    void (*set)(Options&, const std::string&);
};

using Value = const std::string&;

const std::array<Option, 11> known{{
    {"--lesson", "LESSON|FILE", [](Options& to, Value value) { to.lesson = value; }},
    {"--lang", "ja|en", [](Options& to, Value value) { to.lang = value; }},
    {"--theme", "paper|dark|projector", [](Options& to, Value value) { to.theme = value; }},
    {"--level", "story|standard|expert", [](Options& to, Value value) { to.level = value; }},
    {"--present",
     "hook|predict|watch|why|cure",
     [](Options& to, Value value) { to.screenshot.present = value; }},
    {"--screenshot", "FILE.png", [](Options& to, Value value) { to.screenshot.file = value; }},
    {"--at",
     "start|blocked|tls|refused|delivered|end",
     [](Options& to, Value value) { to.screenshot.at = value; }},
    {"--tab",
     "transcript|wiretap|packet|state",
     [](Options& to, Value value) { to.screenshot.tab = value; }},
    {"--sheet",
     "start|legend|keys|bridge",
     [](Options& to, Value value) { to.screenshot.sheet = value; }},
    {"--set",
     "KEY=VALUE",
     [](Options& to, Value value) { to.screenshot.settings.push_back(value); }},
    {"--size", "WIDTHxHEIGHT", [](Options& to, Value value) { to.screenshot.size = value; }},
}};

bool is_among(std::string_view value, std::string_view values)
{
    if (values.front() >= 'A' && values.front() <= 'Z') return true; // any word of that kind
    return fmt::format("|{}|", values).find(fmt::format("|{}|", value)) != std::string::npos;
}

} // namespace

tl::expected<Options, OptionProblem> parse_options(const std::vector<std::string>& arguments)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "-h" || word == "--help") {
            options.help = true;
            continue;
        }
        if (!word.starts_with('-')) {
            if (!options.lesson.empty()) {
                return tl::make_unexpected(
                    OptionProblem{"gui.option.one_lesson", {{"word", word}}});
            }
            options.lesson = word;
            continue;
        }
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const auto* const option = std::ranges::find(known, name, &Option::name);
        if (option == known.end()) {
            return tl::make_unexpected(
                OptionProblem{"cli.error.unknown_argument", {{"argument", word}}});
        }
        if (equals == std::string::npos && ++i == arguments.size()) {
            return tl::make_unexpected(
                OptionProblem{"cli.error.option_values", {{"option", name}}});
        }
        const std::string value =
            equals == std::string::npos ? arguments[i] : word.substr(equals + 1);
        if (!is_among(value, option->values)) {
            return tl::make_unexpected(OptionProblem{
                "cli.error.not_a_choice", {{"value", value}, {"choices", option->values}}});
        }
        option->set(options, value);
    }
    return options;
}

std::string options_help(const sim::explain::Language& language)
{
    std::string text = language.text("gui.option.about") + "\n\n";
    for (const Option& option : known) {
        text += fmt::format("  {} {}\n      {}\n",
                            option.name,
                            option.values,
                            language.text(fmt::format("gui.option.{}", option.name + 2)));
    }
    return text + fmt::format("  -h, --help\n      {}\n", language.text("cli.help.help"));
}

} // namespace gui
