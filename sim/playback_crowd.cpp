#include "sim/playback_crowd.h"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

namespace sim {

namespace {

std::optional<MailId> mail_of(const Happening& what)
{
    return std::visit(
        [](const auto& each) -> std::optional<MailId> {
            if constexpr (requires { each.mail; }) return each.mail;
            return std::nullopt;
        },
        what);
}

// Knows what belongs to one attempt: what names its mail, what happens on its connections, and what
// comes of these beside all connections, as lookups of names do.
class Sample {
public:
    explicit Sample(Tally::AttemptName name) : name_{name} {}

    bool takes(const Event& event)
    {
        if (!belongs(event)) return false;
        if (event.connection.exists()) connections_.insert(event.connection);
        taken_.insert(event.id);
        if (event.kind() == Kind::crowd_attempt_ended) ended_ = event.at;
        return true;
    }
    // When the PC was through with it.
    [[nodiscard]] std::optional<Instant> ended() const { return ended_; }

private:
    [[nodiscard]] bool belongs(const Event& event)
    {
        if (const auto* attempt = std::get_if<CrowdAttempt>(&event.what)) {
            const Tally::AttemptName name{attempt->crowd, attempt->number};
            if (name == name_) mail_ = attempt->mail;
            return name == name_;
        }
        if (!mail_.exists()) return false;
        if (const auto mail = mail_of(event.what)) return *mail == mail_;
        if (connections_.contains(event.connection)) return true;
        if (!taken_.contains(event.cause)) return false;
        // One alarm serves many: what it makes of others' connections is theirs.
        return !event.connection.exists() || event.kind() == Kind::connection_attempted ||
               event.kind() == Kind::connection_failed;
    }

    Tally::AttemptName name_;
    MailId mail_;
    std::set<ConnectionId> connections_;
    std::set<EventId> taken_;
    std::optional<Instant> ended_;
};

// What is still said when an attempt is over: QUIT, and the end of its connection. A relay that has
// taken the mail goes on with it.
constexpr Duration afterwards = 1min;

} // namespace

std::uint64_t attempts_in(const scenario::Scenario& scenario)
{
    std::uint64_t attempts = 0;
    for (const scenario::Crowd& crowd : scenario.crowds)
        attempts += attempts_of(crowd);
    return attempts;
}

bool fits_in_a_trace(const scenario::Scenario& scenario)
{
    return attempts_in(scenario) <= most_attempts_in_full;
}

class CrowdRun::Observer final : public TraceObserver {
public:
    Observer(const scenario::Scenario& scenario, std::optional<Tally::AttemptName> sample)
        : tally_{scenario}
    {
        if (sample) sample_.emplace(*sample);
    }

    [[nodiscard]] bool wants(Kind kind) const override
    {
        return sample_.has_value() || Tally::wants(kind);
    }
    [[nodiscard]] bool keeps() const override { return sample_.has_value(); }
    bool handle_event(const Event& event) override
    {
        tally_.handle_event(event);
        return sample_.has_value() && sample_->takes(event);
    }

    [[nodiscard]] const Tally& tally() const { return tally_; }
    [[nodiscard]] bool has_all(Instant now) const
    {
        if (!sample_) return false;
        const auto ended = sample_->ended();
        return ended.has_value() && now > *ended + afterwards;
    }

private:
    Tally tally_;
    std::optional<Sample> sample_;
};

CrowdRun::CrowdRun(Plan plan, std::optional<Tally::AttemptName> sample)
    : plan_{std::move(plan)}, observer_{std::make_unique<Observer>(*plan_.scenario, sample)}
{
    WorldOptions options;
    options.seed = plan_.seed;
    options.changes = plan_.changes;
    options.detail = Trace::Detail::sampled;
    options.observer = observer_.get();
    world_ = std::make_unique<World>(plan_.scenario, std::move(options));
}

CrowdRun::~CrowdRun() = default;
CrowdRun::CrowdRun(CrowdRun&&) noexcept = default;
CrowdRun& CrowdRun::operator=(CrowdRun&&) noexcept = default;

bool CrowdRun::advance(std::size_t steps)
{
    for (std::size_t i = 0; i < steps; ++i) {
        if (observer_->has_all(world_->now()) || !world_->step()) return false;
    }
    return true;
}

void CrowdRun::run()
{
    constexpr std::size_t at_once = 100'000;
    while (advance(at_once)) {
    }
}

const Tally& CrowdRun::tally() const
{
    return observer_->tally();
}

const World& CrowdRun::world() const
{
    return *world_;
}

} // namespace sim
