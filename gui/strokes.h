// Ways through points and what is drawn along them: the map's cables, gates and stop signs. No
// desk, no words.
#pragma once

#include "gui/ui.h"

#include <imgui.h>

#include <vector>

namespace gui {

float length_of(const std::vector<ImVec2>& points);

// From a place to the nearest of the way's.
float distance(const std::vector<ImVec2>& points, ImVec2 from);

// The first `length` of the way.
std::vector<ImVec2> cut(const std::vector<ImVec2>& points, float length);

void dashed(ImDrawList* list,
            const std::vector<ImVec2>& points,
            ImU32 colour,
            float thickness,
            float dash,
            float space);
void solid(ImDrawList* list, const std::vector<ImVec2>& points, ImU32 colour, float thickness);

// A barrier, and the sign of something that was stopped at it.
void stripes(ImDrawList* list, const Rect& rect, ImU32 dark, ImU32 light, float step);
// Signs that are strokes as the rest of the map is: they may lie over a name, as type may not.
void padlock(ImDrawList* list, ImVec2 at, float height, ImU32 colour);
void key(ImDrawList* list, ImVec2 at, float width, ImU32 colour);
void octagon(ImDrawList* list, ImVec2 at, float radius, ImU32 fill, ImU32 edge);

} // namespace gui
