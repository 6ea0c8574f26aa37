#include "platform/bridge/session.h"

#include "sim/net/fabric.h"
#include "sim/world_tokens.h"

#include <sys/resource.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace platform::bridge {

namespace {

// As many descriptors as the system lets us have: each connection needs one.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void shorten_ways(sim::scenario::Scenario& scenario)
{
    for (auto& link : scenario.links) {
        link.latency = {};
        link.bits_per_second = 0;
    }
    for (auto& line : scenario.lines) {
        line.latency = {};
        line.bits_per_second = 0;
    }
}

// Where the lesson's mail program runs; none when it has none.
sim::HostId host_of_client(const sim::scenario::Scenario& scenario)
{
    const auto program =
        std::ranges::find(scenario.programs, scenario.client, &sim::scenario::MailProgram::key);
    if (program == scenario.programs.end()) return {};
    const auto host = std::ranges::find(scenario.hosts, program->host, &sim::scenario::Host::key);
    if (host == scenario.hosts.end()) return {};
    return sim::HostId{static_cast<std::uint32_t>(host - scenario.hosts.begin())};
}

} // namespace

tl::expected<std::unique_ptr<Session>, Problem> Session::open(sim::scenario::Scenario lesson,
                                                              SessionOptions options,
                                                              std::function<void()> advanced)
{
    std::unique_ptr<Session> session{new Session{std::move(options)}};
    if (auto prepared = session->prepare(std::move(lesson)); !prepared)
        return tl::make_unexpected(prepared.error());
    sim::WorldOptions with;
    with.seed = session->options_.seed;
    with.detail = session->options_.detail;
    with.visited = {session->from_};
    with.more_server_names = {"localhost", "127.0.0.1"};
    Session& own = *session;
    session->world_.emplace(session->loop_,
                            session->scenario_,
                            std::move(with),
                            [&own, advanced = std::move(advanced)] {
                                own.gateway_->drain();
                                advanced();
                                if (own.options_.detail == sim::Trace::Detail::lately)
                                    own.world_->let_go_of_events(own.options_.kept_events);
                            });
    if (auto opened = session->open_ports(); !opened) return tl::make_unexpected(opened.error());
    if (auto written = session->write_certificate(); !written)
        return tl::make_unexpected(written.error());
    return session;
}

tl::expected<void, Problem> Session::prepare(sim::scenario::Scenario lesson)
{
    // Real people send the mail here, now, for as long as they like.
    lesson.steps.clear();
    lesson.start = LiveWorld::present();
    lesson.limit = std::chrono::hours{24 * 365 * 10};
    if (options_.instant) shorten_ways(lesson);
    from_ = host_of_client(lesson);
    if (!from_.exists()) return tl::make_unexpected(Problem{"no_client", {}});
    scenario_ = std::make_shared<const sim::scenario::Scenario>(std::move(lesson));
    return {};
}

tl::expected<void, Problem> Session::open_ports()
{
    raise_descriptor_limit();
    std::error_code error;
    asio::ip::make_address(options_.bind, error);
    if (error) return tl::make_unexpected(Problem{"bind_address", {{"address", options_.bind}}});
    std::vector<Opening> wanted;
    for (const std::string& listen : options_.listen) {
        auto opening = parse_listen(listen, *scenario_, options_.bind);
        if (!opening) return tl::make_unexpected(opening.error());
        wanted.push_back(std::move(*opening));
    }
    if (auto clash = find_clash(wanted)) return tl::make_unexpected(std::move(*clash));
    if (wanted.empty()) wanted = default_openings(*scenario_, options_.bind);
    JunctionLimits limits;
    limits.connections = options_.most_connections;
    gateway_.emplace(loop_, from_, limits);
    for (const Opening& opening : wanted) {
        auto opened = gateway_->open(opening, address_of(opening.host));
        if (!opened) return tl::make_unexpected(opened.error());
        if (opened->transport == sim::Transport::udp) { // RFC 7766: TCP at the same port
            Opening twin = *opened;
            twin.transport = sim::Transport::tcp;
            twin.wished = true;
            auto more = gateway_->open(twin, address_of(opening.host));
            if (!more && opening.wished && opening.real_port != 0)
                return tl::make_unexpected(more.error());
        }
        openings_.push_back(std::move(*opened));
    }
    return {};
}

tl::expected<void, Problem> Session::write_certificate()
{
    const std::string certificate = world().root_certificate_pem();
    if (options_.ca_file) {
        ca_file_ = *options_.ca_file;
        if (!write_file(ca_file_, certificate))
            return tl::make_unexpected(Problem{"unwritable", {{"file", ca_file_}}});
        return {};
    }
    auto made = write_temporary_file("hikyaku-ca", "pem", certificate);
    if (!made) return tl::make_unexpected(Problem{"no_temporary_file", {}});
    own_ca_ = std::move(*made);
    ca_file_ = own_ca_.path().string();
    return {};
}

void Session::begin()
{
    gateway_->start(*world_);
    world_->begin();
}

void Session::stop()
{
    stopped_ = true;
    gateway_->stop();
    world_->stop();
    own_ca_ = {};
}

sim::Address Session::address_of(std::string_view host) const
{
    const auto at = std::ranges::find(scenario_->hosts, host, &sim::scenario::Host::key);
    const auto id = static_cast<std::uint32_t>(at - scenario_->hosts.begin());
    return world().network().host(sim::HostId{id}).addresses.front();
}

bool Session::is_served(const Opening& opening) const
{
    if (opening.transport == sim::Transport::tcp) return tls_at(opening).has_value();
    return std::ranges::count(
               scenario_->name_servers, opening.host, &sim::scenario::NameServer::host) > 0;
}

std::optional<sim::scenario::TlsMode> Session::tls_at(const Opening& opening) const
{
    const auto among = [&](const auto& servers) -> std::optional<sim::scenario::TlsMode> {
        for (const auto& server : servers) {
            if (server.host != opening.host) continue;
            for (const auto& listener : server.listeners)
                if (listener.port == opening.port) return listener.tls;
        }
        return std::nullopt;
    };
    const auto mail = among(scenario_->mail_servers);
    return mail ? mail : among(scenario_->pop_servers);
}

std::vector<Account> Session::accounts() const
{
    std::vector<Account> all;
    for (const auto& server : scenario_->mail_servers) {
        for (const auto& user : server.users) {
            Account account{
                "smtp", server.host, user.name, user.password, user.addresses, false, {}};
            if (server.tokens) {
                account.takes_tokens = true;
                account.token =
                    sim::token_for(server, user.name, options_.seed, LiveWorld::present());
            }
            all.push_back(std::move(account));
        }
    }
    for (const auto& server : scenario_->pop_servers) {
        for (const auto& user : server.users) {
            all.push_back(
                {"pop3", server.host, user.name, user.password, user.addresses, false, {}});
        }
    }
    return all;
}

} // namespace platform::bridge
