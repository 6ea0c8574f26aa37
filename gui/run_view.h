// What the panels draw of one run, computed once for a run, a level and a language, so that a frame
// only looks things up. Positions are those of the trace; every question is asked at a cursor.
#pragma once

#include "gui/moments.h"
#include "gui/shown_rows.h"
#include "sim/explain/cure.h"
#include "sim/explain/reach.h"
#include "sim/playback.h"
#include "sim/report/ends.h"
#include "sim/report/host_view.h"
#include "sim/report/ladder.h"
#include "sim/report/learned.h"
#include "sim/report/packet_view.h"
#include "sim/report/tls_view.h"
#include "sim/report/verdict.h"
#include "sim/report/wire.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gui {

sim::Unit unit_of(sim::explain::Level level);

// What the time line marks; where several come to stand in one place, the last of them counts.
SIM_NAMED_ENUM(TimeMark, connection, auth, tls, delivered, blocked);

// An entry of the transcript: a row of the ladder, or a heading above the first of a connection.
struct TranscriptEntry {
    std::uint32_t row = 0; // heading: that below
    bool is_heading = false;
};

// Shown rows in which two hosts talk under TLS, others that come in between included.
struct TlsSpan {
    std::size_t first = 0; // row
    std::size_t last = 0;
    sim::HostId a;
    sim::HostId b;
};

class RunView {
public:
    // Of the first so many events; of more, follow() by follow(). `same_run`: a view of the same
    // run, if there was one; what both have in common is taken over.
    RunView(const sim::Playback& playback,
            const sim::explain::Language& language,
            sim::explain::Level level,
            sim::explain::Secrets secrets,
            bool folds,
            std::size_t most_events,
            const RunView* same_run = nullptr);

    // Goes on with what the playback has come to see since (Playback::catch_up), by so many events
    // at most. Nothing that was said before becomes untrue but the cards of what goes on, which are
    // found again when they may differ.
    void follow(std::size_t most_events);
    // Whether all that the playback sees is in it.
    [[nodiscard]] bool is_complete() const { return followed_ == playback_.end(); }

