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

namespace {

constexpr std::size_t most_packets = 150; // of a tap: put into words when the cursor moves

std::optional<TimeMark> mark_of(const sim::Event& event)
{
    switch (event.kind()) {
    case sim::Kind::connection_opened:
        if (std::get<sim::ConnectionOpened>(event.what).accepted) return std::nullopt;
        return TimeMark::connection;
    case sim::Kind::auth_tried:
        return TimeMark::auth;
    case sim::Kind::tls_established:
        return TimeMark::tls;
    case sim::Kind::mail_delivered:
    case sim::Kind::mail_retrieved:
        return TimeMark::delivered;
    case sim::Kind::packet_dropped:
    case sim::Kind::connection_failed:
    case sim::Kind::mail_bounced:
        return TimeMark::blocked;
    default:
        return std::nullopt;
    }
}

EventId stop_of(const sim::explain::WhyCard& card)
{
    return card.stopped.exists() ? card.stopped : card.outcome;
}

} // namespace

RunView::RunView(const sim::Playback& playback,
                 const sim::explain::Language& language,
                 sim::explain::Level level,
                 sim::explain::Secrets secrets,
                 const RunView* same_run)
    : playback_{playback},
      facts_{same_run != nullptr ? same_run->facts_ : std::make_shared<const Facts>(playback)},
      level_{level}
{
    const sim::Trace& trace = playback.trace();
    const sim::report::Source source{
        trace, playback.scenario(), language, playback.end(), level, secrets};
    ladder_ = sim::report::ladder_rows(source);
    row_at_.resize(ladder_.rows.size());
    std::uint32_t next = static_cast<std::uint32_t>(playback.end());
    for (std::size_t i = row_at_.size(); i-- > 0;) {
        const EventId event = ladder_.rows[i].event;
        if (event.exists()) next = event.value;
        row_at_[i] = next;
    }
    for (std::size_t i = 0; i < ladder_.rows.size(); ++i)
        if (!ladder_.rows[i].event.exists()) gaps_.push_back(row_at_[i]);
    note_spans();
}

RunView::Facts::Facts(const sim::Playback& playback)
    : hosts{playback.trace(), playback.scenario()},
      links{sim::report::tapped_links(playback.trace(), playback.end())},
      cards{sim::explain::why_cards(playback.trace(), playback.end(), playback.scenario())}
{
    const sim::Trace& trace = playback.trace();
    for (std::size_t i = 0; i < playback.end(); ++i) {
        if (const auto mark = mark_of(trace[i]))
            marks.at(static_cast<std::size_t>(*mark)).push_back(static_cast<std::uint32_t>(i));
    }
    for (const auto& card : cards)
        if (stop_of(card).exists()) cards_by_stop.push_back(&card);
    std::ranges::stable_sort(
        cards_by_stop, {}, [](const auto* card) { return stop_of(*card).value; });
}

void RunView::note_spans()
{
    constexpr std::uint32_t none = ~std::uint32_t{0};
    std::vector<std::uint32_t> open; // by connection: its span
    for (std::size_t i = 0; i < ladder_.rows.size(); ++i) {
        const auto& row = ladder_.rows[i];
        const bool begins = row.shape == sim::report::LadderRow::Shape::tls_bar;
        if ((!begins && !row.under_tls) || !row.event.exists() || !row.to.exists()) continue;
        const std::uint32_t connection = playback_.trace().at(row.event).connection.value;
        if (connection >= open.size()) open.resize(std::size_t{connection} + 1, none);
        if (open[connection] == none) {
            open[connection] = static_cast<std::uint32_t>(spans_.size());
            spans_.push_back({i, i, row.from, row.to});
        }
        spans_[open[connection]].last = i;
    }
    for (const TlsSpan& span : spans_)
        reach_.push_back(std::max(reach_.empty() ? 0 : reach_.back(), span.last));
}

std::vector<TlsSpan> RunView::tls_spans(std::size_t first, std::size_t last) const
{
    std::vector<TlsSpan> found;
    auto next = std::ranges::upper_bound(spans_, last, {}, &TlsSpan::first) - spans_.begin();
    while (next-- > 0 && reach_[static_cast<std::size_t>(next)] >= first) {
        const TlsSpan& span = spans_[static_cast<std::size_t>(next)];
        if (span.last >= first) found.push_back(span);
    }
    return found;
}

std::size_t RunView::rows_before(std::size_t cursor) const
{
    return static_cast<std::size_t>(std::ranges::lower_bound(row_at_, cursor) - row_at_.begin());
}

std::span<const sim::explain::WhyCard* const> RunView::cards_before(std::size_t cursor) const
{
    const auto end = std::ranges::lower_bound(
        facts_->cards_by_stop, cursor, {}, [](const auto* card) { return stop_of(*card).value; });
    return std::span{facts_->cards_by_stop}.first(
        static_cast<std::size_t>(end - facts_->cards_by_stop.begin()));
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
    const bool same = wire_.tap && wire_.link == link.link && wire_.columns == source.columns;
    if (!same) {
        wire_.link = link.link;
        wire_.columns = source.columns;
        wire_.tap = std::make_unique<sim::report::WireTap>(source, link);
    }
    if (!same || wire_.end != source.end) {
        wire_.end = source.end;
        wire_.lines = wire_.tap->lines(source.end, most_packets);
    }
    return wire_.lines;
}

const sim::report::SaidIndex& RunView::said_on(const sim::report::TappedLink& link) const
{
    if (!said_ || said_->first != link.link)
        said_.emplace(link.link, sim::report::SaidIndex{playback_.trace(), link});
    return said_->second;
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
