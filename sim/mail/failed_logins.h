// What a mail server remembers of the addresses from which logins failed: how often lately, and
// until when it talks to nobody there. Against guessing passwords over many connections.
#pragma once

#include "sim/core/address.h"
#include "sim/core/time.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace sim::mail {

struct FailedLoginsConfig {
    // How long an address is refused, and how long a failure counts. Zero: nothing is remembered.
    Duration pause{};
    std::uint32_t most_failures = 3; // the one with which the pause begins
    std::size_t most_addresses = 1024;
};

class FailedLogins {
public:
    explicit FailedLogins(FailedLoginsConfig config) : config_{config} {}

    // When this address is let in again; nothing: it may come now.
    [[nodiscard]] std::optional<Instant> refused_until(Address address, Instant now) const;
    // Failures from there that still count.
    [[nodiscard]] std::uint32_t count(Address address, Instant now) const;

    // The address that failed longest ago is forgotten when there are too many.
    void handle_failure(Address address, Instant now);
    // Whoever knows a password is no guesser. A pause that has begun goes on all the same.
    void handle_success(Address address, Instant now);

    [[nodiscard]] std::size_t size() const { return addresses_.size(); }

private:
    struct Memory {
        std::uint32_t failures = 0;
        Instant last; // and the pause, if any, began with it
    };
    [[nodiscard]] const Memory* find(Address address, Instant now) const;

    FailedLoginsConfig config_;
    std::map<Address, Memory> addresses_;
};

// What a peer hears that is refused until then.
[[nodiscard]] std::string words_of_pause(Address address, Instant until, Instant now);

} // namespace sim::mail
