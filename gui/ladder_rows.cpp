#include "gui/ladder_rows.h"

#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <variant>

namespace gui {

using sim::explain::Mark;
using sim::report::LadderRow;

namespace {

// Lines of a reply to EHLO behind the first, without their codes; those that lessons are about
// come first.
std::vector<std::string> offered(std::string_view reply)
{
    std::vector<std::string> all;
    constexpr std::size_t code = 4; // "250-"
    for (std::size_t from = 0; from < reply.size();) {
        const std::size_t end = std::min(reply.find("\r\n", from), reply.size());
        const std::string_view line = reply.substr(from, end - from);
        if (from > 0 && line.size() > code) all.emplace_back(line.substr(code));
        from = end + 2;
    }
    std::ranges::stable_sort(all, {}, [](const std::string& line) {
        constexpr std::array first{"STARTTLS", "AUTH", "SIZE"};
        const auto at =
            std::ranges::find_if(first, [&](const char* word) { return line.starts_with(word); });
        return at - first.begin();
    });
    return all;
}

} // namespace

TextStyle ladder_time_style(const Ui& ui)
{
    TextStyle style = ui.mono();
    style.size = ui.theme().small();
    style.colour = ui.theme().quiet;
    return style;
}

TextStyle RowDrawing::strong(ImU32 colour) const
{
    TextStyle style = ui_.in(ui_.bold(), colour);
    style.size = ui_.theme().note();
    return style;
}

ImU32 RowDrawing::tint_of(Mark mark) const
{
    if (mark == Mark::encrypted) return ui_.theme().encrypted_tint;
    return mark == Mark::clear ? ui_.theme().clear_tint : ui_.theme().card;
}

void RowDrawing::sentence(ImVec2 at, const std::string& text)
{
    const float width = space_.max.x - at.x - ui_.px(12);
    const TextStyle style = ui_.in(ui_.body(), ui_.theme().quiet);
    const float tall = ui_.paragraph_at(ImGui::GetWindowDrawList(), at, style, text, width);
    words_.push_back({at, {at.x + width, at.y + tall}});
}

// The whole of what had no room in the row that the mouse is on.
void RowDrawing::hint() const
{
    if (cut_.empty()) return;
    ImGui::BeginTooltip();
    ui_.paragraph(ui_.body(), cut_, ui_.px(420));
    ImGui::EndTooltip();
}

void RowDrawing::draw(
    const ShownRow& shown, const LadderLanes& lanes, float y, bool future, bool hovered)
{
    const LadderRow& it = ui_.desk().view().row(shown);
    lanes_ = &lanes;
    hovered_ = hovered;
    if (shown.kind == ShownRow::Kind::talk) return; // its names are the lanes'
    if (it.shape == LadderRow::Shape::gap) {
        gap(it, y);
        return;
    }
    if (shown.kind == ShownRow::Kind::heading) {
        fold(shown, y, future);
        return;
    }
    time_of(it, y);
    const ImU32 quiet = ui_.theme().quiet;
    if (shown.kind == ShownRow::Kind::fold) {
        mark_icon(it, y, future ? quiet : ui_.theme().of(it.mark));
        fold(shown, y, future);
        return;
    }
    // What was stopped had been readable on its way.
    const ImU32 colour = future ? quiet : ui_.theme().of(it.stopped ? Mark::clear : it.mark);
    mark_icon(it, y, colour);
    if (it.shape == LadderRow::Shape::tls_bar) {
        bar(it, y);
    } else if (it.to.exists() && it.to != it.from && lanes.at(it.to) && lanes.at(it.from)) {
        arrow(it, y, colour);
    } else {
        note(it, y + height_ * 0.6F, colour);
    }
}

void RowDrawing::time_of(const LadderRow& it, float y) const
{
    ui_.line(ImGui::GetWindowDrawList(),
             {space_.min.x + ui_.px(6), y + height_ * 0.72F - ui_.theme().small() * 0.75F},
             ladder_time_style(ui_),
             sim::explain::clock_time(it.at, ui_.desk().scenario()),
             lead_);
}

// In a column of its own, where an eye runs down it: what could be read, and what could not.
void RowDrawing::mark_icon(const LadderRow& it, float y, ImU32 colour) const
{
    const char* icon = it.stopped ? "" : icon_of(it.mark);
    if (*icon == '\0') return;
    ui_.line_centred(ImGui::GetWindowDrawList(),
                     {{begin() - ui_.px(26), y + ui_.px(8)}, // beside the time
                      {begin() - ui_.px(4), y + height_}},
                     ui_.in(ui_.small(), colour),
                     icon);
    ui_.tell("ladder/mark", it.event);
}

// A line of a row, cut where there is no more room.
void RowDrawing::words_at(ImVec2 at, const TextStyle& style, const std::string& text, float room)
{
    if (hovered_ && text_width(style, text) > room) cut_ = text;
    const float taken =
        ui_.line(ImGui::GetWindowDrawList(), at, style, text, room, Overflow::shorten);
    const float around = ui_.px(3);
    words_.push_back({{at.x - around, at.y}, {at.x + taken + around, at.y + style.size}});
}

// A conversation in one row: its hop, who with whom, how, and how many lines it hides.
void RowDrawing::fold(const ShownRow& shown, float y, bool future)
{
    const Fold& fold = *ui_.desk().view().fold(shown);
    const ImU32 colour = future ? ui_.theme().quiet : ui_.theme().of(fold.row.mark);
    const TextStyle style = ui_.in(ui_.note(), colour);
    const float line = y + (height_ - style.size) / 2;
    float x = begin();
    ui_.line(ImGui::GetWindowDrawList(),
             {x, line},
             style,
             fold.open ? icon::down : icon::forward,
             ui_.px(20));
    x += ui_.px(20);
    const auto& run = ui_.desk().playback();
    const auto* hop = run.is_complete()
                          ? sim::report::hop_of(ui_.desk().view().journey(),
                                                run.trace().at(fold.row.event).connection)
                          : nullptr;
    if (hop != nullptr) {
        const float radius = style.size * 0.62F;
        badge(hop->number, {x + radius, y + height_ / 2}, colour);
        x += 2 * radius + ui_.px(8);
    }
    const std::string lines = ui_.say(fold.lines == 1 ? "ladder.line" : "ladder.lines",
                                      {{"count", std::to_string(fold.lines)}});
    const std::string how = sim::explain::label(fold.row.mark, ui_.desk().language());
    // Who with whom is more than a word for what the icon says.
    std::string words = how.empty() ? lines : fmt::format("{}  {}", how, lines);
    const float room = space_.max.x - ui_.px(32) - x;
    if (text_width(style, fold.ends) + text_width(style, words) > room) words = lines;
    const float width = text_width(style, words);
    const float right = space_.max.x - ui_.px(24) - width;
    words_at({x, line}, style, fold.ends, right - x - ui_.px(8));
    words_at({right, line}, style, words, width + 1);
}

// As on the map and in the journey.
void RowDrawing::badge(int number, ImVec2 middle, ImU32 colour)
{
    const float radius = ui_.theme().note() * 0.62F;
    const Rect rect{{middle.x - radius, middle.y - radius}, {middle.x + radius, middle.y + radius}};
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddCircleFilled(middle, radius, colour);
    ui_.line_centred(list, rect, ui_.in(ui_.small(), ui_.theme().on_ink), std::to_string(number));
    words_.push_back(rect);
}

void RowDrawing::gap(const LadderRow& it, float y) const
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float line = y + (height_ - ui_.note().size) / 2;
    ui_.line(list,
             {begin() + ui_.px(28), line},
             ui_.note(),
             it.day.empty() ? it.text : it.text + "  " + it.day,
             end() - begin());
    ui_.line(list, {begin() - ui_.px(34), line}, ui_.note(), icon::fold, ui_.px(30));
}

