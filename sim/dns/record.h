// Resource records as plain values, and their text form as in a zone file (RFC 1035 §5.1).
#pragma once

#include "sim/core/address.h"
#include "sim/core/ipv6.h"
#include "sim/dns/name.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim::dns {

// Any 16-bit number may come off the wire; these are the ones with a meaning here.
enum class RecordType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
    opt = 41,  // RFC 6891, never in a zone
    any = 255, // in questions only
};

inline constexpr std::uint16_t class_internet = 1;

struct ARecord {
    Address address;
    friend bool operator==(const ARecord&, const ARecord&) = default;
};

struct AaaaRecord {
    Ipv6 address;
    friend bool operator==(const AaaaRecord&, const AaaaRecord&) = default;
};

struct MxRecord {
    std::uint16_t preference = 0; // the smallest is tried first
    Name exchange;                // the root together with preference 0: null MX, RFC 7505
    friend bool operator==(const MxRecord&, const MxRecord&) = default;
};

struct TxtRecord {
    std::vector<std::string>
        strings; // each at most 255 octets; a reader joins them (RFC 7208 §3.3)
    friend bool operator==(const TxtRecord&, const TxtRecord&) = default;
};

struct PtrRecord {
    Name host;
    friend bool operator==(const PtrRecord&, const PtrRecord&) = default;
};

struct CnameRecord {
    Name target;
    friend bool operator==(const CnameRecord&, const CnameRecord&) = default;
};

struct NsRecord {
    Name server;
    friend bool operator==(const NsRecord&, const NsRecord&) = default;
};

struct SoaRecord {
    Name primary;
    Name contact; // hostmaster.umi.example stands for hostmaster@umi.example
    std::uint32_t serial = 1;
    std::uint32_t refresh_s = 3600;
    std::uint32_t retry_s = 600;
    std::uint32_t expire_s = 604800;
    std::uint32_t minimum_s =
        300; // how long "there is no such name" may be remembered, RFC 2308 §4
    friend bool operator==(const SoaRecord&, const SoaRecord&) = default;
};

// A type or class that we do not know: its bytes as they came (RFC 3597).
struct UnknownRecord {
    RecordType type{};
    std::uint16_t record_class = class_internet;
    std::string bytes; // at most 65535 octets
    friend bool operator==(const UnknownRecord&, const UnknownRecord&) = default;
};

using RecordData = std::variant<ARecord,
                                AaaaRecord,
                                MxRecord,
                                TxtRecord,
                                PtrRecord,
                                CnameRecord,
                                NsRecord,
                                SoaRecord,
                                UnknownRecord>;

struct Record {
    Name name;
    std::uint32_t ttl_s = 0;
    RecordData data;
    friend bool operator==(const Record&, const Record&) = default;
};

RecordType type_of(const RecordData& data);

// "MX"; a type without a name here is "TYPE99" (RFC 3597 §5).
std::string to_string(RecordType type);
// Either form, in any case.
std::optional<RecordType> parse_record_type(std::string_view text);

// The right-hand side as in a zone file: "10 mx1.umi.example.", "\"v=spf1 -all\"".
std::string to_string(const RecordData& data);
// One a line, each without name, TTL and type; an alias reads "CNAME target.". For the trace.
std::string to_lines(const std::vector<Record>& records);

// The right-hand side for a type, as a scenario file says it. Names are absolute, the last dot may
// be missing. TXT: quoted strings, or the whole text as it stands, cut into strings of 255 octets.
// Nothing when it is not right for the type, or the type has no text form here.
std::optional<RecordData> parse_record_data(RecordType type, std::string_view text);

// A text of any length as the strings of a TXT record.
TxtRecord make_txt(std::string_view text);
// The strings joined without anything between.
std::string joined(const TxtRecord& txt);

// RFC 7505 §3: "." says that the domain takes no mail. The preference ought to be 0; whatever it
// is, there is no host to connect to.
bool is_null_mx(const MxRecord& mx);

// Those of one kind, in the order they came: all_of_kind<MxRecord>(answer.records).
template <typename Kind>
std::vector<Kind> all_of_kind(const std::vector<Record>& records)
{
    std::vector<Kind> found;
    for (const Record& record : records)
        if (const auto* data = std::get_if<Kind>(&record.data)) found.push_back(*data);
    return found;
}

} // namespace sim::dns
