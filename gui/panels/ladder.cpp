// The sequence diagram: a row for each event of the level, between the lanes of the two who talk;
// a heading where others go on. Only the rows that can be seen are looked at.

#include "gui/ladder_lanes.h"
#include "gui/ladder_rows.h"
#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gui {

namespace {

using sim::report::LadderRow;

constexpr ImU32 band_alpha = IM_COL32(0, 0, 0, 0xB0);
// Of so many talks the tallest names decide where the rows begin.
constexpr std::uint32_t most_measured = 8;

class LadderDrawing {
public:
    LadderDrawing(const Ui& ui, const Rect& space)
        : ui_{ui},
          view_{ui.desk().view()},
          now_{view_.row_at(ui.desk().cursor())},
          space_{space},
          lead_{text_width(ladder_time_style(ui), "00:00:00.000") + ui.px(36)},
          row_height_{std::round(ui.theme().note() + ui.px(20))}, // whole: a million add up exactly
          rows_{ui, space, lead_, row_height_}
    {
    }

    void draw()
    {
        float names = 0;
        const auto talks = static_cast<std::uint32_t>(view_.talks().size());
        for (std::uint32_t i = 0; i < std::clamp(talks, 1U, most_measured); ++i)
            names = std::max(names, lanes(i).height());
        const float head = names + ui_.px(6);
        // As high as whole rows are.
        const float room = space_.max.y - space_.min.y - head;
        const float whole = std::max(std::floor(room / row_height_), 1.0F) * row_height_;
        const Rect rows{{space_.min.x, space_.min.y + head},
                        {space_.max.x, space_.min.y + head + whole}};
        ImGui::SetCursorScreenPos(rows.min);
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
        if (ImGui::BeginChild(
                "ladder", {rows.width(), rows.height()}, ImGuiChildFlags_NavFlattened))
            body(rows);
        ImGui::EndChild();
        ImGui::PopStyleVar(2);
        lanes(top_talk_).draw_names(space_.min.x, space_.max.x, space_.min.y + names);
    }

private:
    // Of a talk; where there are none, of all hosts.
    [[nodiscard]] const LadderLanes& lanes(std::uint32_t talk)
    {
        const auto found = lanes_.find(talk);
        if (found != lanes_.end()) return found->second;
        const Rect space{{space_.min.x + lead_, space_.min.y},
                         {space_.max.x - ui_.px(24), space_.max.y}};
        if (talk < view_.talks().size())
            return lanes_.emplace(talk, LadderLanes{ui_, space, view_.talks()[talk]}).first->second;
        return lanes_.emplace(talk, LadderLanes{ui_, space, view_.ladder().lifelines})
            .first->second;
    }

    void body(const Rect& rows)
    {
        const std::size_t shown = view_.shown_before(ui_.desk().reached());
        const std::size_t done = view_.shown_before(ui_.desk().cursor());
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float height = row_height_ * static_cast<float>(shown);
        if (shown == 0) {
            rows_.sentence(
                {space_.min.x + ui_.px(12), rows.min.y + ui_.px(16)},
                ui_.say(ui_.desk().live() != nullptr ? "bridge.waiting" : "ladder.empty"));
            runs_.push_back({rows.min.y, rows.max.y, 0});
        }
        settle();
        follow(done, rows.height());
        const float top = ImGui::GetCursorScreenPos().y;
        list->ChannelsSplit(2); // the lifelines below the words, which are known only later
        list->ChannelsSetCurrent(1);
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(shown), row_height_);
        while (clipper.Step()) {
            const auto first = static_cast<std::size_t>(clipper.DisplayStart);
            const auto end = static_cast<std::size_t>(clipper.DisplayEnd);
            if (first == end) continue;
            const auto y_of = [&](std::size_t row) {
                return top + row_height_ * static_cast<float>(row);
            };
            const auto seen = static_cast<std::size_t>(
                std::max(0.0F, std::round((rows.min.y - top) / row_height_)));
            top_talk_ = view_.shown()[std::clamp(seen, first, end - 1)].talk;
            stop_ = tab_stop(first, end, done);
            list->ChannelsSetCurrent(0);
            for (std::size_t i = first; i < end; ++i)
                place(i, y_of(i));
            for (const TlsSpan& span : view_.tls_spans(first, end - 1))
                bands(span, std::max(span.first, first), std::min(span.last + 1, end), y_of);
            list->ChannelsSetCurrent(1);
            for (std::size_t i = first; i < end; ++i)
                row(i, y_of(i), done);
            // Lifelines go on below the last row.
            if (end == shown && !runs_.empty() && has_lanes(end - 1))
                runs_.back().max = std::max(runs_.back().max, rows.max.y);
        }
        list->ChannelsSetCurrent(0);
        lifelines();
        list->ChannelsMerge();
        rows_.hint();
        // Ends with the last row: one pixel more, and at the end no first row would stand whole.
        ImGui::SetCursorScreenPos({rows.min.x, top + std::max(height, 1.0F) - 1});
        ImGui::Dummy({1, 1});
    }

