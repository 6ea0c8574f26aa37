// hikyaku bridge: the servers of a lesson on real ports, for real mail programs.

#include "cli/bridge/gateway.h"
#include "cli/command.h"
#include "cli/files.h"
#include "sim/net/fabric.h"
#include "sim/report/transcript.h"
#include "sim/world_tokens.h"

#include <asio/signal_set.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <random>
#include <system_error>

namespace cli {

namespace {

namespace fs = std::filesystem;
using bridge::Opening;

// A trace is kept whole, since transcripts and captures are made of it: some two GiB of it.
constexpr std::size_t most_events = 12'000'000;

// A file of this run that is removed at its end.
class OwnFile {
public:
    OwnFile() = default;
    explicit OwnFile(fs::path path) : path_{std::move(path)} {}
    OwnFile(const OwnFile&) = delete;
    OwnFile& operator=(const OwnFile&) = delete;
    OwnFile(OwnFile&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    OwnFile& operator=(OwnFile&& other) noexcept
    {
        std::swap(path_, other.path_);
        return *this;
    }
    ~OwnFile()
    {
        std::error_code ignored;
        if (!path_.empty()) fs::remove(path_, ignored);
    }

private:
    fs::path path_;
};

// As many descriptors as the system lets us have: each connection needs one.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

class Bridge {
public:
    Bridge(const Command& command, const BridgeOptions& options)
        : command_{command},
          options_{options},
          seed_{options.seed ? *options.seed : std::random_device{}()}
    {
    }

    ExitCode run()
    {
        if (!prepare()) return ExitCode::unusable;
        sim::WorldOptions with;
        with.seed = seed_;
        with.visited = {from_};
        with.more_server_names = {"localhost", "127.0.0.1"};
        world_.emplace(loop_, scenario_, std::move(with), [this] { on_advanced(); });
        source_.emplace(sim::report::Source{world_->world().trace(),
                                            *scenario_,
                                            command_.language,
                                            0,
                                            options_.level,
                                            options_.show_secrets ? sim::report::Secrets::shown
                                                                  : sim::report::Secrets::masked,
                                            command_.columns});
        transcript_.emplace(*source_, sim::report::TranscriptOptions{true, from_});
        if (!open_ports() || !write_certificate() || !write_pid()) return ExitCode::unusable;
        asio::signal_set signals{loop_, SIGINT, SIGTERM}; // before anyone is told that it runs
        signals.async_wait([this](const asio::error_code& error, int) {
            if (!error) end();
        });
        announce();
        gateway_->start(*world_);
        world_->begin();
        loop_.run();
        return finish();
    }

private:
    // ---- before
    // -----------------------------------------------------------------------------------
    bool prepare()
    {
        auto loaded = command_.load(options_.lesson);
        if (!loaded) return false;
        scenario_ = std::make_shared<sim::scenario::Scenario>(std::move(*loaded));
        auto settings = options_.settings;
        if (options_.from) settings.emplace_back("client.line", *options_.from);
        if (!use_settings(command_, *scenario_, settings)) return false;
        // Real people send the mail here, now, for as long as they like.
        scenario_->steps.clear();
        scenario_->start = bridge::LiveWorld::present();
        scenario_->limit = std::chrono::hours{24 * 365 * 10};
        if (options_.instant) shorten_ways();
        const auto program = std::ranges::find(
            scenario_->programs, scenario_->client, &sim::scenario::MailProgram::key);
        const auto host =
            program == scenario_->programs.end()
                ? scenario_->hosts.end()
                : std::ranges::find(scenario_->hosts, program->host, &sim::scenario::Host::key);
        if (host == scenario_->hosts.end()) {
            command_.complain(command_.text("error.no_client"));
            return false;
        }
        from_ = sim::HostId{static_cast<std::uint32_t>(host - scenario_->hosts.begin())};
        return make_folder();
    }

    void shorten_ways()
    {
        for (auto& link : scenario_->links) {
            link.latency = {};
            link.bits_per_second = 0;
        }
        for (auto& line : scenario_->lines) {
            line.latency = {};
            line.bits_per_second = 0;
        }
    }

    bool make_folder()
    {
        if (!options_.eml_folder) return true;
        std::error_code error;
        fs::create_directories(*options_.eml_folder, error);
        if (!error) return true;
        command_.complain(command_.text("error.no_folder", {{"folder", *options_.eml_folder}}));
        return false;
    }

