#include "sim/core/deadlines.h"
#include "sim/core/ids.h"

#include <doctest/doctest.h>

using namespace sim;

TEST_SUITE("core.deadlines")
{
    TEST_CASE("the earliest is next; what is due is taken once, the longest due first")
    {
        Deadlines<ConnectionId> deadlines;
        CHECK(deadlines.next() == never);
        CHECK(deadlines.take_due(Instant{1h}).empty());
        deadlines.set(ConnectionId{1}, Instant{30s});
        deadlines.set(ConnectionId{2}, Instant{20s});
        deadlines.set(ConnectionId{3}, Instant{20s});
        deadlines.set(ConnectionId{4}, Instant{50s});
        CHECK(deadlines.next() == Instant{20s});
        CHECK(deadlines.take_due(Instant{30s}) ==
              std::vector<ConnectionId>{ConnectionId{2}, ConnectionId{3}, ConnectionId{1}});
        CHECK(deadlines.take_due(Instant{30s}).empty());
        CHECK(deadlines.next() == Instant{50s});
    }

    TEST_CASE("a deadline is moved, taken back and forgotten")
    {
        Deadlines<ConnectionId> deadlines;
        deadlines.set(ConnectionId{1}, Instant{30s});
        deadlines.set(ConnectionId{1}, Instant{60s});
        deadlines.set(ConnectionId{1}, Instant{60s});
        CHECK(deadlines.next() == Instant{60s});
        deadlines.set(ConnectionId{2}, Instant{10s});
        deadlines.set(ConnectionId{2}, never);
        CHECK(deadlines.next() == Instant{60s});
        deadlines.forget(ConnectionId{1});
        deadlines.forget(ConnectionId{7});
        CHECK(deadlines.next() == never);
    }
}
