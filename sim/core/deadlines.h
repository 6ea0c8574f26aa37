// When each of many open things, connections or lookups, has to be looked at, the earliest first:
// an alarm costs what is due and not what is open.
#pragma once

#include "sim/core/time.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace sim {

template <typename Key>
class Deadlines {
public:
    // `never`: it has none.
    void set(Key key, Instant at)
    {
        const auto known = at_.find(key);
        if (known != at_.end()) {
            if (known->second == at) return;
            queue_.erase({known->second, key});
            at_.erase(known);
        }
        if (at == never) return;
        at_.emplace(key, at);
        queue_.emplace(at, key);
    }
    void forget(Key key) { set(key, never); }

    // `never`: there is none.
    [[nodiscard]] Instant next() const { return queue_.empty() ? never : queue_.begin()->first; }

    // Those that are due at `now`, the longest due first, at one instant by key; their deadlines
    // are gone.
    [[nodiscard]] std::vector<Key> take_due(Instant now)
    {
        std::vector<Key> due;
        while (next() <= now && !queue_.empty()) {
            due.push_back(queue_.begin()->second);
            forget(due.back());
        }
        return due;
    }

private:
    std::map<Key, Instant> at_;
    std::set<std::pair<Instant, Key>> queue_;
};

} // namespace sim
