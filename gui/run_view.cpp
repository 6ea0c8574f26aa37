#include "gui/run_view.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace gui {

using sim::EventId;

sim::Unit unit_of(sim::explain::Level level)
{
    switch (level) {
    case sim::explain::Level::story:
        return sim::Unit::hop;
    case sim::explain::Level::standard:
        return sim::Unit::command;
    case sim::explain::Level::expert:
        return sim::Unit::packet;
    }
    return sim::Unit::command;
}

RunView::RunView(const sim::Playback& playback,
                 const sim::explain::Language& language,
                 sim::explain::Level level,
                 sim::explain::Secrets secrets)
    : playback_{playback}, level_{level}, hosts_{playback.trace(), playback.scenario()}
{
    const sim::Trace& trace = playback.trace();
    const sim::report::Source source{
        trace, playback.scenario(), language, trace.size(), level, secrets};
    ladder_ = sim::report::ladder_rows(source);
    row_at_.resize(ladder_.rows.size());
    std::uint32_t next = static_cast<std::uint32_t>(trace.size());
    for (std::size_t i = row_at_.size(); i-- > 0;) {
        const EventId event = ladder_.rows[i].event;
        if (event.exists()) next = event.value;
        row_at_[i] = next;
    }
    cards_ = sim::explain::why_cards(trace, trace.size(), playback.scenario());
    links_ = sim::report::tapped_links(trace, trace.size());
}

std::size_t RunView::rows_before(std::size_t cursor) const
{
    return static_cast<std::size_t>(std::ranges::lower_bound(row_at_, cursor) - row_at_.begin());
}

std::vector<const sim::explain::WhyCard*> RunView::cards_before(std::size_t cursor) const
{
    std::vector<const sim::explain::WhyCard*> shown;
    for (const auto& card : cards_) {
        const EventId at = card.stopped.exists() ? card.stopped : card.outcome;
        if (at.exists() && at.value < cursor) shown.push_back(&card);
    }
    return shown;
}

EventId RunView::last_before(std::size_t cursor) const
{
    const auto& stops = playback_.stops(unit_of(level_));
    const auto next = std::ranges::lower_bound(stops, cursor);
    if (next == stops.begin()) return {};
    return EventId{*std::prev(next)};
}

EventId RunView::next_after(std::size_t cursor) const
{
    const auto& stops = playback_.stops(unit_of(level_));
    const auto next = std::ranges::lower_bound(stops, cursor);
    if (next == stops.end()) return {};
    return EventId{*next};
}

const sim::report::Lines& RunView::wire(const sim::report::Source& source,
                                        const sim::report::TappedLink& link) const
{
    if (wire_.link != link.link || wire_.end != source.end || wire_.columns != source.columns)
        wire_ = {link.link, source.end, source.columns, sim::report::wire(source, link)};
    return wire_.lines;
}

const std::optional<sim::report::PacketView>& RunView::packet(const sim::report::Source& source,
                                                              EventId selected) const
{
    if (packet_.selected != selected || packet_.end != source.end)
        packet_ = {selected, source.end, sim::report::packet_view(source, selected)};
    return packet_.view;
}

const std::optional<sim::report::TlsView>& RunView::tls(const sim::report::Source& source,
                                                        sim::ConnectionId connection) const
{
    if (tls_.connection != connection || tls_.end != source.end)
        tls_ = {connection, source.end, sim::report::tls_view(source, connection)};
    return tls_.view;
}

} // namespace gui
