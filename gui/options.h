// The window's command line: which lesson, how it looks, or one picture instead of a window.
#pragma once

#include "gui/screenshot.h"
#include "sim/explain/language.h"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace gui {

struct Options {
    std::string lesson;
    std::string lang;
    std::string theme;
    std::string level;
    ScreenshotOptions screenshot;
    bool help = false;
};

// What is wrong: a key of the language file and its arguments.
struct OptionProblem {
    std::string key;
    sim::explain::Arguments arguments;
};

// `arguments` without the program's name; a value stands behind its option or behind "=".
tl::expected<Options, OptionProblem> parse_options(const std::vector<std::string>& arguments);

std::string options_help(const sim::explain::Language& language);

} // namespace gui
