// The first minute: three doors and three places to look at; and the legend, which can be opened
// at any time.

#include "gui/panels/panels.h"
#include "gui/panels/time_marks.h"
#include "gui/strokes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

namespace gui {

namespace {

// The lesson that comes along in a folder of this name; empty when it does not.
std::string lesson_called(const Ui& ui, std::string_view name)
{
    const auto& lessons = ui.desk().lessons();
    const auto found = std::ranges::find_if(lessons, [&](const LessonEntry& lesson) {
        return std::filesystem::path{lesson.path}.parent_path().filename() == name;
    });
    return found == lessons.end() ? std::string{} : found->path;
}

void door(const Ui& ui, const std::string& name, std::string_view lesson, bool plays)
{
    const std::string path = lesson_called(ui, lesson);
    if (path.empty()) return;
    if (!ui.primary("start/" + name,
                    icon::forward,
                    ui.say("start." + name),
                    ImGui::GetContentRegionAvail().x))
        return;
    ui.ask(action::Open{path});
    if (plays) ui.ask(action::Send{});
}

void number_at(const Ui& ui, ImDrawList* list, ImVec2 middle, int number)
{
    const float radius = ui.theme().body() * 0.85F;
    list->AddCircleFilled(middle, radius, ui.theme().ink);
    list->AddCircle(middle, radius, ui.theme().card, 0, ui.px(2));
    ui.line_centred(
        list,
        {{middle.x - radius, middle.y - radius}, {middle.x + radius, middle.y + radius}},
        ui.in(ui.bold(), ui.theme().on_ink),
        std::to_string(number));
}

constexpr std::array numbered{"send", "map", "words"};

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
    constexpr std::array all{Sign{"blocked", Mark::blocked},
                             Sign{"secret", Mark::secret},
                             Sign{"accepted", Mark::accepted}};
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
    for (const TimeMark mark :
         {TimeMark::connection, TimeMark::tls, TimeMark::auth, TimeMark::delivered}) {
        entry(ui,
              ui.say("legend." + std::string{sim::name_of(mark)}),
              [&](ImDrawList* list, const Rect& place) {
                  const ImVec2 middle = place.centre();
                  list->AddRectFilled({middle.x - ui.px(1.5F), middle.y - ui.px(8)},
                                      {middle.x + ui.px(1.5F), middle.y + ui.px(8)},
                                      colour_of(ui, mark));
              });
    }
    entry(ui, ui.say("legend.gap"), [](ImDrawList* /*list*/, const Rect& /*place*/) {});
}

} // namespace

void start_sheet(const Ui& ui)
{
    door(ui, "watch", "path", true);
    door(ui, "block", "op25b", true);
    if (ui.button("start/choose", ui.say("start.choose"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowSheet{Sheet::lessons});
    ui.paragraph(ui.in(ui.note(), ui.theme().quiet), ui.say("start.marks"));
    int number = 0;
    for (const char* name : numbered) {
        entry(ui, ui.say(fmt::format("start.{}", name)), [&](ImDrawList* list, const Rect& place) {
            number_at(ui, list, place.centre(), ++number);
        });
    }
    if (ui.button("start/legend", ui.say("legend.title"), ImGui::GetContentRegionAvail().x))
        ui.ask(action::ShowSheet{Sheet::legend});
}

void legend_sheet(const Ui& ui)
{
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(4)});
    signs(ui);
    time_marks(ui);
    ImGui::PopStyleVar();
}

void start_marks(const Ui& ui, const Rect& send, const Rect& map, const Rect& sentence)
{
    ImDrawList* list = ImGui::GetForegroundDrawList();
    int number = 0;
    for (const Rect& place : {send, map, sentence})
        number_at(ui, list, place.centre(), ++number);
}

} // namespace gui
