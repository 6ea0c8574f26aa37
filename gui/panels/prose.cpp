#include "gui/panels/prose.h"

#include "sim/report/reading.h"

#include <cstddef>
#include <string>

namespace gui {

namespace {

constexpr std::size_t unwrapped = 1'000'000; // columns: lines are broken here, by their widths

// How much of the line is the mark of an item of a list, with the blanks around it; 0 for none.
std::size_t mark_of(std::string_view line)
{
    const std::size_t blanks = line.find_first_not_of(' ');
    if (blanks == std::string_view::npos) return 0;
    std::size_t at = blanks;
    while (at < line.size() && line[at] >= '0' && line[at] <= '9')
        ++at;
    const bool numbered = at > blanks && line.substr(at).starts_with(". ");
    if (numbered) return at + 2;
    const std::string_view rest = line.substr(blanks);
    return rest.starts_with("* ") || rest.starts_with("- ") ? blanks + 2 : blanks;
}

void prose_line(const Ui& ui, const sim::report::Span& span)
{
    using sim::report::Role;
    const std::string_view words = span.text;
    const bool is_typed = span.role == Role::emphasis && words.starts_with("  ");
    if (is_typed || span.role != Role::plain) {
        ui.paragraph(is_typed ? ui.mono() : ui.bold(), words.substr(is_typed ? 2 : 0));
        return;
    }
    const std::size_t mark = mark_of(words);
    // What is no item has neither a sign nor a place for it.
    const bool is_number = words.find('.') < mark;
    const std::string sign = is_number ? std::string{words.substr(0, mark)} : std::string{"・"};
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float hang = mark > 0 ? ui.px(22) : 0;
    const float lead = (ui.line_height(ui.body()) - ui.body().size) / 2;
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (mark > 0 && words.find_first_not_of(' ') + 1 < mark)
        ui.line(list, {at.x, at.y + lead}, ui.body(), sign, hang);
    const float width = ImGui::GetContentRegionAvail().x;
    const float height =
        ui.explained_at(list, {at.x + hang, at.y}, ui.body(), words.substr(mark), width - hang);
    ImGui::Dummy({width, height});
}

} // namespace

void prose(const Ui& ui, std::string_view markdown)
{
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(2)});
    for (const sim::report::TextLine& line : sim::report::reading(markdown, unwrapped)) {
        if (line.spans.empty()) {
            ImGui::Dummy({0, ui.px(6)});
        } else {
            prose_line(ui, line.spans.front());
        }
    }
    ImGui::PopStyleVar();
}

} // namespace gui
