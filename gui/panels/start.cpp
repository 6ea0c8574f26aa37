// The first minute: three doors and three places to look at; and the legend, which can be opened
// at any time.

#include "gui/panels/panels.h"
#include "gui/panels/sheet.h"
#include "gui/panels/time_marks.h"
#include "gui/strokes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace gui {

namespace {

// The lesson that comes along in a folder of this name; empty when it does not.
std::string lesson_called(const Ui& ui, std::string_view name)
{
    const auto& lessons = ui.desk().lessons();
    const auto found = std::ranges::find(lessons, name, &LessonEntry::name);
    return found == lessons.end() ? std::string{} : found->path;
}

void door(const Ui& ui, const std::string& name, std::string_view lesson, float width)
{
    const std::string path = lesson_called(ui, lesson);
    if (path.empty()) return;
    if (!ui.primary("start/" + name, icon::forward, ui.say("start." + name), width)) return;
    ui.ask(action::Open{path});
    ui.ask(action::Send{});
}

void doors(const Ui& ui)
{
    const float gap = ui.px(8);
    const float width = (ImGui::GetContentRegionAvail().x - 2 * gap) / 3;
    door(ui, "watch", "path", width);
    ImGui::SameLine(0, gap);
    door(ui, "block", "op25b", width);
    ImGui::SameLine(0, gap);
    if (ui.button("start/choose", ui.say("start.choose"), width))
        ui.ask(action::ShowSheet{Sheet::lessons});
}

void number_at(const Ui& ui, ImDrawList* list, ImVec2 middle, StartMark mark)
{
    const float radius = ui.theme().body() * 0.85F;
    list->AddCircleFilled(middle, radius, ui.theme().ink);
    list->AddCircle(middle, radius, ui.theme().card, 0, ui.px(2));
    ui.line_centred(
        list,
        {{middle.x - radius, middle.y - radius}, {middle.x + radius, middle.y + radius}},
        ui.in(ui.bold(), ui.theme().on_ink),
        std::to_string(static_cast<int>(mark) + 1));
}

// A row of the legend: its sign in a place of its own, and what it means.
template <typename Draw>
void entry(const Ui& ui, std::string_view words, Draw draw)
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float sign = ui.px(96) * ui.theme().type_scale;
    const float width = ImGui::GetContentRegionAvail().x;
    const float height =
        std::max(ui.px(26), ui.paragraph_height(ui.body(), words, width - sign) + ui.px(4));
    ImDrawList* list = ImGui::GetWindowDrawList();
    draw(list, Rect{at, {at.x + sign - ui.px(14), at.y + height}});
    ui.paragraph_at(list, {at.x + sign, at.y + ui.px(2)}, ui.body(), words, width - sign);
    ImGui::Dummy({width, height});
}

void cable(const Ui& ui, ImDrawList* list, const Rect& place, bool is_clear)
{
    const float y = place.centre().y;
    const float end = place.min.x + place.width() * 0.7F;
    if (is_clear) {
        dashed(
            list, {{place.min.x, y}, {end, y}}, ui.theme().clear, ui.px(2.5F), ui.px(6), ui.px(4));
    } else {
        list->AddLine({place.min.x, y}, {end, y}, ui.theme().encrypted, ui.px(4));
    }
    ui.line_centred(list,
                    {{end, place.min.y}, place.max},
                    ui.in(ui.body(), is_clear ? ui.theme().clear : ui.theme().encrypted),
                    is_clear ? icon::eye : icon::lock);
}

// As on the map: an octagon in front of a striped gate.
void stop_sign(const Ui& ui, ImDrawList* list, const Rect& place)
{
    const ImVec2 middle = place.centre();
    const Rect gate{{middle.x - ui.px(5), place.min.y}, {middle.x + ui.px(5), place.max.y}};
    stripes(list, gate, ui.theme().ink, ui.theme().card, ui.px(5));
    octagon(list, middle, ui.px(11), ui.theme().ink, ui.theme().on_ink);
    ui.tell("legend/octagon", {});
}

