#include "gui/strokes.h"

#include <algorithm>
#include <cmath>

namespace gui {

float length_of(const std::vector<ImVec2>& points)
{
    float length = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
        length += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    return length;
}

float distance(const std::vector<ImVec2>& points, ImVec2 from)
{
    float nearest = 1e9F;
    for (std::size_t i = 1; i < points.size(); ++i) {
        const ImVec2 a = points[i - 1];
        const ImVec2 along{points[i].x - a.x, points[i].y - a.y};
        const float square = along.x * along.x + along.y * along.y;
        const float part = (from.x - a.x) * along.x + (from.y - a.y) * along.y;
        const float share = square > 0 ? std::clamp(part / square, 0.0F, 1.0F) : 0;
        nearest = std::min(
            nearest, std::hypot(from.x - a.x - along.x * share, from.y - a.y - along.y * share));
    }
    return nearest;
}

std::vector<ImVec2> cut(const std::vector<ImVec2>& points, float length)
{
    std::vector<ImVec2> part;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i > 0) {
            const float piece =
                std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
            if (piece > length) {
                const float f = piece > 0 ? length / piece : 0;
                part.push_back({points[i - 1].x + (points[i].x - points[i - 1].x) * f,
                                points[i - 1].y + (points[i].y - points[i - 1].y) * f});
                return part;
            }
            length -= piece;
        }
        part.push_back(points[i]);
    }
    return part;
}

void dashed(ImDrawList* list,
            const std::vector<ImVec2>& points,
            ImU32 colour,
            float thickness,
            float dash,
            float space)
{
    bool on = true;
    float left = dash;
    for (std::size_t i = 1; i < points.size(); ++i) {
        ImVec2 at = points[i - 1];
        float piece = std::hypot(points[i].x - at.x, points[i].y - at.y);
        while (piece > 0.01F) {
            const float step = std::min(left, piece);
            const float f = step / piece;
            const ImVec2 next{at.x + (points[i].x - at.x) * f, at.y + (points[i].y - at.y) * f};
            if (on) list->AddLine(at, next, colour, thickness);
            at = next;
            piece -= step;
            left -= step;
            if (left > 0.01F) continue;
            on = !on;
            left = on ? dash : space;
        }
    }
}

void solid(ImDrawList* list, const std::vector<ImVec2>& points, ImU32 colour, float thickness)
{
    list->AddPolyline(points.data(), static_cast<int>(points.size()), colour, 0, thickness);
}

void stripes(ImDrawList* list, const Rect& rect, ImU32 dark, ImU32 light, float step)
{
    list->AddRectFilled(rect.min, rect.max, light);
    list->PushClipRect(rect.min, rect.max, true);
    const float top = rect.min.y - rect.width();
    const int count = static_cast<int>(std::ceil((rect.max.y - top) / (2 * step)));
    for (int i = 0; i < count; ++i) {
        const float y = top + 2 * step * static_cast<float>(i);
        list->AddQuadFilled({rect.min.x, y + rect.width()},
                            {rect.max.x, y},
                            {rect.max.x, y + step},
                            {rect.min.x, y + rect.width() + step},
                            dark);
    }
    list->PopClipRect();
    list->AddRect(rect.min, rect.max, dark);
}

void padlock(ImDrawList* list, ImVec2 at, float height, ImU32 colour)
{
    constexpr float half_turn = 3.1415927F;
    const float wide = height * 0.42F;
    const float top = at.y - height * 0.05F;
    list->AddRectFilled({at.x - wide, top}, {at.x + wide, at.y + height / 2}, colour, 1.5F);
    list->PathArcTo({at.x, top}, wide * 0.65F, half_turn, 2 * half_turn);
    list->PathStroke(colour, 0, std::max(height * 0.13F, 1.5F));
}

void key(ImDrawList* list, ImVec2 at, float width, ImU32 colour)
{
    const float thick = std::max(width * 0.13F, 1.5F);
    const float ring = width * 0.22F;
    const ImVec2 bow{at.x - width / 2 + ring, at.y};
    const float end = at.x + width / 2;
    list->AddCircle(bow, ring, colour, 0, thick);
    list->AddLine({bow.x + ring, at.y}, {end, at.y}, colour, thick);
    list->AddLine({end - thick, at.y}, {end - thick, at.y + ring}, colour, thick);
    list->AddLine({end - 3 * thick, at.y}, {end - 3 * thick, at.y + ring}, colour, thick);
}

void octagon(ImDrawList* list, ImVec2 at, float radius, ImU32 fill, ImU32 edge)
{
    list->AddNgonFilled(at, radius, fill, 8);
    list->AddNgon(at, radius, edge, 8, 1.5F);
    const float arm = radius * 0.38F;
    list->AddLine({at.x - arm, at.y - arm}, {at.x + arm, at.y + arm}, edge, 2);
    list->AddLine({at.x - arm, at.y + arm}, {at.x + arm, at.y - arm}, edge, 2);
}

} // namespace gui
