#include "sim/core/event_queue.h"
#include "sim/core/rng.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

using namespace sim;

TEST_SUITE("core.event_queue")
{
    TEST_CASE("an empty queue is never due")
    {
        const EventQueue<int> queue;
        CHECK(queue.empty());
        CHECK(queue.next_due() == never);
    }

    TEST_CASE("what is due earlier comes first, whatever was planned first")
    {
        EventQueue<int> queue;
        queue.add(Instant{3s}, 3);
        queue.add(Instant{1s}, 1);
        queue.add(Instant{2s}, 2);
        CHECK(queue.size() == 3);
        CHECK(queue.next_due() == Instant{1s});
        CHECK(queue.pop() == 1);
        CHECK(queue.pop() == 2);
        CHECK(queue.next_due() == Instant{3s});
        CHECK(queue.pop() == 3);
        CHECK(queue.empty());
    }

    TEST_CASE("things due at one instant happen in the order in which they were planned")
    {
        EventQueue<int> queue;
        for (int i = 0; i < 100; ++i)
            queue.add(Instant{5s}, i);
        for (int i = 0; i < 100; ++i)
            CHECK(queue.pop() == i);
    }

    TEST_CASE("planning and doing may alternate: the order stays (time, plan)")
    {
        EventQueue<std::pair<Instant, int>> queue;
        Rng rng{3};
        int planned = 0;
        std::pair<Instant, int> latest{};
        for (int round = 0; round < 2000; ++round) {
            const auto count = rng.below(4);
            for (std::uint64_t i = 0; i < count; ++i) {
                const Instant at = latest.first + Duration{static_cast<std::int64_t>(rng.below(9))};
                queue.add(at, {at, planned++});
            }
            if (queue.empty()) continue;
            const auto next = queue.pop();
            CHECK(latest <= next);
            latest = next;
        }
        CHECK(planned > 2000);
    }

    TEST_CASE("tasks may be things that can only be moved")
    {
        EventQueue<std::unique_ptr<int>> queue;
        queue.add(Instant{2s}, std::make_unique<int>(2));
        queue.add(Instant{1s}, std::make_unique<int>(1));
        CHECK(*queue.pop() == 1);
        CHECK(*queue.pop() == 2);
    }
}
