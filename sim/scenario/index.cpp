#include "sim/scenario/index.h"

namespace sim::scenario {

namespace {

template <typename T>
const T* thing_in(const std::map<std::string_view, const T*>& things, std::string_view key)
{
    const auto thing = things.find(key);
    return thing == things.end() ? nullptr : thing->second;
}

} // namespace

Index::Index(const Scenario& scenario) : scenario_{scenario}
{
    for (std::uint32_t i = 0; i < scenario.hosts.size(); ++i)
        hosts_.emplace(scenario.hosts[i].key, HostId{i});
    for (const AccessLine& each : scenario.lines)
        lines_.emplace(each.key, &each);
    for (const MailServer& each : scenario.mail_servers)
        mail_servers_.emplace(each.host, &each);
    for (const Crowd& each : scenario.crowds)
        crowds_.emplace(each.key, &each);
}

HostId Index::host_id(std::string_view key) const
{
    const auto host = hosts_.find(key);
    return host == hosts_.end() ? HostId{} : host->second;
}

const Host* Index::host(std::string_view key) const
{
    const HostId id = host_id(key);
    return id.exists() ? &scenario_.hosts[id.value] : nullptr;
}

const AccessLine* Index::line(std::string_view key) const
{
    return thing_in(lines_, key);
}

const MailServer* Index::mail_server(std::string_view key) const
{
    return thing_in(mail_servers_, key);
}

const Crowd* Index::crowd(std::string_view key) const
{
    return thing_in(crowds_, key);
}

const AccessLine* Index::line_of(const Host& host) const
{
    const Crowd* of = host.is_crowd ? crowd(host.key) : nullptr;
    const std::string& key = of != nullptr ? of->line : host.line;
    return key.empty() ? nullptr : line(key);
}

std::vector<Address> Index::addresses_of(const Host& host) const
{
    if (const Crowd* of = host.is_crowd ? crowd(host.key) : nullptr) {
        std::vector<Address> all;
        all.reserve(of->count);
        for (std::uint32_t pc = 0; pc < of->count; ++pc)
            all.push_back(address_of(*of, pc));
        return all;
    }
    const AccessLine* on = line_of(host);
    return on != nullptr ? std::vector<Address>{on->address} : host.addresses;
}

} // namespace sim::scenario
