// The smaller facts that sentences, cards and reports share: who is at the other end, what kind of
// packet or rule this is, and how values are written.
#pragma once

#include "sim/explain/describe.h"

#include <optional>
#include <string>
#include <string_view>

namespace sim::explain {

// ---- connections ------------------------------------------------------------------------------

// The two ends of a TCP connection, as far as the trace tells.
struct ConnectionEnds {
    HostId client;
    HostId server;
    Endpoint client_at;
    Endpoint server_at;
};

// Of the event's connection. Who has the address that was called, if nobody has accepted yet.
std::optional<ConnectionEnds> ends_of(const Event& event, const Context& context);

// The other end of the event's connection; none when the trace does not tell.
HostId peer_of(const Event& event, const Context& context);
// Who said what the event tells of: its host, or the peer when the host is the one that heard it.
HostId speaker_of(const Event& event, const Context& context);

// ---- packets ----------------------------------------------------------------------------------

SIM_NAMED_ENUM(PacketNature,
               syn,
               syn_ack,
               ack,
               data,
               tls_data,
               fin,
               rst,
               dns_question,
               dns_answer,
               datagram,
               icmp_port,
               icmp_prohibited,
               icmp_other);

// tls_data: its payload begins with a TLS record, or goes on with the bytes of one.
PacketNature nature_of(const Event& event, const PacketHead& packet, const Trace& trace);

// ---- rules ------------------------------------------------------------------------------------

// Nullptr for no rule.
const scenario::FirewallRule* rule_at(RuleId rule, const scenario::Scenario& scenario);
std::string rule_name(RuleId rule, const Context& context); // in the language; "-" for no rule

// ---- scenario ---------------------------------------------------------------------------------

const std::string& pick(const scenario::Text& text, const Language& language);
const scenario::Host* host_at(HostId host, const scenario::Scenario& scenario);
HostId host_called(std::string_view key, const scenario::Scenario& scenario);
// The area that a host stands in, in the language; for a router, what its gate belongs to.
std::string area_name(HostId host, const Context& context);
// The program on that host; nullptr when there is none.
const scenario::MailProgram* program_at(HostId host, const scenario::Scenario& scenario);
// "mail.kumo.example" when known, else the address.
std::string host_or_address(Address address, const Context& context);

// ---- values -----------------------------------------------------------------------------------

// Text of unknown origin on one line: control characters and what is no UTF-8 as \xNN.
std::string show_bytes(std::string_view bytes);
// The same as show_line, with words for a line that is empty.
std::string shown_line(const Line& line, const Context& context);
std::string record_type_name(std::uint16_t type);   // "MX", else "TYPE65"
std::string handshake_type_name(std::uint8_t type); // "client_hello", else "other"
std::string alert_name(std::uint8_t code);          // "unknown_ca", else "other"
std::string mechanism_name(Mechanism mechanism);    // "PLAIN", "USER/PASS"
std::string noun(std::string_view group, std::string_view name, const Language& language);

} // namespace sim::explain
