#include "sim/report/tls_fields.h"

#include "sim/explain/nouns.h"
#include "sim/report/certificate_fields.h"
#include "sim/report/tls_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::report {

namespace {

using explain::PacketField;
using explain::RecordMeaning;
using explain::TlsMessageKind;
using explain::TlsTerm;

constexpr std::size_t message_header_size = 4;
constexpr std::size_t random_size = 32;
constexpr std::size_t most_items = 64; // of a list, shown one by one

// RFC 8446 §4.1.3: the SHA-256 of "HelloRetryRequest", in place of the random octets.
constexpr std::string_view retry_random{
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c",
    random_size};

using NameOf = std::string (*)(std::uint64_t);

class MessageReader {
public:
    MessageReader(FieldList& fields, Octets rest, bool tls_1_3, int depth)
        : fields_{fields}, rest_{rest}, tls_1_3_{tls_1_3}, depth_{depth}
    {
    }

    void read()
    {
        const std::string_view whole = rest_.rest();
        kind_ = kind_of_message(whole);
        if (chooses_tls_1_3(whole)) tls_1_3_ = true;
        read_header();
        read_body();
        leftover();
    }

private:
    // ---- what all messages are made of ------------------------------------------------------

    // What could not be read; nothing when all was.
    void leftover()
    {
        if (!rest_.empty())
            fields_.add(TlsTerm::unread, fields_.octets(rest_.left()), rest_.range(), depth_);
        rest_ = Octets{{}, rest_.range().end()};
    }

    bool number(TlsTerm what, std::size_t width, NameOf name = nullptr)
    {
        const OctetRange at{rest_.offset(), static_cast<std::uint32_t>(width)};
        const auto value = rest_.number(width);
        if (!value) return false;
        fields_.add(what, name != nullptr ? name(*value) : fmt::format("{}", *value), at, depth_);
        return true;
    }

    bool opaque(TlsTerm what, std::size_t size)
    {
        const auto part = rest_.part(size);
        if (!part) return false;
        fields_.add(what, hex(part->rest()), part->range(), depth_);
        return true;
    }

    // Its range is that of its length, too.
    bool counted_opaque(TlsTerm what, std::size_t width)
    {
        const std::uint32_t begin = rest_.offset();
        const auto part = rest_.counted_part(width);
        if (!part) return false;
        fields_.add(what, hex(part->rest()), {begin, rest_.offset() - begin}, depth_);
        return true;
    }

    void items(TlsTerm what, std::size_t width, NameOf name)
    {
        for (std::size_t i = 0; i < most_items && number(what, width, name); ++i) {
        }
    }

    // A list of numbers of `item_width` octets each, under one field.
    bool numbers(TlsTerm what, std::size_t width, TlsTerm item, std::size_t item_width, NameOf name)
    {
        const std::uint32_t begin = rest_.offset();
        auto list = rest_.counted_part(width);
        if (!list) return false;
        fields_.add(what,
                    fmt::format("{}", list->left() / item_width),
                    {begin, rest_.offset() - begin},
                    depth_);
        std::swap(rest_, *list);
        ++depth_;
        items(item, item_width, name);
        leftover();
        --depth_;
        std::swap(rest_, *list);
        return true;
    }

    void read_header()
    {
        const OctetRange at{rest_.offset(), 1};
        const auto type = rest_.number(1);
        if (!type) return;
        fields_.add(
            TlsTerm::msg_type, fmt::format("{} ({})", message_name(kind_), *type), at, depth_);
        number(TlsTerm::length, 3);
    }

    void read_body()
    {
        switch (kind_) {
        case TlsMessageKind::client_hello:
            return client_hello();
        case TlsMessageKind::server_hello:
        case TlsMessageKind::hello_retry_request:
            return server_hello();
        case TlsMessageKind::new_session_ticket:
            return new_session_ticket();
        case TlsMessageKind::encrypted_extensions:
            return extensions();
        case TlsMessageKind::certificate:
            return certificate();
        case TlsMessageKind::server_key_exchange:
            return server_key_exchange();
        case TlsMessageKind::certificate_request:
            return certificate_request();
        case TlsMessageKind::certificate_verify:
            if (number(TlsTerm::algorithm, 2, signature_scheme_name))
                counted_opaque(TlsTerm::signature, 2);
            return;
        case TlsMessageKind::client_key_exchange:
            counted_opaque(TlsTerm::public_point, 1); // RFC 8422 §5.7
            return;
        case TlsMessageKind::finished:
            if (!rest_.empty()) opaque(TlsTerm::verify_data, rest_.left());
            return;
        case TlsMessageKind::key_update:
            number(TlsTerm::request_update, 1);
            return;
        case TlsMessageKind::hello_request:
        case TlsMessageKind::server_hello_done:
            return; // nothing in them
        case TlsMessageKind::certificate_status:
        case TlsMessageKind::other:
            break;
        }
        if (!rest_.empty()) opaque(TlsTerm::body, rest_.left());
    }

