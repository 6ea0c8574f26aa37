// What a mail program's "connection security" is set to, for sending and for fetching.
#pragma once

#include "sim/core/named_enum.h"

namespace sim {

// `tls`: from the first octet (ports 465 and 995). `starttls`: or nothing at all.
SIM_NAMED_ENUM(Protection, none, starttls_if_available, starttls, tls);

} // namespace sim
