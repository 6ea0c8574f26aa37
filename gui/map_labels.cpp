#include "gui/map_labels.h"

#include "gui/strokes.h"

#include <algorithm>
#include <cmath>

namespace gui {

bool overlap(const Rect& a, const Rect& b)
{
    return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

void MapLabels::keep_free(const std::vector<ImVec2>& way)
{
    if (way.size() < 2) return;
    const float step = words_.px(8);
    const int steps = static_cast<int>(length_of(way) / step);
    for (int i = 0; i <= steps; ++i)
        passed_.push_back(cut(way, step * static_cast<float>(i)).back());
}

Rect MapLabels::free_place(ImVec2 middle, ImVec2 size) const
{
    const ImVec2 last{space_.max.x - size.x, space_.max.y - size.y};
    const auto at = [&](float x, float y) {
        const ImVec2 min{std::round(std::clamp(x, space_.min.x, std::max(space_.min.x, last.x))),
                         std::round(std::clamp(y, space_.min.y, std::max(space_.min.y, last.y)))};
        return Rect{min, {min.x + size.x, min.y + size.y}};
    };
    const ImVec2 wanted{middle.x - size.x / 2, middle.y - size.y / 2};
    Rect best = at(wanted.x, wanted.y);
    float least = 1e9F;
    const auto look = [&](float x, float y) {
        const Rect box = at(x, y);
        float far = std::hypot(box.min.x - wanted.x, box.min.y - wanted.y);
        if (far >= least || covers_names(box)) return;
        if (covers_gate(box)) far += words_.px(30);
        if (lies_on_way(box)) far += words_.px(30);
        if (far >= least) return;
        least = far;
        best = box;
    };
    // From the inside out, until nothing can be nearer.
    const float step = words_.px(4);
    const int rows = static_cast<int>(space_.height() / step) + 1;
    const int columns = static_cast<int>(space_.width() / (2 * step)) + 1;
    for (int row = 0; row <= rows && step * static_cast<float>(row - 1) < least; ++row) {
        for (int column = 0; column <= columns; ++column) {
            const float x = 2 * step * static_cast<float>(column);
            const float y = step * static_cast<float>(row);
            if (std::hypot(x, y) - 2 * step >= least) break;
            look(wanted.x + x, wanted.y + y);
            if (row > 0) look(wanted.x + x, wanted.y - y);
            if (column > 0) look(wanted.x - x, wanted.y + y);
            if (row > 0 && column > 0) look(wanted.x - x, wanted.y - y);
        }
    }
    return best;
}

bool MapLabels::covers_names(const Rect& box) const
{
    const float margin = words_.px(2);
    const Rect wide{{box.min.x - margin, box.min.y - margin},
                    {box.max.x + margin, box.max.y + margin}};
    return std::ranges::any_of(taken_, [&](const Rect& rect) { return overlap(wide, rect); });
}

// Whether what travels would come to lie under it.
bool MapLabels::lies_on_way(const Rect& box) const
{
    const float w = drawn_.px(15);
    const float h = drawn_.px(10);
    const Rect wide{{box.min.x - w, box.min.y - h}, {box.max.x + w, box.max.y + h}};
    return std::ranges::any_of(passed_, [&](ImVec2 at) {
        return wide.min.x <= at.x && at.x < wide.max.x && wide.min.y <= at.y && at.y < wide.max.y;
    });
}

bool MapLabels::covers_gate(const Rect& box) const
{
    return std::ranges::any_of(layout_.gates,
                               [&](const auto& gate) { return overlap(box, gate.rect); });
}

bool MapLabels::box(const std::string& words, ImVec2 middle, ImU32 ground, ImU32 colour, float far)
{
    TextStyle style = Ui::in(words_.bold(), colour);
    style.size = words_.theme().note();
    const ImVec2 size{text_width(style, words) + words_.px(16), style.size + words_.px(8)};
    const Rect box = free_place(middle, size);
    const ImVec2 at = box.centre();
    if (covers_names(box) || std::hypot(at.x - middle.x, at.y - middle.y) > far) return false;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(box.min, box.max, ground, words_.px(6));
    words_.line(
        list, {box.min.x + words_.px(8), box.min.y + words_.px(4)}, style, words, box.width());
    keep_free(box);
    return true;
}

} // namespace gui
