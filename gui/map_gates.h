// On the map: the gates, open and closed, and what lessons exist for, which stays to be seen from
// the moment on in which it happened.
#pragma once

#include "gui/map_labels.h"

#include <cstddef>
#include <string>
#include <vector>

namespace gui {

class MapGates {
public:
    // As for MapLabels. `now` is what the cursor stands behind, or nullptr, and `way` its way.
    MapGates(const Ui& ui,
             const Ui& words,
             const MapLayout& layout,
             MapLabels& labels,
             const sim::report::LadderRow* now)
        : ui_{ui}, words_{words}, layout_{layout}, labels_{labels}, now_{now}
    {
    }

    void trails() const; // of what was stopped, back to who had sent it; below the cards
    void gates(const std::vector<ImVec2>& way);
    void ghosts(); // of the run before a cure: where it had been stopped
    void marks();  // octagons and eyes; above the cards
    void labels(); // in words

private:
    // What of it has been seen: not what is still on its way.
    [[nodiscard]] std::size_t times(const Moment& moment) const;
    [[nodiscard]] const MapLayout::Gate* gate_of(sim::HostId host) const;
    [[nodiscard]] std::vector<ImVec2> way_to(const Moment& moment) const;
    [[nodiscard]] ImVec2 place_of(const Moment& moment) const;
    [[nodiscard]] std::string words_of(const Moment& moment, std::size_t times) const;
    [[nodiscard]] bool blocks(sim::RuleId rule) const;
    [[nodiscard]] bool is_switched_off(sim::RuleId rule) const;
    // Nothing to be seen where all that could stop something is off from the start.
    [[nodiscard]] bool is_there(const MapLayout::Gate& gate) const;
    [[nodiscard]] std::string name_of(sim::RuleId rule) const;
    [[nodiscard]] std::string describe(sim::RuleId rule) const;
    void draw(const MapLayout::Gate& gate, const std::vector<ImVec2>& way);
    void name(const MapLayout::Gate& gate);

    const Ui& ui_;
    const Ui& words_;
    const MapLayout& layout_;
    MapLabels& labels_;
    const sim::report::LadderRow* now_;
};

} // namespace gui
