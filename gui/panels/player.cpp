// Bottom: the player, the time line with its marks and folded gaps, the clock, what comes next.

#include "gui/panels/panels.h"
#include "gui/panels/time_marks.h"

#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace gui {

namespace {

// Where the events of the level stand on the time line: each has its share, gaps have a fixed one.
class Scale {
public:
    Scale(const Ui& ui, float left, float right)
        : stops_{ui.desk().view().stops()}, left_{left}, right_{right}
    {
    }
    [[nodiscard]] float x_of(std::size_t cursor) const
    {
        if (stops_.empty()) return left_;
        const auto before =
            static_cast<float>(std::ranges::lower_bound(stops_, cursor) - stops_.begin());
        return left_ + (right_ - left_) * before / static_cast<float>(stops_.size());
    }
    [[nodiscard]] std::size_t cursor_at(float x) const
    {
        if (stops_.empty()) return 0;
        const float f = std::clamp((x - left_) / std::max(right_ - left_, 1.0F), 0.0F, 1.0F);
        const auto index =
            static_cast<std::size_t>(std::lround(f * static_cast<float>(stops_.size())));
        return index == 0 ? 0 : std::size_t{stops_.at(index - 1)} + 1;
    }

private:
    const std::vector<std::uint32_t>& stops_;
    float left_;
    float right_;
};

bool round_button(const Ui& ui,
                  const std::string& path,
                  std::string_view icon,
                  std::string_view hint,
                  ImVec2 at,
                  bool filled)
{
    const float side = ui.px(36);
    const Rect rect{at, {at.x + side + (filled ? ui.px(8) : 0), at.y + side}};
    const bool pressed = ui.area(path, rect);
    const bool hovered = ImGui::IsItemHovered();
    (void)ui.hovered_hint(hint);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImU32 fill = filled ? ui.theme().ink : hovered ? ui.theme().selection : ui.theme().card;
    list->AddRectFilled(rect.min, rect.max, fill, ui.px(8));
    list->AddRect(rect.min, rect.max, ui.theme().rule, ui.px(8), 0, ui.px(1));
    TextStyle style = ui.in(ui.body(), filled ? ui.theme().on_ink : ui.theme().ink);
    style.size = ui.px(15);
    ui.line_centred(list, rect, style, icon);
    return pressed;
}

float buttons(const Ui& ui, ImVec2 at)
{
    const float step = ui.px(44);
    float x = at.x;
    if (round_button(ui, "player/start", icon::first, ui.say("hint.start"), {x, at.y}, false))
        ui.ask(action::ToStart{});
    x += step;
    if (round_button(ui, "player/back", icon::back, ui.say("hint.back"), {x, at.y}, false))
        ui.ask(action::Step{-1});
    x += step;
    if (round_button(ui,
                     "player/play",
                     ui.desk().playing() ? icon::pause : icon::play,
                     ui.say("hint.play"),
                     {x, at.y},
                     true))
        ui.ask(action::PlayPause{});
    x += step + ui.px(8);
    if (round_button(ui, "player/forward", icon::forward, ui.say("hint.forward"), {x, at.y}, false))
        ui.ask(action::Step{1});
    x += step;
    if (round_button(ui, "player/end", icon::last, ui.say("hint.end"), {x, at.y}, false))
        ui.ask(action::ToEnd{});
    return x + step;
}

// What the left and right arrows did to the control that the keyboard is on: -1, 0 or 1. They are
// its own as long as it is there.
int arrows()
{
    if (!ImGui::IsItemFocused() || !ImGui::GetIO().NavVisible) return 0;
    ImGui::SetKeyOwner(ImGuiKey_LeftArrow, ImGui::GetItemID());
    ImGui::SetKeyOwner(ImGuiKey_RightArrow, ImGui::GetItemID());
    return (ImGui::IsKeyPressed(ImGuiKey_RightArrow) ? 1 : 0) -
           (ImGui::IsKeyPressed(ImGuiKey_LeftArrow) ? 1 : 0);
}

// Held by the mouse: Space and Enter do not say where.
bool is_dragged()
{
    return ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left);
}

