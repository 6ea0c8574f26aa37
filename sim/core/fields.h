// The members of every happening by name, in order: for_each_field(happening, f) calls
// f("name", member). This one list feeds the trace's hash, the JSON and the golden files.
//
// Member types that f meets: bool, unsigned integers, named enumerations, Ipv4, Endpoint, ids,
// Instant, Duration, TcpFlags, Blob, and the two structs PacketHead and Line.
#pragma once

#include "sim/core/happening.h"

namespace sim {

// The number and the connection of a packet are the simulator's own but part of what it says.
template <typename F>
void for_each_field(const PacketHead& p, F&& f)
{
    f("number", p.number);
    f("source", p.source);
    f("destination", p.destination);
    f("source_port", p.source_port);
    f("destination_port", p.destination_port);
    f("transport", p.transport);
    f("hop_limit", p.hop_limit);
    f("flags", p.flags);
    f("sequence", p.sequence);
    f("acknowledgement", p.acknowledgement);
    f("window", p.window);
    f("payload", p.payload);
}

template <typename F>
void for_each_field(const Line& line, F&& f)
{
    f("bytes", line.bytes);
    f("stream_offset", line.stream_offset);
    f("secret_offset", line.secret_offset);
    f("secret_size", line.secret_size);
}

// SIM_FIELDS(Type, (a, b, c)) writes the overload for one happening.
// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are member names.
#define SIM_FIELD_1(m) f(#m, e.m);
#define SIM_FIELD_2(m, ...) SIM_FIELD_1(m) SIM_FIELD_1(__VA_ARGS__)
#define SIM_FIELD_3(m, ...) SIM_FIELD_1(m) SIM_FIELD_2(__VA_ARGS__)
#define SIM_FIELD_4(m, ...) SIM_FIELD_1(m) SIM_FIELD_3(__VA_ARGS__)
#define SIM_FIELD_5(m, ...) SIM_FIELD_1(m) SIM_FIELD_4(__VA_ARGS__)
#define SIM_FIELD_6(m, ...) SIM_FIELD_1(m) SIM_FIELD_5(__VA_ARGS__)
#define SIM_FIELD_7(m, ...) SIM_FIELD_1(m) SIM_FIELD_6(__VA_ARGS__)
#define SIM_FIELD_PICK(_1, _2, _3, _4, _5, _6, _7, name, ...) name
#define SIM_FIELDS(Type, ...)                                                                      \
    template <typename F>                                                                          \
    void for_each_field(const Type& e, F&& f)                                                      \
    {                                                                                              \
        SIM_FIELD_PICK(__VA_ARGS__,                                                                \
                       SIM_FIELD_7,                                                                \
                       SIM_FIELD_6,                                                                \
                       SIM_FIELD_5,                                                                \
                       SIM_FIELD_4,                                                                \
                       SIM_FIELD_3,                                                                \
                       SIM_FIELD_2,                                                                \
                       SIM_FIELD_1,                                                                \
                       unused)                                                                     \
        (__VA_ARGS__)                                                                              \
    }                                                                                              \
    static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)

SIM_FIELDS(PacketSent, packet, link, to, arrives);
SIM_FIELDS(PacketPassedRule, packet, rule);
SIM_FIELDS(PacketAltered, packet, before, how);
SIM_FIELDS(PacketDropped, packet, reason, verdict, rule);
SIM_FIELDS(PacketDelivered, packet);
SIM_FIELDS(ConnectionAttempted, local, remote);
SIM_FIELDS(SegmentRetransmitted, attempt, syn, next);
SIM_FIELDS(ConnectionOpened, local, remote, accepted);
SIM_FIELDS(PortClosed, local, remote);
SIM_FIELDS(ConnectionFailed, local, remote, why, elapsed);
SIM_FIELDS(ConnectionEnded, how);
SIM_FIELDS(DnsAsked, name, type, server, attempt);
SIM_FIELDS(DnsServed, name, type, outcome, source, client);
SIM_FIELDS(DnsResolved, name, type, outcome, from_cache, records);
SIM_FIELDS(TlsStarted, role, server_name);
SIM_FIELDS(TlsHandshakeMessage, side, type, encrypted, bytes);
SIM_FIELDS(TlsRecord, side, content_type, wire_size, stream_offset, plaintext_offset, plaintext);
SIM_FIELDS(CertificateJudged, verdict, went_on, subject, issuer, dialled, not_before, not_after);
SIM_FIELDS(TlsEstablished, version, cipher, cipher_name, key_exchange, server_name);
SIM_FIELDS(TlsAlert, side, fatal, code);
SIM_FIELDS(TlsFailed, why, alert, detail);
SIM_FIELDS(TlsEnded, clean);
SIM_FIELDS(TlsKeyLogged, line);
SIM_FIELDS(SmtpCommand, side, verb, encrypted, before, after, line);
SIM_FIELDS(SmtpReply, side, to, encrypted, reason, code, line);
SIM_FIELDS(SmtpText, side, encrypted, lines, size);
SIM_FIELDS(SmtpProblemSeen, problem, detail);
SIM_FIELDS(Pop3Command, side, verb, encrypted, before, after, line);
SIM_FIELDS(Pop3Reply, side, to, encrypted, ok, reason, line, size);
SIM_FIELDS(AuthTried, mechanism, encrypted, succeeded, flaw, kept, user, record);
SIM_FIELDS(MailComposed, mail, sender, recipients, size);
SIM_FIELDS(FieldAdded, mail, field);
SIM_FIELDS(MailQueued, mail, queue_id, recipients);
SIM_FIELDS(DeliveryAttempted, mail, next_hop, address, preference, attempt);
SIM_FIELDS(MailHandedOver, mail, next_hop, recipients);
SIM_FIELDS(MailDelivered, mail, mailbox, size);
SIM_FIELDS(MailDeferred, mail, step, code, until, recipients, said_by, reply);
SIM_FIELDS(MailBounced, mail, step, code, recipients, said_by, reply);
SIM_FIELDS(MailRetrieved, mail, mailbox, size);
SIM_FIELDS(SendFinished, mail, error, step, code, server, reply);
SIM_FIELDS(FetchFinished, error, step, messages, server, reply);
SIM_FIELDS(StepStarted, index);
SIM_FIELDS(SettingChanged, key, value);
SIM_FIELDS(RuleSwitched, rule, verdict, enabled);
SIM_FIELDS(FaultInjected, fault, detail);

template <typename F>
void for_each_field(const PeerFinished& /*none*/, F&& /*f*/)
{
}

#undef SIM_FIELDS
#undef SIM_FIELD_PICK
#undef SIM_FIELD_7
#undef SIM_FIELD_6
#undef SIM_FIELD_5
#undef SIM_FIELD_4
#undef SIM_FIELD_3
#undef SIM_FIELD_2
#undef SIM_FIELD_1

} // namespace sim
