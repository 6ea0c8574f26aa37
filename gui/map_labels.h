// Where words may stand on the map: near what they are about, beside all that must stay readable.
#pragma once

#include "gui/map_layout.h"

#include <imgui.h>

#include <string>
#include <vector>

namespace gui {

[[nodiscard]] bool overlap(const Rect& a, const Rect& b);

class MapLabels {
public:
    // `words` has the measures of what is not part of the map but said about it, `drawn` those of
    // the map; `space` is what is seen of it. All must outlive it.
    MapLabels(const Ui& words, const Ui& drawn, const MapLayout& layout, const Rect& space)
        : words_{words}, drawn_{drawn}, layout_{layout}, space_{space}
    {
    }

    void keep_free(const Rect& rect) { taken_.push_back(rect); }
    void keep_free(const std::vector<ImVec2>& way); // as well as can be

    // The place of this size nearest to where its middle should be that covers neither cards nor
    // names; gates and the way only where there is no other place near by. When there is none at
    // all: there.
    [[nodiscard]] Rect free_place(ImVec2 middle, ImVec2 size) const;
    [[nodiscard]] bool covers_names(const Rect& box) const;

    // In a box of its own, which then is kept free. False, and nothing drawn, where there is no
    // room within `far` of `middle`.
    bool box(const std::string& words, ImVec2 middle, ImU32 ground, ImU32 colour, float far);

private:
    [[nodiscard]] bool lies_on_way(const Rect& box) const;
    [[nodiscard]] bool covers_gate(const Rect& box) const;

    const Ui& words_;
    const Ui& drawn_;
    const MapLayout& layout_;
    Rect space_;
    std::vector<Rect> taken_;
    std::vector<ImVec2> passed_; // by what travels
};

} // namespace gui
