// The vocabulary of DNS that the trace records.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

// How a question ended for the one who asked. no_data: the name exists, but not with this type.
SIM_NAMED_ENUM(
    DnsOutcome, found, no_data, name_does_not_exist, server_failure, refused, timed_out, malformed);

SIM_NAMED_ENUM(DnsSource, cache, authority, forwarded);

} // namespace sim