    bool open_ports()
    {
        raise_descriptor_limit();
        std::error_code error;
        asio::ip::make_address(options_.bind, error);
        if (error) {
            command_.complain(command_.text("error.bind_address", {{"address", options_.bind}}));
            return false;
        }
        if (!bridge::is_loopback(options_.bind))
            command_.complain(command_.text("bridge.warning_bind", {{"address", options_.bind}}));
        std::vector<Opening> wanted;
        for (const std::string& listen : options_.listen) {
            auto opening = bridge::parse_listen(listen, *scenario_, options_.bind);
            if (!opening) {
                sim::explain::Arguments arguments;
                for (const auto& [name, value] : opening.error().arguments)
                    arguments.push_back({name, value});
                command_.complain(command_.text("error." + opening.error().key, arguments));
                return false;
            }
            wanted.push_back(std::move(*opening));
        }
        if (wanted.empty()) wanted = bridge::default_openings(*scenario_, options_.bind);
        bridge::JunctionLimits limits;
        limits.connections = options_.most_connections;
        gateway_.emplace(loop_, from_, limits);
        for (const Opening& opening : wanted) {
            auto opened = gateway_->open(opening, address_of(opening.host));
            if (!opened) {
                command_.complain(command_.text(
                    "error.cannot_listen",
                    {{"address", opened.error().address}, {"reason", opened.error().reason}}));
                return false;
            }
            openings_.push_back(std::move(*opened));
        }
        return true;
    }

    // Of a host that there is.
    [[nodiscard]] sim::Ipv4 address_of(const std::string& host) const
    {
        const auto at = std::ranges::find(scenario_->hosts, host, &sim::scenario::Host::key);
        const auto id = static_cast<std::uint32_t>(at - scenario_->hosts.begin());
        return world_->world().network().host(sim::HostId{id}).addresses.front();
    }

    bool write_certificate()
    {
        if (options_.ca_file) {
            ca_file_ = *options_.ca_file;
        } else {
            std::error_code error;
            const fs::path folder = fs::temp_directory_path(error);
            ca_file_ =
                ((error ? fs::path{"."} : folder) / fmt::format("hikyaku-ca-{}.pem", getpid()))
                    .string();
            own_ca_ = OwnFile{ca_file_};
        }
        return write_file(command_, ca_file_, world_->world().root_certificate_pem());
    }

    bool write_pid()
    {
        if (!options_.pid_file) return true;
        if (!write_file(command_, *options_.pid_file, fmt::format("{}\n", getpid()))) return false;
        own_pid_ = OwnFile{*options_.pid_file};
        return true;
    }

    // ---- what it says
    // -----------------------------------------------------------------------------
    [[nodiscard]] const sim::scenario::Host& from() const { return scenario_->hosts[from_.value]; }

    [[nodiscard]] static std::string real_end(const Opening& opening)
    {
        const bool v6 = opening.real_address.find(':') != std::string::npos;
        return fmt::format(
            fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), opening.real_address, opening.real_port);
    }

    // none, starttls, implicit; empty where nobody listens.
    [[nodiscard]] std::string protection_at(const Opening& opening) const
    {
        for (const auto& server : scenario_->mail_servers) {
            for (const auto& listener : server.listeners) {
                if (server.host == opening.host && listener.port == opening.port)
                    return std::string{sim::name_of(listener.tls)};
            }
        }
        for (const auto& server : scenario_->pop_servers) {
            for (const auto& listener : server.listeners) {
                if (server.host == opening.host && listener.port == opening.port)
                    return std::string{sim::name_of(listener.tls)};
            }
        }
        return {};
    }

    // Good from now on; empty where a server takes none.
    [[nodiscard]] std::string token_of(const sim::scenario::MailServer& server,
                                       const sim::scenario::User& user) const
    {
        return server.tokens
                   ? sim::token_for(server, user.name, seed_, bridge::LiveWorld::present())
                   : std::string{};
    }

    void announce()
    {
        if (options_.json) {
            announce_as_json();
            return;
        }
        std::ostream& out = command_.environment.out;
        const std::string line = from().line;
        const auto access =
            std::ranges::find(scenario_->lines, line, &sim::scenario::AccessLine::key);
        out << command_.text("bridge.open",
                             {{"place", command_.text(from().name)},
                              {"line",
                               access == scenario_->lines.end() ? std::string{"-"}
                                                                : command_.text(access->name)}})
            << '\n';
        for (const Opening& opening : openings_) {
            const std::string protection = protection_at(opening);
            out << fmt::format(
                "  {:<22} → {}:{}{}\n",
                real_end(opening),
                opening.host,
                opening.port,
                protection.empty()
                    ? std::string{}
                    : fmt::format("  ({})", command_.text("bridge.tls." + protection)));
        }
        out << command_.text("bridge.accounts") << '\n';
        for (const auto& server : scenario_->mail_servers) {
            for (const auto& user : server.users) {
                out << fmt::format("  {}  {}  {}\n", server.host, user.name, user.password);
                const std::string token = token_of(server, user);
                if (!token.empty())
                    out << "    " << command_.text("bridge.token", {{"token", token}}) << '\n';
            }
        }
        for (const auto& server : scenario_->pop_servers) {
            for (const auto& user : server.users)
                out << fmt::format("  {}  {}  {}  (POP3)\n", server.host, user.name, user.password);
        }
        out << command_.text("bridge.certificate", {{"file", ca_file_}}) << '\n'
            << command_.text("bridge.how_to_end") << '\n'
            << std::endl;
    }

