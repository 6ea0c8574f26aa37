// What everybody on the wire can read is taken from the wire, octet by octet; only what is
// encrypted comes from the library, which shows some messages twice, and as it understood them.
#include "sim/tls/journal.h"

#include "sim/core/assert.h"

#include <utility>

namespace sim::tls {

namespace {

constexpr std::uint8_t fatal_level = 2; // RFC 8446 §6

// An alert of two octets, its inner content type, and the tag of 16 octets that every cipher of
// ours has. Botan does not pad, and no other message of TLS 1.3 is so short.
constexpr std::size_t encrypted_alert_size = record_header_size + 2 + 1 + 16;

std::string with_handshake_header(std::uint8_t type, std::string_view body)
{
    std::string message{static_cast<char>(type),
                        static_cast<char>(body.size() >> 16U),
                        static_cast<char>(body.size() >> 8U),
                        static_cast<char>(body.size())};
    message += body;
    return message;
}

} // namespace

void Journal::tell_after_sending(Output output)
{
    flush();
    tell(std::move(output));
}

std::optional<Output> Journal::poll_output()
{
    if (outputs_.empty()) return std::nullopt;
    Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

void Journal::note_sent(std::string_view records, Carries carries)
{
    outbox_ += records;
    while (!records.empty()) {
        const std::size_t size = record_header_size + uint16_at(records, record_header_size - 2);
        const std::string_view record = records.substr(0, size);
        records.remove_prefix(size);
        if (is_own_alert(record, carries)) note_own_alert(record);
        note_record(Side::sent, record);
    }
}

void Journal::note_sent_plaintext(std::string_view text)
{
    SIM_ASSERT(record_ != nullptr);
    record_->plaintext = text;
    sent_.plaintext_offset += text.size();
}

void Journal::note_received(std::string_view record)
{
    note_record(Side::received, record);
}

void Journal::note_received_plaintext(std::string_view text)
{
    SIM_ASSERT(record_ != nullptr && !text.empty());
    record_->plaintext = text;
    received_.plaintext_offset += text.size();
    tell(Plaintext{std::string{text}});
}

bool Journal::is_encrypted(const Direction& direction, std::uint8_t type) const
{
    return tls_1_3_ ? type == content_type::application_data : direction.cipher_changed;
}

void Journal::note_record(Side side, std::string_view record)
{
    Direction& stream = side == Side::sent ? sent_ : received_;
    const std::uint8_t type = octet_at(record, 0);
    const bool readable = type == content_type::handshake && !is_encrypted(stream, type);
    if (readable && side == Side::sent) read_messages(side, record.substr(record_header_size));
    tell(Record{.side = side,
                .content_type = type,
                .wire_size = static_cast<std::uint16_t>(record.size()),
                .stream_offset = stream.stream_offset,
                .plaintext_offset = stream.plaintext_offset,
                .plaintext = {}});
    record_ = &std::get<Record>(outputs_.back());
    stream.stream_offset += record.size();
    if (type == content_type::change_cipher_spec) stream.cipher_changed = true;
    if (readable && side == Side::received) read_messages(side, record.substr(record_header_size));
}

void Journal::read_messages(Side side, std::string_view fragment)
{
    HandshakeAssembler& handshake = side == Side::sent ? sent_.handshake : received_.handshake;
    handshake.feed(fragment);
    while (std::optional<std::string> message = handshake.next()) {
        const std::uint8_t type = octet_at(*message, 0);
        if (type == handshake_type::server_hello) tls_1_3_ = chooses_tls_1_3(*message);
        if (type == handshake_type::server_key_exchange) group_ = named_group(*message);
        tell(HandshakeMessage{
            .side = side, .type = type, .encrypted = false, .bytes = std::move(*message)});
    }
}

bool Journal::is_hidden(std::uint8_t type) const
{
    if (!tls_1_3_) return type == handshake_type::finished;
    return type != handshake_type::client_hello && type != handshake_type::server_hello;
}

void Journal::note_hidden_message(std::uint8_t type, std::string_view body)
{
    // In TLS 1.3 the server finishes first, in TLS 1.2 the client. Afterwards Botan shows only what
    // it sends.
    const bool from_server = tls_1_3_ != finished_seen_;
    const bool own = established_ || from_server == (role_ == TlsRole::server);
    if (type == handshake_type::finished) finished_seen_ = true;
    HandshakeMessage message{.side = own ? Side::sent : Side::received,
                             .type = type,
                             .encrypted = true,
                             .bytes = with_handshake_header(type, body)};
    if (tls_1_3_ || !own) return tell(std::move(message));
    SIM_ASSERT(record_ != nullptr && record_ == std::get_if<Record>(&outputs_.back()));
    Record record = std::move(*record_);
    outputs_.back() = std::move(message);
    tell(std::move(record));
    record_ = &std::get<Record>(outputs_.back());
}

bool Journal::is_own_alert(std::string_view record, Carries carries) const
{
    if (octet_at(record, 0) == content_type::alert) return true;
    return tls_1_3_ && carries == Carries::protocol &&
           octet_at(record, 0) == content_type::application_data &&
           record.size() == encrypted_alert_size;
}

void Journal::note_own_alert(std::string_view record)
{
    Alert alert{.side = Side::sent, .fatal = false, .code = 0};
    const bool readable = !is_encrypted(sent_, octet_at(record, 0));
    if (readable) {
        SIM_ASSERT(record.size() == record_header_size + 2);
        alert.fatal = octet_at(record, record_header_size) == fatal_level;
        alert.code = octet_at(record, record_header_size + 1);
    }
    tell(alert);
    if (!readable) own_alert_ = &std::get<Alert>(outputs_.back());
}

void Journal::name_own_alert(std::uint8_t code, bool fatal)
{
    if (own_alert_ == nullptr) return;
    own_alert_->code = code;
    own_alert_->fatal = fatal;
    own_alert_ = nullptr;
}

void Journal::end_step()
{
    SIM_ASSERT(own_alert_ == nullptr);
    record_ = nullptr;
    flush();
}

void Journal::flush()
{
    if (!outbox_.empty()) tell(SendBytes{std::exchange(outbox_, {})});
}

} // namespace sim::tls
