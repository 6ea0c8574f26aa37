// How one SMTP server is set up: what it is for, what it offers and what it demands.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/core/time.h"
#include "sim/smtp/data.h"
#include "sim/smtp/limits.h"

#include <string>
#include <vector>

namespace sim::smtp {

// absent: STARTTLS is not offered. unready: offered, but the certificate gives trouble, so that
// STARTTLS gets 454. required: MAIL and AUTH in the clear are refused.
SIM_NAMED_ENUM(TlsUse, absent, offered, unready, required);

struct Extensions {
    bool pipelining = true;            // RFC 2920
    bool size = true;                  // RFC 1870
    bool eight_bit_mime = true;        // RFC 6152
    bool smtputf8 = true;              // RFC 6531
    bool chunking = true;              // RFC 3030, without BINARYMIME
    bool dsn = true;                   // RFC 3461
    bool enhanced_status_codes = true; // RFC 2034; off: replies carry none
};

struct ServerConfig {
    std::string hostname; // fully qualified; opens greeting and EHLO reply
    TlsUse tls = TlsUse::offered;
    // SASL mechanisms in capitals, in the order announced. AUTH is offered where its list is not
    // empty; in the clear never while TLS is required.
    std::vector<std::string> mechanisms_in_clear;
    std::vector<std::string> mechanisms_under_tls;
    bool auth_required = false; // MAIL before AUTH gets 530
    Extensions extensions;
    LineEnds line_ends = LineEnds::strict;
    ServerLimits limits;

    Duration greeting_delay{0}; // a client that speaks during it gets 554
    // EHLO and HELO with whatever a PC is called, "my_pc" too, as submission_config has it: the
    // user logs in anyway. Off: a domain or an address literal (RFC 5321 §4.1.1.1).
    bool takes_any_hello = false;
    // A client that goes on behind EHLO, HELO or DATA without waiting for the reply gets 554
    // (RFC 2920 §3.1), as mx_config has it.
    bool enforce_turns = false;
};

// The settings of a public MX: TLS offered, never required; turns are enforced.
[[nodiscard]] ServerConfig mx_config(std::string hostname);
// Port 587 or 465: TLS required, then AUTH PLAIN and LOGIN; line ends made CR LF.
[[nodiscard]] ServerConfig submission_config(std::string hostname);
// An ISP's own server for its own customers on port 25: no login; line ends made CR LF.
[[nodiscard]] ServerConfig relay_config(std::string hostname);

} // namespace sim::smtp
