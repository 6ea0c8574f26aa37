#include "sim/report/payload_layers.h"

#include "sim/explain/nouns.h"
#include "sim/report/mail_fields.h"
#include "sim/report/tls_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace sim::report {

namespace {

using explain::PacketField;
using explain::PacketLayer;

constexpr std::uint8_t change_cipher_spec = 20; // RFC 8446 §5.1
constexpr std::uint8_t alert = 21;
constexpr std::uint8_t handshake = 22;
constexpr std::uint64_t record_header_size = 5;
constexpr std::uint64_t line_end_size = 2;

// Octets of one stream: those of TCP, or those inside TLS.
struct Piece {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    const Event* said = nullptr; // a command, a reply or a record; nullptr for what lies between
};

// A command or reply as it went over the wire.
struct Spoken {
    const Line* line = nullptr;
    bool encrypted = false;
    Side side = Side::sent;
};
struct SpokenIn {
    Spoken operator()(const SmtpCommand& w) const { return {&w.line, w.encrypted, w.side}; }
    Spoken operator()(const SmtpReply& w) const { return {&w.line, w.encrypted, w.side}; }
    Spoken operator()(const Pop3Command& w) const { return {&w.line, w.encrypted, w.side}; }
    Spoken operator()(const Pop3Reply& w) const { return {&w.line, w.encrypted, w.side}; }
    Spoken operator()(const auto& /*other*/) const { return {}; }
};

bool is_pop3(const Event& event)
{
    return event.kind() == Kind::pop3_command || event.kind() == Kind::pop3_reply;
}
bool is_smtp(const Event& event)
{
    return event.kind() == Kind::smtp_command || event.kind() == Kind::smtp_reply;
}

class PayloadReader {
public:
    PayloadReader(const Source& source,
                  const std::vector<const Event*>& conversation,
                  const StreamPlace& place,
                  std::string_view octets,
                  std::uint32_t offset)
        : source_{source},
          conversation_{conversation},
          place_{place},
          octets_{octets},
          offset_{offset}
    {
        for (const Event* event : conversation) {
            speaks_pop3_ = speaks_pop3_ || is_pop3(*event);
            speaks_smtp_ = speaks_smtp_ || is_smtp(*event);
        }
    }

    Payload read()
    {
        const std::uint64_t end = place_.begin + octets_.size();
        Payload payload;
        payload.secrets = secrets_in(place_.begin, end, false, offset_);
        for (const Piece& piece : pieces_in(place_.begin, end, false)) {
            const auto from = static_cast<std::size_t>(piece.begin - place_.begin);
            const auto size = static_cast<std::size_t>(piece.end - piece.begin);
            const auto at = offset_ + static_cast<std::uint32_t>(from);
            const MailText text = MailText{octets_, offset_, payload.secrets}.part(from, size);
            const bool is_record = piece.said != nullptr && piece.said->kind() == Kind::tls_record;
            if (is_record) {
                add_record(*piece.said, piece, octets_.substr(from, size), at);
            } else {
                add_lines(piece, text, false, {at, static_cast<std::uint32_t>(size)});
            }
        }
        payload.layers = std::move(layers_);
        return payload;
    }

private:
    // Told once, by the sender, or by the other end where the sender is outside.
    [[nodiscard]] bool sent_here(const Event& event, Side side) const
    {
        if (event.host == place_.sender) return side == Side::sent;
        return side == Side::received && source_.trace.leads_outside(event.connection);
    }

    // The stretch of the stream that this event says something about, as its sender tells it.
    [[nodiscard]] std::optional<Piece> piece_of(const Event& event, bool encrypted) const
    {
        if (const auto* record = std::get_if<TlsRecord>(&event.what)) {
            if (encrypted || !sent_here(event, record->side)) return std::nullopt;
            return Piece{record->stream_offset, record->stream_offset + record->wire_size, &event};
        }
        const Spoken spoken = std::visit(SpokenIn{}, event.what);
        if (spoken.line == nullptr || spoken.encrypted != encrypted ||
            !sent_here(event, spoken.side))
            return std::nullopt;
        const std::uint64_t begin = spoken.line->stream_offset;
        return Piece{begin, begin + spoken.line->bytes.size + line_end_size, &event};
    }

