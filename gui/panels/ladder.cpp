// The sequence diagram: a lifeline for each host, a row for each event of the level. Only the rows
// that can be seen are looked at.

#include "gui/panels/panels.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace gui {

namespace {

using sim::HostId;
using sim::explain::Mark;
using sim::report::LadderRow;

constexpr ImU32 band_alpha = IM_COL32(0, 0, 0, 0xB0);

class LadderDrawing {
public:
    LadderDrawing(const Ui& ui, const Rect& space)
        : ui_{ui},
          view_{ui.desk().view()},
          now_{view_.row_at(ui.desk().cursor())},
          space_{space},
          time_width_{text_width(small_mono(), "00:00:00.000") + ui.px(36)},
          row_height_{std::round(ui.theme().note() + ui.px(20))} // whole: a million add up exactly
    {
        const auto& hosts = view_.ladder().lifelines;
        const float room = space_.width() - time_width_ - ui.px(24);
        lane_ = room / static_cast<float>(std::max<std::size_t>(hosts.size(), 1));
        for (std::size_t i = 0; i < hosts.size(); ++i)
            x_of_[hosts[i]] = space_.min.x + time_width_ + lane_ * (static_cast<float>(i) + 0.5F);
    }

    void draw()
    {
        const float head = names();
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
    }

private:
    [[nodiscard]] TextStyle strong(ImU32 colour) const
    {
        TextStyle style = ui_.in(ui_.bold(), colour);
        style.size = ui_.theme().note();
        return style;
    }
    [[nodiscard]] TextStyle small_mono() const
    {
        TextStyle style = ui_.mono();
        style.size = ui_.theme().small();
        style.colour = ui_.theme().quiet;
        return style;
    }

    // Returns the height of the names: in one row, all as tall as the tallest, or in two by turns
    // where words would have to be cut to stand beside each other.
    float names()
    {
        std::map<HostId, std::string> called;
        for (const auto& [host, x] : x_of_)
            called[host] = sim::explain::host_name(host, ui_.desk().source().context());
        const auto fit = [&](const std::string& words, std::size_t rows, float size) {
            TextStyle style = ui_.in(ui_.small(), ui_.theme().ink);
            style.size = std::min(style.size, size);
            return ui_.name(
                style, words, lane_ * static_cast<float>(rows) - ui_.px(4), ui_.px(120));
        };
        const auto set = [&](std::size_t rows) { // all of one size
            float size = ui_.theme().small();
            for (const auto& one : called)
                size = std::min(size, fit(one.second, rows, size).style.size);
            std::map<HostId, Ui::Name> names;
            for (const auto& [host, words] : called)
                names[host] = fit(words, rows, size);
            return names;
        };
        auto names = set(1);
        const bool crowded = std::ranges::any_of(names, [](const auto& name) {
            return name.second.lines.size() > 3 || name.second.is_torn;
        });
        const std::size_t rows = crowded ? 2 : 1;
        if (crowded) names = set(rows);
        const auto& hosts = view_.ladder().lifelines;
        std::array<float, 2> heights{};
        for (std::size_t i = 0; i < hosts.size(); ++i)
            heights.at(i % rows) = std::max(heights.at(i % rows), names.at(hosts[i]).height());
        const float gap = crowded ? ui_.px(2) : 0;
        const float height = heights[0] + gap + heights[1];
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const float bottom = space_.min.y + (i % rows == 0 ? heights[0] : height);
            draw_name(names.at(hosts[i]), x_of_.at(hosts[i]), bottom);
            if (crowded && i % rows == 0) {
                ImGui::GetWindowDrawList()->AddLine({x_of_.at(hosts[i]), bottom},
                                                    {x_of_.at(hosts[i]), space_.min.y + height},
                                                    ui_.theme().rule,
                                                    ui_.px(1.5F));
            }
        }
        return height + ui_.px(6);
    }

    void draw_name(const Ui::Name& name, float x, float bottom) const
    {
        float y = bottom - name.height();
        for (const auto one : name.lines) {
            const float width = text_width(name.style, one);
            const float left = std::clamp(
                x - width / 2, space_.min.x, std::max(space_.min.x, space_.max.x - width));
            ui_.line(ImGui::GetWindowDrawList(),
                     {left, y + (name.line() - name.style.size) / 2},
                     name.style,
                     one,
                     width + 1);
            y += name.line();
        }
    }

