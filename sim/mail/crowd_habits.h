// How the PCs of a crowd behave, where it can be chosen.
#pragma once

#include "sim/core/named_enum.h"

namespace sim::mail {

// What a PC calls itself in EHLO: its address in brackets, the receiver's domain as if it were one
// of its own servers, or localhost.
SIM_NAMED_ENUM(CrowdHello, address, receiver, localhost);

} // namespace sim::mail