// Logarithmic: a quarter of a stop to 32 stops a second.
void speed(const Ui& ui, const Rect& rect)
{
    constexpr float slowest = -2; // powers of two
    constexpr float fastest = 5;
    ImDrawList* list = ImGui::GetWindowDrawList();
    (void)ui.area("player/speed", rect);
    (void)ui.hovered_hint(ui.say("player.speed"));
    const float middle = rect.centre().y;
    if (const int step = arrows(); step != 0) {
        const float speed =
            std::log2(ui.desk().preferences().speed) + 0.5F * static_cast<float>(step);
        ui.ask(action::SetSpeed{std::exp2(std::clamp(speed, slowest, fastest))});
    }
    if (is_dragged()) {
        const float f =
            std::clamp((ImGui::GetIO().MousePos.x - rect.min.x) / rect.width(), 0.0F, 1.0F);
        ui.ask(action::SetSpeed{std::exp2(slowest + f * (fastest - slowest))});
    }
    const float now = (std::log2(ui.desk().preferences().speed) - slowest) / (fastest - slowest);
    list->AddLine({rect.min.x, middle}, {rect.max.x, middle}, ui.theme().rule, ui.px(3));
    list->AddCircleFilled({rect.min.x + rect.width() * now, middle}, ui.px(6), ui.theme().ink);
}

} // namespace

ImU32 colour_of(const Ui& ui, TimeMark mark)
{
    switch (mark) {
    case TimeMark::connection:
        return ui.theme().quiet;
    case TimeMark::auth:
        return ui.theme().secret;
    case TimeMark::tls:
        return ui.theme().encrypted;
    case TimeMark::delivered:
        return ui.theme().accepted;
    case TimeMark::blocked:
        return ui.theme().ink;
    }
    return ui.theme().ink;
}

std::string words_of(const Ui& ui, TimeMark mark)
{
    return ui.say(
        fmt::format("legend.{}", mark == TimeMark::blocked ? "stopped" : sim::name_of(mark)));
}

namespace {

// Whether one of these events happened at the cursors [begin, end).
bool any_between(const std::vector<std::uint32_t>& events, std::size_t begin, std::size_t end)
{
    const auto first = std::ranges::lower_bound(events, begin);
    return first != events.end() && *first < end;
}

// Marks only of what may be known: up to where the cursor has been. One in a column, so that the
// longest run costs no more to draw than there is room for.
void marks(const Ui& ui, const Scale& scale, const Rect& rect, bool is_hovered)
{
    const RunView& view = ui.desk().view();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float y = rect.centre().y;
    const float step = ui.px(4);
    const std::size_t known = ui.desk().reached();
    std::size_t begin = 0;
    float last_gap = -1e9F;
    for (float x = rect.min.x; x <= rect.max.x && begin < known; x += step) {
        const std::size_t end = std::min(scale.cursor_at(x + step / 2), known);
        if (end <= begin) continue;
        if (any_between(view.gaps(), begin, end) && x - last_gap >= ui.px(14)) {
            const TextStyle style = ui.in(ui.bold(), ui.theme().quiet);
            ui.line(list, {x - text_width(style, "»") / 2, y + ui.px(5)}, style, "»", ui.px(24));
            last_gap = x;
        }
        std::optional<TimeMark> shown;
        for (const TimeMark mark : sim::values_of<TimeMark>())
            if (any_between(view.marks(mark), begin, end)) shown = mark;
        begin = end;
        if (!shown) continue;
        if (is_hovered && std::abs(ImGui::GetIO().MousePos.x - x) <= step / 2) {
            ImGui::BeginTooltip();
            ui.paragraph(ui.body(), words_of(ui, *shown), ui.px(320));
            ImGui::EndTooltip();
        }
        list->AddRectFilled({x - ui.px(2), y - ui.px(8)},
                            {x + ui.px(2), y + ui.px(8)},
                            colour_of(ui, *shown),
                            ui.px(1));
    }
}

void time_line(const Ui& ui, const Rect& rect)
{
    const Scale scale{ui, rect.min.x, rect.max.x};
    const float y = rect.centre().y;
    ImDrawList* list = ImGui::GetWindowDrawList();
    (void)ui.area("player/time", rect);
    const bool is_hovered = ImGui::IsItemHovered();
    if (const int step = arrows(); step != 0) ui.ask(action::Step{step});
    if (is_dragged()) ui.ask(action::Seek{scale.cursor_at(ImGui::GetIO().MousePos.x)});
    const float now = scale.x_of(ui.desk().cursor());
    const float seen = scale.x_of(ui.desk().reached());
    list->AddLine({rect.min.x, y}, {rect.max.x, y}, ui.theme().rule, ui.px(4));
    list->AddLine({rect.min.x, y}, {seen, y}, ui.theme().line, ui.px(4));
    list->AddLine({rect.min.x, y}, {now, y}, ui.theme().ink, ui.px(4));
    marks(ui, scale, rect, is_hovered);
    list->AddCircleFilled({now, y}, ui.px(10), ui.theme().card);
    list->AddCircle({now, y}, ui.px(10), ui.theme().ink, 0, ui.px(3));
}

} // namespace

