#include "sim/core/payload.h"

#include "sim/core/assert.h"

#include <cstring>

namespace sim {

namespace {
constexpr std::size_t block_bytes = 256 * 1024;
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

void PayloadStore::open_block(std::size_t size)
{
    if (!blocks_.empty() && policy_ == Policy::reuse && blocks_[current_].holders == 0)
        free_.push_back(current_);
    if (size <= block_bytes && !free_.empty()) {
        current_ = free_.back();
        free_.pop_back();
        blocks_[current_].used = 0;
        return;
    }
    Block block;
    block.capacity = static_cast<std::uint32_t>(size > block_bytes ? size : block_bytes);
    block.bytes = std::make_unique<char[]>(block.capacity);
    memory_bytes_ += block.capacity;
    current_ = static_cast<std::uint32_t>(blocks_.size());
    blocks_.push_back(std::move(block));
}

void PayloadStore::recycle(std::uint32_t index)
{
    if (index == current_)
        blocks_[index].used = 0;
    else
        free_.push_back(index);
}

} // namespace sim
