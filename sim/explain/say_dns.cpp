// Questions to the name server, and their answers, in words.
#include "sim/explain/nouns.h"
#include "sim/explain/sentence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim::explain {

namespace {

constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_mx = 15;

std::string asked_variant(const DnsAsked& what)
{
    if (what.attempt > 1) return "again";
    const std::string type = record_type_name(what.type);
    for (const std::string_view known : {"A", "MX", "TXT", "PTR"}) {
        if (type == known)
            return type == "A" ? "a" : type == "MX" ? "mx" : type == "TXT" ? "txt" : "ptr";
    }
    return "other";
}

// A domain with the one record "0 ." takes no mail at all (RFC 7505).
bool is_null_mx(std::string_view records)
{
    return records == "0 ." || records == "0 ";
}

std::string resolved_variant(const DnsResolved& what, std::string_view records)
{
    if (what.outcome == DnsOutcome::found) {
        if (what.type == type_a) return "found_a";
        if (what.type != type_mx) return "found_other";
        return is_null_mx(records) ? "found_null_mx" : "found_mx";
    }
    if (what.outcome == DnsOutcome::no_data && what.type == type_mx) return "no_mx";
    return std::string{name_of(what.outcome)};
}

std::string one_line(std::string_view records, const Language& language)
{
    std::string text;
    while (!records.empty()) {
        const std::size_t end = std::min(records.find('\n'), records.size());
        if (!text.empty()) text += language.text("noun.list_separator");
        std::string_view record = records.substr(0, end);
        // The dot that ends an absolute name says nothing to a reader; "0 ." is nothing but it.
        if (record.ends_with('.') && !record.ends_with(" .")) record.remove_suffix(1);
        text += show_bytes(record);
        records.remove_prefix(std::min(end + 1, records.size()));
    }
    return text;
}

} // namespace

std::vector<KindMessages> dns_messages()
{
    std::vector<std::string> resolved{
        "found_a", "found_mx", "found_null_mx", "found_other", "no_mx"};
    for (const DnsOutcome outcome : values_of<DnsOutcome>())
        if (outcome != DnsOutcome::found) resolved.emplace_back(name_of(outcome));
    return {
        {Kind::dns_asked,
         {"a", "mx", "txt", "ptr", "other", "again"},
         {""},
         {"name", "type", "server", "server_address", "attempt"}},
        {Kind::dns_served,
         all_names<DnsOutcome>(),
         {"found", "other"},
         {"name", "type", "client", "client_address", "source", "outcome"}},
        {Kind::dns_resolved,
         std::move(resolved),
         all_names<DnsOutcome>(),
         {"name", "type", "records", "origin"}},
    };
}

Said say(const Event& event, const DnsAsked& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("name", what.name)
        .add("type", record_type_name(what.type))
        .add("server", host_or_address(what.server, context))
        .add("server_address", to_string(what.server))
        .add("attempt", fmt::format("{}", what.attempt));
    return {asked_variant(what), "", facts.take()};
}

Said say(const Event& event, const DnsServed& what, const Context& context)
{
    Facts facts{event, context};
    facts.add("name", what.name)
        .add("type", record_type_name(what.type))
        .add("client", host_or_address(what.client, context))
        .add("client_address", to_string(what.client))
        .add("source", noun("source", name_of(what.source), context.language))
        .add("outcome", noun("dns_outcome", name_of(what.outcome), context.language));
    return {std::string{name_of(what.outcome)},
            what.outcome == DnsOutcome::found ? "found" : "other",
            facts.take()};
}

Said say(const Event& event, const DnsResolved& what, const Context& context)
{
    const std::string_view records = context.trace.view(what.records);
    Facts facts{event, context};
    facts.add("name", what.name)
        .add("type", record_type_name(what.type))
        .add("records", one_line(records, context.language))
        .add("origin", noun("origin", what.from_cache ? "cache" : "asked", context.language));
    return {resolved_variant(what, records), std::string{name_of(what.outcome)}, facts.take()};
}

} // namespace sim::explain
