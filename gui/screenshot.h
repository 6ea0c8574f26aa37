// One picture of the window, made without a display: the same octets for the same options.
#pragma once

#include "gui/desk.h"
#include "gui/picture.h"
#include "gui/theme.h"

#include <string>
#include <vector>

namespace gui {

struct ScreenshotOptions {
    std::string file;
    std::string at = "start"; // start, blocked, tls, refused, delivered, end
    std::string tab = "transcript";
    std::string size = "1440x900";
    std::vector<std::string> settings; // "client.port=587"
};

// Empty, or what went wrong, in English. Hands the picture over, too, when somebody wants it.
std::string make_screenshot(Desk desk,
                            const std::string& path,
                            const FontFiles& fonts,
                            const ScreenshotOptions& options,
                            Picture* made = nullptr);

} // namespace gui
