// What every panel is given, and the few controls that all panels are made of.
#pragma once

#include "gui/action.h"
#include "gui/desk.h"
#include "gui/text.h"
#include "gui/theme.h"

#include <imgui.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gui {

struct Rect {
    ImVec2 min;
    ImVec2 max;
    [[nodiscard]] float width() const { return max.x - min.x; }
    [[nodiscard]] float height() const { return max.y - min.y; }
    [[nodiscard]] ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
};

// What happens to text that is wider than its place.
enum class Overflow {
    report,  // must not happen: told to the probe
    shorten, // "…": the whole text can be read elsewhere
};

using Choices = std::vector<std::pair<std::string, std::string>>; // value or name, label

class Ui {
public:
    Ui(const Desk& desk,
       const Theme& theme,
       const Fonts& fonts,
       std::vector<Action>& actions,
       Probe* probe)
        : desk_{desk}, theme_{theme}, fonts_{fonts}, actions_{actions}, probe_{probe}
    {
    }

    // The same with other measures: `theme` must outlive it.
    [[nodiscard]] Ui with(const Theme& theme) const
    {
        return {desk_, theme, fonts_, actions_, probe_};
    }

    [[nodiscard]] const Desk& desk() const { return desk_; }
    [[nodiscard]] const Theme& theme() const { return theme_; }
    [[nodiscard]] float px(float design) const { return theme_.px(design); }

    // The window's own words: key "gui.<name>" of the language file.
    [[nodiscard]] std::string say(std::string_view name,
                                  const sim::explain::Arguments& arguments = {}) const;
    [[nodiscard]] const std::string& pick(const sim::scenario::Text& text) const;

    void ask(Action action) const { actions_.push_back(std::move(action)); }

    // ---- type -----------------------------------------------------------------------------------
    [[nodiscard]] TextStyle body() const { return {fonts_.text, theme_.body(), theme_.ink}; }
    [[nodiscard]] TextStyle bold() const { return {fonts_.bold, theme_.body(), theme_.ink}; }
    [[nodiscard]] TextStyle note() const { return {fonts_.text, theme_.note(), theme_.quiet}; }
    [[nodiscard]] TextStyle small() const { return {fonts_.text, theme_.small(), theme_.quiet}; }
    [[nodiscard]] TextStyle mono() const { return {fonts_.mono, theme_.note(), theme_.ink}; }
    [[nodiscard]] static TextStyle in(TextStyle style, ImU32 colour)
    {
        style.colour = colour;
        return style;
    }
    [[nodiscard]] float line_height(const TextStyle& style) const { return style.size * 1.4F; }

    // Draws one line at `at` (top left), at most `width` wide; returns the width it took.
    float line(ImDrawList* list,
               ImVec2 at,
               const TextStyle& style,
               std::string_view text,
               float width,
               Overflow overflow = Overflow::report) const;
    // The same in the middle of `rect`.
    void line_centred(ImDrawList* list,
                      const Rect& rect,
                      const TextStyle& style,
                      std::string_view text,
                      Overflow overflow = Overflow::report) const;
    // A name in as few lines as it needs, no smaller than 12 design pixels: the largest size at
    // which it fits `width` and `height` without cutting words; else cut.
    struct Name {
        TextStyle style;
        std::vector<std::string_view> lines; // of the text that was given
        bool is_torn = false;                // a word had to be put in two lines
        [[nodiscard]] float line() const { return style.size * 1.15F; }
        [[nodiscard]] float height() const { return line() * static_cast<float>(lines.size()); }
    };
    [[nodiscard]] Name
    name(TextStyle largest, std::string_view text, float width, float height) const;

    // Lines from `at` down, each at most `width` wide; returns the height they took.
    float paragraph_at(ImDrawList* list,
                       ImVec2 at,
                       const TextStyle& style,
                       std::string_view text,
                       float width) const;
    [[nodiscard]] float
    paragraph_height(const TextStyle& style, std::string_view text, float width) const;
    // The same where ImGui's cursor stands, as wide as there is room; moves the cursor down.
    void paragraph(const TextStyle& style, std::string_view text, float width = 0) const;

    // The same, with words of the glossary underlined: resting on one explains it.
    float explained_at(ImDrawList* list,
                       ImVec2 at,
                       const TextStyle& style,
                       std::string_view text,
                       float width) const;

    // A part of the window that scrolls by itself; ImGui::EndChild must follow in any case. Its bar
    // stands to the right of `size`, in the margin, so that nothing moves when it comes and goes.
    [[nodiscard]] bool begin_scrolled(const char* name, ImVec2 size) const;

    // ---- controls -------------------------------------------------------------------------------
    // `path` names the control for tests and for ImGui: unique in the window.
    // A press anywhere in `rect`; draws nothing but the focus. Of a list, only one row need be a
    // stop for Tab: arrows lead to the others.
    [[nodiscard]] bool
    area(const std::string& path, const Rect& rect, bool is_tab_stop = true) const;
    [[nodiscard]] bool button(const std::string& path, std::string_view label, float width) const;
    [[nodiscard]] bool primary(const std::string& path,
                               std::string_view icon,
                               std::string_view label,
                               float width) const;
    [[nodiscard]] float
    primary_height(std::string_view icon, std::string_view label, float width) const;
    [[nodiscard]] bool
    icon_button(const std::string& path, std::string_view icon, std::string_view hint) const;
    // The options side by side; what was pressed.
    [[nodiscard]] std::optional<std::size_t> segmented(const std::string& path,
                                                       const Choices& options,
                                                       std::optional<std::size_t> chosen,
                                                       float width) const;
    [[nodiscard]] float segmented_width(const Choices& options) const;
    [[nodiscard]] std::optional<std::size_t> combo(const std::string& path,
                                                   const Choices& options,
                                                   std::optional<std::size_t> chosen,
                                                   float width) const;
    // One line of text to type; `text` is what stands there. Enter, and up and down, are told, so
    // that a list below can be walked while typing.
    struct Typed {
        bool changed = false;
        bool entered = false;
        int step = 0; // up: -1, down: 1
    };
    [[nodiscard]] Typed
    field(const std::string& path, std::string& text, std::string_view hint, float width) const;
    // The box of a combo, closed: what is chosen, and a mark that it can be opened.
    [[nodiscard]] bool box(const std::string& path, std::string_view shown, float width) const;
    // A mark with its icon and word; returns its width.
    float chip(ImDrawList* list, ImVec2 at, sim::explain::Mark mark) const;
    void rule() const;                                            // a thin line across
    [[nodiscard]] bool hovered_hint(std::string_view hint) const; // of the last control

    void remember(const std::string& path, const Rect& rect) const;
    // What a view speaks of, or shows, for whoever takes notes.
    void tell(const std::string& view, sim::EventId event) const;
    // Of the last control: whether the keyboard is on it, and then a ring around it.
    bool show_focus(const std::string& path, const Rect& rect) const;

private:
    const Desk& desk_;
    const Theme& theme_;
    const Fonts& fonts_;
    std::vector<Action>& actions_;
    Probe* probe_;
};

} // namespace gui