    void body(const Rect& rows)
    {
        const std::size_t shown = view_.shown_before(ui_.desk().reached());
        const std::size_t done = view_.shown_before(ui_.desk().cursor());
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float height = row_height_ * static_cast<float>(shown);
        if (shown == 0) {
            const ImVec2 at{space_.min.x + ui_.px(12), rows.min.y + ui_.px(16)};
            const float width = space_.width() - ui_.px(24);
            const std::string words =
                ui_.say(ui_.desk().live() != nullptr ? "bridge.waiting" : "ladder.empty");
            const TextStyle style = ui_.in(ui_.body(), ui_.theme().quiet);
            const float tall = ui_.paragraph_at(list, at, style, words, width);
            words_.push_back({at, {at.x + width, at.y + tall}});
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
            stop_ = tab_stop(first, end, done);
            list->ChannelsSetCurrent(0);
            for (std::size_t i = first; i < end; ++i)
                place(i, y_of(i));
            for (const TlsSpan& span : view_.tls_spans(first, end - 1))
                band(span, std::max(span.first, first), std::min(span.last + 1, end), y_of);
            list->ChannelsSetCurrent(1);
            for (std::size_t i = first; i < end; ++i)
                row(i, y_of(i), done);
        }
        list->ChannelsSetCurrent(0);
        lifelines(rows);
        list->ChannelsMerge();
        hint();
        // Ends with the last row: one pixel more, and at the end no first row would stand whole.
        ImGui::SetCursorScreenPos({rows.min.x, top + std::max(height, 1.0F) - 1});
        ImGui::Dummy({1, 1});
    }

    [[nodiscard]] const LadderRow& row_of(std::size_t index) const
    {
        return view_.row(view_.shown()[index]);
    }
    [[nodiscard]] bool is_gap(std::size_t index) const
    {
        return row_of(index).shape == LadderRow::Shape::gap;
    }

    // Of the rows [first, end), the one that Tab leads to: that at the cursor, or the nearest to
    // it.
    [[nodiscard]] std::size_t tab_stop(std::size_t first, std::size_t end, std::size_t done) const
    {
        std::size_t stop = std::clamp(done == 0 ? 0 : done - 1, first, end - 1);
        while (stop > first && is_gap(stop))
            --stop;
        while (stop + 1 < end && is_gap(stop))
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
    void lifelines(const Rect& rows) const
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        for (const auto& [host, x] : x_of_) {
            float y = rows.min.y;
            for (const Rect& words : words_) { // from the top down
                if (x < words.min.x || x > words.max.x || words.max.y <= y) continue;
                if (words.min.y > y)
                    list->AddLine({x, y}, {x, words.min.y}, ui_.theme().rule, ui_.px(1.5F));
                y = words.max.y;
            }
            if (y < rows.max.y)
                list->AddLine({x, y}, {x, rows.max.y}, ui_.theme().rule, ui_.px(1.5F));
        }
    }

    // Rows [begin, end) of the span, as one surface; its ends are round.
    template <typename YOf>
    void band(const TlsSpan& span, std::size_t begin, std::size_t end, const YOf& y_of) const
    {
        if (!x_of_.contains(span.a) || !x_of_.contains(span.b)) return;
        const auto [a, b] = std::minmax(x_of_.at(span.a), x_of_.at(span.b));
        const float round = ui_.px(6);
        const float over = ui_.px(5);
        const bool is_first = begin == span.first;
        const bool is_last = end == span.last + 1;
        ImDrawFlags corners = ImDrawFlags_RoundCornersNone;
        if (is_first) corners |= ImDrawFlags_RoundCornersTop;
        if (is_last) corners |= ImDrawFlags_RoundCornersBottom;
        const ImU32 colour = (ui_.theme().encrypted_tint & ~IM_COL32_A_MASK) | band_alpha;
        ImGui::GetWindowDrawList()->AddRectFilled({a - over, y_of(begin)},
                                                  {b + over, y_of(end)},
                                                  colour,
                                                  is_first || is_last ? round : 0,
                                                  corners);
    }

    [[nodiscard]] Rect rect_of(float y) const
    {
        return {{space_.min.x, y}, {space_.max.x - ui_.px(14), y + row_height_}};
    }