void RowDrawing::bar(const LadderRow& it, float y)
{
    const auto from = lanes_->at(it.from);
    const auto to = lanes_->at(it.to);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const std::string words = fmt::format("{} {}", icon::lock, it.text);
    const TextStyle style = ui_.in(ui_.bold(), ui_.theme().card);
    // As wide as the span, or as its words need.
    const float need = text_width(style, words) + ui_.px(16);
    const float a = std::min(from.value_or(begin()), to.value_or(begin()));
    float left = a;
    float right = std::max({from.value_or(begin()), to.value_or(begin()), a + need});
    if (right > end()) {
        right = end();
        left = std::min(a, right - need);
    }
    const Rect rect{{left, y + ui_.px(4)}, {right, y + height_ - ui_.px(3)}};
    list->AddRectFilled(rect.min, rect.max, ui_.theme().encrypted, ui_.px(5));
    if (hovered_ && need > right - left) cut_ = it.text;
    ui_.line_centred(list, rect, style, words, Overflow::shorten);
}

void RowDrawing::arrow(const LadderRow& it, float y, ImU32 colour)
{
    const float from = *lanes_->at(it.from);
    const float to = *lanes_->at(it.to);
    strokes(it, from, to, y + height_ * 0.72F, colour);
    words(it, y, from, to, colour);
}

void RowDrawing::strokes(
    const LadderRow& it, float from, float to, float middle, ImU32 colour) const
{
    ImDrawList* list = ImGui::GetWindowDrawList();
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
        const ImU32 ink = ui_.theme().ink;
        list->AddLine({to - arm, middle - arm}, {to + arm, middle + arm}, ink, ui_.px(2));
        list->AddLine({to - arm, middle + arm}, {to + arm, middle - arm}, ink, ui_.px(2));
    } else {
        list->AddTriangleFilled({end.x, middle},
                                {end.x - direction * tip, middle - ui_.px(4)},
                                {end.x - direction * tip, middle + ui_.px(4)},
                                colour);
    }
}

