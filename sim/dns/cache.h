// What a resolver remembers, and for how long: answers by their TTL, "no such name" and "no such
// data" by the zone's SOA (RFC 2308), failures for a moment (RFC 9520). Bounded: when full, what
// would be forgotten first is forgotten now.
#pragma once

#include "sim/core/dns_words.h"
#include "sim/core/time.h"
#include "sim/dns/record.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace sim::dns {

struct CacheLimits {
    std::size_t entries = 1000; // 0: nothing is remembered, as in a plain stub
    std::uint32_t max_ttl_s = 86400;
    std::uint32_t max_negative_ttl_s = 10800; // RFC 2308 §5: one to three hours work well
    std::uint32_t failure_ttl_s = 1;
};

struct Remembered {
    DnsOutcome outcome = DnsOutcome::found;
    std::vector<Record> records{}; // found: the set, or one CNAME when the name is an alias
    std::optional<Record> soa{};   // no_data, name_does_not_exist
};

class Cache {
public:
    explicit Cache(CacheLimits limits) : limits_{limits} {}

    // One name and type (or an alias in place of it), one TTL: the smallest of the set.
    void remember_records(const Name& name, RecordType type, std::vector<Record> set, Instant now);
    // Without an SOA nothing is remembered (RFC 2308 §5).
    void remember_no_data(const Name& name, RecordType type, const Record& soa, Instant now);
    void remember_no_such_name(const Name& name, const Record& soa, Instant now);
    void remember_failure(const Name& name, RecordType type, DnsOutcome outcome, Instant now);

    // What is remembered at `now`, with the TTLs that are left.
    [[nodiscard]] std::optional<Remembered>
    find(const Name& name, RecordType type, Instant now) const;

    void clear();
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Key {
        Name name;
        RecordType type{}; // 0: every type, for a name that does not exist
        // NOLINTNEXTLINE(modernize-use-nullptr): the compiler's own comparison with 0
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    struct Entry {
        Instant stored;
        Instant expires;
        Remembered what;
    };

    void remember(Key key, Remembered what, std::uint32_t ttl_s, Instant now);

    CacheLimits limits_;
    std::map<Key, Entry> entries_;
    std::set<std::pair<Instant, Key>> by_expiry_;
};

} // namespace sim::dns
