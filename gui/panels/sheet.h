// A card that comes up over the window and goes again: what all sheets have in common.
#pragma once

#include "gui/ui.h"

#include <optional>
#include <string>

namespace gui {

// Where its `pivot` (0 to 1 of its own size) stands.
struct SheetPlace {
    ImVec2 at;
    ImVec2 pivot;
    float width = 0;
    float most = 0; // of its height; 0: as much as the window has room for
};

// In the middle of the window.
SheetPlace in_the_middle(float width);

// Whatever is drawn between the two stands in the sheet; end_sheet must follow in any case. False
// when nothing of it can be seen.
bool begin_sheet(const Ui& ui, const std::string& name, const SheetPlace& place);
// A press beside the sheet closes it; one on `own`, where the sheet is opened, does not.
void end_sheet(const Ui& ui, const std::optional<Rect>& own = std::nullopt);

} // namespace gui