    // ---- the messages -----------------------------------------------------------------------

    void client_hello()
    {
        if (number(TlsTerm::legacy_version, 2, tls_version_name) &&
            opaque(TlsTerm::random, random_size) && counted_opaque(TlsTerm::legacy_session_id, 1) &&
            numbers(TlsTerm::cipher_suites, 2, TlsTerm::cipher_suite, 2, cipher_suite_name) &&
            counted_opaque(TlsTerm::legacy_compression_methods, 1) && !rest_.empty())
            extensions();
    }

    void server_hello()
    {
        const TlsTerm version = tls_1_3_ ? TlsTerm::legacy_version : TlsTerm::version;
        const TlsTerm session = tls_1_3_ ? TlsTerm::legacy_session_id : TlsTerm::session_id;
        if (number(version, 2, tls_version_name) && opaque(TlsTerm::random, random_size) &&
            counted_opaque(session, 1) && number(TlsTerm::cipher_suite, 2, cipher_suite_name) &&
            number(TlsTerm::legacy_compression_method, 1) && !rest_.empty())
            extensions();
    }

    void new_session_ticket()
    {
        if (!number(TlsTerm::ticket_lifetime, 4)) return;
        if (!tls_1_3_) { // RFC 5077 §3.3
            counted_opaque(TlsTerm::ticket, 2);
            return;
        }
        if (opaque(TlsTerm::ticket_age_add, 4) && counted_opaque(TlsTerm::ticket_nonce, 1) &&
            counted_opaque(TlsTerm::ticket, 2))
            extensions();
    }

    // RFC 5246 §7.4.2; RFC 8446 §4.4.2 adds a context, and extensions to each certificate.
    void certificate()
    {
        if (tls_1_3_ && !counted_opaque(TlsTerm::certificate_request_context, 1)) return;
        const std::uint32_t begin = rest_.offset();
        auto list = rest_.counted_part(3);
        if (!list) return;
        fields_.add(TlsTerm::certificate_list,
                    fields_.octets(list->left()),
                    {begin, rest_.offset() - begin},
                    depth_);
        std::swap(rest_, *list);
        ++depth_;
        for (std::size_t i = 0; i < most_items && !rest_.empty(); ++i) {
            const std::uint32_t at = rest_.offset();
            const auto one = rest_.counted_part(3);
            if (!one) break;
            add_certificate(fields_, *one, {at, rest_.offset() - at}, depth_);
            if (tls_1_3_ && !rest_.empty()) extensions();
        }
        leftover();
        --depth_;
        std::swap(rest_, *list);
    }

    void server_key_exchange()
    {
        constexpr std::uint64_t named_curve = 3; // RFC 8422 §5.4
        Octets ahead = rest_;
        if (ahead.number(1) != named_curve) return;
        if (number(TlsTerm::curve_type, 1) && number(TlsTerm::named_curve, 2, group_name) &&
            counted_opaque(TlsTerm::public_point, 1) &&
            number(TlsTerm::algorithm, 2, signature_scheme_name))
            counted_opaque(TlsTerm::signature, 2);
    }

    void certificate_request()
    {
        if (tls_1_3_) {
            if (counted_opaque(TlsTerm::certificate_request_context, 1)) extensions();
            return;
        }
        if (counted_opaque(TlsTerm::certificate_types, 1) &&
            numbers(TlsTerm::signature_algorithms, 2, TlsTerm::algorithm, 2, signature_scheme_name))
            counted_opaque(TlsTerm::certificate_authorities, 2);
    }

    // ---- extensions -------------------------------------------------------------------------

    void extensions()
    {
        const std::uint32_t begin = rest_.offset();
        auto list = rest_.counted_part(2);
        if (!list) return;
        fields_.add(TlsTerm::extensions,
                    fields_.octets(list->left()),
                    {begin, rest_.offset() - begin},
                    depth_);
        std::swap(rest_, *list);
        ++depth_;
        for (std::size_t i = 0; i < most_items && !rest_.empty(); ++i) {
            const std::uint32_t at = rest_.offset();
            Octets ahead = rest_;
            const auto type = ahead.number(2);
            auto data = ahead.counted_part(2);
            if (!type || !data) break;
            rest_ = ahead;
            extension(*type, *data, {at, rest_.offset() - at});
        }
        leftover();
        --depth_;
        std::swap(rest_, *list);
    }

