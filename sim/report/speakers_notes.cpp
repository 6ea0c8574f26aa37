#include "sim/report/speakers_notes.h"

#include "sim/explain/nouns.h"
#include "sim/report/reading.h"
#include "sim/report/width.h"

#include <string>
#include <string_view>
#include <utility>

namespace sim::report {

namespace {

class NotesWriting {
public:
    NotesWriting(const scenario::Scenario& scenario,
                 const LessonText& text,
                 const explain::Language& language,
                 std::size_t columns)
        : scenario_{scenario}, text_{text}, language_{language}, columns_{columns}
    {
    }

    Lines write(LessonStop stop)
    {
        switch (stop) {
        case LessonStop::hook:
            passage("say", explain::pick(scenario_.goal, language_));
            break;
        case LessonStop::predict:
            prediction();
            break;
        case LessonStop::watch:
            passage("watch", text_.part(LessonPart::watch));
            break;
        case LessonStop::why:
            passage("say", text_.part(LessonPart::idea));
            break;
        case LessonStop::cure:
            passage("say", text_.part(LessonPart::cure));
            passage("asked", text_.part(LessonPart::questions));
            break;
        }
        return std::move(lines_);
    }

private:
    void title(std::string_view name)
    {
        const std::string words = language_.text("report.notes." + std::string{name});
        lines_.push_back({{{words, Role::secret}}, {}});
    }

    void passage(std::string_view name, std::string_view markdown)
    {
        if (markdown.empty()) return;
        if (!lines_.empty()) lines_.push_back({});
        title(name);
        for (TextLine& line : reading(markdown, columns_))
            lines_.push_back(std::move(line));
    }

    void prediction()
    {
        if (!scenario_.prediction) return;
        passage("ask", explain::pick(scenario_.prediction->question, language_));
        std::size_t number = 0;
        for (const auto& choice : scenario_.prediction->choices) {
            std::string front = std::to_string(++number) + "  ";
            const Role role = choice.right ? Role::accepted : Role::plain;
            std::string words = explain::pick(choice.text, language_);
            if (choice.right) words += " " + language_.text("report.notes.right");
            for (const std::string& part : wrap(words, columns_ - front.size())) {
                lines_.push_back({{{front + part, role}}, {}});
                front.assign(front.size(), ' ');
            }
        }
    }

    const scenario::Scenario& scenario_;
    const LessonText& text_;
    const explain::Language& language_;
    std::size_t columns_;
    Lines lines_;
};

} // namespace

Lines speakers_notes(LessonStop stop,
                     const scenario::Scenario& scenario,
                     const LessonText& text,
                     const explain::Language& language,
                     std::size_t columns)
{
    return NotesWriting{scenario, text, language, columns}.write(stop);
}

} // namespace sim::report
