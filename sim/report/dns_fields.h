// A DNS message (RFC 1035 §4) read field by field from its octets, whoever made them. Reading is
// bounded: names may not be longer than RFC 1035 allows, pointers lead backwards only, and what
// cannot be read ends the reading with a field that says so.
#pragma once

#include "sim/report/layers.h"

#include <string_view>

namespace sim::report {

// The layer of the datagram's payload; `offset` is where it lies in the packet.
Layer dns_layer(std::string_view message, std::uint32_t offset, const explain::Language& language);

} // namespace sim::report
