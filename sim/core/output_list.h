// What a state machine without I/O wants done and known, in the order in which it happened: its
// host drains it after every call.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace sim {

template <typename Output>
class OutputList {
public:
    void reserve(std::size_t outputs) { outputs_.reserve(outputs); }

    // Built in place: g++ 12 takes the move of a variant for a read of what it does not hold.
    template <typename What>
    void add(What&& what)
    {
        outputs_.emplace_back(std::forward<What>(what));
    }
    // What was added last; there must be one that was not given yet.
    [[nodiscard]] Output& last() { return outputs_.back(); }

    // The oldest that was not given yet. The memory stays for what comes next.
    [[nodiscard]] std::optional<Output> poll()
    {
        if (given_ == outputs_.size()) {
            outputs_.clear();
            given_ = 0;
            return std::nullopt;
        }
        return std::move(outputs_[given_++]);
    }

private:
    std::vector<Output> outputs_;
    std::size_t given_ = 0; // of outputs_, from the front
};

} // namespace sim
