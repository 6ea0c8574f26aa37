// A real window: GLFW and OpenGL 3.3 around an App. The only file that knows either.
#pragma once

#include "gui/app.h"
#include "gui/theme.h"

#include <functional>
#include <string>

namespace gui {

struct WindowResult {
    std::string problem; // one sentence in English when no window could be opened; else empty
};

// Where the window gets its App, once there is an ImGui context; and who is told when it goes.
struct WindowUser {
    std::function<App(Fonts fonts)> start;
    std::function<void(const Desk& desk)> before_end;
    // Whether the open file has changed on disk since the last question.
    std::function<bool(const Desk& desk)> file_changed;
    // Called after each frame, with what it showed.
    std::function<void(const Desk& desk)> shown;
    // Called with each frame: an export may want it as a picture.
    std::function<void(const ImDrawData& frame)> drawn;
};

// Returns when the window was closed.
WindowResult
run_window(const FontFiles& fonts, const Preferences& preferences, const WindowUser& user);

} // namespace gui
