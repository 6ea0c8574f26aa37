#include "sim/core/trace.h"

#include "sim/core/assert.h"
#include "sim/core/fields.h"
#include "sim/core/rng.h"

#include <algorithm>
#include <type_traits>

namespace sim {

static_assert(sizeof(Event) <= 96, "a long run is a million of them");

namespace {

// Feeds every field of an event into FNV-1a in one byte order, whatever the machine's.
class Hasher {
public:
    explicit Hasher(const Trace& trace) : trace_{trace} {}
    [[nodiscard]] std::uint64_t value() const { return hash_; }

    void operator()(std::string_view /*name*/, const PacketHead& head)
    {
        for_each_field(head, *this);
    }
    void operator()(std::string_view /*name*/, const Line& line) { for_each_field(line, *this); }
    void operator()(std::string_view /*name*/, const Blob& blob)
    {
        number(blob.size);
        hash_ = fnv1a(trace_.view(blob), hash_);
    }
    void operator()(std::string_view /*name*/, const TcpFlags& flags)
    {
        number((flags.syn ? 1U : 0U) | (flags.ack ? 2U : 0U) | (flags.fin ? 4U : 0U) |
               (flags.rst ? 8U : 0U) | (flags.psh ? 16U : 0U));
    }
    void operator()(std::string_view /*name*/, const Endpoint& endpoint)
    {
        number(endpoint.address.value);
        number(endpoint.port);
    }
    void operator()(std::string_view /*name*/, Address address) { number(address.value); }
    void operator()(std::string_view /*name*/, Instant at)
    {
        number(static_cast<std::uint64_t>(at.time_since_epoch().count()));
    }
    void operator()(std::string_view /*name*/, Duration span)
    {
        number(static_cast<std::uint64_t>(span.count()));
    }
    template <typename Tag>
    void operator()(std::string_view /*name*/, Id<Tag> id)
    {
        number(id.value);
    }
    template <typename T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>) void operator()(std::string_view /*name*/,
                                                                         T value)
    {
        number(static_cast<std::uint64_t>(value));
    }

    void number(std::uint64_t value)
    {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            hash_ ^= (value >> shift) & 0xffU;
            hash_ *= 0x100000001b3ULL;
        }
    }

private:
    const Trace& trace_;
    std::uint64_t hash_ = fnv1a_basis;
};

// Holds every blob that an event says, so that it stays.
struct BlobHolder {
    PayloadStore& payloads;

    void operator()(std::string_view /*name*/, const Blob& blob) { payloads.retain(blob); }
    void operator()(std::string_view /*name*/, const PacketHead& head)
    {
        for_each_field(head, *this);
    }
    void operator()(std::string_view /*name*/, const Line& line) { for_each_field(line, *this); }
    void operator()(std::string_view /*name*/, const auto& /*other*/) {}
};

} // namespace

Trace::Trace(Detail detail)
    : detail_{detail},
      payloads_{detail == Detail::full     ? PayloadStore::Policy::keep_all
                : detail == Detail::lately ? PayloadStore::Policy::let_go
                                           : PayloadStore::Policy::reuse},
      keeps_bytes_{keeps_events()}
{
}

void Trace::observe(TraceObserver& observer)
{
    SIM_ASSERT(detail_ == Detail::sampled && next_id_ == 0);
    observer_ = &observer;
    keeps_bytes_ = observer.keeps();
    for (const Kind kind : values_of<Kind>())
        wanted_.at(static_cast<std::size_t>(kind)) = observer.wants(kind);
}

EventId Trace::append(HostId host, ConnectionId connection, Happening what)
{
    ++counts_[what.index()];
    const EventId id{next_id_++};
    SIM_ASSERT(id.exists());
    if (keeps_events()) {
        keep(Event{id, cause_, host, connection, now_, what});
    } else if (detail_ == Detail::sampled) {
        sample(Event{id, cause_, host, connection, now_, what});
    }
    return id;
}

void Trace::keep(const Event& event)
{
    if (size_ % chunk_events == 0)
        chunks_.push_back(std::make_unique<std::array<Event, chunk_events>>());
    (*chunks_.back())[size_ % chunk_events] = event;
    ++size_;
    payloads_.set_mark(size_);
    index_.note(event, payloads_);
}

void Trace::sample(Event event)
{
    if (wanted_[event.what.index()] && observer_->handle_event(event)) {
        kept_.push_back(event.id);
        event.id = EventId{static_cast<std::uint32_t>(size_)};
        event.cause = number_of_kept(event.cause);
        std::visit(
            [this](auto& what) {
                if constexpr (requires { what.answers; })
                    what.answers = number_of_kept(what.answers);
                BlobHolder hold{payloads_};
                for_each_field(what, hold);
            },
            event.what);
        keep(event);
    }
    for (const Blob& blob : noted_)
        payloads_.release(blob);
    noted_.clear();
}

EventId Trace::number_of_kept(EventId id) const
{
    const auto found = std::ranges::lower_bound(kept_, id);
    if (found == kept_.end() || *found != id) return {};
    return EventId{static_cast<std::uint32_t>(found - kept_.begin())};
}

const Event& Trace::at(EventId id) const
{
    SIM_ASSERT(id.value < size_);
    return (*this)[id.value];
}

const Event& Trace::operator[](std::size_t index) const
{
    if (index < let_go_) {
        static const Event nothing{{}, {}, {}, {}, {}, StepStarted{}};
        return nothing;
    }
    return (*chunks_[index / chunk_events])[index % chunk_events];
}

void Trace::let_go_before(std::size_t place)
{
    SIM_ASSERT(detail_ == Detail::lately);
    const std::size_t wanted = std::min(place, size_) / chunk_events * chunk_events;
    if (wanted <= let_go_) return;
    for (; let_go_ < wanted; let_go_ += chunk_events)
        chunks_[let_go_ / chunk_events].reset();
    payloads_.let_go_before(let_go_);
    index_.let_go_before(EventId{static_cast<std::uint32_t>(let_go_)});
}

void Trace::mark_outside(ConnectionId connection)
{
    SIM_ASSERT(connection.exists());
    if (connection.value >= outside_.size()) outside_.resize(std::size_t{connection.value} + 1);
    outside_[connection.value] = true;
}

Blob Trace::note(std::string_view bytes)
{
    if (!keeps_bytes_) return {};
    const Blob blob = payloads_.store(bytes);
    if (detail_ == Detail::sampled) {
        noted_.push_back(blob); // until it is known whether the event is kept
    } else {
        payloads_.release(blob); // it lasts as long as the event that it is for
    }
    return blob;
}

std::uint64_t Trace::hash() const
{
    Hasher hasher{*this};
    for (std::size_t i = 0; i < size_; ++i) {
        const Event& event = (*this)[i];
        hasher("id", event.id);
        hasher("cause", event.cause);
        hasher("host", event.host);
        hasher("connection", event.connection);
        hasher("at", event.at);
        hasher.number(event.what.index());
        std::visit([&](const auto& what) { for_each_field(what, hasher); }, event.what);
    }
    return hasher.value();
}

std::size_t Trace::event_memory_bytes() const
{
    return (chunks_.size() - let_go_ / chunk_events) * sizeof(std::array<Event, chunk_events>);
}

} // namespace sim
