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
        rise(heap_.size() - 1);
    }

    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }

    // When the first task is due; `never` when there is none.
    [[nodiscard]] Instant next_due() const { return heap_.empty() ? never : heap_.front().at; }

    // Removes and returns the first task; the queue must not be empty.
    Task pop()
    {
        SIM_ASSERT(!heap_.empty());
        Task task = std::move(heap_.front().task);
        Entry last = std::move(heap_.back());
        heap_.pop_back();
        if (!heap_.empty()) sink(std::move(last));
        return task;
    }

private:
    struct Entry {
        Instant at;
        std::uint64_t sequence = 0;
        Task task;
    };
    static bool before(const Entry& a, const Entry& b)
    {
        return a.at != b.at ? a.at < b.at : a.sequence < b.sequence;
    }

    // A heap of four children a node: half as deep as one of two, and the children lie side by
    // side in memory. The standard library's heaps have two.
    static constexpr std::size_t children = 4;

    void rise(std::size_t place)
    {
        Entry entry = std::move(heap_[place]);
        while (place > 0) {
            const std::size_t parent = (place - 1) / children;
            if (!before(entry, heap_[parent])) break;
            heap_[place] = std::move(heap_[parent]);
            place = parent;
        }
        heap_[place] = std::move(entry);
    }

    // Puts `entry` where it belongs, starting from the root, whose entry is gone.
    void sink(Entry entry)
    {
        std::size_t place = 0;
        for (;;) {
            const std::size_t first = place * children + 1;
            if (first >= heap_.size()) break;
            const std::size_t end = std::min(first + children, heap_.size());
            std::size_t least = first;
            for (std::size_t child = first + 1; child < end; ++child)
                if (before(heap_[child], heap_[least])) least = child;
            if (!before(heap_[least], entry)) break;
            heap_[place] = std::move(heap_[least]);
            place = least;
        }
        heap_[place] = std::move(entry);
    }

    std::vector<Entry> heap_;
    std::uint64_t sequence_ = 0;
};

} // namespace sim
