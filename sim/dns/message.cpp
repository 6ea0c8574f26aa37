#include "sim/dns/message.h"

#include "sim/core/assert.h"

#include <map>
#include <utility>

namespace sim::dns {

namespace {

constexpr std::size_t header_octets = 12;
constexpr std::size_t max_pointer_target = 0x3fff;

std::uint8_t octet(char byte)
{
    return static_cast<std::uint8_t>(byte);
}

// ---- reading ----------------------------------------------------------------------------------

// Reads from the front and remembers the first thing that was wrong; after that it gives nothing
// but zeros, so that callers check once, at the end of what they read.
class Reader {
public:
    Reader(std::string_view bytes, std::size_t at) : bytes_{bytes}, end_{bytes.size()}, at_{at} {}

    [[nodiscard]] bool ok() const { return !problem_; }
    [[nodiscard]] MessageProblem problem() const { return *problem_; }
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] bool at_end() const { return at_ >= end_; }
    void fail(MessageProblem problem)
    {
        if (!problem_) problem_ = problem;
        at_ = end_;
    }

    std::uint8_t take_8()
    {
        if (!has(1)) return 0;
        return octet(bytes_[at_++]);
    }
    std::uint16_t take_16()
    {
        const std::uint8_t high = take_8();
        const std::uint8_t low = take_8();
        return static_cast<std::uint16_t>((high << 8U) | low);
    }
    std::uint32_t take_32()
    {
        const std::uint32_t high = take_16();
        const std::uint32_t low = take_16();
        return (high << 16U) | low;
    }
    std::string_view take(std::size_t count)
    {
        if (!has(count)) return {};
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }

    Name take_name();

    // While it lives, reading ends where a record's data ends; it must be read to exactly there.
    class DataScope {
    public:
        DataScope(Reader& reader, std::size_t size) : reader_{reader}, end_before_{reader.end_}
        {
            if (!reader.has(size)) return;
            reader.end_ = reader.at_ + size;
            reader.short_ = MessageProblem::bad_record_data;
        }
        ~DataScope()
        {
            if (reader_.at_ != reader_.end_) reader_.fail(MessageProblem::bad_record_data);
            reader_.end_ = end_before_;
            reader_.short_ = MessageProblem::too_short;
            if (!reader_.ok()) reader_.at_ = reader_.end_;
        }
        DataScope(const DataScope&) = delete;
        DataScope& operator=(const DataScope&) = delete;

    private:
        Reader& reader_;
        std::size_t end_before_;
    };

private:
    bool has(std::size_t count)
    {
        if (problem_) return false;
        if (end_ - at_ >= count) return true;
        fail(short_);
        return false;
    }

