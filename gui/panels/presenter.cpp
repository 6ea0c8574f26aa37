// A lesson before a class: one picture and one text, read from the last row, and below them the
// stops of the lesson.

#include "gui/panels/panels.h"
#include "gui/panels/prose.h"
#include "gui/panels/setting_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace gui {

namespace {

using sim::report::LessonStop;

class PresenterDrawing {
public:
    PresenterDrawing(const Ui& ui, const MapGraph& graph, const Rect& space)
        : ui_{ui},
          graph_{graph},
          space_{space},
          pad_{ui.px(18)},
          stop_{ui.desk().presentation()->stop()},
          list_{ImGui::GetWindowDrawList()}
    {
        larger_ = ui.theme();
        larger_.type_scale = 1.2F;
    }

    void draw()
    {
        float y = space_.min.y + pad_;
        y += title(y) + ui_.px(6);
        const float bar = ui_.line_height(ui_.body()) + ui_.px(10);
        const float bottom = space_.max.y - pad_ - bar;
        stops({{space_.min.x + pad_, bottom}, {space_.max.x - pad_, bottom + bar}});

        const Ui words = ui_.with(larger_);
        const float room = bottom - ui_.px(10) - y;
        // The picture takes what the text leaves it; a long text is read instead of a picture. A
        // few rows of the ladder say something where a map would not.
        const float text = std::min(text_height_, room);
        const float least = space_.height() * (stop_ == LessonStop::why ? 0.25F : 0.5F);
        const bool has_picture = room - text_height_ - ui_.px(10) >= least;
        if (has_picture) {
            const float end = bottom - ui_.px(10) - text;
            picture({{space_.min.x + pad_, y}, {space_.max.x - pad_, end - ui_.px(10)}});
            y = end;
        }
        ImGui::SetCursorScreenPos({space_.min.x + pad_, y});
        if (words.begin_scrolled("told", {inner(), has_picture ? text : room})) told(words);
        ImGui::EndChild();
    }

    // Of what is told, in the width that there is: known after it was laid out once.
    void set_text_height(float height) { text_height_ = height; }
    [[nodiscard]] float told_height() const { return told_height_; }

private:
    [[nodiscard]] float inner() const { return space_.width() - 2 * pad_; }

    float title(float y) const
    {
        TextStyle style = ui_.bold();
        style.size *= 1.1F;
        const std::string clock = ui_.desk().time_of_run(ui_.desk().playback().time());
        const TextStyle mono = ui_.in(ui_.mono(), ui_.theme().ink);
        const float width = text_width(mono, clock);
        ui_.line(list_, {space_.max.x - pad_ - width, y + ui_.px(2)}, mono, clock, width + 1);
        return ui_.paragraph_at(list_,
                                {space_.min.x + pad_, y},
                                style,
                                ui_.pick(ui_.desk().scenario().title),
                                inner() - width - ui_.px(20));
    }

    void picture(const Rect& place) const
    {
        if (stop_ == LessonStop::why) {
            ladder_panel(ui_, place);
        } else {
            map_panel(ui_, graph_, place);
        }
    }

    void told(const Ui& words)
    {
        const float top = ImGui::GetCursorScreenPos().y;
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui_.px(2)});
        switch (stop_) {
        case LessonStop::hook:
            words.paragraph(words.body(), ui_.pick(ui_.desk().scenario().goal));
            break;
        case LessonStop::predict:
            prediction(words);
            break;
        case LessonStop::watch:
            event(words);
            break;
        case LessonStop::why:
            prose(
                words,
                sim::report::opening(ui_.desk().text().part(sim::report::LessonPart::idea)).first);
            break;
        case LessonStop::cure:
            cure(words);
            break;
        }
        ImGui::PopStyleVar();
        told_height_ = ImGui::GetCursorScreenPos().y - top;
    }

    // What has just happened; at the end, what came of it.
    void event(const Ui& words) const
    {
        const sim::EventId selected = ui_.desk().selected();
        if (ui_.desk().shows_verdict()) {
            verdict(words);
        } else if (selected.exists()) {
            ui_.tell("sentence", selected);
            const auto source = ui_.desk().source();
            words.paragraph(
                words.bold(),
                sim::explain::describe(source.trace.at(selected), source.level, source.context()));
        } else {
            words.paragraph(words.body(), ui_.say("selected.none"));
        }
    }

    void verdict(const Ui& words) const
    {
        sim::report::Source source = ui_.desk().source();
        source.end = ui_.desk().playback().end();
        words.paragraph(words.bold(), sim::report::words_of(ui_.desk().view().verdict(), source));
    }

    void prediction(const Ui& words) const
    {
        const auto& asked = ui_.desk().scenario().prediction;
        words.paragraph(words.bold(), ui_.pick(asked->question));
        std::size_t number = 0;
        for (const auto& choice : asked->choices)
            words.paragraph(words.body(), fmt::format("{}  {}", ++number, ui_.pick(choice.text)));
    }

    // What was changed, in the words of the settings, and what came of it.
    void cure(const Ui& words) const
    {
        for (const auto& [key, value_there] : ui_.desk().presentation()->cure) {
            const auto* const now = ui_.desk().setting(key);
            if (now == nullptr) continue;
            const std::string value =
                now->secret ? std::string{"********"} : label_of(ui_, *now, value_there);
            words.paragraph(words.body(), fmt::format("{}  →  {}", setting_name(ui_, *now), value));
        }
        event(words);
    }

    void stops(const Rect& bar) const
    {
        const auto& presentation = *ui_.desk().presentation();
        const auto count = static_cast<float>(presentation.stops.size());
        const Theme& theme = ui_.theme();
        for (std::size_t i = 0; i < presentation.stops.size(); ++i) {
            const std::string name{sim::name_of(presentation.stops[i])};
            const float left = bar.min.x + bar.width() * static_cast<float>(i) / count;
            const Rect cell{{left, bar.min.y}, {left + bar.width() / count, bar.max.y}};
            if (ui_.area("presenter/" + name, cell))
                ui_.ask(action::GoToStop{presentation.stops[i]});
            const bool is_here = i == presentation.at;
            if (is_here) list_->AddRectFilled(cell.min, cell.max, theme.ink);
            const TextStyle style =
                ui_.in(is_here ? ui_.bold() : ui_.body(), is_here ? theme.on_ink : theme.ink);
            const std::string words = ui_.desk().language().text("report.stop." + name);
            ui_.line_centred(list_,
                             cell,
                             style,
                             i < presentation.at ? fmt::format("{} {}", icon::check, words)
                                                 : words);
            if (i > 0) list_->AddLine(cell.min, {cell.min.x, cell.max.y}, theme.ink, ui_.px(1));
        }
        list_->AddRect(bar.min, bar.max, theme.ink, 0, 0, ui_.px(1.2F));
    }

    const Ui& ui_;
    const MapGraph& graph_;
    Rect space_;
    float pad_;
    LessonStop stop_;
    ImDrawList* list_;
    Theme larger_;
    float text_height_ = 0;
    float told_height_ = 0;
};

} // namespace

void presenter(const Ui& ui, const MapGraph& graph, const Rect& space)
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (ui.desk().presentation()->is_black) {
        list->AddRectFilled(space.min, space.max, IM_COL32_BLACK);
        return;
    }
    // How high the text is is known once it was laid out: the next frame goes by that.
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID id = ImGui::GetID("height of what is told");
    PresenterDrawing drawing{ui, graph, space};
    drawing.set_text_height(storage->GetFloat(id, space.height() * 0.25F));
    drawing.draw();
    storage->SetFloat(id, drawing.told_height());
}

} // namespace gui
