// Everything that can happen in a world, as plain data: the closed list that the trace holds and
// that every view, sentence and report is drawn from. No prose, no catch-all.
//
// New ones go to the end: the hash of a trace knows a kind by its place.
//
// Blobs refer to the trace's PayloadStore. "Sent" and "received" are said of the host in the Event.
#pragma once

#include "sim/core/mail_happenings.h"
#include "sim/core/named_enum.h"
#include "sim/core/network_happenings.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace sim {

// What one step through a run passes, finest first: every packet; one command, reply, DNS answer,
// TLS handshake or whole connection event; or one hop of the mail.
SIM_NAMED_ENUM(Unit, packet, command, hop);

// Every happening: its struct, its name, and the coarsest unit at which it is a stop (nowhere:
// another event at the same moment says the same). The variant, the kinds, the sentences'
// overloads, the schema of expect.events and the golden files follow from here; what each says,
// from SIM_FIELDS.
#define SIM_HAPPENINGS(X)                                                                          \
    X(PacketSent, packet_sent, packet)                                                             \
    X(PacketPassedRule, packet_passed_rule, command)                                               \
    X(PacketAltered, packet_altered, hop)                                                          \
    X(PacketDropped, packet_dropped, hop)                                                          \
    X(PacketDelivered, packet_delivered, nowhere)                                                  \
    X(ConnectionAttempted, connection_attempted, command)                                          \
    X(SegmentRetransmitted, segment_retransmitted, command)                                        \
    X(ConnectionOpened, connection_opened, command)                                                \
    X(PortClosed, port_closed, command)                                                            \
    X(ConnectionFailed, connection_failed, hop)                                                    \
    X(PeerFinished, peer_finished, packet)                                                         \
    X(ConnectionEnded, connection_ended, command)                                                  \
    X(SocketChanged, socket_changed, nowhere)                                                      \
    X(DnsAsked, dns_asked, command)                                                                \
    X(DnsServed, dns_served, packet)                                                               \
    X(DnsResolved, dns_resolved, command)                                                          \
    X(TlsStarted, tls_started, command)                                                            \
    X(TlsHandshakeMessage, tls_handshake_message, packet)                                          \
    X(TlsRecord, tls_record, nowhere)                                                              \
    X(CertificateJudged, certificate_judged, command)                                              \
    X(TlsEstablished, tls_established, command)                                                    \
    X(TlsAlert, tls_alert, packet)                                                                 \
    X(TlsFailed, tls_failed, command)                                                              \
    X(TlsEnded, tls_ended, command)                                                                \
    X(TlsKeyLogged, tls_key_logged, nowhere)                                                       \
    X(SmtpCommand, smtp_command, command)                                                          \
    X(SmtpReply, smtp_reply, command)                                                              \
    X(SmtpText, smtp_text, command)                                                                \
    X(SmtpProblemSeen, smtp_problem_seen, command)                                                 \
    X(Pop3Command, pop3_command, command)                                                          \
    X(Pop3Reply, pop3_reply, command)                                                              \
    X(AuthTried, auth_tried, command)                                                              \
    X(TimerRanOut, timer_ran_out, command)                                                         \
    X(PolicyJudged, policy_judged, command)                                                        \
    X(MailComposed, mail_composed, hop)                                                            \
    X(FieldAdded, field_added, command)                                                            \
    X(MailChanged, mail_changed, command)                                                          \
    X(MailQueued, mail_queued, hop)                                                                \
    X(DeliveryAttempted, delivery_attempted, command)                                              \
    X(MailHandedOver, mail_handed_over, hop)                                                       \
    X(MailDelivered, mail_delivered, hop)                                                          \
    X(MailDeferred, mail_deferred, hop)                                                            \
    X(MailBounced, mail_bounced, hop)                                                              \
    X(RecipientRefused, recipient_refused, command)                                                \
    X(MailRetrieved, mail_retrieved, hop)                                                          \
    X(SendFinished, send_finished, hop)                                                            \
    X(FetchFinished, fetch_finished, hop)                                                          \
    X(StepStarted, step_started, command)                                                          \
    X(SettingChanged, setting_changed, hop)                                                        \
    X(RuleSwitched, rule_switched, hop)                                                            \
    X(FaultInjected, fault_injected, hop)                                                          \
    X(MailJunked, mail_junked, hop)                                                                \
    X(CrowdAttempt, crowd_attempt, hop)                                                            \
    X(CrowdAttemptEnded, crowd_attempt_ended, hop)

namespace detail {
template <typename None, typename... Happened>
struct VariantOf {
    using Type = std::variant<Happened...>;
};
} // namespace detail

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names of the list.
#define SIM_HAPPENING(Type, kind, unit) , Type
using Happening = detail::VariantOf<void SIM_HAPPENINGS(SIM_HAPPENING)>::Type;
#undef SIM_HAPPENING

#define SIM_HAPPENING(Type, kind, unit) kind,
enum class Kind : std::uint8_t { SIM_HAPPENINGS(SIM_HAPPENING) };
#undef SIM_HAPPENING

#define SIM_HAPPENING(Type, kind, unit) std::string_view{#kind},
constexpr auto enum_names(Kind /*any*/)
{
    return std::array{SIM_HAPPENINGS(SIM_HAPPENING)};
}
#undef SIM_HAPPENING

#define SIM_HAPPENING(Type, kind, unit) std::optional<Unit>{unit},
constexpr std::optional<Unit> coarsest_unit(Kind kind)
{
    using enum Unit;
    constexpr auto nowhere = std::nullopt;
    constexpr std::array units{SIM_HAPPENINGS(SIM_HAPPENING)};
    return units.at(static_cast<std::size_t>(kind));
}
#undef SIM_HAPPENING
// NOLINTEND(bugprone-macro-parentheses)

} // namespace sim
