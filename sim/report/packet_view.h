// The packet that any event has to do with, layer by layer, every field with its octets, value and
// meaning: what the window's packet tab shows. A pure function of the trace.
#pragma once

#include "sim/report/layers.h"
#include "sim/report/text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::report {

struct PacketView {
    EventId event; // the Packet... event that is shown
    explain::PacketRelation relation = explain::PacketRelation::is_it;
    std::string relation_words; // why this packet is shown for the event that was selected
    std::string title;          // "192.0.2.10:49152 → 203.0.113.25:587"
    // From the IPv4 header on. Unless secrets are to be shown, those in `masked` are asterisks.
    std::vector<std::uint8_t> bytes;
    std::vector<OctetRange> masked; // in order, not overlapping
    // Those that are not inside others cover all bytes, in order.
    std::vector<Layer> layers;
};

// Nothing for an event that no packet has to do with, and for one that has not happened by
// source.end. What was said leaves in the instant it was said, so its packet may lie behind the
// end.
std::optional<PacketView> packet_view(const Source& source, EventId selected);

} // namespace sim::report
