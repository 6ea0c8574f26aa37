#include "cli/context.h"

#include "platform/files.h"
#include "sim/explain/problem_words.h"
#include "sim/mail/message.h"
#include "sim/report/width.h"

#include <fmt/format.h>

#include <ostream>

namespace cli {

std::string Context::text(std::string_view name, const sim::explain::Arguments& arguments) const
{
    return language.text(fmt::format("cli.{}", name), arguments);
}

const std::string& Context::text(const sim::scenario::Text& text) const
{
    return language.code() == "ja" ? text.ja : text.en;
}

void Context::print(const sim::report::Lines& lines) const
{
    environment.out << to_text(lines, style);
}

void Context::complain(std::string_view sentence) const
{
    environment.err << "hikyaku: " << sentence << '\n';
}

std::optional<sim::scenario::Scenario> Context::load(const std::string& name) const
{
    const auto path = platform::find_scenario(home, name);
    if (!path) {
        const std::string& near = path.error();
        complain(near.empty() ? text("error.no_scenario", {{"name", name}})
                              : text("error.no_scenario_but", {{"name", name}, {"near", near}}));
        return std::nullopt;
    }
    auto scenario = platform::load_scenario(*path);
    if (scenario) return std::move(*scenario);
    for (const auto& problem : scenario.error())
        environment.err << words_of(problem, language) << '\n';
    complain(text("error.bad_file",
                  {{"file", *path}, {"count", std::to_string(scenario.error().size())}}));
    return std::nullopt;
}

std::optional<std::string> Context::read_message(const std::string& file) const
{
    auto message = platform::read_file(file);
    if (!message) {
        complain(text("error.unreadable", {{"file", file}}));
        return std::nullopt;
    }
    if (const auto fault = sim::mail::fault_of_message(*message)) {
        complain(text(fmt::format("error.{}_message", sim::name_of(*fault)), {{"file", file}}));
        return std::nullopt;
    }
    message->erase(0, sim::mail::preamble_size(*message));
    return message;
}

void add_wrapped(sim::report::Lines& lines,
                 const std::string& text,
                 sim::report::Role role,
                 std::size_t columns)
{
    for (const std::string& line : sim::report::wrap(text, columns))
        lines.push_back({{{line, role}}, {}});
}

} // namespace cli
