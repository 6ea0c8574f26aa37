#include "sim/mail/name_service.h"

#include "sim/core/setting_key.h"

#include <utility>
#include <variant>

namespace sim::mail {

NameService::NameService(Machine& machine, dns::Server server, dns::ResolverConfig recursion)
    : machine_{machine},
      server_{std::move(server), std::move(recursion), machine.chance("name-server")}
{
}

void NameService::start()
{
    machine_.add(*this);
    machine_.bind_udp(*this, dns::dns_port);
}

void NameService::set_fault(DnsFault fault)
{
    fault_ = fault;
    const auto mood_for = [](DnsFault wanted) {
        switch (wanted) {
        case DnsFault::off:
            return dns::ServerMood::healthy;
        case DnsFault::servfail:
            return dns::ServerMood::failing;
        case DnsFault::nxdomain:
            return dns::ServerMood::denying;
        case DnsFault::silent:
            return dns::ServerMood::silent;
        }
        return dns::ServerMood::healthy;
    };
    server_.server().set_mood(mood_for(fault));
}

void NameService::handle_datagram(std::uint16_t port, Endpoint remote, std::string_view bytes)
{
    if (port != dns::dns_port) {
        server_.handle_datagram(bytes, remote, machine_.now());
        drain();
        return;
    }
    server_.handle_query(remote, bytes, machine_.now());
    if (fault_ == DnsFault::off) {
        drain();
        return;
    }
    const CauseScope scope{machine_.trace(), tell_fault()};
    drain();
}

EventId NameService::tell_fault()
{
    const Assignment setting{fault_setting(machine_.name(), "dns"), std::string{name_of(fault_)}};
    return machine_.append({}, FaultInjected{Fault::dns_failing, machine_.note(to_text(setting))});
}

void NameService::handle_alarm()
{
    server_.handle_timeout(machine_.now());
    drain();
}

void NameService::drain()
{
    while (auto output = server_.poll_output()) {
        if (const auto* ask = std::get_if<dns::SendDatagram>(&*output)) {
            if (upstream_port_ == 0) upstream_port_ = machine_.bind_ephemeral_udp(*this);
            const EventId asked =
                machine_.append({},
                                DnsAsked{machine_.note(to_string(ask->question.name)),
                                         static_cast<std::uint16_t>(ask->question.type),
                                         ask->to.address,
                                         ask->attempt});
            const CauseScope scope{machine_.trace(), asked};
            machine_.send_datagram(upstream_port_, ask->to, ask->bytes);
            continue;
        }
        const auto& reply = std::get<dns::ReplyToClient>(*output);
        EventId cause = machine_.trace().cause();
        if (reply.question) {
            cause = machine_.append({},
                                    DnsServed{machine_.note(to_string(reply.question->name)),
                                              static_cast<std::uint16_t>(reply.question->type),
                                              reply.outcome,
                                              reply.source,
                                              reply.to.address});
        }
        if (reply.bytes.empty()) continue; // it keeps silent
        const CauseScope scope{machine_.trace(), cause};
        machine_.send_datagram(dns::dns_port, reply.to, reply.bytes);
    }
    machine_.set_alarm(*this, server_.next_timeout());
}

} // namespace sim::mail
