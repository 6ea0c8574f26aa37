// hikyaku lesson: what a lesson asks, a guess where somebody is there to make it, the run with its
// verdict, and then the lesson's text, which tells how it goes.

#include "cli/context.h"
#include "platform/files.h"
#include "sim/report/reading.h"
#include "sim/report/width.h"
#include "sim/scenario/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <istream>
#include <ostream>

namespace cli {

namespace {

using sim::report::Lines;
using sim::report::Role;

// Which choice was made; nothing without an answer, or where nobody can give one.
std::optional<std::size_t> ask(const Context& context, const sim::scenario::Prediction& prediction)
{
    const platform::Environment& around = context.environment;
    if (around.in == nullptr || !around.in_is_terminal || !around.out_is_terminal)
        return std::nullopt;
    Lines lines;
    add_wrapped(lines, context.text(prediction.question), Role::emphasis, context.columns);
    std::size_t number = 0;
    for (const auto& choice : prediction.choices) {
        const std::string front = fmt::format("  {}  ", ++number);
        std::string before = front;
        for (const std::string& line :
             sim::report::wrap(context.text(choice.text), context.columns - front.size())) {
            lines.push_back({{{before + line, Role::plain}}, {}});
            before.assign(front.size(), ' ');
        }
    }
    context.print(lines);
    const std::size_t most = prediction.choices.size();
    std::string answer;
    while (true) {
        around.out << context.text("lesson.ask", {{"most", std::to_string(most)}}) << std::flush;
        if (!std::getline(*around.in, answer) || answer.empty()) break;
        const auto chosen = sim::scenario::parse_whole_number(answer, most);
        if (chosen && *chosen > 0) {
            around.out << '\n';
            return *chosen - 1;
        }
    }
    around.out << '\n';
    return std::nullopt;
}

} // namespace

ExitCode lesson(const Context& context, const LessonOptions& options)
{
    const auto scenario = context.load(options.lesson);
    if (!scenario) return ExitCode::unusable;
    Lines lines;
    add_wrapped(lines, context.text(scenario->title), Role::heading, context.columns);
    add_wrapped(lines, context.text(scenario->goal), Role::plain, context.columns);
    lines.push_back({});
    context.print(lines);

    RunOptions run_options;
    run_options.lesson = options.lesson;
    run_options.level = options.level;
    run_options.titled = false;
    if (scenario->prediction) run_options.guess = ask(context, *scenario->prediction);
    const ExitCode code = run(context, run_options);
    if (code != ExitCode::ok) return code;

    const auto file = std::filesystem::path{scenario->path}.parent_path() /
                      fmt::format("lesson.{}.md", context.language.code());
    if (const auto text = platform::read_file(file.string())) {
        // Its first line is the title once more.
        const std::string body = text->substr(std::min(text->find('\n'), text->size()));
        context.print(sim::report::reading(body, context.columns));
    }
    return code;
}

} // namespace cli
