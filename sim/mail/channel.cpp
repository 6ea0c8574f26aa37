#include "sim/mail/channel.h"

#include <fmt/format.h>

#include <variant>

namespace sim::mail {

namespace {

// What may be under way when this end closes, and a little more.
constexpr std::uint64_t most_late_octets = std::uint64_t{256} * 1024;

} // namespace

Channel::Channel(Machine& machine, ChannelUser& user, ConnectionId connection)
    : machine_{machine}, user_{user}, connection_{connection}
{
}

void Channel::started(TlsRole role, std::string_view server_name)
{
    const bool from_start = sent_in_clear_ == 0 && received_in_clear_ == 0;
    machine_.append(connection_, TlsStarted{role, machine_.note(server_name), from_start});
}

void Channel::begin_tls(const tls::ClientConfig& config)
{
    started(TlsRole::client, config.server_name);
    tls_ = tls::Engine::client(
        config, machine_.chance(fmt::format("tls/{}/client", connection_.value)), machine_.now());
    drain_tls();
}

void Channel::begin_tls(const tls::ServerConfig& config)
{
    started(TlsRole::server, {});
    tls_ = tls::Engine::server(
        config, machine_.chance(fmt::format("tls/{}/server", connection_.value)), machine_.now());
    drain_tls();
}

void Channel::send(std::string_view bytes)
{
    if (is_leaving()) return;
    if (!tls_) {
        sent_in_clear_ += bytes.size();
        machine_.send(connection_, bytes);
        return;
    }
    if (!tls_->established() || tls_->ended()) return;
    tls_->send(bytes, machine_.now());
    drain_tls();
}

void Channel::close()
{
    if (is_leaving()) return;
    closing_ = true;
    if (tls_ && tls_->established() && !tls_->ended()) tls_->close(machine_.now());
    drain_tls();
    finish_when_drained();
}

// What was said before goes out first, close_notify last (RFC 8446 §6.1), then FIN. A user may have
// asked for it in the middle of drain_tls: then its loop sends the rest and comes here.
void Channel::finish_when_drained()
{
    if (!closing_ || closed_ || draining_) return;
    closed_ = true;
    machine_.finish(connection_);
}

void Channel::abort()
{
    if (closed_) return;
    closed_ = true;
    machine_.abort(connection_);
}

void Channel::handle_received(std::string_view bytes)
{
    // Nothing is heard any more, but all of it would be kept and recorded: who does not stop is cut
    // off.
    if (closed_) late_octets_ += bytes.size();
    if (late_octets_ > most_late_octets) {
        machine_.abort(connection_);
        return;
    }
    if (tls_) {
        tls_->handle_bytes(bytes, machine_.now());
        drain_tls();
        return;
    }
    if (is_leaving()) return;
    received_in_clear_ += bytes.size();
    user_.handle_plaintext(bytes);
}

void Channel::handle_peer_finished()
{
    if (tls_) {
        tls_->handle_end_of_stream(machine_.now());
        drain_tls();
    }
    if (!is_leaving()) user_.handle_end();
    // The other direction of TCP is of no use to a mail protocol whose peer has left.
    close();
}

void Channel::drain_tls()
{
    // A user who answers within handle_plaintext is already inside the loop.
    if (!tls_ || draining_) return;
    draining_ = true;
    while (auto output = tls_->poll_output())
        std::visit([&](const auto& what) { on(what); }, *output);
    draining_ = false;
    finish_when_drained();
}

void Channel::on(const tls::SendBytes& what)
{
    if (!closed_) machine_.send(connection_, what.bytes);
}

void Channel::on(const tls::Plaintext& what)
{
    if (!is_leaving()) user_.handle_plaintext(what.bytes);
}

void Channel::on(const tls::HandshakeMessage& what)
{
    machine_.append(
        connection_,
        TlsHandshakeMessage{what.side, what.type, what.encrypted, machine_.note(what.bytes)});
}

void Channel::on(const tls::Record& what)
{
    const std::uint64_t base = what.side == Side::sent ? sent_in_clear_ : received_in_clear_;
    machine_.append(connection_,
                    TlsRecord{what.side,
                              what.content_type,
                              what.wire_size,
                              base + what.stream_offset,
                              what.plaintext_offset,
                              machine_.note(what.plaintext)});
}

void Channel::on(const tls::CertificateJudged& what)
{
    machine_.append(connection_,
                    CertificateJudged{what.verdict,
                                      what.went_on,
                                      machine_.note(what.subject),
                                      machine_.note(what.issuer),
                                      machine_.note(what.dialled),
                                      what.not_before,
                                      what.not_after});
}

void Channel::on(const tls::Alert& what)
{
    machine_.append(connection_, TlsAlert{what.side, what.fatal, what.code});
}

void Channel::on(const tls::Established& what)
{
    machine_.append(connection_,
                    TlsEstablished{what.version,
                                   what.cipher,
                                   machine_.note(what.cipher_name),
                                   machine_.note(what.key_exchange),
                                   machine_.note(what.server_name)});
    if (!is_leaving()) user_.handle_tls_established(what);
}

void Channel::on(const tls::Failed& what)
{
    machine_.append(connection_, TlsFailed{what.why, what.alert, machine_.note(what.detail)});
    if (!is_leaving()) user_.handle_tls_failed(what);
}

void Channel::on(const tls::Ended& what)
{
    machine_.append(connection_, TlsEnded{what.clean});
    if (!is_leaving()) user_.handle_end();
}

void Channel::on(const tls::KeyLogLine& what)
{
    machine_.append(connection_, TlsKeyLogged{machine_.note(what.line)});
}

} // namespace sim::mail
