// Draws a frame of ImGui into memory without a graphics card: the same octets on every machine, for
// screenshots, tests and machines without a display.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gui {

struct Picture {
    int width = 0; // pixels
    int height = 0;
    std::vector<std::uint8_t> rgb; // rows from the top, three octets a pixel
};

// Says to ImGui that all textures it wants made, changed or given up are so: without a graphics
// card they are read where they lie. Once after each ImGui::Render that no other renderer serves.
void serve_textures(ImDrawData& frame);

Picture draw_picture(const ImDrawData& frame);

// False when the file cannot be written.
bool write_png(const std::string& path, const Picture& picture);

} // namespace gui
