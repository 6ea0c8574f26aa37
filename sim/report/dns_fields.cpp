#include "sim/report/dns_fields.h"

#include "sim/core/address.h"
#include "sim/explain/nouns.h"

#include <fmt/format.h>

#include <array>

namespace sim::report {

namespace {

using explain::DnsRcodeMeaning;
using explain::DnsTypeMeaning;
using explain::PacketField;

constexpr std::size_t longest_name = 255;  // RFC 1035 §3.1
constexpr std::uint64_t most_records = 64; // shown; more do not fit in a datagram worth reading
constexpr std::uint16_t type_opt = 41;     // RFC 6891 §6.1.2

DnsTypeMeaning meaning_of_type(std::uint64_t type)
{
    switch (type) {
    case 1:
        return DnsTypeMeaning::a;
    case 2:
        return DnsTypeMeaning::ns;
    case 5:
        return DnsTypeMeaning::cname;
    case 6:
        return DnsTypeMeaning::soa;
    case 12:
        return DnsTypeMeaning::ptr;
    case 15:
        return DnsTypeMeaning::mx;
    case 16:
        return DnsTypeMeaning::txt;
    case 28:
        return DnsTypeMeaning::aaaa;
    case 33:
        return DnsTypeMeaning::srv;
    case type_opt:
        return DnsTypeMeaning::opt;
    default:
        return DnsTypeMeaning::other;
    }
}

std::string type_name(std::uint64_t type)
{
    if (type == type_opt) return "OPT";
    return explain::record_type_name(static_cast<std::uint16_t>(type));
}

DnsRcodeMeaning meaning_of_rcode(std::uint64_t rcode)
{
    switch (rcode) {
    case 0:
        return DnsRcodeMeaning::no_error;
    case 1:
        return DnsRcodeMeaning::format_error;
    case 2:
        return DnsRcodeMeaning::server_failure;
    case 3:
        return DnsRcodeMeaning::name_error;
    case 5:
        return DnsRcodeMeaning::refused;
    default:
        return DnsRcodeMeaning::other;
    }
}

std::string class_name(std::uint64_t number)
{
    return number == 1 ? "IN" : fmt::format("CLASS{}", number); // RFC 3597 §5
}

class DnsReader {
public:
    DnsReader(std::string_view message, std::uint32_t offset, const explain::Language& language)
        : message_{message}, offset_{offset}, all_{message, offset}, fields_{language}
    {
    }

    Layer read()
    {
        const Octets whole = all_;
        Layer layer = make_layer(explain::PacketLayer::dns, fields_.language());
        layer.offset = whole.range().offset;
        layer.size = whole.range().size;
        if (!read_header() || !read_questions() ||
            !read_records(counts_[1], PacketField::dns_answer) ||
            !read_records(counts_[2], PacketField::dns_authority) ||
            !read_records(counts_[3], PacketField::dns_additional) || !all_.empty())
            unreadable();
        layer.summary = summary_;
        layer.fields = fields_.take();
        return layer;
    }

private:
    void unreadable()
    {
        if (all_.empty()) return;
        fields_.add(PacketField::unreadable, fields_.octets(all_.left()), all_.range());
    }

    // One bit or more of the 16 flags.
    void flag(PacketField what, std::uint64_t value, OctetRange at)
    {
        fields_.add(what, fmt::format("{}", value), at, 1);
    }

