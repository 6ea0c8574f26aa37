// Text of a lesson, where ImGui's cursor stands.
#pragma once

#include "gui/ui.h"

#include <string_view>

namespace gui {

// Markdown as lesson.*.md use it. Bold lines, lists and what is to be typed stand out.
void prose(const Ui& ui, std::string_view markdown);

} // namespace gui