    std::string_view bytes_;
    std::size_t end_;
    std::size_t at_;
    MessageProblem short_ = MessageProblem::too_short; // what it means to run out of bytes here
    std::optional<MessageProblem> problem_;
};

// RFC 1035 §4.1.4: a pointer leads to a prior occurrence. Each must lead to before where the labels
// read last began, so that no chain of them has an end but a name.
Name Reader::take_name()
{
    Name name;
    std::size_t labels_began = at_;
    std::optional<std::size_t> resume;
    for (;;) {
        const std::uint8_t length = take_8();
        if (!ok() || length == 0) break;
        if (length >= 0xc0) {
            const std::size_t target = ((length & 0x3fU) << 8U) | take_8();
            if (!ok()) break;
            if (target < header_octets || target >= labels_began) {
                fail(MessageProblem::bad_pointer);
                break;
            }
            if (!resume) resume = at_;
            labels_began = target;
            at_ = target;
        } else if (length > max_label_octets) {
            fail(MessageProblem::bad_label);
            break;
        } else {
            const std::string_view label = take(length);
            if (!ok()) break;
            if (!name.append_label(label)) fail(MessageProblem::name_too_long);
        }
    }
    if (!ok()) return {};
    if (resume) at_ = *resume;
    return name;
}

Header take_header(Reader& reader)
{
    Header header;
    header.id = reader.take_16();
    const unsigned flags = reader.take_16();
    header.response = (flags & 0x8000U) != 0;
    header.opcode = static_cast<std::uint8_t>((flags >> 11U) & 0xfU);
    header.authoritative = (flags & 0x0400U) != 0;
    header.truncated = (flags & 0x0200U) != 0;
    header.recursion_desired = (flags & 0x0100U) != 0;
    header.recursion_available = (flags & 0x0080U) != 0;
    header.reserved = static_cast<std::uint8_t>((flags >> 4U) & 0x7U);
    header.code = static_cast<ResponseCode>(flags & 0xfU);
    return header;
}

TxtRecord take_txt(Reader& reader)
{
    TxtRecord txt;
    do {
        const std::uint8_t size = reader.take_8();
        txt.strings.emplace_back(reader.take(size));
    } while (reader.ok() && !reader.at_end());
    return txt;
}

SoaRecord take_soa(Reader& reader)
{
    SoaRecord soa;
    soa.primary = reader.take_name();
    soa.contact = reader.take_name();
    soa.serial = reader.take_32();
    soa.refresh_s = reader.take_32();
    soa.retry_s = reader.take_32();
    soa.expire_s = reader.take_32();
    soa.minimum_s = reader.take_32();
    return soa;
}

AaaaRecord take_aaaa(Reader& reader)
{
    AaaaRecord aaaa;
    for (std::uint8_t& byte : aaaa.address.octets)
        byte = reader.take_8();
    return aaaa;
}

MxRecord take_mx(Reader& reader)
{
    MxRecord mx;
    mx.preference = reader.take_16();
    mx.exchange = reader.take_name();
    return mx;
}

RecordData take_data(Reader& reader, RecordType type, std::uint16_t record_class, std::size_t size)
{
    const Reader::DataScope scope{reader, size};
    if (record_class != class_internet)
        return UnknownRecord{type, record_class, std::string{reader.take(size)}};
    switch (type) {
    case RecordType::a:
        return ARecord{Address{reader.take_32()}};
    case RecordType::aaaa:
        return take_aaaa(reader);
    case RecordType::mx:
        return take_mx(reader);
    case RecordType::txt:
        return take_txt(reader);
    case RecordType::ptr:
        return PtrRecord{reader.take_name()};
    case RecordType::cname:
        return CnameRecord{reader.take_name()};
    case RecordType::ns:
        return NsRecord{reader.take_name()};
    case RecordType::soa:
        return take_soa(reader);
    case RecordType::opt:
    case RecordType::any:
        break;
    }
    return UnknownRecord{type, record_class, std::string{reader.take(size)}};
}

// RFC 6891 §6.1: class and TTL of an OPT record mean something else, and there is at most one.
void take_edns(Reader& reader, const Name& name, Message& message)
{
    Edns edns;
    edns.udp_octets = reader.take_16();
    edns.extended_code = reader.take_8();
    edns.version = reader.take_8();
    edns.flags = reader.take_16();
    const std::uint16_t size = reader.take_16();
    edns.options = reader.take(size);
    if (!name.is_root() || message.edns) reader.fail(MessageProblem::bad_edns);
    message.edns = std::move(edns);
}

void take_records(Reader& reader,
                  std::size_t count,
                  std::vector<Record> Message::*section,
                  Message& message)
{
    for (; count > 0 && reader.ok(); --count) {
        Name name = reader.take_name();
        const auto type = static_cast<RecordType>(reader.take_16());
        if (type == RecordType::opt) {
            if (section != &Message::additional) reader.fail(MessageProblem::bad_edns);
            take_edns(reader, name, message);
            continue;
        }
        const std::uint16_t record_class = reader.take_16();
        const std::uint32_t ttl_s = reader.take_32();
        const std::uint16_t size = reader.take_16();
        RecordData data = take_data(reader, type, record_class, size);
        if (reader.ok()) (message.*section).push_back({std::move(name), ttl_s, std::move(data)});
    }
}

// ---- writing ----------------------------------------------------------------------------------

class Writer {
public:
    explicit Writer(Compression compression) : compression_{compression} {}

    void put_8(unsigned value) { bytes_ += static_cast<char>(value); }
    void put_16(unsigned value)
    {
        put_8((value >> 8U) & 0xffU);
        put_8(value & 0xffU);
    }
    void put_32(std::uint32_t value)
    {
        put_16(value >> 16U);
        put_16(value & 0xffffU);
    }
    void put(std::string_view bytes) { bytes_ += bytes; }
    void put_name(const Name& name);
    void put_record(const Record& record);
    void put_edns(const Edns& edns);

    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    struct PutData;

    Compression compression_;
    std::string bytes_;
    std::map<std::string, std::uint16_t, std::less<>> written_; // tails of names, in their case
};

// Only a tail in the very same case is pointed to, so that compression changes no letter.
void Writer::put_name(const Name& name)
{
    std::string_view tail = name.wire();
    while (!tail.empty()) {
        if (compression_ == Compression::on) {
            if (const auto before = written_.find(tail); before != written_.end()) {
                put_16(0xc000U | before->second);
                return;
            }
            if (bytes_.size() <= max_pointer_target)
                written_.emplace(tail, static_cast<std::uint16_t>(bytes_.size()));
        }
        const std::size_t label = std::size_t{octet(tail[0])} + 1;
        put(tail.substr(0, label));
        tail.remove_prefix(label);
    }
    put_8(0);
}

struct Writer::PutData {
    Writer& to;

