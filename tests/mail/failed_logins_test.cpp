// Which addresses a mail server remembers for their failed logins, how long, and how many at most.
#include "sim/mail/failed_logins.h"

#include <doctest/doctest.h>

using namespace sim;
using mail::FailedLogins;

namespace {

constexpr Instant noon{std::chrono::hours{12}};
constexpr Address pc{0xC000020A};
constexpr Address other{0xC000020B};

FailedLogins five_minutes(std::size_t most_addresses = 1024)
{
    return FailedLogins{{5min, 3, most_addresses}};
}

void fail_thrice(FailedLogins& memory, Address address, Instant at)
{
    for (int i = 0; i < 3; ++i)
        memory.handle_failure(address, at);
}

} // namespace

TEST_SUITE("mail.failed_logins")
{
    TEST_CASE("the third failure begins the pause, for this address only")
    {
        FailedLogins memory = five_minutes();
        memory.handle_failure(pc, noon);
        memory.handle_failure(pc, noon + 1min);
        CHECK(memory.count(pc, noon + 1min) == 2);
        CHECK_FALSE(memory.refused_until(pc, noon + 1min));
        memory.handle_failure(pc, noon + 2min);
        CHECK(memory.refused_until(pc, noon + 2min) == noon + 7min);
        CHECK(memory.refused_until(pc, noon + 7min - 1ns) == noon + 7min);
        CHECK_FALSE(memory.refused_until(other, noon + 2min));
    }

    TEST_CASE("after the pause the address begins anew")
    {
        FailedLogins memory = five_minutes();
        fail_thrice(memory, pc, noon);
        CHECK_FALSE(memory.refused_until(pc, noon + 5min));
        CHECK(memory.count(pc, noon + 5min) == 0);
        memory.handle_failure(pc, noon + 5min);
        CHECK(memory.count(pc, noon + 5min) == 1);
    }

    TEST_CASE("what happens during the pause makes it neither longer nor shorter")
    {
        FailedLogins memory = five_minutes();
        fail_thrice(memory, pc, noon);
        memory.handle_failure(pc, noon + 1min); // of a try that was under way
        memory.handle_success(pc, noon + 2min);
        CHECK(memory.refused_until(pc, noon + 2min) == noon + 5min);
    }

    TEST_CASE("a login that succeeds clears the count, and an old failure counts no more")
    {
        FailedLogins memory = five_minutes();
        memory.handle_failure(pc, noon);
        memory.handle_failure(pc, noon);
        memory.handle_success(pc, noon);
        CHECK(memory.count(pc, noon) == 0);
        CHECK(memory.size() == 0);

        memory.handle_failure(pc, noon);
        memory.handle_failure(pc, noon + 5min);
        CHECK(memory.count(pc, noon + 5min) == 1);
    }

    TEST_CASE("a pause of zero: nothing is remembered and nobody refused")
    {
        FailedLogins memory{{Duration{0}, 3, 1024}};
        fail_thrice(memory, pc, noon);
        CHECK_FALSE(memory.refused_until(pc, noon));
        CHECK(memory.count(pc, noon) == 0);
        CHECK(memory.size() == 0);
    }

    TEST_CASE("a flood of addresses takes bounded memory: the oldest goes")
    {
        FailedLogins memory = five_minutes(100);
        for (std::uint32_t i = 0; i < 1'000; ++i)
            memory.handle_failure(Address{i}, noon + i * 1ms);
        CHECK(memory.size() == 100);
        CHECK(memory.count(Address{899}, noon + 1s) == 0);
        CHECK(memory.count(Address{900}, noon + 1s) == 1);
    }
}
