#include "cli/arguments.h"

#include "sim/scenario/quantities.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace cli {

namespace {

// What people may have meant that wrote a word which nobody knows: the options where they wrote
// one, else the subcommands.
std::string near_to(const std::string& word, const CLI::App& app, const CLI::App& whole)
{
    std::vector<std::string> known;
    if (word.starts_with('-')) {
        for (const CLI::Option* option : app.get_options()) {
            if (option->nonpositional()) known.push_back(option->get_name());
        }
        return sim::scenario::did_you_mean(word.substr(0, word.find('=')), known);
    }
    for (const CLI::App* sub : whole.get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(sub->get_name());
    return sim::scenario::did_you_mean(word, known);
}

std::string about_unknown(const Context& context, const CLI::App& app, const CLI::App& whole)
{
    const std::vector<std::string> left = whole.remaining(true);
    const std::string word = left.empty() ? std::string{} : left.front();
    const std::string near = near_to(word, app, whole);
    if (near.empty()) return context.text("error.unknown_argument", {{"argument", word}});
    return context.text("error.unknown_argument_but", {{"argument", word}, {"near", near}});
}

// CLI11's message begins with the name of the option.
std::string name_in(const CLI::ParseError& error)
{
    const std::string_view text = error.what();
    return std::string{text.substr(0, text.find_first_of(": "))};
}

std::string words_for(const Context& context,
                      const CLI::App& app,
                      const CLI::App& whole,
                      const CLI::ParseError& error)
{
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
        return about_unknown(context, app, whole);
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
        return context.text("error.missing_argument", {{"argument", name_in(error)}});
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return context.text("error.option_values", {{"option", name_in(error)}});
    if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) { // in our own words
        const std::string_view text = error.what();
        const std::size_t colon = std::min(text.find(": ") + 2, text.size());
        return context.text(
            "error.at_option",
            {{"option", name_in(error)}, {"what", std::string{text.substr(colon)}}});
    }
    return context.text("error.command_line", {{"detail", error.what()}});
}

} // namespace

void allow_words(const Context& context, CLI::Option& option, const std::vector<std::string>& words)
{
    const std::string choices = fmt::format("{}", fmt::join(words, ", "));
    const auto problem = [&context, words, choices](const std::string& value) {
        if (std::ranges::count(words, value) > 0) return std::string{};
        const std::string near = sim::scenario::did_you_mean(value, words);
        return near.empty()
                   ? context.text("error.not_a_choice", {{"value", value}, {"choices", choices}})
                   : context.text("error.not_a_choice_but",
                                  {{"value", value}, {"choices", choices}, {"near", near}});
    };
    option.check(problem, "")->type_name(fmt::format("{}", fmt::join(words, "|")));
}

void allow_numbers(const Context& context,
                   CLI::Option& option,
                   std::uint64_t least,
                   std::uint64_t most)
{
    const auto problem = [&context, least, most](const std::string& value) {
        const auto number = sim::scenario::parse_whole_number(value, most);
        if (number && *number >= least) return std::string{};
        return context.text(
            "error.not_a_number",
            {{"value", value}, {"least", std::to_string(least)}, {"most", std::to_string(most)}});
    };
    option.check(problem, "")->type_name("N");
}

ExitCode complain_about(const Context& context, const CLI::App& app, const CLI::ParseError& error)
{
    const auto subs = app.get_subcommands();
    const CLI::App& here = subs.empty() ? app : *subs.front();
    context.complain(words_for(context, here, app, error));
    context.environment.err
        << context.text(
               "error.see_help",
               {{"command", subs.empty() ? "hikyaku" : fmt::format("hikyaku {}", here.get_name())}})
        << '\n';
    return ExitCode::unusable;
}

} // namespace cli
