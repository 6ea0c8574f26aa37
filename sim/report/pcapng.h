// A run as a packet capture that Wireshark and tshark open and decrypt without any setting: pcapng
// (draft-ietf-opsawg-pcapng), one interface a link, the packets as they would be on a cable, times
// in nanoseconds of the virtual clock, the TLS secrets inside.
#pragma once

#include "sim/report/wire.h"

#include <optional>
#include <string>

namespace sim::report {

// The packets sent in trace[0, source.end). Without `link`, each packet once, where it set out
// (seen again on every cable of its way, Wireshark would take it for a retransmission). With
// `link`, all that somebody who taps this cable gets. A packet that was stopped has a comment that
// says by whom, also where it never came onto a cable.
std::string pcapng(const Source& source, const std::optional<TappedLink>& link);

// The secrets of all TLS sessions, for whoever has the packets from elsewhere: a line each, in the
// NSS key log format (draft-ietf-tls-keylogfile). Empty when there was no TLS.
std::string key_log(const Trace& trace, std::size_t end);

} // namespace sim::report