    void extension(std::uint64_t type, Octets data, OctetRange at)
    {
        const auto term = extension_term(type);
        const std::string number = fmt::format("{}", type);
        fields_.add(term.value_or(TlsTerm::extension),
                    term || data.empty() ? summary_of(term, data)
                                         : fmt::format("{}: {}", number, hex(data.rest())),
                    at,
                    depth_);
        if (!term) return;
        std::swap(rest_, data);
        ++depth_;
        inside(*term);
        leftover();
        --depth_;
        std::swap(rest_, data);
    }

    // The one thing that is said by an extension, where it says one thing.
    [[nodiscard]] std::string summary_of(std::optional<TlsTerm> term, Octets data) const
    {
        if (term == TlsTerm::server_name && data.left() > 5)
            return explain::show_bytes(data.rest().substr(5)); // RFC 6066 §3: lengths and type
        return fields_.octets(data.left());
    }

    void inside(TlsTerm term)
    {
        const bool from_client = kind_ == TlsMessageKind::client_hello;
        switch (term) {
        case TlsTerm::server_name:
            return server_names();
        case TlsTerm::supported_groups:
            if (number(TlsTerm::length, 2)) items(TlsTerm::group, 2, group_name);
            return;
        case TlsTerm::signature_algorithms:
        case TlsTerm::signature_algorithms_cert:
            if (number(TlsTerm::length, 2)) items(TlsTerm::algorithm, 2, signature_scheme_name);
            return;
        case TlsTerm::supported_versions:
            if (!from_client) {
                number(TlsTerm::selected_version, 2, tls_version_name);
            } else if (number(TlsTerm::length, 1)) {
                items(TlsTerm::version, 2, tls_version_name);
            }
            return;
        case TlsTerm::key_share:
            return key_shares(from_client);
        case TlsTerm::application_layer_protocol_negotiation:
            return protocols();
        case TlsTerm::record_size_limit:
            number(TlsTerm::length, 2);
            return;
        default: // flags, and lists of single octets
            if (!rest_.empty()) opaque(TlsTerm::body, rest_.left());
            return;
        }
    }

    void server_names()
    {
        if (rest_.empty()) return; // the server's "understood"
        Octets ahead = rest_;
        const auto list = ahead.counted_part(2);
        if (!list) return;
        const std::uint32_t begin = rest_.offset();
        Octets entry = *list;
        const auto type = entry.number(1);
        const auto name = entry.counted_part(2);
        if (!type || !name || !entry.empty()) return;
        rest_ = ahead;
        fields_.add(TlsTerm::name,
                    explain::show_bytes(name->rest()),
                    {begin, rest_.offset() - begin},
                    depth_);
    }

    // RFC 8446 §4.2.8: a list from the client, one from the server, a group alone in a retry.
    void key_shares(bool from_client)
    {
        if (kind_ == TlsMessageKind::hello_retry_request) {
            number(TlsTerm::group, 2, group_name);
            return;
        }
        if (from_client && !number(TlsTerm::length, 2)) return;
        for (std::size_t i = 0; i < most_items && !rest_.empty(); ++i) {
            if (!number(TlsTerm::group, 2, group_name) || !counted_opaque(TlsTerm::key_exchange, 2))
                return;
        }
    }

    void protocols()
    {
        if (!number(TlsTerm::length, 2)) return;
        for (std::size_t i = 0; i < most_items && !rest_.empty(); ++i) {
            const std::uint32_t begin = rest_.offset();
            const auto name = rest_.counted_part(1);
            if (!name) return;
            fields_.add(TlsTerm::name,
                        explain::show_bytes(name->rest()),
                        {begin, rest_.offset() - begin},
                        depth_);
        }
    }

    FieldList& fields_;
    Octets rest_; // of the part that is being read
    bool tls_1_3_;
    int depth_;
    TlsMessageKind kind_ = TlsMessageKind::other;
};

std::optional<RecordMeaning> meaning_of_record(std::uint64_t type)
{
    if (type < 20 || type > 23) return std::nullopt;
    return static_cast<RecordMeaning>(type - 20);
}

// As many messages as begin in this record's fragment.
void add_messages(FieldList& fields, Octets fragment, bool tls_1_3)
{
    while (!fragment.empty()) {
        Octets ahead = fragment;
        ahead.number(1);
        const auto size = ahead.number(3);
        const std::size_t wanted = message_header_size + static_cast<std::size_t>(size.value_or(0));
        const Octets message = *fragment.part(std::min(wanted, fragment.left()));
        add_message_name(fields, message.rest(), message.range());
        add_handshake(fields, message, tls_1_3, 1);
    }
}

} // namespace

