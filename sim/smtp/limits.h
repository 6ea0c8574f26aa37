// How much a client may say. Every number has the RFC section or the choice it comes from.
#pragma once

#include "sim/core/time.h"

#include <cstddef>
#include <cstdint>

namespace sim::smtp {

struct ServerLimits {
    // RFC 5321 §4.5.3.1.4, with CR LF. Extensions that the server offers add to MAIL: SIZE 26
    // (RFC 1870 §3), BODY 17 (RFC 6152 §2), SMTPUTF8 10 (RFC 6531 §3.1), AUTH 500 (RFC 4954 §3),
    // RET and ENVID 116; NOTIFY and ORCPT add 536 to RCPT (the longest that RFC 3461 §4 allows).
    std::size_t command_line_octets = 512;
    std::size_t auth_line_octets = 12288; // RFC 4954 §4: a line of Base64, AUTH or its answer
    std::size_t text_line_octets = 8192;  // without CR LF; RFC 5321 §4.5.3.1.6 asks for 998
    std::size_t message_octets = std::size_t{10} * 1024 * 1024; // announced with SIZE
    std::size_t recipients = 100; // RFC 5321 §4.5.3.1.8: at least 100
    std::size_t waiting_octets =
        std::size_t{256} * 1024; // taken while a question is open; see input_room()

    // What goes this far beyond a limit (a line, a text or its chunks) is no mistake any more: the
    // reply, 421, and the connection is closed. RFC 5321 §7.8 leaves that to the server.
    std::size_t excess_octets = std::size_t{64} * 1024;

    std::uint32_t idle_commands = 100;     // without a message accepted, RCPT not counted; then 421
    std::uint32_t recipients_tried = 1000; // without a message accepted; then 421
    std::uint32_t bad_commands = 20;       // then 421; Postfix's smtpd_hard_error_limit
    std::uint32_t unknown_recipients = 20; // then 421: someone is trying names
    std::uint32_t auth_failures = 3;       // then 421

    Duration idle = 5min;             // RFC 5321 §4.5.3.2.7; for one command line, however slowly
    Duration text_time = 1h;          // for the whole of one message text
    Duration auth_failure_delay = 1s; // doubled with every further failure
};

} // namespace sim::smtp
