// The rows of a run as the window shows them, and so the stops of its cursor: one press of a key
// moves one of these. At the standard level the first hop is told line by line; later hops, the
// fetch and runs of DNS are folded into one row each, which opens. What a lesson exists for is
// never folded away.
#pragma once

#include "gui/moments.h"
#include "gui/talks.h"
#include "sim/report/ladder.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gui {

// Rows of the ladder that belong together, as one row.
struct Fold {
    sim::EventId id;            // of the first of them: the same in every language
    sim::report::LadderRow row; // an arrow; its event is the one that decided, as the 250
    std::string ends;           // "Kumo → Umi :25"
    std::size_t lines = 0;
    bool open = false;
};

struct ShownRow {
    // heading: of a fold that is open; talk: above the first row of another talk
    enum class Kind : std::uint8_t { row, fold, heading, talk };
    Kind kind = Kind::row;
    std::uint32_t index =
        0;                  // of the ladder's rows (talk: of that below); fold, heading: of folds()
    std::uint32_t at = 0;   // the event's place; of a gap or heading: that of what follows
    std::uint32_t talk = 0; // of talks(), where there are any
};

class ShownRows {
public:
    // `folds`: not where real programs take part, as what goes on is the newest thing there.
    ShownRows(const sim::report::Source& source, bool folds)
        : source_{source},
          folds_wanted_{folds && source.level == sim::explain::Level::standard},
          talks_{source}
    {
    }

    // Goes on with rows that are new.
    void follow(const std::vector<sim::report::LadderRow>& rows,
                const Moments& moments,
                const std::set<std::uint32_t>& open);

    [[nodiscard]] const std::vector<ShownRow>& all() const { return shown_; }
    [[nodiscard]] const std::vector<Fold>& folds() const { return folds_; }
    // None at levels, and where programs take part, that tell all hosts side by side.
    [[nodiscard]] const std::vector<Talk>& talks() const { return talks_.all(); }
    // Event positions: the cursor stops behind each.
    [[nodiscard]] const std::vector<std::uint32_t>& stops() const { return stops_; }
    // Another number whenever rows came in between others.
    [[nodiscard]] int builds() const { return builds_; }
    // The fold that keeps this event's row from sight; nullptr when none does.
    [[nodiscard]] const Fold* hiding(sim::EventId event) const;

private:
    using Rows = std::vector<sim::report::LadderRow>;
    using Group = std::vector<std::uint32_t>; // positions in rows

    void build(const Rows& rows, const Moments& moments, const std::set<std::uint32_t>& open);
    // Those of each later conversation; empty at rows that stay by themselves.
    [[nodiscard]] std::vector<Group> groups(const Rows& rows, const Moments& moments) const;
    [[nodiscard]] std::vector<Group> questions(const Rows& rows,
                                               const std::vector<Group>& talks) const;
    [[nodiscard]] bool is_sending(sim::ConnectionId connection) const; // a person's program
    [[nodiscard]] bool has(sim::ConnectionId connection, sim::Kind kind) const;
    void add_fold(const Rows& rows, const Group& group, const std::set<std::uint32_t>& open);
    [[nodiscard]] Fold made_of(const Rows& rows, const Group& group) const;
    [[nodiscard]] Fold talk(const Rows& rows, const Group& group) const;
    void append(const Rows& rows);
    // Puts each of the rows into its talk, with a heading above the first of another one.
    void head_talks(const Rows& rows, std::vector<ShownRow> in_order);
    void put(const Rows& rows, ShownRow row, const sim::report::LadderRow* next);
    [[nodiscard]] bool is_gap(const Rows& rows, const ShownRow& shown) const
    {
        return shown.kind == ShownRow::Kind::row && !rows[shown.index].event.exists();
    }

    sim::report::Source source_;
    bool folds_wanted_ = false;
    int builds_ = 0;
    std::size_t followed_ = 0; // rows
    std::set<std::uint32_t> open_;
    std::vector<ShownRow> shown_;
    std::vector<Fold> folds_;
    Talks talks_;
    std::optional<std::uint32_t> lanes_of_; // the talk whose lanes the last row needed
    std::vector<std::uint32_t> stops_;
    std::map<std::uint32_t, std::uint32_t> hidden_; // event of a row: the fold that it lies in
};

} // namespace gui
