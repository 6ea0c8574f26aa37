// The end of a run: what it came to, whether that was guessed, how the mail went hop by hop, and
// what to do next. Across the middle, in the colour of the outcome, with its icon and its words.

#include "gui/panels/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace gui {

namespace {

using sim::report::Tone;

constexpr std::size_t cells = 4; // port, protection, login, readers: behind the way

struct Row {
    int number = 0; // 0: the heading
    std::string way;
    std::array<std::string, cells> words;
    ImU32 colour = 0;
};

ImU32 colour_of(const Ui& ui, const sim::report::Hop& hop)
{
    using sim::report::HopEnd;
    using sim::report::Shield;
    if (hop.end == HopEnd::refused || hop.end == HopEnd::unreached) return ui.theme().ink;
    if (!hop.exposed.empty()) return ui.theme().clear;
    const bool sealed = hop.shield == Shield::starttls || hop.shield == Shield::tls;
    return sealed ? ui.theme().encrypted : ui.theme().ink;
}

class VerdictDrawing {
public:
    VerdictDrawing(const Ui& ui, float width, float most)
        : ui_{ui},
          width_{width},
          most_{most},
          pad_{ui.px(14)},
          tone_{sim::report::tone_of(ui.desk().view().verdict().ending)}
    {
        sim::report::Source source = ui.desk().source();
        source.end = ui.desk().playback().end();
        title_ = fmt::format(
            "{}  {}", sign(), sim::report::words_of(ui.desk().view().verdict(), source));
        before();
        guess();
        buttons_width_ = buttons();
        is_beside_ = buttons_width_ < inner() * 0.35F;
        table(source);
        measure();
    }

    [[nodiscard]] float height() const { return height_; }

