// One end of a TLS connection without I/O: ciphertext and plaintext in, outputs out, in the order
// in which they happened. Botan does the TLS (1.2 and 1.3); this makes everything about it visible.
//
// The caller owns the socket and the clock, drains poll_output() after every call, and starts with
// that too: a client has its ClientHello ready as soon as it is made. Nothing throws. Same
// configuration, chance, instants and inputs give the same outputs to the byte, however the
// ciphertext is cut into calls.
#pragma once

#include "sim/core/happening.h"
#include "sim/core/rng.h"
#include "sim/core/time.h"
#include "sim/core/tls_words.h"
#include "sim/tls/authority.h"
#include "sim/tls/policy.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sim::tls {

struct ClientConfig {
    std::string server_name; // that it dialled: sent as SNI if a DNS name, and verified (RFC 9525)
    TrustStore trust;
    // False is opportunistic TLS: a certificate that is not valid is reported and accepted.
    bool require_valid = true;
    VersionRange versions{};
};

struct ServerConfig {
    Identity identity;
    VersionRange versions{};
};

// ---- to be acted on ---------------------------------------------------------------------------

struct SendBytes { // ciphertext for the socket
    std::string bytes;
    friend bool operator==(const SendBytes&, const SendBytes&) = default;
};
struct Plaintext { // application bytes from the peer; never empty
    std::string bytes;
    friend bool operator==(const Plaintext&, const Plaintext&) = default;
};
struct Established { // handshake complete as this end sees it: send() may be used from here
    std::uint16_t version = 0; // 0x0303 or 0x0304
    std::uint16_t cipher = 0;  // RFC 8446 §B.4
    std::string cipher_name;   // as IANA lists it, "TLS_AES_256_GCM_SHA384"
    std::string key_exchange;  // the group, "x25519"
    std::string server_name;   // SNI, on both sides; empty when none was sent
    friend bool operator==(const Established&, const Established&) = default;
};
// The connection cannot go on: no output comes after it. Send what is left (an alert) and close the
// socket.
struct Failed {
    TlsFailure why = TlsFailure::internal;
    std::uint8_t alert = 0; // the alert that was sent or received, 0 when none was
    std::string detail;     // for experts, in English
    friend bool operator==(const Failed&, const Failed&) = default;
};
// After Established: the peer will send no more, and no output comes after it. Close the socket.
struct Ended {
    bool clean = true; // its close_notify came; false: cut off without one (RFC 8446 §6.1)
    friend bool operator==(const Ended&, const Ended&) = default;
};

// ---- to be looked at --------------------------------------------------------------------------

// A message sent comes before the record that carries (the end of) it, a message received after it.
// Unencrypted ones are the octets on the wire. Encrypted ones are as Botan understood them: the
// same octets, unless a peer encodes strangely; session tickets from a foreign server are not
// shown.
struct HandshakeMessage {
    Side side = Side::sent;
    std::uint8_t type = 0;  // RFC 8446 §4
    bool encrypted = false; // an onlooker cannot read it
    std::string bytes;      // with its four-octet header
    friend bool operator==(const HandshakeMessage&, const HandshakeMessage&) = default;
};
struct Record {
    Side side = Side::sent;
    std::uint8_t content_type = 0;      // as on the wire: 20..23
    std::uint16_t wire_size = 0;        // with the five-octet header
    std::uint64_t stream_offset = 0;    // counted from the first octet of TLS in this direction
    std::uint64_t plaintext_offset = 0; // among this direction's application bytes
    std::string plaintext;              // application data only
    friend bool operator==(const Record&, const Record&) = default;
};
// At the client: what it thinks of the certificate that it was shown.
struct CertificateJudged {
    CertificateVerdict verdict = CertificateVerdict::valid;
    bool went_on = false; // accepted, valid or not
    std::string subject;  // "CN=mx.isp.example"
    std::string issuer;
    std::string dialled;
    Instant not_before;
    Instant not_after;
    friend bool operator==(const CertificateJudged&, const CertificateJudged&) = default;
};
struct Alert {
    Side side = Side::sent;
    bool fatal = false;
    std::uint8_t code = 0; // RFC 8446 §6
    friend bool operator==(const Alert&, const Alert&) = default;
};
struct KeyLogLine { // NSS key log format, without line end
    std::string line;
    friend bool operator==(const KeyLogLine&, const KeyLogLine&) = default;
};

using Output = std::variant<SendBytes,
                            Plaintext,
                            HandshakeMessage,
                            Record,
                            CertificateJudged,
                            Alert,
                            Established,
                            Failed,
                            Ended,
                            KeyLogLine>;

class Engine {
public:
    // `chance` is this connection's own stream, as in rng_stream(seed, "tls/7/client"); the two
    // ends of a connection must not share one.
    [[nodiscard]] static Engine client(const ClientConfig& config, Rng chance, Instant now);
    [[nodiscard]] static Engine server(const ServerConfig& config, Rng chance, Instant now);
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Ciphertext from the socket, cut anywhere. What comes after the end is ignored (RFC 8446
    // §6.1).
    void handle_bytes(std::string_view ciphertext, Instant now);
    // The peer's FIN. Without a close_notify before it, the stream was cut off.
    void handle_end_of_stream(Instant now);

    // Application bytes for the peer. Only once established(); dropped after close() or the end, as
    // by a socket that the peer has closed.
    void send(std::string_view plaintext, Instant now);
    // Says close_notify, once; nothing can be sent after it. The peer's own is still awaited.
    void close(Instant now);

    // Takes the oldest pending output. Call until it returns nullopt after every call above.
    [[nodiscard]] std::optional<Output> poll_output();

    // The handshake was completed (and stays true when the connection ends).
    [[nodiscard]] bool established() const;
    // Failed, or both directions over: nothing more will be read or sent.
    [[nodiscard]] bool ended() const;

private:
    class Impl;
    explicit Engine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace sim::tls
