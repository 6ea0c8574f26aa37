// Bytes that travel or were said, stored once and referred to by small handles. Packets in flight,
// send queues and the trace all hold Blobs of one PayloadStore.
//
// Storage is in blocks with a count of holders each. Keeping (a full trace) means never dropping a
// block; else a block is reused once nobody holds a Blob in it and, with let_go, once what was
// written down about it was let go.
#pragma once

#include "sim/core/assert.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace sim {

struct Blob {
    std::uint32_t block = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;

    // The bytes [from, from + count) of this blob; both are cut to what there is.
    [[nodiscard]] constexpr Blob slice(std::uint32_t from, std::uint32_t count) const
    {
        const std::uint32_t start = from < size ? from : size;
        const std::uint32_t rest = size - start;
        return {block, offset + start, count < rest ? count : rest};
    }
    friend constexpr bool operator==(const Blob&, const Blob&) = default;
};

class PayloadStore {
public:
    enum class Policy { keep_all, reuse, let_go };

    explicit PayloadStore(Policy policy = Policy::keep_all) : policy_{policy} {}

    // Copies the bytes in; the caller holds the result once (see release). At most 2^31 bytes.
    Blob store(std::string_view bytes);

    // One more, or one fewer, holder of the block this blob lies in. No-ops when all is kept.
    void retain(const Blob& blob)
    {
        if (policy_ != Policy::keep_all && blob.size > 0) ++blocks_[blob.block].holders;
    }
    void release(const Blob& blob)
    {
        if (policy_ == Policy::keep_all || blob.size == 0) return;
        SIM_ASSERT(blocks_[blob.block].holders > 0);
        if (--blocks_[blob.block].holders == 0) lay_down(blob.block);
    }

    // With let_go: whoever refers to blobs without holding them says how far it has come, and from
    // where on it still refers to what was held then.
    void set_mark(std::uint64_t mark) { mark_ = mark; }
    void let_go_before(std::uint64_t mark);

    // Valid until the store is destroyed (keep_all) or the blob is released (reuse).
    [[nodiscard]] std::string_view view(const Blob& blob) const
    {
        if (blob.size == 0) return {};
        return {blocks_[blob.block].bytes.get() + blob.offset, blob.size};
    }

    // Bytes of memory held in blocks.
    [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }

private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        std::uint32_t capacity = 0;
        std::uint32_t used = 0;
        std::uint32_t holders = 0;
    };
    void lay_down(std::uint32_t block); // nobody holds anything in it
    void recycle(std::uint32_t block);
    void open_block(std::size_t size);

    Policy policy_;
    std::vector<Block> blocks_;
    std::vector<std::uint32_t> free_;    // blocks to be used again
    std::vector<std::uint32_t> emptied_; // numbers of blocks whose memory was given back
    struct Idle {
        std::uint32_t block = 0;
        std::uint64_t since = 0; // mark
    };
    std::deque<Idle> idle_; // with let_go
    std::uint64_t mark_ = 0;
    std::uint32_t current_ = 0;
    std::size_t memory_bytes_ = 0;
};

} // namespace sim