TlsMessageKind kind_of_message(std::string_view message)
{
    if (message.empty()) return TlsMessageKind::other;
    const TlsMessageKind kind = message_kind(static_cast<std::uint8_t>(message.front()));
    const bool retries = kind == TlsMessageKind::server_hello &&
                         message.size() >= message_header_size + 2 + random_size &&
                         message.substr(message_header_size + 2, random_size) == retry_random;
    return retries ? TlsMessageKind::hello_retry_request : kind;
}

bool chooses_tls_1_3(std::string_view message)
{
    Octets rest{message, 0};
    if (rest.number(1) != 2 || !rest.part(3 + 2 + random_size) || !rest.counted_part(1) ||
        !rest.part(3))
        return false;
    auto extensions = rest.counted_part(2);
    while (extensions && !extensions->empty()) {
        const auto type = extensions->number(2);
        auto data = extensions->counted_part(2);
        if (!type || !data) return false;
        if (extension_term(*type) == TlsTerm::supported_versions) return data->number(2) == 0x0304;
    }
    return false;
}

void add_handshake(FieldList& fields, Octets message, bool tls_1_3, int depth)
{
    MessageReader{fields, message, tls_1_3, depth}.read();
}

void add_message_name(FieldList& fields, std::string_view message, OctetRange at)
{
    const TlsMessageKind kind = kind_of_message(message);
    fields.add(PacketField::record_message,
               fmt::format("{} ({})", message_name(kind), fields.octets(message.size())),
               at,
               0,
               fmt::format("report.tls.message.{}", name_of(kind)));
}

void add_alert(
    FieldList& fields, std::uint64_t level, std::uint64_t code, OctetRange level_at, OctetRange at)
{
    fields.add(PacketField::record_alert_level, alert_level_name(level), level_at);
    const std::string name = explain::alert_name(static_cast<std::uint8_t>(code));
    fields.add(PacketField::record_alert_code,
               fmt::format("{} ({})", name, code),
               at,
               0,
               fmt::format("noun.alert.{}", name));
}

std::uint32_t add_record_fields(FieldList& fields, Octets record, bool sealed, bool tls_1_3)
{
    const OctetRange type_at{record.offset(), 1};
    const auto type = record.number(1);
    const OctetRange version_at{record.offset(), 2};
    const auto version = record.number(2);
    const OctetRange length_at{record.offset(), 2};
    const auto length = record.number(2);
    if (!type || !version || !length) {
        const std::uint32_t end = record.range().end();
        fields.add(PacketField::unreadable,
                   fields.octets(end - type_at.offset),
                   {type_at.offset, end - type_at.offset});
        return end;
    }
    const auto meaning = meaning_of_record(*type);
    fields.add(PacketField::record_type,
               meaning ? fmt::format("{} ({})", name_of(*meaning), *type)
                       : fmt::format("{}", *type),
               type_at,
               0,
               meaning ? fmt::format("report.packet.content.{}", name_of(*meaning))
                       : std::string{"report.packet.meaning.record_type"});
    fields.add(PacketField::record_version, tls_version_name(*version), version_at);
    fields.add(
        PacketField::record_length, fields.octets(static_cast<std::size_t>(*length)), length_at);
    const std::uint32_t behind = record.offset();
    if (record.empty()) return behind;
    if (sealed) {
        fields.add(PacketField::record_sealed,
                   fields.language().text("report.packet.value.encrypted",
                                          {{"size", fmt::format("{}", record.left())}}),
                   record.range());
    } else if (meaning == RecordMeaning::handshake) {
        add_messages(fields, record, tls_1_3);
    } else if (meaning == RecordMeaning::alert && record.left() == 2) {
        const OctetRange level_at{record.offset(), 1};
        const std::uint64_t level = *record.number(1);
        const OctetRange code_at{record.offset(), 1};
        add_alert(fields, level, *record.number(1), level_at, code_at);
    } else if (meaning == RecordMeaning::change_cipher_spec) {
        fields.add(PacketField::record_change_cipher, hex(record.rest()), record.range());
    } else {
        fields.add(PacketField::octets, hex(record.rest()), record.range());
    }
    return behind;
}

} // namespace sim::report
