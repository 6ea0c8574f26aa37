// What follows from a tap: the facts that someone who listens on a link has, and those that TLS
// kept from him. Told of the conversations whose packets crossed the link.
#pragma once

#include "sim/core/hidden.h"
#include "sim/report/text.h"
#include "sim/report/wire.h"

#include <cstddef>

namespace sim::report {

// The DnsAsked or DnsServed whose datagram this packet is, at whatever link; nullptr for others.
const Event* dns_carried_by(const Event& packet, const Trace& trace);

// Whether the password itself is sent in the login that this AUTH begins; so it is believed of a
// mechanism that nobody knows.
[[nodiscard]] bool gives_password_away(const Trace& trace, const SmtpCommand& auth);

// At any cursor, from one walk along the whole trace. What the source refers to must outlive it.
class Learned {
public:
    Learned(const Source& source, const TappedLink& link);

    void follow(); // what has come to the trace since
    [[nodiscard]] Lines lines(std::size_t end) const;

private:
    class Listener;
    Hidden<Listener> listener_;
};

} // namespace sim::report