    bool read_header()
    {
        Octets ahead = all_;
        const OctetRange id_at{ahead.offset(), 2};
        const auto id = ahead.number(2);
        const OctetRange flags_at{ahead.offset(), 2};
        const auto flags = ahead.number(2);
        if (!id || !flags) return false;
        fields_.add(PacketField::dns_id, fmt::format("{}", *id), id_at);
        fields_.add(PacketField::dns_flags, fmt::format("0x{:04x}", *flags), flags_at);
        const OctetRange first{flags_at.offset, 1};
        const OctetRange second{flags_at.offset + 1, 1};
        flag(PacketField::dns_is_answer, *flags >> 15U, first);
        flag(PacketField::dns_opcode, *flags >> 11U & 0xfU, first);
        flag(PacketField::dns_authoritative, *flags >> 10U & 1U, first);
        flag(PacketField::dns_truncated, *flags >> 9U & 1U, first);
        flag(PacketField::dns_recursion_desired, *flags >> 8U & 1U, first);
        flag(PacketField::dns_recursion_available, *flags >> 7U & 1U, second);
        const std::uint64_t rcode = *flags & 0xfU;
        fields_.add(PacketField::dns_rcode,
                    fmt::format("{}", rcode),
                    second,
                    1,
                    fmt::format("report.packet.rcode.{}", name_of(meaning_of_rcode(rcode))));
        all_ = ahead;
        constexpr std::array counted{PacketField::dns_question_count,
                                     PacketField::dns_answer_count,
                                     PacketField::dns_authority_count,
                                     PacketField::dns_additional_count};
        for (std::size_t i = 0; i < counted.size(); ++i) {
            const OctetRange at{all_.offset(), 2};
            const auto count = all_.number(2);
            if (!count) return false;
            fields_.add(counted.at(i), fmt::format("{}", *count), at);
            counts_.at(i) = *count;
        }
        return true;
    }

    // RFC 1035 §4.1.4. The name, and `from` moved behind it; nothing when it is none. Each pointer
    // leads further back than the one before, so that reading ends.
    std::optional<std::string> read_name(Octets& from) const
    {
        constexpr std::uint8_t pointer = 0xc0;
        std::string name;
        std::size_t at = from.offset() - offset_;
        std::size_t behind = 0; // of the first pointer
        std::size_t limit = at;
        while (at < message_.size()) {
            const auto size = static_cast<std::uint8_t>(message_[at]);
            if (size >= pointer) {
                if (at + 2 > message_.size()) return std::nullopt;
                if (behind == 0) behind = at + 2;
                const std::size_t to =
                    (size & 0x3fU) << 8U | static_cast<std::uint8_t>(message_[at + 1]);
                if (to >= limit) return std::nullopt;
                limit = at = to;
                continue;
            }
            if (size > 63 || at + 1 + size > message_.size()) return std::nullopt;
            ++at;
            if (size == 0) {
                const std::size_t end = behind != 0 ? behind : at;
                if (!from.part(end + offset_ - from.offset())) return std::nullopt;
                return name.empty() ? "." : name;
            }
            if (!name.empty()) name += '.';
            name += explain::show_bytes(message_.substr(at, size));
            at += size;
            if (name.size() > longest_name * 4) return std::nullopt; // each octet as \xNN at worst
        }
        return std::nullopt;
    }

    struct Head {
        std::string name;
        OctetRange name_at;
        std::uint64_t type = 0;
        OctetRange type_at;
        std::uint64_t in_class = 0;
        OctetRange class_at;
    };
    std::optional<Head> read_head(Octets& from) const
    {
        Head head;
        head.name_at.offset = from.offset();
        auto name = read_name(from);
        if (!name) return std::nullopt;
        head.name = std::move(*name);
        head.name_at.size = from.offset() - head.name_at.offset;
        head.type_at = {from.offset(), 2};
        const auto type = from.number(2);
        head.class_at = {from.offset(), 2};
        const auto in_class = from.number(2);
        if (!type || !in_class) return std::nullopt;
        head.type = *type;
        head.in_class = *in_class;
        return head;
    }

    void add_head(const Head& head)
    {
        fields_.add(PacketField::dns_name, head.name, head.name_at, 1);
        fields_.add(PacketField::dns_type,
                    fmt::format("{} ({})", type_name(head.type), head.type),
                    head.type_at,
                    1,
                    fmt::format("report.packet.record.{}", name_of(meaning_of_type(head.type))));
        if (head.type == type_opt) {
            fields_.add(
                PacketField::dns_udp_size, fmt::format("{}", head.in_class), head.class_at, 1);
        } else {
            fields_.add(PacketField::dns_class, class_name(head.in_class), head.class_at, 1);
        }
    }

    bool read_questions()
    {
        for (std::uint64_t i = 0; i < counts_[0]; ++i) {
            if (i >= most_records) return false;
            Octets ahead = all_;
            const auto head = read_head(ahead);
            if (!head) return false;
            const std::string said = fmt::format("{} {}", head->name, type_name(head->type));
            if (summary_.empty()) summary_ = said;
            fields_.add(
                PacketField::dns_question, said, {all_.offset(), ahead.offset() - all_.offset()});
            add_head(*head);
            all_ = ahead;
        }
        return true;
    }

