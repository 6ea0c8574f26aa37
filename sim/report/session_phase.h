// Where a session stands at a place in the trace: what its last command or reply says, or the
// socket and TLS below it while nothing was said. For host_view.cpp.
#pragma once

#include "sim/core/trace.h"
#include "sim/report/host_view.h"

#include <cstddef>
#include <string_view>

namespace sim::report {

// As the transition tables of the sessions call it (see world_diagram.h); empty while there is
// none.
[[nodiscard]] std::string_view
client_phase(const Trace& trace, ConnectionId connection, std::size_t cursor);
[[nodiscard]] std::string_view server_phase(const Trace& trace,
                                            ConnectionId connection,
                                            Application application,
                                            std::size_t cursor);

} // namespace sim::report
