// What one row of the ladder looks like: an arrow between two lanes, a bar of TLS, something that
// happened at a host, a conversation folded into one row, a gap.
#pragma once

#include "gui/ladder_lanes.h"
#include "gui/run_view.h"
#include "gui/ui.h"

#include <string>
#include <vector>

namespace gui {

class RowDrawing {
public:
    // `space`: of the whole ladder; rows begin with time and mark, `lead` wide.
    RowDrawing(const Ui& ui, const Rect& space, float lead, float height)
        : ui_{ui}, space_{space}, lead_{lead}, height_{height}
    {
    }

    // Of what the mouse rests on, what had no room is kept for hint().
    void draw(const ShownRow& shown, const LadderLanes& lanes, float y, bool future, bool hovered);
    // Where words stand, from the top down: lifelines are interrupted there.
    [[nodiscard]] const std::vector<Rect>& words() const { return words_; }
    void hint() const;
    // A sentence where there is no row yet.
    void sentence(ImVec2 at, const std::string& text);
    [[nodiscard]] ImU32 tint_of(sim::explain::Mark mark) const;

private:
    using Row = sim::report::LadderRow;

    void fold(const ShownRow& shown, float y, bool future);
    void badge(int number, ImVec2 middle, ImU32 colour);
    void gap(const Row& it, float y) const;
    void bar(const Row& it, float y);
    void arrow(const Row& it, float y, ImU32 colour);
    void strokes(const Row& it, float from, float to, float middle, ImU32 colour) const;
    void words(const Row& it, float y, float from, float to, ImU32 colour);
    void stopper(const Row& it, float y, float x, bool to_right);
    [[nodiscard]] std::string who_stopped(const sim::Event& event, bool how) const;
    // What a server offers, as its reply to EHLO lists it; whether the row was such a reply.
    bool offers(const Row& it, float y, float from, float to, ImU32 colour);
    void note(const Row& it, float y, ImU32 colour);
    void time_of(const Row& it, float y) const;
    void mark_icon(const Row& it, float y, ImU32 colour) const;
    void words_at(ImVec2 at, const TextStyle& style, const std::string& text, float room);
    [[nodiscard]] TextStyle strong(ImU32 colour) const;
    [[nodiscard]] float begin() const { return space_.min.x + lead_; }
    [[nodiscard]] float end() const { return space_.max.x - ui_.px(20); }

    const Ui& ui_;
    Rect space_;
    float lead_;
    float height_;
    const LadderLanes* lanes_ = nullptr; // of the row that is drawn
    bool hovered_ = false;
    std::vector<Rect> words_;
    std::string cut_; // what had no room in the row that the mouse is on
};

// Of the times in front of the rows.
TextStyle ladder_time_style(const Ui& ui);

} // namespace gui
