// The vocabulary of DNS that the trace records.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

// How a question ended for the one who asked.
//   no_data      the name exists, but not with this type
//   malformed    nobody gave a reply that could be read; at a server: the query could not be read
//   truncated    the answer does not fit in a datagram (DNS over TCP is not modelled)
//   timed_out    silence
SIM_NAMED_ENUM(DnsOutcome,
               found,
               no_data,
               name_does_not_exist,
               server_failure,
               refused,
               timed_out,
               malformed,
               truncated);

// Neither records nor a sure "no": worth asking again later.
constexpr bool is_failure(DnsOutcome outcome)
{
    return outcome != DnsOutcome::found && outcome != DnsOutcome::no_data &&
           outcome != DnsOutcome::name_does_not_exist;
}

// Where a name server had its answer from: what it remembers, its own zones, somebody it asked.
SIM_NAMED_ENUM(DnsSource, cache, authority, forwarded);

} // namespace sim
