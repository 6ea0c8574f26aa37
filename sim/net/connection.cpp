#include "sim/net/connection.h"

#include "sim/core/assert.h"

#include <algorithm>
#include <utility>

namespace sim::net {

namespace {
constexpr Duration least_timeout = 1s; // RFC 6298 §2.4
// §2.3's clock granularity. Round trips here repeat to the nanosecond, and without a margin the
// timeout would meet its own acknowledgement; Linux keeps 200 ms, too.
constexpr Duration least_margin = 200ms;
constexpr Duration most_timeout = 120s; // §2.5 allows any of at least 60 s; Linux has 120 s
} // namespace

void RetransmissionTimeout::learn(Duration round_trip)
{
    if (smoothed_round_trip == Duration{}) {
        smoothed_round_trip = round_trip;
        round_trip_variation = round_trip / 2;
    } else {
        const Duration error = round_trip > smoothed_round_trip ? round_trip - smoothed_round_trip
                                                                : smoothed_round_trip - round_trip;
        round_trip_variation = (3 * round_trip_variation + error) / 4;
        smoothed_round_trip = (7 * smoothed_round_trip + round_trip) / 8;
    }
    const Duration margin = std::max(least_margin, 4 * round_trip_variation);
    timeout = std::clamp(smoothed_round_trip + margin, least_timeout, most_timeout);
}

void RetransmissionTimeout::back_off()
{
    timeout = std::min(2 * timeout, most_timeout);
}

Connection* ConnectionTable::open(ConnectionId id)
{
    if (places_.in_use() >= max_connections) return nullptr;
    const std::uint32_t place = places_.take();
    Connection& connection = places_[place];
    connection.id = id;
    connection.place = place;
    for (End& end : connection.ends) {
        SendQueue queue = std::move(end.queue); // empty, but with memory
        end = End{};
        end.queue = std::move(queue);
    }
    insert(id, place);
    return &connection;
}

void ConnectionTable::close(Connection& connection)
{
    erase(connection.id);
    connection.id = ConnectionId{};
    places_.give_back(connection.place);
}

const Connection* ConnectionTable::find(ConnectionId id) const
{
    const Slot& slot = slots_[slot_of(id)];
    return slot.id.exists() ? &places_[slot.place] : nullptr;
}

Connection* ConnectionTable::find(ConnectionId id)
{
    const Slot& slot = slots_[slot_of(id)];
    return slot.id.exists() ? &places_[slot.place] : nullptr;
}

std::size_t ConnectionTable::slot_of(ConnectionId id) const
{
    std::size_t slot = home(id);
    while (slots_[slot].id.exists() && slots_[slot].id != id)
        slot = next(slot);
    return slot;
}

void ConnectionTable::insert(ConnectionId id, std::uint32_t place)
{
    SIM_ASSERT(id.exists());
    if (places_.in_use() * 2 > slots_.size()) {
        const std::vector<Slot> before =
            std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
        for (const Slot& slot : before)
            if (slot.id.exists()) slots_[slot_of(slot.id)] = slot;
    }
    Slot& slot = slots_[slot_of(id)];
    SIM_ASSERT(!slot.id.exists());
    slot = {id, place};
}

// Those behind the gap move up, or a search would stop at it (Knuth, TAOCP 6.4, algorithm R).
void ConnectionTable::erase(ConnectionId id)
{
    std::size_t gap = slot_of(id);
    SIM_ASSERT(slots_[gap].id.exists());
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = next(gap); slots_[i].id.exists(); i = next(i)) {
        const std::size_t from_home = (i - home(slots_[i].id)) & mask;
        if (from_home < ((i - gap) & mask)) continue;
        slots_[gap] = slots_[i];
        gap = i;
    }
    slots_[gap] = Slot{};
}

} // namespace sim::net
