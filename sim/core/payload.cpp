#include "sim/core/payload.h"

#include "sim/core/assert.h"

#include <cstring>

namespace sim {

namespace {
constexpr std::size_t block_bytes = std::size_t{256} * 1024;
} // namespace

Blob PayloadStore::store(std::string_view bytes)
{
    if (bytes.empty()) return {};
    SIM_ASSERT(bytes.size() < (std::size_t{1} << 31U));
    if (blocks_.empty() || blocks_[current_].capacity - blocks_[current_].used < bytes.size())
        open_block(bytes.size());
    Block& block = blocks_[current_];
    std::memcpy(block.bytes.get() + block.used, bytes.data(), bytes.size());
    const Blob blob{current_, block.used, static_cast<std::uint32_t>(bytes.size())};
    block.used += blob.size;
    ++block.holders;
    return blob;
}

// A block that fits: a free one, a new one, or for long payloads one of just their size.
void PayloadStore::open_block(std::size_t size)
{
    const std::uint32_t before = current_;
    const bool idle = !blocks_.empty() && blocks_[before].holders == 0;
    if (size <= block_bytes && !free_.empty()) {
        current_ = free_.back();
        free_.pop_back();
    } else if (!emptied_.empty()) {
        current_ = emptied_.back();
        emptied_.pop_back();
    } else {
        current_ = static_cast<std::uint32_t>(blocks_.size());
        blocks_.emplace_back();
    }
    Block& block = blocks_[current_];
    if (!block.bytes) {
        block.capacity = static_cast<std::uint32_t>(size > block_bytes ? size : block_bytes);
        block.bytes = std::make_unique_for_overwrite<char[]>(block.capacity);
        memory_bytes_ += block.capacity;
    }
    block.used = 0;
    if (idle && policy_ != Policy::keep_all) lay_down(before);
}

void PayloadStore::lay_down(std::uint32_t block)
{
    if (policy_ == Policy::reuse) {
        recycle(block);
    } else if (block != current_) { // that one is laid down when another takes its place
        idle_.push_back({block, mark_});
    }
}

void PayloadStore::let_go_before(std::uint64_t mark)
{
    for (; !idle_.empty() && idle_.front().since < mark; idle_.pop_front())
        recycle(idle_.front().block);
}

// Long blocks are given back: kept, they would only ever be reused for short payloads.
void PayloadStore::recycle(std::uint32_t index)
{
    Block& block = blocks_[index];
    if (index == current_) {
        block.used = 0;
    } else if (block.capacity > block_bytes) {
        memory_bytes_ -= block.capacity;
        block = Block{};
        emptied_.push_back(index);
    } else {
        free_.push_back(index);
    }
}

} // namespace sim
