#include "sim/mail/name_service.h"

#include "sim/core/setting_key.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace sim::mail {

namespace {

constexpr std::size_t most_streams = 256;               // at a time
constexpr Duration patience = std::chrono::seconds{30}; // RFC 7766 §6.2.3: in the order of seconds
constexpr std::size_t length_octets = 2;

} // namespace

NameService::NameService(Machine& machine, dns::Server server, dns::ResolverConfig recursion)
    : machine_{machine},
      server_{std::move(server), std::move(recursion), machine.chance("name-server")}
{
}

void NameService::start()
{
    machine_.add(*this);
    machine_.bind_udp(*this, dns::dns_port);
    machine_.listen(*this, dns::dns_port);
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
    ask(remote, bytes, dns::Carriage::datagram);
}

void NameService::ask(Endpoint client, std::string_view question, dns::Carriage carriage)
{
    server_.handle_query(client, question, machine_.now(), carriage);
    if (fault_ == DnsFault::off) {
        drain();
        return;
    }
    const CauseScope scope{machine_.trace(), tell_fault()};
    drain();
}

// ---- TCP ----------------------------------------------------------------------------------------

void NameService::handle_accepted(ConnectionId connection, Endpoint /*local*/, Endpoint remote)
{
    if (streams_.size() >= most_streams) {
        machine_.abort(connection);
        return;
    }
    streams_[connection] = Stream{remote, {}, machine_.now()};
    machine_.set_alarm(*this, machine_.now() + patience);
}

void NameService::handle_received(ConnectionId connection, std::string_view bytes)
{
    const auto stream = streams_.find(connection);
    if (stream == streams_.end()) return;
    std::string& received = stream->second.received;
    stream->second.last_used = machine_.now();
    received += bytes;
    std::size_t begin = 0;
    while (received.size() - begin >= length_octets) {
        const auto octet = [&](std::size_t at) {
            return static_cast<std::size_t>(static_cast<unsigned char>(received[begin + at]));
        };
        const std::size_t size = octet(0) * 256 + octet(1);
        if (received.size() - begin - length_octets < size) break;
        const std::string question = received.substr(begin + length_octets, size);
        begin += length_octets + size;
        ask(stream->second.client, question, dns::Carriage::stream);
    }
    received.erase(0, begin);
}

// What was asked is answered before: what is open then has no one to hear it.
void NameService::handle_peer_finished(ConnectionId connection)
{
    machine_.finish(connection);
}

void NameService::handle_ended(ConnectionId connection, ConnectionEnd /*how*/)
{
    streams_.erase(connection);
}

void NameService::close_idle()
{
    for (auto& [connection, stream] : streams_) {
        const Instant due = stream.last_used + patience;
        if (due <= machine_.now()) {
            machine_.finish(connection);
            stream.last_used = machine_.now(); // and once more, should its peer not close
        }
        machine_.set_alarm(*this, stream.last_used + patience);
    }
}

EventId NameService::tell_fault()
{
    const Assignment setting{fault_setting(machine_.name(), "dns"), std::string{name_of(fault_)}};
    return machine_.append({}, FaultInjected{Fault::dns_failing, machine_.note(to_text(setting))});
}

void NameService::handle_alarm()
{
    server_.handle_timeout(machine_.now());
    close_idle();
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
        this->reply(reply);
    }
    machine_.set_alarm(*this, server_.next_timeout());
}

void NameService::reply(const dns::ReplyToClient& reply)
{
    if (reply.carriage == dns::Carriage::datagram) {
        machine_.send_datagram(dns::dns_port, reply.to, reply.bytes);
        return;
    }
    const auto stream = std::ranges::find_if(
        streams_, [&](const auto& each) { return each.second.client == reply.to; });
    if (stream == streams_.end()) return; // it has hung up
    std::string framed{static_cast<char>(reply.bytes.size() / 256),
                       static_cast<char>(reply.bytes.size() % 256)};
    machine_.send(stream->first, framed + reply.bytes);
}

} // namespace sim::mail
