// Drives one Botan channel. Ciphertext is given to it one record at a time, so that every record,
// and what came of it, is told in order; each handle_* and send catches whatever Botan throws.
#include "sim/tls/engine.h"

#include "sim/core/address.h"
#include "sim/core/assert.h"
#include "sim/tls/botan_types.h"
#include "sim/tls/journal.h"
#include "sim/tls/judgement.h"
#include "sim/tls/wire.h"

#include <botan/tls_alert.h>
#include <botan/tls_ciphersuite.h>
#include <botan/tls_client.h>
#include <botan/tls_exceptn.h>
#include <botan/tls_handshake_msg.h>
#include <botan/tls_server.h>
#include <botan/tls_session_manager_noop.h>

#include <exception>
#include <utility>

namespace sim::tls {

namespace {

using AlertType = Botan::TLS::AlertType;

// All that a peer may send us beside application data: hellos, certificates, alerts, key updates.
// No honest handshake comes near it, and Botan itself would wait for messages of 16 MiB.
constexpr std::size_t most_overhead = std::size_t{256} * 1024;

constexpr std::string_view hex_digits = "0123456789abcdef";

std::uint8_t code_of(AlertType alert)
{
    return static_cast<std::uint8_t>(alert);
}

// As SNI wants it: RFC 6066 §3.
std::string without_final_dot(const std::string& name)
{
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

TlsFailure failure_of(AlertType alert)
{
    using enum Botan::TLS::AlertType; // clang 14 takes no alias here
    switch (alert) {
    case ProtocolVersion:
    case InappropriateFallback:
        return TlsFailure::version_refused;
    case HandshakeFailure:
    case InsufficientSecurity:
        return TlsFailure::no_common_cipher;
    case BadRecordMac:
    case RecordOverflow:
        return TlsFailure::bad_record;
    case InternalError:
        return TlsFailure::internal;
    default:
        return TlsFailure::protocol_violation;
    }
}

} // namespace

// Botan holds its Callbacks by shared pointer; it is given one that owns nothing, since the channel
// lives inside and dies first.
class Engine::Impl final : public Botan::TLS::Callbacks {
public:
    explicit Impl(const ClientConfig& config, Rng chance, Instant now);
    explicit Impl(const ServerConfig& config, Rng chance, Instant now);

    void handle_bytes(std::string_view ciphertext, Instant now);
    void handle_end_of_stream(Instant now);
    void send(std::string_view plaintext, Instant now);
    void close(Instant now);
    [[nodiscard]] std::optional<Output> poll_output() { return journal_.poll_output(); }
    [[nodiscard]] bool established() const { return established_; }
    [[nodiscard]] bool ended() const { return ended_; }

private:
    void open_client(const ClientConfig& config, Rng chance);
    void open_server(const ServerConfig& config, Rng chance);
    void handle_record(std::string_view record);
    void refuse_stream(CutResult why);
    void refuse(AlertType alert, const char* detail);

    // Runs one step on the channel; what Botan throws becomes Failed.
    template <typename Work>
    void guarded(Work work);
    void fail(TlsFailure why, std::uint8_t alert, std::string detail);
    void fail_after_throw(AlertType alert, TlsFailure why, const char* detail);
    void finish(Ended ended);

    // ---- Botan calls these ----
    void tls_emit_data(std::span<const std::uint8_t> data) override;
    void tls_record_received(std::uint64_t sequence, std::span<const std::uint8_t> data) override;
    void tls_alert(Botan::TLS::Alert alert) override;
    void tls_session_established(const Botan::TLS::Session_Summary& session) override;
    void tls_session_activated() override;
    void tls_verify_cert_chain(const std::vector<Botan::X509_Certificate>& chain,
                               const std::vector<std::optional<Botan::OCSP::Response>>& responses,
                               const std::vector<Botan::Certificate_Store*>& trusted_roots,
                               Botan::Usage_Type usage,
                               std::string_view hostname,
                               const Botan::TLS::Policy& policy) override;
    void tls_inspect_handshake_msg(const Botan::TLS::Handshake_Message& message) override;
    Timestamp tls_current_timestamp() override { return to_timestamp(now_); }
    void tls_ssl_key_log_data(std::string_view label,
                              std::span<const std::uint8_t> client_random,
                              std::span<const std::uint8_t> secret) const override;

