// Drives one Botan channel. Ciphertext is given to it one record at a time, so that every record,
// and what came of it, is told in order; each handle_* and send catches whatever Botan throws.
#include "sim/tls/engine.h"

#include "sim/core/address.h"
#include "sim/core/assert.h"
#include "sim/tls/botan_types.h"
#include "sim/tls/judgement.h"
#include "sim/tls/wire.h"

#include <botan/tls_alert.h>
#include <botan/tls_ciphersuite.h>
#include <botan/tls_client.h>
#include <botan/tls_exceptn.h>
#include <botan/tls_handshake_msg.h>
#include <botan/tls_server.h>
#include <botan/tls_session_manager_noop.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <utility>

namespace sim::tls {

namespace {

using AlertType = Botan::TLS::AlertType;

// All that a peer may send us beside application data: hellos, certificates, alerts, key updates.
// No honest handshake comes near it, and Botan itself would wait for messages of 16 MiB.
constexpr std::size_t most_overhead = std::size_t{256} * 1024;

// An alert of two octets, its inner content type, and the tag of 16 octets that every cipher of
// ours has. Botan does not pad, and no other message of TLS 1.3 is so short.
constexpr std::size_t encrypted_alert_size = record_header_size + 2 + 1 + 16;

constexpr std::uint8_t fatal_level = 2; // RFC 8446 §6
constexpr std::string_view hex_digits = "0123456789abcdef";

// What one direction of the stream has carried so far.
struct Direction {
    std::uint64_t stream_offset = 0;
    std::uint64_t plaintext_offset = 0;
    bool cipher_changed = false; // a change_cipher_spec record went by
    HandshakeAssembler handshake;
};

std::uint8_t code_of(AlertType alert)
{
    return static_cast<std::uint8_t>(alert);
}

// As SNI wants it: RFC 6066 §3.
std::string without_final_dot(const std::string& name)
{
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

std::string handshake_header(std::uint8_t type, std::size_t size)
{
    return {static_cast<char>(type),
            static_cast<char>(size >> 16U),
            static_cast<char>(size >> 8U),
            static_cast<char>(size)};
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
    [[nodiscard]] std::optional<Output> poll_output();
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

    void push(Output output) { outputs_.push_back(std::move(output)); }
    // All ciphertext of one step leaves as one piece, as from a real stack's buffer.
    void flush();
    void note_record(Side side, std::string_view record);
    void note_messages(Side side, std::string_view fragment);
    void note_own_alert(std::string_view record);
    void name_own_alert(AlertType alert, bool fatal);
    [[nodiscard]] bool is_own_alert(std::string_view record) const;
    [[nodiscard]] bool is_encrypted(const Direction& direction, std::uint8_t type) const;

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

    TlsRole role_;
    Instant now_;
    std::string name_; // a client's: what it dialled
    TrustStore trust_;
    bool require_valid_ = true;

    RecordCutter cutter_;
    Direction sent_;
    Direction received_;
    std::size_t overhead_ = 0; // octets received that carried no application data
    bool any_record_received_ = false;

    bool tls_1_3_ = false;       // chosen by the server
    bool finished_seen_ = false; // the first of the two Finished messages
    std::uint16_t group_ = 0;    // TLS 1.2: named by the ServerKeyExchange
    Established parameters_;
    bool certificate_refused_ = false;
    bool is_sending_data_ = false;
    std::optional<std::uint8_t> peer_alert_; // fatal
    bool peer_closed_ = false;

    bool established_ = false;
    bool said_close_ = false;
    bool ended_ = false;

    // The key log callback is const in Botan's interface, though it reports an event.
    mutable std::deque<Output> outputs_;
    std::string outbox_;
    // Within one step, into outputs_: the record noted last; an alert of ours that went out
    // encrypted, whose code is known only when the step is over.
    Record* record_ = nullptr;
    Alert* own_alert_ = nullptr;

    std::unique_ptr<Botan::TLS::Channel> channel_; // last: dies before what it calls
};

// ---- inputs -----------------------------------------------------------------------------------

template <typename Work>
void Engine::Impl::guarded(Work work)
{
    own_alert_ = nullptr;
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
    own_alert_ = nullptr;
    record_ = nullptr;
    flush();
}

Engine::Impl::Impl(const ClientConfig& config, Rng chance, Instant now)
    : role_{TlsRole::client},
      now_{now},
      name_{without_final_dot(config.server_name)},
      trust_{config.trust},
      require_valid_{config.require_valid}
{
    SIM_ASSERT(config.versions.minimum <= config.versions.maximum);
    guarded([&] { open_client(config, chance); });
}

Engine::Impl::Impl(const ServerConfig& config, Rng chance, Instant now)
    : role_{TlsRole::server}, now_{now}
{
    SIM_ASSERT(config.versions.minimum <= config.versions.maximum);
    guarded([&] { open_server(config, chance); });
}

void Engine::Impl::open_client(const ClientConfig& config, Rng chance)
{
    const bool is_address = parse_ipv4(name_).has_value(); // which SNI must not hold
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
    if (config.identity.empty())
        credentials = std::make_shared<Botan::Credentials_Manager>();
    else
        credentials = config.identity.data()->credentials();
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
        if (cut.result == CutResult::record)
            handle_record(cut.record);
        else
            refuse_stream(cut.result);
    }
}

void Engine::Impl::handle_record(std::string_view record)
{
    any_record_received_ = true;
    guarded([&] {
        const std::uint64_t data_before = received_.plaintext_offset;
        note_record(Side::received, record);
        channel_->received_data(as_octets(record));
        name_own_alert(peer_closed_ ? AlertType::CloseNotify : AlertType::NoRenegotiation, false);
        if (received_.plaintext_offset == data_before) overhead_ += record.size();
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
    guarded([&] {
        is_sending_data_ = true;
        while (!plaintext.empty()) {
            const std::string_view part = plaintext.substr(0, longest_plaintext);
            plaintext.remove_prefix(part.size());
            channel_->send(as_octets(part));
            // Botan may send a KeyUpdate first: the data is in the last record of this step.
            record_->plaintext_offset = sent_.plaintext_offset;
            record_->plaintext = part;
            sent_.plaintext_offset += part.size();
        }
    });
    is_sending_data_ = false;
}

void Engine::Impl::close(Instant now)
{
    now_ = now;
    if (ended_ || said_close_) return;
    said_close_ = true;
    guarded([&] {
        channel_->close();
        name_own_alert(AlertType::CloseNotify, false);
    });
    if (!established_) ended_ = true;
}

void Engine::Impl::handle_end_of_stream(Instant now)
{
    now_ = now;
    if (ended_) return;
    if (established_)
        finish({.clean = false});
    else if (said_close_)
        ended_ = true;
    else
        fail(TlsFailure::truncated, 0, "the connection ended in the middle of the handshake");
}

// ---- the end ----------------------------------------------------------------------------------

void Engine::Impl::fail(TlsFailure why, std::uint8_t alert, std::string detail)
{
    flush();
    ended_ = true;
    push(Failed{.why = why, .alert = alert, .detail = std::move(detail)});
}

// Botan has sent the alert by now, unless its writing side was closed.
void Engine::Impl::fail_after_throw(AlertType alert, TlsFailure why, const char* detail)
{
    if (ended_) return;
    name_own_alert(alert, true);
    // TLS 1.2 reads nothing any more once it has said close_notify itself, though data that crossed
    // it on the way is no mistake of the peer's (RFC 5246 §7.2.1).
    if (said_close_ && established_) return finish({.clean = false});
    if (certificate_refused_) why = TlsFailure::certificate_refused;
    fail(why, code_of(alert), detail);
}

void Engine::Impl::finish(Ended ended)
{
    flush();
    ended_ = true;
    push(ended);
}

std::optional<Output> Engine::Impl::poll_output()
{
    if (outputs_.empty()) return std::nullopt;
    Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

void Engine::Impl::flush()
{
    if (outbox_.empty()) return;
    push(SendBytes{std::exchange(outbox_, {})});
}

// ---- observing --------------------------------------------------------------------------------

bool Engine::Impl::is_encrypted(const Direction& direction, std::uint8_t type) const
{
    return tls_1_3_ ? type == content_type::application_data : direction.cipher_changed;
}

void Engine::Impl::note_record(Side side, std::string_view record)
{
    Direction& stream = side == Side::sent ? sent_ : received_;
    const std::uint8_t type = octet_at(record, 0);
    const bool readable = type == content_type::handshake && !is_encrypted(stream, type);
    if (readable && side == Side::sent) note_messages(side, record.substr(record_header_size));
    push(Record{.side = side,
                .content_type = type,
                .wire_size = static_cast<std::uint16_t>(record.size()),
                .stream_offset = stream.stream_offset,
                .plaintext_offset = stream.plaintext_offset,
                .plaintext = {}});
    record_ = &std::get<Record>(outputs_.back());
    stream.stream_offset += record.size();
    if (type == content_type::change_cipher_spec) stream.cipher_changed = true;
    if (readable && side == Side::received) note_messages(side, record.substr(record_header_size));
}

// What everybody on the wire can read is taken from the wire, octet by octet. Botan would show some
// of it twice, and as it understood it.
void Engine::Impl::note_messages(Side side, std::string_view fragment)
{
    HandshakeAssembler& handshake = side == Side::sent ? sent_.handshake : received_.handshake;
    handshake.feed(fragment);
    while (std::optional<std::string> message = handshake.next()) {
        const std::uint8_t type = octet_at(*message, 0);
        if (type == handshake_type::server_hello) tls_1_3_ = chooses_tls_1_3(*message);
        if (type == handshake_type::server_key_exchange) group_ = named_group(*message);
        push(HandshakeMessage{
            .side = side, .type = type, .encrypted = false, .bytes = std::move(*message)});
    }
}

// Botan tells of alerts received, not of those sent.
bool Engine::Impl::is_own_alert(std::string_view record) const
{
    if (octet_at(record, 0) == content_type::alert) return true;
    return tls_1_3_ && !is_sending_data_ && octet_at(record, 0) == content_type::application_data &&
           record.size() == encrypted_alert_size;
}

void Engine::Impl::note_own_alert(std::string_view record)
{
    push(Alert{.side = Side::sent, .fatal = false, .code = 0});
    if (is_encrypted(sent_, octet_at(record, 0))) {
        own_alert_ = &std::get<Alert>(outputs_.back());
        return;
    }
    SIM_ASSERT(record.size() == record_header_size + 2);
    Alert& alert = std::get<Alert>(outputs_.back());
    alert.fatal = octet_at(record, record_header_size) == fatal_level;
    alert.code = octet_at(record, record_header_size + 1);
}

void Engine::Impl::name_own_alert(AlertType alert, bool fatal)
{
    if (own_alert_ == nullptr) return;
    own_alert_->code = code_of(alert);
    own_alert_->fatal = fatal;
    own_alert_ = nullptr;
}

void Engine::Impl::tls_emit_data(std::span<const std::uint8_t> data)
{
    const std::string_view bytes = as_text(data);
    for (std::string_view rest = bytes; !rest.empty();) {
        const std::string_view record =
            rest.substr(0, record_header_size + uint16_at(rest, record_header_size - 2));
        rest.remove_prefix(record.size());
        if (is_own_alert(record)) note_own_alert(record);
        note_record(Side::sent, record);
    }
    outbox_ += bytes;
}

void Engine::Impl::tls_record_received(std::uint64_t, std::span<const std::uint8_t> data)
{
    const std::string_view text = as_text(data);
    if (text.empty()) return;
    record_->plaintext = text;
    received_.plaintext_offset += text.size();
    push(Plaintext{std::string{text}});
}

void Engine::Impl::tls_alert(Botan::TLS::Alert alert)
{
    push(Alert{.side = Side::received, .fatal = alert.is_fatal(), .code = code_of(alert.type())});
    if (alert.is_fatal()) peer_alert_ = code_of(alert.type());
    if (alert.type() == AlertType::CloseNotify) peer_closed_ = true;
}

void Engine::Impl::tls_session_established(const Botan::TLS::Session_Summary& session)
{
    parameters_.version = session.version().version_code();
    parameters_.cipher = session.ciphersuite_code();
    parameters_.cipher_name = "TLS_" + session.ciphersuite().to_string();
    parameters_.server_name = session.server_info().hostname();
    std::optional<std::string> group = session.kex_parameters(); // of TLS 1.3 only
    if (!group && group_ != 0) group = Botan::TLS::Group_Params{group_}.to_string();
    parameters_.key_exchange = group.value_or(session.kex_algo());
}

void Engine::Impl::tls_session_activated()
{
    flush();
    established_ = true;
    push(parameters_);
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
    const bool valid = judgement.verdict == CertificateVerdict::valid;
    const Botan::X509_Certificate& leaf = chain.front();
    push(CertificateJudged{.verdict = judgement.verdict,
                           .went_on = valid || !require_valid_,
                           .subject = describe_name(leaf.subject_dn()),
                           .issuer = describe_name(leaf.issuer_dn()),
                           .dialled = name_,
                           .not_before = instant_of(leaf.not_before()),
                           .not_after = instant_of(leaf.not_after())});
    if (valid || !require_valid_) return;
    certificate_refused_ = true;
    throw Botan::TLS::TLS_Exception(alert_for(judgement.verdict), judgement.detail);
}

// Only for what the wire does not show: in TLS 1.2 the two Finished, in TLS 1.3 all but the hellos.
void Engine::Impl::tls_inspect_handshake_msg(const Botan::TLS::Handshake_Message& message)
{
    const auto type = static_cast<std::uint8_t>(message.wire_type());
    const bool is_hello =
        type == handshake_type::client_hello || type == handshake_type::server_hello;
    if (is_hello || (!tls_1_3_ && type != handshake_type::finished)) return;

    // In TLS 1.3 the server finishes first, in TLS 1.2 the client. Afterwards Botan shows only what
    // it sends.
    const bool from_server = tls_1_3_ != finished_seen_;
    const bool own = established_ || from_server == (role_ == TlsRole::server);
    if (type == handshake_type::finished) finished_seen_ = true;

    const std::vector<std::uint8_t> body = message.serialize();
    HandshakeMessage seen{.side = own ? Side::sent : Side::received,
                          .type = type,
                          .encrypted = true,
                          .bytes = handshake_header(type, body.size())};
    seen.bytes += as_text(body);
    if (tls_1_3_ || !own) return push(std::move(seen));
    // Botan's TLS 1.2 sends first and shows afterwards.
    SIM_ASSERT(record_ != nullptr && record_ == std::get_if<Record>(&outputs_.back()));
    Record record = std::move(*record_);
    outputs_.pop_back();
    push(std::move(seen));
    push(std::move(record));
    record_ = &std::get<Record>(outputs_.back());
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
    outputs_.push_back(KeyLogLine{std::move(line)});
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