// Above the arrow, from its tail on; as wide as there is room in the row.
void RowDrawing::words(const LadderRow& it, float y, float from, float to, ImU32 colour)
{
    TextStyle style = ui_.in(ui_.mono(), colour);
    style.size = ui_.theme().note();
    const bool to_right = to > from;
    const float pad = ui_.px(8);
    const float at = y + ui_.px(2);
    if (it.stopped) stopper(it, at + style.size * 0.7F, to, to_right);
    if (offers(it, at, from, to, colour)) return;
    if (to_right) {
        // Behind the cross stands who stopped it.
        const float right = it.stopped ? to : end();
        const float x =
            it.stopped
                ? from + pad
                : std::max(begin(), std::min(from + pad, right - text_width(style, it.text)));
        words_at({x, at}, style, it.text, right - x);
        return;
    }
    const float room = from - pad - begin();
    const float width = std::min(text_width(style, it.text), room);
    const bool fits = width <= from - to - 2 * pad;
    const float x =
        fits ? from - pad - width : std::max(begin(), std::min(to + pad, end() - width));
    words_at({x, at}, style, it.text, fits ? width + 1 : end() - x);
}

bool RowDrawing::offers(const LadderRow& it, float y, float from, float to, ImU32 colour)
{
    const sim::Trace& trace = ui_.desk().playback().trace();
    const auto* reply = std::get_if<sim::SmtpReply>(&trace.at(it.event).what);
    if (reply == nullptr || reply->to != sim::SmtpVerb::ehlo || reply->code != 250) return false;
    const auto all = offered(trace.view(reply->line.bytes));
    if (all.empty()) return false;
    ImDrawList* list = ImGui::GetWindowDrawList();
    TextStyle style = ui_.in(ui_.mono(), colour);
    style.size = ui_.theme().small();
    const float pad = ui_.px(5);
    const float gap = ui_.px(4);
    float x = std::min(from, to) + ui_.px(8);
    const float right = std::max(from, to) - ui_.px(8);
    const std::string code = std::to_string(reply->code);
    const float more = text_width(style, "…") + gap;
    words_at({x, y}, style, code, right - x);
    x += text_width(style, code) + ui_.px(8);
    bool whole = true;
    for (const std::string& one : all) {
        const float width = text_width(style, one) + 2 * pad;
        const bool is_last = &one == &all.back();
        if (x + width + (is_last ? 0 : more) > right) {
            whole = false;
            break;
        }
        const Rect chip{{x, y - ui_.px(1)}, {x + width, y + style.size + ui_.px(2)}};
        list->AddRectFilled(chip.min, chip.max, ui_.theme().card, ui_.px(4));
        list->AddRect(chip.min, chip.max, colour, ui_.px(4), 0, ui_.px(1));
        words_at({x + pad, y}, style, one, width);
        words_.back() = chip;
        x += width + gap;
    }
    if (!whole) words_at({x, y}, style, "…", more);
    if (hovered_ && !whole) {
        cut_.clear();
        for (const std::string& one : all)
            cut_ += (cut_.empty() ? "" : "\n") + one;
    }
    ui_.tell("ladder/offers", it.event);
    return true;
}

// Who stopped it, beside the cross: in as many words as there is room for.
void RowDrawing::stopper(const LadderRow& it, float y, float x, bool to_right)
{
    const TextStyle style = strong(ui_.theme().ink);
    const float gap = ui_.px(10);
    const float room = to_right ? end() - x - gap : x - gap - begin();
    const auto& event = ui_.desk().playback().trace().at(it.event);
    std::string words = who_stopped(event, true);
    if (text_width(style, words) > room) {
        if (hovered_) cut_ = words;
        words = who_stopped(event, false);
    }
    const float width = std::min(text_width(style, words), room);
    words_at({to_right ? x + gap : x - gap - width, y}, style, words, width + 1);
}

// The lifeline says where it was.
std::string RowDrawing::who_stopped(const sim::Event& event, bool how) const
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

// At its host's lane; of a host that has none here, with its name.
void RowDrawing::note(const LadderRow& it, float middle, ImU32 colour)
{
    const auto found = lanes_->at(it.from);
    const float x = found.value_or(begin() + ui_.px(6));
    ImGui::GetWindowDrawList()->AddCircleFilled({x, middle}, ui_.px(4), colour);
    const TextStyle style = strong(colour);
    const std::string text =
        found || !it.from.exists()
            ? it.text
            : fmt::format("{}  {}",
                          sim::explain::host_name(it.from, ui_.desk().source().context()),
                          it.text);
    const float width = text_width(style, text);
    const float pad = ui_.px(10);
    // On the side that has room for it, else on the one that has more.
    const float room_right = end() - x - pad;
    const float room_left = x - pad - begin();
    const bool left_side = width > room_right && room_left > room_right;
    const float room = left_side ? std::min(width + 1, room_left) : room_right;
    const float at = left_side ? x - pad - std::min(width, room) : x + pad;
    words_at({at, middle - style.size * 0.55F}, style, text, room);
}

} // namespace gui
