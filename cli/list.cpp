// hikyaku list: the lessons that come along; of one, its variations.

#include "cli/context.h"
#include "sim/report/width.h"
#include "sim/scenario/settings.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace cli {

namespace {

nlohmann::ordered_json both(const sim::scenario::Text& text)
{
    return {{"ja", text.ja}, {"en", text.en}};
}

// What a variation sets, and what it is in the lesson.
struct Changed {
    std::string key;
    std::string from;
    std::string to;
};

std::vector<Changed> changes_of(const sim::scenario::Scenario& lesson,
                                const sim::scenario::Variation& variation)
{
    std::vector<Changed> all;
    for (const auto& [key, value] : variation.settings) {
        const auto now = sim::scenario::setting_of(lesson, key);
        const bool secret = now && now->secret;
        all.push_back({key,
                       secret || !now ? std::string{"********"} : now->value,
                       secret ? std::string{"********"} : value});
    }
    return all;
}

nlohmann::ordered_json variations_json(const sim::scenario::Scenario& lesson)
{
    auto variations = nlohmann::ordered_json::array();
    for (const auto& variation : lesson.variations) {
        auto changes = nlohmann::ordered_json::array();
        for (const Changed& each : changes_of(lesson, variation))
            changes.push_back({{"key", each.key}, {"from", each.from}, {"to", each.to}});
        variations.push_back({{"key", variation.key},
                              {"name", both(variation.name)},
                              {"changes", std::move(changes)}});
    }
    return {{"key", lesson.key},
            {"title", both(lesson.title)},
            {"summary", both(lesson.summary)},
            {"file", lesson.path},
            {"variations", std::move(variations)}};
}

ExitCode list_variations(const Context& context, const ListOptions& options)
{
    const auto lesson = context.load(*options.lesson);
    if (!lesson) return ExitCode::unusable;
    if (options.json) {
        context.environment.out << variations_json(*lesson).dump(2) << '\n';
        return ExitCode::ok;
    }
    using sim::report::Role;
    sim::report::Lines lines;
    const auto add = [&](const std::string& text, Role role, std::size_t indent) {
        for (const std::string& line : sim::report::wrap(text, context.columns - indent))
            lines.push_back({{{std::string(indent, ' ') + line, role}}, {}});
    };
    add(context.text(lesson->title), Role::heading, 0);
    add(context.text(lesson->summary), Role::quiet, 0);
    lines.push_back({});
    add(context.text(lesson->variations.empty() ? "list.no_variations" : "list.variations"),
        Role::heading,
        0);
    for (const auto& variation : lesson->variations) {
        add(variation.key, Role::emphasis, 2);
        add(context.text(variation.name), Role::plain, 6);
        for (const Changed& each : changes_of(*lesson, variation))
            add(fmt::format("{}: {} → {}", each.key, each.from, each.to), Role::quiet, 6);
    }
    if (!lesson->variations.empty()) {
        lines.push_back({});
        add(context.text("list.next_variation",
                         {{"lesson", *options.lesson}, {"name", lesson->variations.front().key}}),
            Role::plain,
            0);
    }
    context.print(lines);
    return ExitCode::ok;
}

} // namespace

ExitCode list(const Context& context, const ListOptions& options)
{
    if (options.lesson) return list_variations(context, options);
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
