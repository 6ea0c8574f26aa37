// The append-only record of a run. Each event knows what caused it, so that "why did my mail not
// arrive?" is a walk up a chain. Only programs and the network append; nobody edits.
#pragma once

#include "sim/core/assert.h"
#include "sim/core/happening.h"
#include "sim/core/interface.h"
#include "sim/core/trace_index.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace sim {

struct Event {
    EventId id;
    EventId cause; // none for what the user or the scenario started
    HostId host;   // none for what concerns the whole world
    ConnectionId connection;
    Instant at;
    Happening what;

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(what.index()); }
};

// Is told what happens in a run too long to be kept as a whole, and says what of it is to be kept.
class TraceObserver : public Interface {
public:
    // Both are asked once, in Trace::observe.
    [[nodiscard]] virtual bool wants(Kind kind) const = 0;
    [[nodiscard]] virtual bool keeps() const { return false; } // anything at all
    // The event's number counts all events, kept or not. Its blobs are filled only for one who
    // keeps. True: it is kept.
    virtual bool handle_event(const Event& event) = 0;
};

class Trace {
public:
    // lately: old events may be let go. counters: events are counted by kind and forgotten;
    // payloads are reused. sampled: likewise, but for what an observer wants to hear of and to
    // keep.
    enum class Detail { full, lately, counters, sampled };

    explicit Trace(Detail detail = Detail::full);

    // Of a sampled trace, before anything is appended; the observer outlives it. What is kept looks
    // like a trace of its own: numbered from 0 on, and a cause that was not kept is none.
    void observe(TraceObserver& observer);

    // Appends with the current time and cause (see set_now, CauseScope).
    EventId append(HostId host, ConnectionId connection, Happening what);

    // The same for H{fields...}, made only if somebody looks at it: for what happens to every
    // packet.
    template <typename H, typename... Fields>
    EventId emplace(HostId host, ConnectionId connection, const Fields&... fields)
    {
        constexpr auto kind = static_cast<Kind>(Happening{std::in_place_type<H>}.index());
        if (makes(kind)) return append(host, connection, H{fields...});
        ++counts_[static_cast<std::size_t>(kind)];
        SIM_ASSERT(next_id_ != EventId::no_value);
        return EventId{next_id_++};
    }

    // The World alone moves the time of what is appended.
    void set_now(Instant now) { now_ = now; }
    [[nodiscard]] Instant now() const { return now_; }

    [[nodiscard]] EventId cause() const { return cause_; }
    void set_cause(EventId cause) { cause_ = cause; }

    // All events: what is appended can be read again.
    [[nodiscard]] bool keeps_events() const
    {
        return detail_ == Detail::full || detail_ == Detail::lately;
    }
    // Whether anybody looks at an event of this kind; if not, what it says need not be filled in.
    [[nodiscard]] bool makes(Kind kind) const
    {
        return keeps_events() || wanted_[static_cast<std::size_t>(kind)];
    }
    // Whether bytes that are noted for an event are looked at.
    [[nodiscard]] bool keeps_bytes() const { return keeps_bytes_; }
    [[nodiscard]] std::size_t size() const { return size_; } // events held

    // Gives back the memory of events before this place, as far as they fill whole blocks. They say
    // nothing any more (a StepStarted of nobody) and stand in no list of the index. Only `lately`.
    void let_go_before(std::size_t place);
    [[nodiscard]] std::size_t let_go() const { return let_go_; } // so many are gone

    // A connection of which one end is a program outside of the simulation: what is said on it is
    // told by the other end alone.
    void mark_outside(ConnectionId connection);
    [[nodiscard]] bool leads_outside(ConnectionId connection) const
    {
        return connection.value < outside_.size() && outside_[connection.value];
    }
    [[nodiscard]] const Event& at(EventId id) const;
    [[nodiscard]] const Event& operator[](std::size_t index) const;

    // What belongs together; see there.
    [[nodiscard]] const TraceIndex& index() const { return index_; }

    [[nodiscard]] std::uint64_t count(Kind kind) const
    {
        return counts_[static_cast<std::size_t>(kind)];
    }

    // Copies bytes into the payload store, for a Blob of the event that is appended next. Nothing
    // is stored where nobody keeps it.
    Blob note(std::string_view bytes);
    [[nodiscard]] PayloadStore& payloads() { return payloads_; }
    [[nodiscard]] const PayloadStore& payloads() const { return payloads_; }
    [[nodiscard]] std::string_view view(const Blob& blob) const { return payloads_.view(blob); }

    // Over everything that every event says, payload bytes included. Equal runs, equal hashes.
    [[nodiscard]] std::uint64_t hash() const;

    // Bytes held for events, payloads not counted.
    [[nodiscard]] std::size_t event_memory_bytes() const;

private:
    static constexpr std::size_t chunk_events = 4096;

    void keep(const Event& event);
    void sample(Event event);
    [[nodiscard]] EventId number_of_kept(EventId id) const;

    Detail detail_;
    Instant now_{};
    EventId cause_;
    std::size_t size_ = 0;
    std::size_t let_go_ = 0;
    std::uint32_t next_id_ = 0;
    std::array<std::uint64_t, count_of<Kind>()> counts_{};
    std::vector<std::unique_ptr<std::array<Event, chunk_events>>> chunks_;
    PayloadStore payloads_;
    TraceIndex index_;
    std::vector<bool> outside_; // by connection

    bool keeps_bytes_;
    // Of a sampled trace:
    TraceObserver* observer_ = nullptr;
    std::array<bool, count_of<Kind>()> wanted_{};
    std::vector<EventId> kept_; // the numbers of those kept, among all
    std::vector<Blob> noted_;   // for the next event
};

// The last event in such a list, before a place in the trace, that `wanted` takes; nullptr when
// there is none.
template <typename Wanted>
const Event*
last_of(const Trace& trace, TraceIndex::Events events, std::size_t before, Wanted&& wanted)
{
    const TraceIndex::Events earlier = events_before(events, before);
    for (std::size_t i = earlier.size(); i-- > 0;)
        if (wanted(trace.at(earlier[i]))) return &trace.at(earlier[i]);
    return nullptr;
}

// The last event before this one on its connection that `wanted` takes.
template <typename Wanted>
const Event* last_before(const Trace& trace, const Event& event, Wanted&& wanted)
{
    return last_of(trace, trace.index().of(event.connection), event.id.value, wanted);
}

// While it lives, what is appended is caused by `cause`.
class CauseScope {
public:
    CauseScope(Trace& trace, EventId cause) : trace_{trace}, before_{trace.cause()}
    {
        trace.set_cause(cause);
    }
    ~CauseScope() { trace_.set_cause(before_); }
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;

private:
    Trace& trace_;
    EventId before_;
};

} // namespace sim