    void announce_as_json()
    {
        nlohmann::ordered_json json;
        json["lesson"] = scenario_->key;
        json["from"] = {{"host", from().key},
                        {"line", from().line},
                        {"address", sim::to_string(address_of(from().key))}};
        json["ca_file"] = ca_file_;
        json["pid"] = getpid();
        auto& ports = json["ports"] = nlohmann::ordered_json::array();
        for (const Opening& opening : openings_) {
            ports.push_back({{"host", opening.host},
                             {"port", opening.port},
                             {"transport", sim::name_of(opening.transport)},
                             {"tls", protection_at(opening)},
                             {"address", opening.real_address},
                             {"real_port", opening.real_port}});
        }
        auto& accounts = json["accounts"] = nlohmann::ordered_json::array();
        const auto add = [&](const char* protocol, const std::string& host, const auto& user) {
            accounts.push_back({{"protocol", protocol},
                                {"host", host},
                                {"user", user.name},
                                {"password", user.password},
                                {"addresses", user.addresses}});
        };
        for (const auto& server : scenario_->mail_servers) {
            for (const auto& user : server.users) {
                add("smtp", server.host, user);
                if (server.tokens) accounts.back()["token"] = token_of(server, user);
            }
        }
        for (const auto& server : scenario_->pop_servers) {
            for (const auto& user : server.users)
                add("pop3", server.host, user);
        }
        command_.environment.out << json.dump() << std::endl;
    }

    // ---- while it runs
    // ----------------------------------------------------------------------------
    void on_advanced()
    {
        gateway_->drain();
        const auto& world = world_->world();
        if (!options_.quiet) {
            const auto lines = transcript_->next(world.trace().size());
            std::ostream& stream =
                options_.json ? command_.environment.err : command_.environment.out;
            if (!lines.empty()) stream << to_text(lines, command_.style) << std::flush;
        }
        if (options_.eml_folder) store_messages(world);
        if (world.trace().size() < most_events || ending_) return;
        command_.complain(command_.text("bridge.full", {{"count", std::to_string(most_events)}}));
        end();
    }

    void store_messages(const sim::World& world)
    {
        const auto& stored = world.stored_messages();
        for (; stored_ < stored.size(); ++stored_) {
            const auto path = fs::path{*options_.eml_folder} /
                              message_file_name(stored_ + 1, stored[stored_], *scenario_);
            write_file(command_, path, *stored[stored_].text);
        }
    }

    void end()
    {
        ending_ = true;
        gateway_->stop();
        world_->stop();
        loop_.stop();
    }

    // ---- after
    // ------------------------------------------------------------------------------------
    ExitCode finish()
    {
        const sim::Trace& trace = world_->world().trace();
        source_->end = trace.size();
        const auto& counts = gateway_->counts();
        std::ostream& stream = options_.json ? command_.environment.err : command_.environment.out;
        stream << '\n'
               << command_.text(
                      "bridge.summary",
                      {{"connections", std::to_string(counts.connections)},
                       {"most", std::to_string(counts.most_at_once)},
                       {"in", std::to_string(counts.bytes_in)},
                       {"out", std::to_string(counts.bytes_out)},
                       {"queued", std::to_string(trace.count(sim::Kind::mail_queued))},
                       {"delivered", std::to_string(trace.count(sim::Kind::mail_delivered))},
                       {"dropped", std::to_string(trace.count(sim::Kind::packet_dropped))},
                       {"given_up", std::to_string(counts.given_up)}})
               << std::endl;
        const bool good =
            write_live_files(command_, *source_, options_.capture_file, options_.key_file);
        return good ? ExitCode::ok : ExitCode::unusable;
    }

    const Command& command_;
    const BridgeOptions& options_;
    std::uint64_t seed_;
    std::shared_ptr<sim::scenario::Scenario> scenario_;
    sim::HostId from_;
    asio::io_context loop_{1};
    std::optional<bridge::Gateway> gateway_;
    std::vector<Opening> openings_;
    std::optional<bridge::LiveWorld> world_;
    std::optional<sim::report::Source> source_;
    std::optional<sim::report::LiveTranscript> transcript_;
    std::string ca_file_;
    OwnFile own_ca_;
    OwnFile own_pid_;
    std::size_t stored_ = 0;
    bool ending_ = false;
};

} // namespace

ExitCode open_bridge(const Command& command, const BridgeOptions& options)
{
    return Bridge{command, options}.run();
}

} // namespace cli
