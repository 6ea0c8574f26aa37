#include "platform/bridge/plan.h"

#include "sim/smtp/path.h"

#include <asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace platform::bridge {

namespace {

constexpr std::uint16_t dns_port = 53;

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    unsigned value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

Problem not_understood(std::string key, std::string_view listen)
{
    return {std::move(key), {{"listen", std::string{listen}}}};
}

Problem no_port(std::string_view port, std::string_view listen)
{
    if (port.empty()) return not_understood("listen_form", listen);
    return {"listen_port", {{"listen", std::string{listen}}, {"port", std::string{port}}}};
}

std::string known_hosts(const sim::scenario::Scenario& scenario)
{
    std::string all;
    for (const auto& server : scenario.mail_servers)
        all += fmt::format("{}{}", all.empty() ? "" : ", ", server.host);
    for (const auto& server : scenario.name_servers)
        all += fmt::format("{}{}", all.empty() ? "" : ", ", server.host);
    return all;
}

// "127.0.0.1:2587", "[::1]:2587", "2587".
tl::expected<void, Problem>
read_real_end(std::string_view text, std::string_view listen, Opening& opening)
{
    const std::size_t colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
    const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
    const auto number = parse_port(port);
    if (!number) return tl::make_unexpected(no_port(port, listen));
    opening.real_port = *number;
    if (colon == std::string_view::npos) return {};
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    std::error_code error;
    const auto parsed = asio::ip::make_address(std::string{address}, error);
    if (error) return tl::make_unexpected(not_understood("listen_address", listen));
    opening.real_address = parsed.to_string();
    return {};
}

// The hosts, in front of all others the one that the lesson's mail program sends to.
std::vector<sim::scenario::Host> servers_first(const sim::scenario::Scenario& scenario)
{
    std::vector<sim::scenario::Host> hosts = scenario.hosts;
    const auto program =
        std::ranges::find(scenario.programs, scenario.client, &sim::scenario::MailProgram::key);
    if (program == scenario.programs.end() || !program->sending) return hosts;
    const auto own = std::ranges::find(hosts, program->sending->server, &sim::scenario::Host::key);
    if (own != hosts.end()) std::rotate(hosts.begin(), own, own + 1);
    return hosts;
}

} // namespace

bool is_loopback(std::string_view address)
{
    std::error_code error;
    const auto parsed = asio::ip::make_address(std::string{address}, error);
    return !error && parsed.is_loopback();
}

bool is_every_address(std::string_view address)
{
    std::error_code error;
    const auto parsed = asio::ip::make_address(std::string{address}, error);
    return !error && parsed.is_unspecified();
}

std::optional<Problem> find_clash(const std::vector<Opening>& openings)
{
    const auto meet = [](const Opening& a, const Opening& b) {
        if (a.real_port == 0 || a.real_port != b.real_port || a.transport != b.transport)
            return false;
        const auto at = asio::ip::make_address(a.real_address);
        const auto other = asio::ip::make_address(b.real_address);
        const bool every = at.is_unspecified() || other.is_unspecified();
        return at == other || (every && at.is_v4() == other.is_v4());
    };
    for (auto opening = openings.begin(); opening != openings.end(); ++opening) {
        const auto before = std::find_if(
            openings.begin(), opening, [&](const Opening& each) { return meet(each, *opening); });
        if (before == opening) continue;
        return Problem{"listen_twice", {{"address", real_end(*opening)}}};
    }
    return std::nullopt;
}

std::string real_end(const Opening& opening)
{
    const bool v6 = opening.real_address.find(':') != std::string::npos;
    return v6 ? fmt::format("[{}]:{}", opening.real_address, opening.real_port)
              : fmt::format("{}:{}", opening.real_address, opening.real_port);
}

tl::expected<Opening, Problem> parse_listen(std::string_view text,
                                            const sim::scenario::Scenario& scenario,
                                            const std::string& bind)
{
    Opening opening;
    opening.real_address = bind;
    opening.wished = true;
    const std::size_t equals = text.find('=');
    const std::string_view simulated = text.substr(0, equals);
    const std::size_t colon = simulated.rfind(':');
    if (equals == std::string_view::npos || colon == std::string_view::npos)
        return tl::make_unexpected(not_understood("listen_form", text));
    const auto port = parse_port(simulated.substr(colon + 1));
    if (!port || *port == 0) return tl::make_unexpected(no_port(simulated.substr(colon + 1), text));
    const std::string_view name = simulated.substr(0, colon);
    opening.port = *port;
    if (opening.port == dns_port) opening.transport = sim::Transport::udp;
    const auto host = std::ranges::find_if(scenario.hosts, [&](const auto& each) {
        return sim::smtp::equal_ignoring_case(each.key, name);
    });
    if (host == scenario.hosts.end() || !host->line.empty()) {
        return tl::make_unexpected(Problem{
            "listen_host", {{"host", std::string{name}}, {"hosts", known_hosts(scenario)}}});
    }
    opening.host = host->key;
    if (auto read = read_real_end(text.substr(equals + 1), text, opening); !read)
        return tl::make_unexpected(read.error());
    if (!is_loopback(opening.real_address) && opening.real_address != bind) {
        return tl::make_unexpected(
            Problem{"listen_not_loopback", {{"address", opening.real_address}}});
    }
    return opening;
}

std::vector<Opening> default_openings(const sim::scenario::Scenario& scenario,
                                      const std::string& bind)
{
    constexpr unsigned first = 2000;
    constexpr unsigned step = 1000;
    std::vector<Opening> openings;
    unsigned base = first;
    for (const auto& host : servers_first(scenario)) {
        std::vector<std::uint16_t> ports;
        for (const auto& server : scenario.mail_servers) {
            if (server.host != host.key) continue;
            for (const auto& listener : server.listeners)
                ports.push_back(listener.port);
        }
        for (const auto& server : scenario.pop_servers) {
            if (server.host != host.key) continue;
            for (const auto& listener : server.listeners)
                ports.push_back(listener.port);
        }
        if (std::ranges::count(scenario.name_servers, host.key, &sim::scenario::NameServer::host) >
            0)
            ports.push_back(dns_port);
        if (ports.empty()) continue;
        std::ranges::sort(ports);
        for (const std::uint16_t port : ports) {
            const unsigned real = base + port;
            openings.push_back({host.key,
                                port,
                                port == dns_port ? sim::Transport::udp : sim::Transport::tcp,
                                bind,
                                static_cast<std::uint16_t>(real <= 65535 ? real : 0),
                                false});
        }
        base += step;
    }
    return openings;
}

} // namespace platform::bridge