    [[nodiscard]] const LadderRow& row_of(std::size_t index) const
    {
        return view_.row(view_.shown()[index]);
    }
    // Gaps and the names of the next two who talk: nothing to be pressed.
    [[nodiscard]] bool is_still(std::size_t index) const
    {
        return view_.shown()[index].kind == ShownRow::Kind::talk ||
               row_of(index).shape == LadderRow::Shape::gap;
    }
    // Not what happened at a host that does not take part in this talk.
    [[nodiscard]] bool has_lanes(std::size_t index)
    {
        const ShownRow& shown = view_.shown()[index];
        if (shown.kind != ShownRow::Kind::row) return false;
        const LadderRow& it = row_of(index);
        return !it.from.exists() || lanes(shown.talk).at(it.from).has_value();
    }

    // Of the rows [first, end), the one that Tab leads to: that at the cursor, or the nearest to
    // it.
    [[nodiscard]] std::size_t tab_stop(std::size_t first, std::size_t end, std::size_t done) const
    {
        std::size_t stop = std::clamp(done == 0 ? 0 : done - 1, first, end - 1);
        while (stop > first && is_still(stop))
            --stop;
        while (stop + 1 < end && is_still(stop))
            ++stop;
        return stop;
    }

    // Keeps the row at the cursor in sight when the cursor moved or the ladder has another height
    // (the verdict stands above it now), and only then.
    void follow(std::size_t done, float height)
    {
        ImGuiStorage* storage = ImGui::GetStateStorage();
        const ImGuiID id = ImGui::GetID("followed");
        const int now = static_cast<int>(done);
        const ImGuiID tall = ImGui::GetID("followed in");
        if (storage->GetInt(id, -1) == now && storage->GetFloat(tall, 0) == height) return;
        storage->SetInt(id, now);
        storage->SetFloat(tall, height);
        const float y = row_height_ * static_cast<float>(done);
        const float scroll = ImGui::GetScrollY();
        if (y - row_height_ < scroll || y + row_height_ > scroll + height) {
            const float above = std::max(1.0F, std::floor(height * 0.6F / row_height_));
            ImGui::SetScrollY(std::max(0.0F, y - above * row_height_));
        }
    }

    // No row stands half below the names: who scrolled down goes on to the next, who scrolled up to
    // the one before.
    void settle() const
    {
        ImGuiStorage* storage = ImGui::GetStateStorage();
        const ImGuiID id = ImGui::GetID("scrolled");
        const float before = storage->GetFloat(id, 0);
        const float rows = ImGui::GetScrollY() / row_height_;
        const float row = ImGui::GetScrollY() > before ? std::ceil(rows) : std::floor(rows);
        const float scroll = std::min(row * row_height_, ImGui::GetScrollMaxY());
        if (scroll != ImGui::GetScrollY()) ImGui::SetScrollY(scroll);
        storage->SetFloat(id, scroll);
    }

