// What can be made to go wrong with the servers of a world, on purpose: plain data, off unless
// somebody switches it on (settings.h), and what a mail server then answers instead.
#pragma once

#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/smtp_words.h"
#include "sim/core/time.h"
#include "sim/smtp/server_output.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sim::mail {

class Machine;

// What arrives at a mail server, as a fault names it. `connect` is the client itself, `ehlo` stands
// for HELO too, `text` is the message after DATA.
SIM_NAMED_ENUM(FaultPoint, connect, ehlo, starttls, auth, mail, rcpt, data, text);

struct SmtpFaults {
    // The code that is answered instead, by point; 0: none.
    std::array<std::uint16_t, count_of<FaultPoint>()> replies{};
    std::optional<FaultPoint> cut; // the connection is reset when this arrives
    Duration delay{};              // that every reply is held back
    // The codes that RCPT gets for one recipient only, by address as it was written, which is
    // compared as mailboxes are; without 0.
    std::map<std::string, std::uint16_t> recipients{};

    [[nodiscard]] std::uint16_t& reply_to(FaultPoint point)
    {
        return replies.at(static_cast<std::size_t>(point));
    }
    [[nodiscard]] std::uint16_t reply_to(FaultPoint point) const
    {
        return replies.at(static_cast<std::size_t>(point));
    }
    friend bool operator==(const SmtpFaults&, const SmtpFaults&) = default;
};

// The delays that there are to choose from, by name.
struct FaultDelay {
    std::string_view name;
    Duration length{};
};
inline constexpr std::array<FaultDelay, 3> fault_delays{{{"5s", std::chrono::seconds{5}},
                                                         {"60s", std::chrono::seconds{60}},
                                                         {"10m", std::chrono::minutes{10}}}};
[[nodiscard]] std::string_view name_of_delay(Duration delay); // "off" for none of them

// How a name server fails: it says SERVFAIL, or that no name exists, or nothing at all.
SIM_NAMED_ENUM(DnsFault, off, servfail, nxdomain, silent);

// Nothing for a verb that no fault names.
[[nodiscard]] std::optional<FaultPoint> fault_point(SmtpVerb verb);
// The verb that a session knows it by; none for `connect`.
[[nodiscard]] SmtpVerb verb_of(FaultPoint point);

// The codes that a real server may give there (RFC 5321 §4.3.2, RFC 3207 §4, RFC 4954 §6).
[[nodiscard]] std::span<const std::uint16_t> fault_codes(FaultPoint point);
// The reply with such a code, worded as real servers word it.
[[nodiscard]] smtp::server::Judgement fault_judgement(FaultPoint point, std::uint16_t code);

// Appended when a server is about to show a certificate that was made wrong, in the way named.
void tell_certificate_fault(Machine& machine, ConnectionId connection, std::string_view kind);

} // namespace sim::mail
