// "Why did it stop?": the card of what stopped last before the cursor, its cure first, and the
// button that applies it, which is there without scrolling.

#include "gui/panels/panels.h"
#include "gui/panels/setting_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <variant>

namespace gui {

namespace {

// The number of the last card that there is a cure for.
std::optional<std::size_t> last_curable(const Ui& ui)
{
    const auto number = ui.desk().view().last_card_before(ui.desk().cursor());
    if (!number || !ui.desk().can_cure(*number)) return std::nullopt;
    return number;
}

std::string cure_words(const Ui& ui, std::size_t number)
{
    if (ui.desk().live() != nullptr) return ui.say("why.now");
    return ui.say(ui.desk().kept_by_cure(number) > 0 ? "why.fork" : "why.apply");
}

} // namespace

float cure_height(const Ui& ui)
{
    const auto number = last_curable(ui);
    if (!number) return 0;
    const float width = ImGui::GetContentRegionAvail().x;
    return ui.px(10) + ui.primary_height(icon::undo, cure_words(ui, *number), width);
}

void cure_button(const Ui& ui)
{
    const auto number = last_curable(ui);
    if (!number) return;
    const float width = ImGui::GetContentRegionAvail().x;
    if (ui.primary("why/cure", icon::undo, cure_words(ui, *number), width))
        ui.ask(action::ApplyCure{*number});
}

namespace {

class CardDrawing {
public:
    CardDrawing(const Ui& ui, std::size_t number)
        : ui_{ui},
          card_{ui.desk().view().card(number)},
          text_{sim::explain::describe(card_, ui.desk().source().context())},
          list_{ImGui::GetWindowDrawList()},
          at_{ImGui::GetCursorScreenPos()},
          width_{ImGui::GetContentRegionAvail().x},
          pad_{ui.px(14)},
          y_{at_.y + pad_},
          is_story_{ui.desk().preferences().level == sim::explain::Level::story}
    {
        for (const auto& row : text_.rows)
            label_width_ = std::max(label_width_, text_width(ui.note(), row.label));
        label_width_ = std::min(label_width_, inner() * 0.3F);
    }

    // What can be done first, who and why next; addresses and codes for whoever wants them.
    void draw()
    {
        TextStyle title = ui_.bold();
        title.size *= 1.1F;
        y_ += ui_.paragraph_at(list_, {at_.x + pad_, y_}, title, text_.title, inner()) + ui_.px(6);
        cure();
        using enum sim::explain::CardRow;
        for (const auto& row : text_.rows) {
            if (row.row == cure_row || row.row == hit || row.lines.empty()) continue;
            if (is_story_ && row.row == rule) continue;
            line(row, 0, 1);
        }
        if (!is_story_ && details()) { // a story has no numbers
            for (const auto& row : text_.rows) {
                if (row.row == cure_row) continue;
                const std::size_t first = row.row == hit ? 0 : 1;
                if (row.lines.size() > first) line(row, first, row.lines.size());
            }
        }
        y_ += pad_ - ui_.px(5);
        list_->AddRect(at_, {at_.x + width_, y_}, ui_.theme().ink, ui_.px(9), 0, ui_.px(1.5F));
        ImGui::SetCursorScreenPos(at_);
        ImGui::Dummy({width_, y_ - at_.y});
    }

private:
    static constexpr auto cure_row = sim::explain::CardRow::cure;

    [[nodiscard]] float inner() const { return width_ - 2 * pad_; }

    // "Port 25 → 587", and what is to be known about it.
    void cure()
    {
        const auto row = std::ranges::find(text_.rows, cure_row, &sim::explain::CardText::Row::row);
        if (row == text_.rows.end()) return;
        const float pad = ui_.px(8);
        const float width = inner() - 2 * pad;
        const ImVec2 min{at_.x + pad_, y_};
        list_->ChannelsSplit(2);
        list_->ChannelsSetCurrent(1);
        float y = y_ + pad;
        y += ui_.paragraph_at(
            list_, {min.x + pad, y}, ui_.in(ui_.note(), ui_.theme().accepted), row->label, width);
        for (const auto& [key, value] : card_.cure.settings)
            y += change({min.x + pad, y}, width, key, value);
        for (std::size_t i = 0; i < row->lines.size(); ++i) {
            // The settings stand above, in the words of their rows.
            if (i > 0 && i <= card_.cure.settings.size()) continue;
            const TextStyle style = i == 0 ? ui_.body() : ui_.note();
            y += ui_.paragraph_at(list_, {min.x + pad, y}, style, row->lines[i], width);
        }
        y += pad;
        list_->ChannelsSetCurrent(0);
        const ImVec2 max{min.x + inner(), y};
        list_->AddRectFilled(min, max, ui_.theme().paper, ui_.px(7));
        list_->AddRect(min, max, ui_.theme().accepted, ui_.px(7), 0, ui_.px(1.5F));
        list_->ChannelsMerge();
        y_ = y + ui_.px(8);
    }

