// The octets that a TCP packet carries, as the layers above TCP: mail in the clear, TLS records,
// and what was sealed in them as far as the two ends told the trace.
#pragma once

#include "sim/report/layers.h"
#include "sim/report/packet_find.h"

#include <string_view>
#include <vector>

namespace sim::report {

struct Payload {
    std::vector<Layer> layers;
    // Octets that are a password or a token, in the clear, in order; views do not show them.
    std::vector<OctetRange> secrets;
};

// `octets` is the payload, at `offset` of its packet; `conversation` ends with that packet.
Payload payload_layers(const Source& source,
                       const std::vector<const Event*>& conversation,
                       const StreamPlace& place,
                       std::string_view octets,
                       std::uint32_t offset);

} // namespace sim::report