    void operator()(const ARecord& r) const { to.put_32(r.address.value); }
    void operator()(const AaaaRecord& r) const
    {
        for (const std::uint8_t byte : r.address.octets)
            to.put_8(byte);
    }
    void operator()(const MxRecord& r) const
    {
        to.put_16(r.preference);
        to.put_name(r.exchange);
    }
    void operator()(const TxtRecord& r) const
    {
        for (const std::string& string : r.strings) {
            SIM_ASSERT(string.size() <= 255);
            to.put_8(static_cast<unsigned>(string.size()));
            to.put(string);
        }
        if (r.strings.empty()) to.put_8(0);
    }
    void operator()(const PtrRecord& r) const { to.put_name(r.host); }
    void operator()(const CnameRecord& r) const { to.put_name(r.target); }
    void operator()(const NsRecord& r) const { to.put_name(r.server); }
    void operator()(const SoaRecord& r) const
    {
        to.put_name(r.primary);
        to.put_name(r.contact);
        to.put_32(r.serial);
        to.put_32(r.refresh_s);
        to.put_32(r.retry_s);
        to.put_32(r.expire_s);
        to.put_32(r.minimum_s);
    }
    void operator()(const UnknownRecord& r) const { to.put(r.bytes); }
};

void Writer::put_record(const Record& record)
{
    const auto* unknown = std::get_if<UnknownRecord>(&record.data);
    put_name(record.name);
    put_16(static_cast<unsigned>(type_of(record.data)));
    put_16(unknown != nullptr ? unknown->record_class : class_internet);
    put_32(record.ttl_s);
    const std::size_t size_at = bytes_.size();
    put_16(0);
    std::visit(PutData{*this}, record.data);
    const std::size_t size = bytes_.size() - size_at - 2;
    SIM_ASSERT(size <= 65535);
    bytes_[size_at] = static_cast<char>(size >> 8U);
    bytes_[size_at + 1] = static_cast<char>(size & 0xffU);
}

void Writer::put_edns(const Edns& edns)
{
    SIM_ASSERT(edns.options.size() <= 65535);
    put_8(0); // the root
    put_16(static_cast<unsigned>(RecordType::opt));
    put_16(edns.udp_octets);
    put_8(edns.extended_code);
    put_8(edns.version);
    put_16(edns.flags);
    put_16(static_cast<unsigned>(edns.options.size()));
    put(edns.options);
}

unsigned flags_of(const Header& header)
{
    return (header.response ? 0x8000U : 0U) | ((header.opcode & 0xfU) << 11U) |
           (header.authoritative ? 0x0400U : 0U) | (header.truncated ? 0x0200U : 0U) |
           (header.recursion_desired ? 0x0100U : 0U) | (header.recursion_available ? 0x0080U : 0U) |
           ((header.reserved & 0x7U) << 4U) | (static_cast<unsigned>(header.code) & 0xfU);
}

} // namespace

std::optional<Header> parse_message_header(std::string_view bytes)
{
    Reader reader{bytes, 0};
    const Header header = take_header(reader);
    if (bytes.size() < header_octets) return std::nullopt;
    return header;
}

tl::expected<Message, MessageProblem> parse_message(std::string_view bytes)
{
    if (bytes.size() > max_message_octets) return tl::make_unexpected(MessageProblem::too_long);
    Reader reader{bytes, 0};
    Message message;
    message.header = take_header(reader);
    std::size_t questions = reader.take_16();
    const std::size_t answers = reader.take_16();
    const std::size_t authority = reader.take_16();
    const std::size_t additional = reader.take_16();
    if (questions + answers + authority + additional > max_message_records)
        reader.fail(MessageProblem::too_many_records);
    for (; questions > 0 && reader.ok(); --questions) {
        Name name = reader.take_name();
        const auto type = static_cast<RecordType>(reader.take_16());
        const std::uint16_t question_class = reader.take_16();
        message.questions.push_back({std::move(name), type, question_class});
    }
    take_records(reader, answers, &Message::answers, message);
    take_records(reader, authority, &Message::authority, message);
    take_records(reader, additional, &Message::additional, message);
    if (reader.ok() && !reader.at_end()) reader.fail(MessageProblem::trailing_bytes);
    if (!reader.ok()) return tl::make_unexpected(reader.problem());
    return message;
}

std::string encode_message(const Message& message, Compression compression)
{
    Writer writer{compression};
    writer.put_16(message.header.id);
    writer.put_16(flags_of(message.header));
    writer.put_16(static_cast<unsigned>(message.questions.size()));
    writer.put_16(static_cast<unsigned>(message.answers.size()));
    writer.put_16(static_cast<unsigned>(message.authority.size()));
    writer.put_16(static_cast<unsigned>(message.additional.size() + (message.edns ? 1 : 0)));
    for (const Question& question : message.questions) {
        writer.put_name(question.name);
        writer.put_16(static_cast<unsigned>(question.type));
        writer.put_16(question.question_class);
    }
    for (const auto* section : {&message.answers, &message.authority, &message.additional}) {
        for (const Record& record : *section)
            writer.put_record(record);
    }
    if (message.edns) writer.put_edns(*message.edns);
    return writer.take();
}

std::string encode_within(Message message, std::size_t limit)
{
    SIM_ASSERT(limit >= classic_udp_octets);
    std::string bytes = encode_message(message);
    if (bytes.size() <= limit) return bytes;
    message.additional.clear();
    bytes = encode_message(message);
    if (bytes.size() <= limit) return bytes;
    message.answers.clear();
    message.authority.clear();
    message.header.truncated = true;
    return encode_message(message);
}

} // namespace sim::dns
