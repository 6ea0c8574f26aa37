#include "sim/dns/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>

namespace sim::dns {

namespace {

struct TypeName {
    RecordType type;
    std::string_view name;
};

constexpr std::array<TypeName, 10> type_names{{
    {RecordType::a, "A"},
    {RecordType::ns, "NS"},
    {RecordType::cname, "CNAME"},
    {RecordType::soa, "SOA"},
    {RecordType::ptr, "PTR"},
    {RecordType::mx, "MX"},
    {RecordType::txt, "TXT"},
    {RecordType::aaaa, "AAAA"},
    {RecordType::opt, "OPT"},
    {RecordType::any, "ANY"},
}};

constexpr std::size_t max_txt_string_octets = 255;

std::uint8_t octet(char byte)
{
    return static_cast<std::uint8_t>(byte);
}

bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

std::string upper(std::string_view text)
{
    std::string result{text};
    for (char& byte : result)
        if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
    return result;
}

// A decimal number up to `limit` and nothing else.
std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t limit)
{
    if (text.empty() || text.size() > 10) return std::nullopt;
    std::uint64_t number = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') return std::nullopt;
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (number > limit) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

// Words between blanks.
std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto begin = std::ranges::find_if_not(text, is_blank) - text.begin();
        text.remove_prefix(static_cast<std::size_t>(begin));
        const auto size =
            static_cast<std::size_t>(std::ranges::find_if(text, is_blank) - text.begin());
        if (size > 0) words.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return words;
}

std::string in_quotes(std::string_view text)
{
    std::string result = "\"";
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') {
            result += '\\';
            result += byte;
        } else if (octet(byte) < 32 || octet(byte) >= 127) {
            result += fmt::format("\\{:03}", octet(byte));
        } else {
            result += byte;
        }
    }
    return result + '"';
}

// Takes one quoted string from the front; `text` starts behind its opening quote.
std::optional<std::string> take_quoted(std::string_view& text)
{
    std::string result;
    while (!text.empty()) {
        const char byte = text[0];
        text.remove_prefix(1);
        if (byte == '"') return result;
        if (byte != '\\') {
            result += byte;
            continue;
        }
        if (text.empty()) return std::nullopt;
        const auto code = parse_number(text.substr(0, 3), 255);
        if (code && text.size() >= 3) {
            result += static_cast<char>(*code);
            text.remove_prefix(3);
        } else {
            result += text[0];
            text.remove_prefix(1);
        }
    }
    return std::nullopt;
}

std::optional<RecordData> parse_txt(std::string_view text)
{
    if (!text.starts_with('"')) return make_txt(text);
    TxtRecord txt;
    while (!text.empty()) {
        if (is_blank(text[0])) {
            text.remove_prefix(1);
            continue;
        }
        if (text[0] != '"') return std::nullopt;
        text.remove_prefix(1);
        auto string = take_quoted(text);
        if (!string) return std::nullopt;
        for (std::string& part : make_txt(*string).strings)
            txt.strings.push_back(std::move(part));
    }
    return txt;
}

std::optional<RecordData> parse_mx(std::string_view text)
{
    const auto words = words_of(text);
    if (words.size() != 2) return std::nullopt;
    const auto preference = parse_number(words[0], 65535);
    const auto exchange = parse_name(words[1]);
    if (!preference || !exchange) return std::nullopt;
    return MxRecord{static_cast<std::uint16_t>(*preference), *exchange};
}

std::optional<RecordData> parse_soa(std::string_view text)
{
    const auto words = words_of(text);
    if (words.size() != 7) return std::nullopt;
    const auto primary = parse_name(words[0]);
    const auto contact = parse_name(words[1]);
    if (!primary || !contact) return std::nullopt;
    std::array<std::uint32_t, 5> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = parse_number(words[i + 2], ~std::uint32_t{0});
        if (!number) return std::nullopt;
        numbers.at(i) = *number;
    }
    return SoaRecord{
        *primary, *contact, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
}

template <typename Kind>
std::optional<RecordData> parse_named(std::string_view text)
{
    const auto name = parse_name(text);
    if (!name) return std::nullopt;
    return Kind{*name};
}

} // namespace

