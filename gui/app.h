// The window's content as a whole: one frame of it, from the model, into the current ImGui frame.
// No window system, no graphics card, no clock: those belong to whoever calls.
#pragma once

#include "gui/map_layout.h"
#include "gui/model.h"
#include "gui/text.h"
#include "gui/theme.h"

#include <memory>
#include <optional>
#include <vector>

namespace gui {

class App {
public:
    App(Model model, Fonts fonts) : model_{std::move(model)}, fonts_{fonts} {}

    [[nodiscard]] const Model& model() const { return model_; }
    [[nodiscard]] Model& model() { return model_; }

    // Between ImGui::NewFrame and ImGui::Render. `display_scale` is the monitor's. What was pressed
    // is done before it returns. True while something moves and a next frame is worth drawing.
    bool frame(float display_scale, float seconds, Probe* probe = nullptr);

private:
    void keys(std::vector<Action>& actions) const;
    void layout(const class Ui& ui);

    Model model_;
    Fonts fonts_;
    MapGraph graph_;
    std::uint64_t graph_of_ = 0; // run
};

} // namespace gui