    Instant now_;
    std::string name_; // a client's: what it dialled
    TrustStore trust_;
    bool require_valid_ = true;

    RecordCutter cutter_;
    std::size_t overhead_ = 0; // octets received that carried no application data
    bool any_record_received_ = false;

    Established parameters_;
    bool certificate_refused_ = false;
    Journal::Carries carries_ = Journal::Carries::protocol;
    std::optional<std::uint8_t> peer_alert_; // fatal
    bool peer_closed_ = false;

    bool established_ = false;
    bool said_close_ = false;
    bool ended_ = false;

    mutable Journal journal_; // Botan's key log callback is const, though it reports an event

    std::unique_ptr<Botan::TLS::Channel> channel_; // last: dies before what it calls
};

// ---- inputs -----------------------------------------------------------------------------------

template <typename Work>
void Engine::Impl::guarded(Work work)
{
    try {
        work();
    } catch (const Botan::TLS::TLS_Exception& problem) {
        fail_after_throw(problem.type(), failure_of(problem.type()), problem.what());
    } catch (const Botan::Invalid_Authentication_Tag& problem) {
        fail_after_throw(AlertType::BadRecordMac, TlsFailure::bad_record, problem.what());
    } catch (const Botan::Decoding_Error& problem) {
        fail_after_throw(AlertType::DecodeError, TlsFailure::protocol_violation, problem.what());
    } catch (const std::exception& problem) {
        fail_after_throw(AlertType::InternalError, TlsFailure::internal, problem.what());
    }
    journal_.end_step();
}

Engine::Impl::Impl(const ClientConfig& config, Rng chance, Instant now)
    : now_{now},
      name_{without_final_dot(config.server_name)},
      trust_{config.trust},
      require_valid_{config.require_valid},
      journal_{TlsRole::client}
{
    SIM_ASSERT(config.versions.minimum <= config.versions.maximum);
    guarded([&] { open_client(config, chance); });
}

Engine::Impl::Impl(const ServerConfig& config, Rng chance, Instant now)
    : now_{now}, journal_{TlsRole::server}
{
    SIM_ASSERT(config.versions.minimum <= config.versions.maximum);
    guarded([&] { open_server(config, chance); });
}

void Engine::Impl::open_client(const ClientConfig& config, Rng chance)
{
    const bool is_address = parse_address(name_).has_value(); // which SNI must not hold
    const auto policy = botan_policy(config.versions);
    channel_ = std::make_unique<Botan::TLS::Client>(
        std::shared_ptr<Botan::TLS::Callbacks>{std::shared_ptr<void>{}, this},
        std::make_shared<Botan::TLS::Session_Manager_Noop>(),
        std::make_shared<Botan::Credentials_Manager>(),
        policy,
        botan_rng(chance),
        Botan::TLS::Server_Information{is_address ? std::string{} : name_},
        policy->latest_supported_version(false));
}

void Engine::Impl::open_server(const ServerConfig& config, Rng chance)
{
    std::shared_ptr<Botan::Credentials_Manager> credentials;
    if (config.identity.empty()) {
        credentials = std::make_shared<Botan::Credentials_Manager>();
    } else {
        credentials = config.identity.data()->credentials();
    }
    channel_ = std::make_unique<Botan::TLS::Server>(
        std::shared_ptr<Botan::TLS::Callbacks>{std::shared_ptr<void>{}, this},
        std::make_shared<Botan::TLS::Session_Manager_Noop>(),
        credentials,
        botan_policy(config.versions),
        botan_rng(chance));
}

void Engine::Impl::handle_bytes(std::string_view ciphertext, Instant now)
{
    now_ = now;
    while (!ended_) {
        const RecordCutter::Cut cut = cutter_.next(ciphertext);
        if (cut.result == CutResult::need_more) return;
        if (cut.result == CutResult::record) {
            handle_record(cut.record);
        } else {
            refuse_stream(cut.result);
        }
    }
}

void Engine::Impl::handle_record(std::string_view record)
{
    any_record_received_ = true;
    guarded([&] {
        const std::uint64_t data_before = journal_.plaintext_received();
        journal_.note_received(record);
        channel_->received_data(as_octets(record));
        journal_.name_own_alert(code_of(AlertType::CloseNotify), false); // the answer to the peer's
        if (journal_.plaintext_received() == data_before) overhead_ += record.size();
        if (peer_alert_) {
            fail(TlsFailure::peer_alert, *peer_alert_, "the peer sent an alert");
        } else if (peer_closed_ && established_) {
            finish({.clean = true});
        } else if (peer_closed_) {
            fail(TlsFailure::peer_alert, 0, "the peer said goodbye in the middle of the handshake");
        } else if (overhead_ > most_overhead) {
            refuse(AlertType::IllegalParameter, "more handshaking than any honest peer does");
        }
    });
}

// The header is no TLS: there is nothing that Botan could make of it.
void Engine::Impl::refuse_stream(CutResult why)
{
    guarded([&] {
        if (any_record_received_) {
            const AlertType alert = why == CutResult::too_long ? AlertType::RecordOverflow
                                    : why == CutResult::wrong_version
                                        ? AlertType::ProtocolVersion
                                        : AlertType::UnexpectedMessage;
            return refuse(alert, "the header of a record is malformed");
        }
        // Before its first record Botan's TLS 1.2 has no state to send an alert from.
        constexpr std::string_view alert{"\x15\x03\x03\x00\x02\x02\x0a", 7};
        tls_emit_data(as_octets(alert));
        fail(TlsFailure::not_tls,
             code_of(AlertType::UnexpectedMessage),
             "the first octets that came begin no TLS record");
    });
}

void Engine::Impl::refuse(AlertType alert, const char* detail)
{
    channel_->send_fatal_alert(alert);
    fail_after_throw(alert, failure_of(alert), detail);
}

void Engine::Impl::send(std::string_view plaintext, Instant now)
{
    SIM_ASSERT(established_);
    now_ = now;
    if (ended_ || said_close_) return;
    carries_ = Journal::Carries::application_data;
    guarded([&] {
        while (!plaintext.empty()) {
            const std::string_view part = plaintext.substr(0, longest_plaintext);
            plaintext.remove_prefix(part.size());
            // Botan may send a KeyUpdate first: the data is in the last record.
            channel_->send(as_octets(part));
            journal_.note_sent_plaintext(part);
        }
    });
    carries_ = Journal::Carries::protocol;
}

void Engine::Impl::close(Instant now)
{
    now_ = now;
    if (ended_ || said_close_) return;
    said_close_ = true;
    guarded([&] {
        channel_->close();
        journal_.name_own_alert(code_of(AlertType::CloseNotify), false);
    });
    if (!established_) ended_ = true;
}

void Engine::Impl::handle_end_of_stream(Instant now)
{
    now_ = now;
    if (ended_) return;
    if (established_) {
        finish({.clean = false});
    } else if (said_close_) {
        ended_ = true;
    } else {
        fail(TlsFailure::truncated, 0, "the connection ended in the middle of the handshake");
    }
}

// ---- the end ----------------------------------------------------------------------------------

void Engine::Impl::fail(TlsFailure why, std::uint8_t alert, std::string detail)
{
    ended_ = true;
    journal_.tell_after_sending(Failed{.why = why, .alert = alert, .detail = std::move(detail)});
}

// Botan has sent the alert by now, unless its writing side was closed.
void Engine::Impl::fail_after_throw(AlertType alert, TlsFailure why, const char* detail)
{
    journal_.name_own_alert(code_of(alert), true);
    if (ended_) return;
    // TLS 1.2 reads nothing any more once it has said close_notify itself, though data that crossed
    // it on the way is no mistake of the peer's (RFC 5246 §7.2.1).
    if (said_close_ && established_) return finish({.clean = false});
    if (certificate_refused_) why = TlsFailure::certificate_refused;
    fail(why, code_of(alert), detail);
}

void Engine::Impl::finish(Ended ended)
{
    ended_ = true;
    journal_.tell_after_sending(ended);
}

// ---- Botan's calls ----------------------------------------------------------------------------

void Engine::Impl::tls_emit_data(std::span<const std::uint8_t> data)
{
    journal_.note_sent(as_text(data), carries_);
}

void Engine::Impl::tls_record_received(std::uint64_t, std::span<const std::uint8_t> data)
{
    if (!data.empty()) journal_.note_received_plaintext(as_text(data));
}

void Engine::Impl::tls_alert(Botan::TLS::Alert alert)
{
    const std::uint8_t code = code_of(alert.type());
    journal_.tell(Alert{.side = Side::received, .fatal = alert.is_fatal(), .code = code});
    if (alert.is_fatal()) peer_alert_ = code;
    if (alert.type() == AlertType::CloseNotify) peer_closed_ = true;
}

void Engine::Impl::tls_session_established(const Botan::TLS::Session_Summary& session)
{
    parameters_.version = session.version().version_code();
    parameters_.cipher = session.ciphersuite_code();
    parameters_.cipher_name = "TLS_" + session.ciphersuite().to_string();
    parameters_.server_name = session.server_info().hostname();
    std::optional<std::string> group = session.kex_parameters(); // of TLS 1.3 only
    if (!group && journal_.group() != 0)
        group = Botan::TLS::Group_Params{journal_.group()}.to_string();
    parameters_.key_exchange = group.value_or(session.kex_algo());
}

void Engine::Impl::tls_session_activated()
{
    established_ = true;
    journal_.note_established();
    journal_.tell_after_sending(parameters_);
}

void Engine::Impl::tls_verify_cert_chain(const std::vector<Botan::X509_Certificate>& chain,
                                         const std::vector<std::optional<Botan::OCSP::Response>>&,
                                         const std::vector<Botan::Certificate_Store*>&,
                                         Botan::Usage_Type,
                                         std::string_view,
                                         const Botan::TLS::Policy&)
{
    if (chain.empty()) throw Botan::Decoding_Error("the server showed no certificate");
    const Judgement judgement = judge(chain, trust_, name_, now_);
    const bool accepted = judgement.verdict == CertificateVerdict::valid || !require_valid_;
    const Botan::X509_Certificate& leaf = chain.front();
    journal_.tell(CertificateJudged{.verdict = judgement.verdict,
                                    .went_on = accepted,
                                    .subject = describe_name(leaf.subject_dn()),
                                    .issuer = describe_name(leaf.issuer_dn()),
                                    .dialled = name_,
                                    .not_before = instant_of(leaf.not_before()),
                                    .not_after = instant_of(leaf.not_after())});
    if (accepted) return;
    certificate_refused_ = true;
    throw Botan::TLS::TLS_Exception(alert_for(judgement.verdict), judgement.detail);
}

void Engine::Impl::tls_inspect_handshake_msg(const Botan::TLS::Handshake_Message& message)
{
    const auto type = static_cast<std::uint8_t>(message.wire_type());
    if (!journal_.is_hidden(type)) return;
    const std::vector<std::uint8_t> body = message.serialize();
    journal_.note_hidden_message(type, as_text(body));
}

void Engine::Impl::tls_ssl_key_log_data(std::string_view label,
                                        std::span<const std::uint8_t> client_random,
                                        std::span<const std::uint8_t> secret) const
{
    std::string line{label};
    for (const std::span<const std::uint8_t> part : {client_random, secret}) {
        line += ' ';
        for (const std::uint8_t octet : part) {
            line += hex_digits[octet >> 4U];
            line += hex_digits[octet & 0xfU];
        }
    }
    journal_.tell(KeyLogLine{std::move(line)});
}

// ---- the engine -------------------------------------------------------------------------------

Engine Engine::client(const ClientConfig& config, Rng chance, Instant now)
{
    return Engine{std::make_unique<Impl>(config, chance, now)};
}

Engine Engine::server(const ServerConfig& config, Rng chance, Instant now)
{
    return Engine{std::make_unique<Impl>(config, chance, now)};
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::handle_bytes(std::string_view ciphertext, Instant now)
{
    impl_->handle_bytes(ciphertext, now);
}
void Engine::handle_end_of_stream(Instant now)
{
    impl_->handle_end_of_stream(now);
}
void Engine::send(std::string_view plaintext, Instant now)
{
    impl_->send(plaintext, now);
}
void Engine::close(Instant now)
{
    impl_->close(now);
}
std::optional<Output> Engine::poll_output()
{
    return impl_->poll_output();
}
bool Engine::established() const
{
    return impl_->established();
}
bool Engine::ended() const
{
    return impl_->ended();
}

} // namespace sim::tls
