#include "gui/panels/panels.h"

#include <fmt/format.h>

namespace gui {

namespace {

using sim::explain::Level;

std::string name_of(const Ui& ui, std::size_t lesson)
{
    return fmt::format("{}. {}", lesson + 1, ui.pick(ui.desk().lessons()[lesson].title));
}

// What is open; pressed, the list of all lessons with a field to search in it.
void lesson_picker(const Ui& ui, float width)
{
    std::string shown;
    if (const int number = ui.desk().lesson_number(); number > 0) {
        shown = name_of(ui, static_cast<std::size_t>(number - 1));
    } else if (ui.desk().is_open()) {
        shown = ui.pick(ui.desk().scenario().title);
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (ui.box("top/lesson", shown, width)) ui.ask(action::ShowSheet{Sheet::lessons});
    if (ui.desk().sheet() != Sheet::lessons) return;
    const Rect own{at, ImGui::GetItemRectMax()};
    lesson_sheet(ui, own);
}

constexpr float dot_step = 13; // design pixels

// A ring for a lesson that nobody has looked at, filled once its outcome was seen, a check where
// that was guessed; a larger ring around the one that is open.
void dot(const Ui& ui, ImVec2 middle, Progress progress, bool is_open)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Theme& theme = ui.theme();
    const float radius = ui.px(3.5F);
    switch (progress) {
    case Progress::unseen:
        list->AddCircle(middle, radius, theme.quiet, 0, ui.px(1.2F));
        break;
    case Progress::seen:
        list->AddCircleFilled(middle, radius, theme.ink);
        break;
    case Progress::guessed: {
        TextStyle style = ui.in(ui.bold(), theme.accepted);
        style.size = ui.px(11);
        const float half = ui.px(dot_step / 2);
        ui.line_centred(list,
                        {{middle.x - half, middle.y - half}, {middle.x + half, middle.y + half}},
                        style,
                        icon::check);
        break;
    }
    }
    if (is_open) list->AddCircle(middle, ui.px(6.5F), theme.ink, 0, ui.px(1.2F));
}

std::string chapter_words(const Ui& ui)
{
    return ui.say("top.chapter",
                  {{"number", std::to_string(ui.desk().lesson_number())},
                   {"count", std::to_string(ui.desk().lessons().size())}});
}

float chapter_width(const Ui& ui)
{
    return text_width(ui.note(), chapter_words(ui)) + ui.px(44) +
           ui.px(dot_step) * static_cast<float>(ui.desk().lessons().size());
}

void chapter_dots(const Ui& ui)
{
    const int number = ui.desk().lesson_number();
    if (number == 0) return;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float middle = at.y + (ui.theme().body() + ui.px(16)) / 2;
    const std::string words = chapter_words(ui);
    const float width =
        ui.line(list, {at.x, middle - ui.theme().body() / 2}, ui.note(), words, chapter_width(ui));
    float x = at.x + width + ui.px(12);
    int seen = 0;
    int guessed = 0;
    for (const LessonEntry& lesson : ui.desk().lessons()) {
        const Progress progress = ui.desk().progress_of(lesson);
        seen += progress == Progress::unseen ? 0 : 1;
        guessed += progress == Progress::guessed ? 1 : 0;
        dot(ui, {x, middle}, progress, lesson.path == ui.desk().path());
        ui.tell(fmt::format("dot/{}/{}", lesson.name(), sim::name_of(progress)), {});
        x += ui.px(dot_step);
    }
    ImGui::Dummy({x - at.x, ui.theme().body() + ui.px(16)});
    (void)ui.hovered_hint(ui.say("top.progress",
                                 {{"seen", std::to_string(seen)},
                                  {"guessed", std::to_string(guessed)},
                                  {"count", std::to_string(ui.desk().lessons().size())}}));
}

// Theme, presenter, menu, keys: from the cursor to the right.
void icon_row(const Ui& ui, float side)
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const auto place = [&](int number) {
        ImGui::SetCursorScreenPos({at.x + static_cast<float>(number) * (side + ui.px(6)), at.y});
    };
    place(0);
    const auto next_theme = static_cast<ThemeName>((static_cast<std::size_t>(ui.theme().name) + 1) %
                                                   sim::count_of<ThemeName>());
    if (ui.icon_button("top/theme", icon::sun, ui.say("hint.theme")))
        ui.ask(action::SetTheme{next_theme});
    place(1);
    if (ui.icon_button("top/presenter", icon::display, ui.say("hint.presenter")))
        ui.ask(action::Present{});
    place(2);
    if (ui.icon_button("top/menu", icon::bars, ui.say("hint.export")))
        ui.ask(action::ShowSheet{Sheet::export_menu});
    place(3);
    if (ui.icon_button("top/keys", icon::question, ui.say("hint.keys")))
        ui.ask(action::ShowSheet{Sheet::keys});
}

} // namespace

void top_bar(const Ui& ui)
{
    const float right_edge = ImGui::GetWindowPos().x + ImGui::GetWindowWidth() - ui.px(16);
    const float top = ImGui::GetCursorScreenPos().y;
    const auto start_at = [&](float x) { ImGui::SetCursorScreenPos({x, top}); };
    ImDrawList* list = ImGui::GetWindowDrawList();

    TextStyle name = ui.bold();
    name.size *= 1.2F;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float row = ui.theme().body() + ui.px(16);
    float x = at.x;
    x += ui.line(list, {x, at.y + (row - name.size) / 2}, name, "飛脚", ui.px(120));
    x += ui.px(6);
    x += ui.line(list,
                 {x, at.y + (row - ui.theme().body()) / 2},
                 ui.in(ui.body(), ui.theme().quiet),
                 "hikyaku",
                 ui.px(200));
    x += ui.px(18);

    // From the right: what is always there; the picker takes what is left.
    const Choices levels{{"story", ui.say("level.story")},
                         {"standard", ui.say("level.standard")},
                         {"expert", ui.say("level.expert")}};
    const Choices languages{{"ja", "日本語"}, {"en", "EN"}};
    const float side = ui.theme().body() + ui.px(16);
    float right = right_edge - 4 * side - 3 * ui.px(6);
    const float icons = right;
    const float languages_width = ui.segmented_width(languages);
    right -= languages_width + ui.px(12);
    const float languages_at = right;
    const float levels_width = ui.segmented_width(levels);
    right -= levels_width + ui.px(14);
    const float levels_at = right;

    start_at(x);
    const float dots = chapter_width(ui);
    const bool room_for_dots = levels_at - x > ui.px(320) + dots;
    const float picker =
        std::min(ui.px(430), levels_at - x - ui.px(16) - (room_for_dots ? dots : 0));
    lesson_picker(ui, picker);
    if (room_for_dots) {
        start_at(x + picker + ui.px(16));
        chapter_dots(ui);
    }
    start_at(levels_at);
    if (const auto pressed = ui.segmented("top/level",
                                          levels,
                                          static_cast<std::size_t>(ui.desk().preferences().level),
                                          levels_width))
        ui.ask(action::SetLevel{static_cast<Level>(*pressed)});
    start_at(languages_at);
    const bool japanese = ui.desk().preferences().language == "ja";
    if (const auto pressed =
            ui.segmented("top/language", languages, japanese ? 0 : 1, languages_width))
        ui.ask(action::SetLanguage{*pressed == 0 ? "ja" : "en"});
    start_at(icons);
    icon_row(ui, side);
}

} // namespace gui
