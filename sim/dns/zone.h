// One zone: the records below an origin, and what is to be said about a name and type (RFC 1034
// §4.3.2 step 3): found, alias, no such data, no such name. Wildcards as in RFC 4592. No
// delegation: who asks knows which server has which zone.
#pragma once

#include "sim/core/named_enum.h"
#include "sim/dns/record.h"

#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <vector>

namespace sim::dns {

// Why a record cannot be in a zone.
SIM_NAMED_ENUM(ZoneProblem,
               outside_zone,
               duplicate,
               second_soa,
               alias_with_other_data, // RFC 1034 §3.6.2
               null_mx_with_other_mx, // RFC 7505 §3
               exchange_is_root,      // "." with a preference other than 0
               delegation,            // NS below the origin: not modelled
               too_big,               // the set would not fit in a datagram
               too_many,
               not_for_zones); // OPT, ANY, another class

struct ZoneAnswer {
    enum class Kind { found, alias, no_data, no_such_name };
    Kind kind = Kind::no_such_name;
    std::vector<Record> records{}; // found: the set; alias: one CNAME; else none
};

inline constexpr std::size_t max_zone_records = 100'000;
inline constexpr std::size_t max_record_set_octets = 1024; // on the wire, uncompressed

class Zone {
public:
    Zone(Name origin, SoaRecord soa, std::uint32_t soa_ttl_s = 3600);

    tl::expected<void, ZoneProblem> add(Record record);

    [[nodiscard]] const Name& origin() const { return origin_; }
    [[nodiscard]] const Record& soa() const { return soa_; }
    [[nodiscard]] std::size_t size() const { return size_; } // records, SOA included

    // `name` must be within the zone. Type ANY finds everything at the name.
    [[nodiscard]] ZoneAnswer find(const Name& name, RecordType type) const;

private:
    using RecordsOfName = std::vector<Record>;

    [[nodiscard]] std::optional<ZoneProblem> problem_at(const RecordsOfName& there,
                                                        const Record& record) const;
    [[nodiscard]] bool exists(const Name& name) const; // itself or something below it
    [[nodiscard]] const RecordsOfName* records_for(const Name& name) const;
    [[nodiscard]] const RecordsOfName* wildcard_for(const Name& name) const;

    Name origin_;
    Record soa_;
    std::map<Name, RecordsOfName> names_;
    std::size_t size_ = 0;
};

} // namespace sim::dns
