// One picture of the window, made without a display: the same octets for the same options.
#pragma once

#include "gui/desk.h"
#include "gui/picture.h"
#include "gui/theme.h"
#include "platform/presented.h"

#include <optional>
#include <string>
#include <vector>

namespace gui {

struct ScreenshotOptions {
    std::string file;
    std::string at = "start"; // start, blocked, tls, refused, delivered, end
    std::string tab = "transcript";
    std::string size = "1440x900";
    std::string present;               // the stop of a presentation: hook, ...; empty: none
    std::string sheet;                 // over the window: start, legend; empty: none
    std::vector<std::string> settings; // "client.port=587"
};

// Where the desk is in its presentation, for the speaker's notes; nothing when it presents nothing.
std::optional<platform::Presented> presented_by(const Desk& desk);

// Begins to present the lesson that is open at this stop; nothing when it is none.
void present_from(Desk& desk, const std::string& stop);

// Empty, or what went wrong, in English. Hands the picture over, too, when somebody wants it.
std::string make_screenshot(Desk desk,
                            const std::string& path,
                            const FontFiles& fonts,
                            const ScreenshotOptions& options,
                            Picture* made = nullptr);

} // namespace gui
