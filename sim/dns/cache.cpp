#include "sim/dns/cache.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sim::dns {

namespace {

// An entry under this type speaks for all types of its name.
constexpr RecordType every_type{0};

// RFC 2181 §8: a TTL with its highest bit set counts as zero.
std::uint32_t ttl_of(const Record& record)
{
    return record.ttl_s > 0x7fffffffU ? 0 : record.ttl_s;
}

// RFC 2308 §5: the smaller of the SOA's own TTL and its MINIMUM field.
std::uint32_t negative_ttl_of(const Record& soa)
{
    const auto* data = std::get_if<SoaRecord>(&soa.data);
    return data == nullptr ? 0 : std::min(ttl_of(soa), data->minimum_s);
}

} // namespace

void Cache::remember_records(const Name& name,
                             RecordType type,
                             std::vector<Record> set,
                             Instant now)
{
    std::uint32_t ttl_s = set.empty() ? 0 : limits_.max_ttl_s;
    for (const Record& record : set)
        ttl_s = std::min(ttl_s, ttl_of(record));
    for (Record& record : set) // RFC 2181 §5.2: one set, one TTL
        record.ttl_s = ttl_s;
    remember({name, type}, {DnsOutcome::found, std::move(set), {}}, ttl_s, now);
}

void Cache::remember_no_data(const Name& name, RecordType type, const Record& soa, Instant now)
{
    const std::uint32_t ttl_s = std::min(negative_ttl_of(soa), limits_.max_negative_ttl_s);
    Remembered what{DnsOutcome::no_data, {}, soa};
    what.soa->ttl_s = ttl_s;
    remember({name, type}, std::move(what), ttl_s, now);
}

void Cache::remember_no_such_name(const Name& name, const Record& soa, Instant now)
{
    const std::uint32_t ttl_s = std::min(negative_ttl_of(soa), limits_.max_negative_ttl_s);
    Remembered what{DnsOutcome::name_does_not_exist, {}, soa};
    what.soa->ttl_s = ttl_s;
    remember({name, every_type}, std::move(what), ttl_s, now);
}

void Cache::remember_failure(const Name& name, RecordType type, DnsOutcome outcome, Instant now)
{
    remember({name, type}, {outcome, {}, {}}, limits_.failure_ttl_s, now);
}

void Cache::remember(Key key, Remembered what, std::uint32_t ttl_s, Instant now)
{
    if (limits_.entries == 0 || ttl_s == 0) return;
    if (const auto old = entries_.find(key); old != entries_.end()) {
        by_expiry_.erase({old->second.expires, key});
        entries_.erase(old);
    }
    while (!by_expiry_.empty() &&
           (by_expiry_.begin()->first <= now || entries_.size() >= limits_.entries)) {
        entries_.erase(by_expiry_.begin()->second);
        by_expiry_.erase(by_expiry_.begin());
    }
    const Instant expires = now + std::chrono::seconds{ttl_s};
    by_expiry_.emplace(expires, key);
    entries_.emplace(std::move(key), Entry{now, expires, std::move(what)});
}

std::optional<Remembered> Cache::find(const Name& name, RecordType type, Instant now) const
{
    for (const RecordType kind : {type, RecordType::cname, every_type}) {
        if (kind == RecordType::cname && type == RecordType::any) continue;
        const auto at = entries_.find(Key{name, kind});
        if (at == entries_.end() || at->second.expires <= now) continue;
        // "The alias has no CNAME record" says nothing about the type that was asked for.
        if (kind != type && kind == RecordType::cname &&
            at->second.what.outcome != DnsOutcome::found) {
            continue;
        }
        Remembered what = at->second.what;
        const auto age = std::chrono::floor<std::chrono::seconds>(now - at->second.stored);
        const auto age_s = static_cast<std::uint32_t>(age.count());
        for (Record& record : what.records)
            record.ttl_s -= age_s;
        if (what.soa) what.soa->ttl_s -= age_s;
        return what;
    }
    return std::nullopt;
}

void Cache::clear()
{
    entries_.clear();
    by_expiry_.clear();
}

} // namespace sim::dns
