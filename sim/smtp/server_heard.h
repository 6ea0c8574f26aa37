// What the parts of a server session tell each other. Only server_session.cpp and
// server_reading.cpp include this.
#pragma once

#include "sim/smtp/server_session.h"

#include <algorithm>
#include <limits>
#include <string>

namespace sim::smtp {

// A line of the client.
struct ServerSession::Heard {
    std::string_view line; // the front of it, if it was too long
    StreamRange range;     // all of it
    bool too_long = false;
    bool is_broken = false; // it ends in LF alone
    SmtpVerb verb = SmtpVerb::unknown;
    std::uint32_t secret_offset = 0;
    std::uint32_t secret_size = 0;
    std::string address{}; // that MAIL or RCPT names
};

inline std::uint32_t as_size(std::uint64_t octets)
{
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(octets, most));
}

} // namespace sim::smtp
