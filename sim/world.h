// A running world: the only mutable root. Built from a Scenario and a seed, it owns the clock, the
// queue, the network and the programs, and it appends to its trace. The same scenario, seed and
// changes give the same trace, byte for byte.
//
// Ids are positions in the scenario: HostId{i} is scenario.hosts[i], RuleId{i} is
// scenario.rules[i].
#pragma once

#include "sim/auth/dkim_keys.h"
#include "sim/core/trace.h"
#include "sim/mail/stored_message.h"
#include "sim/net/link.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/settings.h"
#include "sim/tls/authority.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sim {

namespace mail {
class Visitor;
}
namespace net {
class Fabric;
}

// Something done to a running world from outside, at a time: what a fork adds.
struct SettingChange {
    std::string key; // a live setting
    std::string value;
};

struct TimedChange {
    Instant at;
    SettingChange change;
};

struct WorldOptions {
    std::uint64_t seed = 1;
    Trace::Detail detail = Trace::Detail::full;
    TraceObserver* observer = nullptr; // of a sampled trace; outlives the world
    std::vector<TimedChange> changes;  // ordered by time
    auth::DkimKeys keys{};             // shared with other worlds of the same plan

    // ---- for software outside the simulation (platform/bridge) ----------------------------------
    std::vector<HostId> visited;                // hosts whose sockets are lent: see World::visit
    std::vector<std::string> more_server_names; // that good certificates of servers are for, too
    std::optional<tls::TrustStore> trust;       // whom programs believe instead of our authority
};

class World {
public:
    World(const std::shared_ptr<const scenario::Scenario>& scenario, WorldOptions options);
    ~World();
    World(World&&) noexcept;
    World& operator=(World&&) noexcept;

    // Does the next thing that is due. False when nothing is left to do or the limit is reached.
    bool step();
    void run_until(Instant until); // everything due up to and including `until`
    void run();                    // until step() is false

    // As run_until(); then the clock stands at `until`, whether or not something was due. For a
    // world that follows another clock.
    void advance_to(Instant until);
    [[nodiscard]] Instant next_due() const; // `never`: nothing is left to do

    // Lets whoever is at this host, one of WorldOptions::visited, act at now(), and does all that
    // follows at once. What it heard since is polled in here, too.
    void visit(HostId host, const std::function<void(mail::Visitor&)>& act);

    // Changes a live setting now.
    tl::expected<void, scenario::SettingProblem> apply(const SettingChange& change);

    // For a world without end: lets go of all but the newest events (Trace::Detail::lately), or of
    // the messages that are told of by stored_messages(); the hosts keep theirs.
    void let_go_of_events(std::size_t but_the_newest);
    void let_go_of_messages();

    [[nodiscard]] Instant now() const;
    [[nodiscard]] bool cut_off() const; // stopped by the scenario's limit, with work left
    [[nodiscard]] const Trace& trace() const;
    [[nodiscard]] const scenario::Scenario& scenario() const; // with the settings as they are now
    [[nodiscard]] const net::Fabric& network() const;
    // Where the cables run; LinkId{i} is the i-th.
    [[nodiscard]] const std::vector<net::LinkConfig>& links() const;
    [[nodiscard]] const std::vector<mail::StoredMessage>& stored_messages() const;
    // The root certificate that the world's programs trust, PEM.
    [[nodiscard]] std::string root_certificate_pem() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace sim
