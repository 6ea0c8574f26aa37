// What the window remembers from one start to the next: a JSON file in the platform's folder for
// settings ($XDG_CONFIG_HOME/hikyaku/window.json).
#pragma once

#include "gui/desk.h"

#include <filesystem>
#include <string>

namespace gui {

// Whatever is missing or no longer understood keeps its default.
Preferences read_preferences(const std::string& json, Preferences defaults);
std::string write_preferences(const Preferences& preferences);

} // namespace gui