    // All of [begin, end), in order and without gaps; pieces that go beyond are cut.
    [[nodiscard]] std::vector<Piece>
    pieces_in(std::uint64_t begin, std::uint64_t end, bool encrypted) const
    {
        std::vector<Piece> known;
        for (const Event* event : conversation_) {
            const auto piece = piece_of(*event, encrypted);
            if (piece && piece->begin < end && piece->end > begin) known.push_back(*piece);
        }
        std::ranges::stable_sort(known, {}, &Piece::begin);
        std::vector<Piece> all;
        std::uint64_t at = begin;
        for (const Piece& piece : known) {
            if (piece.end <= at) continue;
            if (piece.begin > at) all.push_back({at, piece.begin, nullptr});
            const std::uint64_t from = std::max(at, piece.begin);
            at = std::min(piece.end, end);
            all.push_back({from, at, piece.said});
        }
        if (at < end) all.push_back({at, end, nullptr});
        return all;
    }

    // Ranges of the packet; for what is sealed, of its text from `offset` on.
    [[nodiscard]] std::vector<OctetRange>
    secrets_in(std::uint64_t begin, std::uint64_t end, bool encrypted, std::uint32_t offset) const
    {
        std::vector<OctetRange> secrets;
        if (source_.secrets == Secrets::shown) return secrets;
        for (const Event* event : conversation_) {
            const Spoken spoken = std::visit(SpokenIn{}, event->what);
            if (spoken.line == nullptr || spoken.line->secret_size == 0 ||
                spoken.encrypted != encrypted)
                continue;
            // Who sent it is told by either end.
            if ((event->host == place_.sender) != (spoken.side == Side::sent)) continue;
            const std::uint64_t from =
                std::max(begin, spoken.line->stream_offset + spoken.line->secret_offset);
            const std::uint64_t to = std::min(
                end,
                spoken.line->stream_offset + spoken.line->secret_offset + spoken.line->secret_size);
            if (from < to) {
                secrets.push_back({offset + static_cast<std::uint32_t>(from - begin),
                                   static_cast<std::uint32_t>(to - from)});
            }
        }
        // Both ends tell of the same secret.
        std::ranges::sort(secrets, {}, &OctetRange::offset);
        std::vector<OctetRange> merged;
        for (const OctetRange& secret : secrets) {
            if (merged.empty() || merged.back().end() < secret.offset) {
                merged.push_back(secret);
            } else {
                OctetRange& last = merged.back();
                last.size = std::max(last.end(), secret.end()) - last.offset;
            }
        }
        return merged;
    }

    // ---- lines ------------------------------------------------------------------------------

    [[nodiscard]] PacketLayer layer_of(const Piece& piece, bool inside) const
    {
        if (piece.said != nullptr) {
            if (is_pop3(*piece.said)) return inside ? PacketLayer::pop3_inside : PacketLayer::pop3;
            return inside ? PacketLayer::smtp_inside : PacketLayer::smtp;
        }
        // Between commands a client of SMTP sends mail; between replies a server of POP3 does.
        const bool mail =
            (speaks_smtp_ && place_.from_client) || (speaks_pop3_ && !place_.from_client);
        if (mail) return inside ? PacketLayer::text_inside : PacketLayer::text;
        return PacketLayer::octets;
    }

    // Lines of one kind that follow each other share a layer.
    Layer& layer_for(PacketLayer kind, bool inside, OctetRange at)
    {
        const bool goes_on = !layers_.empty() && layers_.back().kind == kind;
        if (!goes_on) {
            Layer layer = make_layer(kind, source_.language);
            layer.offset = at.offset;
            layer.inside = inside;
            layer.encrypted = inside;
            layers_.push_back(std::move(layer));
        }
        Layer& layer = layers_.back();
        layer.size = at.end() - layer.offset;
        return layer;
    }