    bool read_records(std::uint64_t count, PacketField section)
    {
        for (std::uint64_t i = 0; i < count; ++i) {
            if (i >= most_records) return false;
            Octets ahead = all_;
            const auto head = read_head(ahead);
            if (!head) return false;
            const OctetRange ttl_at{ahead.offset(), 4};
            const auto ttl = ahead.number(4);
            const OctetRange size_at{ahead.offset(), 2};
            auto data = ahead.counted_part(2);
            if (!ttl || !data) return false;
            const std::string said = described(head->type, *data);
            fields_.add(section,
                        fmt::format("{} {} {}", head->name, type_name(head->type), said),
                        {all_.offset(), ahead.offset() - all_.offset()});
            add_head(*head);
            if (head->type == type_opt) {
                fields_.add(PacketField::octets,
                            hex(all_.rest().substr(ttl_at.offset - all_.offset(), 4)),
                            ttl_at,
                            1);
            } else {
                fields_.add(PacketField::dns_ttl, fmt::format("{}", *ttl), ttl_at, 1);
            }
            fields_.add(PacketField::dns_data_length, fmt::format("{}", data->left()), size_at, 1);
            if (!data->empty()) add_data(head->type, *data, said);
            all_ = ahead;
        }
        return true;
    }

    void add_data(std::uint64_t type, Octets data, const std::string& said)
    {
        fields_.add(PacketField::dns_data, said, data.range(), 1);
        if (meaning_of_type(type) != DnsTypeMeaning::mx) return;
        const OctetRange preference_at{data.offset(), 2};
        const auto preference = data.number(2);
        const OctetRange exchange_at = data.range();
        const auto exchange = read_name(data);
        if (!preference || !exchange) return;
        fields_.add(PacketField::dns_preference, fmt::format("{}", *preference), preference_at, 2);
        fields_.add(PacketField::dns_exchange, *exchange, exchange_at, 2);
    }

    // As in a zone file where that is short, else in hex.
    [[nodiscard]] std::string described(std::uint64_t type, Octets data) const
    {
        std::string raw = hex(data.rest());
        switch (meaning_of_type(type)) {
        case DnsTypeMeaning::a:
            if (data.left() != 4) return raw;
            return to_string(Address{static_cast<std::uint32_t>(*data.number(4))});
        case DnsTypeMeaning::mx: {
            const auto preference = data.number(2);
            const auto exchange = read_name(data);
            return preference && exchange ? fmt::format("{} {}", *preference, *exchange) : raw;
        }
        case DnsTypeMeaning::ns:
        case DnsTypeMeaning::cname:
        case DnsTypeMeaning::ptr:
            return read_name(data).value_or(raw);
        case DnsTypeMeaning::soa: {
            const auto server = read_name(data);
            const auto contact = read_name(data);
            if (!server || !contact) return raw;
            std::string text = fmt::format("{} {}", *server, *contact);
            while (const auto number = data.number(4)) // serial, refresh, retry, expire, minimum
                text += fmt::format(" {}", *number);
            return text;
        }
        case DnsTypeMeaning::aaaa: {
            std::string text;
            while (const auto group = data.number(2))
                text += fmt::format("{}{:x}", text.empty() ? "" : ":", *group);
            return text.empty() || !data.empty() ? raw : text;
        }
        case DnsTypeMeaning::txt: {
            std::string text;
            while (auto piece = data.counted_part(1)) {
                if (!text.empty()) text += ' ';
                text += '"' + explain::show_bytes(piece->rest()) + '"';
            }
            return text.empty() || !data.empty() ? raw : text;
        }
        default:
            return raw;
        }
    }

    std::string_view message_;
    std::uint32_t offset_;
    Octets all_; // what has not been read yet
    FieldList fields_;
    std::array<std::uint64_t, 4> counts_{};
    std::string summary_;
};

} // namespace

Layer dns_layer(std::string_view message, std::uint32_t offset, const explain::Language& language)
{
    return DnsReader{message, offset, language}.read();
}

} // namespace sim::report
