// DNS messages: bytes <-> values (RFC 1035 §4, EDNS as in RFC 6891). Reading is total and bounded:
// any bytes give a message or the reason why not. Writing a message that was read gives one that
// reads the same.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/dns/record.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim::dns {

// RFC 1035 §4.1.1; four bits on the wire, the rest of them unassigned or of no use here.
enum class ResponseCode : std::uint8_t {
    no_error = 0,
    format_error = 1,
    server_failure = 2,
    name_error = 3, // NXDOMAIN
    not_implemented = 4,
    refused = 5,
};

struct Header {
    std::uint16_t id = 0;
    bool response = false;
    std::uint8_t opcode = 0; // 0: a standard query
    bool authoritative = false;
    bool truncated = false;
    bool recursion_desired = false;
    bool recursion_available = false;
    std::uint8_t reserved = 0; // Z, AD, CD as they came
    ResponseCode code = ResponseCode::no_error;
    friend bool operator==(const Header&, const Header&) = default;
};

struct Question {
    Name name;
    RecordType type{};
    std::uint16_t question_class = class_internet;
    friend bool operator==(const Question&, const Question&) = default;
    // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
    friend auto operator<=>(const Question&, const Question&) = default;
};

// The OPT pseudo-record: what the sender of a message can take.
struct Edns {
    std::uint16_t udp_octets = 512;
    std::uint8_t extended_code = 0; // upper eight bits of the response code
    std::uint8_t version = 0;
    std::uint16_t flags = 0;
    std::string options{};
    friend bool operator==(const Edns&, const Edns&) = default;
};

struct Message {
    Header header{};
    std::vector<Question> questions{};
    std::vector<Record> answers{};
    std::vector<Record> authority{};
    std::vector<Record> additional{}; // without OPT
    std::optional<Edns> edns{};
    friend bool operator==(const Message&, const Message&) = default;
};

SIM_NAMED_ENUM(MessageProblem,
               too_short,
               too_long,
               too_many_records,
               bad_label, // a length octet of 64 to 191
               name_too_long,
               bad_pointer,     // not to somewhere before: a loop, or beyond the message
               bad_record_data, // length and content disagree
               bad_edns,        // two OPT records, one in the wrong place, or not at the root
               trailing_bytes);

inline constexpr std::size_t max_message_octets = 65535;
inline constexpr std::size_t max_message_records = 1024;
inline constexpr std::size_t classic_udp_octets = 512; // without EDNS, RFC 1035 §4.2.1
inline constexpr std::uint16_t edns_udp_octets = 1232; // what everybody agreed on in 2020

// The first twelve octets, for telling the asker that the rest is wrong.
std::optional<Header> parse_message_header(std::string_view bytes);

tl::expected<Message, MessageProblem> parse_message(std::string_view bytes);

enum class Compression { on, off };

// Names that were written before are pointed to, where RFC 3597 §4 allows it, when compression is
// on.
std::string encode_message(const Message& message, Compression compression = Compression::on);

// As encode_message, but at most `limit` octets (>= 512): additional records go first; if that is
// not enough, answers and authority go and TC is set (RFC 2181 §9).
std::string encode_within(Message message, std::size_t limit);

} // namespace sim::dns
