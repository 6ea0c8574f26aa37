// What programs are to hear from their sockets, in order, until the World fetches it.
#pragma once

#include "sim/core/payload.h"
#include "sim/net/socket_event.h"

#include <optional>
#include <variant>
#include <vector>

namespace sim::net {

class Outbox {
public:
    explicit Outbox(PayloadStore& payloads) : payloads_{payloads} {}

    // `payload` is the one in the event, if it has any.
    void push(const SocketEvent& event, const Blob& payload = {})
    {
        payloads_.retain(payload);
        events_.push_back(event);
    }

    std::optional<SocketEvent> poll()
    {
        payloads_.release(held_);
        held_ = Blob{};
        if (next_ == events_.size()) {
            events_.clear();
            next_ = 0;
            return std::nullopt;
        }
        held_ = payload_of(events_[next_]);
        return events_[next_++];
    }

private:
    static Blob payload_of(const SocketEvent& event)
    {
        if (const auto* received = std::get_if<Received>(&event.what)) return received->payload;
        if (const auto* datagram = std::get_if<Datagram>(&event.what)) return datagram->payload;
        return {};
    }

    PayloadStore& payloads_;
    std::vector<SocketEvent> events_;
    std::size_t next_ = 0;
    Blob held_; // of the event fetched last
};

} // namespace sim::net
