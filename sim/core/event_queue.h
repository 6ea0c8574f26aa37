// What is due when: a priority queue ordered by (time, sequence), so that things due at one instant
// happen in the order in which they were planned.
#pragma once

#include "sim/core/assert.h"
#include "sim/core/time.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sim {

template <typename Task>
class EventQueue {
public:
    void add(Instant at, Task task)
    {
        heap_.push_back(Entry{at, sequence_++, std::move(task)});
        std::push_heap(heap_.begin(), heap_.end(), Later{});
    }

    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }

    // When the first task is due; `never` when there is none.
    [[nodiscard]] Instant next_due() const { return heap_.empty() ? never : heap_.front().at; }

    // Removes and returns the first task; the queue must not be empty.
    Task pop()
    {
        SIM_ASSERT(!heap_.empty());
        std::pop_heap(heap_.begin(), heap_.end(), Later{});
        Task task = std::move(heap_.back().task);
        heap_.pop_back();
        return task;
    }

private:
    struct Entry {
        Instant at;
        std::uint64_t sequence;
        Task task;
    };
    struct Later { // a type, so that the compiler sees through it
        bool operator()(const Entry& a, const Entry& b) const
        {
            return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
        }
    };

    std::vector<Entry> heap_;
    std::uint64_t sequence_ = 0;
};

} // namespace sim
