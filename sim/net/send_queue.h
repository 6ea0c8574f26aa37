// What one end of a connection has to send and what is not acknowledged yet: octets by their
// offset in the stream, kept where the payload store has them.
#pragma once

#include "sim/core/assert.h"
#include "sim/core/payload.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sim::net {

class SendQueue {
public:
    // Takes over the caller's hold on the blob, which must not be empty.
    void append(const Blob& blob)
    {
        SIM_ASSERT(blob.size > 0);
        blobs_.push_back(blob);
        end_ += blob.size;
    }

    // At most `limit` octets from `offset`, which must lie in [begin(), end()). The caller holds
    // the result. Octets that were appended apart are joined, so that a repeated or delayed segment
    // is as full as it can be.
    Blob slice(PayloadStore& store, std::uint64_t offset, std::uint32_t limit);

    void drop_until(PayloadStore& store, std::uint64_t offset);
    void clear(PayloadStore& store); // back to an empty stream

    [[nodiscard]] std::uint64_t begin() const { return begin_; }
    [[nodiscard]] std::uint64_t end() const { return end_; }

private:
    Blob join(PayloadStore& store, std::uint64_t offset, std::uint32_t limit);

    std::vector<Blob> blobs_;
    std::size_t first_ = 0;        // blobs before it are gone
    std::uint64_t begin_ = 0;      // of blobs_[first_]
    std::uint64_t end_ = 0;        // behind the last octet
    std::size_t next_ = 0;         // the blob that the latest slice began in ...
    std::uint64_t next_begin_ = 0; // ... and where that blob begins
};

} // namespace sim::net
