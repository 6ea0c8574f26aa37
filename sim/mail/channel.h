// One TCP connection as a mail protocol sees it: application bytes in and out, in the clear or
// inside TLS, with every TLS message, record and verdict appended to the trace.
#pragma once

#include "sim/core/interface.h"
#include "sim/mail/machine.h"
#include "sim/tls/engine.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sim::mail {

// Whoever talks over a channel. Calls come from handle_received() and the like, never from send().
class ChannelUser : public Interface {
public:
    virtual void handle_plaintext(std::string_view bytes) = 0;
    virtual void handle_tls_established(const tls::Established& what) = 0;
    virtual void handle_tls_failed(const tls::Failed& why) = 0;
    virtual void handle_end() = 0; // the peer will send no more
};

class Channel {
public:
    // For a connection that is established or about to be. Both outlive the channel.
    Channel(Machine& machine, ChannelUser& user, ConnectionId connection);

    [[nodiscard]] ConnectionId connection() const { return connection_; }
    [[nodiscard]] bool encrypted() const { return tls_ && tls_->established(); }

    // The next octet in either direction belongs to TLS. The result comes as handle_tls_...
    void begin_tls(const tls::ClientConfig& config);
    void begin_tls(const tls::ServerConfig& config);

    void send(std::string_view bytes); // ignored once closed
    // Ends it in good order: close_notify under TLS, then FIN. Nothing is heard after it.
    void close();
    void abort(); // RST

    // From the machine, for this connection.
    void handle_received(std::string_view bytes);
    void handle_peer_finished();

private:
    void drain_tls();
    void finish_when_drained();
    [[nodiscard]] bool is_leaving() const { return closing_ || closed_; }
    void on(const tls::SendBytes& what);
    void on(const tls::Plaintext& what);
    void on(const tls::HandshakeMessage& what);
    void on(const tls::Record& what);
    void on(const tls::CertificateJudged& what);
    void on(const tls::Alert& what);
    void on(const tls::Established& what);
    void on(const tls::Failed& what);
    void on(const tls::Ended& what);
    void on(const tls::KeyLogLine& what);
    void started(TlsRole role, std::string_view server_name);

    Machine& machine_;
    ChannelUser& user_;
    ConnectionId connection_;
    std::optional<tls::Engine> tls_;
    // Octets of the TCP stream before TLS began, which the engine does not count.
    std::uint64_t sent_in_clear_ = 0;
    std::uint64_t received_in_clear_ = 0;
    bool closing_ = false; // nothing more is said or heard but what TLS still has to send
    bool closed_ = false;
    std::uint64_t late_octets_ = 0; // that came since then
    bool draining_ = false;
};

} // namespace sim::mail
