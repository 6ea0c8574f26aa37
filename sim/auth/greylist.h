// What a server that greylists remembers (RFC 6647): who has tried to send what to whom, since
// when, and who has come back. Programs that send spam mostly do not.
#pragma once

#include "sim/core/address.h"
#include "sim/core/named_enum.h"
#include "sim/core/time.h"

#include <compare>
#include <cstddef>
#include <map>
#include <string>

namespace sim::auth {

struct GreylistConfig { // RFC 6647 §5
    Duration wait = std::chrono::minutes{1};
    Duration until = std::chrono::hours{24};         // who comes later than that is new again
    Duration remember = std::chrono::hours{24 * 36}; // since the last mail; a week at least
    std::size_t most_triples = 65536;
};

// §2: a client's network instead of its address, since a provider sends from several.
struct Triple {
    Prefix network;
    std::string sender; // folded; empty: the null reverse-path
    std::string recipient;
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend auto operator<=>(const Triple&, const Triple&) = default;
};
[[nodiscard]] Triple triple(Address client, std::string sender, std::string recipient);

SIM_NAMED_ENUM(Sight, first, too_soon, returned, known);

class Greylist {
public:
    explicit Greylist(GreylistConfig config) : config_{config} {}

    struct Seen {
        Sight sight = Sight::first;
        Duration since{}; // the first time
    };
    // Somebody tries, now; it is remembered.
    Seen look(const Triple& who, Instant now);

    [[nodiscard]] std::size_t size() const { return triples_.size(); }

private:
    struct Memory {
        Instant first;
        Instant last;
        bool passed = false;
    };
    void make_room();

    GreylistConfig config_;
    std::map<Triple, Memory> triples_;
};

} // namespace sim::auth
