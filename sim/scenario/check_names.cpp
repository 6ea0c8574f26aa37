#include "sim/dns/zone.h"
#include "sim/scenario/checks.h"

#include <fmt/format.h>

#include <algorithm>

namespace sim::scenario {

namespace {

ProblemKind kind_of(dns::ZoneProblem problem)
{
    switch (problem) {
    case dns::ZoneProblem::outside_zone:
        return ProblemKind::record_outside_zone;
    case dns::ZoneProblem::duplicate:
        return ProblemKind::record_twice;
    case dns::ZoneProblem::alias_with_other_data:
        return ProblemKind::record_beside_cname;
    case dns::ZoneProblem::null_mx_with_other_mx:
        return ProblemKind::null_mx_beside_mx;
    case dns::ZoneProblem::exchange_is_root:
        return ProblemKind::null_mx_wrong;
    case dns::ZoneProblem::delegation:
        return ProblemKind::delegation;
    case dns::ZoneProblem::too_big:
        return ProblemKind::records_too_big;
    case dns::ZoneProblem::too_many:
        return ProblemKind::too_many_records;
    case dns::ZoneProblem::second_soa:
    case dns::ZoneProblem::not_for_zones:
        break;
    }
    return ProblemKind::record_not_for_zones;
}

// The record as DNS has it; nothing when the Reader has refused it.
std::optional<dns::Record> parsed(const DnsRecord& record)
{
    const auto name = dns::parse_name(record.name);
    const auto type = dns::parse_record_type(record.type);
    if (!name || !type) return std::nullopt;
    auto data = dns::parse_record_data(*type, record.data);
    if (!data) return std::nullopt;
    return dns::Record{*name, 0, *std::move(data)};
}

// Puts the records of a file into a zone as the World will, and says what the zone refuses.
void check_zone(Checking& c, const DnsZone& zone, const std::string& path)
{
    const auto origin = dns::parse_name(zone.origin);
    if (!origin) return;
    dns::Zone built{*origin, dns::SoaRecord{}};
    for (std::size_t i = 0; i < zone.records.size(); ++i) {
        auto record = parsed(zone.records[i]);
        if (!record) continue;
        const auto added = built.add(*std::move(record));
        if (!added) {
            c.reading.add(fmt::format("{}.records[{}]", path, i + 1),
                          kind_of(added.error()),
                          {{"origin", zone.origin}});
        }
    }
}

void check_forwards(Checking& c, const NameServer& server, const std::string& path)
{
    const Host* host = c.host(server.host);
    for (const NameServer::Forward& forward : server.forwards) {
        const std::string here = join(path + ".forward", forward.suffix);
        if (!server.recursive) c.reading.add(here, ProblemKind::forward_not_recursive);
        if (!c.is_name_server(forward.server)) {
            c.reading.add(here + ".server",
                          ProblemKind::no_name_server_at,
                          {{"address", to_string(forward.server)}});
        }
        if (host != nullptr && std::ranges::count(host->addresses, forward.server) > 0)
            c.reading.add(here + ".server", ProblemKind::forward_to_itself);
    }
}

void check_lists(Checking& c)
{
    constexpr Prefix listings{Address{0x7f000000}, 8}; // RFC 5782 §2.1
    for (const BlockList& list : c.scenario.block_lists) {
        const std::string path = join("dns_list", list.domain);
        const auto at = std::ranges::find(c.scenario.name_servers, list.host, &NameServer::host);
        if (at == c.scenario.name_servers.end()) {
            if (c.host(list.host) != nullptr)
                c.reading.add(path + ".host", ProblemKind::no_name_server_here);
            continue;
        }
        const auto origin = dns::parse_name(list.domain);
        const bool is_zone = std::ranges::any_of(at->zones, [&](const DnsZone& zone) {
            return origin && dns::parse_name(zone.origin) == origin;
        });
        if (is_zone) c.reading.add(path, ProblemKind::zone_twice);
        for (std::size_t i = 0; i < list.entries.size(); ++i) {
            const Address code = code_of(list.entries[i]);
            if (listings.contains(code)) continue;
            c.reading.add(fmt::format("{}.entry[{}].code", path, i + 1),
                          ProblemKind::not_a_listing,
                          {{"code", to_string(code)}});
        }
    }
}

} // namespace

void check_names(Checking& c)
{
    for (const NameServer& server : c.scenario.name_servers) {
        const std::string path = join("name_server", server.host);
        std::vector<dns::Name> origins;
        for (const DnsZone& zone : server.zones) {
            const std::string here = join(path + ".zone", zone.origin);
            check_zone(c, zone, here);
            const auto origin = dns::parse_name(zone.origin);
            if (!origin) continue;
            if (std::ranges::count(origins, *origin) > 0)
                c.reading.add(here, ProblemKind::zone_twice);
            origins.push_back(*origin);
        }
        check_forwards(c, server, path);
    }
    check_lists(c);
}

} // namespace sim::scenario
