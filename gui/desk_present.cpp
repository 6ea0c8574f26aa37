// The desk before a class: the lesson's stops, and the run as it stands at each of them.

#include "gui/desk.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace gui {

using sim::report::LessonPart;
using sim::report::LessonStop;

void Desk::read_texts()
{
    const std::filesystem::path folder = std::filesystem::path{path_}.parent_path();
    const auto text_in = [&](const sim::explain::Language& language) {
        if (!facilities_.read_text) return sim::report::LessonText{};
        const std::string name = "lesson." + std::string{language.code()} + ".md";
        const auto markdown = facilities_.read_text((folder / name).string());
        return markdown ? sim::report::lesson_text(*markdown, language) : sim::report::LessonText{};
    };
    text_ja_ = text_in(*facilities_.ja);
    text_en_ = text_in(*facilities_.en);
}

std::optional<std::size_t> Desk::last_curable() const
{
    const auto card = view().last_card_before(playback().end());
    if (!card || !can_cure(*card)) return std::nullopt;
    return card;
}

void Desk::begin_presentation()
{
    if (!as_given_) show_run(given_, 0);
    Presentation presentation;
    presentation.stops.push_back(LessonStop::hook);
    if (scenario().prediction) presentation.stops.push_back(LessonStop::predict);
    presentation.stops.push_back(LessonStop::watch);
    if (!text().part(LessonPart::idea).empty()) presentation.stops.push_back(LessonStop::why);
    if (const auto card = last_curable()) {
        presentation.stops.push_back(LessonStop::cure);
        const auto& settings = view().card(*card).cure.settings;
        presentation.cure.assign(settings.begin(), settings.end());
    }
    presentation_ = std::move(presentation);
    show_stop();
}

void Desk::show_stop()
{
    playing_ = false;
    presentation_->is_black = false;
    if (!as_given_) show_run(given_, 0);
    switch (presentation_->stop()) {
    case LessonStop::hook:
    case LessonStop::predict:
        pane_->to_start();
        break;
    case LessonStop::watch:
    case LessonStop::why:
        if (const sim::EventId climax = view().climax(); climax.exists()) {
            pane_->seek(std::size_t{climax.value} + 1);
        } else {
            pane_->to_end();
        }
        break;
    case LessonStop::cure:
        if (const auto card = last_curable()) on(action::ApplyCure{*card});
        pane_->to_end();
        playing_ = false;
        flash_ = 0;
        notice_.clear();
        break;
    }
    moved();
}

void Desk::on(const action::Present& present)
{
    if (!is_open() || present.on == presentation_.has_value()) return;
    if (live_) { // whoever is connected is not thrown out
        notice_ = language().text("gui.notice.live_fixed");
        return;
    }
    sheet_ = Sheet::none;
    shown_host_ = {};
    map_view_ = {};
    before_live_.reset();
    if (present.on) {
        begin_presentation();
    } else {
        presentation_.reset();
        playing_ = false;
    }
}

void Desk::on(const action::NextStop& next)
{
    if (!presentation_) return;
    const auto last = static_cast<int>(presentation_->stops.size()) - 1;
    const int wanted = std::clamp(static_cast<int>(presentation_->at) + next.step, 0, last);
    presentation_->at = static_cast<std::size_t>(wanted);
    show_stop();
}

void Desk::on(const action::GoToStop& go)
{
    if (!presentation_) return;
    const auto found = std::ranges::find(presentation_->stops, go.stop);
    if (found == presentation_->stops.end()) return;
    presentation_->at = static_cast<std::size_t>(found - presentation_->stops.begin());
    show_stop();
}

void Desk::on(const action::Blacken& /*black*/)
{
    if (presentation_) presentation_->is_black = !presentation_->is_black;
}

} // namespace gui