RecordType type_of(const RecordData& data)
{
    struct Types {
        RecordType operator()(const ARecord&) const { return RecordType::a; }
        RecordType operator()(const AaaaRecord&) const { return RecordType::aaaa; }
        RecordType operator()(const MxRecord&) const { return RecordType::mx; }
        RecordType operator()(const TxtRecord&) const { return RecordType::txt; }
        RecordType operator()(const PtrRecord&) const { return RecordType::ptr; }
        RecordType operator()(const CnameRecord&) const { return RecordType::cname; }
        RecordType operator()(const NsRecord&) const { return RecordType::ns; }
        RecordType operator()(const SoaRecord&) const { return RecordType::soa; }
        RecordType operator()(const UnknownRecord& unknown) const { return unknown.type; }
    };
    return std::visit(Types{}, data);
}

std::string to_string(RecordType type)
{
    for (const TypeName& known : type_names)
        if (known.type == type) return std::string{known.name};
    return fmt::format("TYPE{}", static_cast<std::uint16_t>(type));
}

std::optional<RecordType> parse_record_type(std::string_view text)
{
    const std::string name = upper(text);
    for (const TypeName& known : type_names)
        if (known.name == name) return known.type;
    if (!name.starts_with("TYPE")) return std::nullopt;
    const auto number = parse_number(std::string_view{name}.substr(4), 65535);
    if (!number) return std::nullopt;
    return static_cast<RecordType>(*number);
}

std::string to_string(const RecordData& data)
{
    struct Texts {
        std::string operator()(const ARecord& r) const { return sim::to_string(r.address); }
        std::string operator()(const AaaaRecord& r) const { return sim::to_string(r.address); }
        std::string operator()(const MxRecord& r) const
        {
            return fmt::format("{} {}", r.preference, to_absolute_string(r.exchange));
        }
        std::string operator()(const TxtRecord& r) const
        {
            std::string text;
            for (const std::string& string : r.strings)
                text += (text.empty() ? "" : " ") + in_quotes(string);
            return text;
        }
        std::string operator()(const PtrRecord& r) const { return to_absolute_string(r.host); }
        std::string operator()(const CnameRecord& r) const { return to_absolute_string(r.target); }
        std::string operator()(const NsRecord& r) const { return to_absolute_string(r.server); }
        std::string operator()(const SoaRecord& r) const
        {
            return fmt::format("{} {} {} {} {} {} {}",
                               to_absolute_string(r.primary),
                               to_absolute_string(r.contact),
                               r.serial,
                               r.refresh_s,
                               r.retry_s,
                               r.expire_s,
                               r.minimum_s);
        }
        std::string operator()(const UnknownRecord& r) const // RFC 3597 §5
        {
            std::string text = fmt::format("\\# {}", r.bytes.size());
            if (!r.bytes.empty()) text += ' ';
            for (const char byte : r.bytes)
                text += fmt::format("{:02x}", octet(byte));
            return text;
        }
    };
    return std::visit(Texts{}, data);
}

std::string to_lines(const std::vector<Record>& records)
{
    std::string lines;
    for (const Record& record : records) {
        if (!lines.empty()) lines += '\n';
        if (std::holds_alternative<CnameRecord>(record.data)) lines += "CNAME ";
        lines += to_string(record.data);
    }
    return lines;
}

std::optional<RecordData> parse_record_data(RecordType type, std::string_view text)
{
    switch (type) {
    case RecordType::a:
        if (const auto address = parse_address(text)) return ARecord{*address};
        return std::nullopt;
    case RecordType::aaaa:
        if (const auto address = parse_ipv6(text)) return AaaaRecord{*address};
        return std::nullopt;
    case RecordType::mx:
        return parse_mx(text);
    case RecordType::txt:
        return parse_txt(text);
    case RecordType::ptr:
        return parse_named<PtrRecord>(text);
    case RecordType::cname:
        return parse_named<CnameRecord>(text);
    case RecordType::ns:
        return parse_named<NsRecord>(text);
    case RecordType::soa:
        return parse_soa(text);
    case RecordType::opt:
    case RecordType::any:
        break;
    }
    return std::nullopt;
}

TxtRecord make_txt(std::string_view text)
{
    TxtRecord txt;
    do {
        txt.strings.emplace_back(text.substr(0, max_txt_string_octets));
        text.remove_prefix(std::min(max_txt_string_octets, text.size()));
    } while (!text.empty());
    return txt;
}

std::string joined(const TxtRecord& txt)
{
    std::string text;
    for (const std::string& string : txt.strings)
        text += string;
    return text;
}

bool is_null_mx(const MxRecord& mx)
{
    return mx.exchange.is_root();
}

} // namespace sim::dns
