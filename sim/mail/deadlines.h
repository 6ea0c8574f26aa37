// When each of a program's connections has to be looked at, the earliest first: an alarm costs what
// is due and not what is open.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/time.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace sim::mail {

class Deadlines {
public:
    // `never`: it has none.
    void set(ConnectionId connection, Instant at)
    {
        const auto known = at_.find(connection);
        if (known != at_.end()) {
            if (known->second == at) return;
            queue_.erase({known->second, connection});
            at_.erase(known);
        }
        if (at == never) return;
        at_.emplace(connection, at);
        queue_.emplace(at, connection);
    }
    void forget(ConnectionId connection) { set(connection, never); }

    // `never`: there is none.
    [[nodiscard]] Instant next() const { return queue_.empty() ? never : queue_.begin()->first; }

    // The connections that are due at `now`, the longest due first; their deadlines are gone.
    [[nodiscard]] std::vector<ConnectionId> take_due(Instant now)
    {
        std::vector<ConnectionId> due;
        while (next() <= now && !queue_.empty()) {
            due.push_back(queue_.begin()->second);
            forget(due.back());
        }
        return due;
    }

private:
    std::map<ConnectionId, Instant> at_;
    std::set<std::pair<Instant, ConnectionId>> queue_;
};

} // namespace sim::mail
