// What a server's reply to EHLO offers, as far as a client makes use of it. RFC 5321 §4.1.1.1.
#pragma once

#include "sim/smtp/reply.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::smtp {

// A default-made one is what a client knows of a server that took only HELO: nothing.
struct Offer {
    bool starttls = false;         // RFC 3207
    bool pipelining = false;       // RFC 2920
    bool eight_bit_mime = false;   // RFC 6152
    bool smtputf8 = false;         // RFC 6531
    bool chunking = false;         // RFC 3030
    bool dsn = false;              // RFC 3461
    bool size = false;             // RFC 1870: takes SIZE= with MAIL
    std::uint64_t size_limit = 0;  // octets; 0: none that it would tell
    std::vector<std::string> auth; // RFC 4954; mechanisms as the server wrote them
    friend bool operator==(const Offer&, const Offer&) = default;
};

// Keywords in any case; what is unknown or written wrongly is not offered. Total.
[[nodiscard]] Offer parse_offer(const Reply& reply);

} // namespace sim::smtp