    void add_lines(const Piece& piece, const MailText& text, bool inside, OctetRange at)
    {
        Layer& layer = layer_for(layer_of(piece, inside), inside, at);
        FieldList fields{source_.language};
        if (inside) fields.set_sealed_in(at);
        if (piece.said == nullptr) {
            if (layer.kind == PacketLayer::octets) {
                fields.add(PacketField::octets, fields.octets(text.bytes().size()), text.range());
            } else {
                add_text(fields, text);
            }
        } else {
            add_said(fields, *piece.said, piece, text);
        }
        if (layer.summary.empty() && fields.size() > 0) {
            std::vector<Field> made = fields.take();
            layer.summary = made.front().value;
            layer.fields.insert(layer.fields.end(), made.begin(), made.end());
            return;
        }
        const std::vector<Field> made = fields.take();
        layer.fields.insert(layer.fields.end(), made.begin(), made.end());
    }

    static void
    add_said(FieldList& fields, const Event& said, const Piece& piece, const MailText& text)
    {
        const Spoken spoken = std::visit(SpokenIn{}, said.what);
        const bool broken = piece.begin > spoken.line->stream_offset;
        const auto* smtp_reply = std::get_if<SmtpReply>(&said.what);
        if (broken && smtp_reply == nullptr) return add_line_rest(fields, text);
        if (const auto* command = std::get_if<SmtpCommand>(&said.what))
            return add_smtp_command(fields, text, command->verb);
        if (const auto* command = std::get_if<Pop3Command>(&said.what))
            return add_pop3_command(fields, text, command->verb);
        if (smtp_reply != nullptr)
            return add_smtp_reply(fields, text, smtp_reply->to == SmtpVerb::ehlo);
        add_pop3_reply(fields, text);
    }

    // ---- TLS --------------------------------------------------------------------------------

    // In TLS 1.2 everything behind ChangeCipherSpec is sealed, whatever its type says; TLS 1.3
    // sends that record only for show (RFC 8446 §D.4), and then its handshake type is in the clear.
    [[nodiscard]] bool
    is_sealed(const Event& event, const TlsRecord& record, std::string_view fragment) const
    {
        if (record.content_type != handshake && record.content_type != alert)
            return record.content_type != change_cipher_spec;
        bool cipher_changed = false;
        for (const Event* earlier : conversation_) {
            if (earlier->id.value >= event.id.value) break;
            const auto* other = std::get_if<TlsRecord>(&earlier->what);
            if (other == nullptr || !sent_here(*earlier, other->side)) continue;
            cipher_changed = cipher_changed || other->content_type == change_cipher_spec;
        }
        if (!cipher_changed) return false;
        if (record.content_type == alert) return record.wire_size != record_header_size + 2;
        for (const Event* message : conversation_) {
            const auto* what = std::get_if<TlsHandshakeMessage>(&message->what);
            if (what == nullptr || what->encrypted || !sent_here(*message, what->side)) continue;
            if (source_.trace.view(what->bytes).starts_with(fragment.substr(0, what->bytes.size)))
                return false;
        }
        return true;
    }

    void add_record(const Event& event, const Piece& piece, std::string_view part, std::uint32_t at)
    {
        const auto& record = std::get<TlsRecord>(event.what);
        const std::uint64_t skipped = piece.begin - record.stream_offset;
        const bool begins_here = skipped == 0;
        const std::string_view fragment =
            begins_here ? part.substr(std::min<std::size_t>(part.size(), record_header_size))
                        : std::string_view{};
        const bool sealed = is_sealed(event, record, fragment);
        Layer layer = make_layer(begins_here ? PacketLayer::tls_record : PacketLayer::tls_rest,
                                 source_.language);
        layer.offset = at;
        layer.size = static_cast<std::uint32_t>(part.size());
        layer.encrypted = sealed;
        FieldList fields{source_.language};
        OctetRange sealed_at{at, layer.size};
        if (begins_here) {
            const std::uint32_t behind =
                add_record_fields(fields, Octets{part, at}, sealed, is_tls_1_3());
            sealed_at = {behind, at + layer.size - behind};
        } else if (sealed) {
            fields.add(PacketField::record_sealed, sealed_words(part.size()), {at, layer.size});
        } else {
            fields.add(PacketField::record_rest, fields.octets(part.size()), {at, layer.size});
        }
        layer.fields = fields.take();
        layer.summary = summary_of(layer);
        layers_.push_back(std::move(layer));
        if (sealed && begins_here) add_inside(event, record, sealed_at);
    }

