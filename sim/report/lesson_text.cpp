#include "sim/report/lesson_text.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace sim::report {

namespace {

constexpr std::size_t lines_of_opening = 3; // at least: a sentence each

std::string_view take_line(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with('\n'))
        text.remove_prefix(1);
    while (text.ends_with('\n'))
        text.remove_suffix(1);
    return text;
}

std::optional<LessonPart> part_under(std::string_view heading, const explain::Language& language)
{
    for (const LessonPart part : values_of<LessonPart>()) {
        const std::string key = "report.lesson_part." + std::string{name_of(part)};
        if (language.text(key) == heading) return part;
    }
    return std::nullopt;
}

// A question is a line in bold; what follows is its answer.
std::vector<LessonText::Question> questions_in(std::string_view text)
{
    std::vector<LessonText::Question> questions;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.size() > 4 && line.starts_with("**") && line.ends_with("**")) {
            questions.push_back({std::string{line.substr(2, line.size() - 4)}, {}});
        } else if (!questions.empty()) {
            questions.back().answer += std::string{line} + "\n";
        }
    }
    for (LessonText::Question& question : questions)
        question.answer = std::string{trimmed(question.answer)};
    return questions;
}

} // namespace

bool LessonText::is_empty() const
{
    return other.empty() &&
           std::ranges::all_of(parts, [](const std::string& part) { return part.empty(); });
}

LessonText lesson_text(std::string_view markdown, const explain::Language& language)
{
    LessonText text;
    std::string* into = &text.other;
    bool is_code = false;
    while (!markdown.empty()) {
        const std::string_view line = take_line(markdown);
        if (line.starts_with("```")) is_code = !is_code;
        if (!is_code && line.starts_with("# ")) continue; // the title once more
        if (!is_code && line.starts_with("## ")) {
            const auto part = part_under(line.substr(3), language);
            into = part ? &text.parts.at(static_cast<std::size_t>(*part)) : &text.other;
            if (part) continue;
        }
        *into += std::string{line} + "\n";
    }
    for (std::string& part : text.parts)
        part = std::string{trimmed(part)};
    text.other = std::string{trimmed(text.other)};
    text.questions = questions_in(text.part(LessonPart::questions));
    return text;
}

std::pair<std::string_view, std::string_view> opening(std::string_view part)
{
    std::string_view rest = part;
    std::size_t lines = 0;
    while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        if (!line.empty()) {
            ++lines;
        } else if (lines >= lines_of_opening) {
            break;
        }
    }
    const std::string_view first = part.substr(0, part.size() - rest.size());
    return {trimmed(first), trimmed(rest)};
}

} // namespace sim::report
