// The window's content as a whole: one frame of it, from the desk, into the current ImGui frame.
// No window system, no graphics card, no clock: those belong to whoever calls.
#pragma once

#include "gui/desk.h"
#include "gui/map_layout.h"
#include "gui/text.h"
#include "gui/theme.h"

#include <memory>
#include <optional>
#include <vector>

namespace gui {

class App {
public:
    App(Desk desk, Fonts fonts) : desk_{std::move(desk)}, fonts_{fonts} {}

    [[nodiscard]] const Desk& desk() const { return desk_; }
    [[nodiscard]] Desk& desk() { return desk_; }

    // Between ImGui::NewFrame and ImGui::Render. `display_scale` is the monitor's. What was pressed
    // is done before it returns. True while something moves and a next frame is worth drawing.
    bool frame(float display_scale, float seconds, Probe* probe = nullptr);

private:
    void keys(std::vector<Action>& actions) const;
    void presenter_keys(std::vector<Action>& actions) const;
    void look_at_graph();
    void layout(const class Ui& ui);
    static void only_side(const class Ui& ui);
    void presenter_layout(const class Ui& ui);
    void middle_pane(const class Ui& ui, const struct Rect& middle);

    Desk desk_;
    Fonts fonts_;
    MapGraph graph_;
    std::uint64_t graph_of_ = 0; // run
};

} // namespace gui
