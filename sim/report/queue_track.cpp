#include "sim/report/queue_track.h"

#include "sim/core/recipients.h"

#include <variant>

namespace sim::report {

void QueueTrack::follow(const Event& event)
{
    if (event.host.value >= hosts_.size()) return;
    std::visit([&](const auto& what) { on(hosts_[event.host.value], event, what); }, event.what);
}

void QueueTrack::on(Host& host, const Event& event, const MailQueued& what)
{
    for (const std::string_view recipient : split_recipients(trace_.view(what.recipients))) {
        QueueEntry entry;
        entry.mail = what.mail;
        entry.recipient = recipient;
        entry.queued = event.id;
        entry.until = event.at;
        const auto added = host.waiting.emplace(Key{what.mail, recipient}, host.next);
        if (added.second) ++host.next;
        host.entries.set(event.id.value, added.first->second, entry);
    }
}

// What an event changes of the recipients that it names.
template <typename What, typename F>
void QueueTrack::change(Host& host, const Event& event, const What& what, F&& f)
{
    for (const std::string_view recipient : split_recipients(trace_.view(what.recipients))) {
        const auto at = host.waiting.find(Key{what.mail, recipient});
        if (at == host.waiting.end()) continue;
        QueueEntry entry = *host.entries.find(at->second);
        f(entry);
        host.entries.set(event.id.value, at->second, entry);
    }
}

void QueueTrack::on(Host& host, const Event& event, const DeliveryAttempted& what)
{
    change(host, event, what, [&](QueueEntry& entry) { entry.attempt = event.id; });
}

void QueueTrack::on(Host& host, const Event& event, const MailDeferred& what)
{
    change(host, event, what, [&](QueueEntry& entry) {
        entry.deferred = event.id;
        entry.until = what.until;
    });
}

void QueueTrack::on(Host& host, const Event& event, const MailHandedOver& what)
{
    for (const std::string_view recipient : split_recipients(trace_.view(what.recipients)))
        remove(host, event, what.mail, recipient);
}

void QueueTrack::on(Host& host, const Event& event, const MailBounced& what)
{
    for (const std::string_view recipient : split_recipients(trace_.view(what.recipients)))
        remove(host, event, what.mail, recipient);
}

void QueueTrack::on(Host& host, const Event& event, const MailDelivered& what)
{
    remove(host, event, what.mail, trace_.view(what.mailbox));
}

void QueueTrack::remove(Host& host, const Event& event, MailId mail, std::string_view recipient)
{
    const auto at = host.waiting.find(Key{mail, recipient});
    if (at == host.waiting.end()) return;
    host.entries.erase(event.id.value, at->second);
    host.waiting.erase(at);
}

std::vector<QueueEntry> QueueTrack::queue(HostId host, std::size_t cursor) const
{
    if (host.value >= hosts_.size()) return {};
    return hosts_[host.value].entries.at(cursor);
}

} // namespace sim::report
