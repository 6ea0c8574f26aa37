// hikyaku list: the lessons that come along.

#include "cli/context.h"
#include "sim/report/width.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace cli {

namespace {

nlohmann::ordered_json both(const sim::scenario::Text& text)
{
    return {{"ja", text.ja}, {"en", text.en}};
}

} // namespace

ExitCode list(const Context& context, const ListOptions& options)
{
    std::vector<sim::scenario::Scenario> lessons;
    for (const auto& file : platform::lesson_files(context.home)) {
        auto lesson = context.load(file.parent_path().filename().string());
        if (!lesson) return ExitCode::unusable;
        lessons.push_back(std::move(*lesson));
    }
    std::ranges::stable_sort(lessons, {}, &sim::scenario::Scenario::order);

    if (options.json) {
        auto all = nlohmann::ordered_json::array();
        for (const auto& lesson : lessons) {
            all.push_back({{"key", lesson.key},
                           {"title", both(lesson.title)},
                           {"summary", both(lesson.summary)},
                           {"file", lesson.path}});
        }
        context.environment.out << all.dump(2) << '\n';
        return ExitCode::ok;
    }

    using sim::report::Role;
    std::size_t key_columns = 0;
    for (const auto& lesson : lessons)
        key_columns = std::max(key_columns, lesson.key.size() + 2);
    sim::report::Lines lines;
    for (const auto& lesson : lessons) {
        lines.push_back({{{sim::report::fit(lesson.key, key_columns), Role::emphasis},
                          {context.text(lesson.title), Role::plain}},
                         {}});
        const std::string indent(key_columns, ' ');
        for (const std::string& line :
             sim::report::wrap(context.text(lesson.summary), context.columns - key_columns))
            lines.push_back({{{indent + line, Role::quiet}}, {}});
    }
    lines.push_back({});
    lines.push_back({{{context.text("list.next"), Role::plain}}, {}});
    context.print(lines);
    return ExitCode::ok;
}

} // namespace cli
