// The sequence diagram of a run: rows as data, for the window, and drawn in text.
#pragma once

#include "sim/core/hidden.h"
#include "sim/report/text.h"

#include <cstddef>
#include <vector>

namespace sim::report {

// One row. An arrow goes from `from` to `to`; without `to` it is something that happened at `from`.
struct LadderRow {
    enum class Shape { arrow, note, tls_bar, gap };
    Shape shape = Shape::note;
    EventId event; // none for a gap
    Instant at;
    HostId from;
    HostId to; // where the arrow ends: for a packet that was stopped, where it was stopped
    bool stopped = false;
    explain::Mark mark = explain::Mark::none;
    bool under_tls = false; // inside the encrypted span between these two
    Duration gap{};         // shape gap: how long nothing happened
    std::string text;       // in the language
    std::string day;        // shape gap: "2026-04-02, day 2" where another day has begun
};

struct LadderRows {
    std::vector<HostId> lifelines; // those involved, in the order in which mail meets them
    std::vector<LadderRow> rows;
};

// Story: a row per hop. Standard: commands, replies, DNS, TLS as one bar. Expert: every packet.
LadderRows ladder_rows(const Source& source);

// The same while a run goes on. What the source refers to must outlive it; its end is not used.
class Ladder {
public:
    explicit Ladder(const Source& source);

    void follow(std::size_t end); // as far as trace[0, end)
    [[nodiscard]] const LadderRows& rows() const;

private:
    class RowMaker;
    Hidden<RowMaker> maker_;
};

// source.columns wide; only as many lifelines as fit beside each other at a time are named.
Lines ladder(const Source& source);

} // namespace sim::report
