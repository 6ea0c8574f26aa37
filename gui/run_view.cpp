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

constexpr std::uint32_t no_span = ~std::uint32_t{0};
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

// Whether what failed, or what became of a mail, may be another than before this event.
bool changes_cards(const sim::Event& event)
{
    switch (event.kind()) {
    case sim::Kind::connection_failed:
    case sim::Kind::tls_failed:
    case sim::Kind::smtp_problem_seen:
    case sim::Kind::mail_handed_over:
    case sim::Kind::mail_delivered:
    case sim::Kind::mail_deferred:
    case sim::Kind::mail_bounced:
    case sim::Kind::send_finished:
    case sim::Kind::fetch_finished:
        return true;
    case sim::Kind::smtp_reply:
        return std::get<sim::SmtpReply>(event.what).code >= 400;
    case sim::Kind::pop3_reply:
        return !std::get<sim::Pop3Reply>(event.what).ok;
    default:
        return false;
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
                 bool folds,
                 std::size_t most_events,
                 const RunView* same_run)
    : playback_{playback},
      facts_{same_run != nullptr ? same_run->facts_ : std::make_shared<Facts>(playback)},
      level_{level},
      ladder_{sim::report::Source{
          playback.trace(), playback.scenario(), language, playback.end(), level, secrets}},
      shown_{sim::report::Source{
                 playback.trace(), playback.scenario(), language, playback.end(), level, secrets},
             folds}
{
    if (same_run != nullptr) open_ = same_run->open_;
    follow(most_events);
}

void RunView::follow(std::size_t most_events)
{
    followed_ += std::min(most_events, playback_.end() - followed_);
    facts_->follow(playback_, followed_);
    ladder_.follow(followed_);
    note_rows();
    if (wire_.tap) wire_.tap->follow();
    if (heard_.listener) heard_.listener->follow();
    if (said_) said_->second.follow();
}

// Of the rows that are new. A gap stands with the row behind it.
void RunView::note_rows()
{
    const auto& rows = ladder_.rows().rows;
    for (std::size_t i = row_at_.size(); i < rows.size(); ++i) {
        const bool gap = !rows[i].event.exists();
        row_at_.push_back(rows[gap ? i + 1 : i].event.value);
        if (gap) gaps_.push_back(row_at_.back());
        note_entry(i);
    }
    shown_.follow(rows, facts_->moments, open_);
    note_spans();
}

// The story has no connections.
void RunView::note_entry(std::size_t row)
{
    const auto index = static_cast<std::uint32_t>(row);
    const EventId event = ladder_.rows().rows[row].event;
    const auto of = event.exists() ? playback_.trace().at(event).connection : sim::ConnectionId{};
    if (level_ != sim::explain::Level::story && of.exists() && of != heading_of_) {
        heading_of_ = of;
        transcript_.push_back({index, true});
    }
    transcript_.push_back({index, false});
}

std::size_t RunView::transcript_before(std::size_t cursor) const
{
    const auto rows = static_cast<std::uint32_t>(rows_before(cursor));
    return static_cast<std::size_t>(
        std::ranges::lower_bound(transcript_, rows, {}, &TranscriptEntry::row) -
        transcript_.begin());
}

void RunView::open_folds(const std::set<std::uint32_t>& open)
{
    if (open_ == open) return;
    open_ = open;
    note_rows();
}

// Anew where rows came in between.
void RunView::note_spans()
{
    if (spans_of_ != shown_.builds()) {
        spans_of_ = shown_.builds();
        spanned_ = 0;
        spans_.clear();
        span_of_.clear();
    }
    for (; spanned_ < shown_.all().size(); ++spanned_)
        note_span(spanned_);
    reach_.clear();
    for (const TlsSpan& span : spans_)
        reach_.push_back(std::max(reach_.empty() ? 0 : reach_.back(), span.last));
}

RunView::Facts::Facts(const sim::Playback& playback)
    : hosts{playback.trace(), playback.scenario(), 0},
      moments{playback.trace(), playback.scenario()},
      reach{playback.scenario()},
      cures{playback.trace(), playback.plan()},
      of{&playback}
{
}

void RunView::Facts::follow(const sim::Playback& playback, std::size_t end)
{
    if (followed >= end) return;
    const sim::Trace& trace = playback.trace();
    hosts.follow(end);
    moments.follow(end);
    sim::report::add_tapped_links(links, trace, followed, end);
    bool may_fail = false;
    for (; followed < end; ++followed) {
        const sim::Event& event = trace[followed];
        if (const auto mark = mark_of(event))
            marks.at(static_cast<std::size_t>(*mark)).push_back(event.id.value);
        may_fail = may_fail || changes_cards(event);
    }
    if (may_fail) find_cards(playback);
}

const RunView::Facts::Told& RunView::Facts::told() const
{
    if (!known || known->end != followed) {
        known = Told{followed, sim::report::journey(of->trace(), followed, of->scenario()), {}};
        known->verdict =
            sim::report::verdict(of->trace(), followed, of->scenario(), known->journey, cards);
    }
    return *known;
}

void RunView::Facts::find_cards(const sim::Playback& playback)
{
    const sim::Trace& trace = playback.trace();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cards.size(); ++i) {
        if (sim::explain::is_out_of_date(cards[i], trace, carded, followed)) continue;
        if (kept != i) {
            cards[kept] = std::move(cards[i]);
            cured[kept] = cured[i];
        }
        ++kept;
    }
    cards.resize(kept);
    for (auto& card : sim::explain::new_why_cards(trace, carded, followed, playback.scenario()))
        cards.push_back(std::move(card));
    cured.resize(kept);
    cured.resize(cards.size());
    carded = followed;
    cards_by_stop.clear();
    for (const auto& card : cards)
        if (stop_of(card).exists()) cards_by_stop.push_back(&card);
    std::ranges::stable_sort(
        cards_by_stop, {}, [](const auto* card) { return stop_of(*card).value; });
}