    // The row as something to press, and its ground.
    void place(std::size_t index, float y)
    {
        if (is_gap(index)) return;
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
                                tint_of(it.mark),
                                ui_.px(6));
        }
        if (selected) {
            list->AddRectFilled(rect.min, rect.max, ui_.theme().selection, ui_.px(6));
            ui_.tell("ladder", it.event);
        } else if (hovered) { // another sign than that of the cursor
            list->AddRect(rect.min, rect.max, ui_.theme().line, ui_.px(6), 0, ui_.px(1));
        }
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) hovered_ = &it;
    }

    [[nodiscard]] ImU32 tint_of(Mark mark) const
    {
        if (mark == Mark::encrypted) return ui_.theme().encrypted_tint;
        return mark == Mark::clear ? ui_.theme().clear_tint : ui_.theme().card;
    }

    // A conversation in one row: who with whom, how, and how many lines it hides.
    void fold(const ShownRow& shown, float y, bool future)
    {
        const Fold& fold = *view_.fold(shown);
        ImDrawList* list = ImGui::GetWindowDrawList();
        const ImU32 colour = future ? ui_.theme().quiet : ui_.theme().of(fold.row.mark);
        const TextStyle style = ui_.in(ui_.note(), colour);
        const float line = y + (row_height_ - style.size) / 2;
        float x = space_.min.x + time_width_;
        ui_.line(list, {x, line}, style, fold.open ? icon::down : icon::forward, ui_.px(20));
        x += ui_.px(20);
        const std::string lines = ui_.say(fold.lines == 1 ? "ladder.line" : "ladder.lines",
                                          {{"count", std::to_string(fold.lines)}});
        const std::string how = sim::explain::label(fold.row.mark, ui_.desk().language());
        const auto& run = ui_.desk().playback();
        const auto* hop =
            run.is_complete()
                ? sim::report::hop_of(view_.journey(), run.trace().at(fold.row.event).connection)
                : nullptr;
        const std::string ends =
            hop == nullptr ? fold.ends : fmt::format("{}  {}", hop->number, fold.ends);
        // Who with whom is more than a word for what the icon says.
        std::string words = how.empty() ? lines : fmt::format("{}  {}", how, lines);
        const float room = space_.max.x - ui_.px(32) - x;
        if (text_width(style, ends) + text_width(style, words) > room) words = lines;
        const float width = text_width(style, words);
        const float right = space_.max.x - ui_.px(24) - width;
        words_at(fold.row, {x, line}, style, ends, right - x - ui_.px(8));
        words_at(fold.row, {right, line}, style, words, width + 1);
    }

    // The whole of what had no room in the row that the mouse is on.
    void hint() const
    {
        if (hovered_ == nullptr || cut_.empty()) return;
        ImGui::BeginTooltip();
        ui_.paragraph(ui_.body(), cut_, ui_.px(420));
        ImGui::EndTooltip();
    }

    // A line of a row, cut where there is no more room.
    void words_at(
        const LadderRow& it, ImVec2 at, const TextStyle& style, const std::string& text, float room)
    {
        if (hovered_ == &it && text_width(style, text) > room) cut_ = text;
        const float taken =
            ui_.line(ImGui::GetWindowDrawList(), at, style, text, room, Overflow::shorten);
        const float around = ui_.px(3);
        words_.push_back({{at.x - around, at.y}, {at.x + taken + around, at.y + style.size}});
    }

    void gap(const LadderRow& it, float y) const
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float x = space_.min.x + time_width_;
        ui_.line(list,
                 {x + ui_.px(8), y + ui_.px(9)},
                 ui_.note(),
                 it.day.empty() ? it.text : it.text + "  " + it.day,
                 space_.max.x - x - ui_.px(24));
        ui_.line(list, {x - ui_.px(34), y + ui_.px(9)}, ui_.note(), icon::fold, ui_.px(30));
    }

    void row(std::size_t index, float y, std::size_t done)
    {
        const LadderRow& it = row_of(index);
        if (it.shape == LadderRow::Shape::gap) {
            gap(it, y);
            return;
        }
        const bool future = index >= done;
        const ShownRow& shown = view_.shown()[index];
        if (shown.kind == ShownRow::Kind::heading) {
            fold(shown, y, future);
            return;
        }
        const float middle = y + row_height_ * 0.72F;
        ui_.line(ImGui::GetWindowDrawList(),
                 {space_.min.x + ui_.px(6), middle - ui_.theme().small() * 0.75F},
                 small_mono(),
                 sim::explain::clock_time(it.at, ui_.desk().scenario()),
                 time_width_);
        // What was stopped had been readable on its way.
        const ImU32 colour =
            future ? ui_.theme().quiet : ui_.theme().of(it.stopped ? Mark::clear : it.mark);
        if (shown.kind == ShownRow::Kind::fold) {
            const LadderRow& whole = view_.fold(shown)->row;
            mark_icon(whole, y, future ? ui_.theme().quiet : ui_.theme().of(whole.mark));
            fold(shown, y, future);
            return;
        }
        mark_icon(it, y, colour);
        if (it.shape == LadderRow::Shape::tls_bar) {
            bar(it, y);
        } else if (it.to.exists() && it.to != it.from && x_of_.contains(it.to)) {
            arrow(it, y, middle, colour);
        } else {
            note(it, y + row_height_ * 0.6F, colour);
        }
    }

    void bar(const LadderRow& it, float y)
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float a = std::min(x_of_.at(it.from), x_of_.at(it.to));
        const float b = std::max(x_of_.at(it.from), x_of_.at(it.to));
        const std::string words = fmt::format("{} {}", icon::lock, it.text);
        const TextStyle style = ui_.in(ui_.bold(), ui_.theme().card);
        // As wide as the span, or as its words need.
        const float need = text_width(style, words) + ui_.px(16);
        float left = a;
        float right = std::max(b, a + need);
        if (right > space_.max.x - ui_.px(16)) {
            right = space_.max.x - ui_.px(16);
            left = std::min(a, right - need);
        }
        const Rect rect{{left, y + ui_.px(4)}, {right, y + row_height_ - ui_.px(3)}};
        list->AddRectFilled(rect.min, rect.max, ui_.theme().encrypted, ui_.px(5));
        if (hovered_ == &it && need > right - left) cut_ = it.text;
        ui_.line_centred(list, rect, style, words, Overflow::shorten);
    }

    void arrow(const LadderRow& it, float y, float middle, ImU32 colour)
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const float from = x_of_.at(it.from);
        const float to = x_of_.at(it.to);
        const float direction = to > from ? 1.0F : -1.0F;
        const bool encrypted = it.mark == Mark::encrypted || it.under_tls;
        const float tip = ui_.px(7);
        const ImVec2 end{to - direction * (it.stopped ? ui_.px(4) : 0), middle};
        if (encrypted) {
            list->AddLine({from, middle}, {end.x - direction * tip, middle}, colour, ui_.px(3));
        } else {
            const float dash = it.mark == Mark::quiet ? ui_.px(2) : ui_.px(6);
            const float length = std::abs(end.x - from) - tip;
            const int dashes = static_cast<int>(std::ceil(length / (2 * dash)));
            for (int i = 0; i < dashes; ++i) {
                const float x = 2 * dash * static_cast<float>(i);
                list->AddLine({from + direction * x, middle},
                              {from + direction * std::min(x + dash, length), middle},
                              colour,
                              ui_.px(2));
            }
        }
        if (it.stopped) {
            const float arm = ui_.px(4);
            list->AddLine(
                {to - arm, middle - arm}, {to + arm, middle + arm}, ui_.theme().ink, ui_.px(2));
            list->AddLine(
                {to - arm, middle + arm}, {to + arm, middle - arm}, ui_.theme().ink, ui_.px(2));
        } else {
            list->AddTriangleFilled({end.x, middle},
                                    {end.x - direction * tip, middle - ui_.px(4)},
                                    {end.x - direction * tip, middle + ui_.px(4)},
                                    colour);
        }
        words(it, y, from, to, colour);
    }

    // Above the arrow, from its tail on; as wide as there is room in the row.
    void words(const LadderRow& it, float y, float from, float to, ImU32 colour)
    {
        TextStyle style = ui_.in(ui_.mono(), colour);
        style.size = ui_.theme().note();
        const bool to_right = to > from;
        const float pad = ui_.px(8);
        const float right = space_.max.x - ui_.px(20);
        const float leftmost = space_.min.x + time_width_;
        const float at = y + ui_.px(2);
        if (it.stopped) stopper(it, at + style.size * 0.7F, to, to_right);
        if (to_right) {
            // Behind the cross stands who stopped it.
            const float end = it.stopped ? to : right;
            const float x =
                it.stopped
                    ? from + pad
                    : std::max(leftmost, std::min(from + pad, end - text_width(style, it.text)));
            words_at(it, {x, at}, style, it.text, end - x);
            return;
        }
        const float room = from - pad - (space_.min.x + time_width_);
        const float width = std::min(text_width(style, it.text), room);
        const bool fits = width <= from - to - 2 * pad;
        const float x =
            fits ? from - pad - width : std::max(leftmost, std::min(to + pad, right - width));
        words_at(it, {x, at}, style, it.text, fits ? width + 1 : right - x);
    }

    // Who stopped it, beside the cross: in as many words as there is room for.
    void stopper(const LadderRow& it, float y, float x, bool to_right)
    {
        const TextStyle style = strong(ui_.theme().ink);
        const float gap = ui_.px(10);
        const float room =
            to_right ? space_.max.x - ui_.px(20) - x - gap : x - gap - space_.min.x - time_width_;
        const auto& event = ui_.desk().playback().trace().at(it.event);
        std::string words = who_stopped(event, true);
        if (text_width(style, words) > room) {
            if (hovered_ == &it) cut_ = words;
            words = who_stopped(event, false);
        }
        const float width = std::min(text_width(style, words), room);
        words_at(it, {to_right ? x + gap : x - gap - width, y}, style, words, width + 1);
    }

    // The lifeline says where it was.
    [[nodiscard]] std::string who_stopped(const sim::Event& event, bool how) const
    {
        const auto& scenario = ui_.desk().scenario();
        const auto* dropped = std::get_if<sim::PacketDropped>(&event.what);
        if (dropped == nullptr || dropped->rule.value >= scenario.rules.size())
            return sim::explain::headline(event, ui_.desk().source().context());
        std::string rule = ui_.say(
            fmt::format("ladder.rule.{}", sim::name_of(scenario.rules[dropped->rule.value].kind)),
            {{"number", std::to_string(sim::explain::number_of(dropped->rule, scenario))}});
        if (!how) return rule;
        return ui_.say(fmt::format("ladder.by_rule.{}", sim::name_of(dropped->verdict)),
                       {{"rule", rule}});
    }

    // In a column of its own, where an eye runs down it: what could be read, and what could not.
    void mark_icon(const LadderRow& it, float y, ImU32 colour) const
    {
        const char* icon = it.stopped ? "" : icon_of(it.mark);
        if (*icon == '\0') return;
        const float right = space_.min.x + time_width_;
        ui_.line_centred(ImGui::GetWindowDrawList(),
                         {{right - ui_.px(26), y + ui_.px(8)}, // beside the time
                          {right - ui_.px(4), y + row_height_}},
                         ui_.in(ui_.small(), colour),
                         icon);
        ui_.tell("ladder/mark", it.event);
    }

    void note(const LadderRow& it, float middle, ImU32 colour)
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const auto found = x_of_.find(it.from);
        const float x = found == x_of_.end() ? space_.min.x + time_width_ : found->second;
        list->AddCircleFilled({x, middle}, ui_.px(4), colour);
        const TextStyle style = strong(colour);
        const float width = text_width(style, it.text);
        const float pad = ui_.px(10);
        const float right = space_.max.x - ui_.px(18);
        // On the side that has room for it, else on the one that has more.
        const float room_right = right - x - pad;
        const float room_left = x - pad - space_.min.x - time_width_;
        const bool left_side = width > room_right && room_left > room_right;
        const float room = left_side ? std::min(width + 1, room_left) : room_right;
        const float at = left_side ? x - pad - std::min(width, room) : x + pad;
        words_at(it, {at, middle - style.size * 0.55F}, style, it.text, room);
    }

    const Ui& ui_;
    const RunView& view_;
    const LadderRow* now_; // what all views speak of
    Rect space_;
    float time_width_;
    float row_height_;
    float lane_ = 0;
    std::map<HostId, float> x_of_;
    std::vector<Rect> words_;            // where words stand in the rows
    std::size_t stop_ = 0;               // the row that Tab leads to
    const LadderRow* hovered_ = nullptr; // the row that the mouse rests on
    std::string cut_;                    // what had no room in it
};

} // namespace

void ladder_panel(const Ui& ui, const Rect& space)
{
    LadderDrawing{ui, space}.draw();
}

} // namespace gui
