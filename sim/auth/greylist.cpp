#include "sim/auth/greylist.h"

#include "sim/auth/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sim::auth {

Triple triple(Address client, std::string sender, std::string recipient)
{
    constexpr std::uint8_t bits = 24;
    constexpr std::uint32_t mask = ~std::uint32_t{0} << (32U - bits);
    return {{Address{client.value & mask}, bits}, std::move(sender), std::move(recipient)};
}

Greylist::Seen Greylist::look(const Triple& who, Instant now)
{
    const auto found = triples_.find(who);
    const bool is_forgotten = found != triples_.end() &&
                              (found->second.passed ? now - found->second.last > config_.remember
                                                    : now - found->second.first > config_.until);
    if (found == triples_.end() || is_forgotten) {
        triples_.insert_or_assign(who, Memory{now, now, false});
        make_room();
        return {Sight::first, {}};
    }
    Memory& memory = found->second;
    const Duration since = now - memory.first;
    memory.last = now;
    if (memory.passed) return {Sight::known, since};
    // Trying again at once does not begin the time anew.
    if (since < config_.wait) return {Sight::too_soon, since};
    memory.passed = true;
    return {Sight::returned, since};
}

void Greylist::make_room()
{
    if (triples_.size() <= config_.most_triples) return;
    triples_.erase(std::ranges::min_element(
        triples_, {}, [](const auto& known) { return known.second.last; }));
}

namespace {

class Greylisting final : public Check {
public:
    explicit Greylisting(Greylist& memory) : memory_{memory} {}
    // Whose login or network is ours needs no second try.
    std::optional<Step> start(Facts& facts) override
    {
        if (!facts.user.empty() || facts.may_relay) return std::nullopt;
        const Triple who = triple(facts.client, facts.sender, facts.recipient);
        const Greylist::Seen seen = memory_.look(who, facts.now);
        std::string what =
            fmt::format("network: {}; sender: {}; recipient: {}; seen: {}, {} s",
                        to_string(who.network),
                        who.sender.empty() ? "<>" : who.sender,
                        who.recipient,
                        name_of(seen.sight),
                        std::chrono::floor<std::chrono::seconds>(seen.since).count());
        if (seen.sight == Sight::first || seen.sight == Sight::too_soon)
            return Judged{PolicyVerdict::deferred, SmtpReason::greylisted, std::move(what)};
        return Judged{PolicyVerdict::passed, SmtpReason::accepted, std::move(what)};
    }

private:
    Greylist& memory_;
};

} // namespace

std::unique_ptr<Check> make_greylist_check(CheckDesk& desk)
{
    return std::make_unique<Greylisting>(desk.greylist);
}

} // namespace sim::auth
