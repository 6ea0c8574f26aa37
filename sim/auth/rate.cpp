#include "sim/auth/rate.h"

#include "sim/auth/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace sim::auth {

namespace {

constexpr std::size_t most_meters = 65536;

} // namespace

std::uint32_t
RateMeter::count(const std::string& what, Duration window, std::uint32_t most, Instant now)
{
    std::deque<Instant>& times = times_[what];
    while (!times.empty() && now - times.front() >= window)
        times.pop_front();
    times.push_back(now);
    if (times.size() > most) times.pop_front();
    const auto counted = static_cast<std::uint32_t>(times.size());
    if (times_.size() > most_meters) {
        times_.erase(std::ranges::min_element(
            times_, {}, [](const auto& meter) { return meter.second.back(); }));
    }
    return counted;
}

namespace {

class Rate final : public Check {
public:
    Rate(CheckDesk& desk, Moment moment) : desk_{desk}, moment_{moment} {}
    std::optional<Step> start(Facts& facts) override
    {
        const bool is_account = !facts.user.empty();
        const RateLimits& limits = is_account ? desk_.config.account_rate : desk_.config.rate;
        const auto [of, limit] = counted(limits);
        if (limit == 0) return std::nullopt;
        const std::string who = is_account ? facts.user : to_string(facts.client);
        // Who goes on at twice the speed has not understood: no longer "not now".
        const std::uint32_t far = 2U * limit;
        const std::uint32_t now =
            desk_.meter.count(fmt::format("{} {}", of, who), limits.window, far + 1, facts.now);
        const bool is_far = now > far;
        std::string what =
            fmt::format("{} of {} in {} s: {}{}, limit: {}",
                        of,
                        who,
                        std::chrono::ceil<std::chrono::seconds>(limits.window).count(),
                        is_far ? "over " : "",
                        is_far ? far : now,
                        limit);
        if (now <= limit) return Judged{PolicyVerdict::passed, SmtpReason::accepted, what};
        if (moment_ == Moment::client)
            return Judged{PolicyVerdict::deferred, SmtpReason::too_many_connections, what};
        if (is_far) return Judged{PolicyVerdict::rejected, SmtpReason::too_fast_for_long, what};
        return Judged{PolicyVerdict::deferred, SmtpReason::too_fast, what};
    }

private:
    [[nodiscard]] std::pair<std::string_view, std::uint16_t> counted(const RateLimits& limits) const
    {
        switch (moment_) {
        case Moment::client:
            return {"connections", limits.connections};
        case Moment::sender:
            return {"messages", limits.messages};
        case Moment::recipient:
        case Moment::message: // it has been counted
            break;
        }
        return {"recipients", limits.recipients};
    }

    CheckDesk& desk_;
    Moment moment_;
};

} // namespace

std::unique_ptr<Check> make_rate_check(CheckDesk& desk, Moment moment)
{
    return std::make_unique<Rate>(desk, moment);
}

} // namespace sim::auth
