// Follows the queues of all servers through the events of a run, a recipient at a time. For
// host_view.cpp.
#pragma once

#include "sim/core/trace.h"
#include "sim/report/history.h"
#include "sim/report/host_view.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace sim::report {

class QueueTrack {
public:
    QueueTrack(const Trace& trace, std::size_t hosts) : trace_{trace}, hosts_(hosts) {}

    void follow(const Event& event);
    [[nodiscard]] std::vector<QueueEntry> queue(HostId host, std::size_t cursor) const;

private:
    using Key = std::pair<MailId, std::string_view>; // and its recipient
    struct Host {
        History<QueueEntry> entries; // numbered as they come
        std::map<Key, std::uint32_t> waiting;
        std::uint32_t next = 0;
    };
    template <typename What, typename F>
    void change(Host& host, const Event& event, const What& what, F&& f);
    void remove(Host& host, const Event& event, MailId mail, std::string_view recipient);

    void on(Host& host, const Event& event, const MailQueued& what);
    void on(Host& host, const Event& event, const DeliveryAttempted& what);
    void on(Host& host, const Event& event, const MailDeferred& what);
    void on(Host& host, const Event& event, const MailHandedOver& what);
    void on(Host& host, const Event& event, const MailBounced& what);
    void on(Host& host, const Event& event, const MailDelivered& what);
    void on(Host& /*host*/, const Event& /*event*/, const auto& /*else*/) {}

    const Trace& trace_;
    std::vector<Host> hosts_;
};

} // namespace sim::report