    // What the record holds where that can be read, else of which type it is.
    static std::string summary_of(const Layer& layer)
    {
        constexpr std::size_t content = 3; // behind type, version and length
        const bool telling =
            layer.fields.size() > content && (layer.encrypted || layer.fields.size() > content + 1);
        return layer.fields.at(telling ? content : 0).value;
    }

    [[nodiscard]] std::string sealed_words(std::size_t count) const
    {
        return source_.language.text("report.packet.value.encrypted",
                                     {{"size", fmt::format("{}", count)}});
    }

    [[nodiscard]] bool is_tls_1_3() const
    {
        return std::ranges::any_of(conversation_, [&](const Event* event) {
            const auto* message = std::get_if<TlsHandshakeMessage>(&event->what);
            return message != nullptr && chooses_tls_1_3(source_.trace.view(message->bytes));
        });
    }

    // What the sender put into this record, as it told the trace.
    void add_inside(const Event& event, const TlsRecord& record, OctetRange at)
    {
        if (record.plaintext.size > 0) {
            add_plaintext(record, at);
        } else {
            add_handshake_inside(event, at);
        }
    }

    void add_plaintext(const TlsRecord& record, OctetRange at)
    {
        const std::string_view text = source_.trace.view(record.plaintext);
        const std::uint64_t begin = record.plaintext_offset;
        const std::uint64_t end = begin + text.size();
        const std::vector<OctetRange> secrets = secrets_in(begin, end, true, 0);
        for (const Piece& piece : pieces_in(begin, end, true)) {
            const MailText said =
                MailText{text, 0, secrets}.part(static_cast<std::size_t>(piece.begin - begin),
                                                static_cast<std::size_t>(piece.end - piece.begin));
            add_lines(piece, said, true, at);
        }
    }

    // Messages and alerts are told right before the record that they leave in.
    void add_handshake_inside(const Event& record, OctetRange at)
    {
        std::vector<const Event*> told;
        for (const Event* event : conversation_) {
            if (event->id.value >= record.id.value) break;
            const auto* other = std::get_if<TlsRecord>(&event->what);
            if (other != nullptr && sent_here(*event, other->side) &&
                !is_mere_cipher_change(*other))
                told.clear();
            const auto* message = std::get_if<TlsHandshakeMessage>(&event->what);
            const auto* said = std::get_if<TlsAlert>(&event->what);
            const bool sealed_message =
                message != nullptr && message->encrypted && sent_here(*event, message->side);
            if (sealed_message || (said != nullptr && sent_here(*event, said->side)))
                told.push_back(event);
        }
        if (told.empty()) return;
        Layer layer = make_layer(PacketLayer::handshake_inside, source_.language);
        layer.offset = at.offset;
        layer.size = at.size;
        layer.encrypted = true;
        layer.inside = true;
        FieldList fields{source_.language};
        for (const Event* event : told) {
            if (const auto* message = std::get_if<TlsHandshakeMessage>(&event->what)) {
                add_message_name(fields, source_.trace.view(message->bytes), at);
            } else {
                const auto& said = std::get<TlsAlert>(event->what);
                add_alert(fields, said.fatal ? 2 : 1, said.code, at, at);
            }
        }
        layer.fields = fields.take();
        layer.summary = layer.fields.front().value;
        layers_.push_back(std::move(layer));
    }

    // A message of TLS 1.3 that is told in front of a ChangeCipherSpec leaves behind it.
    static bool is_mere_cipher_change(const TlsRecord& record)
    {
        return record.content_type == change_cipher_spec;
    }

    const Source& source_;
    const std::vector<const Event*>& conversation_;
    StreamPlace place_;
    std::string_view octets_;
    std::uint32_t offset_;
    bool speaks_smtp_ = false;
    bool speaks_pop3_ = false;
    std::vector<Layer> layers_;
};

} // namespace

Payload payload_layers(const Source& source,
                       const std::vector<const Event*>& conversation,
                       const StreamPlace& place,
                       std::string_view octets,
                       std::uint32_t offset)
{
    return PayloadReader{source, conversation, place, octets, offset}.read();
}

} // namespace sim::report
