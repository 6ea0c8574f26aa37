// Where hosts stand beside each other in the ladder: the two of a talk far apart, whoever is on the
// way between them, everybody else at the right; or all hosts side by side.
#pragma once

#include "gui/talks.h"
#include "gui/ui.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gui {

class LadderLanes {
public:
    struct Lane {
        sim::HostId host;
        std::string name;
        float x = 0;
        float min = 0; // of the room for the name
        float max = 0;
        bool quiet = false; // takes part, but not in the talk
    };

    // `space`: right of the time and the marks.
    LadderLanes(const Ui& ui, const Rect& space, const Talk& talk);
    LadderLanes(const Ui& ui, const Rect& space, const std::vector<sim::HostId>& side_by_side);
    LadderLanes(const LadderLanes&) = delete; // names_ are pieces of lanes_
    LadderLanes& operator=(const LadderLanes&) = delete;
    LadderLanes(LadderLanes&&) = default;
    LadderLanes& operator=(LadderLanes&&) = default;
    ~LadderLanes() = default;

    [[nodiscard]] const std::vector<Lane>& all() const { return lanes_; }
    [[nodiscard]] std::optional<float> at(sim::HostId host) const;
    // Of the names: in one row, all as tall as the tallest, or in two by turns where words would
    // have to be cut to stand beside each other.
    [[nodiscard]] float height() const { return height_; }
    // Names that end at `bottom`.
    void draw_names(float left, float right, float bottom) const;

private:
    void set_names();
    [[nodiscard]] std::vector<Ui::Name> names_in(std::size_t rows) const;

    const Ui* ui_;
    std::vector<Lane> lanes_;
    std::vector<Ui::Name> names_; // of each lane
    std::size_t rows_ = 1;        // that the names stand in by turns
    std::vector<float> heights_;  // of each such row
    float height_ = 0;
};

} // namespace gui
