// What the panels draw of one run, computed once for a run, a level and a language, so that a frame
// only looks things up. Positions are those of the trace; every question is asked at a cursor.
#pragma once

#include "sim/explain/why.h"
#include "sim/playback.h"
#include "sim/report/host_view.h"
#include "sim/report/ladder.h"
#include "sim/report/packet_view.h"
#include "sim/report/tls_view.h"
#include "sim/report/wire.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gui {

sim::Unit unit_of(sim::explain::Level level);

class RunView {
public:
    RunView(const sim::Playback& playback,
            const sim::explain::Language& language,
            sim::explain::Level level,
            sim::explain::Secrets secrets);

    [[nodiscard]] const sim::report::LadderRows& ladder() const { return ladder_; }
    // Rows [0, this) have happened before the cursor.
    [[nodiscard]] std::size_t rows_before(std::size_t cursor) const;
    // The cards of what had stopped before the cursor.
    [[nodiscard]] std::vector<const sim::explain::WhyCard*> cards_before(std::size_t cursor) const;
    [[nodiscard]] const std::vector<sim::explain::WhyCard>& cards() const { return cards_; }
    // Hosts, rules and conversations as they stood at a cursor.
    [[nodiscard]] const sim::report::HostIndex& hosts() const { return hosts_; }
    [[nodiscard]] const std::vector<sim::report::TappedLink>& links() const { return links_; }
    // The last stop of the level before the cursor; none at the start.
    [[nodiscard]] sim::EventId last_before(std::size_t cursor) const;
    [[nodiscard]] sim::EventId next_after(std::size_t cursor) const;
    // What a listener on this cable has; made anew only when something of the question changes.
    [[nodiscard]] const sim::report::Lines& wire(const sim::report::Source& source,
                                                 const sim::report::TappedLink& link) const;
    [[nodiscard]] const std::optional<sim::report::PacketView>&
    packet(const sim::report::Source& source, sim::EventId selected) const;
    [[nodiscard]] const std::optional<sim::report::TlsView>&
    tls(const sim::report::Source& source, sim::ConnectionId connection) const;

private:
    const sim::Playback& playback_;
    sim::explain::Level level_;
    sim::report::LadderRows ladder_;
    std::vector<std::uint32_t> row_at_; // event position of each row; a gap has that of the next
    std::vector<sim::explain::WhyCard> cards_;
    sim::report::HostIndex hosts_;
    std::vector<sim::report::TappedLink> links_;
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
        std::size_t end = 0;
        std::size_t columns = 0;
        sim::report::Lines lines;
    };
    mutable Wire wire_;
    mutable Packet packet_;
    mutable Tls tls_;
};

} // namespace gui
