// What can happen to packets, connections, names and TLS. See happening.h.
#pragma once

#include "sim/core/address.h"
#include "sim/core/dns_words.h"
#include "sim/core/field_list.h"
#include "sim/core/ids.h"
#include "sim/core/named_enum.h"
#include "sim/core/payload.h"
#include "sim/core/time.h"
#include "sim/core/tls_words.h"

#include <cstdint>

namespace sim {

// ---- network ----------------------------------------------------------------------------------

SIM_NAMED_ENUM(Transport, tcp, udp, icmp);
SIM_NAMED_ENUM(Icmp, none, port_unreachable, prohibited, time_exceeded);
SIM_NAMED_ENUM(Verdict, pass, drop, reject_icmp, reject_rst);
SIM_NAMED_ENUM(DropReason, rule, no_route, hop_limit, not_for_us, link_cut);
SIM_NAMED_ENUM(ConnectFailure,
               timed_out,
               refused,
               unreachable,
               prohibited,
               no_route,
               no_free_port,
               called_off); // whoever called has hung up before anybody answered
SIM_NAMED_ENUM(ConnectionEnd, closed, reset_by_peer, aborted, timed_out);
SIM_NAMED_ENUM(Side, sent, received);
// RFC 9293 §3.3.2. `bound` is said of UDP.
SIM_NAMED_ENUM(SocketState,
               closed,
               bound,
               listen,
               syn_sent,
               syn_received,
               established,
               fin_wait_1,
               fin_wait_2,
               close_wait,
               closing,
               last_ack,
               time_wait);

struct TcpFlags {
    bool syn : 1 = false;
    bool ack : 1 = false;
    bool fin : 1 = false;
    bool rst : 1 = false;
    bool psh : 1 = false;
    friend bool operator==(const TcpFlags&, const TcpFlags&) = default;
};

// The header fields of one packet. For ICMP, which has no ports, `sequence` is the number of the
// packet that it answers.
struct PacketHead {
    std::uint32_t number = 0; // counts packets as their origin sends them; the same at every hop
    Address source;
    Address destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    Transport transport = Transport::tcp;
    Icmp icmp = Icmp::none; // what it says, when it is ICMP
    std::uint8_t hop_limit = 64;
    TcpFlags flags;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint16_t window = 0;
    ConnectionId connection; // of the simulator, not on the wire
    Blob payload;
    // Without the connection, which the event itself names.
    SIM_FIELDS(number,
               source,
               destination,
               source_port,
               destination_port,
               transport,
               icmp,
               hop_limit,
               flags,
               sequence,
               acknowledgement,
               window,
               payload);
};

// Put on a link by the event's host, which is its origin or a router on its way.
struct PacketSent {
    PacketHead packet;
    LinkId link;
    HostId to;
    Instant arrives;
    SIM_FIELDS(packet, link, to, arrives);
};
// Came to a rule that names what to do with it and passed. Only for packets that open something
// (SYN, UDP), and only when a rule matched.
struct PacketPassedRule {
    PacketHead packet;
    RuleId rule;
    SIM_FIELDS(packet, rule);
};
// What somebody on the way did to a packet's payload. starttls_offer: the keyword in a reply to
// EHLO; starttls_command: the command itself. Letters become other letters, so that no number of
// TCP has to change.
SIM_NAMED_ENUM(Tampering, starttls_offer, starttls_command);
struct PacketAltered {
    PacketHead packet; // as it goes on
    Blob before;       // the payload as it came
    Tampering how = Tampering::starttls_offer;
    SIM_FIELDS(packet, before, how);
};
struct PacketDropped {
    PacketHead packet;
    DropReason reason = DropReason::rule;
    Verdict verdict = Verdict::drop;
    RuleId rule; // none unless reason is `rule`
    SIM_FIELDS(packet, reason, verdict, rule);
};
struct PacketDelivered { // reached the host that has its destination address
    PacketHead packet;
    SIM_FIELDS(packet);
};

struct ConnectionAttempted { // the event's host is about to send its first SYN
    Endpoint local;
    Endpoint remote;
    SIM_FIELDS(local, remote);
};
struct SegmentRetransmitted {
    std::uint8_t attempt = 0; // 1 is the first repetition
    bool syn = false;
    Instant next; // when it will be repeated again or given up
    SIM_FIELDS(attempt, syn, next);
};
struct ConnectionOpened { // at each end: three-way handshake complete as this end sees it
    Endpoint local;
    Endpoint remote;
    bool accepted = false; // this end is the server
    SIM_FIELDS(local, remote, accepted);
};
struct PortClosed { // a SYN came to a port where nobody listens; RST goes back
    Endpoint local;
    Endpoint remote;
    SIM_FIELDS(local, remote);
};
struct ConnectionFailed {
    Endpoint local;
    Endpoint remote;
    ConnectFailure why = ConnectFailure::timed_out;
    Duration elapsed{};
    SIM_FIELDS(local, remote, why, elapsed);
};
struct PeerFinished { // a FIN came: the peer will send no more
};
struct ConnectionEnded {
    ConnectionEnd how = ConnectionEnd::closed;
    SIM_FIELDS(how);
};
// A socket of the event's host is in this state now, says the host's own TCP or UDP. Ports that
// are listened on are the scenario's to tell.
struct SocketChanged {
    Transport transport = Transport::tcp;
    SocketState state = SocketState::closed;
    Endpoint local;
    Endpoint remote; // 0.0.0.0:0 of UDP
    SIM_FIELDS(transport, state, local, remote);
};

// ---- DNS --------------------------------------------------------------------------------------

struct DnsAsked { // this host sent a question
    Blob name;
    std::uint16_t type = 0; // RFC 1035 §3.2.2
    Address server;
    std::uint8_t attempt = 1;
    SIM_FIELDS(name, type, server, attempt);
};
struct DnsServed { // this host, a name server, answered a question
    Blob name;
    std::uint16_t type = 0;
    DnsOutcome outcome = DnsOutcome::found;
    DnsSource source = DnsSource::authority;
    Address client;
    SIM_FIELDS(name, type, outcome, source, client);
};
struct DnsResolved { // the question that this host had is settled
    Blob name;
    std::uint16_t type = 0;
    DnsOutcome outcome = DnsOutcome::found;
    bool from_cache = false;
    Blob records; // one record a line, as in a zone file's right-hand side
    SIM_FIELDS(name, type, outcome, from_cache, records);
};

// ---- TLS --------------------------------------------------------------------------------------

struct TlsStarted {
    TlsRole role = TlsRole::client;
    Blob server_name;        // SNI, empty when none
    bool from_start = false; // before a word was said; else behind STARTTLS or STLS
    SIM_FIELDS(role, server_name, from_start);
};
struct TlsHandshakeMessage {
    Side side = Side::sent;
    std::uint8_t type = 0;  // RFC 8446 §4: 1 ClientHello, 2 ServerHello, ...
    bool encrypted = false; // an onlooker cannot read it
    Blob bytes;             // with its four-octet header
    SIM_FIELDS(side, type, encrypted, bytes);
};
struct TlsRecord {
    Side side = Side::sent;
    std::uint8_t content_type = 0;      // as on the wire: 20..23
    std::uint16_t wire_size = 0;        // with the five-octet header
    std::uint64_t stream_offset = 0;    // of its first octet in this direction's TCP stream
    std::uint64_t plaintext_offset = 0; // of its first octet among the application bytes
    Blob plaintext;                     // application data only
    SIM_FIELDS(side, content_type, wire_size, stream_offset, plaintext_offset, plaintext);
};
struct CertificateJudged {
    CertificateVerdict verdict = CertificateVerdict::valid;
    bool went_on = false; // the one who looked accepts it, valid or not
    Blob subject;
    Blob issuer;
    Blob dialled; // the name it ought to be for
    Instant not_before;
    Instant not_after;
    SIM_FIELDS(verdict, went_on, subject, issuer, dialled, not_before, not_after);
};
struct TlsEstablished {
    std::uint16_t version = 0; // 0x0303 is TLS 1.2, 0x0304 is TLS 1.3
    std::uint16_t cipher = 0;
    Blob cipher_name;
    Blob key_exchange; // group, as in "x25519"
    Blob server_name;
    SIM_FIELDS(version, cipher, cipher_name, key_exchange, server_name);
};
struct TlsAlert {
    Side side = Side::sent;
    bool fatal = false;
    std::uint8_t code = 0; // RFC 8446 §6
    SIM_FIELDS(side, fatal, code);
};
struct TlsFailed {
    TlsFailure why = TlsFailure::internal;
    std::uint8_t alert = 0;
    Blob detail; // for experts, in English, as the TLS library says it
    SIM_FIELDS(why, alert, detail);
};
struct TlsEnded {
    bool clean = true; // close_notify came; false: cut off (RFC 8446 §6.1)
    SIM_FIELDS(clean);
};
struct TlsKeyLogged {
    Blob line; // NSS key log format, without line end
    SIM_FIELDS(line);
};

} // namespace sim
