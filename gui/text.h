// Text in the window: measured, wrapped by the rules of both languages, and drawn so that whatever
// does not fit its place is known.
#pragma once

#include "sim/core/ids.h"

#include <imgui.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gui {

// A face, a size and a colour.
struct TextStyle {
    ImFont* font = nullptr;
    float size = 0;
    ImU32 colour = 0;
};

// What a frame drew: for tests, and for whoever drives the window without a hand on the mouse.
struct Probe {
    struct Item {         // something that can be pressed
        std::string path; // "account/client.port/587"
        ImVec2 min;
        ImVec2 max;
    };
    struct Text {
        std::string text;
        ImVec2 min;
        ImVec2 max;
        ImVec2 clip_min; // what lies outside was not to be seen
        ImVec2 clip_max;
    };
    std::vector<Item> items;
    std::vector<Text> texts;
    std::vector<std::string> misfits;         // texts that did not fit their places
    std::vector<std::string> torn;            // names that were broken inside a word
    std::map<std::string, sim::EventId> told; // by view: the event that it speaks of
    std::string focused; // the path of what the keyboard is on; empty: it is nowhere
};

float text_width(const TextStyle& style, std::string_view text);

// Lines no wider than `width`, as pieces of `text`. Breaks at blanks, between wide characters, and
// anywhere in a word that is wider than a line; never in front of a closing mark or behind an
// opening one.
std::vector<std::string_view> wrap(const TextStyle& style, std::string_view text, float width);

// Lines in which no word is in two, Japanese ones as far as their script tells; none when there are
// no such lines.
std::optional<std::vector<std::string_view>>
wrap_words(const TextStyle& style, std::string_view text, float width);

// The same in as few lines, of about equal length: for names.
std::vector<std::string_view>
wrap_evenly(const TextStyle& style, std::string_view text, float width);

// Whether a Latin word was cut because it is wider than a line.
bool breaks_words(const std::vector<std::string_view>& lines);

// The typeface draws a straight mark of quotation as a closing one: those that open, as one sees by
// what stands before them, are set as opening ones.
std::string with_opening_quotes(std::string_view text);

// As much of `text` as fits, with "…" at its end when something is missing.
std::string ellipsis(const TextStyle& style, std::string_view text, float width);

} // namespace gui