void signs(const Ui& ui)
{
    using sim::explain::Mark;
    for (const bool is_clear : {true, false}) {
        entry(ui,
              ui.say(is_clear ? "legend.clear" : "legend.encrypted"),
              [&](ImDrawList* list, const Rect& place) { cable(ui, list, place, is_clear); });
    }
    struct Sign {
        const char* name;
        Mark mark;
    };
    entry(ui, ui.say("legend.blocked"), [&](ImDrawList* list, const Rect& place) {
        stop_sign(ui, list, place);
    });
    constexpr std::array all{Sign{"secret", Mark::secret}, Sign{"accepted", Mark::accepted}};
    for (const Sign& sign : all) {
        entry(ui,
              ui.say(fmt::format("legend.{}", sign.name)),
              [&](ImDrawList* list, const Rect& place) {
                  ui.line_centred(
                      list, place, ui.in(ui.bold(), ui.theme().of(sign.mark)), icon_of(sign.mark));
              });
    }
}

void time_marks(const Ui& ui)
{
    ui.paragraph(ui.bold(), ui.say("legend.time"));
    for (const TimeMark mark : sim::values_of<TimeMark>()) {
        entry(ui, words_of(ui, mark), [&](ImDrawList* list, const Rect& place) {
            const ImVec2 middle = place.centre();
            list->AddRectFilled({middle.x - ui.px(1.5F), middle.y - ui.px(8)},
                                {middle.x + ui.px(1.5F), middle.y + ui.px(8)},
                                colour_of(ui, mark));
        });
    }
    entry(ui, ui.say("legend.gap"), [&](ImDrawList* list, const Rect& place) {
        ui.line_centred(list, place, ui.in(ui.bold(), ui.theme().quiet), "»");
    });
}

} // namespace

void start_sheet(const Ui& ui, const Rect& below_map)
{
    const float gap = ui.px(8);
    const Rect space{{below_map.min.x + gap, below_map.min.y + 2 * gap},
                     {below_map.max.x - gap, below_map.max.y - gap}};
    const SheetPlace place{space.min, {0, 0}, space.width(), space.height()};
    if (begin_sheet(ui, "##sheet", place)) {
        TextStyle style = ui.bold();
        style.size *= 1.15F;
        ui.paragraph(style, ui.say("start.title"));
        doors(ui);
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
        ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.say("start.marks"));
        for (const StartMark mark : sim::values_of<StartMark>()) {
            entry(
                ui,
                ui.say(fmt::format("start.{}", sim::name_of(mark))),
                [&](ImDrawList* list, const Rect& at) { number_at(ui, list, at.centre(), mark); });
        }
        ImGui::Dummy({0, ui.px(6)});
        ImGui::PopStyleVar();
        const float half = (ImGui::GetContentRegionAvail().x - gap) / 2;
        if (ui.button("start/legend", ui.say("legend.title"), half))
            ui.ask(action::ShowSheet{Sheet::legend});
        ImGui::SameLine(0, gap);
        if (ui.button("sheet/close", ui.say("close"), half)) ui.ask(action::ShowSheet{Sheet::none});
    }
    end_sheet(ui);
}

void legend_sheet(const Ui& ui)
{
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(4)});
    signs(ui);
    time_marks(ui);
    ImGui::PopStyleVar();
}

void start_mark(const Ui& ui, StartMark mark, ImVec2 corner)
{
    if (ui.desk().sheet() != Sheet::start) return;
    const float away = ui.theme().body() * 0.85F + ui.px(4);
    const ImVec2 middle{corner.x - away, corner.y + away};
    number_at(ui, ImGui::GetForegroundDrawList(), middle, mark);
    ui.remember(fmt::format("start/mark/{}", sim::name_of(mark)),
                {{middle.x - away, middle.y - away}, {middle.x + away, middle.y + away}});
}

} // namespace gui
