// Places for things that come and go by the million: numbered, never moved, used again.
#pragma once

#include "sim/core/assert.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace sim::net {

// References stay valid while the pool grows, and while a place is free: what is put into a place
// again finds it as it was left, so that its vectors keep their memory.
template <typename T>
class Pool {
public:
    // The number of a free place; the one given back last comes first.
    std::uint32_t take()
    {
        if (free_.empty()) {
            if (size_ % chunk_places == 0) chunks_.push_back(std::make_unique<Chunk>());
            return size_++;
        }
        const std::uint32_t place = free_.back();
        free_.pop_back();
        return place;
    }
    void give_back(std::uint32_t place)
    {
        SIM_ASSERT(place < size_);
        free_.push_back(place);
    }
    T& operator[](std::uint32_t place)
    {
        return (*chunks_[place / chunk_places])[place % chunk_places];
    }
    const T& operator[](std::uint32_t place) const
    {
        return (*chunks_[place / chunk_places])[place % chunk_places];
    }
    // Places ever made; all numbers are below it.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::size_t in_use() const { return size_ - free_.size(); }

private:
    static constexpr std::uint32_t chunk_places = 64;
    using Chunk = std::array<T, chunk_places>;

    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::vector<std::uint32_t> free_;
    std::uint32_t size_ = 0;
};

} // namespace sim::net