void RunView::note_span(std::size_t at)
{
    if (shown_.all()[at].kind != ShownRow::Kind::row) return;
    const auto& row = this->row(shown_.all()[at]);
    const bool begins = row.shape == sim::report::LadderRow::Shape::tls_bar;
    if ((!begins && !row.under_tls) || !row.event.exists() || !row.to.exists()) return;
    const std::uint32_t connection = playback_.trace().at(row.event).connection.value;
    if (connection >= span_of_.size()) span_of_.resize(std::size_t{connection} + 1, no_span);
    if (span_of_[connection] == no_span) {
        span_of_[connection] = static_cast<std::uint32_t>(spans_.size());
        spans_.push_back({at, at, row.from, row.to});
    }
    spans_[span_of_[connection]].last = at;
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

const sim::explain::WhyCard& RunView::card(std::size_t number) const
{
    sim::explain::WhyCard& card = facts_->cards.at(number);
    if (!facts_->cured[number]) facts_->cures.find(card);
    facts_->cured[number] = true;
    return card;
}

std::optional<std::size_t> RunView::last_card_before(std::size_t cursor) const
{
    const auto before = cards_before(cursor);
    if (before.empty()) return std::nullopt;
    return static_cast<std::size_t>(before.back() - facts_->cards.data());
}

std::size_t RunView::shown_before(std::size_t cursor) const
{
    const auto& all = shown_.all();
    return static_cast<std::size_t>(std::ranges::lower_bound(all, cursor, {}, &ShownRow::at) -
                                    all.begin());
}

const sim::report::LadderRow& RunView::row(const ShownRow& shown) const
{
    if (const Fold* of = fold(shown)) return of->row;
    return ladder_.rows().rows[shown.index];
}

const Fold* RunView::fold(const ShownRow& shown) const
{
    const bool folds = shown.kind == ShownRow::Kind::fold || shown.kind == ShownRow::Kind::heading;
    return folds ? &shown_.folds()[shown.index] : nullptr;
}

const sim::report::LadderRow* RunView::row_at(std::size_t cursor) const
{
    for (std::size_t i = shown_before(cursor); i-- > 0;) {
        const ShownRow& shown = shown_.all()[i];
        const bool tells = shown.kind == ShownRow::Kind::row || shown.kind == ShownRow::Kind::fold;
        if (tells && row(shown).event.exists()) return &row(shown);
    }
    return nullptr;
}

EventId RunView::climax() const
{
    const auto first = facts_->moments.first();
    return first ? next_after(*first) : EventId{};
}

EventId RunView::last_before(std::size_t cursor) const
{
    const auto next = std::ranges::lower_bound(stops(), cursor);
    if (next == stops().begin()) return {};
    return EventId{*std::prev(next)};
}

EventId RunView::next_after(std::size_t cursor) const
{
    const auto next = std::ranges::lower_bound(stops(), cursor);
    if (next == stops().end()) return {};
    return EventId{*next};
}

const sim::report::Lines& RunView::learned(sim::report::Source source,
                                           const sim::report::TappedLink& link) const
{
    constexpr std::size_t unwrapped = 1'000'000; // columns: whoever draws them breaks them
    source.columns = unwrapped;
    const bool same = heard_.listener && heard_.link == link.link;
    if (!same) {
        heard_.link = link.link;
        heard_.listener = std::make_unique<sim::report::Learned>(source, link);
    }
    if (!same || heard_.end != source.end) {
        heard_.end = source.end;
        heard_.lines = heard_.listener->lines(source.end);
    }
    return heard_.lines;
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
