// POP before SMTP, as providers did it before AUTH was common: whoever fetched mail is known by the
// address for a while and may send through the server. Shared by the two servers of one host.
#pragma once

#include "sim/core/address.h"
#include "sim/core/time.h"

#include <cstddef>
#include <map>

namespace sim::mail {

class PopLogins {
public:
    explicit PopLogins(Duration lasting) : lasting_{lasting} {}

    void handle_login(Address address, Instant now);
    // Whether somebody logged in from there lately enough.
    [[nodiscard]] bool covers(Address address, Instant now) const;

private:
    static constexpr std::size_t most_addresses = 1024; // the one longest ago is forgotten

    Duration lasting_;
    std::map<Address, Instant> last_;
};

} // namespace sim::mail
