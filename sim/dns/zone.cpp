#include "sim/dns/zone.h"

#include "sim/core/assert.h"
#include "sim/dns/message.h"

#include <algorithm>
#include <utility>

namespace sim::dns {

namespace {

bool is_alias(const Record& record)
{
    return std::holds_alternative<CnameRecord>(record.data);
}

// The records of one type at one name as they would go over the wire, twelve octets of header
// aside.
std::size_t wire_size(const std::vector<Record>& records)
{
    Message message;
    message.answers = records;
    return encode_message(message, Compression::off).size();
}

std::optional<ZoneProblem> problem_of_mx(const std::vector<Record>& there, const MxRecord& mx)
{
    if (is_null_mx(mx) && mx.preference != 0) return ZoneProblem::exchange_is_root;
    for (const MxRecord& other : all_of_kind<MxRecord>(there))
        if (is_null_mx(other) || is_null_mx(mx)) return ZoneProblem::null_mx_with_other_mx;
    return std::nullopt;
}

// The records of a wildcard, or of the name as the zone's file spells it, carry the name asked for.
std::vector<Record> named(const Name& name, std::vector<Record> records)
{
    for (Record& record : records)
        record.name = name;
    return records;
}

} // namespace

Zone::Zone(Name origin, SoaRecord soa, std::uint32_t soa_ttl_s)
    : origin_{std::move(origin)}, soa_{origin_, soa_ttl_s, std::move(soa)}
{
    names_[origin_].push_back(soa_);
    size_ = 1;
}

std::optional<ZoneProblem> Zone::problem_at(const RecordsOfName& there, const Record& record) const
{
    const RecordType type = type_of(record.data);
    std::vector<Record> set{record};
    for (const Record& other : there) {
        if (other.data == record.data) return ZoneProblem::duplicate;
        // RFC 1034 §3.6.2: where an alias is, nothing else is.
        if (is_alias(other) || is_alias(record)) return ZoneProblem::alias_with_other_data;
        if (type_of(other.data) == type) set.push_back(other);
    }
    if (const auto* mx = std::get_if<MxRecord>(&record.data))
        if (const auto problem = problem_of_mx(there, *mx)) return problem;
    if (wire_size(set) > max_record_set_octets) return ZoneProblem::too_big;
    return std::nullopt;
}

tl::expected<void, ZoneProblem> Zone::add(Record record)
{
    if (!record.name.is_within(origin_)) return tl::make_unexpected(ZoneProblem::outside_zone);
    if (size_ >= max_zone_records) return tl::make_unexpected(ZoneProblem::too_many);
    if (std::holds_alternative<SoaRecord>(record.data))
        return tl::make_unexpected(ZoneProblem::second_soa);
    if (std::holds_alternative<UnknownRecord>(record.data))
        return tl::make_unexpected(ZoneProblem::not_for_zones);
    if (std::holds_alternative<NsRecord>(record.data) && record.name != origin_)
        return tl::make_unexpected(ZoneProblem::delegation);
    const RecordsOfName* there = records_for(record.name);
    const RecordsOfName nothing;
    if (const auto problem = problem_at(there != nullptr ? *there : nothing, record))
        return tl::make_unexpected(*problem);
    names_[record.name].push_back(std::move(record));
    ++size_;
    return {};
}

const Zone::RecordsOfName* Zone::records_for(const Name& name) const
{
    const auto at = names_.find(name);
    return at == names_.end() ? nullptr : &at->second;
}

bool Zone::exists(const Name& name) const
{
    // In canonical order the names below a name follow it at once.
    const auto at = names_.lower_bound(name);
    return at != names_.end() && at->first.is_within(name);
}

// RFC 4592 §3.3.1: the wildcard just below the closest name that exists; a deeper name that exists
// keeps the wildcards above it out.
const Zone::RecordsOfName* Zone::wildcard_for(const Name& name) const
{
    Name encloser = name;
    while (!exists(encloser))
        encloser = encloser.parent();
    Name wildcard;
    if (!wildcard.append_label("*") || !wildcard.append(encloser)) return nullptr;
    return records_for(wildcard);
}

ZoneAnswer Zone::find(const Name& name, RecordType type) const
{
    SIM_ASSERT(name.is_within(origin_));
    const RecordsOfName* there = records_for(name);
    if (there == nullptr) {
        // A name that only has names below it exists and has no data (RFC 8020).
        if (exists(name)) return {ZoneAnswer::Kind::no_data, {}};
        there = wildcard_for(name);
        if (there == nullptr) return {ZoneAnswer::Kind::no_such_name, {}};
    }
    if (type == RecordType::any) return {ZoneAnswer::Kind::found, named(name, *there)};
    if (is_alias(there->front()) && type != RecordType::cname)
        return {ZoneAnswer::Kind::alias, named(name, *there)};
    std::vector<Record> set;
    for (const Record& record : *there)
        if (type_of(record.data) == type) set.push_back(record);
    if (set.empty()) return {ZoneAnswer::Kind::no_data, {}};
    return {ZoneAnswer::Kind::found, named(name, std::move(set))};
}

} // namespace sim::dns
