#include "gui/ladder_lanes.h"

#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <algorithm>

namespace gui {

using sim::HostId;

namespace {

constexpr float aside_width = 80; // design pixels
constexpr float tallest = 120;

std::string name_of(const Ui& ui, HostId host)
{
    return sim::explain::host_name(host, ui.desk().source().context());
}

// With the port, which makes another talk of the same two.
std::string server_name(const Ui& ui, const Talk& talk)
{
    const std::string name =
        talk.server.exists() ? name_of(ui, talk.server) : sim::to_string(talk.server_at.address);
    return talk.server_at.port == 0 ? name : fmt::format("{} :{}", name, talk.server_at.port);
}

} // namespace

LadderLanes::LadderLanes(const Ui& ui, const Rect& space, const Talk& talk) : ui_{&ui}
{
    const auto aside = static_cast<float>(talk.aside.size());
    const float each = std::min(ui.px(aside_width) * ui.theme().type_scale,
                                space.width() * 0.4F / std::max(aside, 1.0F));
    const float margin = ui.px(44);
    const float left = space.min.x + ui.px(20);
    const float right = space.max.x - each * aside - margin;
    const float step = (right - left) / static_cast<float>(talk.between.size() + 1);
    const float half = step / 2 - ui.px(4);
    const float before = left - ui.px(80); // nothing stands above the times
    lanes_.push_back({talk.client, name_of(ui, talk.client), left, before, left + half, false});
    for (const HostId host : talk.between) {
        const float x = lanes_.back().x + step;
        lanes_.push_back({host, name_of(ui, host), x, x - half, x + half, false});
    }
    // As far as the name beside it leaves room.
    const float name = text_width(ui.small(), lanes_.back().name) / 2 + ui.px(6);
    const float first = lanes_.back().x + std::min(name, step / 2);
    lanes_.push_back({talk.server, server_name(ui, talk), right, first, right + margin, false});
    float x = space.max.x - each * (aside - 0.5F);
    for (const HostId host : talk.aside) {
        const float wide = each / 2 - ui.px(3);
        lanes_.push_back({host, name_of(ui, host), x, x - wide, x + wide, true});
        x += each;
    }
    set_names();
}

LadderLanes::LadderLanes(const Ui& ui, const Rect& space, const std::vector<HostId>& side_by_side)
    : ui_{&ui}
{
    const float lane =
        space.width() / static_cast<float>(std::max<std::size_t>(side_by_side.size(), 1));
    const float half = lane / 2 - ui.px(2);
    float x = space.min.x + lane / 2;
    for (const HostId host : side_by_side) {
        lanes_.push_back({host, name_of(ui, host), x, x - half, x + half, false});
        x += lane;
    }
    set_names();
}

std::optional<float> LadderLanes::at(HostId host) const
{
    if (!host.exists()) return std::nullopt;
    for (const Lane& lane : lanes_)
        if (lane.host == host) return lane.x;
    return std::nullopt;
}

// All of one size.
std::vector<Ui::Name> LadderLanes::names_in(std::size_t rows) const
{
    const Theme& theme = ui_->theme();
    const auto fit = [&](const Lane& lane, float size) {
        TextStyle style = ui_->in(ui_->small(), lane.quiet ? theme.quiet : theme.ink);
        style.size = std::min(style.size, size);
        const float room = (lane.max - lane.min) * static_cast<float>(rows);
        return ui_->name(style, lane.name, room, ui_->px(tallest));
    };
    float size = theme.small();
    for (const Lane& lane : lanes_)
        size = std::min(size, fit(lane, size).style.size);
    std::vector<Ui::Name> names;
    names.reserve(lanes_.size());
    for (const Lane& lane : lanes_)
        names.push_back(fit(lane, size));
    return names;
}

void LadderLanes::set_names()
{
    names_ = names_in(1);
    const bool crowded = std::ranges::any_of(
        names_, [](const Ui::Name& name) { return name.lines.size() > 3 || name.is_torn; });
    rows_ = crowded ? 2 : 1;
    if (crowded) names_ = names_in(rows_);
    heights_.assign(rows_, 0);
    for (std::size_t i = 0; i < names_.size(); ++i)
        heights_[i % rows_] = std::max(heights_[i % rows_], names_[i].height());
    height_ = crowded ? ui_->px(2) : 0;
    for (const float row : heights_)
        height_ += row;
}

void LadderLanes::draw_names(float left, float right, float bottom) const
{
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float top = bottom - height_;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const Ui::Name& name = names_[i];
        const bool upper = rows_ == 2 && i % rows_ == 0;
        const float end = upper ? top + heights_[0] : bottom;
        float y = end - name.height();
        for (const auto one : name.lines) {
            const float width = text_width(name.style, one);
            const float more = (lanes_[i].max - lanes_[i].min) * (rows_ == 2 ? 0.5F : 0);
            const float first = std::max(left, lanes_[i].min - more);
            const float last = std::min(right, lanes_[i].max + more) - width;
            const float x = std::clamp(lanes_[i].x - width / 2, first, std::max(first, last));
            ui_->line(
                list, {x, y + (name.line() - name.style.size) / 2}, name.style, one, width + 1);
            y += name.line();
        }
        if (upper) {
            list->AddLine(
                {lanes_[i].x, end}, {lanes_[i].x, bottom}, ui_->theme().rule, ui_->px(1.5F));
        }
    }
}

} // namespace gui
