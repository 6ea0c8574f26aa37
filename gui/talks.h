// Who talks with whom in the rows that are shown, one talk at a time: the two whose lanes are wide
// in the ladder, and whoever else takes part.
#pragma once

#include "sim/report/ladder.h"

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace gui {

struct Talk {
    sim::HostId client;
    sim::HostId server; // none: nobody has the address that was called
    sim::Endpoint server_at;
    std::vector<sim::HostId> between; // who did something on the way, in its order
    std::vector<sim::HostId> aside;   // whom else a row speaks of: a name server

    [[nodiscard]] bool is_of(sim::HostId host) const
    {
        return host.exists() && (host == client || host == server);
    }
};

class Talks {
public:
    explicit Talks(const sim::report::Source& source) : source_{source} {}

    // The position in all() of the talk that the row stands in. `next` is a row with a connection
    // that follows, if there is one soon: names are asked for before somebody is called.
    std::uint32_t add(const sim::report::LadderRow& row, const sim::report::LadderRow* next);
    void clear();
    [[nodiscard]] const std::vector<Talk>& all() const { return talks_; }

private:
    // Of the row's connection; nothing for a row without one.
    [[nodiscard]] std::optional<Talk> talk_of(const sim::report::LadderRow& row) const;
    void enter(Talk talk);
    void meet(Talk& talk, sim::HostId host, bool in_arrow) const;

    sim::report::Source source_;
    std::vector<Talk> talks_;
    std::vector<std::vector<sim::HostId>> ways_; // of each talk
    std::uint32_t now_ = 0;
    using Ends = std::tuple<sim::HostId, sim::HostId, std::uint32_t, std::uint16_t>;
    std::map<Ends, std::uint32_t> known_;
};

} // namespace gui
