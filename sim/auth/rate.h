// How fast an address or an account sends, in a window that slides: what one stolen password or
// one infected PC can do before somebody notices.
#pragma once

#include "sim/core/time.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace sim::auth {

struct RateLimits { // within `window`; 0: as many as one likes
    Duration window = std::chrono::hours{1};
    std::uint16_t connections = 0;
    std::uint16_t messages = 0;
    std::uint16_t recipients = 0;
    friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

class RateMeter {
public:
    // Once more, now: how often that makes within the window, this time counted. What goes beyond
    // `most` is not counted any further.
    std::uint32_t count(const std::string& what, Duration window, std::uint32_t most, Instant now);

    [[nodiscard]] std::size_t size() const { return times_.size(); }

private:
    std::map<std::string, std::deque<Instant>> times_; // oldest first
};

} // namespace sim::auth