    void draw(ImVec2 at)
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        list->AddRectFilled(at, {at.x + width_, at.y + height_}, ui_.theme().card, ui_.px(10));
        list->AddRect(at, {at.x + width_, at.y + height_}, colour(), ui_.px(10), 0, ui_.px(2.5F));
        float y = at.y + pad_;
        const float x = at.x + pad_;
        ui_.paragraph_at(list, {x, y}, title_style(), title_, title_width());
        if (!before_.empty()) {
            ui_.paragraph_at(list,
                             {x, y + title_height_ - before_height_},
                             before_style(),
                             before_,
                             title_width());
        }
        if (!guess_.empty()) {
            ui_.paragraph_at(list, {x, y + title_height_}, guess_style(), guess_, words_width());
        }
        draw_buttons({at.x + width_ - pad_ - buttons_width_, y + (is_beside_ ? 0 : title_height_)});
        y += head_;
        // A journey of many hops scrolls by itself.
        ImGui::SetCursorScreenPos({x, y});
        if (ui_.begin_scrolled("journey", {inner(), at.y + height_ - pad_ / 2 - y})) journey();
        ImGui::EndChild();
        ui_.tell("verdict", ui_.desk().view().verdict().event);
    }

private:
    void journey()
    {
        ImDrawList* list = ImGui::GetWindowDrawList();
        const ImVec2 at = ImGui::GetCursorScreenPos();
        float y = at.y;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (i > 1) list->AddLine({at.x, y}, {at.x + inner(), y}, ui_.theme().rule, ui_.px(1));
            draw_row(list, rows_[i], {at.x, y});
            y += heights_[i];
        }
        ImGui::Dummy({inner(), y - at.y});
    }

    [[nodiscard]] float inner() const { return width_ - 2 * pad_; }
    // The buttons stand beside the words: where they leave the title room, beside that.
    [[nodiscard]] float title_width() const { return is_beside_ ? words_width() : inner(); }
    [[nodiscard]] float words_width() const
    {
        return inner() - (buttons_width_ > 0 ? buttons_width_ + ui_.px(12) : 0);
    }
    [[nodiscard]] const char* sign() const
    {
        return tone_ == Tone::good     ? icon::check
               : tone_ == Tone::warned ? icon::warning
                                       : icon::cross;
    }
    [[nodiscard]] ImU32 colour() const
    {
        return tone_ == Tone::good     ? ui_.theme().accepted
               : tone_ == Tone::warned ? ui_.theme().clear
                                       : ui_.theme().ink;
    }
    [[nodiscard]] TextStyle title_style() const
    {
        TextStyle style = ui_.in(ui_.bold(), colour());
        style.size *= 1.15F;
        return style;
    }
    [[nodiscard]] TextStyle before_style() const { return ui_.note(); }
    [[nodiscard]] TextStyle guess_style() const
    {
        return ui_.in(ui_.body(), guessed_right_ ? ui_.theme().accepted : ui_.theme().clear);
    }

    // What the run came to that a cure was applied to.
    void before()
    {
        const RunPane* run = ui_.desk().before();
        if (run == nullptr || !run->is_complete()) return;
        before_ =
            ui_.say("verdict_banner.before",
                    {{"verdict",
                      sim::report::words_of(run->view().verdict(), ui_.desk().source_before())}});
        ui_.tell("verdict/before", run->view().verdict().event);
    }

    void guess()
    {
        const auto& asked = ui_.desk().scenario().prediction;
        const auto answer = ui_.desk().prediction();
        if (!asked || !answer || !ui_.desk().prediction_settled() || !ui_.desk().is_as_given())
            return;
        guessed_right_ = asked->choices.at(static_cast<std::size_t>(*answer)).right;
        std::string right;
        for (const auto& choice : asked->choices)
            if (choice.right) right = ui_.pick(choice.text);
        guess_ =
            guessed_right_
                ? fmt::format("{} {}", icon::check, ui_.say("predict.right"))
                : fmt::format("{} {}", icon::cross, ui_.say("predict.wrong", {{"answer", right}}));
    }

    float buttons()
    {
        const auto card = ui_.desk().view().last_card_before(ui_.desk().cursor());
        if (card && ui_.desk().can_cure(*card)) card_ = card;
        const int number = ui_.desk().lesson_number();
        has_next_ = number > 0 && number < static_cast<int>(ui_.desk().lessons().size());
        cure_width_ = text_width(ui_.bold(), ui_.say("verdict_banner.cure")) + ui_.px(60);
        next_width_ = text_width(ui_.body(), ui_.say("verdict_banner.next")) + ui_.px(28);
        return (card_ ? cure_width_ + ui_.px(8) : 0) + (has_next_ ? next_width_ : 0);
    }

    void draw_buttons(ImVec2 at)
    {
        if (card_) {
            ImGui::SetCursorScreenPos(at);
            if (ui_.primary(
                    "verdict/cure", icon::undo, ui_.say("verdict_banner.cure"), cure_width_))
                ui_.ask(action::ApplyCure{*card_});
            at.x += cure_width_ + ui_.px(8);
        }
        if (!has_next_) return;
        ImGui::SetCursorScreenPos(at);
        if (ui_.button("verdict/next", ui_.say("verdict_banner.next"), next_width_))
            ui_.ask(action::OpenNeighbour{1});
    }

    void table(const sim::report::Source& source)
    {
        const auto title = [&](const char* key) {
            const bool story = source.level == sim::explain::Level::story;
            return ui_.desk().language().text(
                fmt::format("report.journey.{}.{}", story ? "story" : "plain", key));
        };
        rows_.push_back({0,
                         title("way"),
                         {title("port"), title("protection"), title("login"), title("readers")},
                         ui_.theme().quiet});
        sim::HostId there; // where the mail was last
        for (const auto& hop : ui_.desk().view().journey()) {
            const auto words = sim::report::words_of(hop, source);
            const bool goes_on = there.exists() && hop.from == there;
            there = hop.to;
            rows_.push_back({hop.number,
                             goes_on ? "→ " + words.to : words.way,
                             {words.port, words.protection, words.login, words.readers},
                             colour_of(ui_, hop)});
        }
        if (rows_.size() == 1) rows_.clear();
    }

    // The way takes what the others leave; what there is no room for goes, the login first.
    void measure()
    {
        number_width_ = ui_.theme().note() + ui_.px(16);
        for (const Row& row : rows_) {
            for (std::size_t i = 0; i < cells; ++i)
                columns_.at(i) = std::max(columns_.at(i), text_width(ui_.note(), row.words.at(i)));
        }
        const float gap = ui_.px(14);
        const auto rest = [&] {
            float used = number_width_;
            for (const float column : columns_)
                used += column > 0 ? column + gap : 0;
            return inner() - used;
        };
        for (const std::size_t gone : {std::size_t{2}, std::size_t{0}})
            if (rest() < ui_.px(190)) columns_.at(gone) = 0;
        way_width_ = std::max(rest(), ui_.px(80));
        float rows = 0;
        for (const Row& row : rows_) {
            heights_.push_back(ui_.paragraph_height(ui_.note(), row.way, way_width_) + ui_.px(4));
            rows += heights_.back();
        }
        before_height_ =
            before_.empty() ? 0 : ui_.paragraph_height(before_style(), before_, title_width());
        title_height_ =
            ui_.paragraph_height(title_style(), title_, title_width()) + before_height_ + ui_.px(2);
        const float words =
            guess_.empty() ? 0 : ui_.paragraph_height(guess_style(), guess_, words_width());
        const float button = ui_.theme().body() + ui_.px(20);
        const float buttons = buttons_width_ > 0 ? button : 0;
        head_ = is_beside_ ? std::max(title_height_ + words, buttons)
                           : title_height_ + std::max(words, buttons);
        head_ += ui_.px(6);
        const float whole = 2 * pad_ + head_ + rows;
        // At least one hop is seen, whatever stands above it.
        const float least =
            2 * pad_ + head_ + (heights_.size() > 1 ? heights_[0] + heights_[1] : 0);
        height_ = std::max(std::min(whole, most_), least);
    }

    void draw_row(ImDrawList* list, const Row& row, ImVec2 at)
    {
        const TextStyle style = ui_.in(ui_.note(), row.colour);
        const float line = ui_.line_height(style);
        const float y = at.y + ui_.px(2);
        if (row.number > 0) {
            const float radius = style.size * 0.62F;
            const ImVec2 middle{at.x + radius, y + line / 2};
            list->AddCircleFilled(middle, radius, row.colour);
            ui_.line_centred(
                list,
                {{middle.x - radius, middle.y - radius}, {middle.x + radius, middle.y + radius}},
                ui_.in(ui_.small(), ui_.theme().on_ink),
                std::to_string(row.number));
        }
        float x = at.x + number_width_;
        ui_.paragraph_at(list, {x, y}, style, row.way, way_width_);
        x += way_width_;
        for (std::size_t i = 0; i < cells; ++i) {
            if (columns_.at(i) <= 0) continue;
            x += ui_.px(14);
            ui_.line(
                list, {x, y + (line - style.size) / 2}, style, row.words.at(i), columns_.at(i) + 1);
            x += columns_.at(i);
        }
    }

    const Ui& ui_;
    float width_;
    float most_; // of its height
    float pad_;
    Tone tone_;
    std::string title_;
    std::string before_;
    std::string guess_;
    bool guessed_right_ = false;
    std::optional<std::size_t> card_; // that can be cured
    bool has_next_ = false;
    float cure_width_ = 0;
    float next_width_ = 0;
    float buttons_width_ = 0;
    bool is_beside_ = false; // the title
    std::vector<Row> rows_;
    std::vector<float> heights_;
    std::array<float, cells> columns_{};
    float number_width_ = 0;
    float way_width_ = 0;
    float before_height_ = 0;
    float title_height_ = 0; // and of what is said of the run before
    float head_ = 0;         // of all above the journey
    float height_ = 0;
};

} // namespace

float verdict_panel(const Ui& ui, const Rect& space)
{
    VerdictDrawing drawing{ui, space.width(), space.height()};
    drawing.draw(space.min);
    return drawing.height();
}

} // namespace gui