void player_bar(const Ui& ui, const Rect& space)
{
    if (!ui.desk().is_shown()) return;
    const float middle = space.centre().y;
    float x = buttons(ui, {space.min.x, middle - ui.px(18)});
    ImDrawList* list = ImGui::GetWindowDrawList();
    x += ui.px(4);
    x += ui.line(list,
                 {x, middle - ui.theme().note() / 2},
                 ui.note(),
                 ui.say("player.speed"),
                 ui.px(120)) +
         ui.px(12);
    speed(ui, {{x, middle - ui.px(14)}, {x + ui.px(84), middle + ui.px(14)}});
    x += ui.px(84) + ui.px(16);

    // Right: the clock, and what comes next.
    TextStyle clock = ui.mono();
    clock.size = ui.theme().body() * 1.2F;
    const std::string time = ui.desk().time_of_run(ui.desk().playback().time());
    const float clock_width = std::max(text_width(clock, time), ui.px(150));
    const float right = space.max.x - clock_width;
    ui.line(list,
            {space.max.x - text_width(clock, time), middle - clock.size - ui.px(2)},
            clock,
            time,
            clock_width + 1);
    const sim::EventId next = ui.desk().view().next_after(ui.desk().cursor());
    const LiveRun* live = ui.desk().live();
    const auto& run = ui.desk().playback();
    const std::string coming =
        !next.exists() && !run.is_complete()
            ? ui.say("player.running",
                     {{"time", ui.desk().time_of_run(run.world().now())},
                      {"count", std::to_string(run.trace().size())}})
        : !next.exists() && live != nullptr
            ? ui.say("player.live", {{"count", std::to_string(live->connections())}})
        : next.exists() && next.value < ui.desk().reached()
            ? ui.say("player.next",
                     {{"what", ui.desk().view().row_at(std::size_t{next.value} + 1)->text}})
            : ui.say(next.exists() ? "player.more" : "player.over");
    const float note_width = std::min(text_width(ui.small(), coming), clock_width + ui.px(90));
    const float note_at = space.max.x - note_width;
    const std::string until = ui.say(run.is_complete() ? "player.until" : "player.stop");
    const float until_width = text_width(ui.body(), until) + ui.px(24);
    const float line_end = right - ui.px(110) - until_width;
    ui.line(
        list, {note_at, middle + ui.px(6)}, ui.small(), coming, note_width + 1, Overflow::shorten);
    ImGui::SetCursorScreenPos({line_end + ui.px(14), middle - ui.px(18)});
    if (run.is_complete()) {
        if (ui.button("player/until", until, until_width)) ui.ask(action::ShowSheet{Sheet::until});
    } else if (ui.button("player/stop", until, until_width)) {
        ui.ask(action::StopRun{});
    }
    time_line(ui, {{x, middle - ui.px(18)}, {line_end, middle + ui.px(18)}});
}

} // namespace gui
