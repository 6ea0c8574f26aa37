// What follows from a tap: the facts that someone who listens on a link has, and those that TLS
// kept from him. Told of the conversations whose packets crossed the link.
#pragma once

#include "sim/report/text.h"
#include "sim/report/wire.h"

namespace sim::report {

// The DnsAsked or DnsServed whose datagram this packet is, at whatever link; nullptr for others.
const Event* dns_carried_by(const Event& packet, const Trace& trace);

Lines learned(const Source& source, const TappedLink& link);

} // namespace sim::report
