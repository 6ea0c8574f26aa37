// A set of things that come, change and go, as it was at any time: changes are recorded in the
// order of the trace and looked up at a cursor, without walking all that came before.
//
// Every so often the whole set is written down (a milestone), never more often than its size
// allows, so that memory stays proportional to the changes and a look-up costs one binary search
// and about as many steps as the set has members.
#pragma once

#include "sim/core/assert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace sim::report {

template <typename Value>
class History {
public:
    // `at` is the position of the event that did it; it never decreases. Members are given in the
    // order of their keys.
    void set(std::uint32_t at, std::uint32_t key, const Value& value)
    {
        record(Change{at, key, value});
    }
    void erase(std::uint32_t at, std::uint32_t key) { record(Change{at, key, std::nullopt}); }

    // As recorded so far; nullptr when there is no such member.
    [[nodiscard]] const Value* find(std::uint32_t key) const
    {
        const auto found = present_.find(key);
        return found == present_.end() ? nullptr : &found->second;
    }

    // As it was when the events before the cursor had happened.
    [[nodiscard]] std::vector<Value> at(std::size_t cursor) const
    {
        const auto end = std::lower_bound(
            changes_.begin(), changes_.end(), cursor, [](const Change& change, std::size_t at) {
                return change.at < at;
            });
        const auto done = static_cast<std::size_t>(end - changes_.begin());
        const auto later = std::upper_bound(milestones_.begin(),
                                            milestones_.end(),
                                            done,
                                            [](std::size_t changes, const Milestone& milestone) {
                                                return changes < milestone.changes;
                                            });
        Members members;
        std::size_t next = 0;
        if (later != milestones_.begin()) {
            const Milestone& milestone = *(later - 1);
            members.insert(milestone.members.begin(), milestone.members.end());
            next = milestone.changes;
        }
        for (; next < done; ++next)
            apply(members, changes_[next]);
        std::vector<Value> values;
        values.reserve(members.size());
        for (auto& [key, value] : members)
            values.push_back(std::move(value));
        return values;
    }

private:
    using Members = std::map<std::uint32_t, Value>;
    struct Change {
        std::uint32_t at = 0;
        std::uint32_t key = 0;
        std::optional<Value> value; // none: it is gone
    };
    struct Milestone {
        std::size_t changes = 0; // that came before it
        std::vector<std::pair<std::uint32_t, Value>> members;
    };
    static constexpr std::size_t least_between_milestones = 64;

    static void apply(Members& members, const Change& change)
    {
        if (change.value) {
            members.insert_or_assign(change.key, *change.value);
        } else {
            members.erase(change.key);
        }
    }

    void record(Change change)
    {
        SIM_ASSERT(changes_.empty() || changes_.back().at <= change.at);
        apply(present_, change);
        changes_.push_back(std::move(change));
        const std::size_t since =
            changes_.size() - (milestones_.empty() ? 0 : milestones_.back().changes);
        if (since < std::max(least_between_milestones, present_.size())) return;
        milestones_.push_back({changes_.size(), {present_.begin(), present_.end()}});
    }

    std::vector<Change> changes_;
    std::vector<Milestone> milestones_;
    Members present_;
};

} // namespace sim::report
