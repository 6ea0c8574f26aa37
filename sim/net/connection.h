// TCP connections as the simulator keeps them: both ends in one place, found by place or by id.
#pragma once

#include "sim/core/address.h"
#include "sim/core/ids.h"
#include "sim/core/time.h"
#include "sim/net/limits.h"
#include "sim/net/netstat.h"
#include "sim/net/pool.h"
#include "sim/net/send_queue.h"

#include <array>
#include <cstdint>
#include <vector>

namespace sim::net {

// RFC 6298: when a segment that is not acknowledged is repeated, learned from how long
// acknowledgements take.
struct RetransmissionTimeout {
    Duration timeout = 1s;           // §2.1
    Duration smoothed_round_trip{};  // zero: nothing measured yet
    Duration round_trip_variation{}; // RTTVAR

    void learn(Duration round_trip);
    void back_off(); // §5.5
};

// One end of a connection. Positions count from the end's own SYN, which is position 0; the first
// octet of the stream is position 1; the FIN comes behind the last octet.
struct End {
    SocketState state = SocketState::closed;
    HostId host;
    HostId peer_host; // none when nobody has the remote address
    Endpoint local;
    Endpoint remote;
    std::uint32_t first_sequence = 0;
    std::uint32_t peer_first_sequence = 0;
    std::uint64_t acknowledged = 0; // all before it; SND.UNA
    Instant progress;               // when that last moved
    std::uint64_t sent = 0;         // next to send; SND.NXT, back at `acknowledged` after a timeout
    std::uint64_t sent_max = 0;     // highest that `sent` has been
    std::uint64_t received = 0;     // next expected; RCV.NXT
    SendQueue queue;
    bool finish_wanted = false;
    bool acknowledgement_owed = false;
    EventId owed_since; // the arrival to be acknowledged

    // The timer, and the event that set it.
    Instant deadline = never;
    EventId armed_by;
    std::uint8_t attempt = 0; // repetitions since the last progress
    RetransmissionTimeout retransmission;
    // Karn: what was repeated is not measured. RFC 6298 §3.
    bool measuring = false;
    std::uint64_t measured_position = 0;
    Instant measured_since;

    [[nodiscard]] std::uint64_t data_end() const { return 1 + queue.end(); }
};

inline constexpr std::uint32_t max_segment_bytes = 1460; // Ethernet's 1500 less IP and TCP headers
inline constexpr std::uint16_t receive_window = 65535;   // always open: programs read at once

struct Connection {
    ConnectionId id; // none: the place is free
    std::uint32_t place = 0;
    Instant started;
    std::array<End, 2> ends; // the one that connected, the one that accepted

    // One timer serves both ends and outlives the connection that set it: re-armed when it goes off
    // too early, ignored when nothing is due. So no segment leaves a dead entry in the queue.
    Instant timer_due = never;
    std::uint64_t timer_number = 0;
};

class ConnectionTable {
public:
    // A place for a connection with this id, as good as new; nullptr when the table is full.
    Connection* open(ConnectionId id);
    void close(Connection& connection);

    // The connection with this id, kept at this place; nullptr when it is over.
    Connection* at(std::uint32_t place, ConnectionId id)
    {
        if (place >= places_.size() || places_[place].id != id) return nullptr;
        return &places_[place];
    }
    Connection* find(ConnectionId id);
    [[nodiscard]] const Connection* find(ConnectionId id) const;
    // The place's owner, or none: for timers, which belong to places.
    Connection& place(std::uint32_t number) { return places_[number]; }

    [[nodiscard]] std::size_t open_count() const { return places_.in_use(); }

    template <typename F>
    void for_each(F&& f) const
    {
        for (std::uint32_t i = 0; i < places_.size(); ++i)
            if (places_[i].id.exists()) f(places_[i]);
    }

private:
    // Open addressing with linear probing, at most half full. Ids that follow each other are strewn
    // (Fibonacci hashing), else they would form one long run for erase() to walk along.
    struct Slot {
        ConnectionId id;
        std::uint32_t place = 0;
    };
    [[nodiscard]] std::size_t home(ConnectionId id) const
    {
        return ((id.value * std::uint64_t{0x9e3779b97f4a7c15}) >> 40U) & (slots_.size() - 1);
    }
    [[nodiscard]] std::size_t next(std::size_t slot) const
    {
        return (slot + 1) & (slots_.size() - 1);
    }
    [[nodiscard]] std::size_t slot_of(ConnectionId id) const; // of the id, or the free one behind
    void insert(ConnectionId id, std::uint32_t place);
    void erase(ConnectionId id);

    Pool<Connection> places_;
    std::vector<Slot> slots_ = std::vector<Slot>(64);
};

} // namespace sim::net