    float change(ImVec2 at, float width, const std::string& key, const std::string& value)
    {
        const auto* now = ui_.desk().setting(key);
        if (now == nullptr) return 0;
        const auto words = [&](const std::string& of) {
            return now->secret ? std::string{"********"} : label_of(ui_, *now, of);
        };
        const std::string before = words(now->value);
        const std::string change =
            now->value == value
                ? before
                : fmt::format("{} → {}", before.empty() ? "-" : before, words(value));
        return ui_.paragraph_at(
            list_, at, ui_.bold(), fmt::format("{}  {}", setting_name(ui_, *now), change), width);
    }

    // Lines [first, end) of the row beside its label.
    void line(const sim::explain::CardText::Row& row, std::size_t first, std::size_t end)
    {
        const float label = ui_.paragraph_at(list_,
                                             {at_.x + pad_, y_},
                                             ui_.in(ui_.note(), ui_.theme().quiet),
                                             row.label,
                                             label_width_);
        const float gap = ui_.px(8);
        float y = y_;
        for (std::size_t i = first; i < end; ++i) {
            // What a rule does is said in words; elsewhere, below the words stand codes.
            const bool typed = row.row != sim::explain::CardRow::rule && (i > 0 || is_wire(row));
            y += ui_.paragraph_at(list_,
                                  {at_.x + pad_ + label_width_ + gap, y},
                                  typed    ? ui_.mono()
                                  : i == 0 ? ui_.body()
                                           : ui_.note(),
                                  row.lines[i],
                                  inner() - label_width_ - gap);
        }
        y_ = std::max(y_ + label, y) + ui_.px(5);
    }

    [[nodiscard]] bool is_wire(const sim::explain::CardText::Row& row) const
    {
        return row.row == sim::explain::CardRow::hit &&
               (std::holds_alternative<sim::explain::HitPacket>(card_.hit) ||
                std::holds_alternative<sim::explain::HitLine>(card_.hit));
    }

    bool details()
    {
        ImGuiStorage* storage = ImGui::GetStateStorage();
        const ImGuiID id = ImGui::GetID("details");
        bool open = storage->GetBool(id, false);
        const float height = ui_.line_height(ui_.note()) + ui_.px(4);
        const Rect rect{{at_.x + pad_, y_}, {at_.x + pad_ + inner(), y_ + height}};
        if (ui_.area("why/details", rect)) {
            open = !open;
            storage->SetBool(id, open);
        }
        const ImU32 colour = ImGui::IsItemHovered() ? ui_.theme().ink : ui_.theme().quiet;
        const TextStyle style = ui_.in(ui_.note(), colour);
        const float y = y_ + (height - style.size) / 2;
        ui_.line(list_, {rect.min.x, y}, style, open ? icon::down : icon::forward, ui_.px(20));
        ui_.line(list_,
                 {rect.min.x + ui_.px(20), y},
                 style,
                 ui_.say("why.details"),
                 inner() - ui_.px(20));
        y_ += height + ui_.px(5);
        return open;
    }

    const Ui& ui_;
    const sim::explain::WhyCard& card_;
    sim::explain::CardText text_;
    ImDrawList* list_;
    ImVec2 at_;
    float width_;
    float pad_;
    float y_;
    bool is_story_;
    float label_width_ = 0;
};

} // namespace

void why_panel(const Ui& ui)
{
    const auto number = ui.desk().view().last_card_before(ui.desk().cursor());
    if (!number) return;
    ImGui::Dummy({0, ui.px(2)});
    CardDrawing{ui, *number}.draw();
}

} // namespace gui
