// The TLS inspector: one connection's handshake as both ends told it, message by message and field
// by field; the certificate chain with its verdict; what was agreed; and what someone on the wire
// could see of it all. A pure function of the trace.
#pragma once

#include "sim/report/certificate_fields.h"
#include "sim/report/layers.h"
#include "sim/report/text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sim::report {

struct TlsMessage {
    EventId event;           // its TlsHandshakeMessage at the sender
    bool from_client = true; // of TLS
    bool encrypted = false;  // an onlooker could not read it
    bool arrived = false;    // the other end has told of it, too
    explain::TlsMessageKind kind = explain::TlsMessageKind::other;
    std::string name;                // "ClientHello"
    std::string sender;              // host, in the language
    std::string meaning;             // what the message is for
    std::vector<std::uint8_t> bytes; // with its four-octet header
    std::vector<Field> fields;       // offsets into bytes; those with depth 0 cover all of it
};

struct TlsCertificate {
    EventId message; // the Certificate message that it came in
    CertificateFacts facts;
    std::vector<std::uint8_t> bytes; // DER
};

struct TlsJudgement {
    EventId event; // CertificateJudged
    CertificateVerdict verdict = CertificateVerdict::valid;
    bool went_on = false;
    std::string words; // "expired"
    std::string sentence;
    std::string dialled;
};

struct TlsAgreed {
    EventId event; // TlsEstablished, the first of the two
    std::string version;
    std::string cipher;
    std::string key_exchange;
    std::string server_name; // empty when none was sent
    std::string sentence;
};

struct TlsView {
    ConnectionId connection;
    HostId client; // of TLS; none when the trace does not tell
    HostId server;
    std::string heading;               // "Hanako's PC ⇄ Kumo's submission server"
    std::vector<TlsMessage> messages;  // in the order in which they were sent, each once
    std::vector<TlsCertificate> chain; // the server's own first
    std::optional<TlsJudgement> judgement;
    std::optional<TlsAgreed> agreed;
    std::optional<EventId> failure; // TlsFailed, the first
    std::string failure_sentence;   // empty when there is none
    std::vector<std::string> onlooker_saw;
    std::vector<std::string> onlooker_missed;
};

// Nothing when this connection had not gone over to TLS by source.end.
std::optional<TlsView> tls_view(const Source& source, ConnectionId connection);

} // namespace sim::report
