#include "gui/bridged.h"

#include "platform/bridge/session.h"

#include <random>
#include <utility>

namespace gui {

namespace {

class Bridged final : public LiveRun {
public:
    explicit Bridged(std::unique_ptr<platform::bridge::Session> session)
        : session_{std::move(session)}
    {
        session_->begin();
    }
    ~Bridged() override { Bridged::stop(); }
    Bridged(const Bridged&) = delete;
    Bridged& operator=(const Bridged&) = delete;

    [[nodiscard]] sim::Plan plan() const override
    {
        return {session_->scenario(), session_->seed(), {}};
    }
    [[nodiscard]] std::shared_ptr<const sim::World> world() const override
    {
        return {session_, &session_->world()};
    }
    [[nodiscard]] std::vector<LivePort> ports() const override
    {
        std::vector<LivePort> all;
        for (const platform::bridge::Opening& opening : session_->openings()) {
            const auto tls = session_->tls_at(opening);
            all.push_back({platform::bridge::real_end(opening),
                           opening.host,
                           opening.port,
                           tls ? std::string{sim::name_of(*tls)} : std::string{}});
        }
        return all;
    }
    [[nodiscard]] std::vector<LiveAccount> accounts() const override
    {
        std::vector<LiveAccount> all;
        for (platform::bridge::Account& account : session_->accounts()) {
            all.push_back({std::move(account.host),
                           std::move(account.protocol),
                           std::move(account.user),
                           std::move(account.password),
                           std::move(account.token)});
        }
        return all;
    }
    [[nodiscard]] const std::string& certificate_file() const override
    {
        return session_->ca_file();
    }
    [[nodiscard]] std::size_t connections() const override { return session_->connections(); }

    void run_for(std::chrono::milliseconds span) override
    {
        if (!session_->stopped()) session_->loop().run_for(span);
    }
    tl::expected<void, sim::scenario::SettingProblem>
    apply(const sim::SettingChange& change) override
    {
        return session_->apply(change);
    }
    void stop() override
    {
        if (!session_->stopped()) session_->stop();
    }

private:
    std::shared_ptr<platform::bridge::Session> session_;
};

} // namespace

tl::expected<std::unique_ptr<LiveRun>, LiveProblem>
open_bridge(const sim::scenario::Scenario& lesson)
{
    platform::bridge::SessionOptions options;
    options.seed = std::random_device{}();
    auto session = platform::bridge::Session::open(lesson, std::move(options), [] {});
    if (!session) {
        LiveProblem problem{"cli.error." + session.error().key, {}};
        for (const auto& [name, value] : session.error().arguments)
            problem.arguments.push_back({name, value});
        return tl::make_unexpected(std::move(problem));
    }
    return std::make_unique<Bridged>(std::move(*session));
}

} // namespace gui
