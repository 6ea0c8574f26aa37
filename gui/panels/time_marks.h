// The colours and words of what the time line marks, for the line and for its legend.
#pragma once

#include "gui/run_view.h"
#include "gui/ui.h"

#include <string>

namespace gui {

ImU32 colour_of(const Ui& ui, TimeMark mark);
std::string words_of(const Ui& ui, TimeMark mark);

} // namespace gui
