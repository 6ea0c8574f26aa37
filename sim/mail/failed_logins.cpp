#include "sim/mail/failed_logins.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace sim::mail {

const FailedLogins::Memory* FailedLogins::find(Address address, Instant now) const
{
    const auto found = addresses_.find(address);
    if (found == addresses_.end() || now - found->second.last >= config_.pause) return nullptr;
    return &found->second;
}

std::optional<Instant> FailedLogins::refused_until(Address address, Instant now) const
{
    const Memory* memory = find(address, now);
    if (memory == nullptr || memory->failures < config_.most_failures) return std::nullopt;
    return memory->last + config_.pause;
}

std::uint32_t FailedLogins::count(Address address, Instant now) const
{
    const Memory* memory = find(address, now);
    return memory == nullptr ? 0 : memory->failures;
}

void FailedLogins::handle_failure(Address address, Instant now)
{
    if (config_.pause <= Duration{0} || refused_until(address, now)) return;
    const std::uint32_t failures = count(address, now) + 1;
    addresses_[address] = {failures, now};
    if (addresses_.size() <= config_.most_addresses) return;
    addresses_.erase(std::ranges::min_element(
        addresses_, {}, [](const auto& known) { return known.second.last; }));
}

void FailedLogins::handle_success(Address address, Instant now)
{
    if (!refused_until(address, now)) addresses_.erase(address);
}

std::string words_of_pause(Address address, Instant until, Instant now)
{
    return fmt::format("Too many failed logins from {}, try again in {} seconds",
                       to_string(address),
                       std::chrono::ceil<std::chrono::seconds>(until - now).count());
}

} // namespace sim::mail