    // Interrupted where words stand on them.
    void lifelines()
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        for (const Run& run : runs_) {
            for (const LadderLanes::Lane& lane : lanes(run.talk).all()) {
                const ImU32 colour = ui_.theme().rule;
                const float wide = ui_.px(lane.quiet ? 1 : 1.5F);
                float y = run.min;
                for (const Rect& words : rows_.words()) { // from the top down
                    if (words.max.y <= y || words.min.y >= run.max) continue;
                    if (lane.x < words.min.x || lane.x > words.max.x) continue;
                    if (words.min.y > y)
                        list->AddLine({lane.x, y}, {lane.x, words.min.y}, colour, wide);
                    y = words.max.y;
                }
                if (y < run.max) list->AddLine({lane.x, y}, {lane.x, run.max}, colour, wide);
            }
        }
    }

    // Rows [begin, end) of the span, a surface wherever the two have their lanes one row after the
    // other; its ends are round.
    template <typename YOf>
    void bands(const TlsSpan& span, std::size_t begin, std::size_t end, const YOf& y_of)
    {
        const auto is_in = [&](std::size_t row) {
            const LadderLanes& of = lanes(view_.shown()[row].talk);
            return has_lanes(row) && of.at(span.a) && of.at(span.b);
        };
        for (std::size_t i = begin; i < end;) {
            const std::size_t from = i;
            while (i < end && is_in(i) && view_.shown()[i].talk == view_.shown()[from].talk)
                ++i;
            if (i > from) {
                band(span, from, i, y_of);
            } else {
                ++i;
            }
        }
    }

    template <typename YOf>
    void band(const TlsSpan& span, std::size_t begin, std::size_t end, const YOf& y_of)
    {
        const LadderLanes& of = lanes(view_.shown()[begin].talk);
        const float x = of.at(span.a).value_or(0);
        const float y = of.at(span.b).value_or(0);
        const float over = ui_.px(5);
        const bool is_first = begin == span.first;
        const bool is_last = end == span.last + 1;
        ImDrawFlags corners = ImDrawFlags_RoundCornersNone;
        if (is_first) corners |= ImDrawFlags_RoundCornersTop;
        if (is_last) corners |= ImDrawFlags_RoundCornersBottom;
        const ImU32 colour = (ui_.theme().encrypted_tint & ~IM_COL32_A_MASK) | band_alpha;
        ImGui::GetWindowDrawList()->AddRectFilled({std::min(x, y) - over, y_of(begin)},
                                                  {std::max(x, y) + over, y_of(end)},
                                                  colour,
                                                  is_first || is_last ? ui_.px(6) : 0,
                                                  corners);
    }

    [[nodiscard]] Rect rect_of(float y) const
    {
        return {{space_.min.x, y}, {space_.max.x - ui_.px(14), y + row_height_}};
    }

    // The row as something to press, and its ground.
    void place(std::size_t index, float y)
    {
        if (is_still(index)) return;
        const ShownRow& shown = view_.shown()[index];
        const LadderRow& it = row_of(index);
        const Fold* fold = view_.fold(shown);
        const bool heading = shown.kind == ShownRow::Kind::heading;
        const Rect rect = rect_of(y);
        const std::string path = heading ? fmt::format("ladder/close/{}", fold->id.value)
                                         : fmt::format("ladder/{}", it.event.value);
        if (ui_.area(path, rect, index == stop_)) {
            if (fold == nullptr) {
                ui_.ask(action::Select{it.event});
            } else {
                ui_.ask(action::OpenFold{fold->id, !heading});
            }
        }
        ImDrawList* list = ImGui::GetWindowDrawList();
        const bool hovered = ImGui::IsItemHovered();
        const bool selected = !heading && &it == now_;
        if (fold != nullptr) {
            const float inset = ui_.px(2);
            list->AddRectFilled({rect.min.x, rect.min.y + inset},
                                {rect.max.x, rect.max.y - inset},
                                rows_.tint_of(it.mark),
                                ui_.px(6));
        }
        if (selected) {
            list->AddRectFilled(rect.min, rect.max, ui_.theme().selection, ui_.px(6));
            ui_.tell("ladder", it.event);
        } else if (hovered) { // another sign than that of the cursor
            list->AddRect(rect.min, rect.max, ui_.theme().line, ui_.px(6), 0, ui_.px(1));
        }
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) hovered_ = index;
    }

    void row(std::size_t index, float y, std::size_t done)
    {
        const ShownRow& shown = view_.shown()[index];
        const LadderLanes& of = lanes(shown.talk);
        rows_.draw(shown, of, y, index >= done, index == hovered_);
        if (shown.kind == ShownRow::Kind::talk) {
            const float begin = space_.min.x + lead_;
            ImGui::GetWindowDrawList()->AddLine({begin, y + ui_.px(2)},
                                                {rect_of(y).max.x, y + ui_.px(2)},
                                                ui_.theme().rule,
                                                ui_.px(1));
            of.draw_names(space_.min.x, space_.max.x, y + row_height_ - ui_.px(2));
            ui_.tell("ladder/talk", row_of(index).event);
        }
        if (!has_lanes(index)) return;
        if (!runs_.empty() && runs_.back().talk == shown.talk && runs_.back().max == y) {
            runs_.back().max = y + row_height_;
        } else {
            runs_.push_back({y, y + row_height_, shown.talk});
        }
    }

    struct Run { // rows between the same lanes, one below the other
        float min = 0;
        float max = 0;
        std::uint32_t talk = 0;
    };

    const Ui& ui_;
    const RunView& view_;
    const LadderRow* now_; // what all views speak of
    Rect space_;
    float lead_; // of time and mark, in front of the lanes
    float row_height_;
    RowDrawing rows_;
    std::map<std::uint32_t, LadderLanes> lanes_; // by talk
    std::vector<Run> runs_;
    std::uint32_t top_talk_ = 0;         // of the first row that is seen
    std::size_t stop_ = 0;               // the row that Tab leads to
    std::optional<std::size_t> hovered_; // the row that the mouse rests on
};

} // namespace

void ladder_panel(const Ui& ui, const Rect& space)
{
    LadderDrawing{ui, space}.draw();
}

} // namespace gui
