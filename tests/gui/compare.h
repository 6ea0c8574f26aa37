// Pictures by what a person sees of them: the average colours of small tiles, so that the last bit
// of a curve's edge does not count and a missing word does.
#pragma once

#include "gui/picture.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

namespace test {

constexpr int tile = 4; // pixels, in both directions

// A picture of one pixel a tile.
inline gui::Picture tiles(const gui::Picture& of)
{
    gui::Picture small{of.width / tile, of.height / tile, {}};
    const auto width = static_cast<std::size_t>(of.width);
    for (int y = 0; y < small.height; ++y) {
        for (int x = 0; x < small.width; ++x) {
            for (std::size_t channel = 0; channel < 3; ++channel) {
                unsigned sum = 0;
                for (int i = 0; i < tile * tile; ++i) {
                    const int down = y * tile + i / tile;
                    const int right = x * tile + i % tile;
                    const auto row = static_cast<std::size_t>(down);
                    const auto column = static_cast<std::size_t>(right);
                    sum += of.rgb[(row * width + column) * 3 + channel];
                }
                small.rgb.push_back(
                    static_cast<std::uint8_t>((sum + tile * tile / 2) / (tile * tile)));
            }
        }
    }
    return small;
}

struct Difference {
    int value = 0; // of one channel, 0 to 255
    int x = 0;     // the tile
    int y = 0;
};

inline Difference largest_difference(const gui::Picture& a, const gui::Picture& b)
{
    if (a.width != b.width || a.height != b.height) return {255, 0, 0};
    Difference largest;
    for (std::size_t i = 0; i < a.rgb.size(); ++i) {
        const int value = std::abs(int{a.rgb[i]} - int{b.rgb[i]});
        if (value <= largest.value) continue;
        const int at = static_cast<int>(i / 3);
        largest = {value, at % a.width, at / a.width};
    }
    return largest;
}

} // namespace test