    [[nodiscard]] const sim::report::LadderRows& ladder() const { return ladder_.rows(); }
    // Rows of ladder() [0, this) have happened before the cursor.
    [[nodiscard]] std::size_t rows_before(std::size_t cursor) const;
    // All of them one by one, a heading wherever another connection goes on.
    [[nodiscard]] const std::vector<TranscriptEntry>& transcript() const { return transcript_; }
    [[nodiscard]] std::size_t transcript_before(std::size_t cursor) const;
    // As they are shown, later hops folded: see ShownRows.
    [[nodiscard]] const std::vector<ShownRow>& shown() const { return shown_.all(); }
    [[nodiscard]] const std::vector<Talk>& talks() const { return shown_.talks(); }
    [[nodiscard]] std::size_t shown_before(std::size_t cursor) const;
    [[nodiscard]] const sim::report::LadderRow& row(const ShownRow& shown) const;
    // Nothing for a row that is none.
    [[nodiscard]] const Fold* fold(const ShownRow& shown) const;
    // What all views speak of at this cursor; nullptr at the start.
    [[nodiscard]] const sim::report::LadderRow* row_at(std::size_t cursor) const;
    // Event positions: the cursor stops behind each.
    [[nodiscard]] const std::vector<std::uint32_t>& stops() const { return shown_.stops(); }
    // The fold that keeps this event's row from sight; nullptr when none does.
    [[nodiscard]] const Fold* hiding(sim::EventId event) const { return shown_.hiding(event); }
    // By the events that they begin with.
    void open_folds(const std::set<std::uint32_t>& open);
    // What came of the run, as far as there is one, and how the mail went, hop by hop.
    [[nodiscard]] const sim::report::RunVerdict& verdict() const { return facts_->told().verdict; }
    [[nodiscard]] const std::vector<sim::report::Hop>& journey() const
    {
        return facts_->told().journey;
    }
    [[nodiscard]] const Moments& moments() const { return facts_->moments; }
    // The row at which the lesson's first moment can be seen; none in a run without one.
    [[nodiscard]] sim::EventId climax() const;
    // The spans that cover any of the shown rows [first, last].
    [[nodiscard]] std::vector<TlsSpan> tls_spans(std::size_t first, std::size_t last) const;
    // Where such things happened, in order.
    [[nodiscard]] const std::vector<std::uint32_t>& marks(TimeMark mark) const
    {
        return facts_->marks.at(static_cast<std::size_t>(mark));
    }
    // In front of which events nothing happened for a while.
    [[nodiscard]] const std::vector<std::uint32_t>& gaps() const { return gaps_; }
    // The cards of what had stopped before the cursor, in the order in which it stopped.
    [[nodiscard]] std::span<const sim::explain::WhyCard* const>
    cards_before(std::size_t cursor) const;
    [[nodiscard]] std::size_t card_count() const { return facts_->cards.size(); }
    // With its cure, which is looked for the first time that somebody asks: that takes some runs.
    [[nodiscard]] const sim::explain::WhyCard& card(std::size_t number) const;
    // The one that stopped last before the cursor; nothing when none has.
    [[nodiscard]] std::optional<std::size_t> last_card_before(std::size_t cursor) const;
    // The hosts on the way between two; empty when there is none.
    [[nodiscard]] std::vector<sim::HostId> way(sim::HostId from, sim::HostId to) const
    {
        return facts_->reach.way(from, to);
    }
    // Hosts, rules and conversations as they stood at a cursor.
    [[nodiscard]] const sim::report::HostIndex& hosts() const { return facts_->hosts; }
    [[nodiscard]] const std::vector<sim::report::TappedLink>& links() const
    {
        return facts_->links;
    }
    // The last stop of the level before the cursor; none at the start.
    [[nodiscard]] sim::EventId last_before(std::size_t cursor) const;
    [[nodiscard]] sim::EventId next_after(std::size_t cursor) const;
    // What a listener on this cable has, of the last packets at least; made anew only when
    // something of the question changes.
    [[nodiscard]] const sim::report::Lines& wire(const sim::report::Source& source,
                                                 const sim::report::TappedLink& link) const;
    // What follows from it: what such a listener knows, and what was kept from him; a line a fact.
    [[nodiscard]] const sim::report::Lines& learned(sim::report::Source source,
                                                    const sim::report::TappedLink& link) const;
    // What was said in the conversations that cross it; the last one asked for is kept.
    [[nodiscard]] const sim::report::SaidIndex& said_on(const sim::report::TappedLink& link) const;
    [[nodiscard]] const std::optional<sim::report::PacketView>&
    packet(const sim::report::Source& source, sim::EventId selected) const;
    [[nodiscard]] const std::optional<sim::report::TlsView>&
    tls(const sim::report::Source& source, sim::ConnectionId connection) const;

private:
    // What does not depend on level or language.
    struct Facts {
        explicit Facts(const sim::Playback& playback);
        void follow(const sim::Playback& playback, std::size_t end);
        void find_cards(const sim::Playback& playback);
        std::size_t followed = 0; // events
        std::size_t carded = 0;   // events that the cards are of
        sim::report::HostIndex hosts;
        std::vector<sim::report::TappedLink> links;
        Moments moments;
        sim::explain::Reach reach;
        std::array<std::vector<std::uint32_t>, sim::count_of<TimeMark>()> marks;
        mutable sim::explain::Cures cures;
        mutable std::vector<bool> cured; // by card: its cure was looked for
        mutable std::vector<sim::explain::WhyCard> cards;
        std::vector<const sim::explain::WhyCard*> cards_by_stop;
        struct Told {
            std::size_t end = 0;
            std::vector<sim::report::Hop> journey;
            sim::report::RunVerdict verdict;
        };
        [[nodiscard]] const Told& told() const; // worked out when somebody asks
        const sim::Playback* of = nullptr;
        mutable std::optional<Told> known;
    };
    void note_rows();
    void note_entry(std::size_t row);
    void note_spans();
    void note_span(std::size_t shown);

    const sim::Playback& playback_;
    std::shared_ptr<Facts> facts_;
    sim::explain::Level level_;
    std::size_t followed_ = 0; // events; of the facts there may be more already
    sim::report::Ladder ladder_;
    std::vector<std::uint32_t> row_at_; // event position of each row; a gap has that of the next
    std::vector<TranscriptEntry> transcript_;
    sim::ConnectionId heading_of_; // under whose heading the last row stands
    ShownRows shown_;
    std::set<std::uint32_t> open_;       // folds
    int spans_of_ = 0;                   // ShownRows::builds()
    std::size_t spanned_ = 0;            // shown rows that spans_ knows
    std::vector<TlsSpan> spans_;         // by their first rows
    std::vector<std::size_t> reach_;     // the last row that this span or one before it covers
    std::vector<std::uint32_t> span_of_; // by connection: its span, or no_span
    std::vector<std::uint32_t> gaps_;
    struct Packet {
        sim::EventId selected;
        std::size_t end = 0;
        std::optional<sim::report::PacketView> view;
    };
    struct Tls {
        sim::ConnectionId connection;
        std::size_t end = 0;
        std::optional<sim::report::TlsView> view;
    };
    struct Wire {
        sim::LinkId link;
        std::size_t columns = 0;
        std::unique_ptr<sim::report::WireTap> tap;
        std::size_t end = 0;
        sim::report::Lines lines;
    };
    struct Heard {
        sim::LinkId link;
        std::unique_ptr<sim::report::Learned> listener;
        std::size_t end = 0;
        sim::report::Lines lines;
    };
    mutable Wire wire_;
    mutable Heard heard_;
    mutable std::optional<std::pair<sim::LinkId, sim::report::SaidIndex>> said_;
    mutable Packet packet_;
    mutable Tls tls_;
};

} // namespace gui
