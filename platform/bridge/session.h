// A lesson on real ports: its world follows the machine's clock, each opened port leads to a
// simulated one, and whoever connects sits at the lesson's mail program's host. For whoever runs
// the loop: the command line until a signal, the window between two pictures.
#pragma once

#include "platform/bridge/gateway.h"
#include "platform/bridge/live_world.h"
#include "platform/bridge/plan.h"
#include "platform/files.h"

#include <asio/io_context.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace platform::bridge {

struct SessionOptions {
    std::vector<std::string> listen; // as parse_listen() reads them; none: default_openings()
    std::string bind = "127.0.0.1";
    bool instant = false; // packets take no time on their way
    std::uint64_t seed = 1;
    std::size_t most_connections = 2000;
    // How much of what happens is remembered. With `counters` only how often what happened, and
    // with `lately` this many of the newest events.
    sim::Trace::Detail detail = sim::Trace::Detail::full;
    std::size_t kept_events = 0;
    // Where the root certificate is kept. Without one, in a new file in the folder for temporary
    // files that is removed by stop().
    std::optional<std::string> ca_file;
};

struct Account {
    std::string protocol; // smtp, pop3
    std::string host;
    std::string user;
    std::string password;
    std::vector<std::string> addresses;
    bool takes_tokens = false;
    std::string token; // good from now on; empty where a server takes none
};

class Session {
public:
    // The lesson's script is left out, and its clock set to the machine's. Its ports are open when
    // this returns; who connects is served from begin() on. `advanced` is called whenever something
    // may have happened.
    static tl::expected<std::unique_ptr<Session>, Problem>
    open(sim::scenario::Scenario lesson, SessionOptions options, std::function<void()> advanced);

    void begin();
    // Resets all connections and closes the ports. What happened can still be read.
    void stop();
    [[nodiscard]] bool stopped() const { return stopped_; }
    // Forgets what servers and mailboxes were seen to hold; they still hold it.
    void let_go_of_messages() { world_->let_go_of_messages(); }
    // Changes a live setting now.
    tl::expected<void, sim::scenario::SettingProblem> apply(const sim::SettingChange& change)
    {
        return world_->apply(change);
    }

    [[nodiscard]] asio::io_context& loop() { return loop_; }
    [[nodiscard]] const sim::World& world() const { return world_->world(); }
    // As it was at the beginning.
    [[nodiscard]] const std::shared_ptr<const sim::scenario::Scenario>& scenario() const
    {
        return scenario_;
    }
    [[nodiscard]] std::uint64_t seed() const { return options_.seed; }
    [[nodiscard]] const JunctionCounts& counts() const { return gateway_->counts(); }
    [[nodiscard]] std::size_t connections() const { return gateway_->connections(); } // open now

    [[nodiscard]] sim::HostId from() const { return from_; }
    [[nodiscard]] sim::Address address_of(std::string_view host) const; // of one that there is
    [[nodiscard]] const std::vector<Opening>& openings() const { return openings_; }
    // Whether a simulated server is there.
    [[nodiscard]] bool is_served(const Opening& opening) const;
    // How TLS comes about at a simulated port; nothing where no mail server listens.
    [[nodiscard]] std::optional<sim::scenario::TlsMode> tls_at(const Opening& opening) const;
    [[nodiscard]] std::vector<Account> accounts() const;
    [[nodiscard]] const std::string& ca_file() const { return ca_file_; }

private:
    explicit Session(SessionOptions options) : options_{std::move(options)} {}
    tl::expected<void, Problem> prepare(sim::scenario::Scenario lesson);
    tl::expected<void, Problem> open_ports();
    tl::expected<void, Problem> write_certificate();

    SessionOptions options_;
    std::shared_ptr<const sim::scenario::Scenario> scenario_;
    sim::HostId from_;
    asio::io_context loop_{1};
    std::optional<Gateway> gateway_;
    std::optional<LiveWorld> world_;
    std::vector<Opening> openings_;
    std::string ca_file_;
    platform::OwnFile own_ca_;
    bool stopped_ = false;
};

} // namespace platform::bridge
