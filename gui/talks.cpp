#include "gui/talks.h"

#include "sim/explain/nouns.h"
#include "sim/explain/reach.h"

#include <algorithm>
#include <utility>

namespace gui {

using sim::HostId;
using sim::report::LadderRow;

namespace {

bool is_arrow(const LadderRow& row)
{
    const bool points = row.shape == LadderRow::Shape::arrow;
    return (points || row.shape == LadderRow::Shape::tls_bar) && row.to.exists() &&
           row.from != row.to;
}

} // namespace

void Talks::clear()
{
    talks_.clear();
    ways_.clear();
    known_.clear();
    now_ = 0;
}

std::optional<Talk> Talks::talk_of(const LadderRow& row) const
{
    if (!row.event.exists()) return std::nullopt;
    const sim::Event& event = source_.trace.at(row.event);
    if (!event.connection.exists()) return std::nullopt;
    const auto ends = sim::explain::ends_of(event, source_.context());
    if (!ends) return std::nullopt;
    return Talk{ends->client, ends->server, ends->server_at, {}, {}};
}

void Talks::enter(Talk talk)
{
    const Ends ends{talk.client, talk.server, talk.server_at.address.value, talk.server_at.port};
    const auto [found, is_new] =
        known_.try_emplace(ends, static_cast<std::uint32_t>(talks_.size()));
    now_ = found->second;
    if (!is_new) return;
    ways_.push_back(talk.server.exists()
                        ? sim::explain::way_between(talk.client, talk.server, source_.scenario)
                        : std::vector<HostId>{});
    talks_.push_back(std::move(talk));
}

void Talks::meet(Talk& talk, HostId host, bool in_arrow) const
{
    if (!host.exists() || talk.is_of(host)) return;
    const auto& way = ways_[now_];
    const auto place = [&](HostId each) { return std::ranges::find(way, each) - way.begin(); };
    const bool on_way = std::ranges::find(way, host) != way.end();
    if (!on_way && !in_arrow) return; // a note stands beside the lanes
    // Where there is no way to be known, whoever stopped it stands between the two.
    auto& group = on_way || !talk.server.exists() ? talk.between : talk.aside;
    if (std::ranges::find(group, host) != group.end()) return;
    group.push_back(host);
    if (on_way) std::ranges::stable_sort(group, {}, place);
}

std::uint32_t Talks::add(const LadderRow& row, const LadderRow* next)
{
    if (is_arrow(row)) {
        if (auto own = talk_of(row)) {
            enter(std::move(*own));
        } else if (talks_.empty() || !talks_[now_].is_of(row.from)) {
            auto after = next == nullptr ? std::nullopt : talk_of(*next);
            const bool leads_there = after && after->client == row.from;
            enter(leads_there ? std::move(*after) : Talk{row.from, row.to, {}, {}, {}});
        }
    }
    if (talks_.empty()) return 0; // the first one's, when it comes
    meet(talks_[now_], row.from, is_arrow(row));
    meet(talks_[now_], row.to, is_arrow(row));
    return now_;
}

} // namespace gui
