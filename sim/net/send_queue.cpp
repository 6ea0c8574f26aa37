#include "sim/net/send_queue.h"

#include "sim/core/assert.h"

#include <algorithm>

namespace sim::net {

namespace {
constexpr std::size_t kept_blobs = 64; // room that an empty queue keeps for its next stream
} // namespace

Blob SendQueue::slice(PayloadStore& store, std::uint64_t offset, std::uint32_t limit)
{
    SIM_ASSERT(begin_ <= offset && offset < end_);
    if (offset < next_begin_) {
        next_ = first_;
        next_begin_ = begin_;
    }
    while (offset - next_begin_ >= blobs_[next_].size) {
        next_begin_ += blobs_[next_].size;
        ++next_;
    }
    const Blob& blob = blobs_[next_];
    const auto skipped = static_cast<std::uint32_t>(offset - next_begin_);
    if (blob.size - skipped < limit && next_ + 1 < blobs_.size()) return join(store, offset, limit);
    const Blob slice = blob.slice(skipped, limit);
    store.retain(slice);
    return slice;
}

Blob SendQueue::join(PayloadStore& store, std::uint64_t offset, std::uint32_t limit)
{
    std::string bytes;
    bytes.reserve(limit);
    auto skipped = static_cast<std::uint32_t>(offset - next_begin_);
    for (std::size_t i = next_; i < blobs_.size() && bytes.size() < limit; ++i) {
        const auto rest = static_cast<std::uint32_t>(limit - bytes.size());
        bytes += store.view(blobs_[i].slice(skipped, rest));
        skipped = 0;
    }
    return store.store(bytes);
}

void SendQueue::drop_until(PayloadStore& store, std::uint64_t offset)
{
    while (first_ < blobs_.size() && begin_ + blobs_[first_].size <= offset) {
        begin_ += blobs_[first_].size;
        store.release(blobs_[first_]);
        ++first_;
    }
    if (next_ < first_) {
        next_ = first_;
        next_begin_ = begin_;
    }
    if (first_ == blobs_.size()) {
        blobs_.clear();
    } else if (first_ > kept_blobs && first_ * 2 > blobs_.size()) {
        blobs_.erase(blobs_.begin(), blobs_.begin() + static_cast<std::ptrdiff_t>(first_));
    } else {
        return;
    }
    next_ -= first_;
    first_ = 0;
}

void SendQueue::clear(PayloadStore& store)
{
    for (std::size_t i = first_; i < blobs_.size(); ++i)
        store.release(blobs_[i]);
    blobs_.clear();
    if (blobs_.capacity() > kept_blobs) blobs_.shrink_to_fit();
    first_ = next_ = 0;
    begin_ = end_ = next_begin_ = 0;
}

} // namespace sim::net
