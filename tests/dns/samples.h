// Names, records and bytes that the DNS tests share.
#pragma once

#include "sim/dns/message.h"

#include <string>
#include <string_view>

namespace sim::dns::samples {

inline Name name(std::string_view text)
{
    return parse_name(text).value();
}

inline Address ipv4(std::string_view text)
{
    return parse_address(text).value();
}

// "mx1.umi.example", 300, "A", "203.0.113.25"
inline Record
record(std::string_view owner, std::uint32_t ttl_s, std::string_view type, std::string_view data)
{
    return {name(owner), ttl_s, parse_record_data(parse_record_type(type).value(), data).value()};
}

// "00 0a FF" -> three bytes.
inline std::string from_hex(std::string_view text)
{
    std::string bytes;
    std::string digits;
    for (const char digit : text) {
        if (digit == ' ' || digit == '\n') continue;
        digits += digit;
        if (digits.size() < 2) continue;
        bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
        digits.clear();
    }
    return bytes;
}

inline std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<std::uint8_t>(byte) >> 4U];
        text += digits[static_cast<std::uint8_t>(byte) & 15U];
    }
    return text;
}

inline std::string query_bytes(std::string_view owner,
                               RecordType type,
                               std::uint16_t id = 0x1234,
                               bool recursion_desired = true)
{
    Message query;
    query.header = {.id = id, .recursion_desired = recursion_desired};
    query.questions = {{name(owner), type}};
    return encode_message(query);
}

// One message with every kind of record, names that share tails, and EDNS.
inline Message all_kinds()
{
    Message message;
    message.header = {.id = 0xbeef,
                      .response = true,
                      .authoritative = true,
                      .recursion_desired = true,
                      .recursion_available = true};
    message.questions = {{name("umi.example"), RecordType::any}};
    message.answers = {
        record("umi.example", 3600, "MX", "10 mx1.umi.example."),
        record("umi.example", 3600, "MX", "20 mx2.Umi.example."),
        record("kumo.example", 60, "MX", "0 ."),
        record("umi.example", 300, "TXT", "\"v=spf1 mx -all\" \"\" \"second\""),
        record("www.umi.example", 300, "CNAME", "host.umi.example."),
        record("host.umi.example", 300, "A", "203.0.113.80"),
        record("host.umi.example", 300, "AAAA", "2001:db8::80"),
        record("80.113.0.203.in-addr.arpa", 300, "PTR", "host.umi.example."),
    };
    message.authority = {
        record("umi.example", 3600, "NS", "ns.example."),
        record("umi.example",
               3600,
               "SOA",
               "ns.example. hostmaster.umi.example. 2026040101 3600 600 604800 300"),
    };
    message.additional = {
        record("mx1.umi.example", 3600, "A", "203.0.113.25"),
        Record{name("x.umi.example"), 1, UnknownRecord{RecordType{65280}, 1, "raw\xff"}},
    };
    message.edns = Edns{.udp_octets = 1232};
    return message;
}

} // namespace sim::dns::samples
