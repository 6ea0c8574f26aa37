#include "cli/zone_file.h"

#include "platform/files.h"
#include "sim/core/ascii.h"
#include "sim/core/ipv6.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cli {

namespace {

using nlohmann::json;

std::string key_of(std::string_view name)
{
    if (name.ends_with('.')) name.remove_suffix(1);
    return sim::folded(name);
}

// RFC 1035 §4.1.1
sim::DnsOutcome outcome_of_code(int code)
{
    switch (code) {
    case 0:
        return sim::DnsOutcome::no_data;
    case 3:
        return sim::DnsOutcome::name_does_not_exist;
    case 5:
        return sim::DnsOutcome::refused;
    default:
        return sim::DnsOutcome::server_failure;
    }
}

// A text, or several that are one.
std::optional<std::string> joined(const json& value)
{
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return std::nullopt;
    std::string text;
    for (const json& part : value) {
        if (!part.is_string()) return std::nullopt;
        text += part.get<std::string>();
    }
    return text;
}

std::size_t line_at(const std::string& text, std::size_t byte)
{
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
    return static_cast<std::size_t>(std::count(text.begin(), end, '\n')) + 1;
}

} // namespace

class ZoneReader {
public:
    tl::expected<Zone, ZoneProblem> read(const std::string& text)
    {
        json whole;
        try {
            whole = json::parse(text);
        } catch (const json::parse_error& error) {
            return wrong("zone_no_json", {{"line", std::to_string(line_at(text, error.byte))}});
        }
        if (!whole.is_object()) return wrong("zone_form", {});
        for (const auto& [name, entries] : whole.items()) {
            if (!entries.is_array()) return wrong("zone_list", {{"name", name}});
            Zone::Entry& entry = zone_.names_[key_of(name)];
            for (const json& each : entries) {
                if (read_entry(entry, each)) continue;
                return wrong("zone_entry", {{"name", name}, {"entry", each.dump()}});
            }
        }
        return std::move(zone_);
    }

private:
    static tl::unexpected<ZoneProblem> wrong(std::string words, sim::explain::Arguments arguments)
    {
        return tl::unexpected{ZoneProblem{std::move(words), std::move(arguments)}};
    }

    // ["A", "192.0.2.1"]
    static bool read_entry(Zone::Entry& entry, const json& each)
    {
        if (each == "TIMEOUT") return fails(entry, sim::DnsOutcome::timed_out);
        if (!each.is_array() || each.empty() || !each.front().is_string()) return false;
        const auto kind = each.front().get<std::string>();
        if (kind == "TIMEOUT") return fails(entry, sim::DnsOutcome::timed_out);
        if (each.size() != 2) return false;
        const json& value = each.back();
        if (kind == "RCODE") {
            return value.is_number_integer() && fails(entry, outcome_of_code(value.get<int>()));
        }
        if (kind == "MX") return read_mx(entry, value);
        if (kind == "SPF") return true; // type 99, which nobody asks for any more: RFC 7208 §3.1
        const auto text = joined(value);
        if (!text) return false;
        if (kind == "TXT") return add(entry, sim::auth::type_txt, *text);
        if (kind == "A") return sim::parse_address(*text) && add(entry, sim::auth::type_a, *text);
        if (kind == "AAAA")
            return sim::parse_ipv6(*text) && add(entry, sim::auth::type_aaaa, *text);
        if (kind == "PTR") return add(entry, sim::auth::type_ptr, *text);
        if (kind != "CNAME") return false;
        entry.alias = key_of(*text);
        return true;
    }

    // [10, "mail.example.com"]; an empty host is the null MX (RFC 7505)
    static bool read_mx(Zone::Entry& entry, const json& value)
    {
        if (!value.is_array() || value.size() != 2 || !value[0].is_number_integer() ||
            !value[1].is_string())
            return false;
        const auto host = value[1].get<std::string>();
        return add(entry,
                   sim::auth::type_mx,
                   fmt::format("{} {}", value[0].get<int>(), host.empty() ? "." : host));
    }

    static bool add(Zone::Entry& entry, std::uint16_t type, std::string record)
    {
        entry.records[type].push_back(std::move(record));
        return true;
    }

    static bool fails(Zone::Entry& entry, sim::DnsOutcome failure)
    {
        entry.failure = failure;
        return true;
    }

    Zone zone_;
};

sim::auth::DnsAnswer Zone::answer(const sim::auth::AskDns& question) const
{
    constexpr int longest_chain = 8;
    std::string name = key_of(question.name);
    for (int step = 0; step < longest_chain; ++step) {
        const auto at = names_.find(name);
        if (at == names_.end()) return {sim::DnsOutcome::name_does_not_exist, {}};
        const Entry& entry = at->second;
        const auto records = entry.records.find(question.type);
        if (records != entry.records.end()) return {sim::DnsOutcome::found, records->second};
        if (!entry.alias) return {entry.failure.value_or(sim::DnsOutcome::no_data), {}};
        name = *entry.alias;
    }
    return {sim::DnsOutcome::server_failure, {}};
}

tl::expected<Zone, ZoneProblem> parse_zone(const std::string& text)
{
    return ZoneReader{}.read(text);
}

std::optional<Zone> read_zone(const Context& context, const std::string& file)
{
    const auto text = platform::read_file(file);
    if (!text) {
        context.complain(context.text("error.unreadable", {{"file", file}}));
        return std::nullopt;
    }
    auto zone = parse_zone(*text);
    if (zone) return *std::move(zone);
    sim::explain::Arguments arguments = zone.error().arguments;
    arguments.push_back({"file", file});
    context.complain(context.text(fmt::format("error.{}", zone.error().words), arguments));
    return std::nullopt;
}

} // namespace cli
