// The text of a lesson (lesson.ja.md, lesson.en.md) in its parts, as the window and a presenter's
// notes show them one by one.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/explain/language.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::report {

// By the heading over it: "report.lesson_part.<name>" of the language file.
SIM_NAMED_ENUM(LessonPart, watch, idea, cure, questions, limits);

struct LessonText {
    struct Question {
        std::string asked;
        std::string answer; // Markdown
    };

    // Markdown without the heading; empty when the lesson has no such part.
    [[nodiscard]] const std::string& part(LessonPart part) const
    {
        return parts.at(static_cast<std::size_t>(part));
    }
    [[nodiscard]] bool is_empty() const;

    std::array<std::string, count_of<LessonPart>()> parts;
    std::vector<Question> questions; // of the part of that name
    std::string other;               // what stands under other headings, with these
};

LessonText lesson_text(std::string_view markdown, const explain::Language& language);

// What of a part is read first, some sentences, and what is left for whoever wants more.
std::pair<std::string_view, std::string_view> opening(std::string_view part);

} // namespace sim::report
