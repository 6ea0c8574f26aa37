// Positions in one direction of a conversation's plaintext.
#pragma once

#include <cstdint>

namespace sim::smtp {

// The octets [begin, begin + size) of what one end said. Counted from 0 at the start of the
// connection, and from 0 again once TLS is established: then among the TLS application data.
struct StreamRange {
    std::uint64_t begin = 0;
    std::uint32_t size = 0;
    friend bool operator==(const StreamRange&, const StreamRange&) = default;
};

} // namespace sim::smtp
